//! Advice on how to allow what is no secret: by a comment where there can be one, else by a fingerprint.

use std::collections::BTreeSet;

use super::{About, COMMANDS, Piece, Place, config, is_of_another};
use crate::finding::Finding;
use crate::output::escaped;
use crate::report::around::Subject;

/// So many fingerprints are made, for each takes a millisecond.
const FINGERPRINTS: usize = 20;
/// So many comments are written: more kinds of files come together seldom.
const COMMENTS: usize = 8;

/// Returns what to do about findings that are no secrets.
pub(super) fn pieces(about: &About<'_>, blocked: &[&Finding]) -> Vec<Piece> {
    let refused = is_refused(about);
    let mut lines: Vec<Commented<'_>> = Vec::new();
    let mut others: Vec<&Finding> = Vec::new();
    for &finding in blocked {
        // A comment counts in the commit that holds the line: one that is made later says nothing of it.
        let can = !refused && about.place(finding) == Some(Place::File);
        if let Some(marks) = comment_marks(finding).filter(|_| can) {
            Commented::add(&mut lines, finding, marks);
        } else if !is_of_another(about.report, &finding.path) {
            others.push(finding);
        }
    }
    let mut pieces = Vec::new();
    let mixed = !lines.is_empty();
    if mixed {
        pieces.push(Piece::new(
            "Not a secret? Say so in a comment on the line, or on the line above it:",
            comments(about, &lines),
        ));
    }
    pieces.extend(by_fingerprint(about, &others, mixed));
    pieces
}

/// Tells whether an exception must be committed before what it allows.
fn is_refused(about: &About<'_>) -> bool {
    let around = &about.report.around;
    around.refuses && around.subject == Subject::Staged
}

/// Returns the comments that allow some lines, each kind once; where there are several, with the files that they are for.
fn comments(about: &About<'_>, lines: &[Commented<'_>]) -> Vec<String> {
    let mut kinds: Vec<(String, Vec<String>)> = Vec::new();
    for line in lines {
        let (comment, file) = (line.comment(), kind_of_file(about, line.path));
        match kinds.iter_mut().find(|(same, _)| *same == comment) {
            Some((_, files)) if files.contains(&file) => {}
            Some((_, files)) => files.push(file),
            None => kinds.push((comment, vec![file])),
        }
    }
    let alone = kinds.len() == 1;
    let more = kinds.len().saturating_sub(COMMENTS);
    let shown = kinds.into_iter().take(COMMENTS);
    let mut comments: Vec<String> = shown
        .map(|(comment, files)| match files.len() {
            _ if alone => comment,
            0..=COMMANDS => format!("{}: {comment}", files.join(", ")),
            _ => format!("{}, …: {comment}", files[..COMMANDS].join(", ")),
        })
        .collect();
    if more > 0 {
        comments.push(format!(
            "... and {more} more, of the same form with other rules"
        ));
    }
    comments
}

/// Returns what tells the files of one kind from others: the extension, else the name.
fn kind_of_file(about: &About<'_>, path: &[u8]) -> String {
    let path = about.paths.bytes(path);
    let name = path.rsplit(|&b| b == b'/').next().unwrap_or_default();
    let extension = memchr::memrchr(b'.', name).filter(|&at| at > 0);
    escaped(&name[extension.unwrap_or_default()..])
}

