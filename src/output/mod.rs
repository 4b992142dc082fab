//! Format and FORMATS: the ways in which a report is written; what all of them share.

use std::io::{self, Write};

use crate::finding::Finding;
use crate::report::Report;
use crate::rule::Tier;

mod advice;
mod compact;
mod csv;
pub mod destination;
mod github;
mod gitlab;
mod gitleaks;
mod human;
mod json;
mod jsonl;
mod junit;
mod sarif;
mod shown;

pub use crate::detect::without_secrets;
pub use shown::{allowed, is_whole, one_line as escaped};

/// A way to write a report.
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub summary: &'static str,
    /// Whether it is for people: then it goes to where messages go, and may be coloured.
    pub human: bool,
    /// Whether it has a place for what was not scanned.
    pub tells_unscanned: bool,
    /// Writes it.
    pub write: fn(&Report, &mut dyn Write) -> io::Result<()>,
}

/// Every format; help, completion and the tests come from this list.
pub const FORMATS: &[Format] = &[
    human::FORMAT,
    compact::FORMAT,
    json::FORMAT,
    jsonl::FORMAT,
    sarif::FORMAT,
    github::FORMAT,
    gitlab::FORMAT,
    junit::FORMAT,
    csv::FORMAT,
    gitleaks::FORMAT,
];

/// Returns what writes paths as they may be shown: on one line, and without the secrets that a report found in names.
pub fn shown_paths(report: &Report) -> impl Fn(&[u8]) -> String {
    let paths = shown::Paths::new(report);
    move |path| escaped(&paths.opened(path))
}

/// Says how to commit with the message that git has kept in a file, which is written as an argument for a shell.
pub fn kept_message(file: &str) -> String {
    advice::kept(file, false)
}

/// Returns the closing line, which proves the work: `3 files, 12 KiB, 1 blocked, 0 skipped, 4 ms`.
pub fn closing_line(report: &Report) -> String {
    let (known, new): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|finding| finding.known);
    let blocked = new.iter().filter(|f| f.tier == Tier::Block).count() + report.unlisted.blocked;
    let mut line = format!(
        "{}, {}, {blocked} blocked",
        files(report.files),
        size(report.bytes),
    );
    let warned = new
        .iter()
        .filter(|f| f.tier == Tier::Warn && report.shows(f))
        .count()
        + report.unlisted.warned;
    if warned > 0 {
        line += &format!(", {warned} warned");
    }
    if !known.is_empty() {
        line += &format!(", {} known (already committed)", known.len());
    }
    if report.count_suppressed() > 0 {
        line += &format!(", {} allowed", report.count_suppressed());
    }
    if report.excluded > 0 {
        line += &format!(", {} excluded", report.excluded);
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

/// Returns an argument as it can be pasted into a POSIX shell.
pub fn shell_quoted(bytes: &[u8]) -> String {
    let plain = |&b: &u8| b.is_ascii_alphanumeric() || b"_-./=:,@%+".contains(&b);
    if !bytes.is_empty() && bytes.iter().all(plain) && bytes[0] != b'-' {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let printable = std::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(shown::hostile));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_one_that_the_setting_names() {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        assert_eq!(names, crate::config::value::FORMATS);
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
