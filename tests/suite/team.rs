//! The files that data teams commit: in each the secret is found and stops the commit, and the same file with a reference
//! or a placeholder in its place says nothing, not even a warning.

use hexguard::detect::detect;
use hexguard::finding::Finding;
use hexguard::fragment::Fragment;
use hexguard::rule::{RuleSet, Tier};

use crate::support::template::fill;

/// A token of some service, an older Hex token, and a password, where the tables below say `@T`, `@H` and `¤`.
const SECRETS: [(&str, &str); 3] = [
    ("@T", "k7{{alnum:36}}4Q"),
    ("@H", "{{hex:96}}"),
    ("¤", "Kx{{alnum:12}}7q"),
];

fn findings(path: &str, text: &str) -> Vec<Finding> {
    let rules = RuleSet::builtin();
    detect(&Fragment::content(path.as_bytes(), text.as_bytes()), &rules)
}

fn filled(text: &str, seed: u64) -> String {
    let text = SECRETS.iter().fold(text.to_owned(), |text, (mark, hole)| {
        text.replace(mark, hole)
    });
    fill(&text, seed)
}

/// Files with a secret, and what may stand in its place.
const FILES: &[(&str, &str, &[&str])] = &[
    (
        "profiles.yml",
        "shop:\n  target: dev\n  outputs:\n    dev:\n      type: snowflake\n      account: ab12345.eu-west-1\n      user: DBT\n      password: ¤\n      threads: 4\n",
        &["\"{{ env_var('DBT_PASSWORD') }}\"", "<your-password>"],
    ),
    (
        "dbt/profiles.yml",
        "shop:\n  outputs:\n    prod:\n      type: redshift\n      host: dw.acme.io\n      user: etl\n      pass: \"¤\"\n      dbname: dw\n",
        &["{{ env_var('PASS') }}", "${PASS}"],
    ),
    (
        "profiles.yml",
        "shop:\n  outputs:\n    prod:\n      type: fabric\n      tenant_id: {{uuid}}\n      client_id: {{uuid}}\n      client_secret: @T\n",
        &["\"{{ env_var('SECRET') }}\""],
    ),
    (
        "seeds/users.csv",
        "id,user,password\n1,etl,¤\n",
        &["{{ env_var('PASSWORD') }}", "<password>", "", "********"],
    ),
    (
        "exports/keys.tsv",
        "name\tapi_key\nwarehouse\t\"@T\"\n",
        &["${API_KEY}", "your-api-key"],
    ),
    (
        ".snowflake/connections.toml",
        "[prod]\naccount = \"ab12345\"\nuser = \"ETL\"\npassword = \"¤\"\n",
        &["<password>", "${SNOWFLAKE_PASSWORD}", "your_password"],
    ),
    (
        ".databrickscfg",
        "[DEFAULT]\nhost = https://adb-1.azuredatabricks.net\ntoken = dapi{{hex:32}}\n",
        &[],
    ),
    (
        ".streamlit/secrets.toml",
        "[connections.snowflake]\naccount = \"x\"\nuser = \"u\"\npassword = \"¤\"\n",
        &["<password>", "your-password"],
    ),
    (
        ".dlt/secrets.toml",
        "[destination.snowflake.credentials]\ndatabase = \"dlt\"\npassword = \"¤\"\nusername = \"loader\"\n",
        &["please set me up!", "<configure me>"],
    ),
    (
        "config.yaml",
        "gateways:\n  prod:\n    connection:\n      type: postgres\n      host: db.acme.io\n      user: u\n      password: ¤\n",
        &["\"{{ env_var('PG_PASSWORD') }}\""],
    ),
    (
        "great_expectations/uncommitted/config_variables.yml",
        "my_creds:\n  drivername: postgresql\n  host: db.acme.io\n  username: u\n  password: ¤\n",
        &["${MY_DB_PW}"],
    ),
    (
        "meltano.yml",
        "plugins:\n  loaders:\n  - name: target-postgres\n    config:\n      host: db.acme.io\n      user: u\n      password: ¤\n",
        &["${TARGET_POSTGRES_PASSWORD}", "$PGPASS"],
    ),
    (
        "octavia/source.yaml",
        "configuration:\n  host: db.acme.io\n  username: u\n  password: ¤ # SECRET (please store in environment variables) | REQUIRED | string\n",
        &["${PG_PASSWORD}"],
    ),
    (
        "dagster.yaml",
        "storage:\n  postgres:\n    postgres_db:\n      username: dagster\n      password: ¤\n      hostname: db.acme.io\n",
        &["\n        env: DAGSTER_PG_PASSWORD"],
    ),
    (
        "superset_config.py",
        "SQLALCHEMY_DATABASE_URI = \"postgresql://superset:¤@db.acme.io/superset\"\n",
        &["{PASSWORD}", "%(password)s"],
    ),
    (
        "metabase/docker-compose.yml",
        "services:\n  metabase:\n    environment:\n      MB_DB_TYPE: postgres\n      MB_DB_USER: metabase\n      MB_DB_PASS: ¤\n",
        &["${MB_DB_PASS}", "${MB_DB_PASS:?set it}"],
    ),
    (
        "evidence/.env",
        "EVIDENCE_SOURCE__WH__PASSWORD=¤\n",
        &["", "<password>"],
    ),
    (
        "cube/.env",
        "CUBEJS_DB_HOST=db.acme.io\nCUBEJS_DB_USER=cube\nCUBEJS_DB_PASS=¤\n",
        &["", "change_me"],
    ),
    (
        ".mcp.json",
        "{\"mcpServers\":{\"hex\":{\"command\":\"npx\",\"env\":{\"HEX_API_TOKEN\":\"@T\"}}}}\n",
        &["${HEX_API_TOKEN}", "your-token-here", "<token>"],
    ),
    (
        "prod.tfvars",
        "db_password = \"¤\"\nregion = \"eu-west-1\"\nami = \"ami-0abcdef1234567890\"\n",
        &["<db_password>", "REPLACE_ME"],
    ),
    (
        "docker-compose.yml",
        "services:\n  db:\n    environment:\n      - POSTGRES_USER=wh\n      - POSTGRES_PASSWORD=¤\n",
        &["${POSTGRES_PASSWORD}", "${POSTGRES_PASSWORD:-}", "changeme"],
    ),
    (
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\ndata:\n  username: {{base64:etl}}\n  password: {{base64:Kx{{alnum:12}}7q}}\n",
        &[],
    ),
    (
        ".gitlab-ci.yml",
        "variables:\n  SNOWFLAKE_PASSWORD: \"¤\"\nscript:\n  - dbt run\n",
        &["$CI_SNOWFLAKE_PASSWORD"],
    ),
    (
        ".github/workflows/dbt.yml",
        "jobs:\n  dbt:\n    env:\n      DBT_ENV_SECRET_PW: ¤\n",
        &["${{ secrets.DBT_PW }}"],
    ),
    (
        "datahub.yaml",
        "source:\n  type: hex\n  config:\n    workspace_name: Acme\n    token: @H\n",
        &["${HEX_API_TOKEN}", "<token>"],
    ),
    (
        "config.ts",
        "export const hex = {\n  token: \"@H\",\n};\n",
        &["${process.env.HEX_API_TOKEN}"],
    ),
    (
        "connections.yaml",
        "integrations:\n  - name: hex\n    token: @H\n",
        &["${HEX_API_TOKEN}"],
    ),
    (
        "config.fish",
        "set -gx HEX_API_TOKEN @T\n",
        &["(op read op://data/hex/token)"],
    ),
    ("setup.bat", "setx HEX_API_TOKEN @T\r\n", &["%1"]),
    (
        "Makefile",
        "HEX_API_TOKEN ?= @T\n",
        &["$(shell op read op://data/hex/token)"],
    ),
    (
        "load.R",
        "Sys.setenv(HEX_API_TOKEN = \"@T\")\n",
        &["<token>"],
    ),
    (
        "load.java",
        "DriverManager.getConnection(\"jdbc:redshift://dw.acme.io:5439/dev\", \"etl\", \"¤\");\n",
        &["${password}"],
    ),
    (
        "link.sql",
        "EXEC sp_addlinkedsrvlogin 'DW', 'false', NULL, 'etl', '¤';\n",
        &["$(Password)"],
    ),
    (
        "table.sql",
        "CREATE TABLE t ENGINE = PostgreSQL('db.acme.io:5432', 'dw', 't', 'etl', '¤');\n",
        &["{password}", "{{ env_var('PW') }}"],
    ),
    (
        "client.py",
        "requests.get(url, auth=(\"etl\", \"¤\"))\n",
        &["<password>"],
    ),
];

