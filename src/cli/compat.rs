//! The command lines that people have in their hooks for gitleaks: the name can be replaced, the rest goes on to work.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// A command line as hexguard reads it.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) struct Rewritten {
    pub(super) args: Vec<OsString>,
    /// The folder to go to first.
    pub(super) folder: Option<PathBuf>,
    /// A flag that has no counterpart and cannot be passed over.
    pub(super) refused: Option<String>,
}

/// Flags of gitleaks that stand alone and change nothing here: hexguard always masks, has no banner, and so on.
const ALONE: [&str; 5] = [
    "-v",
    "--verbose",
    "--no-banner",
    "--follow-symlinks",
    "--redact",
];
/// Flags with a value that change nothing here.
const WITH_VALUE: [&str; 6] = [
    "-l",
    "--log-level",
    "--max-archive-depth",
    "--platform",
    "--timeout",
    "--diagnostics",
];
/// Options of `git log` whose value is a word of its own.
const LOG_VALUE: [&str; 11] = [
    "-n",
    "--max-count",
    "--skip",
    "--since",
    "--after",
    "--until",
    "--before",
    "--author",
    "--committer",
    "-S",
    "-G",
];

/// What a command of gitleaks looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// `protect`, and `git --pre-commit`: what is staged, else what is changed.
    Protect,
    /// `git` and `detect`: the history.
    History,
    /// `dir` and `detect --no-git`: files.
    Files,
    /// `stdin` and `detect --pipe`.
    Input,
}

/// Rewrites a command line of gitleaks; returns `None` if it is none.
pub(super) fn rewrite(args: &[OsString]) -> Option<Rewritten> {
    // Global flags may stand before the command.
    let at = position(args)?;
    let mode = match args[at].to_str()? {
        "protect" => Mode::Protect,
        "git" | "detect" => Mode::History,
        "dir" | "directory" | "file" => Mode::Files,
        "stdin" => Mode::Input,
        _ => return None,
    };
    let detect = args[at] == "detect" || args[at] == "protect";
    let rest: Vec<OsString> = [&args[1..at], &args[at + 1..]].concat();
    Some(read(mode, detect, &rest).finish(&args[0]))
}

/// Returns where the command stands.
fn position(args: &[OsString]) -> Option<usize> {
    let mut at = 1;
    while let Some(arg) = args.get(at) {
        let text = arg.to_str()?;
        if !text.starts_with('-') {
            return Some(at);
        }
        at += 1 + usize::from(!text.contains('=') && takes_value(text));
    }
    None
}

fn takes_value(flag: &str) -> bool {
    const OTHERS: [&str; 20] = [
        "-i",
        "--gitleaks-ignore-path",
        "-c",
        "--config",
        "-r",
        "--report-path",
        "-f",
        "--report-format",
        "-b",
        "--baseline-path",
        "--exit-code",
        "--enable-rule",
        "--max-target-megabytes",
        "--max-decode-depth",
        "--log-opts",
        "-s",
        "--source",
        "--report-template",
        "--format",
        "--output",
    ];
    WITH_VALUE.contains(&flag) || OTHERS.contains(&flag)
}

/// Flags of hexguard's whose value is a file.
const FILES: [&str; 3] = ["--config", "--baseline", "--ignore-file"];

/// Returns a file as it is found from any folder.
fn whole(path: OsString) -> OsString {
    std::path::absolute(&path).map_or(path, OsString::from)
}

/// Splits a flag from the value that stands with it: `--flag=value`, `-f=value`, `-fvalue`.
fn split(text: &str) -> (&str, Option<&str>) {
    if !text.starts_with('-') || text.len() < 2 {
        return (text, None);
    }
    if let Some((flag, value)) = text.split_once('=') {
        return (flag, Some(value));
    }
    match text.split_at_checked(2) {
        Some((flag, value)) if flag != "--" && !value.is_empty() && takes_value(flag) => {
            (flag, Some(value))
        }
        _ => (text, None),
    }
}

/// Returns the range that options of `git log` name; none means everything. What only narrows the search is left out.
fn range_of(options: &str) -> Option<String> {
    let mut words = options.split_whitespace();
    let mut range = None;
    while let Some(word) = words.next() {
        match word {
            "--" => break,
            "--all" | "--branches" | "--tags" | "--remotes" => return None,
            word if LOG_VALUE.contains(&word) => drop(words.next()),
            word if word.starts_with('-') => {}
            // Of several no single range says the same.
            word if range.replace(word.to_owned()).is_some() => return None,
            _ => {}
        }
    }
    range
}

/// A command line of gitleaks, understood.
struct Line {
    mode: Mode,
    staged: bool,
    changed: bool,
    source: Option<OsString>,
    range: Option<OsString>,
    report: Option<OsString>,
    format: Option<OsString>,
    out: Vec<OsString>,
    refused: Option<String>,
}

