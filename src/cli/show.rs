//! Where reports and messages go, and whether they are coloured.

use std::io::{self, Write};

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
