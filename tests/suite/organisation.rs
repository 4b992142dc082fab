//! docs/organisation.md: its script, run over a handful of repositories; and docs/settings.md, which the table of keys makes.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use hexguard::config::key::{KEYS, Kind};

use crate::support::{HEXGUARD, Output, hermetic, hex, run, token};

const PAGE: &str = include_str!("../../docs/organisation.md");

/// Returns the commands of the page below a headline, as a shell gets them.
fn script(headline: &str) -> String {
    let (_, text) = PAGE.split_once(&format!("## {headline}\n")).unwrap();
    let (_, text) = text.split_once("```sh\n").unwrap();
    text.split_once("```").unwrap().0.to_owned()
}

#[cfg(unix)]
#[test]
fn the_script_for_many_repositories_does_what_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().canonicalize().unwrap();
    let (repositories, reports) = (home.join("repositories"), home.join("reports"));
    fs::create_dir_all(&reports).unwrap();
    let prepared = |command: &mut Command| {
        hermetic(command, &home);
        let program = Path::new(HEXGUARD).parent().unwrap().display().to_string();
        command
            .env_remove("GIT_CONFIG_NOSYSTEM")
            .env("GIT_CONFIG_SYSTEM", home.join("gitconfig"))
            .env(
                "PATH",
                format!("{program}:{}", std::env::var("PATH").unwrap()),
            )
            .env("REPOSITORIES", &repositories)
            .env("REPORTS", &reports)
            .env("POLICY", home.join("policy.toml"));
    };
    let shell = |script: &str| -> Output {
        let mut command = Command::new("sh");
        prepared(&mut command);
        run(command.args(["-euc", script]).current_dir(&home))
    };
    let done = |script: &str| {
        let output = shell(script);
        assert_eq!(output.code, 0, "{script} {output:?}");
        output
    };
    for (number, name) in ["one", "two", "three", "four"].into_iter().enumerate() {
        let seed = u64::try_from(number).unwrap();
        let text = format!("T = '{}'\n", token(seed));
        fs::create_dir_all(repositories.join(name)).unwrap();
        fs::write(repositories.join(name).join("old.py"), text).unwrap();
        done(&format!(
            "cd repositories/{name} && git init -q -b main && git add . && git commit -q -m old && hexguard install"
        ));
    }
    done(&script("The policy"));
    done(&script("A baseline for each repository"));
    // The rule of the policy and what it locks hold in each.
    let own = format!("key: acme_{}\n", hex(32, 1));
    for name in ["one", "four"] {
        let there = repositories.join(name);
        fs::write(there.join("a.yaml"), &own).unwrap();
        fs::write(
            there.join("hexguard.toml"),
            "disable = ['*']\nexclude = ['a.yaml']\n",
        )
        .unwrap();
        let commit = format!("cd repositories/{name} && git add . && git commit -q -m x");
        let output = shell(&commit);
        assert_eq!(output.code, 1, "{output:?}");
        assert!(
            output.stderr.contains("locked, and not counted"),
            "{output:?}"
        );
        assert!(
            output.stderr.contains("Ask the platform team"),
            "{output:?}"
        );
        let clean = format!("cd repositories/{name} && git rm -qf a.yaml hexguard.toml");
        done(&clean);
    }
    done("cd repositories/one && echo x > x && git add x && git commit -q -m x");
    done(&script("CI"));
    let bad = format!(
        "cd repositories/one && printf '%s' '{own}' > a.yaml && echo 'exclude = [\"a.yaml\"]' > hexguard.toml && git add . && git commit -q --no-verify -m x"
    );
    done(&bad);
    let output = shell(&script("CI"));
    assert_eq!(output.code, 1, "{output:?}");
    done("cd repositories/one && git rm -qf hexguard.toml");
    let output = done(&script("Reports"));
    assert!(output.stdout.contains("one: 1\n"), "{output:?}");
    let table = output.stdout.lines().map(str::trim);
    for row in [
        "4 suppressed by baseline,hex-personal-token",
        "1 open,acme-key",
    ] {
        assert!(table.clone().any(|line| line == row), "{row} {output:?}");
    }
}

