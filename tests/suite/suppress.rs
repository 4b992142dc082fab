//! What accepts a finding: comments, allowlists, the baseline; and that nothing accepted disappears.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;

use hexguard::finding::Secret;
use hexguard::fingerprint::{Fingerprints, fresh_salt, is_fingerprint};
use hexguard::suppress::Globs;
use hexguard::suppress::baseline::{Baseline, Entry};

use crate::support::{HEXGUARD, Repo, custom_rule, digest, hex, token};

#[test]
fn a_comment_accepts_and_the_closing_line_says_so() {
    let repo = Repo::new();
    let secret = token(10);
    for line in [
        format!("TOKEN = \"{secret}\"  # hexguard:allow hex-personal-token -- revoked\n"),
        format!("TOKEN = \"{secret}\"  # gitleaks:allow\n"),
        format!("# hexguard:allow-next-line\nTOKEN = \"{secret}\"\n"),
        format!("// pragma: allowlist nextline secret\nTOKEN = \"{secret}\"\n"),
    ] {
        repo.write("a.py", &line);
        let output = repo.hexguard(&["scan", "."]);
        assert_eq!(output.code, 0, "{line}{output:?}");
        assert!(output.stdout.contains("1 allowed"), "{line}{output:?}");
    }
    for line in [
        format!("TOKEN = \"{secret}\"  # nosec\n"),
        format!("X = 1  # hexguard:allow\nTOKEN = \"{secret}\"\n"),
    ] {
        repo.write("a.py", &line);
        assert_eq!(repo.hexguard(&["scan", "."]).code, 1, "{line}");
    }
    repo.write(
        "a.py",
        format!("T = \"{secret}\"  # hexguard:allow until=2020-01-01\n"),
    );
    let output = repo.hexguard(&["scan", "."]);
    assert_eq!(output.code, 1);
    assert!(output.stdout.contains("2020-01-01"), "{output:?}");
}

/// Returns the command that a report suggests, which begins with these words.
fn suggested(report: &str, words: &str) -> String {
    let line = report.lines().find(|line| line.trim().starts_with(words));
    line.unwrap_or_else(|| panic!("no `{words}` in\n{report}"))
        .trim()
        .to_owned()
}

/// Runs a line as a person would who pastes it into a shell.
fn paste(repo: &Repo, line: &str) -> crate::support::Output {
    let folder = std::path::Path::new(crate::support::HEXGUARD)
        .parent()
        .unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut command = repo.command("sh");
    command
        .args(["-c", line])
        .env("PATH", format!("{}:{path}", folder.display()));
    crate::support::run(&mut command)
}

#[test]
fn the_suggested_allow_command_lets_the_commit_through_and_nothing_else() {
    let repo = Repo::new();
    // JSON has no comments: the fingerprint is what is left.
    repo.hook("pre-commit")
        .stage("a.json", format!("{{\"token\": \"{}\"}}\n", token(1)));
    let stopped = repo.try_git(&["commit", "-m", "x"]);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    let line = suggested(&stopped.stderr, "hexguard allow hg1:");
    let pasted = paste(&repo, &line);
    assert_eq!(pasted.code, 0, "{line}\n{pasted:?}");
    let written = std::fs::read_to_string(repo.path().join("hexguard.toml")).unwrap();
    assert!(written.starts_with("salt = \""), "{written}");
    assert!(!written.contains(&token(1)[5..20]), "{written}");
    let output = repo.try_git(&["commit", "-m", "x"]);
    assert_eq!(output.code, 0, "{output:?}");

    // Another secret has another fingerprint; with the salt in place the command goes the other way.
    repo.stage("b.json", format!("{{\"token\": \"{}\"}}\n", token(2)));
    let stopped = repo.try_git(&["commit", "-m", "x"]);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    let pasted = paste(&repo, &suggested(&stopped.stderr, "hexguard allow hg1:"));
    assert_eq!(pasted.code, 0, "{pasted:?}");
    assert_eq!(repo.try_git(&["commit", "-m", "x"]).code, 0);

    // The same value elsewhere, later, with other line ends: the same fingerprint.
    repo.write(
        "c/d.json",
        format!("\r\n\r\n{{\"token\":\r\n \"{}\"}}\r\n", token(1)),
    );
    let output = repo.hexguard(&["scan", "."]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(output.stdout.contains("3 allowed"), "{output:?}");
    let shown = repo.hexguard(&["scan", "--show-suppressed", "."]);
    assert!(shown.stdout.contains("why it is none"), "{shown:?}");
}

#[test]
fn fingerprints_of_a_report_hold_though_the_first_of_them_brought_the_salt() {
    let repo = Repo::new();
    repo.hook("pre-commit");
    for (name, seed) in [("a.json", 1), ("b.json", 2), ("c.json", 3)] {
        repo.stage(name, format!("{{\"token\": \"{}\"}}\n", token(seed)));
    }
    let report = repo
        .hexguard(&["scan", "--staged", "--format", "jsonl"])
        .stdout;
    let mut fingerprints: Vec<&str> = report
        .match_indices("hg1:")
        .map(|(at, _)| &report[at..at + 20])
        .collect();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 3, "{report}");
    for fingerprint in fingerprints {
        let allowed = repo.hexguard(&["allow", fingerprint, "--reason", "a test"]);
        assert_eq!(allowed.code, 0, "{allowed:?}");
    }
    repo.git(&["add", "hexguard.toml"]);
    let output = repo.try_git(&["commit", "-m", "x"]);
    assert_eq!(output.code, 0, "{output:?}");
}

