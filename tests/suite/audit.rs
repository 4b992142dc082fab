//! `hexguard audit` over the repositories that Hex teams have, leaking and clean: every point is answered as it should be.

use serde_json::Value;

use crate::support::{Output, Repo, hex, run, token};

/// 2026-11-24, the day on which these repositories are audited.
const TODAY: &str = "1795478400";

fn audit(repo: &Repo, args: &[&str]) -> Output {
    let mut command = repo.command(crate::support::HEXGUARD);
    command
        .arg("audit")
        .args(args)
        .env("SOURCE_DATE_EPOCH", TODAY);
    run(&mut command)
}

/// Returns the verdicts in the order of the list, `+` held, `-` not held, `?` by hand, and all the points.
fn points(repo: &Repo) -> (String, Vec<Value>, i32) {
    let out = audit(repo, &["--format", "json"]);
    let all: Value = serde_json::from_str(&out.stdout).unwrap_or_else(|_| panic!("{out:?}"));
    assert_eq!(all["schema_version"], 1);
    let points = all["points"].as_array().unwrap().clone();
    let verdicts = points
        .iter()
        .map(|point| match point["verdict"].as_str().unwrap() {
            "held" => '+',
            "not-held" => '-',
            _ => '?',
        })
        .collect();
    (verdicts, points, out.code)
}

fn evidence(points: &[Value], number: usize) -> String {
    let lines: Vec<String> = points[number - 1]["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let part = |name: &str| one[name].as_str().map(str::to_owned).unwrap_or_default();
            let line = one["line"]
                .as_u64()
                .map(|line| format!(":{line}"))
                .unwrap_or_default();
            format!("{}{line} {}", part("file"), part("text"))
        })
        .collect();
    lines.join("\n")
}

/// Returns a value from its halves, so that no secret stands in the project.
fn made_up(first: &str, second: &str) -> String {
    [first, second].concat()
}

/// A password made up here; nothing in the repository looks like one.
fn password(seed: u64) -> String {
    format!("Kx{}!vQ", hex(14, seed))
}

const UUID: &str = "0190c8e4-7a1f-7000-8e2b-2f6a1c9d4e5b";

/// What Hex writes into the repository that a project is exported to.
fn export(variables: &str, source: &str) -> String {
    format!(
        "schemaVersion: 3\nmeta:\n  projectId: {UUID}\n  title: Accounts\nprojectAssets:\n  dataConnections:\n    - dataConnectionId: {UUID}\n  envVars:{variables}\n  secrets:\n    - secretName: WAREHOUSE_PW\ncells:\n  - cellType: SQL\n    cellLabel: load accounts\n    config:\n      source: |-\n        {source}\n"
    )
}

/// Notes of two tokens, as a team should keep them.
const NOTES: &str = r#"
[hex]
sharing-audited = "2026-10-01"

[[hex.token]]
name = "monitoring"
variable = "HEX_READ_TOKEN"
scopes = ["Read projects"]
created = "2026-10-01"
expires = "2026-12-29"
owner = "Data platform"

[[hex.token]]
name = "orchestration"
variable = "HEX_RUN_TOKEN"
scopes = ["Read projects", "Run projects"]
created = "2026-09-15"
expires = "2026-12-01"
"#;

#[test]
fn a_hex_export_repository() {
    let repo = Repo::new();
    let secret = password(1);
    let url = format!("postgresql://report:{secret}@db.internal.example.net:5432/shop");
    let clear = format!("\n    - name: WAREHOUSE_PW\n      value: {secret}");
    repo.stage("accounts.yaml", export(&clear, &format!("-- {url}")))
        .stage("cells.py", format!("TOKEN = '{}'\n", token(1)))
        .stage(
            "results/customers.csv",
            "id,email,amount\n1,a@example.com,3\n2,b@example.com,4\n",
        )
        .commit("export");
    let (verdicts, leaking, code) = points(&repo);
    assert_eq!((verdicts.as_str(), code), ("-++?---?", 1), "{leaking:#?}");
    assert!(evidence(&leaking, 1).contains("cells.py:1 Hex personal access token hxtp_****"));
    let database = evidence(&leaking, 6);
    assert!(database.contains(
        "accounts.yaml:10 project environment variable WAREHOUSE_PW is exported with its value"
    ));
    assert!(evidence(&leaking, 7).contains("results/customers.csv 2 rows, 3 columns; likely personal data: email (e-mail), 1 KiB, not reviewed"));
    let all = format!("{leaking:?}{}", audit(&repo, &[]).stdout);
    assert!(
        !all.contains(&secret) && !all.contains(&token(1)[20..60]),
        "{all}"
    );

    let repo = Repo::new();
    repo.stage("accounts.yaml", export(" []", "select 1"))
        .stage("results/revenue.csv", "month,amount\n1,3\n")
        .stage("hexguard.toml", "[hex]\nsharing-audited = \"2026-08-01\"\n")
        .stage(".gitignore", ".env*\n")
        .write(
            ".env.production",
            format!("SERVICE_TOKEN={}\n", made_up("q81Zx7", "Kd02Lm")),
        )
        .write(
            ".env.dev",
            format!("SERVICE_TOKEN={}\n", made_up("p55Tt3", "Wq90Bn")),
        );
    assert_eq!(repo.hexguard(&["install"]).code, 0);
    let out = repo.hexguard(&["reviewed", "results/revenue.csv", "--by", "Ada"]);
    assert!(
        out.stdout
            .starts_with("results/revenue.csv: 1 row, 2 columns\n"),
        "{out:?}"
    );
    let (verdicts, clean, code) = points(&repo);
    assert_eq!((verdicts.as_str(), code), ("+++++++?", 0), "{clean:#?}");
    assert!(
        clean[7]["summary"]
            .as_str()
            .unwrap()
            .contains("115 days ago"),
        "{:?}",
        clean[7]
    );
    assert!(
        clean[7]["next"]
            .as_str()
            .unwrap()
            .contains("sharing-audited"),
        "a reminder after 90 days"
    );
}