#[test]
fn the_page_of_settings_says_what_the_table_says() {
    let mut made = String::from(
        "# Settings\n\nEvery setting of `hexguard.toml`; in git's configuration it is called `hexguard.NAME`, in the environment\n`HEXGUARD_NAME`. What makes a setting looser is named when a commit does it to itself, and `locked` keeps it from later layers.\n\n| setting | value | default | looser is | meaning |\n|---|---|---|---|---|\n",
    );
    for key in KEYS {
        let kind = match key.kind {
            Kind::Flag => "true, false".to_owned(),
            Kind::Number(most) => format!("0 to {most}"),
            Kind::Text => "a text".to_owned(),
            Kind::Choice(words) => words.join(", "),
            Kind::List => "a list of texts".to_owned(),
        };
        let (default, looser) = (key.default(), key.loosens.words());
        let _ = writeln!(
            made,
            "| `{}` | {kind} | `{default}` | {looser} | {} |",
            key.name, key.doc
        );
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/settings.md");
    if fs::read_to_string(path).unwrap_or_default() != made {
        let new = std::env::temp_dir().join("hexguard.settings.md");
        fs::write(&new, made).unwrap();
        panic!(
            "the table says something else: cp {} docs/settings.md",
            new.display()
        );
    }
}

/// What a repository's configuration switches off is told by a list, each with its place.
#[test]
fn what_a_configuration_switches_off_is_listed() {
    use hexguard::config::apply::Files;
    use hexguard::config::others::OtherTools;
    use hexguard::config::policy::Policy;
    use hexguard::config::{Layers, Settings};

    let listed = |name: &str, text: &str| -> Vec<String> {
        let read = |path: &str| Ok((path == name).then(|| text.as_bytes().to_vec()));
        let settings = Settings::load(Layers {
            repository: Some(&read),
            ..Layers::default()
        });
        let (settings, files) = (settings.unwrap(), Files(Some(&read)));
        let tools = OtherTools::load(&settings, files, &[]).unwrap();
        let policy = Policy::of(settings, tools, files).unwrap();
        let changes = policy.loosened().unwrap();
        changes.iter().map(ToString::to_string).collect()
    };
    for (text, wanted) in [
        ("disable = ['*']\n", "hexguard.toml:1: disable `*`"),
        (
            "\ndisable = ['hex-*']\n",
            "hexguard.toml:2: disable `hex-*`",
        ),
        ("exclude = ['**']\n", "hexguard.toml:1: exclude `**`"),
        ("only = ['jwt']\n", "hexguard.toml:1: only `jwt`"),
        ("[tier]\n'*' = 'off'\n", "hexguard.toml:2: tier `*` = off"),
        ("[tier]\n'*' = 'warn'\n", "hexguard.toml:2: tier `*` = warn"),
        ("exit-code = 0\n", "hexguard.toml:1: exit-code `0`"),
        (
            "allow-unscanned = 'a'\n",
            "hexguard.toml:1: allow-unscanned `a`",
        ),
        (
            "[[allow]]\nvalue = '.*'\nreason = 'r'\n",
            "hexguard.toml:1: allow (r)",
        ),
        ("exports = 'off'\n", "hexguard.toml:1: exports `off`"),
    ] {
        assert_eq!(listed("hexguard.toml", text), [wanted], "{text}");
    }
    let both = listed(
        "hexguard.toml",
        "allow-unscanned = 'a'\nmax-file-size = 1\n",
    );
    assert_eq!(both.len(), 2, "{both:?}");
    let tools = listed(".gitleaks.toml", "[allowlist]\npaths = ['''a''']\n");
    assert_eq!(tools, [".gitleaks.toml counts, too"]);
    for (name, text) in [
        (
            "hexguard.toml",
            "strict = true\nexit-code = 3\nexports = 'block'\ninline-allow = false\n",
        ),
        (".hexguard-baseline", "hg1:0123456789abcdef jwt a.py\n"),
    ] {
        assert_eq!(listed(name, text), [""; 0], "{text}");
    }
}
