//! Where reports and messages go, and whether they are coloured.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use hexguard::report::{Outcome, Report};

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

/// Names what was to be scanned and was not, for commands that write no report, and returns what it comes to.
pub(super) fn unscanned(report: &Report) -> Outcome {
    let shown = hexguard::output::shown_paths(report);
    let mut outcome = Outcome::Clean;
    for skipped in report.unscanned() {
        outcome = Outcome::Unscanned;
        anstream::eprintln!(
            "hexguard: {} was not scanned: {}",
            shown(&skipped.path),
            hexguard::output::escaped(skipped.reason.as_bytes())
        );
    }
    outcome
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
