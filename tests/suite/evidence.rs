//! What the audit reads out of files: calls of Hex, tables, personal data, values of two environments.

use std::fs;

use hexguard::audit::local::look;
use hexguard::audit::personal::{Kind, of_column};
use hexguard::audit::table::read;
use hexguard::audit::uses::{Clear, Use, of_file};

/// Returns the calls of Hex in a file: line, tool, call, right and variable.
fn uses(path: &str, text: &str) -> Vec<String> {
    let shown = |one: &Use| {
        format!(
            "{} {} {} {} {}",
            one.line,
            one.tool,
            one.call,
            one.access.name(),
            one.variable.as_deref().unwrap_or("-")
        )
    };
    of_file(path.as_bytes(), text.as_bytes())
        .uses
        .iter()
        .map(shown)
        .collect()
}

#[test]
fn calls_are_told_by_tool_endpoint_and_right() {
    assert_eq!(
        uses(
            "a.py",
            "BASE = 'https://app.hex.tech/api/v1'\nT = os.environ['HEX_RUN_TOKEN']\nrequests.post(f'{BASE}/projects/{pid}/runs', headers=h)\n"
        ),
        ["3 API POST /projects/{}/runs run HEX_RUN_TOKEN"]
    );
    assert_eq!(
        uses(
            "a.ts",
            "const t = process.env.HEX_READ_TOKEN;\nawait fetch(`https://app.hex.tech/api/v1/projects/${id}/runs/${run}`, {\n  method: 'GET' });\n"
        ),
        ["2 API GET /projects/{}/runs/{} read HEX_READ_TOKEN"]
    );
    assert_eq!(
        uses(
            "dag.py",
            "from airflow_provider_hex.operators.hex import HexRunProjectOperator\nrun = HexRunProjectOperator(task_id='x')\n"
        ),
        ["2 Airflow HexRunProjectOperator run AIRFLOW_CONN_HEX_DEFAULT"]
    );
    assert_eq!(
        uses(
            ".github/workflows/a.yml",
            "- uses: hex-inc/action-context-toolkit@v1\n  with:\n    token: ${{ secrets.HEX_API_TOKEN }}\n"
        ),
        ["1 GitHub Action hex-inc/action-context-toolkit write HEX_API_TOKEN"]
    );
    assert_eq!(uses("run.sh", "curl -X POST \"https://app.hex.tech/api/v1/projects/$ID/runs\" -H \"Authorization: Bearer $HEX_API_TOKEN\"\n").len(), 1);
    assert_eq!(
        uses("README.md", "curl https://app.hex.tech/api/v1/projects\n"),
        [""; 0]
    );
    assert_eq!(
        uses(
            "colour.py",
            "HEX_KEY = '#fff'\nrequests.post('/projects/1/runs')\n"
        ),
        [""; 0]
    );
}

#[test]
fn sources_of_tokens_are_listed() {
    let taken = |text: &str| {
        of_file(b"a.yml", text.as_bytes())
            .taken
            .first()
            .map(|one| (one.from, one.name.clone()))
    };
    let is = |from, name: &str| Some((from, name.to_owned()));
    assert_eq!(
        taken("t: ${{ secrets.HEX_API_TOKEN }}"),
        is("CI secret", "HEX_API_TOKEN")
    );
    assert_eq!(
        taken("t = os.environ['HEX_API_TOKEN']"),
        is("environment", "HEX_API_TOKEN")
    );
    assert_eq!(
        taken("HEX_API_TOKEN: op://vault/hex/token"),
        is("secret manager", "HEX_API_TOKEN")
    );
    assert_eq!(
        taken("- secretName: HEX_API_TOKEN"),
        is("Hex secret", "HEX_API_TOKEN")
    );
}

#[test]
fn exported_variables_with_values_are_found() {
    let text = "projectAssets:\n  envVars:\n    - name: WAREHOUSE_PW\n      value: abc\n    - name: EMPTY\n      value: \"\"\n  secrets:\n    - secretName: X\n      value: no\n";
    let found = of_file(b"a.yaml", text.as_bytes()).clear;
    assert_eq!(
        found,
        [Clear {
            line: 4,
            name: "WAREHOUSE_PW".to_owned()
        }]
    );
}

