//! Call: how the files of the project call hexguard, and what they do in a clone that lacks it.

use anyhow::{Result, bail};

use super::event::Event;
use super::place::Place;

/// Where to get the program, for those who have it not.
pub(super) const SOURCE: &str = env!("CARGO_PKG_REPOSITORY");
/// Whether a clone without the program is stopped or warned, in the files of the project: `stop` or `warn`.
const MISSING: &str = "hexguard.missing";

/// What a file of the project does in a clone without hexguard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// Stops the commit, with a line that says what is missing.
    Stop,
    /// Says that line, and goes on.
    Warn,
}

impl Missing {
    pub(super) const ALL: [Self; 2] = [Self::Stop, Self::Warn];

    /// Returns what this clone's configuration wants.
    pub(super) fn of(place: &Place) -> Result<Self> {
        let Some(setting) = place.setting(MISSING)? else {
            return Ok(Self::Stop);
        };
        match setting.value.as_slice() {
            b"stop" => Ok(Self::Stop),
            b"warn" => Ok(Self::Warn),
            _ => bail!("{MISSING} is {}: it may be stop or warn", setting.shown()),
        }
    }
}

/// Returns how a file of the project calls hexguard at an event: one line for sh. The file is shared, the path of the
/// program is not; a clone without it is told what is missing and where to get it.
pub(super) fn line(event: Event, arguments: &str, missing: Missing) -> String {
    let stop = match missing {
        Missing::Stop => " exit 1;",
        Missing::Warn => "",
    };
    // The line stands in YAML, too, where `: ` and ` #` would end it, and within single quotes.
    format!(
        "if hexguard=$(command -v \"$(git config hexguard.path)\" || command -v hexguard); then \"$hexguard\" hook {}{arguments} || exit $?; else echo \"hexguard is missing, which keeps secrets out of git; install it from {SOURCE}\" >&2;{stop} fi",
        event.name()
    )
}

/// Tells whether a file of a manager, of whatever form, calls hexguard at an event.
pub(super) fn mentions(text: &[u8], event: Event) -> bool {
    let calls = [
        format!("hook {}", event.name()),
        format!("\"hook\", \"{}\"", event.name()),
    ];
    let has = |line: &[u8], word: &str| memchr::memmem::find(line, word.as_bytes()).is_some();
    text.split(|&b| b == b'\n').any(|line| {
        let comment = [&b"#"[..], b"//"]
            .iter()
            .any(|mark| line.trim_ascii_start().starts_with(mark));
        !comment && has(line, "hexguard") && calls.iter().any(|call| has(line, call))
    })
}
