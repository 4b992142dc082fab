//! `explain` says of a line what `scan` makes of it.

use hexguard::detect::judge::explain_all;
use hexguard::fragment::Fragment;

use crate::containers::{encrypted_zip, gz, tar, zip};
use crate::support::template::fill;
use crate::support::{Repo, token};

/// Files of every finder, with holes; `\n` is a line end. Each is asked about where its first finding stands.
const FILES: &[(&str, &str)] = &[
    // Assignments.
    ("a.py", "api_key = \"{{alnum:32}}\""),
    ("a.py", "password = \"{{lower:6}}\""),
    ("a.py", "password = os.environ[\"DB_PASSWORD\"]"),
    ("a.py", "token = \"{{uuid}}\""),
    ("a.py", "secret_name = \"{{alnum:32}}\""),
    ("test_a.py", "password = \"Bluefish{{digit:2}}!\""),
    ("test_a.py", "api_key = \"{{alnum:40}}\""),
    ("a.R", "pw <- \"{{alnum:14}}\""),
    ("a.go", "signingKey := \"{{alnum:32}}\""),
    ("a.env", "JIRA_PAT={{alnum:32}}"),
    ("a.yaml", "accountKey : {{alnum:32}}"),
    ("a.yaml", "password: ${DB_PASSWORD}"),
    ("a.yaml", "db:\\n  password: {{alnum:16}}\\n"),
    ("a.tf", "  accountKey\t\t= \"{{alnum:32}}\""),
    ("a.java", "if (\"{{alnum:16}}\".equals(password)) {"),
    ("a.sh", "java -Dkey={{alnum:32}} -jar a.jar"),
    ("a.sh", "tool --masterKey {{alnum:32}}"),
    ("a.xml", "<add key=\"Password\" value=\"{{alnum:16}}\"/>"),
    ("a.json", "{\"password\": \"{{alnum:16}}\"}"),
    ("a.md", "The password is {{alnum:16}}."),
    // URLs.
    ("a.py", "x = \"postgres://app:{{alnum:16}}@db.acme.io/app\""),
    ("a.py", "x = \"postgres://postgres:postgres@localhost/app\""),
    ("a.py", "x = \"mysql://root:{{lower:5}}@localhost/app\""),
    ("a.py", "x = \"https://me:{{alnum:20}}@git.acme.io/x.git\""),
    ("a.py", "x = \"amqp://app:{{alnum:16}}@mq.acme.io\""),
    ("a.py", "x = \"redis://:{{alnum:24}}@cache.acme.io:6379/0\""),
    (
        "a.py",
        "x = \"https://api.acme.io/v1?access_token={{alnum:32}}\"",
    ),
    (
        "a.properties",
        "url=jdbc:mysql://db.acme.io/x?user=app&password={{alnum:16}}",
    ),
    (
        "a.config",
        "Server=db.acme.io;Database=x;User Id=app;Password={{alnum:16}};",
    ),
    (
        "a.py",
        "x = \"host=db.acme.io user=app password={{alnum:16}}\"",
    ),
    // SQL.
    ("a.sql", "CREATE USER app WITH PASSWORD '{{alnum:16}}';"),
    ("a.sql", "CREATE USER app IDENTIFIED BY '{{alnum:16}}';"),
    ("a.sql", "ALTER USER app SET PASSWORD = '{{alnum:16}}';"),
    ("a.sql", "CREATE USER app IDENTIFIED BY '${DB_PASSWORD}';"),
    // Command lines.
    ("a.sh", "mysql -u root -p{{alnum:16}} app"),
    ("a.sh", "PGPASSWORD={{alnum:16}} psql -h db.acme.io"),
    ("a.sh", "export PGPASSWORD=\"${PGPASSWORD:?must be set}\""),
    ("a.sh", "curl -u me:{{alnum:16}} https://api.acme.io"),
    ("a.sh", "curl -u me:$PASSWORD https://api.acme.io"),
    (
        "a.sh",
        "echo {{alnum:16}} | docker login -u me --password-stdin",
    ),
    ("a.sh", "sshpass -p {{alnum:16}} ssh me@acme.io"),
    // Headers.
    (
        "a.sh",
        "curl -H 'Authorization: Bearer {{alnum:40}}' https://api.acme.io",
    ),
    (
        "a.py",
        "headers = {\"Authorization\": \"Basic {{base64:me:{{alnum:16}}x}}\"}",
    ),
    ("a.py", "headers = {\"X-Auth\": \"{{alnum:32}}\"}"),
    // Client files.
    (".pgpass", "db.acme.io:5432:app:me:{{alnum:16}}"),
    (".netrc", "machine acme.io login me password {{alnum:16}}"),
    (".npmrc", "//registry.acme.io/:_authToken={{alnum:36}}"),
    (
        ".docker/config.json",
        "{\"auths\":{\"acme.io\":{\"auth\":\"{{base64:me:{{alnum:16}}x}}\"}}}",
    ),
    // Services, vendors' keys, formats.
    ("a.env", "MIXPANEL_API_SECRET={{hex:32}}"),
    ("a.env", "ALCONOST_KEY={{lnum:31}}7"),
    ("a.env", "# zoom\\nclient_secret={{alnum:32}}\\n"),
    ("a.py", "x = \"https://api.cliengo.com/v1?token={{uuid}}\""),
    (
        "a.html",
        "<div class=\"g-recaptcha\" data-sitekey=\"6L{{alnum:38}}\"></div>",
    ),
    ("a.env", "STRIPE_KEY=sk_live_{{alnum:99}}"),
    ("a.env", "AWS_SECRET_ACCESS_KEY={{b64:40}}"),
    ("a.env", "HEX_TOKEN=hxtp_{{hex:96}}"),
    // Decoded texts.
    ("a.txt", "x: {{base64:password = \"{{alnum:20}}\"}}"),
    (
        "a.js",
        "const password = \"{{alnum:10}}\" + \"{{alnum:10}}\";",
    ),
    ("a.js", "const x = \"password%3D%22{{alnum:20}}%22\";"),
    (
        "secret.yaml",
        "kind: Secret\\ndata:\\n  password: {{base64:{{alnum:16}}x}}\\n",
    ),
    (
        "users.csv",
        "id,password\\n1,{{alnum:16}}\\n2,{{alnum:16}}\\n",
    ),
    (
        "a.ipynb",
        "{\"cells\":[{\"cell_type\":\"code\",\"source\":[\"password = '{{alnum:16}}'\\\\n\"],\"metadata\":{},\"outputs\":[],\"execution_count\":1}],\"metadata\":{},\"nbformat\":4,\"nbformat_minor\":5}",
    ),
    // Exceptions.
    (
        "a.py",
        "api_key = \"{{alnum:32}}\"  # hexguard:allow -- made up",
    ),
    (
        "a.py",
        "x = \"postgres://app:{{alnum:16}}@db.acme.io/app\"  # hexguard:allow",
    ),
    ("vendor/a.py", "api_key = \"{{alnum:32}}\""),
    ("quiet/a.py", "api_key = \"{{alnum:32}}\""),
    ("a.py", "amplitude_api_key = \"{{hex:32}}\""),
    (
        "a.py",
        "jwt = \"{{jwt:{\"alg\":\"HS256\"}:{\"sub\":\"{{alnum:10}}\"}}}\"",
    ),
];