/// Says how to allow values wherever they stand.
fn by_fingerprint(about: &About<'_>, findings: &[&Finding], mixed: bool) -> Option<Piece> {
    let around = &about.report.around;
    let mut seen = BTreeSet::new();
    let mut values: Vec<&Finding> = Vec::new();
    for &finding in findings {
        if seen.insert((finding.rule.id, finding.secret.expose())) {
            values.push(finding);
        }
    }
    let mut fingerprints: Vec<String> = Vec::new();
    let shown = values.iter().take(FINGERPRINTS);
    for fingerprint in shown.filter_map(|one| one.fingerprint()) {
        if !fingerprints.contains(&fingerprint) {
            fingerprints.push(fingerprint);
        }
    }
    if fingerprints.is_empty() {
        return None;
    }
    let file = config(about.report);
    let mut command = format!(
        "hexguard allow {} --reason 'why it is none'",
        fingerprints.join(" ")
    );
    if around.repository {
        command += &format!(" && git add -- ':/{file}'");
    }
    let which = if mixed {
        "Where no comment can stand, say"
    } else {
        "Not a secret? Say"
    };
    let part = match values.len().saturating_sub(FINGERPRINTS) {
        0 => String::new(),
        more if about.report.unlisted.blocked == 0 => {
            format!(" (these are {FINGERPRINTS} values; scan again for {more} more)")
        }
        _ => format!(" (these are {FINGERPRINTS} values; scan again for more)"),
    };
    let says = if is_refused(about) {
        command += &format!(" && git commit -m 'Allow what is no secret' -- ':/{file}'");
        let merging = if about.report.merging {
            "`git merge --abort`, then commit"
        } else {
            "Commit"
        };
        format!(
            "Not a secret? {merging} the exception first, by itself, then this without comments that allow it{part}:"
        )
    } else if around.subject == Subject::Received {
        format!("{which} so in {file}, and push that to the server's default branch first{part}:")
    } else if around.refuses && around.subject == Subject::Commits {
        format!(
            "{which} so in {file}, in a change of its own that is there first: what comes along does not count{part}:"
        )
    } else {
        format!("{which} so in {file}{part}:")
    };
    Some(Piece::new(says, vec![command]))
}

/// A line with findings, which one comment allows.
struct Commented<'f> {
    path: &'f [u8],
    line: usize,
    marks: (&'static str, &'static str),
    rules: Vec<&'static str>,
}

impl<'f> Commented<'f> {
    /// Notes a finding with the others of its line.
    fn add(lines: &mut Vec<Self>, finding: &'f Finding, marks: (&'static str, &'static str)) {
        let (path, line) = (finding.path.as_slice(), finding.place.line);
        let rule = finding.rule.id;
        // They come in the order of the text.
        let same = lines
            .last_mut()
            .filter(|one| (one.path, one.line) == (path, line));
        match same {
            Some(same) if same.rules.contains(&rule) => {}
            Some(same) => same.rules.push(rule),
            None => lines.push(Self {
                path,
                line,
                marks,
                rules: vec![rule],
            }),
        }
    }

    fn comment(&self) -> String {
        let (open, close) = self.marks;
        let rules = self.rules.join(", ");
        format!("{open} hexguard:allow {rules} -- why it is none{close}")
    }
}

/// Returns how a comment opens and closes in a file of this name; `None` where there are no comments, or none that people can
/// write into a file that a program makes.
fn comment_marks(finding: &Finding) -> Option<(&'static str, &'static str)> {
    if finding.member().is_some() {
        return None;
    }
    let name = finding
        .path
        .rsplit(|&b| b == b'/')
        .next()
        .unwrap_or(&finding.path)
        .to_ascii_lowercase();
    let name = String::from_utf8_lossy(&name);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "go" | "rs" | "java" | "kt" | "kts"
        | "scala" | "swift" | "c" | "h" | "cc" | "cpp" | "hpp" | "cs" | "php" | "dart"
        | "groovy" | "jsonc" | "json5" | "proto" | "sol" => Some(("//", "")),
        "sql" | "lua" | "hs" | "elm" | "ada" => Some(("--", "")),
        "html" | "htm" | "xml" | "md" | "vue" | "svelte" | "xaml" | "svg" | "config" | "csproj" => {
            Some(("<!--", " -->"))
        }
        "ini" | "cfg" | "el" | "lisp" | "clj" | "asm" => Some((";", "")),
        "tex" | "erl" | "m" => Some(("%", "")),
        "py" | "sh" | "bash" | "zsh" | "fish" | "rb" | "r" | "pl" | "yaml" | "yml" | "toml"
        | "tf" | "tfvars" | "hcl" | "env" | "conf" | "properties" | "ps1" | "jl" | "nix" | "ex"
        | "exs" | "mk" | "cmake" | "dockerfile" => Some(("#", "")),
        _ if name.starts_with(".env")
            || name.starts_with("dockerfile")
            || name.starts_with("makefile") =>
        {
            Some(("#", ""))
        }
        _ => None,
    }
}
