//! What stands outside of the repository: the user's file, git's configuration, the environment, the system's file.

use std::fs;
use std::process::Command;
use std::sync::LazyLock;

use hexguard::config::key::{Loosens, Scope};

use crate::support::{HEXGUARD, Output, Repo, run, token};

/// Returns a repository with hooks for commits and pushes, and a remote that has its first commit.
fn repo() -> Repo {
    let repo = Repo::new();
    repo.stage("x", "x\n").commit("x");
    repo.git(&["init", "-q", "--bare", "-b", "main", "../remote.git"]);
    repo.git(&["remote", "add", "origin", "../remote.git"]);
    repo.git(&["push", "-q", "origin", "main"]);
    repo.hook("pre-commit").hook("pre-push");
    repo
}

fn user_file(repo: &Repo, text: &str) {
    let folder = repo.beside(".config/hexguard");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();
}

fn secret(seed: u64) -> String {
    format!("T = '{}'\n", token(seed))
}

/// Says what a commit may be loosened by, from outside.
fn loosened_commits(repo: &Repo) -> Vec<(String, Command)> {
    let commit = || {
        let mut command = repo.command("git");
        command.args(["commit", "-q", "-m", "x"]);
        command
    };
    let mut all = Vec::new();
    for (name, value) in [
        ("HEXGUARD_EXCLUDE", "**"),
        ("HEXGUARD_DISABLE", "*"),
        ("HEXGUARD_ONLY", "jwt"),
        ("HEXGUARD_EXIT_CODE", "0"),
    ] {
        let mut command = commit();
        command.env(name, value);
        all.push((name.to_owned(), command));
    }
    let config = repo.beside("loose.toml");
    fs::write(&config, "exclude = '**'\n").unwrap();
    let mut command = commit();
    command.env("HEXGUARD_CONFIG", &config);
    all.push(("loose.toml".to_owned(), command));
    let mut command = commit();
    command.env("GITLEAKS_CONFIG_TOML", "[allowlist]\npaths = ['''a''']\n");
    all.push(("GITLEAKS_CONFIG_TOML".to_owned(), command));
    for (setting, named) in [
        ("hexguard.disable=*", "git config hexguard.disable"),
        ("secrets.allowed=hxtp_", "git config secrets.*"),
    ] {
        let mut command = repo.command("git");
        command.args(["-c", setting, "commit", "-q", "-m", "x"]);
        all.push((named.to_owned(), command));
    }
    all
}

#[test]
fn what_loosens_a_commit_from_outside_is_said_and_looked_at_by_the_push() {
    let first = repo();
    let count = loosened_commits(&first).len();
    for number in 0..count {
        let repo = repo();
        let (named, mut commit) = loosened_commits(&repo).remove(number);
        repo.stage("a.py", secret(1));
        let output = run(&mut commit);
        assert_eq!(output.code, 0, "{named}: {output:?}");
        let said: Vec<&str> = output
            .stderr
            .lines()
            .filter(|line| line.contains("looser"))
            .collect();
        assert_eq!(said.len(), 1, "{named}: {output:?}");
        assert!(said[0].contains(&named), "{named}: {output:?}");
        assert!(
            repo.path().join(".git/hexguard/skipped").exists(),
            "{named}"
        );
        let push = repo.try_git(&["push", "-q", "origin", "main"]);
        assert_eq!(push.code, 1, "{named}: {push:?}");
    }
}

#[test]
fn a_push_is_not_loosened_from_outside() {
    let repo = repo();
    repo.stage("a.py", secret(1)).commit("a leak");
    let push = |command: &mut Command| run(command.args(["push", "-q", "origin", "main"]));
    for (name, value) in [("HEXGUARD_EXCLUDE", "**"), ("HEXGUARD_DISABLE", "*")] {
        let output = push(repo.command("git").env(name, value));
        assert_eq!(output.code, 1, "{name}: {output:?}");
        assert!(
            output.stderr.contains("not counted for a push"),
            "{output:?}"
        );
    }
    user_file(&repo, "[tier]\n'hex-*' = 'warn'\n");
    assert_eq!(push(&mut repo.command("git")).code, 1);
    // What makes it stricter does count.
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    user_file(
        &repo,
        "exclude = 'nothing'\n[[rule]]\nid = 'acme'\ntitle = 'A'\nregex = 'acme_[0-9]{8}'\nkeywords = ['acme_']\n",
    );
    repo.stage("b.txt", "x = acme_83920175\n").commit("b");
    let output = push(&mut repo.command("git"));
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stderr.contains("[acme]"), "{output:?}");
}