#[test]
fn an_exception_that_holds_a_secret_is_not_written() {
    let repo = Repo::new();
    let secret = token(1);
    let path = format!("tests/{secret}/**");
    let reason = format!("it is {secret}");
    for args in [
        &["--path", &path, "--reason", "why"][..],
        &["--path", "tests/**", "--rule", "jwt", "--reason", &reason],
        &["--value", &secret, "--reason", "why"],
    ] {
        let output = repo.hexguard(&[&["allow"], args].concat());
        assert_eq!(output.code, 2, "{output:?}");
        assert!(!output.stderr.contains(&secret[5..20]), "{output:?}");
        assert!(!repo.path().join("hexguard.toml").exists(), "{args:?}");
    }
}

#[test]
fn outside_of_a_repository_no_command_of_git_is_advised() {
    let repo = Repo::new();
    let folder = repo.beside("plain");
    std::fs::create_dir(&folder).unwrap();
    let mut command = repo.command(crate::support::HEXGUARD);
    command.args([
        "allow", "--path", "x/", "--rule", "hex-*", "--reason", "a test",
    ]);
    let output = crate::support::run(command.current_dir(&folder));
    assert_eq!(output.code, 0, "{output:?}");
    assert!(!output.stdout.contains("git add"), "{output:?}");
}

#[test]
fn outside_of_a_repository_a_fingerprint_is_taken_as_it_was_shown() {
    let repo = Repo::new();
    let folder = repo.beside("plain");
    std::fs::create_dir(&folder).unwrap();
    let run = |args: &[&str], input: &[u8]| {
        let mut command = repo.command(crate::support::HEXGUARD);
        crate::support::run_with(command.args(args).current_dir(&folder), input)
    };
    let secret = format!("T = '{}'\n", token(1));
    let scan = run(&["scan", "-", "--format", "json"], secret.as_bytes());
    let report: serde_json::Value = serde_json::from_str(&scan.stdout).unwrap();
    let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap();
    // What lies in the folder is not looked through: it may be anything.
    std::fs::write(folder.join("big.txt"), "password = ").unwrap();
    let allow = run(&["allow", fingerprint, "--reason", "r"], b"");
    assert_eq!(allow.code, 0, "{allow:?}");
    assert!(!allow.stdout.contains("note"), "{allow:?}");
    assert_eq!(run(&["scan", "-"], secret.as_bytes()).code, 0);
}

#[test]
fn an_exception_for_a_rule_that_is_not_there_is_refused() {
    let repo = Repo::new();
    for (rule, near) in [
        ("nope", None),
        ("hex-workspace-tokn", Some("hex-workspace-token")),
    ] {
        let output = repo.hexguard(&["allow", "--rule", rule, "--reason", "r"]);
        assert_eq!(output.code, 2, "{output:?}");
        assert!(output.stderr.contains("there is no rule"), "{output:?}");
        if let Some(near) = near {
            assert!(output.stderr.contains(near), "{output:?}");
        }
        assert!(!repo.path().join("hexguard.toml").exists());
    }
}