#[test]
fn secrets_in_the_files_of_data_teams_stop_the_commit() {
    for (path, text, _) in FILES {
        for seed in 0..20 {
            let text = filled(text, seed);
            let found = findings(path, &text);
            assert!(
                found.iter().any(|one| one.tier == Tier::Block),
                "{path}: {text}"
            );
        }
    }
}

#[test]
fn the_same_files_without_a_secret_say_nothing() {
    for (path, text, twins) in FILES {
        for twin in *twins {
            let text = SECRETS.iter().fold((*text).to_owned(), |text, (mark, _)| {
                text.replace(mark, twin)
            });
            // Holes of templates and of the tests look alike: only those for ids are filled.
            let text = text.replace("{{uuid}}", &fill("{{uuid}}", 1));
            let found: Vec<_> = findings(path, &text)
                .iter()
                .map(|one| one.rule.id)
                .collect();
            assert!(found.is_empty(), "{path}: {found:?} in {text}");
        }
    }
}

/// Texts that look like secrets of Hex or of a data connection and hold none.
const INNOCENT: &[(&str, &str)] = &[
    ("a.py", "sha384 = \"{{hex:96}}\"\n"),
    ("a.json", "{\"pcr0\": \"{{hex:96}}\", \"hex\": true}\n"),
    ("a.py", "# see hex.tech\nSHA384 = \"{{hex:96}}\"\n"),
    ("a.py", "K = bytes.fromhex(\"{{hex:96}}\")\n"),
    ("a.rs", "const HEX_PUBKEY: &str = \"{{hex:96}}\";\n"),
    ("a.yml", "encoding: hex\ndigest: {{hex:96}}\n"),
    ("a.yml", "type: hex\nvalue: {{hex:96}}\n"),
    ("a.js", "{ integrity: \"sha384-{{hex:96}}\" }\n"),
    (
        "a.tf",
        "hex_token = data.aws_secretsmanager_secret_version.hex.secret_string\n",
    ),
    (
        "a.yml",
        "hexToken: arn:aws:secretsmanager:eu-west-1:123456789012:secret:hex/api-token-AbCdEf\n",
    ),
    (
        "a.yml",
        "env:\n- name: HEX_API_TOKEN\n  valueFrom:\n    secretKeyRef:\n      name: hex-credentials\n      key: api-token\n",
    ),
    (
        "a.groovy",
        "withCredentials([string(credentialsId: 'hex-api-token', variable: 'HEX_API_TOKEN')]) {\n",
    ),
    ("a.sh", "gh secret set HEX_API_TOKEN < token.txt\n"),
    (
        "a.py",
        "project_id = \"{{uuid}}\"\nurl = f\"https://app.hex.tech/acme/app/{project_id}/latest\"\n",
    ),
    (
        "a.json",
        "{\"projectId\":\"{{uuid}}\",\"runId\":\"{{uuid}}\",\"traceId\":\"{{hex:32}}\"}\n",
    ),
    ("a.py", "htk.get_data_connection(\"Snowflake Prod\")\n"),
    (
        "a.yaml",
        "schemaVersion: 3\nmeta:\n  projectId: {{uuid}}\nprojectAssets:\n  envVars:\n    - name: REGION\n      value: eu-west-1\n  secrets:\n    - secretName: SNOWFLAKE_PASSWORD\n    - secretName: HEX_API_TOKEN\n",
    ),
    (
        "a.yaml",
        "schemaVersion: 3\nmeta:\n  projectId: {{uuid}}\ncells:\n  - cellType: INPUT\n    config:\n      name: start_date\n      defaultValue: 2026-01-01T00:00:00.000Z\n  - cellType: INPUT\n    config:\n      name: customer_id\n      defaultValue: {{uuid}}\n",
    ),
    (
        "a.csv",
        "order_id,uuid,created_at,version,sha\n1001,{{uuid}},2026-01-01T10:00:00Z,1.2.3,{{hex:64}}\n",
    ),
    (
        "a.yml",
        "models:\n  - name: users\n    columns:\n      - name: password_hash\n      - name: api_token_id\n        tests: [unique, not_null]\n",
    ),
    (
        "mix.lock",
        "\"phoenix\": {:hex, :phoenix, \"1.7.0\", \"{{hex:64}}\", [:mix], [], \"hexpm\", \"{{hex:64}}\"}\n",
    ),
    (
        "a.sql",
        "ALTER USER u SET RSA_PUBLIC_KEY='MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA{{alnum:300}}';\n",
    ),
    (
        "sealed.yaml",
        "kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgB{{alnum:700}}\n",
    ),
    (
        "es.yaml",
        "kind: ExternalSecret\nspec:\n  data:\n  - secretKey: password\n    remoteRef:\n      key: prod/warehouse\n      property: password\n",
    ),
    (
        "a.java",
        "DriverManager.getConnection(url, user, password);\n",
    ),
    (
        "a.php",
        "new PDO($dsn, $user, $password);\nmysqli_connect(\"localhost\", \"root\", \"\");\n",
    ),
    (
        "a.py",
        "HTTPBasicAuth(os.environ[\"USER\"], os.environ[\"PASSWORD\"])\n",
    ),
    (
        "a.py",
        "container = PostgreSQL(\"postgres:16\", dbname=\"test\")\n",
    ),
];

