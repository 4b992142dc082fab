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

/// Tells whether standard output was closed when the program began. What is written then is lost without an error, for
/// Rust opens /dev/null in its place: for reading as well, as hardly anybody does who wants no report.
pub(super) fn stdout_is_closed() -> bool {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let is_null =
        || std::fs::read_link("/proc/self/fd/1").is_ok_and(|to| to.as_os_str() == "/dev/null");
    let flags = |text: String| {
        let line = text.lines().find_map(|line| line.strip_prefix("flags:"))?;
        u32::from_str_radix(line.trim(), 8).ok()
    };
    // Reading and writing, of the three ways to open a file.
    cfg!(target_os = "linux")
        && flags(read("/proc/self/fdinfo/1")).is_some_and(|flags| flags & 3 == 2)
        && is_null()
}

fn choice(color: Color, stream: &impl anstream::stream::RawStream) -> ColorChoice {
    match color {
        // Knows NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM=dumb and Windows' consoles.
        Color::Auto => AutoStream::choice(stream),
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
}
