//! The command lines that people have in their hooks for gitleaks: the name can be replaced, the rest goes on to work.

use std::ffi::OsString;
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
const ALONE: [&str; 7] = [
    "-v",
    "--verbose",
    "--no-banner",
    "--follow-symlinks",
    "--ignore-gitleaks-allow=false",
    "--no-color=false",
    "--verbose=true",
];
/// Flags with a value that change nothing here.
const WITH_VALUE: [&str; 8] = [
    "-l",
    "--log-level",
    "-i",
    "--gitleaks-ignore-path",
    "--max-archive-depth",
    "--platform",
    "--timeout",
    "--diagnostics",
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
    const OTHERS: [&str; 18] = [
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
        let (flag, inline) = match text.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => {
                (flag.to_owned(), Some(OsString::from(value)))
            }
            _ => (text.clone(), None),
        };
        if ALONE.contains(&text.as_str()) || flag == "--redact" {
            continue;
        }
        if takes_value(&flag) {
            let value = inline.or_else(|| rest.next()).unwrap_or_default();
            line.value(&flag, value);
            continue;
        }
        let off = inline.as_ref().is_some_and(|value| value == "false");
        match flag.as_str() {
            "--staged" => line.staged = !off,
            "--pre-commit" => line.changed = !off,
            "--no-git" if detect => line.mode = Mode::Files,
            "--pipe" if detect => line.mode = Mode::Input,
            "--no-color" => line.out.extend(["--color".into(), "never".into()]),
            "--ignore-gitleaks-allow" => line.out.push("--no-inline-allow".into()),
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
            "--exit-code" | "--enable-rule" | "--max-decode-depth" | "--format" | "--output" => {
                keep(flag, value)
            }
            "--max-target-megabytes" => keep("--max-file-size", value),
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
                // Of git log's options those that name commits; the others would only narrow the search.
                let range = range.map(|range| range.to_string_lossy().into_owned());
                let mut words = range.iter().flat_map(|range| range.split_whitespace());
                args.push("scan".into());
                match words.find(|word| !word.starts_with('-')) {
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
        match report.filter(|report| report != "-") {
            Some(report) => {
                // gitleaks goes by the name, and writes JSON where that says nothing.
                let by_name = match report.to_string_lossy().rsplit('.').next() {
                    Some("csv") => "csv",
                    Some("sarif") => "sarif",
                    Some("xml") => "junit",
                    _ => "gitleaks",
                };
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(line: &str) -> String {
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let Some(line) = rewrite(&args) else {
            return "none".to_owned();
        };
        let mut text: Vec<String> = line
            .args
            .iter()
            .skip(1)
            .map(|arg| arg.to_string_lossy().into_owned())
            .collect();
        if let Some(folder) = line.folder {
            text.push(format!("@{}", folder.display()));
        }
        text.extend(line.refused.map(|flag| format!("!{flag}")));
        text.join(" ")
    }

    #[test]
    fn the_command_lines_of_gitleaks_become_ours() {
        for (theirs, ours) in [
            ("hexguard protect --staged", "scan --staged"),
            (
                "hexguard protect -v --staged --redact -c .gitleaks.toml",
                "scan --staged --config .gitleaks.toml",
            ),
            (
                "hexguard protect --verbose --staged --redact=100 --no-banner",
                "scan --staged",
            ),
            (
                "hexguard git --staged --pre-commit --redact --verbose",
                "scan --staged",
            ),
            (
                "hexguard git --pre-commit --staged --no-color",
                "scan --staged --color never",
            ),
            ("hexguard --no-banner -l warn git --staged", "scan --staged"),
            ("hexguard git /repo --staged", "scan --staged @/repo"),
            (
                "hexguard protect --staged --source=/repo",
                "scan --staged @/repo",
            ),
            ("hexguard protect", "scan ."),
            ("hexguard detect", "scan --history"),
            ("hexguard detect --no-git -s src", "scan src"),
            ("hexguard detect --no-git", "scan ."),
            ("hexguard detect --pipe", "scan -"),
            (
                "hexguard detect --source . --log-opts=main..HEAD --exit-code 2",
                "scan --range main..HEAD --exit-code 2 @.",
            ),
            ("hexguard git --log-opts --all", "scan --history"),
            (
                "hexguard dir src -f sarif -r out.sarif",
                "scan src --output sarif:out.sarif",
            ),
            (
                "hexguard dir src --report-path out.json",
                "scan src --output gitleaks:out.json",
            ),
            (
                "hexguard dir --report-format json --report-path -",
                "scan . --format gitleaks",
            ),
            (
                "hexguard dir . -b old.json --max-target-megabytes 5",
                "scan . --baseline old.json --max-file-size 5",
            ),
            (
                "hexguard stdin --ignore-gitleaks-allow",
                "scan - --no-inline-allow",
            ),
            (
                "hexguard dir . --report-template x.tmpl",
                "scan . !--report-template",
            ),
            ("hexguard scan .", "none"),
            ("hexguard", "none"),
            ("hexguard --strict", "none"),
        ] {
            assert_eq!(rewritten(theirs), ours, "{theirs}");
        }
    }
}
