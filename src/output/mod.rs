//! Format and FORMATS: the ways in which a report is written; what all of them share.

use std::io::{self, Write};

use crate::finding::Finding;
use crate::fragment::Part;
use crate::report::Report;
use crate::rule::Tier;

mod human;
mod json;

/// A way to write a report.
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub summary: &'static str,
    /// Whether it is for people: then it goes to where messages go, and may be coloured.
    pub human: bool,
    /// Writes it.
    pub write: fn(&Report, &mut dyn Write) -> io::Result<()>,
}

/// Every format; help, completion and the tests come from this list.
pub const FORMATS: &[Format] = &[human::FORMAT, json::JSON, json::JSONL];

/// Returns the closing line, which proves the work: `3 files, 12 KiB, 1 blocked, 0 skipped, 4 ms`.
pub fn closing_line(report: &Report) -> String {
    let count = |tier| report.count(tier);
    let mut line = format!(
        "{}, {}, {} blocked",
        files(report.files),
        size(report.bytes),
        count(Tier::Block)
    );
    if count(Tier::Warn) > 0 {
        line += &format!(", {} warned", count(Tier::Warn));
    }
    if !report.suppressed.is_empty() {
        line += &format!(", {} allowed", report.suppressed.len());
    }
    line + &format!(
        ", {} skipped, {} ms",
        report.skipped.len(),
        report.elapsed.as_millis()
    )
}

fn files(count: u64) -> String {
    if count == 1 {
        "1 file".to_owned()
    } else {
        format!("{count} files")
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes >> 10),
        _ => format!("{}.{} MiB", bytes >> 20, ((bytes & 0xF_FFFF) * 10) >> 20),
    }
}

/// Returns bytes from a repository as they may be shown on a terminal: control characters, invalid UTF-8 and
/// characters that turn the direction of text are escaped.
pub fn escaped(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c == '\t' {
                out.push(' ');
            } else if c.is_control() || is_invisible(c) {
                out.extend(c.escape_default());
            } else {
                out.push(c);
            }
        }
        for byte in chunk.invalid() {
            out += &format!("\\x{byte:02x}");
        }
    }
    out
}

/// Characters that turn the direction of text, or that nobody sees.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns an argument as it can be pasted into a POSIX shell.
pub fn shell_quoted(bytes: &[u8]) -> String {
    let plain = |&b: &u8| b.is_ascii_alphanumeric() || b"_-./=:,@%+".contains(&b);
    if !bytes.is_empty() && bytes.iter().all(plain) && bytes[0] != b'-' {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let printable = std::str::from_utf8(bytes)
        .is_ok_and(|text| !text.chars().any(|c| c.is_control() || is_invisible(c)));
    if printable {
        let dash = if bytes.first() == Some(&b'-') {
            "./"
        } else {
            ""
        };
        return format!(
            "'{dash}{}'",
            String::from_utf8_lossy(bytes).replace('\'', r"'\''")
        );
    }
    // Bash, zsh and ksh know this form; there is no other for a newline in a name.
    let body: String = bytes
        .iter()
        .map(|&b| match b {
            b'\'' | b'\\' => format!("\\{}", char::from(b)),
            b' '..=b'~' => char::from(b).to_string(),
            _ => format!("\\x{b:02x}"),
        })
        .collect();
    format!("$'{body}'")
}

/// Returns where a finding stands: `path:line:column`, escaped.
pub fn location(finding: &Finding) -> String {
    let path = escaped(&finding.path);
    match finding.part {
        Part::Content => format!("{path}:{}:{}", finding.place.line, finding.place.column),
        Part::Name => format!("file name {path}"),
        Part::Message => format!("commit message, line {}", finding.place.line),
        Part::Reference => format!("name {path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_repository_reaches_a_terminal_raw() {
        assert_eq!(escaped(b"a\x1b[31mb\xffc"), "a\\u{1b}[31mb\\xffc");
        assert_eq!(escaped("evil\u{202e}txt".as_bytes()), "evil\\u{202e}txt");
        assert_eq!(escaped("größe.py".as_bytes()), "größe.py");
    }

    #[test]
    fn arguments_survive_a_shell() {
        for name in [
            "plain.py",
            "with space",
            "it's",
            "-dash",
            "new\nline",
            "$HOME",
            "tab\there",
            "\u{202e}x",
        ] {
            let out = std::process::Command::new("bash")
                .args([
                    "-c",
                    &format!("printf %s {}", shell_quoted(name.as_bytes())),
                ])
                .output()
                .expect("bash runs");
            let got = String::from_utf8(out.stdout).expect("the names are UTF-8");
            assert_eq!(got.strip_prefix("./").unwrap_or(&got), name);
        }
    }
}
