//! Where a finding stands, how its line is shown, and which paths a rule looks at.

use hexguard::detect::detect;
use hexguard::finding::Finding;
use hexguard::fragment::{Fragment, Part, Place};
use hexguard::rule::RuleSet;

use crate::support::template::fill;
use crate::support::{custom_rule, token};

fn found(path: &str, text: &str) -> Vec<Finding> {
    let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
    detect(&fragment, &RuleSet::builtin())
}

#[test]
fn a_secret_is_masked_wherever_it_stands_on_its_line() {
    let token = fill("{{gh62:ghp_:30}}", 1);
    let body = &token[4..];
    let text = format!("a = '{token}' # {token}, or {body}\n{body}");
    let findings = found("a.py", &text);
    let first = &findings[0];
    let masked = first.masked();
    assert_eq!(masked, format!("ghp_****{}", &token[36..]));
    let line = String::from_utf8(first.line.clone()).unwrap();
    assert_eq!(line, format!("a = '{masked}' # {masked}, or ****"));
    assert_eq!(line[first.mark.0..first.mark.1], masked);
}

#[test]
fn a_password_is_masked_wherever_it_stands_on_its_line() {
    let password = fill("{{alnum:6}}#{{alnum:6}}", 1);
    let text = format!("password = '{password}' # x{password}, or {password}\n{password}");
    let findings = found("a.py", &text);
    assert_eq!(findings.len(), 1);
    let line = String::from_utf8(findings[0].line.clone()).unwrap();
    assert_eq!(line, "password = '****' # ****, or ****");
    assert_eq!(findings[0].mark, (12, 16));
}

/// Returns the line of the first finding, as it is shown.
fn line_of(path: &str, text: &str) -> String {
    String::from_utf8(found(path, text)[0].line.clone()).unwrap()
}

#[test]
fn a_copy_is_masked_in_whatever_form_it_stands() {
    let password = fill("{{lower:3}}{{upper:3}}{{digit:3}}{{alnum:11}}", 3);
    let reversed: String = password.chars().rev().collect();
    let encoded = |text: &str| fill(&format!("{{{{base64:{text}}}}}"), 0);
    let in_url = |text: &str| fill(&format!("{{{{base64url:{text}}}}}"), 0);
    for copy in [
        password[..12].to_owned(),
        password[5..13].to_owned(),
        reversed,
        password.to_ascii_uppercase(),
        encoded(&password),
        encoded(&format!("a{password}")),
        in_url(&format!("aa{password}")),
    ] {
        let text = format!("password = '{password}'; f('{copy}', os.environ['HOME'])");
        let line = line_of("a.py", &text);
        let (shown, rest) = line.split_once("f('").unwrap();
        assert_eq!(shown, "password = '****'; ", "{line}");
        assert!(rest.ends_with("', os.environ['HOME'])"), "{line}");
        let left = rest.len() - "****', os.environ['HOME'])".len();
        assert!(left <= 6, "{line}: {copy}");
        for part in copy.as_bytes().windows(8) {
            let part = str::from_utf8(part).unwrap();
            assert!(!line.contains(part), "{line}: {part}");
        }
    }
}

#[test]
fn a_secret_that_something_breaks_up_is_masked_whole() {
    let token = token(7);
    let (first, rest) = token.split_at(40);
    for broken in [
        "\u{200b}",
        "\u{ad}",
        "\u{feff}",
        "\u{1b}[0m",
        "\u{0}",
        "\\u200b",
        "\\u{200b}",
        "\\n",
        "%0A",
        "&shy;",
    ] {
        let line = line_of("a.py", &format!("x = '{first}{broken}{rest}' # token"));
        let mask = line.strip_prefix("x = '").unwrap();
        let mask = mask.strip_suffix("' # token").unwrap();
        assert!(mask.len() <= 13 && mask.contains("****"), "{line}");
    }
}

#[test]
fn what_may_be_secret_beside_a_secret_is_masked_and_code_stays() {
    let token = token(9);
    let random = fill("{{alnum:24}}", 5);
    let chosen = ["Summer", "2024!"].concat();
    let common = ["sun", "shine"].concat();
    for (rest, shown) in [
        (format!("; other = '{random}'"), "; other = '****'"),
        (format!(" # the pw is {chosen}"), " # the pw is ****"),
        (format!("; f(password='{common}')"), "; f(password='****')"),
        (
            "; f(password=password, user='bob', n=12)".into(),
            "; f(password=password, user='bob', n=12)",
        ),
        (
            "; api_key = os.environ['SOME_API_KEY']".into(),
            "; api_key = os.environ['SOME_API_KEY']",
        ),
        (
            "; requests.get(f'{base}/api/v1/projects')".into(),
            "; requests.get(f'{base}/api/v1/projects')",
        ),
    ] {
        let line = line_of("a.py", &format!("x = '{token}'{rest}"));
        let (_, behind) = line.split_once("****").unwrap();
        assert_eq!(&behind[5..], shown);
    }
}