#[test]
fn allows_hold_by_rule_path_and_value_until_their_day_and_unused_ones_are_pruned() {
    let repo = Repo::new();
    repo.write("tests/a.py", format!("T = '{}'\n", token(1)));
    let config = |allow: &str| {
        repo.write(
            "hexguard.toml",
            format!("[[allow]]\n{allow}\nreason = 'r'\n"),
        );
        repo.hexguard(&["scan", "."]).code
    };
    for (allow, code) in [
        ("path = 'tests/**'", 0),
        ("path = 'src/**'", 1),
        ("rule = 'hex-*'", 0),
        ("rule = 'aws-*'", 1),
        ("value = 'hxtp_[0-9a-f]+'", 0),
        ("value = 'hxtp_[0-9a-f]{8}'", 1),
        ("rule = 'hex-*'\npath = 'src/**'", 1),
        (
            "rule = 'hex-*'\npath = ['src/**', 'tests/']\nuntil = '2999-12-31'",
            0,
        ),
        ("rule = 'hex-*'\nuntil = '2020-12-31'", 1),
    ] {
        assert_eq!(config(allow), code, "{allow}");
    }
    repo.write(
        "hexguard.toml",
        "# ours\nstrict = true\n\n[[allow]]\npath = 'tests/'\nreason = 'of use'\n\n# gone\n[[allow]]\npath = 'old/'\nreason = 'of none'\n",
    );
    let unused = repo.hexguard(&["allow", "--unused"]);
    assert_eq!(unused.code, 0, "{unused:?}");
    assert_eq!(
        unused.stdout.trim(),
        "hexguard.toml:9: it matches nothing any more"
    );
    assert_eq!(repo.hexguard(&["allow", "--prune"]).code, 0);
    let text = std::fs::read_to_string(repo.path().join("hexguard.toml")).unwrap();
    assert_eq!(
        text,
        "# ours\nstrict = true\n\n[[allow]]\npath = 'tests/'\nreason = 'of use'\n"
    );
    for (args, wanted) in [
        (vec!["allow", "hg1:12", "--reason", "x"], "no fingerprint"),
        (vec!["allow", "--reason", "x"], "it would accept everything"),
        (
            vec!["allow", "--path", "a{b", "--reason", "x"],
            "no path pattern",
        ),
    ] {
        let output = repo.hexguard(&args);
        assert_eq!(output.code, 2, "{args:?}");
        assert!(output.stderr.contains(wanted), "{output:?}");
    }
    assert_eq!(
        repo.hexguard(&["allow", "--rule", "hex-*", "--path", "x/", "--reason", "y"])
            .code,
        0
    );
    assert!(repo.hexguard(&["config"]).stdout.contains("allow: y"));
}

