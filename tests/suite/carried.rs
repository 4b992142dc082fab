//! What the text far above decides (tables, literals, maps, encodings, comments for the whole file) is known in every piece.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::pieces::{compared, private_key};
use crate::support::{hex, template::fill, token};

fn password(seed: u64) -> String {
    fill("{{alnum:9}}{{digit:3}}{{alnum:6}}", seed)
}

fn lines(count: u64, line: impl Fn(u64) -> String) -> String {
    (0..count).map(line).collect()
}

/// Lines that hold nothing.
fn filler(count: u64) -> String {
    lines(count, |n| {
        format!("step {n} is done, the next one is {}\n", n + 1)
    })
}

/// Settings of which every fifth holds a password.
fn settings(count: u64, separator: &str) -> String {
    lines(count, |n| match n % 5 {
        0 => format!("DB{n}_PASSWORD{separator}{}\n", password(n)),
        1 => format!("# it's the one of host {n}\n"),
        _ => format!("LEVEL_{n}{separator}{n}\n"),
    })
}

/// A text that is read alike in one piece and in many, and at least so many findings in it.
type Case = (&'static str, usize, String);

#[track_caller]
fn all_same(cases: &[Case]) {
    let faults: Vec<String> = cases
        .iter()
        .filter_map(
            |(path, least, text)| match compared(path, text.as_bytes()) {
                Ok(found) if found >= *least => None,
                Ok(found) => Some(format!("{path}: {found} of {least}")),
                Err(fault) => Some(fault),
            },
        )
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn drawn_tables_know_their_headers() {
    let row = |n: u64| format!("| {n:>5} | bob{n} | {} |\n", password(n));
    let rows = lines(300, row);
    let bars = format!("| id | user | password |\n|----|:----:|------|\n{rows}\n");
    let line = "+-------+------+--------------------+\n";
    let mysql =
        format!("{line}|    id | user | password           |\n{line}{rows}{line}300 rows in set\n");
    let psql = lines(300, |n| format!(" {n} | bob | {}\n", password(n)));
    let psql = format!(" id | user | password\n----+------+-----------\n{psql}(300 rows)\n");
    let bar = format!("{} {} {}\n", "=".repeat(6), "=".repeat(6), "=".repeat(20));
    let simple = lines(300, |n| format!("{n:<6} bob    {}\n", password(n)));
    let simple = format!("{bar}id     user   password\n{bar}{simple}{bar}");
    let ascii = lines(300, |n| format!("| {n} | bob | {}\n\n", password(n)));
    let ascii = format!("|===\n| id | user | password\n{ascii}|===\n");
    let cells = lines(300, |n| {
        format!(
            "<tr><td>{n}</td>\n  <td>bob</td>\n  <td>{}</td></tr>\n",
            password(n)
        )
    });
    let html = format!(
        "<html><table><tr><th>id</th>\n<th>user</th><th>password</th></tr>\n{cells}</table>\n"
    );
    let names = lines(300, |n| format!("| smtp{n}_password | {} |\n", password(n)));
    let names = format!("| name | value |\n|------|-------|\n{names}");
    let after = filler(40);
    all_same(&[
        ("users.md", 290, format!("# Users\n\n{bars}{after}{bars}")),
        ("query.log", 290, format!("{after}{mysql}{after}")),
        ("result.txt", 290, format!("{after}{psql}{after}")),
        ("users.rst", 290, format!("{after}\n{simple}\n{after}")),
        ("users.adoc", 290, format!("{after}\n{ascii}\n{after}")),
        ("users.html", 290, html),
        ("names.md", 290, names),
    ]);
}

#[test]
fn rows_that_go_over_lines_keep_their_cells() {
    let row = |n: u64| format!("{n},\"first line, of {n}\nsecond, line\",{}\n", password(n));
    let csv = format!("id,note,password\n{}", lines(300, row));
    all_same(&[
        ("notes.csv", 290, csv.clone()),
        ("book/sheet.csv", 290, csv),
    ]);
}

#[test]
fn long_literals_stay_what_they_are() {
    let env = settings(900, "=");
    let code = |n: u64| format!("x{n} = 'it' # don't\n");
    let python = format!(
        "{}CONF = \"\"\"\n{env}\"\"\"\n{}TOKEN = \"{}\"\n",
        lines(99, code),
        lines(99, code),
        token(1)
    );
    let heredoc = format!(
        "set -e\ncat > app/.env <<EOF\n{env}EOF\nexport API_TOKEN={}\n",
        token(2)
    );
    let yaml = lines(500, |n| format!("host{n}:\n  password: {}\n", password(n)));
    let terraform =
        format!("resource \"x\" \"y\" {{\n  user_data = <<-EOT\n#cloud-config\n{yaml}EOT\n}}\n");
    let script = lines(500, |n| format!("export DB{n}_PASSWORD={}\n", password(n)));
    let groovy = format!(
        "node {{\n  sh '''\n{script}'''\n}}\ndef password = \"{}\"\n",
        password(9)
    );
    let js = lines(400, |n| {
        format!("  DB{n}_PASSWORD={} on ${{host({n})}}\n", password(n))
    });
    let js = format!(
        "const text = `\n{js}`;\nconst apiToken = \"{}\";\n",
        token(3)
    );
    let comment = lines(300, |n| {
        format!(" * the old password = {}, it's gone\n", password(n))
    });
    let comment = format!("/*\n{comment}*/\nvar dbPassword = \"{}\";\n", password(4));
    let body = lines(500, |n| {
        format!("  -- it's {n}\n  v_password := '{}';\n", password(n))
    });
    let sql =
        format!("CREATE FUNCTION f() AS $body$\n{body}$body$ LANGUAGE plpgsql;\nSELECT 'it''s';\n");
    let keys = lines(90, |n| private_key(n) + "\n");
    let keys = format!(
        "cat > key.pem <<'KEYS'\n{keys}KEYS\nexport TOKEN={}\n",
        token(5)
    );
    let raw = format!(
        "fn f() {{}}\nconst A: &str = r#\"\n{env}\"#;\nconst PASSWORD: &str = \"{}\";\n",
        password(6)
    );
    let lua = format!(
        "local conf = [==[\n{env}]==]\nlocal password = \"{}\"\n",
        password(7)
    );
    let shell = format!(
        "$conf = @\"\n{env}\n\"@\n$dbPassword = \"{}\"\n",
        password(8)
    );
    let php = format!(
        "<?php\n$conf = <<<INI\n{env}INI;\n$dbPassword = '{}';\n",
        password(9)
    );
    all_same(&[
        ("conf.py", 1, python),
        ("deploy.sh", 60, heredoc),
        ("main.tf", 1, terraform),
        ("ci.groovy", 1, groovy),
        ("conf.js", 1, js),
        ("old.java", 1, comment),
        ("f.sql", 1, sql),
        ("keys.sh", 16, keys),
        ("conf.rs", 1, raw),
        ("conf.lua", 1, lua),
        ("conf.ps1", 1, shell),
        ("conf.php", 1, php),
    ]);
}

#[test]
fn texts_in_prose_and_notebooks_keep_their_language() {
    let yaml = lines(500, |n| format!("host{n}:\n  password: {}\n", password(n)));
    let fence = format!(
        "# Setup\n\n```yaml\n{yaml}```\n\nDon't use password = {}\n",
        password(1)
    );
    let script = settings(900, "=");
    let cell = format!(
        "# %%\nimport os\n# %%\n%%bash\n{script}\n# %%\ntoken = \"{}\"\n",
        token(1)
    );
    let scalar = lines(500, |n| format!("    db{n}_password = {}\n", password(n)));
    let scalar = format!("kind: ConfigMap\nspec:\n  app.ini: |\n{scalar}other: x\n");
    all_same(&[
        ("setup.md", 240, fence),
        ("cells.py", 1, cell),
        ("config.yaml", 240, scalar),
    ]);
}

fn string_list(text: &str) -> String {
    let quoted = |line: &str| format!("    \"{}\\n\"", line.replace('"', "\\\""));
    let all: Vec<String> = text.lines().map(quoted).collect();
    format!("[\n{}\n   ]", all.join(",\n"))
}

#[test]
fn notebooks_know_cells_and_what_they_hold() {
    let cell = |kind: &str, source: &str, outputs: &str| {
        format!(
            "  {{\n   \"cell_type\": \"{kind}\",\n   \"metadata\": {{}},\n   \"outputs\": [{outputs}],\n   \"source\": {source}\n  }}"
        )
    };
    let book = |cells: &[String]| {
        format!(
            "{{\n \"cells\": [\n{}\n ],\n \"metadata\": {{\"name\": \"it's\"}},\n \"nbformat\": 4\n}}\n",
            cells.join(",\n")
        )
    };
    let code = |n: u64| match n % 4 {
        0 => format!("password{n} = \"{}\"\n", password(n)),
        _ => format!("print('it is {n}')\n"),
    };
    let small = |n: u64| cell("code", &string_list(&lines(9, |m| code(n * 9 + m))), "");
    let long = string_list(&lines(900, code));
    let text = string_list(&lines(600, |n| format!("The password: {}\n", password(n))));
    let bash = string_list(&format!("%%bash\n{}", settings(900, "=")));
    let output = string_list(&lines(300, |n| format!("token={}\n", token(n))));
    let output = format!("{{\"name\": \"stdout\", \"text\": {output}}}");
    let endless: String = lines(700, |n| format!("password={} \\n", password(n)));
    let endless = format!("{{\"name\": \"stdout\", \"text\": \"{endless}\"}}");
    let picture = lines(800, |n| hex(24, n));
    let picture = format!("{{\"data\": {{\"image/png\": \"{picture}\"}}}}");
    let many: Vec<String> = (0..60).map(small).collect();
    all_same(&[
        ("many.ipynb", 100, book(&many)),
        (
            "long.ipynb",
            100,
            book(&[small(1), cell("code", &long, ""), small(2)]),
        ),
        (
            "text.ipynb",
            1,
            book(&[small(1), cell("markdown", &text, ""), small(2)]),
        ),
        (
            "bash.ipynb",
            60,
            book(&[small(1), cell("code", &bash, ""), small(2)]),
        ),
        (
            "output.ipynb",
            300,
            book(&[small(1), cell("code", "[]", &output), small(2)]),
        ),
        (
            "endless.ipynb",
            1,
            book(&[small(1), cell("code", "\"\"", &endless), small(2)]),
        ),
        (
            "picture.ipynb",
            4,
            book(&[small(1), cell("code", "\"\"", &picture), small(2)]),
        ),
    ]);
}

#[test]
fn what_is_encoded_in_one_value_is_decoded_to_its_end() {
    let plain = lines(900, |n| match n % 9 {
        0 => format!("grün_{n}: \"é\"\nDB{n}_PASSWORD={}\n", password(n)),
        1 => format!("api: {}\n", token(n)),
        _ => format!("level {n} of the second storey, nothing else\n"),
    });
    let encoded = STANDARD.encode(&plain);
    let wrapped: String = encoded
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8_lossy(line).into_owned() + "\n")
        .collect();
    let digits = plain[..18_000].bytes().map(|b| format!("{b:02x}"));
    let digits = digits.collect::<Vec<_>>().concat();
    let json = format!("{{\"name\": \"it\", \"file\": \"{encoded}\", \"next\": 1}}\n");
    let secret = format!("apiVersion: v1\nkind: Secret\ndata:\n  all: {encoded}\n  next: eA==\n");
    all_same(&[
        ("backup.json", 90, json),
        (
            "backup.txt",
            90,
            format!("{}{wrapped}{}", filler(30), filler(30)),
        ),
        (
            "digits.txt",
            30,
            format!("{}{digits}\n{}", filler(3), filler(30)),
        ),
        ("secret.yaml", 90, secret),
    ]);
}

#[test]
fn values_of_secrets_know_what_they_are() {
    let encoded = |n: u64| STANDARD.encode(password(n));
    let pair = |n: u64| format!("  host-{n}: {}\n", encoded(n));
    let head = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: it\ndata:\n";
    let other = "---\nkind: ConfigMap\ndata:\n";
    let pairs = lines(300, pair);
    let yaml = format!("{head}{pairs}{other}{pairs}");
    let line = |n: u64| format!("    \"host-{n}\": \"{}\",\n", encoded(n));
    let json = format!(
        "{{\n  \"kind\": \"Secret\",\n  \"data\": {{\n{}    \"x\": \"eA==\"\n  }}\n}}\n",
        lines(300, line)
    );
    let short = lines(600, |n| format!("\"host-{n}\":\"{}\",", encoded(n)));
    let short = format!(
        "{{\"kind\":\"Secret\",\"metadata\":{{\"a\":\"b\"}},\"data\":{{{short}\"x\":\"eA==\"}}}}"
    );
    let plain = lines(600, |n| format!("    host{n} = \"{}\"\n", password(n)));
    let terraform =
        format!("resource \"kubernetes_secret\" \"it\" {{\n  data = {{\n{plain}  }}\n}}\n");
    let string = lines(700, |n| format!("  host-{n}: {}\n", password(n)));
    let string = format!("kind: Secret\nstringData:\n{string}");
    all_same(&[
        ("secret.yaml", 290, yaml),
        ("secret.json", 290, json),
        ("short.json", 290, short),
        ("secret.tf", 290, terraform),
        ("plain.yaml", 290, string),
    ]);
}

#[test]
fn maps_and_sections_know_their_names() {
    let entry = |n: u64| format!("  \"host{n}\": \"{}\",\n", password(n));
    let json = format!(
        "{{\"level\": {{\n\"passwords\": {{\n{}\"x\": 1}}}}}}\n",
        lines(600, entry)
    );
    let line = lines(600, |n| format!("\"{}\", ", password(n)));
    let line = format!("{{\"level\": 1, \"passwords\": [{line}\"x\"]}}");
    let yaml = lines(600, |n| format!("    host{n}: {}\n", password(n)));
    let yaml = format!("all:\n  passwords:\n{yaml}other:\n  x: {}\n", password(1));
    let xml = lines(300, |n| {
        format!("    <password>{}</password>\n", password(n))
    });
    let xml = format!("<a>\n <!-- it's -->\n <passwords>\n{xml} </passwords>\n</a>\n");
    let ini = lines(600, |n| format!("host{n} = {}\n", password(n)));
    let ini = format!(
        "[passwords]\n{ini}\n[zoom]\nclient_secret = {}\n",
        hex(32, 1)
    );
    all_same(&[
        ("hosts.json", 590, json),
        ("line.json", 590, line),
        ("hosts.yaml", 590, yaml),
        ("hosts.xml", 290, xml),
        ("hosts.ini", 590, ini.clone()),
        (
            "hosts.toml",
            1,
            ini.replace(" = ", " = '").replace("\nhost", "'\nhost"),
        ),
    ]);
}

#[test]
fn what_the_head_of_a_file_says_holds_for_all_of_it() {
    let tokens = lines(200, |n| format!("token_{n} = \"{}\"\n", token(n)));
    let allowed = format!("# hexguard:allow-file -- made up\n{tokens}");
    let late = format!("{}# hexguard:allow-file -- too late\n{tokens}", filler(60));
    let switch = format!("{tokens}# secretlint-disable\n{tokens}# secretlint-enable\n{tokens}");
    let cells = lines(150, |n| {
        format!(
            "  - cellType: SQL\n    cellLabel: load {n}\n    config:\n      source: |\n        -- it's {n}\n        password = '{}'\n",
            password(n)
        )
    });
    let export = format!(
        "schemaVersion: 3\nprojectId: 0190\nmeta:\n  title: Accounts\nenvVars:\n  - name: DB_PASSWORD\n    value: {}\ncells:\n{cells}",
        password(1)
    );
    let input = |n: u64| {
        format!(
            "  - config:\n      name: host{n}_password\n      outputType: STRING\n      defaultValue: {}\n",
            password(n)
        )
    };
    let inputs = format!(
        "schemaVersion: 3\nprojectId: 0190\ncells:\n{}",
        lines(200, input)
    );
    let script = format!("#!/usr/bin/env bash\n{}", settings(900, "="));
    let shown = lines(400, |n| {
        format!("client.call({n})\nprint(f\"{{hexToken}} {n}\")\n")
    });
    let shown = format!("from hextoolkit import client\n{shown}");
    let binary = format!(
        "\0\0\0\x01\0\0\x02\0\0\x03\x04\x05\0\0\0\0\n{}",
        settings(900, "=")
    );
    all_same(&[
        ("allowed.py", 200, allowed),
        ("late.py", 200, late),
        ("switch.py", 600, switch),
        ("export.yaml", 90, export),
        ("inputs.yaml", 190, inputs),
        ("deploy", 60, script),
        ("shown.py", 100, shown),
        ("data.db", 0, binary),
    ]);
}

#[test]
fn endless_lines_know_what_they_are_in() {
    let code = lines(300, |n| {
        format!("f({n},\"it's {n}\");var apiToken{n}=\"{}\";", token(n))
    });
    let text: String = settings(900, "=").replace('\n', " ");
    let template = format!(
        "var a={};b=`{text}`;var apiToken=\"{}\";",
        code.len(),
        token(1)
    );
    all_same(&[("all.min.js", 300, code), ("text.min.js", 1, template)]);
}
