//! Format: the table of what is opened, and how a file is recognised: by its first bytes, then by its name.

use std::io::{self, Read};

use super::data::{Data, read_range};
use super::opened::Apart;
use super::stream::{self, Codec};
use super::{HEAD, Name, Opening};
use super::{bzip2::Bzip2, gzip::Gzip, lzma::Lzma, xz::Xz, zlib::Zlib, zstd::Zstd};
use super::{closed, deb, directory, pdf, png, tar, zip};

/// Opens what is in memory, which is in some number of containers with its own; notes what was handed out.
pub(super) type Open = fn(&mut Opening<'_>, &Name, &[u8], u8, &mut Apart) -> io::Result<()>;

/// Opens what is read by position.
pub(super) type Whole = fn(&mut Opening<'_>, &Name, &dyn Data, u8) -> io::Result<()>;

/// Opens what is read from the beginning to the end.
pub(super) type Stream = fn(&mut Opening<'_>, &Name, &mut dyn Read, u8) -> io::Result<()>;

/// Opens the same where members stand as they are, and notes which were handed out.
pub(super) type Plain =
    fn(&mut Opening<'_>, &Name, &mut dyn Read, u8, &mut Apart) -> io::Result<()>;

/// How a format is read.
pub(super) enum How {
    /// From the beginning to the end.
    Stream(Stream),
    /// The same; its members stand in it as they are.
    Plain(Plain),
    /// By position.
    Whole(Whole),
    /// As any file; there are texts in it besides.
    Beside(Open),
    /// Not at all, and why.
    Closed(&'static str),
}

/// A format of containers.
pub(super) struct Format {
    /// Tells whether a file begins as the format does.
    begins: fn(&[u8]) -> bool,
    pub(super) how: How,
}

/// Names of zip archives end so: something may stand before the archive.
const ZIPS: &str = "zip jar war ear whl egg docx docm dotx dotm xlsx xlsm xlsb xltx xltm xlam pptx pptm potx potm ppsx ppsm vsdx odt ods odp odg odf ott ots otp otg twbx tdsx tflx nupkg apk aar ipa vsix xpi crx epub kmz pbix pyz pex";

/// How a file begins that git-crypt encrypted.
const CRYPTED: &[u8] = b"\0GITCRYPT\0";

static ZIP: Format = Format {
    begins: |head| head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06"),
    how: How::Whole(zip::open),
};

/// A part of an archive that is split: known by its name.
static PART: Format = Format {
    begins: |_| false,
    how: How::Closed(closed::PART),
};

/// What ends as an archive of which something else stands between the members.
static PIECES: Format = Format {
    begins: |_| false,
    how: How::Whole(zip::pieces),
};

/// What is called a container and does not begin as one: known by its name.
static UNKNOWN: Format = Format {
    begins: |_| false,
    how: How::Closed(closed::UNKNOWN),
};

/// Returns the format of files that are compressed as streams.
const fn compressed<C: Codec>() -> Format {
    Format {
        begins: C::begins,
        how: How::Stream(stream::open::<C>),
    }
}

const FORMATS: &[Format] = &[
    Format {
        begins: zip::is_package,
        how: How::Whole(zip::package),
    },
    compressed::<Gzip>(),
    compressed::<Bzip2>(),
    compressed::<Xz>(),
    compressed::<Lzma>(),
    compressed::<Zstd>(),
    compressed::<Zlib>(),
    Format {
        begins: deb::begins,
        how: How::Stream(deb::open),
    },
    Format {
        begins: tar::begins,
        how: How::Plain(tar::open),
    },
    Format {
        begins: |head| head.starts_with(b"\x89PNG\r\n\x1a\n"),
        how: How::Beside(png::open),
    },
    Format {
        begins: pdf::begins,
        how: How::Beside(pdf::open),
    },
    Format {
        begins: |head| head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        how: How::Beside(closed::office),
    },
    Format {
        begins: closed::is_archive,
        how: How::Closed(closed::ARCHIVE),
    },
    Format {
        begins: closed::is_columns,
        how: How::Closed(closed::COLUMNS),
    },
];

impl Format {
    /// Returns the format of a file that begins with `head`, if it is a container; `data` is all of it, if that is at hand.
    pub(super) fn of(path: &[u8], head: &[u8], data: Option<&dyn Data>) -> Option<&'static Self> {
        if closed::is_part(path) && !is_text(head) {
            return Some(&PART);
        }
        if (ZIP.begins)(head) {
            return Some(&ZIP);
        }
        FORMATS
            .iter()
            .find(|format| (format.begins)(head))
            .or_else(|| {
                let whole = |data| is_called_zip(path) || zip::is_whole(data);
                let format = || {
                    if data.is_none_or(whole) {
                        &ZIP
                    } else {
                        &PIECES
                    }
                };
                is_before_zip(path, head, data).then(format)
            })
            .or_else(|| is_unknown(path, head).then_some(&UNKNOWN))
    }
}

/// Tells whether a zip archive stands behind something else: a program that unpacks it, a script that starts it. Where only
/// the beginning is known, the name decides.
///
/// A text is none, whatever it is called (a pointer of git-lfs, a page that says "not found"), unless the archive is there;
/// nor is what git-crypt encrypted, or a file that Office locks another with.
fn is_before_zip(path: &[u8], head: &[u8], data: Option<&dyn Data>) -> bool {
    if head.starts_with(CRYPTED) {
        return false;
    }
    let is_called_so = || is_called_zip(path);
    let Some(data) = data else {
        let is_so = !is_text(head) || head.starts_with(b"#!");
        let goes_on = head.len() == HEAD || directory::ends(&head, true);
        return is_so && goes_on && is_called_so();
    };
    // Looking for the end costs something: a text that is no script has no comment behind its archive.
    let comment = !is_text(head) || head.starts_with(b"#!");
    directory::ends(data, comment)
        && (directory::is_sound(data) || !is_text(head) && is_called_so())
}

/// Tells whether a file is a zip archive by its first bytes or its name: in another, one may stand behind something else.
pub(super) fn is_zip(path: &[u8], data: &dyn Data) -> io::Result<bool> {
    Ok(is_called_zip(path) || (ZIP.begins)(&read_range(data, 0..4)?))
}

/// Tells whether a file is called a container and is no text, nor what git-crypt encrypted, nor what Office and macOS write
/// beside a file under its name.
fn is_unknown(path: &[u8], head: &[u8]) -> bool {
    let name = path.rsplit(|&b| b == b'/').next().unwrap_or_default();
    let is_other = head.starts_with(CRYPTED) || name.starts_with(b"~$") || name.starts_with(b"._");
    !is_text(head) && !is_other && (closed::is_called_container(path) || is_called_zip(path))
}

fn is_called_zip(path: &[u8]) -> bool {
    closed::ends_with_one_of(path, ZIPS)
}

/// Tells whether a file begins as texts do.
pub(super) fn is_text(head: &[u8]) -> bool {
    head.iter().filter(|byte| **byte < 7).count() == 0
}

/// Returns a name without its end, if that says only that the file is compressed.
pub(super) fn without_end(name: &[u8]) -> Vec<u8> {
    const ENDS: &[(&str, &str)] = &[
        (".gz", ""),
        (".bz2", ""),
        (".xz", ""),
        (".zst", ""),
        (".lzma", ""),
        (".tgz", ".tar"),
        (".tbz", ".tar"),
        (".tbz2", ".tar"),
        (".txz", ".tar"),
        (".tzst", ".tar"),
        (".tlz", ".tar"),
        (".svgz", ".svg"),
    ];
    for (end, instead) in ENDS {
        if name.len() > end.len() {
            let (stem, last) = name.split_at(name.len() - end.len());
            if last.eq_ignore_ascii_case(end.as_bytes()) {
                return [stem, instead.as_bytes()].concat();
            }
        }
    }
    name.to_vec()
}
