//! Advice on how to allow what is no secret: by a comment where there can be one, else by a fingerprint.

use super::{About, COMMANDS, Piece, Place, config, is_of_another};
use crate::finding::Finding;
use crate::report::around::Subject;

/// So many fingerprints are made, for each takes a millisecond.
const FINGERPRINTS: usize = 20;

/// Returns what to do about findings that are no secrets.
pub(super) fn pieces(about: &About<'_>, blocked: &[&Finding]) -> Vec<Piece> {
    let around = &about.report.around;
    let mut lines: Vec<Commented<'_>> = Vec::new();
    let mut others: Vec<&Finding> = Vec::new();
    for &finding in blocked {
        // A comment counts in the commit that holds the line: one that is made later says nothing of it.
        let marks = comment_marks(finding).filter(|_| about.place(finding) == Some(Place::File));
        if let Some(marks) = marks {
            Commented::add(&mut lines, finding, marks);
        } else if !is_of_another(about.report, &finding.path) {
            others.push(finding);
        }
    }
    let mut pieces = Vec::new();
    let mut comments: Vec<String> = Vec::new();
    for comment in lines.iter().map(Commented::comment) {
        if !comments.contains(&comment) {
            comments.push(comment);
        }
    }
    let mixed = !comments.is_empty();
    if mixed {
        comments.truncate(COMMANDS);
        pieces.push(Piece::new(
            "Not a secret? Say so in a comment on the line, or on the line above it:",
            comments,
        ));
    }
    let mut fingerprints: Vec<String> = Vec::new();
    for fingerprint in others
        .iter()
        .take(FINGERPRINTS)
        .filter_map(|one| one.fingerprint())
    {
        if !fingerprints.contains(&fingerprint) {
            fingerprints.push(fingerprint);
        }
    }
    if fingerprints.is_empty() {
        return pieces;
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
    let says = match around.subject {
        Subject::Received => {
            format!("{which} so in {file}, and push that to the server's default branch first:")
        }
        Subject::Files | Subject::Staged | Subject::Commits => format!("{which} so in {file}:"),
    };
    pieces.push(Piece::new(says, vec![command]));
    pieces
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
