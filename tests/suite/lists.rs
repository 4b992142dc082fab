//! Of a long list, a long map or a wide table every entry is looked at, wherever the secret stands among them.

use crate::support::{Repo, template::fill};

fn password(seed: u64) -> String {
    fill("{{alnum:9}}{{digit:3}}{{alnum:6}}", seed)
}

/// Returns so many entries and one with a secret behind them.
fn entries(count: u64, entry: impl Fn(u64, &str) -> String) -> String {
    let other = |n: u64| entry(n, &format!("${{VAULT_{n}}}"));
    (0..count).map(other).collect::<String>() + &entry(count, &password(count))
}

#[test]
fn a_secret_behind_many_references_stops_the_commit() {
    let quoted = |count| entries(count, |_, value| format!("\"{value}\", "));
    let pairs = |count| entries(count, |n, value| format!("\"u{n}\": \"{value}\", "));
    for count in [41, 700] {
        let yaml = entries(count, |n, value| format!("  u{n}: \"{value}\"\n"));
        let items = entries(count, |_, value| format!("  - \"{value}\"\n"));
        let lines = entries(count, |_, value| format!("    \"{value}\",\n"));
        let section = entries(count, |n, value| format!("u{n} = {value}\n"));
        let headers = (0..count).fold(String::new(), |row, n| row + &format!("password{n},"));
        let cells = "x,".repeat(usize::try_from(count).unwrap());
        for (path, text) in [
            ("a.yaml", format!("passwords:\n{yaml}")),
            ("b.yaml", format!("passwords:\n{items}")),
            (
                "a.json",
                format!("{{\"passwords\": [{}\"\"]}}", quoted(count)),
            ),
            (
                "b.json",
                format!("{{\"passwords\": {{{}\"z\": \"\"}}}}", pairs(count)),
            ),
            (
                "c.json",
                format!("{{\"password\": [{}\"\"]}}", quoted(count)),
            ),
            ("a.py", format!("PASSWORDS = [\n{lines}]\n")),
            ("b.py", format!("PASSWORDS = [{}]\n", quoted(count))),
            ("a.go", format!("var passwords = []string{{\n{lines}}}\n")),
            ("a.ini", format!("[passwords]\n{section}")),
            (
                "a.csv",
                format!("{headers}password\n{cells}{}\n", password(count)),
            ),
        ] {
            let repo = Repo::new();
            repo.stage(path, &text).hook("pre-commit");
            let stopped = repo.try_git(&["commit", "-q", "-m", "x"]);
            assert_eq!(stopped.code, 1, "{path}, {count}: {stopped:?}");
            assert!(
                stopped.stderr.contains(", 1 blocked, 0 skipped"),
                "{path}, {count}: {stopped:?}"
            );
        }
    }
}

#[test]
fn what_is_added_to_a_long_list_of_known_passwords_is_new() {
    let repo = Repo::new();
    let list = |count: u64| (0..count).map(|n| format!("  - {}\n", password(n)));
    let text = |count| format!("passwords:\n{}", list(count).collect::<String>());
    repo.stage("a.yaml", text(60));
    repo.git(&["commit", "-q", "-m", "x"]);
    repo.hook("pre-commit").stage("a.yaml", text(61));
    let stopped = repo.try_git(&["commit", "-q", "-m", "y"]);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    assert!(stopped.stderr.contains("a.yaml:62:"), "{stopped:?}");
}

#[test]
fn comments_and_blank_lines_between_entries_end_no_list() {
    let v = [1, 2, 3].map(password);
    let [one, two, three] = &v;
    for (path, text) in [
        (
            "a.yaml",
            format!("passwords:\n  - {one} # mail\n\n  # next\n  - {two}  # ftp\n  - {three}\n"),
        ),
        (
            "b.yaml",
            format!("passwords:\n  a: {one} # mail\n\n  b: {two} #ftp\n  c: \"{three}\"\n"),
        ),
        (
            "a.ini",
            format!("[passwords]\na = {one} ; mail\nb = {two} # ftp\nc = {three}\n"),
        ),
    ] {
        let repo = Repo::new();
        repo.write(path, &text);
        let found = repo.hexguard(&["scan", path]);
        assert!(found.stdout.contains(", 3 blocked, "), "{path}: {found:?}");
    }
}