fn read(mode: Mode, detect: bool, rest: &[OsString]) -> Line {
    let mut line = Line {
        mode,
        staged: false,
        changed: mode == Mode::Protect,
        source: None,
        range: None,
        report: None,
        format: None,
        out: Vec::new(),
        refused: None,
    };
    let mut rest = rest.iter().cloned();
    while let Some(arg) = rest.next() {
        let Some(text) = arg.to_str().map(str::to_owned) else {
            line.source = Some(arg);
            continue;
        };
        let (flag, inline) = split(&text);
        if ALONE.contains(&flag) {
            continue;
        }
        if takes_value(flag) {
            let value = inline.map(OsString::from).or_else(|| rest.next());
            line.value(flag, value.unwrap_or_default());
            continue;
        }
        let on = inline != Some("false");
        match flag {
            "--staged" => line.staged = on,
            "--pre-commit" => line.changed = on,
            "--no-git" if detect && on => line.mode = Mode::Files,
            "--pipe" if detect && on => line.mode = Mode::Input,
            "--no-color" if on => line.out.extend(["--color".into(), "never".into()]),
            "--ignore-gitleaks-allow" if on => line.out.push("--no-inline-allow".into()),
            "--no-git" | "--pipe" | "--no-color" | "--ignore-gitleaks-allow" => {}
            flag if flag.starts_with('-') && flag != "-" => line.out.push(arg),
            _ => line.source = Some(arg),
        }
    }
    line
}

impl Line {
    fn value(&mut self, flag: &str, value: OsString) {
        let mut keep = |name: &str, value: OsString| self.out.extend([name.into(), value]);
        match flag {
            "-c" | "--config" => keep("--config", value),
            "-b" | "--baseline-path" => keep("--baseline", value),
            // The usual place is looked at anyway, and need not be there.
            "-i" | "--gitleaks-ignore-path" if value == "." || value == ".gitleaksignore" => {}
            "-i" | "--gitleaks-ignore-path" => keep("--ignore-file", value),
            "--exit-code" | "--enable-rule" | "--max-decode-depth" | "--format" | "--output" => {
                keep(flag, value)
            }
            "--max-target-megabytes" => keep("--max-file-size", value),
            "-r" | "--report-path" if value == "-" => self.report = None,
            "-r" | "--report-path" => self.report = Some(value),
            "-f" | "--report-format" => self.format = Some(value),
            "-s" | "--source" => self.source = Some(value),
            "--log-opts" => self.range = Some(value),
            "--report-template" => self.refused = Some("--report-template".to_owned()),
            _ => {}
        }
    }

    fn finish(self, program: &OsString) -> Rewritten {
        let Self {
            mode,
            staged,
            changed,
            source,
            range,
            report,
            format,
            mut out,
            mut refused,
        } = self;
        let mut args = vec![program.clone()];
        let mut folder = None;
        match mode {
            Mode::Protect | Mode::History if staged => {
                args.extend(["scan".into(), "--staged".into()]);
                folder = source.map(PathBuf::from);
            }
            Mode::Protect | Mode::History if changed => {
                // What is changed and not staged: the files as they are hold all of it.
                args.extend(["scan".into(), ".".into()]);
                folder = source.map(PathBuf::from);
            }
            Mode::Protect | Mode::History => {
                args.push("scan".into());
                match range.and_then(|range| range_of(&range.to_string_lossy())) {
                    Some(range) => args.extend(["--range".into(), range.into()]),
                    None => args.push("--history".into()),
                }
                folder = source.map(PathBuf::from);
            }
            Mode::Files => {
                args.extend(["scan".into(), source.unwrap_or_else(|| ".".into())]);
            }
            Mode::Input => args.extend(["scan".into(), "-".into()]),
        }
        // Files that flags name are those of the folder that the person stands in.
        let report = if folder.is_some() {
            for at in 1..out.len() {
                if FILES.iter().any(|flag| out[at - 1] == *flag) {
                    out[at] = whole(std::mem::take(&mut out[at]));
                }
            }
            report.map(whole)
        } else {
            report
        };
        let format = format.map(|format| format.to_string_lossy().into_owned());
        let format = match format.as_deref() {
            Some("json") => Some("gitleaks".to_owned()),
            Some("template") => {
                refused = Some("--report-format template".to_owned());
                None
            }
            Some(other) => Some(other.to_owned()),
            None => None,
        };
        match report {
            Some(report) => {
                let by_name = format_by_name(&report);
                let mut value = OsString::from(format.as_deref().unwrap_or(by_name));
                value.push(":");
                value.push(report);
                out.extend(["--output".into(), value]);
            }
            None => {
                if let Some(format) = format {
                    out.extend(["--format".into(), format.into()]);
                }
            }
        }
        args.extend(out);
        Rewritten {
            args,
            folder,
            refused,
        }
    }
}

/// Returns the format of a report as gitleaks tells it: by the file's name, and JSON where that says nothing.
fn format_by_name(report: &OsStr) -> &'static str {
    match report.to_string_lossy().rsplit('.').next() {
        Some("csv") => "csv",
        Some("sarif") => "sarif",
        Some("xml") => "junit",
        _ => "gitleaks",
    }
}
