//! What the parser of connections finds, and what it leaves alone. Passwords are put together here, so that none stands
//! in the project.

use crate::detect::detect;
use crate::fragment::Fragment;
use crate::rule::{RuleSet, Tier};

/// A password that nobody writes by chance.
fn good() -> String {
    ["xK9", "vQ2", "mT7", "wZ4", "b"].concat()
}

/// Fills `¤` with a good password and returns what is found: rule, tier, and whether it is exactly the password.
fn found_in(path: &str, text: &str) -> Vec<(&'static str, Tier, bool)> {
    let text = text.replace('¤', &good());
    detect(
        &Fragment::content(path.as_bytes(), text.as_bytes()),
        &RuleSet::builtin(),
    )
    .iter()
    .map(|finding| {
        (
            finding.rule.id,
            finding.tier,
            finding.secret.expose() == good().as_bytes(),
        )
    })
    .collect()
}

fn blocks(rule: &str, text: &str) {
    assert_eq!(
        found_in("a.txt", text),
        [(rule, Tier::Block, true)],
        "{text}"
    );
}

fn passes(text: &str) {
    assert_eq!(found_in("a.txt", text), [], "{text}");
}

#[test]
fn the_password_alone_is_found_in_every_url() {
    blocks(
        "postgres-url-password",
        "postgresql+asyncpg://etl:¤@pg.acme.io/dw",
    );
    blocks(
        "postgres-url-password",
        &["postgres://app:${DB_PASS", "WORD:-¤}@db/app"].concat(),
    );
    blocks(
        "postgres-url-password",
        "postgres://${USER:-app}:¤@${HOST}/app",
    );
    blocks(
        "client-password-variable",
        "command: server ${POSTGRES_PASSWORD:-¤} --quiet",
    );
    passes("command: server ${POSTGRES_PASSWORD:?¤} --quiet");
    blocks("mysql-url-password", "(mysql://root:¤@10.0.3.4)");
    blocks(
        "mongodb-url-password",
        "mongodb://a:¤@h1.acme.io:27017,h2.acme.io:27017/db",
    );
    blocks("redis-url-password", "redis://:¤@cache:6379/0");
    blocks("snowflake-url-password", "snowflake://svc:¤@xy12345/DB");
    blocks("url-password", "https://deploy:¤@git.acme.io/dw.git");
    blocks(
        "url-password",
        r#""https:\/\/deploy:¤@git.acme.io\/dw.git""#,
    );
    blocks(
        "go-mysql-dsn-password",
        "etl:¤@tcp(mysql.acme.io:3306)/dw?parseTime=true",
    );
    // In a notebook the text is a JSON string.
    blocks(
        "postgres-url-password",
        r#""e = create_engine(\"postgresql://etl:¤@pg.acme.io/dw\")\n","#,
    );
}

#[test]
fn a_password_may_hold_the_marks_of_a_url() {
    for mark in ["@", "/", "#", "?", ":", "!", "$", "%2F", "[", "{"] {
        let word = format!("x7Kq{mark}v2Wm9T");
        let text = format!("mysql://etl:{word}@mysql.acme.io:3306/dw");
        let found = detect(
            &Fragment::content(b"a", text.as_bytes()),
            &RuleSet::builtin(),
        );
        let [finding] = &found[..] else {
            panic!("{text}: {found:?}")
        };
        assert_eq!(
            finding.secret.expose(),
            format!("x7Kq{mark}v2Wm9T").as_bytes()
        );
    }
}