#[test]
fn a_baseline_accepts_what_is_there_and_nothing_new() {
    let repo = Repo::new();
    repo.stage(
        "old.py",
        format!("T = '{}'\nU = '{}'\n", token(1), token(2)),
    )
    .stage("folder/other.py", format!("T = '{}'\n", token(1)))
    .commit("before hexguard")
    .hook("pre-commit");
    let made = repo.hexguard(&["baseline"]);
    assert_eq!(made.code, 0, "{made:?}");
    assert!(made.stdout.contains("2 secrets accepted"), "{made:?}");
    let pasted = paste(&repo, &suggested(&made.stdout, "git add"));
    assert_eq!(pasted.code, 0, "{pasted:?}");
    assert_eq!(repo.try_git(&["commit", "-m", "baseline"]).code, 0);
    let text = std::fs::read_to_string(repo.path().join(".hexguard-baseline")).unwrap();
    let entries: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(entries.len(), 2, "{text}");
    assert!(entries.is_sorted() && entries.iter().all(|line| line.starts_with("hg1:")));
    for seed in [1, 2] {
        assert!(!text.contains(&token(seed)[5..15]) && !text.contains(&token(seed)[90..]));
    }
    assert_eq!(repo.hexguard(&["scan", "."]).code, 0);

    // Moved, and on another line: still accepted. Another one: not.
    repo.git(&["mv", "old.py", "new.py"]);
    repo.write("new.py", format!("\n\nif x:\n    T = '{}'\n", token(1)));
    assert_eq!(repo.hexguard(&["scan", "."]).code, 0);
    repo.write("more.py", format!("T = '{}'\n", token(3)));
    assert_eq!(repo.hexguard(&["scan", "."]).code, 1);

    // Made again: the same bytes for the same tree, and what is gone is named and pruned.
    repo.write("more.py", "");
    let again = repo.hexguard(&["baseline"]);
    assert!(again.stdout.contains("stale: hg1:"), "{again:?}");
    assert_eq!(
        std::fs::read_to_string(repo.path().join(".hexguard-baseline")).unwrap(),
        text
    );
    let pasted = paste(&repo, "hexguard baseline --prune");
    assert_eq!(pasted.code, 0, "{pasted:?}");
    let pruned = std::fs::read_to_string(repo.path().join(".hexguard-baseline")).unwrap();
    assert_eq!(
        pruned
            .lines()
            .filter(|line| line.starts_with("hg1:"))
            .count(),
        1
    );
    repo.write(".hexguard-baseline", "nonsense\n");
    let broken = repo.hexguard(&["scan", "."]);
    assert_eq!(
        broken.code, 2,
        "a baseline that cannot be read is no empty one: {broken:?}"
    );
    assert!(broken.stderr.contains(".hexguard-baseline:1"), "{broken:?}");
}

#[test]
fn the_files_of_other_tools_are_honoured_as_they_are() {
    let repo = Repo::new();
    let secret = token(1);
    let text = format!("T = '{secret}'\n");
    repo.write("d/a.py", &text);
    let sha1 = digest("sha1sum", secret.as_bytes());
    let sha256 = digest("sha256sum", secret.as_bytes());
    let checksum = digest("sha256sum", format!("d/a.py{text}").as_bytes());
    let secrets = |file: &str, hash: &str, real: &str| {
        format!(
            "{{\"version\": \"1.5.0\", \"results\": {{\"{file}\": [{{\"type\": \"Secret Keyword\", \"filename\": \"{file}\", \"hashed_secret\": \"{hash}\", \"is_verified\": false{real}, \"line_number\": 9}}]}}, \"generated_at\": \"2026-01-01T00:00:00Z\"}}"
        )
    };
    let other = "0".repeat(40);
    let table = [
        (".secrets.baseline", secrets("d/a.py", &sha1, ""), 0),
        (
            ".secrets.baseline",
            secrets("d\\\\a.py", &sha1, ", \"is_secret\": false"),
            0,
        ),
        (
            ".secrets.baseline",
            secrets("d/a.py", &sha1, ", \"is_secret\": true"),
            1,
        ),
        (".secrets.baseline", secrets("d/b.py", &sha1, ""), 1),
        (".secrets.baseline", secrets("d/a.py", &other, ""), 1),
        (".secrets.baseline", "nonsense".to_owned(), 2),
        (".secretsignore", "d/*\n".to_owned(), 0),
        (".secretsignore", "d/*\n!d/a.py\n".to_owned(), 1),
        (
            ".secretsignore",
            "# c\nother/\n[secrets]\n^hxtp_\n".to_owned(),
            0,
        ),
        (".secretsignore", "[secrets]\nabsent\n".to_owned(), 1),
        (".gitallowed", "^d/a\\.py:1:T = \n".to_owned(), 0),
        (".gitallowed", "^d/a\\.py:2:\n".to_owned(), 1),
        (".betterleaksignore", format!("{sha256}\n"), 0),
        (".betterleaksignore", format!("{}\n", "0".repeat(64)), 1),
        (
            ".betterleaksignore",
            "d/a.py:hex-personal-token:1\n".to_owned(),
            0,
        ),
        (
            ".talismanrc",
            format!("fileignoreconfig:\n- filename: d/a.py\n  checksum: {checksum}\n"),
            0,
        ),
        (
            ".talismanrc",
            format!("fileignoreconfig:\n- filename: d/a.py\n  checksum: {sha256}\n"),
            1,
        ),
        (
            ".talismanrc",
            format!(
                "fileignoreconfig:\n- filename: d/a.py\n  checksum: {checksum}\n  ignore_detectors: [filename]\n"
            ),
            1,
        ),
        (
            ".talismanrc",
            "fileignoreconfig:\n- filename: d/a.py\n  allowed_patterns: [\"T = 'hxtp\"]\n"
                .to_owned(),
            0,
        ),
        (
            ".talismanrc",
            "allowed_patterns:\n- hxtp_[0-9a-f]+\nversion: \"1.0\"\n".to_owned(),
            0,
        ),
    ];
    for (name, text, code) in table {
        repo.write(name, &text);
        let output = repo.hexguard(&["scan", "--show-suppressed", "d"]);
        assert_eq!(output.code, code, "{name}: {text}\n{output:?}");
        if code == 0 {
            assert!(
                output.stdout.contains("1 allowed") && output.stdout.contains(name),
                "{output:?}"
            );
        }
        std::fs::remove_file(repo.path().join(name)).unwrap();
    }
    repo.git(&["config", "--add", "secrets.allowed", "T = 'hxtp"]);
    assert_eq!(repo.hexguard(&["scan", "d"]).code, 0);
    repo.git(&["config", "--add", "secrets.patterns", "acme-[0-9]{6}"]);
    repo.write("d/b.txt", "acme-123456\n");
    let output = repo.hexguard(&["scan", "d"]);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stdout.contains("git-secrets-pattern"), "{output:?}");
}