#[test]
fn of_what_a_person_chose_nothing_is_shown() {
    let phrase = ["correct", "horse", "battery", "staple"].join("-");
    for (path, text, shown) in [
        (
            "a.py",
            format!("password = '{phrase}-47'"),
            "****".to_owned(),
        ),
        ("a.txt", "deploy/terraform.tfstate".into(), String::new()),
    ] {
        let findings = found(path, &text);
        let masked = findings.first().map(Finding::masked).unwrap_or_default();
        assert_eq!(masked, shown);
    }
    let named = Fragment {
        part: Part::Name,
        ..Fragment::content(b"infra/terraform.tfstate", b"infra/terraform.tfstate")
    };
    let findings = detect(&named, &RuleSet::builtin());
    assert_eq!(findings[0].masked(), "terraform.tfstate");
}

#[test]
fn places_are_those_that_counting_from_the_start_gives() {
    let tokens: Vec<String> = (0..7).map(token).collect();
    let mut text = String::new();
    for (token, (before, end)) in tokens.iter().zip([
        ("", "\n"),
        ("two ", "\r\n"),
        ("  ", "\r"),
        ("x='", "'\r\n\n"),
        ("five: ", "\n\r"),
        ("\t", "; "),
        ("seven=", ""),
    ]) {
        text += &format!("{before}{token}{end}");
    }
    let findings = found("a.txt", &text);
    assert_eq!(findings.len(), tokens.len());
    for (finding, token) in findings.iter().zip(&tokens) {
        let at = text.find(token).unwrap();
        let place = Place::of(text.as_bytes(), at, at + token.len());
        assert_eq!(finding.place, place);
    }
}

/// Tells whether a rule that is limited to a glob looks at a path.
fn looks(glob: &str, path: &str) -> bool {
    let mut rules = RuleSet::builtin();
    rules.add(vec![custom_rule(&format!(
        "id = 'own'\ntitle = 'own'\nregex = 'own_[a-z]{{20}}'\nkeywords = ['own_']\npaths = ['{glob}']"
    ))]);
    let text = fill("own_{{lower:20}}", 1);
    let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
    let findings = detect(&fragment, &rules);
    findings.iter().any(|one| one.rule.id == "own")
}

#[test]
fn globs_fit_names_and_the_folders_before_them() {
    for (path, glob) in [
        ("profiles.yml", "**/profiles.yml"),
        ("a/b/profiles.yml", "**/profiles.yml"),
        ("store.p12", "**/*.p12"),
        ("a.b/x.y.p12", "**/*.p12"),
        ("home/.snowsql/config", "**/.snowsql/config"),
        (".snowsql/config", "**/.snowsql/config"),
        (
            "config/credentials/production.key",
            "**/config/credentials/*.key",
        ),
        ("key4.db", "key?.db"),
    ] {
        assert!(looks(glob, path), "{path} {glob}");
    }
    for (path, glob) in [
        ("myprofiles.yml", "**/profiles.yml"),
        ("profiles.yml/x", "**/profiles.yml"),
        ("x.p12.txt", "**/*.p12"),
        ("config", "**/.snowsql/config"),
        ("config/credentials/a/b.key", "**/config/credentials/*.key"),
        ("a/key4.db", "key?.db"),
        ("a/master.key", "*.key"),
    ] {
        assert!(!looks(glob, path), "{path} {glob}");
    }
}

#[test]
fn files_are_known_by_their_names_only() {
    // One that does not say which paths: the name of a folder is none of a file all the same.
    let mut rules = RuleSet::builtin();
    rules.add(vec![custom_rule(
        "id = 'own'\ntitle = 'own'\nfind = 'file-name'\nkeywords = ['.q12']",
    )]);
    let found = |path: &str, part: Part| -> Vec<(&str, String)> {
        let fragment = Fragment {
            part,
            ..Fragment::content(path.as_bytes(), path.as_bytes())
        };
        detect(&fragment, &rules)
            .iter()
            .map(|one| {
                let name = String::from_utf8(one.secret.expose().to_vec()).unwrap();
                (one.rule.id, name)
            })
            .collect()
    };
    let store = [("file-key-store", "b.p12".to_owned())];
    assert_eq!(found("a/b.p12", Part::Name), store);
    assert_eq!(found("a/b.p12", Part::Content), []);
    assert_eq!(found("tests/b.p12", Part::Name), []);
    assert_eq!(found("a.p12/b", Part::Name), []);
    assert_eq!(found("a/b.q12", Part::Name), [("own", "b.q12".to_owned())]);
    assert_eq!(found("a.q12/b", Part::Name), []);
}