#[test]
fn what_loosens_nothing_is_not_said() {
    let repo = repo();
    repo.stage("hexguard.toml", "exclude = ['x']\n")
        .commit("configured");
    user_file(
        &repo,
        "color = 'never'\nstrict = false\nexclude = 'x'\nexit-code = 1\n[tier]\njwt = 'block'\n",
    );
    repo.git(&["config", "hexguard.strict", "true"]);
    repo.stage("b.py", "x = 1\n");
    let mut commit = repo.command("git");
    commit
        .args(["commit", "-q", "-m", "x"])
        .env("HEXGUARD_SHOW_KNOWN", "1");
    let output = run(&mut commit);
    assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{output:?}");
    assert!(!repo.path().join(".git/hexguard/skipped").exists());
}

/// A setting: what the repository says of it, what loosens that, and what does not.
const SETTINGS: &[(&str, &str, &str, &str)] = &[
    ("allow-unscanned", "allow-unscanned = 'x'", "y", "x"),
    ("baseline", "baseline = ''", "notes.txt", ""),
    ("disable", "disable = 'jwt'", "hex-*", "jwt"),
    ("exclude", "exclude = 'x'", "y", "x"),
    ("exit-code", "", "0", "3"),
    ("exports", "", "off", "warn"),
    ("exports", "exports = 'warn'", "off", "block"),
    ("exports", "exports = 'block'", "warn", "block"),
    ("inline-allow", "inline-allow = false", "true", "false"),
    ("max-decode-depth", "", "0", "2"),
    (
        "max-file-size",
        "allow-unscanned = 'x'\nmax-file-size = 2",
        "1",
        "3",
    ),
    ("only", "", "jwt", ""),
    ("only", "only = ['jwt', 'hex-*']", "", "generic-*"),
    ("other-tools", "other-tools = false", "true", "false"),
    ("salt", "salt = 'a'", "b", "a"),
    (
        "same-commit-allow",
        "same-commit-allow = 'block'",
        "warn",
        "block",
    ),
    ("strict", "strict = true", "false", "true"),
];

/// A baseline that accepts a token.
static BASELINE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let repo = Repo::new();
    repo.write("b.py", secret(5));
    assert_eq!(repo.hexguard(&["baseline"]).code, 0);
    fs::read(repo.path().join(".hexguard-baseline")).unwrap()
});

/// Something that is said from outside of the repository.
type Outside<'a> = &'a dyn Fn(&Repo, &mut Command);

/// Returns a repository whose commits are looked at by `said_of`.
fn configured() -> Repo {
    let repo = Repo::new();
    repo.stage("notes.txt", &*BASELINE)
        .stage(".gitallowed", "x\n")
        .stage("requirements.txt", "hextoolkit\n")
        .commit("configured");
    repo.hook("pre-commit");
    repo
}

/// Returns what a commit says of being loosened from outside, and whether that is noted for the next push.
fn said_of(repo: &Repo, text: &str, outside: Outside<'_>) -> (Vec<String>, bool) {
    repo.stage("hexguard.toml", format!("{text}\n")).commit("x");
    let mut commit = repo.command("git");
    outside(repo, &mut commit);
    let output = run(commit.args(["commit", "-q", "--allow-empty", "-m", "x"]));
    assert_eq!(output.code, 0, "{text} {output:?}");
    let lines = output.stderr.lines();
    let lines = lines.filter(|line| line.contains("looser"));
    let skipped = repo.path().join(".git/hexguard/skipped");
    let noted = skipped.exists();
    if noted {
        fs::remove_file(skipped).unwrap();
    }
    (lines.map(str::to_owned).collect(), noted)
}

