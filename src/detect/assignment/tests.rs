//! One line for each form of assignment.

use super::reader::Name;
use super::*;
use crate::fragment::Fragment;

/// Returns key and value of what is found around `word` in a file of this name.
fn found(path: &str, text: &str, word: &str) -> Vec<(String, String)> {
    let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
    let at = text.find(word).expect("the word is in the text");
    let show = |range: &Range<usize>| text[range.clone()].to_owned();
    everywhere_around(&fragment, at)
        .iter()
        .map(|found| (show(&found.key), show(&found.value)))
        .collect()
}

/// Returns the assignments around a place, whatever their keys name.
fn everywhere_around(fragment: &Fragment<'_>, at: usize) -> Vec<Assignment> {
    let names = sight(fragment.text, at).map(|at| Name { at, read: None });
    let mut reader = Reader::default();
    reader.looked = 0..fragment.text.len();
    reader.names = names.collect();
    reader.around(fragment, at)
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_form_of_assignment_is_read() {
    let cases = [
        ("a.py", "password = \"VAL\"", "password"),
        ("a.py", "password: str = 'VAL'", "password"),
        ("a.py", "connect(user='x', password='VAL')", "password"),
        ("a.py", "cfg['password'] = 'VAL'", "password"),
        ("a.py", "d = {\"password\": \"VAL\"}", "password"),
        (
            "a.py",
            "password = os.getenv(\"PASSWORD\", \"VAL\")",
            "password",
        ),
        ("a.py", "x = os.getenv(\"PASSWORD\", \"VAL\")", "PASSWORD"),
        (
            "a.py",
            "password = os.environ.get('P') or 'VAL'",
            "password",
        ),
        ("a.py", "password = r'VAL'", "password"),
        ("a.py", "password = \"\"\"VAL\"\"\"", "password"),
        ("a.py", "if password == 'VAL':", "password"),
        ("a.py", "password = (\n    \"VAL\")", "password"),
        ("a.py", "password = \\\n    'VAL'", "password"),
        ("a.py", "# the password is VAL", "password"),
        ("a.py", "# password: VAL", "password"),
        ("a.py", "url = 'https://h/p?password=VAL&x=1'", "password"),
        ("a.rb", "password: 'VAL',", "password"),
        ("a.rb", ":password => 'VAL',", "password"),
        ("a.rb", "ENV.fetch('PASSWORD', 'VAL')", "PASSWORD"),
        ("a.js", "const password: string = 'VAL';", "password"),
        (
            "a.js",
            "const password = process.env.X || 'VAL';",
            "password",
        ),
        ("a.js", "process.env.PASSWORD ?? 'VAL'", "PASSWORD"),
        ("a.js", "password: `VAL`,", "password"),
        ("a.js", "headers: {'X-Password': 'VAL'}", "Password"),
        ("a.js", "{ password: \"VAL\" }", "password"),
        ("a.go", "var password string = \"VAL\"", "password"),
        ("a.go", "password := \"VAL\"", "password"),
        ("a.go", "password := []byte(\"VAL\")", "password"),
        ("a.go", "Password:   \"VAL\",", "Password"),
        (
            "A.java",
            "props.setProperty(\"password\", \"VAL\");",
            "password",
        ),
        ("A.java", "map.put(\"password\",\"VAL\");", "password"),
        (
            "A.java",
            "private static final String PASSWORD = \"VAL\";",
            "PASSWORD",
        ),
        ("A.java", ".withPassword(\"VAL\")", "Password"),
        ("a.cs", "string password = @\"VAL\";", "password"),
        ("a.cpp", "const char* password = \"VAL\";", "password"),
        ("a.cpp", "char password[] = \"VAL\";", "password"),
        ("a.h", "#define PASSWORD \"VAL\"", "PASSWORD"),
        (
            "a.rs",
            "const PASSWORD: &'static str = \"VAL\";",
            "PASSWORD",
        ),
        ("a.rs", "let password = String::from(\"VAL\");", "password"),
        ("a.rs", "let password = r#\"VAL\"#;", "password"),
        (
            "a.rs",
            "env::var(\"PASSWORD\").unwrap_or(\"VAL\".into())",
            "PASSWORD",
        ),
        ("a.php", "define('DB_PASSWORD', 'VAL');", "PASSWORD"),
        ("a.php", "'password' => env('PASSWORD', 'VAL'),", "password"),
        ("a.php", "$cfg['db']['password'] = 'VAL';", "password"),
        (
            "a.ps1",
            concat!(
                "$Password = ConvertTo-",
                "SecureString \"VAL\" -AsPlainText"
            ),
            "Password",
        ),
        ("a.ps1", "Connect -Password \"VAL\"", "Password"),
        ("a.sql", "CREATE USER x IDENTIFIED BY 'VAL';", "IDENTIFIED"),
        ("a.sql", "ALTER ROLE x WITH PASSWORD 'VAL';", "PASSWORD"),
        ("a.tf", "password = \"VAL\"", "password"),
        (
            "a.cs",
            "public string Password { get; set; } = \"VAL\";",
            "Password",
        ),
        (
            "a.go",
            "Pass string `env:\"PASSWORD\" envDefault:\"VAL\"`",
            "PASSWORD",
        ),
        (
            "a.gradle",
            "buildConfigField(\"String\", \"PASSWORD\", \"\\\"VAL\\\"\")",
            "PASSWORD",
        ),
        (
            "a.gradle",
            "resValue 'string', 'password', 'VAL'",
            "password",
        ),
        (
            "a.py",
            "config.set(\"db\", \"password\", \"VAL\")",
            "password",
        ),
        ("Makefile", "PASSWORD ?= VAL", "PASSWORD"),
        ("Makefile", "export PASSWORD := VAL", "PASSWORD"),
        ("a.toml", "password = 'VAL'", "password"),
        ("a.json", "\"password\": \"VAL\"", "password"),
        (
            "a.json",
            "{\"name\": \"PASSWORD\", \"value\": \"VAL\"}",
            "PASSWORD",
        ),
        (
            "a.json",
            "\"body\": \"{\\\"password\\\": \\\"VAL\\\"}\"",
            "password",
        ),
        ("a.yml", "password: VAL", "password"),
        ("a.yml", "password: VAL # note", "password"),
        ("a.yml", "password: \"VAL\"", "password"),
        ("a.yml", "x: {user: a, password: VAL}", "password"),
        ("a.yml", "- name: PASSWORD\n  value: VAL", "PASSWORD"),
        (
            "a.yml",
            "- name: password\n  type: TEXT\n  defaultValue: VAL",
            "password",
        ),
        ("a.yml", "  - PASSWORD=VAL", "PASSWORD"),
        ("a.yml", "password: |\n  VAL\nx: 1", "password"),
        ("a.yml", "password: ${PASSWD:-VAL}", "password"),
        (".env", "DB_PASSWORD=VAL", "PASSWORD"),
        (".env", "export DB_PASSWORD='VAL'", "PASSWORD"),
        (
            "app.properties",
            "spring.datasource.password=VAL",
            "password",
        ),
        ("a.ini", "password = VAL", "password"),
        (".netrc", "machine h login u password VAL", "password"),
        ("Dockerfile", "ENV PASSWORD VAL", "PASSWORD"),
        ("Dockerfile", "ENV PASSWORD=VAL X=1", "PASSWORD"),
        ("a.sh", "export PASSWORD=VAL", "PASSWORD"),
        ("a.sh", "run --password VAL --x", "password"),
        ("a.sh", "run --password=VAL", "password"),
        ("a.sh", "java -Ddb.password=VAL -jar", "password"),
        ("a.sh", "curl -H 'X-Password: VAL' h", "Password"),
        ("a.sh", "PASSWORD=${PASSWORD:-VAL}", "PASSWORD"),
        ("a.xml", "<password>VAL</password>", "password"),
        ("a.xml", "<add key=\"Password\" value=\"VAL\"/>", "Password"),
        ("a.xml", "<db password=\"VAL\" user=\"x\"/>", "password"),
        ("a.xml", "<entry key=\"password\">VAL</entry>", "password"),
        (
            "a.plist",
            "<key>password</key>\n  <string>VAL</string>",
            "password",
        ),
        ("a.md", "The database password is VAL.", "password"),
        ("a.md", "API password: VAL", "password"),
        ("a.md", "X-Password: VAL", "Password"),
        ("notes", "password=VAL", "password"),
        ("a.http", "Authorization: Bearer VAL", "Authorization"),
        ("a.lua", "password = [[VAL]]", "password"),
    ];
    let value = "s3cretV4lue";
    let mut missing = Vec::new();
    for (path, text, word) in cases {
        let text = text.replace("VAL", value);
        if !found(path, &text, word)
            .iter()
            .any(|(_, found)| found == value)
        {
            missing.push(format!("{path}: {text} -> {:?}", found(path, &text, word)));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn bare_words_of_a_language_are_no_values() {
    for (path, text) in [
        ("a.py", "password = get_password()"),
        ("a.py", "password = token"),
        ("a.py", "def login(user, password): pass"),
        ("a.js", "password: password,"),
        ("a.go", "token := p.next()"),
        ("a.rs", "password: String,"),
        (
            "a.java",
            "String password = request.getParameter(\"password\");",
        ),
        ("a.tf", "password = var.password"),
        ("a.ts", "password?: string;"),
    ] {
        assert_eq!(
            found(
                path,
                text,
                if text.contains("token") {
                    "token"
                } else {
                    "password"
                }
            ),
            [],
            "{text}"
        );
    }
}

#[test]
fn a_vendor_on_the_line_gives_all_its_assignments() {
    let text = "api_key = \"one\", secret = \"two\"  # for zoom";
    let found = found("a.py", text, "zoom");
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn parents_complete_a_key() {
    let text = "zoom:\n  account: x\n  client_secret: abc\n";
    let fragment = Fragment::content(b"a.yml", text.as_bytes());
    let found = everywhere_around(&fragment, text.find("client").expect("is there"));
    assert!(names(&found[0], text.as_bytes(), &["zoomclientsecret"]));
    assert!(!names(&found[0], text.as_bytes(), &["webexclientsecret"]));
    assert!(names(&found[0], text.as_bytes(), &[]));
}

#[test]
fn a_shown_key_holds_no_secret() {
    let text = format!("{}_password{} = \"x\"", "a1b2c3d4e5".repeat(3), "\u{7}");
    let assignment = Assignment {
        key: 0..text.find(" =").expect("is there"),
        value: 0..0,
        form: Form::Equals,
        quote: Quote::Double,
        place: Place::Code,
        callee: None,
    };
    let shown = shown_key(&assignment, text.as_bytes());
    assert!(!shown.contains("b2c3"), "{shown}");
    assert!(!shown.contains('\u{7}'));
}

#[test]
fn one_line_of_megabytes_costs_no_more_than_many_lines() {
    let text = "password=password=token:".repeat(20_000);
    let fragment = Fragment::content(b"a.env", text.as_bytes());
    let started = std::time::Instant::now();
    for at in memchr::memmem::find_iter(text.as_bytes(), "password").take(2_000) {
        let _ = everywhere_around(&fragment, at);
    }
    assert!(started.elapsed().as_secs() < 20);
}

#[test]
fn any_bytes_go_through() {
    let pieces: [&[u8]; 14] = [
        b"password",
        b"=",
        b"\"",
        b"'",
        b":",
        b"\\",
        b"\n",
        b"\r",
        b"<",
        b">",
        b"{",
        b"${",
        b"\xff",
        b" ",
    ];
    let mut seed = 7u32;
    for _ in 0..3_000 {
        let mut text = Vec::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.extend_from_slice(pieces[(seed >> 16) as usize % pieces.len()]);
        }
        for path in [&b"a.py"[..], b"a.yml", b".env", b"a.xml", b"a.sh", b"x"] {
            let fragment = Fragment::content(path, &text);
            for at in 0..=text.len() {
                for found in everywhere_around(&fragment, at) {
                    assert!(found.value.end <= text.len() && !found.value.is_empty());
                    let _ = names(&found, &text, &["apassword"]);
                    let _ = shown_key(&found, &text);
                }
            }
        }
    }
}

#[test]
fn a_glance_never_misses_a_name_of_a_secret() {
    let may_name = |text: &str| {
        let mut places = Vec::new();
        // Whatever stands around, in every position of a chunk.
        for blanks in 0..70 {
            let text = format!(
                "{}{text}{}",
                " ".repeat(blanks),
                " ".repeat(blanks * 7 % 40)
            );
            let mut place = None;
            name_places(text.as_bytes(), 0..text.len(), |at| {
                place = Some(at - blanks)
            });
            places.push(place);
        }
        assert!(
            places.windows(2).all(|two| two[0] == two[1]),
            "{text}: {places:?}"
        );
        places[0].is_some()
    };
    for name in [
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "pass",
        "secrets",
        "token",
        "api_key",
        "accessKey",
        "PRIVATE_KEY",
        "authKey",
        "credential",
        "Authorization",
        "GITHUB_PAT",
        "githubPat",
        "pat_main",
        "sas",
        "DSN",
    ] {
        assert!(may_name(&format!("x {name}: y")), "{name}");
    }
    assert!(!may_name("GET /path/pattern?section=create&rows=12 Runner"));
}