#[test]
fn an_airflow_and_dbt_repository() {
    let dag = "from airflow_provider_hex.operators.hex import HexRunProjectOperator\nrun = HexRunProjectOperator(task_id='refresh', hex_conn_id='hex_default')\n";
    let status = |variable: &str| {
        format!(
            "import os, requests\nheaders = {{'Authorization': 'Bearer ' + os.environ['{variable}']}}\nrequests.get('https://app.hex.tech/api/v1/projects', headers=headers)\n"
        )
    };
    let repo = Repo::new();
    repo.stage("dags/refresh.py", dag)
        .stage("monitoring/status.py", status("HEX_RUN_TOKEN"))
        .stage("dbt/profiles.yml", format!("shop:\n  outputs:\n    prod:\n      type: postgres\n      password: {}\n", password(2)))
        .stage("hexguard.toml", "[[hex.token]]\nvariable = \"HEX_RUN_TOKEN\"\nscopes = [\"Run projects\"]\ncreated = \"2026-01-01\"\nexpires = \"2026-12-31\"\n")
        .stage(".gitignore", ".env*\n").write(".env.production", format!("HEX_RUN_TOKEN={}\n", made_up("q81Zx7", "Kd02Lm")))
        .write(".env.staging", format!("HEX_RUN_TOKEN={}\n", made_up("q81Zx7", "Kd02Lm")))
        .commit("dags");
    let (verdicts, leaking, code) = points(&repo);
    assert_eq!((&verdicts[1..4], code), ("---", 1), "{leaking:#?}");
    assert!(evidence(&leaking, 2).starts_with(
        "monitoring/status.py:3 API GET /projects: read, with HEX_RUN_TOKEN: only reads, but HEX_RUN_TOKEN is a token with the scope \"Run projects\""
    ));
    let expiry = evidence(&leaking, 3);
    assert!(
        expiry.contains("AIRFLOW_CONN_HEX_DEFAULT is used, but its expiry is not noted"),
        "{expiry}"
    );
    assert!(
        expiry.contains("hexguard.toml:1 HEX_RUN_TOKEN lives 364 days; 90 are allowed"),
        "{expiry}"
    );
    assert_eq!(
        evidence(&leaking, 4),
        " one value: HEX_RUN_TOKEN of production (.env.production:1) = HEX_RUN_TOKEN of staging (.env.staging:1)"
    );

    let repo = Repo::new();
    let airflow = "[[hex.token]]\nvariable = \"AIRFLOW_CONN_HEX_DEFAULT\"\nscopes = [\"Run projects\"]\ncreated = \"2026-10-01\"\nexpires = \"2026-12-01\"\n";
    repo.stage("dags/refresh.py", dag)
        .stage("monitoring/status.py", status("HEX_READ_TOKEN"))
        .stage("dbt/profiles.yml", "shop:\n  outputs:\n    prod:\n      type: postgres\n      password: \"{{ env_var('DB_PASSWORD') }}\"\n")
        .stage("dbt/seeds/countries.csv", "code,label\nde,x\n")
        .stage("hexguard.toml", format!("{NOTES}{airflow}"))
        .commit("dags");
    let (verdicts, clean, _) = points(&repo);
    assert_eq!(verdicts, "+++?-++?", "{clean:#?}");
    assert!(
        clean[2]["summary"]
            .as_str()
            .unwrap()
            .contains("2 due within 14 days"),
        "{:?}",
        clean[2]
    );
    assert!(
        evidence(&clean, 1)
            .contains("monitoring/status.py:2 HEX_READ_TOKEN comes from: environment")
    );
}