#[test]
fn every_setting_that_loosens_from_outside_is_said_and_noted() {
    let named = |name: &str| SETTINGS.iter().any(|(key, ..)| *key == name);
    for key in hexguard::config::key::KEYS {
        let may = key.loosens != Loosens::Never && key.scope == Scope::Any;
        assert_eq!(may, named(key.name), "{}", key.name);
    }
    let repo = configured();
    for (key, text, looser, stricter) in SETTINGS {
        let variable = format!("HEXGUARD_{}", key.to_ascii_uppercase().replace('-', "_"));
        for (value, loosens) in [(looser, true), (stricter, false)] {
            let by_environment = |_: &Repo, commit: &mut Command| {
                commit.env(&variable, value);
            };
            let by_git = |_: &Repo, commit: &mut Command| {
                commit.args(["-c", &format!("hexguard.{key}={value}")]);
            };
            let ways: [Outside<'_>; 2] = [&by_environment, &by_git];
            for outside in ways {
                // A list grows; nothing takes a part of it away.
                let loosens = loosens && !value.is_empty();
                let (said, noted) = said_of(&repo, text, outside);
                assert_eq!(
                    (said.len(), noted),
                    (usize::from(loosens), loosens),
                    "{key} {value}: {said:?}"
                );
                let of_file = matches!(*key, "baseline" | "other-tools");
                assert!(
                    said.iter().all(|line| of_file || line.contains(key)),
                    "{said:?}"
                );
            }
        }
    }
}

#[test]
fn what_the_file_of_the_user_loosens_is_said_and_noted() {
    let repo = configured();
    for (text, loosens) in [
        ("exports = 'off'", "exports `off`"),
        ("exports = 'block'", ""),
        ("exit-code = 0", "exit-code `0`"),
        ("strict = true", ""),
        ("only = 'jwt'", "only `jwt`"),
        ("max-decode-depth = 0", "max-decode-depth `0`"),
        ("allow-unscanned = 'x'", "allow-unscanned `x`"),
        ("baseline = 'notes.txt'", "notes.txt: 1 secret accepted"),
        ("baseline = ''", ""),
        ("extends = 'more.toml'", "exclude `y`"),
        ("[tier]\njwt = 'off'", "tier `jwt` = off"),
        ("[tier]\njwt = 'block'", ""),
        ("[[allow]]\nrule = 'jwt'\nreason = 'r'", "allow (r)"),
        (
            "[[rule]]\nid = 'a-b'\ntitle = 'A'\nregex = 'abc'\nkeywords = ['abc']\ntier = 'warn'",
            "rule `a-b`",
        ),
        (
            "[[rule]]\nid = 'a-b'\ntitle = 'A'\nregex = 'abc'\nkeywords = ['abc']",
            "",
        ),
    ] {
        let (said, noted) = said_of(&repo, "", &|repo, _| {
            user_file(repo, &format!("{text}\n"));
            fs::write(repo.beside(".config/hexguard/more.toml"), "exclude = 'y'\n").unwrap();
        });
        let count = usize::from(!loosens.is_empty());
        assert_eq!((said.len(), noted), (count, count > 0), "{text}: {said:?}");
        assert!(said.iter().all(|line| line.contains(loosens)), "{said:?}");
    }
}

#[test]
fn files_lead_to_others_by_paths_from_where_they_stand() {
    let repo = Repo::new();
    let organisation = repo.beside("org");
    fs::create_dir_all(&organisation).unwrap();
    fs::write(
        organisation.join("a.toml"),
        "extends = 'b.toml'\nexclude = 'of-a'\n",
    )
    .unwrap();
    fs::write(organisation.join("b.toml"), "exclude = 'of-b'\n").unwrap();
    let path = organisation.join("a.toml").display().to_string();
    let shows = |output: &Output| {
        assert_eq!(output.code, 0, "{output:?}");
        for (part, file) in [("of-a", "a.toml:2"), ("of-b", "b.toml:1")] {
            let line = format!("exclude += [\"{part}\"]");
            let found = output.stdout.lines().find(|one| one.starts_with(&line));
            let file = organisation.join(file).display().to_string();
            assert!(found.is_some_and(|one| one.ends_with(&file)), "{output:?}");
        }
    };
    repo.write("hexguard.toml", format!("extends = ['{path}']\n"));
    shows(&repo.hexguard(&["config"]));
    fs::remove_file(repo.path().join("hexguard.toml")).unwrap();
    user_file(&repo, &format!("extends = '{path}'\n"));
    shows(&repo.hexguard(&["config"]));
    user_file(&repo, "extends = '../../org/a.toml'\n");
    shows(&repo.hexguard(&["config"]));
    user_file(&repo, "");
    shows(&run(repo
        .command(HEXGUARD)
        .args(["config", "--config", &path])));
    for (extends, wanted) in [
        ("https://acme.example/org.toml", "is no path"),
        (
            "/none/org.toml",
            "hexguard.toml:1: `/none/org.toml` does not exist",
        ),
        ("/dev/zero", "does not exist"),
        (
            "../org/a.toml",
            "hexguard.toml:1: `../org/a.toml` leads out of the repository",
        ),
    ] {
        repo.write("hexguard.toml", format!("extends = '{extends}'\n"));
        let output = repo.hexguard(&["config"]);
        assert_eq!(output.code, 2, "{output:?}");
        assert!(output.stderr.contains(wanted), "{output:?}");
    }
    // What stands in a file that the repository has no part in is not told.
    let private = repo.beside("private");
    fs::write(&private, "hidden-word = 1\n").unwrap();
    repo.write(
        "hexguard.toml",
        format!("extends = '{}'\n", private.display()),
    );
    let output = repo.hexguard(&["config"]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(!output.stderr.contains("hidden-word"), "{output:?}");
    for wrong in [
        ["config", "hexguard.extends", "x"],
        ["config", "hexguard.locked", "x"],
    ] {
        fs::remove_file(repo.path().join("hexguard.toml")).ok();
        repo.git(&wrong);
        let output = repo.hexguard(&["config"]);
        assert_eq!(output.code, 2, "{output:?}");
        assert!(output.stderr.contains("counts only in files"), "{output:?}");
        repo.git(&["config", "--unset", wrong[1]]);
    }
}

/// Returns a program in a repository on a machine whose git configuration names this file of hexguard's.
fn on_machine(repo: &Repo, program: &str, text: &str) -> Command {
    let (config, git) = (repo.beside("system.toml"), repo.beside("gitconfig"));
    fs::write(&config, text).unwrap();
    let named = format!("[hexguard]\n\tconfig = {}\n", config.display());
    fs::write(&git, named).unwrap();
    let mut command = repo.command(program);
    command
        .env_remove("GIT_CONFIG_NOSYSTEM")
        .env("GIT_CONFIG_SYSTEM", git);
    command
}

#[test]
fn what_the_system_locks_is_not_loosened_above_it() {
    const LOCKED: &str = "locked = ['disable', 'exclude', 'only', 'tier', 'allow', 'exit-code', 'inline-allow', 'other-tools', 'baseline', 'same-commit-allow']\ninline-allow = false\nother-tools = false\nbaseline = ''\nsame-commit-allow = 'block'\nexclude = 'vendor/'\n";
    let repo = Repo::new();
    repo.stage("x", "x\n").commit("x");
    repo.hook("pre-commit").stage("a.py", secret(1));
    repo.write("vendor/b.py", secret(2)).git(&["add", "vendor"]);
    let commit = |setting: &str| {
        let mut command = on_machine(&repo, "git", LOCKED);
        if !setting.is_empty() {
            command.args(["-c", setting]);
        }
        run(command.args(["commit", "-q", "-m", "x"]))
    };
    for (text, named) in [
        ("disable = '*'\n", "disable"),
        ("exclude = '**'\n", "exclude"),
        ("only = 'jwt'\n", "only"),
        ("exit-code = 0\n", "exit-code"),
        ("inline-allow = true\n", "inline-allow"),
        ("other-tools = true\n", "other-tools"),
        ("baseline = 'x'\n", "baseline"),
        ("[tier]\n'*' = 'off'\n", "tier"),
        ("[[allow]]\npath = '**'\nreason = 'r'\n", "allow (r)"),
        (
            "[[rule]]\nid = 'my'\ntitle = 'M'\nregex = 'hxtp_[A-Za-z0-9_-]+'\nkeywords = ['hxtp_']\ntier = 'warn'\nspecificity = 65535\n",
            "rule `my`",
        ),
    ] {
        repo.stage("hexguard.toml", text);
        // What comes with a commit is refused anyway: this is about what is there.
        repo.git(&[
            "commit",
            "-q",
            "--no-verify",
            "-m",
            "c",
            "--",
            "hexguard.toml",
        ]);
        let output = commit("");
        assert_eq!(output.code, 1, "{text} {output:?}");
        let lines = output
            .stderr
            .lines()
            .filter(|line| line.contains("locked, and not counted"));
        let lines: Vec<&str> = lines.collect();
        assert_eq!(lines.len(), 1, "{text} {output:?}");
        assert!(lines[0].contains(named), "{text} {output:?}");
        assert!(!output.stderr.contains("vendor"), "{output:?}");
    }
    repo.stage("hexguard.toml", "");
    repo.git(&[
        "commit",
        "-q",
        "--no-verify",
        "-m",
        "c",
        "--",
        "hexguard.toml",
    ]);
    assert_eq!(commit("hexguard.exclude=**").code, 1);
    user_file(&repo, "disable = '*'\n");
    assert_eq!(commit("").code, 1);
    user_file(&repo, "");
    // What is stricter counts, and what is locked says what can be.
    repo.write("warned.py", "x = 1\n");
    let output = run(on_machine(&repo, HEXGUARD, "locked = ['exclud']\n").arg("config"));
    assert_eq!(output.code, 2, "{output:?}");
    assert!(
        output.stderr.contains("did you mean `exclude`?"),
        "{output:?}"
    );
    repo.write("hexguard.toml", "locked = ['exclude']\n");
    let output = repo.hexguard(&["config"]);
    assert_eq!(output.code, 2, "{output:?}");
    let wanted =
        "hexguard.toml:1: `locked` counts only in the user's and the system's configuration";
    assert!(output.stderr.contains(wanted), "{output:?}");
}

#[test]
fn the_system_is_named_by_its_own_configuration_only() {
    let repo = Repo::new();
    let output = run(on_machine(&repo, HEXGUARD, "exclude = 'org'\n").arg("config"));
    assert!(output.stdout.contains("exclude += [\"org\"]"), "{output:?}");
    // Nobody names another one in a clone.
    let other = repo.beside("other.toml");
    fs::write(&other, "exclude = 'loose'\n").unwrap();
    repo.git(&["config", "hexguard.config", &other.display().to_string()]);
    let output = run(on_machine(&repo, HEXGUARD, "exclude = 'org'\n").arg("config"));
    assert!(output.stdout.contains("exclude += [\"org\"]"), "{output:?}");
    assert!(!output.stdout.contains("loose"), "{output:?}");
    fs::remove_file(repo.beside("system.toml")).unwrap();
    let mut command = repo.command(HEXGUARD);
    command.env("GIT_CONFIG_SYSTEM", repo.beside("gitconfig"));
    let output = run(command.env_remove("GIT_CONFIG_NOSYSTEM").arg("config"));
    assert_eq!(output.code, 2, "{output:?}");
    assert!(
        output.stderr.contains("system.toml does not exist"),
        "{output:?}"
    );
}

#[test]
fn what_a_push_brings_for_itself_is_named_and_can_be_refused() {
    for (before, branch, code, said) in [
        (
            "",
            "main",
            0,
            "this push lets more through: hexguard.toml:1: exclude",
        ),
        (
            "",
            "new",
            0,
            "this push lets more through: hexguard.toml:1: exclude",
        ),
        (
            "same-commit-allow = 'block'\n",
            "main",
            1,
            "not counted, because it comes with this push: hexguard.toml:1: exclude",
        ),
        (
            "same-commit-allow = 'block'\n",
            "new",
            1,
            "not counted, because it comes with this push: hexguard.toml:1: exclude",
        ),
    ] {
        let repo = repo();
        repo.stage("hexguard.toml", before).commit("before");
        // What hexguard has seen go there, the other side is known to have.
        repo.git(&["push", "-q", "origin", "main"]);
        repo.git(&["checkout", "-q", "-B", branch]);
        repo.stage("a.py", secret(1))
            .stage("hexguard.toml", format!("exclude = 'a.py'\n{before}"))
            .commit("a leak, and what lets it through");
        let output = repo.try_git(&["push", "-q", "origin", branch]);
        assert_eq!(output.code, code, "{before} {branch} {output:?}");
        assert!(output.stderr.contains(said), "{before} {branch} {output:?}");
    }
    // A first push brings everything: there is nothing to compare it with.
    let repo = repo();
    repo.git(&["init", "-q", "--bare", "../other.git"]);
    repo.stage("a.py", secret(1));
    repo.stage("hexguard.toml", "exclude = 'a.py'\n")
        .commit("x");
    let output = repo.try_git(&["push", "-q", "../other.git", "main"]);
    assert_eq!(output.code, 0, "{output:?}");
    let said = "this push is judged by its own configuration, which lets through: hexguard.toml:1: exclude `a.py`";
    assert!(output.stderr.contains(said), "{output:?}");
}

#[test]
fn what_is_locked_is_not_reached_by_another_file() {
    let locked = "locked = ['allow', 'baseline', 'other-tools']\n";
    for (name, text) in [
        (".gitleaks.toml", "[allowlist]\npaths = ['''.*''']\n"),
        (".gitleaksignore", "a.py:hex-personal-token:1\n"),
        (".gitallowed", ".*\n"),
        (".hexguard-baseline", ""),
    ] {
        let repo = repo();
        repo.write("a.py", secret(3));
        if text.is_empty() {
            assert_eq!(repo.hexguard(&["baseline"]).code, 0);
        } else {
            repo.write(name, text);
        }
        repo.git(&["add", "--", name]);
        repo.commit("exceptions");
        repo.git(&["add", "a.py"]);
        let mut free = repo.command(HEXGUARD);
        assert_eq!(run(free.args(["hook", "pre-commit"])).code, 0, "{name}");
        let output = run(on_machine(&repo, HEXGUARD, locked).args(["hook", "pre-commit"]));
        assert_eq!(output.code, 1, "{name}: {output:?}");
        let said = format!("locked, and not counted: {name}");
        assert!(output.stderr.contains(&said), "{name}: {output:?}");
    }
}

#[test]
fn a_first_push_names_what_its_own_configuration_lets_through() {
    let repo = Repo::new();
    repo.stage("hexguard.toml", "disable = ['hex-*']\n")
        .stage("a.py", secret(4))
        .commit("loose");
    repo.git(&["init", "-q", "--bare", "-b", "main", "../remote.git"]);
    repo.hook("pre-push");
    let output = repo.try_git(&["push", "-q", "../remote.git", "main"]);
    assert!(
        output.stderr.contains("hexguard.toml:1: disable `hex-*`"),
        "{output:?}"
    );
}

#[test]
fn what_another_parent_of_a_merge_has_is_not_new() {
    let repo = repo();
    repo.git(&["branch", "topic"]);
    repo.stage("hexguard.toml", "exclude = ['vendor/']\n")
        .commit("policy");
    repo.git(&["checkout", "-q", "topic"]);
    repo.stage("b", "b\n").commit("b");
    let merge = repo.try_git(&["merge", "-q", "--no-ff", "--no-commit", "main"]);
    assert_eq!(merge.code, 0, "{merge:?}");
    let output = repo.try_git(&["commit", "-q", "-m", "merge"]);
    assert_eq!((output.code, output.stderr.as_str()), (0, ""));
}
