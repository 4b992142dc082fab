//! Where reports and messages go, and whether they are coloured.

use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};

use super::args::Color;

/// Returns standard output for the given wish; colours are stripped where they do not belong.
pub(super) fn stdout(color: Color) -> impl Write {
    io::BufWriter::new(AutoStream::new(io::stdout(), choice(color, &io::stdout())))
}

/// Returns standard error for the given wish.
pub(super) fn stderr(color: Color) -> impl Write {
    io::BufWriter::new(AutoStream::new(io::stderr(), choice(color, &io::stderr())))
}

fn choice(color: Color, stream: &impl anstream::stream::RawStream) -> ColorChoice {
    match color {
        // Knows NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM=dumb and Windows' consoles.
        Color::Auto => AutoStream::choice(stream),
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
}
