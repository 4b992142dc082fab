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

/// What such a line ends with, behind what it says of a missing program: one end for each choice.
const ENDS: [(Missing, &str); 2] = [
    (Missing::Stop, "\" >&2; exit 1; fi"),
    (Missing::Warn, "\" >&2; fi"),
];

/// Returns a text in which hexguard's own lines do what a clone wants where the program is missing.
pub(super) fn renewed(text: &[u8], missing: Missing) -> Vec<u8> {
    let mut text = text.to_vec();
    let end = |wanted: bool| {
        ENDS.iter()
            .find(|(choice, _)| (*choice == missing) == wanted)
    };
    let (Some((_, new)), Some((_, old))) = (end(true), end(false)) else {
        return text;
    };
    let old = format!("{SOURCE}{old}");
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(&text[from..], old.as_bytes()) {
        let end = from + at + SOURCE.len();
        text.splice(end..from + at + old.len(), new.bytes());
        from = end;
    }
    text
}

/// Returns how a file of the project calls hexguard at an event: one line for sh. The file is shared, the path of the
/// program is not; a clone without it is told what is missing and where to get it.
pub(super) fn line(event: Event, arguments: &str, missing: Missing) -> String {
    let (_, end) = ENDS[usize::from(missing == Missing::Warn)];
    // The line stands in YAML, too, where `: ` and ` #` would end it, and within single quotes.
    format!(
        "if hexguard=$(command -v \"$(git config hexguard.path)\" || command -v hexguard); then \"$hexguard\" hook {}{arguments} || exit $?; else echo \"hexguard is missing, which keeps secrets out of git; install it from {SOURCE}{end}",
        event.name()
    )
}

/// Tells whether a line of a script calls hexguard by its name or path at an event, and does nothing else: no condition stands
/// before it, and nothing takes its answer away.
pub(super) fn is_alone(line: &str, event: Event) -> bool {
    let mut words = line.split_whitespace();
    let program = words.next().unwrap_or_default().trim_matches(['\'', '"']);
    let is_own = program.rsplit(['/', '\\']).next() == Some("hexguard");
    is_own
        && words.next() == Some("hook")
        && words.next() == Some(event.name())
        && !line.contains(['|', '&', ';', '<', '>', '`', '('])
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
