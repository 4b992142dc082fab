//! Destination: a file that a report is written to, and in which format.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};

use super::{FORMATS, Format};
use crate::git::worktree;
use crate::hint::HintExt;
use crate::quote::quoted;
use crate::write;

/// A file and a format.
pub struct Destination {
    /// The file.
    pub path: PathBuf,
    /// The format, if the file was given with one or is named after one.
    pub format: Option<&'static Format>,
    /// Whether it was given with the file: `sarif:FILE`.
    pub explicit: bool,
}

/// Ends of file names, and the formats that are kept under them.
const ENDS: [(&str, &str); 7] = [
    ("gl-secret-detection-report.json", "gitlab"),
    (".sarif", "sarif"),
    (".sarif.json", "sarif"),
    (".jsonl", "jsonl"),
    (".json", "json"),
    (".xml", "junit"),
    (".csv", "csv"),
];

impl Destination {
    /// Reads `FILE` or `FORMAT:FILE`.
    pub fn parse(text: &OsStr) -> Result<Self> {
        let bytes = text.as_encoded_bytes();
        if bytes == b"-" || bytes.ends_with(b":-") {
            return Err(anyhow!("--output writes a file")).hint(
                "`--format FORMAT` writes to standard output; a file that is called `-`: ./-",
            );
        }
        let named = FORMATS.iter().find_map(|format| {
            let rest = bytes
                .strip_prefix(format.name.as_bytes())?
                .strip_prefix(b":")?;
            // Only text stands before the path, and that is ASCII: what is left is a path again.
            let text = text.to_str()?;
            (!rest.is_empty()).then(|| (format, PathBuf::from(&text[format.name.len() + 1..])))
        });
        if let Some((format, path)) = named {
            return Ok(Self {
                path,
                format: Some(format),
                explicit: true,
            });
        }
        if let Some(word) = format_like(bytes) {
            let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
            let error = anyhow!("--output: there is no format {}", quoted(word));
            return Err(error).hint(format!(
                "one of: {}; a file that has a colon in its name: ./FILE",
                names.join(", ")
            ));
        }
        let end = ENDS.iter().find(|(end, _)| bytes.ends_with(end.as_bytes()));
        Ok(Self {
            path: PathBuf::from(text),
            format: end.and_then(|(_, name)| FORMATS.iter().find(|format| format.name == *name)),
            explicit: false,
        })
    }

    /// Writes a text there; a reader sees the old file or the new one, never half of it.
    pub fn put(&self, text: &[u8]) -> Result<()> {
        let path = &self.path;
        let top = worktree::around(path);
        // A pipe or a device is written to, not replaced; neither is what /dev/stdout leads to.
        let is_stream = || {
            let real = write::target(path, top.as_deref())?;
            anyhow::Ok(fs::metadata(real).is_ok_and(|data| !data.is_file()))
        };
        if path.starts_with("/dev") || is_stream()? {
            let file = fs::OpenOptions::new().append(true).open(path);
            return file
                .and_then(|mut file| file.write_all(text))
                .with_context(|| format!("cannot write {}", path.display()));
        }
        write::put(path, text, top.as_deref())
    }
}

/// Returns what stands before a colon like the name of a format: letters, and more of them than a drive has.
fn format_like(text: &[u8]) -> Option<&str> {
    let end = memchr::memchr(b':', text)?;
    let word = &text[..end];
    let is_word = word.len() > 1 && word.iter().all(u8::is_ascii_alphanumeric);
    str::from_utf8(word).ok().filter(|_| is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_stand_before_the_file_or_in_its_name() {
        let parse = |text: &str| {
            let found = Destination::parse(OsStr::new(text)).expect("it is no unknown format");
            (
                found.format.map_or("", |format| format.name),
                found.path.display().to_string(),
            )
        };
        let is = |format, path: &str| (format, path.to_owned());
        assert_eq!(parse("sarif:out.json"), is("sarif", "out.json"));
        assert_eq!(parse("a/out.sarif"), is("sarif", "a/out.sarif"));
        assert_eq!(
            parse("gl-secret-detection-report.json"),
            is("gitlab", "gl-secret-detection-report.json")
        );
        assert_eq!(parse("C:\\out.xml"), is("junit", "C:\\out.xml"));
        assert_eq!(parse("report"), is("", "report"));
        assert_eq!(parse("./sarrif:out"), is("", "./sarrif:out"));
        for unknown in [
            "sarrif:out.json",
            "JSON:out",
            "x1:C:\\out.xml",
            "-",
            "json:-",
        ] {
            assert!(
                Destination::parse(OsStr::new(unknown)).is_err(),
                "{unknown}"
            );
        }
    }
}
