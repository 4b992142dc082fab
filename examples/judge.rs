//! Prints what the judge says of every assignment below a folder, one JSON object a line; for measuring and fitting.

use std::path::Path;

use hexguard::detect::judge;
use hexguard::fragment::Fragment;

fn main() {
    for root in std::env::args().skip(1) {
        walk(Path::new(&root));
    }
}

fn walk(path: &Path) {
    if let Ok(entries) = std::fs::read_dir(path) {
        let mut entries: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        entries.iter().for_each(|entry| walk(entry));
        return;
    }
    let Ok(text) = std::fs::read(path) else {
        return;
    };
    let shown = path.display().to_string();
    let fragment = Fragment::content(shown.as_bytes(), &text);
    for (line, explanation) in judge::explain_all(&fragment) {
        let features: serde_json::Map<_, _> = explanation
            .features
            .iter()
            .map(|(says, points)| ((*says).to_owned(), (*points).into()))
            .collect();
        println!(
            "{}",
            serde_json::json!({
                "file": shown,
                "line": line,
                "score": explanation.score,
                "veto": explanation.veto,
                "key": explanation.key,
                "features": features,
            })
        );
    }
}
