//! Format: the table of what is opened, and how a file is recognised: by its first bytes, then by its name.

use std::io::{self, Read};
use std::ops::Range;

use super::{HEAD, Name, Opening};
use super::{bzip2, closed, gzip, pdf, png, tar, xz, zip, zstd};

/// Opens what is in memory; `depth` is how many containers that is, with its own.
pub(super) type Open = fn(&mut Opening<'_>, &Name, &[u8], u8) -> io::Result<()>;

/// Returns where members stand that are not compressed.
pub(super) type Plain = fn(&[u8]) -> Vec<Range<usize>>;

/// How a format is read.
pub(super) enum How {
    /// From the beginning to the end.
    Stream(fn(&mut Opening<'_>, &Name, &mut dyn Read, u8) -> io::Result<()>),
    /// In memory as a whole.
    Whole(Open),
    /// As any file; there are texts in it besides.
    Beside(Open),
    /// Not at all, and why.
    Closed(&'static str),
}

/// A format of containers.
pub(super) struct Format {
    /// Tells whether a file begins as the format does.
    begins: fn(&[u8]) -> bool,
    /// How names end, in lower case and parted by spaces, where the first bytes need not tell: something may stand before an
    /// archive.
    ends: &'static str,
    pub(super) how: How,
    /// For formats in which members may stand as they are.
    pub(super) plain: Option<Plain>,
}

const FORMATS: &[Format] = &[
    Format {
        begins: |head| head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06"),
        ends: "zip jar war ear whl egg docx docm dotx xlsx xlsm xlsb pptx pptm odt ods odp twbx tdsx tflx nupkg apk aar ipa vsix xpi crx epub kmz pbix pyz pex",
        how: How::Whole(zip::open),
        plain: Some(zip::plain),
    },
    Format {
        begins: |head| head.starts_with(b"\x1f\x8b\x08"),
        ends: "gz tgz",
        how: How::Stream(gzip::open),
        plain: None,
    },
    Format {
        begins: bzip2::begins,
        ends: "bz2 tbz tbz2",
        how: How::Stream(bzip2::open),
        plain: None,
    },
    Format {
        begins: |head| head.starts_with(b"\xfd7zXZ\0"),
        ends: "xz txz",
        how: How::Stream(xz::open),
        plain: None,
    },
    Format {
        begins: zstd::begins,
        ends: "zst tzst",
        how: How::Stream(zstd::open),
        plain: None,
    },
    Format {
        begins: tar::begins,
        ends: "tar",
        how: How::Stream(tar::open),
        plain: Some(tar::plain),
    },
    Format {
        begins: |head| head.starts_with(b"\x89PNG\r\n\x1a\n"),
        ends: "",
        how: How::Beside(png::open),
        plain: None,
    },
    Format {
        begins: |head| head.starts_with(b"%PDF-"),
        ends: "",
        how: How::Beside(pdf::open),
        plain: None,
    },
    Format {
        begins: |head| head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ends: "",
        how: How::Beside(closed::office),
        plain: None,
    },
    Format {
        begins: closed::is_archive,
        ends: "",
        how: How::Closed(closed::ARCHIVE),
        plain: None,
    },
    Format {
        begins: closed::is_columns,
        ends: "",
        how: How::Closed(closed::COLUMNS),
        plain: None,
    },
];

impl Format {
    /// Returns the format of a file, if it is a container.
    pub(super) fn of(path: &[u8], bytes: &[u8]) -> Option<&'static Self> {
        let head = &bytes[..bytes.len().min(HEAD)];
        FORMATS
            .iter()
            .find(|format| (format.begins)(head))
            .or_else(|| Self::by_name(path, head, bytes))
    }

    /// Returns the format that a name says, where only the beginning of the file is known, or an archive ends it. A text is
    /// none, whatever it is called (a pointer of git-lfs, a page that says "not found"), unless it is a script before an
    /// archive; nor is what git-crypt encrypted, or a file that Office locks another with.
    fn by_name(path: &[u8], head: &[u8], bytes: &[u8]) -> Option<&'static Self> {
        if bytes.len() != HEAD && !zip::ends(bytes) {
            return None;
        }
        if is_text(head) && !(head.starts_with(b"#!") && zip::ends(bytes))
            || head.starts_with(b"\0GITCRYPT\0")
        {
            return None;
        }
        let dot = path.iter().rposition(|&b| b == b'.')?;
        let end = &path[dot + 1..];
        let ends = |one: &str| !one.is_empty() && one.as_bytes().eq_ignore_ascii_case(end);
        FORMATS
            .iter()
            .find(|format| format.ends.split(' ').any(ends))
    }
}

/// Tells whether a file begins as texts do.
fn is_text(head: &[u8]) -> bool {
    head.iter().filter(|byte| **byte < 7).count() == 0
}

/// Returns a name without its end, if that says only that the file is compressed.
pub(super) fn without_end(name: &[u8]) -> Vec<u8> {
    const ENDS: &[(&str, &str)] = &[
        (".gz", ""),
        (".bz2", ""),
        (".xz", ""),
        (".zst", ""),
        (".tgz", ".tar"),
        (".tbz", ".tar"),
        (".tbz2", ".tar"),
        (".txz", ".tar"),
        (".tzst", ".tar"),
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