#[test]
fn the_files_of_other_tools_cannot_be_smuggled_either() {
    let repo = Repo::new();
    repo.hook("pre-commit").stage("x", "").commit("x");
    let stage = || {
        repo.stage("a.py", format!("T = '{}'\n", token(1)))
            .stage(".gitallowed", "hxtp_\n");
        repo.try_git(&["commit", "-m", "x"])
    };
    let output = stage();
    assert_eq!(output.code, 0, "{output:?}");
    assert!(
        output.stderr.contains(".gitallowed is new or changed"),
        "{output:?}"
    );
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.stage("hexguard.toml", "same-commit-allow = 'block'\n")
        .commit("policy");
    let output = stage();
    assert_eq!(output.code, 1, "{output:?}");
    assert!(
        output.stderr.contains("what is new in .gitallowed"),
        "{output:?}"
    );
}

#[test]
fn what_a_comment_says_never_shows_the_secret() {
    let repo = Repo::new();
    let (one, two, old) = (token(1), token(2), format!("c{}", hex(95, 3)));
    let inner = |secret: &str| secret[10..40].to_owned();
    repo.write(
        "a.py",
        format!("A = '{one}'  # hexguard:allow -- {one} is revoked\n"),
    )
    .write(
        "b.json",
        format!("{{\"a\": \"{one} # hexguard:allow -- b\", \"c\": \"{two}\"}}\n"),
    )
    .write(
        "c.py",
        // Somebody names the value where a rule is wanted.
        format!("HEX_API_TOKEN = '{old}'  # hexguard:allow {old}\n"),
    );
    for format in [
        "human", "compact", "json", "jsonl", "sarif", "github", "gitlab", "junit", "csv",
        "gitleaks",
    ] {
        let args = ["scan", "--show-suppressed", "--format", format, "."];
        let output = repo.hexguard(&args);
        assert_eq!(output.code, 1, "{output:?}");
        for secret in [inner(&one), inner(&two), inner(&old)] {
            let shown = output.stdout.contains(&secret) || output.stderr.contains(&secret);
            assert!(!shown, "{format}: {output:?}");
        }
    }
    // In a hook what the commit allows itself is named, too.
    repo.hook("pre-commit").git(&["add", "a.py"]);
    let output = repo.try_git(&["commit", "-m", "x"]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(
        output.stderr.contains("(**** is revoked)") && !output.stderr.contains(&inner(&one)),
        "{output:?}"
    );
}

#[test]
fn a_secret_in_a_file_name_stays_out_of_the_baseline() {
    let repo = Repo::new();
    let secret = token(1);
    repo.write(&format!("d/{secret}.txt"), format!("T = '{}'\n", token(2)));
    let output = repo.hexguard(&["baseline"]);
    assert_eq!(output.code, 0, "{output:?}");
    let text = std::fs::read_to_string(repo.path().join(".hexguard-baseline")).unwrap();
    let entries = text.lines().filter(|line| line.starts_with("hg1:")).count();
    assert!(entries == 2 && !text.contains(&secret[10..40]), "{text}");
    assert_eq!(repo.hexguard(&["scan", "."]).code, 0);
    std::fs::remove_dir_all(repo.path().join("d")).unwrap();
    let output = repo.hexguard(&["allow", "--unused"]);
    assert!(output.stdout.contains("hxtp_****"), "{output:?}");
    assert!(!output.stdout.contains(&secret[10..40]), "{output:?}");
}

#[test]
fn a_baseline_that_comes_with_the_secret_is_named_and_can_be_refused() {
    let repo = Repo::new();
    repo.hook("pre-commit").stage("x", "").commit("x");
    let stage = || {
        repo.stage("a.py", format!("T = '{}'\n", token(1)));
        assert_eq!(repo.hexguard(&["baseline"]).code, 0);
        repo.git(&["add", ".hexguard-baseline"]);
        repo.try_git(&["commit", "-m", "x"])
    };
    let output = stage();
    assert_eq!(output.code, 0, "{output:?}");
    let named = ".hexguard-baseline: 1 secret accepted";
    assert!(
        output
            .stderr
            .contains(&format!("this commit lets more through: {named}")),
        "{output:?}"
    );
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.stage("hexguard.toml", "same-commit-allow = 'block'\n")
        .commit("policy");
    let output = stage();
    assert_eq!(output.code, 1, "{output:?}");
    assert!(
        output
            .stderr
            .contains(&format!("comes with this commit: {named}")),
        "{output:?}"
    );
}

#[test]
fn two_baselines_merge_without_a_conflict() {
    let repo = Repo::new();
    let add = |name: &str, seeds: std::ops::Range<u64>| {
        for seed in seeds {
            repo.stage(
                &format!("{name}{seed}.py"),
                format!("T = '{}'\n", token(seed)),
            );
        }
        assert_eq!(repo.hexguard(&["baseline"]).code, 0);
        repo.git(&["add", ".hexguard-baseline"]);
        repo.commit(name);
    };
    add("base", 0..12);
    repo.git(&["checkout", "-q", "-b", "other"]);
    add("theirs", 20..21);
    repo.git(&["checkout", "-q", "main"]);
    add("ours", 30..31);
    // Where both add a line at the same place, both are wanted: git has a driver for that.
    repo.write(".git/info/attributes", ".hexguard-baseline merge=union\n");
    repo.git(&["merge", "-q", "-m", "merged", "other"]);
    let text = std::fs::read_to_string(repo.path().join(".hexguard-baseline")).unwrap();
    assert_eq!(
        text.lines().filter(|line| line.starts_with("hg1:")).count(),
        14
    );
    assert_eq!(repo.hexguard(&["scan", "."]).code, 0);
}

#[test]
fn patterns_mean_what_they_mean_in_gitignore() {
    let matches =
        |pattern: &str, path: &str| Globs::new([pattern]).unwrap().matches(path.as_bytes());
    for (pattern, path) in [
        ("*.lock", "a/b/yarn.lock"),
        ("tests/**", "tests/a/b.py"),
        ("tests/*.py", "tests/a.py"),
        ("/a.py", "a.py"),
        ("vendor/", "x/vendor/a/b.js"),
        ("vendor", "vendor/a/b.js"),
        ("**/fixtures/*.json", "a/b/fixtures/c.json"),
        ("docs/{a,b}.md", "docs/b.md"),
    ] {
        assert!(matches(pattern, path), "{pattern} {path}");
    }
    for (pattern, path) in [
        ("tests/*.py", "tests/a/b.py"),
        ("/a.py", "b/a.py"),
        ("tests/**", "src/tests/a.py"),
        ("*.lock", "lock"),
    ] {
        assert!(!matches(pattern, path), "{pattern} {path}");
    }
    assert!(Globs::new(["a{b"]).is_err());
}

#[test]
fn what_is_written_is_read_again() {
    let mut baseline = Baseline {
        salts: vec!["5a17".to_owned(), "5a18".to_owned()],
        entries: BTreeMap::new(),
    };
    let entry = |path: &str| Entry {
        rule: "aws-key".to_owned(),
        path: path.to_owned(),
    };
    baseline
        .entries
        .insert("hg1:00112233445566ff".to_owned(), entry("a b/c.py"));
    baseline
        .entries
        .insert("hg1:0011223344556677".to_owned(), entry("x\\ny"));
    let text = baseline.text();
    assert_eq!(
        text.lines().skip(1).collect::<Vec<_>>(),
        [
            "# salt 5a17",
            "# salt 5a18",
            "hg1:0011223344556677 aws-key x\\ny",
            "hg1:00112233445566ff aws-key a b/c.py",
        ]
    );
    assert_eq!(
        Baseline::parse(text.replace('\n', "\r\n").as_bytes(), "b").unwrap(),
        baseline
    );
}

#[test]
fn what_is_no_baseline_is_refused_with_its_place() {
    let error = |text: &str| {
        Baseline::parse(text.as_bytes(), "b")
            .unwrap_err()
            .to_string()
    };
    assert!(error("# x\nhg1:12 a b").starts_with("b:2: `hg1:12`"));
    assert!(error("<<<<<<< HEAD\n").contains("merge conflict"));
}

#[test]
fn rule_value_and_salt_decide_and_line_ends_do_not() {
    let rule = |id: &str| {
        let text = format!("id = '{id}'\ntitle = 'x'\nregex = 'abc[0-9]'\nkeywords = ['abc']");
        &*Box::leak(Box::new(custom_rule(&text)))
    };
    let (first, second) = (rule("a-a"), rule("b-b"));
    let of = |rule, value: &[u8], salt: &str| {
        let made = Fingerprints::new(salt).of(rule, &Secret::new(value));
        made.unwrap()
    };
    let one = of(first, b"x\ny", "s");
    assert!(is_fingerprint(&one), "{one}");
    assert_eq!(one, of(first, b"x\r\ny", "s"));
    assert_ne!(one, of(second, b"x\ny", "s"));
    assert_ne!(one, of(first, b"x\nz", "s"));
    assert_ne!(one, of(first, b"x\ny", "t"));
    assert_ne!(fresh_salt(), fresh_salt());
    assert_eq!(fresh_salt().len(), 32);
}

#[test]
fn a_baseline_that_cannot_be_read_is_an_error_without_a_finding_too() {
    for text in [
        "not a baseline\n",
        "<<<<<<< HEAD\n",
        "[{\"File\": 1}, ]",
        "{\"version\": 1}",
    ] {
        let repo = Repo::new();
        repo.write("a.txt", "fine\n").write("known", text);
        for args in [
            &["scan", "-b", "known", "a.txt"][..],
            &["scan", "-b", "known"],
        ] {
            let output = repo.hexguard(args);
            assert_eq!(output.code, 2, "{text}: {output:?}");
            assert!(output.stderr.contains("known"), "{output:?}");
        }
        repo.stage(".hexguard-baseline", text).stage("a.txt", "b\n");
        assert_eq!(repo.hexguard(&["hook", "pre-commit"]).code, 2);
    }
}

#[test]
fn the_first_baselines_of_two_branches_are_merged_by_keeping_all_lines() {
    let repo = Repo::new();
    let leak = |seed: u64| format!("HEX={}\n", token(seed));
    let baseline = |file: &str, seed: u64| {
        repo.write(file, leak(seed));
        assert_eq!(repo.hexguard(&["baseline"]).code, 0);
        let text = std::fs::read_to_string(repo.path().join(".hexguard-baseline")).unwrap();
        std::fs::remove_file(repo.path().join(".hexguard-baseline")).unwrap();
        std::fs::remove_file(repo.path().join(file)).unwrap();
        text
    };
    let (ours, theirs) = (baseline("a.py", 1), baseline("b.py", 2));
    repo.write("a.py", leak(1)).write("b.py", leak(2));
    let mut sorted: Vec<&str> = ours.lines().chain(theirs.lines()).collect();
    sorted.sort_unstable();
    for merged in [
        format!("{ours}{theirs}"),
        format!("{theirs}{ours}"),
        sorted.join("\n"),
    ] {
        repo.write(".hexguard-baseline", &merged);
        let scan = |file: &str| repo.hexguard(&["scan", file]).code;
        assert_eq!((scan("a.py"), scan("b.py")), (0, 0), "{merged}");
        repo.write("c.py", leak(3));
        assert_eq!(scan("c.py"), 1);
        // What is written anew keeps the entries as they are.
        assert_eq!(repo.hexguard(&["baseline"]).code, 0);
        let text = std::fs::read_to_string(repo.path().join(".hexguard-baseline")).unwrap();
        for line in merged.lines().filter(|line| line.starts_with("hg1:")) {
            assert!(text.contains(line), "{text}");
        }
        assert_eq!(
            (scan("a.py"), scan("b.py"), scan("c.py")),
            (0, 0, 0),
            "{text}"
        );
        // A salt that no entry needs any more goes with the last of its entries.
        std::fs::remove_file(repo.path().join("c.py")).unwrap();
        let salts = |text: &str| {
            text.lines()
                .filter(|line| line.starts_with("# salt"))
                .count()
        };
        assert_eq!(salts(&text), 2);
        std::fs::rename(repo.path().join("b.py"), repo.beside("b.py")).unwrap();
        std::fs::rename(repo.path().join("a.py"), repo.beside("a.py")).unwrap();
        assert_eq!(repo.hexguard(&["baseline", "--prune"]).code, 0);
        let text = std::fs::read_to_string(repo.path().join(".hexguard-baseline")).unwrap();
        assert_eq!(salts(&text), 1, "{text}");
        std::fs::rename(repo.beside("b.py"), repo.path().join("b.py")).unwrap();
        std::fs::rename(repo.beside("a.py"), repo.path().join("a.py")).unwrap();
    }
}

#[test]
fn exceptions_that_are_made_at_once_are_all_kept() {
    let repo = Repo::new();
    repo.commit("first");
    let paths: Vec<String> = (0..6).map(|n| format!("p{n}.txt")).collect();
    let children: Vec<_> = paths
        .iter()
        .map(|path| {
            let mut command = repo.command(HEXGUARD);
            command.args(["allow", "--path", path, "--reason", "sample"]);
            command.stdout(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let text = fs::read_to_string(repo.path().join("hexguard.toml")).unwrap();
    for path in &paths {
        assert!(text.contains(path), "{path}: {text}");
    }
}

#[test]
fn the_fingerprint_of_a_message_or_of_an_earlier_commit_is_allowed_as_it_was_told() {
    let fingerprint = |text: &str| {
        let at = text.find("hg1:").expect("it was told");
        text[at..at + 20].to_owned()
    };
    let repo = Repo::new();
    repo.commit("first").hook("commit-msg");
    let commit = ["commit", "-q", "--allow-empty", "-m", &token(4)];
    let told = repo.try_git(&commit);
    assert_ne!(told.code, 0);
    let message = fingerprint(&told.stderr);
    let allowed = repo.hexguard(&["allow", &message, "--reason", "sample"]);
    assert!(
        allowed.stdout.contains("it counts for messages"),
        "{allowed:?}"
    );
    repo.git(&["add", "hexguard.toml"]);
    assert_eq!(repo.try_git(&commit).code, 0);

    // What was told before the repository had a salt counts behind it, too.
    let repo = Repo::new();
    repo.stage("gone.py", format!("T = \"{}\"\n", token(5)))
        .commit("leak");
    repo.stage("here.py", format!("T = \"{}\"\n", token(6)));
    repo.git(&["rm", "-q", "gone.py"]);
    repo.commit("gone");
    let told = repo
        .hexguard(&["scan", "--history", "--format", "json"])
        .stdout;
    let at = told.find("gone.py").expect("it was told");
    let gone = fingerprint(&told[at..]);
    assert_eq!(repo.hexguard(&["baseline"]).code, 0);
    assert_eq!(
        repo.hexguard(&["allow", &gone, "--reason", "revoked"]).code,
        0
    );
    repo.git(&["add", "."]);
    repo.commit("accepted");
    let left = repo.hexguard(&["scan", "--history"]);
    assert_eq!(left.code, 0, "{left:?}");
}