#[test]
fn what_only_looks_like_a_secret_of_a_data_team_is_silent() {
    for (path, text) in INNOCENT {
        for seed in 0..20 {
            let text = fill(text, seed);
            let found: Vec<_> = findings(path, &text)
                .iter()
                .map(|one| one.rule.id)
                .collect();
            assert!(found.is_empty(), "{path}: {found:?} in {text}");
        }
    }
}

/// Cells and outputs of notebooks that hold a secret.
#[test]
fn secrets_in_notebooks_are_placed_by_cell() {
    let notebook = |source: &str, output: &str| {
        serde_json::json!({
            "cells": [
                {"cell_type": "markdown", "source": ["# Load"], "metadata": {}},
                {"cell_type": "code", "source": ["import os\n", source], "metadata": {}, "execution_count": 1,
                 "outputs": [{"output_type": "stream", "name": "stdout", "text": [output]}]},
            ],
            "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
        })
        .to_string()
    };
    for (source, output, place) in [
        ("%env HEX_API_TOKEN=@T\n", "", "cell 2, line 2"),
        ("%env HEX_API_TOKEN @T\n", "", "cell 2, line 2"),
        ("!export PGPASSWORD=¤ && psql\n", "", "cell 2, line 2"),
        (
            "%%sql postgresql://etl:¤@db.acme.io/dw\n",
            "",
            "cell 2, line 2",
        ),
        ("password = '¤'\n", "", "cell 2, line 2"),
        (
            "engine\n",
            "Engine(postgresql://etl:¤@db.acme.io/dw)\n",
            "cell 2, output",
        ),
        (
            "os.environ\n",
            "environ({'SNOWFLAKE_PASSWORD': '¤'})\n",
            "cell 2, output",
        ),
    ] {
        let text = notebook(&filled(source, 3), &filled(output, 4));
        let found = findings("load.ipynb", &text);
        let places: Vec<_> = found
            .iter()
            .filter(|one| one.tier == Tier::Block)
            .filter_map(|one| one.context.as_deref())
            .collect();
        assert!(
            places.iter().any(|one| one.starts_with(place)),
            "{source}{output}: {places:?}"
        );
    }
    let clean = notebook(
        "%env HEX_API_TOKEN=$HEX_API_TOKEN\n",
        "Engine(postgresql://etl:***@db.acme.io/dw)\n",
    );
    assert!(findings("load.ipynb", &clean).is_empty());
}