#[test]
fn parameters_and_lists_are_read() {
    blocks(
        "jdbc-password",
        "jdbc:postgresql://pg.acme.io/dw?user=hex&amp;password=¤&amp;ssl=true",
    );
    blocks(
        "jdbc-password",
        "jdbc:oracle:thin:etl/¤@//ora.acme.io:1521/dw",
    );
    blocks(
        "jdbc-password",
        "jdbc:sqlserver://sql.acme.io;user=sa;password=¤;",
    );
    blocks(
        "odbc-password",
        "Data Source=sql.acme.io;User Id=etl;Password=¤",
    );
    blocks(
        "odbc-password",
        "var c = \"Server=sql.acme.io;\" +\n    \"Password=¤;\";",
    );
    let driver = "DRIVER={ODBC Driver 18};SERVER=sql.acme.io";
    let braced = found_in("a", &format!("{driver};{}={{¤;x}};", "PWD"));
    assert_eq!(braced, [("odbc-password", Tier::Block, false)]);
    blocks(
        "libpq-password",
        "conn = 'host=pg.acme.io user=etl password=¤'",
    );
    blocks(
        "odbc-url-encoded-password",
        "?odbc_connect=UID%3Detl%3BPWD%3D¤%3BEncrypt%3Dyes",
    );
}

