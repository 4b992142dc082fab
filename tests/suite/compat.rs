//! Command lines of gitleaks do what the same lines of hexguard do, seen in a repository where every option tells.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::{HEXGUARD, Repo, run_with, token};

/// Lines of gitleaks with its name replaced, and of hexguard: `_` is a blank within a word, `@` a folder to go to first,
/// `!` a flag that is refused, and what begins with `/` lies beside the repository.
const LINES: &[(&str, &str)] = &[
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
    ("hexguard git --log-opts=-1", "scan --history"),
    ("hexguard git --log-opts=--all_A..B", "scan --history"),
    (
        "hexguard git --log-opts=-n_3_--no-merges_A..B_--_src",
        "scan --range A..B",
    ),
    ("hexguard git --log-opts=A..B_^C", "scan --history"),
    (
        "hexguard git --log-opts=--since=1.week_--_src",
        "scan --history",
    ),
    (
        "hexguard dir . -f=json -r=- -l=warn -v --verbose=false --no-banner=true",
        "scan . --format gitleaks",
    ),
    ("hexguard dir . -fcsv -rout", "scan . --output csv:out"),
    (
        "hexguard dir . -i . -i=ci/ignored -c=ci/g.toml",
        "scan . --ignore-file ci/ignored --config ci/g.toml",
    ),
    (
        "hexguard git --staged=false --no-color=false",
        "scan --history",
    ),
    ("hexguard detect --no-git=true -s=src", "scan src"),
    (
        "hexguard protect --staged -s /repo -c /c.toml -b /b.json -r /out.json",
        "scan --staged --config /c.toml --baseline /b.json --output gitleaks:/out.json @/repo",
    ),
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
];

/// Files that the lines write.
const WRITTEN: [&str; 4] = ["out", "out.json", "out.sarif", "../out.json"];

fn leak(seed: u64) -> String {
    format!("T = '{}'\n", token(seed))
}

/// Returns a repository and one beside it, in which each option of the lines changes what is found or said.
fn made() -> Repo {
    let repo = Repo::new();
    repo.stage("h0.py", leak(10)).commit("0");
    repo.git(&["branch", "old"]);
    for (number, name) in (1..).zip(["A", "B", "C"]) {
        if name == "C" {
            repo.git(&["checkout", "-q", "-b", "work"]);
        }
        repo.stage(&format!("h{number}.py"), leak(10 + number))
            .stage("h0.py", "")
            .commit(name)
            .git(&["tag", name]);
    }
    let other = repo.beside("other");
    fs::create_dir(&other).unwrap();
    let within = |args: &[&str]| {
        let folder = other.to_str().unwrap();
        repo.git(&[&["-C", folder], args].concat());
    };
    within(&["init", "-q"]);
    fs::write(other.join("other.py"), leak(20)).unwrap();
    within(&["add", "other.py"]);
    // Its own settings make way for those that a line names.
    repo.stage("hexguard.toml", "exit-code = 5\n")
        .write(".gitleaks.toml", rule("acme"))
        .write("ci/g.toml", rule("corp"))
        .write("src/a.py", leak(1))
        .write("b.py", format!("T = '{}'  # gitleaks:allow\n", token(2)))
        .write("c.txt", "acme_12345678\ncorp_12345678\n")
        .write("ci/ignored", "src/a.py:hex-personal-token:1\n")
        .stage("staged.py", leak(3) + "x = acme_12345678\n");
    fs::write(repo.beside("c.toml"), rule("corp")).unwrap();
    fs::write(other.join("c.txt"), "corp_12345678\n").unwrap();
    within(&["add", "c.txt"]);
    for (folder, name) in [(repo.path(), "old.json"), (&other, "../b.json")] {
        let report = said(&repo, folder, &["scan", ".", "--format", "gitleaks"]);
        let start = report.find('[').unwrap();
        let end = report.rfind(']').unwrap();
        fs::write(folder.join(name), &report[start..=end]).unwrap();
    }
    repo
}

/// Returns a configuration of gitleaks with one rule.
fn rule(word: &str) -> String {
    format!("[[rules]]\nid = '{word}'\nregex = '{word}_[0-9]{{8}}'\nkeywords = ['{word}_']\n")
}