#[test]
fn columns_are_told_by_their_names() {
    for (name, kind) in [
        ("email", Kind::Email),
        ("customerEmail", Kind::Email),
        ("CONTACT_E-MAIL", Kind::Email),
        ("Phone Number", Kind::Phone),
        ("billing_iban", Kind::Iban),
        ("first_name", Kind::Name),
        ("date_of_birth", Kind::Birth),
        ("EMAIL2", Kind::Email),
        ("cust_email_addr", Kind::Email),
        ("phone_no", Kind::Phone),
        ("last_nm", Kind::Name),
        ("address_line_1", Kind::Address),
        ("birth_dt", Kind::Birth),
        ("Geburtsdatum", Kind::Birth),
    ] {
        assert_eq!(of_column(name, &[]), Some(kind), "{name}");
    }
    for name in [
        "amount",
        "email_count",
        "file_name",
        "mobile_sessions",
        "mail_type",
        "ip_address",
        "email_sent_at",
        "birth_rate",
        "product_name",
        "country",
        "id",
    ] {
        assert_eq!(of_column(name, &[]), None, "{name}");
    }
}

#[test]
fn columns_are_told_by_their_values() {
    // Published samples; none is anybody's.
    for (values, kind) in [
        (["a.b@example.com", "c@example.org"], Kind::Email),
        (["+49 30 1234567", "(555) 010-1234"], Kind::Phone),
        (["4111 1111 1111 1111", "5500000000000004"], Kind::Card),
        (
            ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000"],
            Kind::Iban,
        ),
        (["078-05-1120", "219-09-9999"], Kind::NationalId),
        (["12345678Z", "12345678Z"], Kind::NationalId),
        (["111.444.777-35", "111.444.777-35"], Kind::NationalId),
        (["44051401359", "44051401359"], Kind::NationalId),
    ] {
        assert_eq!(of_column("c1", &values), Some(kind), "{values:?}");
    }
    for values in [
        ["2026-01-01", "2026-01-02"],
        ["12.5", "13.25"],
        ["1000000000001", "1000000000002"],
        ["4111111111111112", "4111111111111113"],
        ["DE00370400440532013000", "GB00WEST12345698765432"],
        ["192.168.10.1", "10.0.0.1"],
        ["v1.2@main", "a@b"],
        ["5a8591dd-4039-49df-9202-96385ba3eff8", "20260101"],
        ["1767225600000", "1767225660000"],
        ["48.137154", "11.576124"],
    ] {
        assert_eq!(of_column("c1", &values), None, "{values:?}");
    }
    // Whether there is one says nothing of it.
    assert_eq!(of_column("has_email", &["true", "", "false"]), None);
    assert_eq!(of_column("email", &["", "x"]), Some(Kind::Email));
}

#[test]
fn random_numbers_are_no_cards_and_no_ids() {
    let mut state = 1u64;
    let mut number = |digits: u32| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let least = 10u64.pow(digits - 1);
        (least + (state >> 2) % (9 * least)).to_string()
    };
    for digits in 8..=19 {
        for _ in 0..50 {
            let column: Vec<String> = (0..20).map(|_| number(digits)).collect();
            let values: Vec<&str> = column.iter().map(String::as_str).collect();
            assert_eq!(of_column("id", &values), None, "{values:?}");
        }
    }
}

/// Returns what is said of a file, if it is a table.
fn shown(path: &str, text: &str) -> Option<String> {
    read(path.as_bytes(), text.as_bytes()).map(|table| table.to_string())
}

