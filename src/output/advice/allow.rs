//! Advice on how to allow what is no secret: by a comment where there can be one, else by a fingerprint.

use super::{About, COMMANDS, Piece, Place};
use crate::finding::Finding;
use crate::report::around::Subject;

/// So many fingerprints are made, for each takes a millisecond.
const FINGERPRINTS: usize = 20;

/// Returns what to do about findings that are no secrets.
pub(super) fn pieces(about: &About<'_>, blocked: &[&Finding]) -> Vec<Piece> {
    let around = &about.report.around;
    let mut comments: Vec<String> = Vec::new();
    let mut others: Vec<&Finding> = Vec::new();
    for &finding in blocked {
        // A comment counts in the commit that holds the line: one that is made later says nothing of it.
        let marks = comment_marks(finding).filter(|_| about.place(finding) == Some(Place::File));
        if let Some((open, close)) = marks {
            let comment = format!(
                "{open} hexguard:allow {} -- why it is none{close}",
                finding.rule.id
            );
            if !comments.contains(&comment) {
                comments.push(comment);
            }
        } else if !around
            .others
            .iter()
            .any(|top| finding.path.starts_with(top))
        {
            others.push(finding);
        }
    }
    let mut pieces = Vec::new();
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
    let file = match around.config {
        "" => "hexguard.toml",
        name => name,
    };
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