/// What the configuration says in the test.
const CONFIGURATION: &str = r#"exclude = ["vendor/"]
disable = ["amqp-url-password"]

[tier]
"redis-url-password" = "warn"

[[allow]]
path = "**/quiet/**"
reason = "made up"
"#;

/// What is said of one line.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Said {
    Nothing,
    Warning,
    Stops,
}

/// Returns the strongest word of an explanation.
fn strongest(explanation: &str) -> Said {
    let words = explanation.lines().filter_map(|line| {
        let said = match line.split_once(" = ") {
            Some((_, rest)) if !line.starts_with(' ') => rest.split_once(": ")?.1,
            _ => line,
        };
        [
            ("stops the commit", Said::Stops),
            ("warning", Said::Warning),
        ]
        .into_iter()
        .find(|(word, _)| said.starts_with(word))
    });
    words.map(|(_, said)| said).max().unwrap_or(Said::Nothing)
}

/// Returns what the scan says of each file: on which line, and how strongly.
fn scanned(repo: &Repo) -> Vec<(String, u64, Said)> {
    let out = repo.hexguard(&["scan", "--ignored", "--format", "json", "."]);
    assert_eq!(out.code, 1, "{}", out.stderr);
    let report: serde_json::Value = serde_json::from_str(&out.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|one| {
            let said = match one["tier"].as_str().unwrap() {
                "block" => Said::Stops,
                _ => Said::Warning,
            };
            let path = one["file"].as_str().unwrap().to_owned();
            (path, one["line"].as_u64().unwrap(), said)
        })
        .collect()
}