#[test]
fn every_format_gives_rows_columns_and_personal_data() {
    let personal = "; likely personal data: email (e-mail)";
    let csv =
        "id,email,note\n1,a@example.com,\"two\nlines, \"\"quoted\"\"\"\n2,b@example.com,x\n\n";
    assert_eq!(
        shown("a.csv", csv),
        Some(format!("2 rows, 3 columns{personal}"))
    );
    assert_eq!(
        shown("a.CSV", "id;n\r\n1;2\r\n"),
        Some("1 row, 2 columns".to_owned())
    );
    assert_eq!(
        shown("a.tsv", "id\tx\n1\ta@example.com\n"),
        Some("1 row, 2 columns; likely personal data: x (e-mail)".to_owned())
    );
    let rows = r#"[{"id": 1, "email": "a"}, {"id": 2}]"#;
    assert_eq!(
        shown("a.json", rows),
        Some(format!("2 rows, 2 columns{personal}"))
    );
    assert_eq!(
        shown("a.json", &format!("{{\"data\": {rows}}}")),
        Some(format!("2 rows, 2 columns{personal}"))
    );
    assert_eq!(
        shown("a.jsonl", "{\"id\":1}\n{\"id\":2}\n"),
        Some("2 rows, 1 column".to_owned())
    );
    let html = "<table border=1><thead><tr><th></th><th>email</th></tr></thead><tr><th>0</th><td>a</td></tr></table>";
    let notebook =
        serde_json::json!({"cells": [{"outputs": [{"data": {"text/html": [html]}}]}]}).to_string();
    assert_eq!(
        shown("a.ipynb", &notebook),
        Some(format!("1 row, 2 columns{personal}"))
    );
    let printed = "   id           email\n0   1   a@example.com\n1   2   b@example.com\n";
    for output in [
        serde_json::json!({"output_type": "stream", "text": [printed]}),
        serde_json::json!({"data": {"text/plain": printed.split_inclusive('\n').collect::<Vec<_>>()}}),
        serde_json::json!({"data": {"application/vnd.dataresource+json": {"data": [
            {"id": 1, "email": "a@example.com"}, {"id": 2, "email": "b@example.com"},
        ]}}}),
    ] {
        let notebook = serde_json::json!({"cells": [{"outputs": [output]}]}).to_string();
        assert_eq!(
            shown("a.ipynb", &notebook),
            Some(format!("2 rows, 2 columns{personal}"))
        );
    }
    assert_eq!(
        shown(
            "a.jsonl",
            "{\"id\":1,\"n\":2,\"user\":{\"email\":\"a@example.com\"}}\n"
        ),
        Some("1 row, 3 columns; likely personal data: user.email (e-mail)".to_owned())
    );
    assert_eq!(
        shown("a.parquet", "PAR1"),
        Some("contents not read".to_owned())
    );
}

#[test]
fn settings_and_code_are_no_tables() {
    for (path, text) in [
        ("package.json", r#"{"name": "x", "scripts": {"a": "b"}}"#),
        ("tags.json", r#"["a", "b"]"#),
        ("tree.json", r#"[{"a": {"b": 1}, "c": [1]}]"#),
        ("broken.json", "[{"),
        ("empty.csv", ""),
        (
            "a.ipynb",
            r#"{"cells": [{"outputs": [{"data": {"text/plain": "1"}}]}]}"#,
        ),
        (
            "b.ipynb",
            r#"{"cells": [{"outputs": [{"output_type": "stream", "text": ["  step one\ndone in 3 s\n"]}]}]}"#,
        ),
        ("a.py", "a,b\n1,2\n"),
    ] {
        assert_eq!(shown(path, text), None, "{path}");
    }
}

#[test]
fn a_value_of_two_environments_is_told_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    // Put together here, so that no secret stands in the project.
    let (token, own, shared) = (
        ["q7Wx2", "Lm9Zt4Kp"].concat(),
        ["one-of", "-its-own-81"].concat(),
        ["r8Ty5", "Bn3Vc1"].concat(),
    );
    write(
        ".env.production",
        &format!("HEX_API_TOKEN={token}\nDB_PASSWORD={own}\nREGION=europe-west1\n"),
    );
    write(
        ".env.dev",
        &format!("export HEX_API_TOKEN='{token}'\nREGION=europe-west1\n"),
    );
    write(".env.example", &format!("HEX_API_TOKEN={token}\n"));
    write(
        "profiles.yml",
        &format!(
            "shop:\n  outputs:\n    dev:\n      password: {shared}\n    prod:\n      password: {shared}\n"
        ),
    );
    let local = look(folder.path());
    let shown: Vec<Vec<String>> = local
        .shared
        .iter()
        .map(|shared| {
            shared
                .places
                .iter()
                .map(|place| {
                    format!(
                        "{}:{} {} {}",
                        place.path.display(),
                        place.line,
                        place.name,
                        place.environment
                    )
                })
                .collect()
        })
        .collect();
    assert_eq!(
        shown,
        [
            vec![
                ".env.dev:1 HEX_API_TOKEN development",
                ".env.production:1 HEX_API_TOKEN production"
            ],
            vec![
                "profiles.yml:4 password development",
                "profiles.yml:6 password production"
            ],
        ]
    );
    assert_eq!(local.environments, ["development", "production"]);
}