#[test]
fn a_typescript_service() {
    let service = |variable: &str| {
        format!(
            "const token = process.env.{variable};\nexport const run = (id: string) =>\n  fetch(`https://app.hex.tech/api/v1/projects/${{id}}/runs`, {{\n    method: 'POST', headers: {{ Authorization: `Bearer ${{token}}` }} }});\n"
        )
    };
    let repo = Repo::new();
    repo.stage("src/hex.ts", service("HEX_RUN_TOKEN"))
        .stage(
            "src/config.ts",
            format!("export const hexToken = '{}';\n", token(3)),
        )
        .stage(
            "fixtures-out/people.json",
            "[{\"id\": 1, \"phone\": \"+49 30 1234567\"}]",
        )
        .commit("service");
    let (verdicts, leaking, code) = points(&repo);
    assert_eq!((verdicts.as_str(), code), ("-?-?-+-?", 1), "{leaking:#?}");
    assert!(evidence(&leaking, 7).contains("phone (phone)"));

    let repo = Repo::new();
    repo.stage("src/hex.ts", service("HEX_RUN_TOKEN"))
        .stage(
            ".github/workflows/run.yml",
            "env:\n  HEX_RUN_TOKEN: ${{ secrets.HEX_RUN_TOKEN }}\n",
        )
        .stage("package.json", "{\"name\": \"service\", \"data\": {}}")
        .stage("hexguard.toml", NOTES)
        .commit("service");
    let (verdicts, clean, _) = points(&repo);
    assert_eq!(verdicts, "+++?-++?", "{clean:#?}");
    assert!(evidence(&clean, 1).contains("comes from: CI secret"));
}

#[test]
fn history_counts_and_a_token_is_counted_once() {
    let repo = Repo::new();
    let leak = |seed| format!("T = '{}'\n", token(seed));
    repo.stage("a.py", leak(1)).commit("one");
    repo.stage("b.py", leak(1))
        .stage("a.py", leak(2))
        .commit("two");
    repo.stage("a.py", "x = 1\n").commit("three");
    let (verdicts, points, _) = points(&repo);
    assert!(verdicts.starts_with('-'));
    assert_eq!(points[0]["summary"], "1 token in the files, 1 in history");
    assert!(evidence(&points, 1).contains("a.py:1 Hex personal access token"));
    repo.stage("b.py", "x = 1\n").commit("four");
    let without = audit(&repo, &["--no-history", "--format", "json"]);
    assert!(
        without.stdout.contains("history was not looked through"),
        "{without:?}"
    );
    let out = audit(&repo, &[]);
    assert!(out.stdout.contains("2 tokens in history only"), "{out:?}");
}

#[test]
fn a_review_names_a_person_and_the_notes_never_hold_a_value() {
    let repo = Repo::new();
    repo.write("a.csv", "id\n1\n");
    let out = repo.hexguard(&["reviewed", "a.csv"]);
    assert_eq!(out.code, 2, "{out:?}");
    assert!(
        out.stderr.contains("git does not know who you are"),
        "{out:?}"
    );
    repo.git(&["config", "user.name", "Ada"]);
    assert_eq!(repo.hexguard(&["reviewed", "a.csv"]).code, 0);
    let record = std::fs::read_to_string(repo.path().join(".hexguard-reviews")).unwrap();
    let line = record.lines().last().unwrap();
    assert!(line.ends_with("\tAda\ta.csv"), "{line}");

    repo.write(
        "hexguard.toml",
        format!("[[hex.token]]\nname = \"x\"\nvalue = \"{}\"\n", token(5)),
    );
    let out = audit(&repo, &[]);
    assert_eq!(out.code, 2, "{out:?}");
    assert!(
        out.stderr
            .contains("hexguard.toml:3: the value of a token never stands here"),
        "{out:?}"
    );
    assert!(!out.stderr.contains(&token(5)[20..60]), "{out:?}");
}

#[test]
fn what_a_baseline_accepts_is_a_token_in_the_files_all_the_same() {
    let repo = Repo::new();
    repo.stage("a.py", format!("T = '{}'\n", token(1)))
        .stage("b.py", format!("password = '{}'\n", password(1)))
        .commit("first");
    assert_eq!(points(&repo).0.chars().next(), Some('-'));
    assert_eq!(repo.hexguard(&["baseline"]).code, 0);
    repo.git(&["add", "."]);
    repo.commit("baseline");
    assert_eq!(repo.hexguard(&["scan", "."]).code, 0);
    let (verdicts, points, code) = points(&repo);
    assert_eq!(code, 1);
    assert_eq!(
        (verdicts.as_bytes()[0], verdicts.as_bytes()[5]),
        (b'-', b'-')
    );
    assert!(evidence(&points, 1).contains("a.py:1"), "{points:?}");
}