#[test]
fn explain_says_of_every_line_what_scan_says() {
    let repo = Repo::new();
    repo.write("hexguard.toml", CONFIGURATION);
    let path = |number: usize| format!("f{number}/{}", FILES[number].0);
    for (number, (_, text)) in FILES.iter().enumerate() {
        let text = fill(&text.replace("\\n", "\n"), number as u64);
        repo.write(&path(number), text.replace("\\\n", "\\n"));
    }
    let found = scanned(&repo);
    let (mut wrong, mut stops) = (Vec::new(), 0);
    for (number, (_, text)) in FILES.iter().enumerate() {
        let path = path(number);
        let here = || found.iter().filter(|(file, ..)| *file == path);
        let line = here().map(|(_, line, _)| *line).next().unwrap_or(1);
        let wanted = here().filter(|(_, at, _)| *at == line);
        let wanted = wanted.map(|(.., said)| *said).max();
        let wanted = wanted.unwrap_or(Said::Nothing);
        stops += usize::from(wanted == Said::Stops);
        let out = repo.hexguard(&["explain", &format!("{path}:{line}")]);
        let said = strongest(&out.stdout);
        if out.code != 0 || said != wanted {
            wrong.push(format!(
                "{path}: {text}: scan {wanted:?}, explain {said:?}\n{}{}",
                out.stdout, out.stderr
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(stops >= 40, "{stops} of {} stop the commit", FILES.len());
}

#[test]
fn a_column_narrows_an_explanation_to_what_stands_there() {
    let repo = Repo::new();
    let [first, second] = [fill("{{alnum:32}}", 1), fill("{{alnum:32}}", 2)];
    let line = format!("api_key = \"{first}\"; auth_token = \"{second}\"\n");
    let column = line.rfind(&second).unwrap() + 1;
    repo.write("a.py", format!("x = 1\n{line}"));
    for (place, names) in [
        ("a.py:2".to_owned(), [true, true]),
        ("./a.py:2:12".to_owned(), [true, false]),
        (format!("a.py:2:{column}:"), [false, true]),
        // Nothing stands there: the whole line is explained.
        ("a.py:2:1".to_owned(), [true, true]),
        ("a.py:1:12".to_owned(), [false, false]),
    ] {
        let out = repo.hexguard(&["explain", &place]);
        assert_eq!(out.code, 0, "{place}: {}", out.stderr);
        let shown = ["\napi_key = ", "\nauth_token = "].map(|name| out.stdout.contains(name));
        assert_eq!(shown, names, "{place}: {}", out.stdout);
    }
    for place in ["a.py", "a.py:", "a.py:x", "a.py:0"] {
        let out = repo.hexguard(&["explain", place]);
        assert_eq!(out.code, 2, "{place}");
        assert!(out.stderr.contains("names no line"), "{}", out.stderr);
    }
}

#[test]
fn an_explanation_adds_up_and_shows_no_secret() {
    let chosen = ["Bluefish", "-42!"].concat();
    let text = format!("x = 1\npassword = \"{chosen}\"\n");
    let explained = explain_all(&Fragment::content(b"a.py", text.as_bytes()));
    let [(2, only)] = &explained[..] else {
        panic!("{} explanations", explained.len());
    };
    let points = only.features.iter().map(|(_, points)| points);
    assert_eq!(points.sum::<i32>(), only.score);
    assert_eq!((&*only.name, &*only.masked), ("password", "****"));
}

#[test]
fn what_stands_before_a_name_is_not_shown_if_it_may_be_a_value() {
    let [first, second] =
        [1, 2].map(|seed| crate::support::template::fill("{{alnum:9}}7{{alnum:4}}", seed));
    for text in [
        format!("password: {first} token: {second}\n"),
        format!("token={first} token={second}\n"),
        format!("api_key {first} token: {second}\n"),
    ] {
        let repo = crate::support::Repo::new();
        repo.write("a.log", &text);
        for args in [
            &["scan", "--format", "json", "a.log"][..],
            &["scan", "a.log"],
            &["explain", "a.log:1"],
        ] {
            let out = repo.hexguard(args);
            for secret in [&first, &second] {
                let shown = out.stdout.contains(&secret[..]) || out.stderr.contains(&secret[..]);
                let found = secret == &second || !text.starts_with("api_key");
                assert!(!(shown && found), "{text} {args:?}: {out:?}");
            }
        }
    }
}

#[test]
fn a_member_is_explained_as_a_file_is() {
    let text = format!("a = 1\nT={}\n", token(1));
    let repo = Repo::new();
    repo.write("a.zip", zip(&[("b/c.tgz", &gz(&tar(text.as_bytes())))]));
    let explained = repo.hexguard(&["explain", "a.zip!b/c.tgz!.env:2:3"]);
    assert_eq!(explained.code, 0, "{explained:?}");
    assert!(
        explained.stdout.contains("stops the commit hex-"),
        "{explained:?}"
    );
    let none = repo.hexguard(&["explain", "a.zip!d:2"]);
    assert_eq!(none.code, 2, "{none:?}");
    assert!(none.stderr.contains("has no member"), "{none:?}");
    // How many lines it has is not said of one that goes on.
    repo.write(
        "long.gz",
        gz("line of a text\n".repeat(5_000_000).as_bytes()),
    );
    let behind = repo.hexguard(&["explain", "long.gz!long:4999999"]);
    assert_eq!(behind.code, 2, "{behind:?}");
    assert!(behind.stderr.contains("longer than 64 MiB"), "{behind:?}");
}

#[test]
fn what_a_scan_does_not_read_is_not_called_clean() {
    let repo = Repo::new();
    let whole = gz("line\n".repeat(900).as_bytes());
    repo.write("cut.gz", &whole[..whole.len() - 20])
        .write("locked.zip", encrypted_zip(&[("b.txt", b"text")]))
        .write("closed.7z", b"7z\xbc\xaf\x27\x1c and no more")
        .write("large.sql", "select 1;\n".repeat(200_000))
        .write("hexguard.toml", "max-file-size = 1\n");
    for (place, said) in [
        ("cut.gz:1", "cut.gz was not scanned: it is damaged"),
        ("locked.zip:1", "locked.zip!b.txt: contents not looked into"),
        (
            "locked.zip!b.txt:1",
            "locked.zip!b.txt: contents not looked into",
        ),
        ("closed.7z:1", "closed.7z: contents not looked into"),
        (
            "large.sql:1",
            "large.sql was not scanned: larger than max-file-size",
        ),
    ] {
        let file = place.split([':', '!']).next().unwrap();
        let scanned = repo.hexguard(&["scan", file]);
        let explained = repo.hexguard(&["explain", place]);
        assert_eq!(explained.code, scanned.code, "{explained:?}");
        assert!(explained.stdout.starts_with(said), "{explained:?}");
        let nothing = explained.stdout.contains("nothing on this line");
        assert!(!nothing, "{explained:?}");
    }
    let accepted = "max-file-size = 1\nallow-unscanned = ['cut.gz']\n";
    let explained = repo
        .write("hexguard.toml", accepted)
        .hexguard(&["explain", "cut.gz:1"]);
    assert_eq!(explained.code, 0, "{explained:?}");
    assert!(explained.stdout.contains("allow-unscanned accepts"));
}