#[test]
fn clients_files_and_commands_are_read() {
    blocks(
        "pgpass-password",
        &["pg.acme.io:5432", ":dw:etl:¤"].concat(),
    );
    blocks("netrc-password", "machine api.acme.io login etl password ¤");
    blocks(
        "client-password-variable",
        &["- name: PGPASS", "WORD\n  value: ¤"].concat(),
    );
    blocks(
        "client-password-variable",
        r#"{"name": "PGPASSWORD", "value": "¤"}"#,
    );
    blocks("client-password-variable", "ENV PGPASSWORD ¤");
    blocks(
        "client-command-password",
        "mysqldump -h db.acme.io -u root -p¤ dw > dw.sql",
    );
    blocks(
        "client-command-password",
        "os.system('mysql -u root -p¤ dw')",
    );
    blocks(
        "client-command-password",
        "mysql \\\n  -u root \\\n  --password='¤' dw",
    );
    blocks(
        "curl-user-password",
        "curl -X POST --user \"etl:¤\" https://api.acme.io",
    );
    blocks("password-option", r#"["deploy", "--password", "¤"]"#);
    assert_eq!(
        found_in("dbt/profiles.yml", "      pass: ¤ # mine"),
        [("client-config-password", Tier::Block, true)]
    );
}

#[test]
fn systems_and_their_clients_are_read() {
    blocks(
        "windows-command-password",
        "net use Z: \\\\fs01\\dw ¤ /user:ACME\\etl /persistent:no",
    );
    blocks(
        "powershell-secure-string",
        "$p = '¤' | ConvertTo-SecureString -AsPlainText -Force",
    );
    blocks("oracle-connect-password", "sqlplus -s etl/¤@DWH @load.sql");
    blocks(
        "oracle-connect-password",
        "cx = 'etl/¤@//ora.acme.io:1521/dw'",
    );
    passes("docs/guide/setup@ora.acme.io:1521/dw");
    passes("in /usr/bin/sqlplus the login a/b is asked for");
    passes("https://cdn.acme.io/app.js?key=main-2024-11-24-v1-final");
}

#[test]
fn sql_is_read() {
    blocks(
        "sql-user-password",
        "CREATE USER IF NOT EXISTS \"etl\" WITH LOGIN PASSWORD '¤';",
    );
    blocks(
        "sql-identified-by",
        "CREATE USER etl IDENTIFIED WITH sha256_password BY '¤'",
    );
    blocks(
        "sql-identified-by",
        "cur.execute(\"ALTER USER etl IDENTIFIED BY \\\"¤\\\"\")",
    );
    blocks(
        "sql-secret",
        "CREATE USER MAPPING FOR a SERVER b OPTIONS (user 'c', password '¤');",
    );
    passes("CREATE USER a; -- another statement\nSELECT 'PASSWORD ¤'");
}

#[test]
fn development_defaults_pass_on_development_hosts() {
    for host in [
        "localhost:5432",
        "127.0.0.1",
        "db",
        "postgres:5432",
        "[::1]",
        "db.example.com",
        "host",
        "db.local",
    ] {
        for login in [
            "postgres:postgres",
            "user:password",
            "root:root",
            "guest:guest",
            "admin:admin123",
            "app:app",
            "etl:s3cr3t",
        ] {
            passes(&format!("postgres://{login}@{host}/db"));
        }
        blocks(
            "postgres-url-password",
            &format!("postgres://app:¤@{host}/db"),
        );
    }
}

#[test]
fn a_weak_password_counts_on_a_host_that_is_real() {
    let tier = |text: &str| found_in("a", text).first().map(|found| found.1);
    // Put together here, so that no password stands in the project.
    let url = |start: &str, password: &str, end: &str| [start, password, end].concat();
    assert_eq!(
        tier(&url("mysql://admin:", "password", "@db.acme.io/dw")),
        Some(Tier::Warn)
    );
    assert_eq!(
        tier(&url("mysql://admin:", "admin123", "@db.acme.io/dw")),
        Some(Tier::Block)
    );
    assert_eq!(tier("mysql://user:password@db.acme.io/dw"), None);
    assert_eq!(
        tier(&url("postgres://snow:", "white.and.black", "@localhost/dw")),
        Some(Tier::Warn)
    );
}

#[test]
fn what_is_filled_in_later_passes() {
    for password in [
        "",
        "$DB_PW",
        "${DB_PASSWORD}",
        "{{ pw }}",
        "{password}",
        "%s",
        "%(password)s",
        "<password>",
        "[YOUR-PASSWORD]",
        "***",
        "xxxxxx",
        "...",
        "#{pw}",
        "%PASSWORD%",
        "$(cat /run/pw)",
        "{0}",
        "@pw@",
        "__PASSWORD__",
        "REPLACE_WITH_PASSWORD",
        "your_password_1",
    ] {
        passes(&format!("postgres://etl:{password}@pg.acme.io/dw"));
        passes(&format!(
            "jdbc:mysql://my.acme.io/dw?user=etl&password={password}"
        ));
        passes(&format!(
            "Server=sql.acme.io;User Id=etl;Password={password};"
        ));
        passes(&format!("ALTER USER etl WITH PASSWORD '{password}';"));
    }
}

#[test]
fn urls_without_a_login_pass() {
    for text in [
        "https://host:8080/@scope/pkg",
        "https://a.b/path?x=http://y:80/@z",
        "git@github.com:acme/repo.git",
        "ssh://git@host:22/x",
        "https://medium.com/@a:b",
        "docker://alpine:3.20@sha256:0a1b2c",
        "http://[^:]+:[^@]+@host",
        "redis://localhost:6379/0",
        "mongodb://a.acme.io:27017,b.acme.io:27017/?ssl=true",
        "https://acme.io:443/x@y.z",
        "'://' + user + ':' + pass + '@' + host",
    ] {
        passes(text);
    }
}

#[test]
fn any_bytes_are_survived() {
    let words = [
        "://",
        "postgres://",
        "jdbc:",
        "jdbc:oracle:thin:",
        "@tcp(",
        "password=",
        "pwd%3d",
        "loginmodule required",
        "airflow_conn_",
        "basic ",
        "bearer ",
        "\"auth\"",
        "curl -u ",
        "mysql -p",
        "--password ",
        "pgpassword=",
        ":5432:",
        "machine ",
        "_authtoken",
        "identified by ",
        "sqlplus ",
        ":1521",
        "?access_token=",
        "<pass",
        "convertto-securestring ",
        "cmdkey ",
        "net user ",
        "net use ",
        "create user ",
        "set password ",
        "aws_secret_key",
        "'",
        "\"",
        "\\",
        "\n",
        ";",
        "=",
        "@",
        ":",
        "/",
        "{",
        "}",
        "\u{ff}",
    ];
    // Every pair and triple of marks, at the very start and end of the text.
    for a in words {
        for b in words {
            for c in ["", "a", "'", "@b.c/", "\\"] {
                let text = format!("{a}{b}{c}");
                detect(
                    &Fragment::content(b"profiles.yml", text.as_bytes()),
                    &RuleSet::builtin(),
                );
            }
        }
    }
}
