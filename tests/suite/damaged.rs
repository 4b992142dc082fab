//! Objects whose files are damaged: each is named as not scanned, at once, wherever it is met, and the rest is scanned.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::containers::hooked;
use crate::support::template::fill;
use crate::support::{Output, Repo, token};

/// What is done to the file of an object.
type Damage = fn(&[u8]) -> Vec<u8>;

const DAMAGES: &[(&str, Damage)] = &[
    ("cut", |bytes| bytes[..bytes.len() - 6].to_vec()),
    ("cut in half", |bytes| bytes[..bytes.len() / 2].to_vec()),
    ("without its checksum", |bytes| {
        bytes[..bytes.len() - 4].to_vec()
    }),
    ("empty", |_| Vec::new()),
    ("zeros at its end", |bytes| {
        let half = bytes.len() / 2;
        [&bytes[..half], &vec![0; bytes.len() - half]].concat()
    }),
    ("longer than it says", |_| packed(b"blob 5\0hello and more")),
    ("shorter than it says", |_| packed(b"blob 5000\0short")),
    ("larger than anything", |_| {
        packed(b"blob 4611686018427387904\0short")
    }),
    ("no kind", |_| packed(b"blub 5\0hello")),
    ("no text", |_| b"no zlib stream".to_vec()),
];

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn file(repo: &Repo, revision: &str) -> PathBuf {
    let id = repo.git(&["rev-parse", revision]).stdout;
    let id = id.trim();
    repo.path()
        .join(format!(".git/objects/{}/{}", &id[..2], &id[2..]))
}

/// Damages the file of an object.
fn damage(repo: &Repo, revision: &str, how: Damage) {
    let path = file(repo, revision);
    let bytes = fs::read(&path).unwrap();
    // git makes them read-only.
    fs::remove_file(&path).unwrap();
    fs::write(&path, how(&bytes)).unwrap();
}

/// Runs hexguard, and says how long that took.
fn timed(repo: &Repo, args: &[&str]) -> Output {
    let start = Instant::now();
    let output = repo.hexguard(args);
    assert!(start.elapsed() < Duration::from_secs(60), "{args:?}");
    output
}

/// A text that takes some hundred bytes however it is packed.
fn text() -> String {
    fill("{{alnum:900}}\n", 5)
}

#[test]
fn a_damaged_object_that_is_staged_is_named_and_the_rest_is_scanned() {
    for (name, how) in DAMAGES {
        let repo = hooked();
        repo.stage("a.txt", text())
            .stage("b.py", format!("T = '{}'\n", token(1)));
        damage(&repo, ":a.txt", *how);
        let output = timed(&repo, &["hook", "pre-commit"]);
        assert_eq!(output.code, 2, "{name} {output:?}");
        let says = "a.txt was not scanned: its object is";
        assert!(output.stderr.contains(says), "{name} {output:?}");
        assert!(output.stderr.contains("b.py:1:6"), "{name} {output:?}");
    }
}

#[test]
fn damage_is_found_wherever_it_is() {
    for (revision, args) in [
        ("HEAD", &["hook", "pre-commit"][..]),
        ("HEAD^{tree}", &["hook", "pre-commit"]),
        (":hexguard.toml", &["hook", "pre-commit"]),
        ("HEAD^:a.txt", &["scan", "--history"]),
        ("HEAD^^{tree}", &["scan", "--history"]),
        ("HEAD^", &["scan", "--history"]),
        ("HEAD^:a.txt", &["scan", "--range", "HEAD"]),
        ("HEAD^:a.txt", &["audit"]),
        ("HEAD^^{tree}", &["audit"]),
        ("HEAD^", &["audit"]),
        ("HEAD", &["audit"]),
    ] {
        for (name, how) in &DAMAGES[..5] {
            let repo = Repo::new();
            repo.stage("a.txt", text()).commit("first");
            repo.stage("a.txt", "other\n").commit("second");
            repo.stage("hexguard.toml", format!("# {}", text()))
                .stage("b.txt", "b\n");
            let id = repo.git(&["rev-parse", revision]).stdout;
            damage(&repo, revision, *how);
            let output = timed(&repo, args);
            assert_eq!(output.code, 2, "{name} {revision} {args:?} {output:?}");
            let says = output.stdout.clone() + &output.stderr;
            let is_named = says.contains(id.trim()) || says.contains("cannot read HEAD");
            assert!(is_named, "{name} {revision} {args:?} {output:?}");
        }
    }
}

#[test]
fn a_change_of_what_is_damaged_is_scanned() {
    for (name, how) in DAMAGES {
        let repo = hooked();
        repo.stage("a.txt", text()).commit("first");
        damage(&repo, "HEAD:a.txt", *how);
        repo.stage("a.txt", format!("T = '{}'\n", token(1)));
        let output = timed(&repo, &["hook", "pre-commit"]);
        assert_eq!(output.code, 1, "{name} {output:?}");
        repo.stage("a.txt", "clean\n");
        let output = timed(&repo, &["hook", "pre-commit"]);
        assert_eq!(output.code, 0, "{name} {output:?}");
    }
}

