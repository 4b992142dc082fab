//! Where reports and messages go, and whether they are coloured.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use hexguard::output::{Format, escaped, shown_paths};
use hexguard::report::{Effect, Outcome, Report, Skipped};

use super::args::Color;

/// Returns standard output for the given wish; colours are stripped where they do not belong.
pub(super) fn stdout(color: Color) -> impl Write {
    let out = AutoStream::new(io::stdout(), choice(color, &io::stdout()));
    io::BufWriter::new(Unheard(out))
}

/// Returns standard error for the given wish.
pub(super) fn stderr(color: Color) -> impl Write {
    let out = AutoStream::new(io::stderr(), choice(color, &io::stderr()));
    io::BufWriter::new(Unheard(out))
}

/// Says how to end the input, where a person types it.
pub(super) fn typed() {
    if io::stdin().is_terminal() {
        let keys = if cfg!(windows) {
            "Ctrl-Z and Enter"
        } else {
            "Ctrl-D"
        };
        anstream::eprintln!("hexguard: reading from the terminal: end with {keys}");
    }
}

/// Names what was to be scanned and was not, for commands that write no report, and returns what it comes to.
pub(super) fn unscanned(report: &Report) -> Outcome {
    let mut outcome = Outcome::Clean;
    let tell = told(report);
    for skipped in report.unscanned() {
        outcome = Outcome::Unscanned;
        anstream::eprintln!("hexguard: {}", tell(skipped));
    }
    outcome
}

/// Says what was not scanned where the report is for programs: all of it, if the format has no place for that.
pub(super) fn not_told(report: &Report, format: &Format) {
    let tell = told(report);
    if !format.tells_unscanned {
        let all = report.skipped.iter();
        for skipped in all.filter(|one| one.effect != Effect::Accepted) {
            anstream::eprintln!("hexguard: {}", tell(skipped));
        }
        return;
    }
    let Some(first) = report.unscanned().next() else {
        return;
    };
    let first = tell(first);
    match report.unscanned().count() {
        1 => anstream::eprintln!("hexguard: {first}"),
        count => {
            anstream::eprintln!("hexguard: {count} things were not scanned; the first: {first}")
        }
    }
}

/// Returns what says of something why it was not scanned.
fn told(report: &Report) -> impl Fn(&Skipped) -> String {
    let shown = shown_paths(report);
    move |skipped| {
        let reason = escaped(skipped.reason.as_bytes());
        let was_not = if skipped.effect == Effect::Said {
            ""
        } else {
            " was not scanned"
        };
        let commit = match &skipped.commit {
            Some(id) => format!(" in commit {}", id.get(..12).unwrap_or(id)),
            None => String::new(),
        };
        format!("{}{commit}{was_not}: {reason}", shown(&skipped.path))
    }
}

/// A stream that does not mind when nobody listens any more (`| head`): what was to be done is done all the same, and
/// the exit code tells what came of it. A hook that gave up there would let the commit through.
struct Unheard<W>(W);

impl<W: Write> Write for Unheard<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            flushed => flushed,
        }
    }
}

fn choice(color: Color, stream: &impl anstream::stream::RawStream) -> ColorChoice {
    match color {
        // Knows NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM=dumb and Windows' consoles.
        Color::Auto => AutoStream::choice(stream),
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
}

/// Returns how many columns the terminal has that reports go to: the errors of a hook, else the output. Only a shell that
/// exports it says so; 80 are the fewest that people use.
pub(super) fn width(of_hook: bool) -> Option<usize> {
    let is_terminal = if of_hook {
        io::stderr().is_terminal()
    } else {
        io::stdout().is_terminal()
    };
    let told = std::env::var("COLUMNS").ok();
    let columns = told.and_then(|columns| columns.parse().ok());
    is_terminal.then(|| columns.unwrap_or(80))
}