/// Returns all that a line says and writes.
fn said(repo: &Repo, folder: &Path, args: &[&str]) -> String {
    let allowed = format!("U = '{}'  # gitleaks:allow\n", token(5));
    let input = leak(4) + &allowed;
    let mut command = repo.command(HEXGUARD);
    command
        .args(args)
        .current_dir(folder)
        .env("CLICOLOR_FORCE", "1");
    let output = run_with(&mut command, input.as_bytes());
    let mut all = format!("{}\n", output.code);
    for line in output.stdout.lines().chain(output.stderr.lines()) {
        // How long it took stands at the end of the closing line.
        let timed = line.starts_with("hexguard: ") && line.ends_with('s');
        let line = if timed {
            line.rsplit_once(", ").map_or(line, |(line, _)| line)
        } else {
            line
        };
        all += line;
        all += "\n";
    }
    for name in WRITTEN {
        let path = repo.path().join(name);
        if let Ok(text) = fs::read_to_string(&path) {
            all += &format!("{name}: {text}\n");
            fs::remove_file(path).unwrap();
        }
    }
    all
}

/// Returns a word of a line with its blanks, and with the paths of this repository.
fn word(repo: &Repo, word: &str) -> String {
    let word = word.replace('_', " ");
    let at = word
        .find('/')
        .filter(|&at| at == 0 || word[..at].ends_with(['=', ':', '@']));
    let Some(at) = at else {
        return word;
    };
    let name = match &word[at + 1..] {
        "repo" => "other",
        name => name,
    };
    format!("{}{}", &word[..at], repo.beside(name).display())
}

#[test]
fn the_command_lines_of_gitleaks_do_what_ours_do() {
    let repo = made();
    let mut told: BTreeMap<String, &str> = BTreeMap::new();
    for &(theirs, ours) in LINES {
        let words =
            |line: &str| -> Vec<String> { line.split(' ').map(|text| word(&repo, text)).collect() };
        if theirs.contains("megabytes") {
            let padding = "\n".repeat(6_000_000);
            repo.write("large.txt", padding + &leak(5));
        }
        let line = words(theirs);
        let line: Vec<&str> = line.iter().skip(1).map(String::as_str).collect();
        let theirs_said = said(&repo, repo.path(), &line);
        if let Some((_, flag)) = ours.split_once(" !") {
            let wanted = format!("{flag} of gitleaks has no counterpart here");
            assert!(
                theirs_said.starts_with("2\n") && theirs_said.contains(&wanted),
                "{theirs_said}"
            );
            continue;
        }
        let line = words(ours);
        let folder = line.iter().find_map(|word| word.strip_prefix('@'));
        let folder = folder.map_or(repo.path().to_owned(), |folder| repo.path().join(folder));
        let line: Vec<&str> = line
            .iter()
            .map(String::as_str)
            .filter(|word| !word.starts_with('@'))
            .collect();
        let ours_said = said(&repo, &folder, &line);
        assert_eq!(theirs_said, ours_said, "{theirs}");
        // Lines that differ say different things here, and so does a line without one of its options: what is lost of
        // one would be noticed. `--staged` is what is done without it.
        for (at, _) in line
            .iter()
            .enumerate()
            .filter(|(_, word)| word.starts_with("--") && **word != "--staged")
        {
            let value = line.get(at + 1).is_some_and(|word| !word.starts_with("--"));
            let without = [&line[..at], &line[at + 1 + usize::from(value)..]].concat();
            assert_ne!(
                said(&repo, &folder, &without),
                ours_said,
                "{ours}: {}",
                line[at]
            );
        }
        let first = told.entry(ours_said).or_insert(ours);
        assert_eq!(*first, ours, "{theirs}");
        if theirs.contains("megabytes") {
            fs::remove_file(repo.path().join("large.txt")).unwrap();
        }
    }
}

#[test]
fn lines_of_our_own_are_left_alone() {
    let repo = made();
    let of = |args: &[&str]| said(&repo, repo.path(), args);
    assert_eq!(of(&[]), of(&["scan", "--staged"]));
    assert_eq!(of(&["--strict"]), of(&["scan", "--staged", "--strict"]));
    assert_eq!(of(&["scan", "."]), of(&["dir", "."]));
    assert_ne!(of(&["scan", "."]), of(&["scan", "--staged"]));
}