#[test]
fn what_a_pack_or_another_folder_has_whole_is_read_from_there() {
    let other: Damage = |_| packed(b"blob 6\0hello\n");
    for (name, how) in DAMAGES[..5].iter().chain([&("another", other)]) {
        let repo = Repo::new();
        repo.stage("a.py", format!("T = '{}'\n# {}", token(1), text()))
            .commit("first");
        let whole = fs::read(file(&repo, "HEAD:a.py")).unwrap();
        let lost = file(&repo, "HEAD:a.py");
        repo.git(&["repack", "-q", "-a", "-d"]);
        fs::create_dir_all(lost.parent().unwrap()).unwrap();
        fs::write(&lost, how(&whole)).unwrap();
        let output = timed(&repo, &["scan", "--history"]);
        assert_eq!(output.code, 1, "{name} {output:?}");

        if *name == "another" {
            continue;
        }
        let lender = Repo::new();
        lender
            .stage("a.py", format!("T = '{}'\n# {}", token(1), text()))
            .commit("first");
        let repo = Repo::new();
        let folder = lender.path().join(".git/objects");
        repo.write(
            ".git/objects/info/alternates",
            format!("{}\n", folder.display()),
        );
        repo.stage("a.py", format!("T = '{}'\n# {}", token(1), text()));
        let own = file(&repo, ":a.py");
        fs::create_dir_all(own.parent().unwrap()).unwrap();
        fs::write(&own, how(&whole)).unwrap();
        let output = timed(&repo, &["hook", "pre-commit"]);
        assert_eq!(output.code, 1, "{name} {output:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_an_object_is_not_waited_for() {
    let repo = hooked();
    repo.stage("a.txt", text());
    let path = file(&repo, ":a.txt");
    fs::remove_file(&path).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    let mut command = repo.command("timeout");
    command.args(["20", crate::support::HEXGUARD, "hook", "pre-commit"]);
    let output = crate::support::run(&mut command);
    assert_eq!(output.code, 2, "{output:?}");
    let says = "a.txt was not scanned: its object is";
    assert!(output.stderr.contains(says), "{output:?}");
}

#[test]
fn an_entry_of_the_stash_that_cannot_be_read_is_said() {
    let repo = Repo::new();
    repo.stage("a.py", "x\n").commit("first");
    for number in 0..2 {
        repo.write("a.py", format!("T = '{}'\n", token(number)));
        repo.git(&["stash", "-q"]);
    }
    assert_eq!(timed(&repo, &["scan", "--history"]).code, 1);
    let log = repo.path().join(".git/logs/refs/stash");
    let text = fs::read(&log).unwrap();
    fs::write(&log, "nonsense\n").unwrap();
    let output = timed(&repo, &["scan", "--history"]);
    assert_eq!(output.code, 2, "{output:?}");
    let says = output.stdout.clone() + &output.stderr;
    assert!(says.contains("stash"), "{output:?}");
    fs::write(&log, text).unwrap();
    let id = repo.git(&["rev-parse", "stash@{1}"]).stdout;
    fs::remove_file(file(&repo, "stash@{1}")).unwrap();
    let output = timed(&repo, &["scan", "--history"]);
    assert_eq!(output.code, 2, "{output:?}");
    let says = output.stdout.clone() + &output.stderr;
    assert!(says.contains(id.trim()), "{output:?}");
}

#[cfg(unix)]
#[test]
fn standard_input_that_is_open_for_writing_only_was_not_read() {
    let repo = hooked();
    for args in [
        "scan -",
        "hook pre-push origin ../p",
        "hook pre-receive",
        "redact",
    ] {
        let mut command = repo.command("sh");
        let line = format!("exec '{}' {args} 0>/dev/null", crate::support::HEXGUARD);
        let output = crate::support::run(command.args(["-c", &line]));
        assert_eq!(output.code, 2, "{args} {output:?}");
    }
}

#[test]
fn trees_that_name_each_other_without_end_are_not_walked_without_end() {
    let repo = Repo::new();
    repo.stage("a", "x\n").commit("first");
    let blob = repo.git(&["rev-parse", "HEAD:a"]).stdout;
    let mut entry = format!("100644 blob {}", blob.trim());
    let mut tree = String::new();
    for _ in 0..12 {
        let lines: String = (0..10)
            .map(|n| entry.clone() + &format!("\tf{n}\n"))
            .collect();
        let made = crate::support::run_with(repo.command("git").arg("mktree"), lines.as_bytes());
        tree = made.stdout.trim().to_owned();
        entry = format!("040000 tree {tree}");
    }
    let commit = repo.git(&["commit-tree", "-m", "x", &tree]).stdout;
    repo.git(&["update-ref", "refs/heads/many", commit.trim()]);
    let output = timed(&repo, &["scan", "--history"]);
    assert_eq!(output.code, 2, "{output:?}");

    // A tree that holds itself.
    let repo = Repo::new();
    repo.stage("d/a", "x\n").commit("first");
    let path = file(&repo, "HEAD:d");
    let id = repo.git(&["rev-parse", "HEAD:d"]).stdout;
    let id = id.trim();
    let raw = (0..id.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap());
    let own = [b"40000 a\0".as_slice(), &raw.collect::<Vec<u8>>()].concat();
    let head = format!("tree {}\0", own.len());
    fs::remove_file(&path).unwrap();
    fs::write(&path, packed(&[head.as_bytes(), &own].concat())).unwrap();
    let output = timed(&repo, &["scan", "--history"]);
    assert_eq!(output.code, 2, "{output:?}");
}
