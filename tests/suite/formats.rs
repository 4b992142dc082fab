//! Ways to write a credential that no single rule's examples show: each kind in at least ten variations, and its twins,
//! which hold none.

use std::fmt::Write as _;

use hexguard::detect::detect;
use hexguard::fragment::Fragment;
use hexguard::rule::{RuleSet, Tier};

use crate::support::template::fill;

/// How many fillings of each template are tried.
const SEEDS: u64 = 4;

/// Returns the tiers of what is found in a text, with the rules' ids.
fn found(path: &str, text: &str) -> Vec<(&'static str, Tier)> {
    let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
    detect(&fragment, &RuleSet::builtin())
        .iter()
        .map(|finding| (finding.rule.id, finding.tier))
        .collect()
}

/// Asserts of each template that `holds` is true of what is found in its fillings.
fn every(path: &str, templates: &[&str], holds: impl Fn(&[(&'static str, Tier)]) -> bool) {
    let mut wrong = String::new();
    for template in templates {
        let failed = (0..SEEDS).find_map(|seed| {
            let text = fill(template, seed);
            let found = found(path, &text);
            (!holds(&found)).then_some((seed, text, found))
        });
        if let Some((seed, text, found)) = failed {
            let _ = writeln!(wrong, "{path}, seed {seed}: {found:?}\n    {text}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn stopped(path: &str, templates: &[&str]) {
    every(path, templates, |found| {
        found.iter().any(|one| one.1 == Tier::Block)
    });
}

fn passed(path: &str, templates: &[&str]) {
    every(path, templates, <[_]>::is_empty);
}

#[test]
fn options_of_libcurl() {
    stopped(
        "fetch.c",
        &[
            r#"curl_easy_setopt(curl, CURLOPT_USERPWD, "etl:{{alnum:14}}");"#,
            r#"curl_easy_setopt(handle, CURLOPT_PROXYUSERPWD, "proxy:{{alnum:14}}");"#,
            r#"  curl_easy_setopt( h , CURLOPT_USERPWD , "etl:{{alnum:6}}#{{alnum:6}}" );"#,
            r#"curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, "{{alnum:40}}");"#,
            r#"curl_easy_setopt(curl, CURLOPT_PASSWORD, "{{alnum:14}}");"#,
            r#"curl_easy_setopt(curl, CURLOPT_PROXYPASSWORD, "{{alnum:14}}");"#,
            r#"curl_easy_setopt(curl, CURLOPT_KEYPASSWD, "{{alnum:14}}");"#,
            r#"curl_easy_setopt(curl, CURLOPT_SSLKEYPASSWD, "{{alnum:14}}");"#,
            r#"curl_easy_setopt(curl, CURLOPT_SSLCERTPASSWD, "{{alnum:14}}");"#,
            r#"curl_easy_setopt(curl, CURLOPT_PROXY_KEYPASSWD, "{{alnum:14}}");"#,
            r#"curl_easy_setopt(curl, CURLOPT_TLSAUTH_PASSWORD, "{{alnum:14}}");"#,
            r#"curl_easy_setopt(curl, CURLOPT_PROXY_TLSAUTH_PASSWORD, "{{alnum:14}}");"#,
            "curl_easy_setopt(curl,\n                 CURLOPT_USERPWD,\n                 \"etl:{{alnum:14}}\");",
            r#"curl_easy_setopt(curl, CURLOPT_HTTPHEADER, curl_slist_append(NULL, "Authorization: Bearer {{alnum:40}}"));"#,
        ],
    );
    stopped(
        "fetch.php",
        &[
            "curl_setopt($ch, CURLOPT_USERPWD, 'etl:{{alnum:14}}');",
            "curl_setopt($ch, CURLOPT_USERPWD, \"etl:{{alnum:14}}\");",
            "curl_setopt($ch, CURLOPT_USERPWD, 'etl' . ':' . '{{alnum:14}}');",
            "curl_setopt_array($ch, [\n    CURLOPT_URL => $url,\n    CURLOPT_USERPWD => 'etl:{{alnum:14}}',\n]);",
            "    CURLOPT_PROXYUSERPWD=>'proxy:{{alnum:14}}',",
            "\\curl_setopt($this->ch, \\CURLOPT_USERPWD, 'etl:{{alnum:14}}');",
            "$options[CURLOPT_USERPWD] = 'etl:{{alnum:14}}';",
            "curl_setopt($ch, CURLOPT_XOAUTH2_BEARER, '{{alnum:40}}');",
            "curl_setopt($ch, CURLOPT_SSLKEYPASSWD, '{{alnum:14}}');",
            "$curl->setOpt(CURLOPT_USERPWD, 'etl:{{alnum:14}}');",
        ],
    );
    stopped(
        "fetch.py",
        &[
            "c.setopt(pycurl.USERPWD, 'etl:{{alnum:14}}')",
            "c.setopt(c.USERPWD, 'etl:{{alnum:14}}')",
            "c.setopt(pycurl.PROXYUSERPWD, \"proxy:{{alnum:14}}\")",
            "curl.setopt(pycurl.XOAUTH2_BEARER, '{{alnum:40}}')",
            "c.setopt(pycurl.KEYPASSWD, '{{alnum:14}}')",
            "c.setopt(pycurl.SSLKEYPASSWD, b'{{alnum:14}}')",
        ],
    );
    stopped(
        "fetch.R",
        &[
            "handle_setopt(h, userpwd = \"etl:{{alnum:14}}\")",
            "getURL(url, userpwd=\"etl:{{alnum:14}}\", httpauth = 1L)",
            "config(userpwd = 'etl:{{alnum:14}}', proxyuserpwd = p)",
        ],
    );
    stopped(
        "fetch.rb",
        &[
            "c.userpwd = 'etl:{{alnum:14}}'",
            "c.proxypwd = 'etl:{{alnum:14}}'",
            "easy.userpwd = \"etl:{{alnum:14}}\"",
        ],
    );
    passed(
        "fetch.c",
        &[
            r"curl_easy_setopt(curl, CURLOPT_USERPWD, userpwd);",
            r#"curl_easy_setopt(curl, CURLOPT_USERPWD, "user:password");"#,
            r#"curl_easy_setopt(curl, CURLOPT_USERPWD, "user:secret");"#,
            r#"curl_easy_setopt(curl, CURLOPT_USERPWD, "%s:%s");"#,
            r#"curl_easy_setopt(curl, CURLOPT_USERPWD, ":");"#,
            r#"curl_easy_setopt(curl, CURLOPT_USERPWD, "");"#,
            r#"curl_easy_setopt(curl, CURLOPT_KEYPASSWD, getenv("KEY_PASSWORD_2"));"#,
            r"CURLOPT(CURLOPT_USERPWD, CURLOPTTYPE_STRINGPOINT, 5),",
            r#"case CURLOPT_KEYPASSWD: return "CURLOPT_KEYPASSWD";"#,
            "curl_setopt($ch, CURLOPT_USERPWD, \"$user:$password\");",
            "curl_setopt($ch, CURLOPT_USERPWD, $user . ':' . $password);",
            "curl_setopt($ch, CURLOPT_USERPWD, \"{$this->user}:{$this->pass}\");",
            "c.setopt(pycurl.USERPWD, f'{user}:{password}')",
            "c.setopt(pycurl.USERPWD, 'user:' + os.environ['PW_2'])",
        ],
    );
}

#[test]
fn logins_on_a_curl_command_line() {
    stopped(
        "fetch.sh",
        &[
            "curl -u'etl:{{alnum:14}}' https://api.acme.io/v1",
            "curl -u\"etl:{{alnum:14}}\" https://api.acme.io/v1",
            "curl -uetl:{{alnum:14}} https://api.acme.io/v1",
            "curl -su etl:{{alnum:14}} https://api.acme.io/v1",
            "curl -sSLu 'etl:{{alnum:14}}' https://api.acme.io/v1",
            "curl --user=etl:{{alnum:14}} https://api.acme.io/v1",
            "curl --user='etl:{{alnum:14}}' https://api.acme.io/v1",
            "curl -u 'etl':'{{alnum:14}}' https://api.acme.io/v1",
            "curl -u \"etl\":\"{{alnum:14}}\" https://api.acme.io/v1",
            "curl -u etl:'{{alnum:14}}' https://api.acme.io/v1",
            "curl -u etl:\"{{alnum:14}}\" https://api.acme.io/v1",
            "curl \"https://api.acme.io/v1\" -u 'etl:{{alnum:14}}'",
            "curl 'https://api.acme.io/v1?a=b&c=d' -u 'etl:{{alnum:14}}'",
            "curl -X POST -H 'Content-Type: application/json' -d '{\"a\": {\"b\": [1, 2]}}' -u 'etl:{{alnum:14}}' https://api.acme.io/v1",
            "curl -X POST \\\n  -H \"Accept: application/json\" \\\n  -d @body.json \\\n  -u \"etl:{{alnum:14}}\" \\\n  https://api.acme.io/v1",
            "curl.exe -u etl:{{alnum:14}} https://api.acme.io/v1",
            "/usr/bin/curl -u etl:{{alnum:14}} https://api.acme.io/v1",
            "OUT=$(curl -s -u \"etl:{{alnum:14}}\" \"https://api.acme.io/v1\")",
            "curl --proxy-user proxy:{{alnum:14}} -x http://proxy.acme.io:3128 https://x.acme.io",
            "curl -U proxy:{{alnum:14}} -x http://proxy.acme.io:3128 https://x.acme.io",
            "curl -u $ETL_USER:{{alnum:14}} https://api.acme.io/v1",
            "curl --digest -u 'etl:{{alnum:6}}$!{{alnum:6}}' https://api.acme.io/v1",
            "curl --oauth2-bearer {{alnum:40}} https://api.acme.io/v1",
            "curl --oauth2-bearer \"{{alnum:40}}\" https://api.acme.io/v1",
            "curl https://api.acme.io/v1 --basic --user 'etl:{{alnum:14}}'",
        ],
    );
    stopped(
        "fetch.py",
        &[
            "subprocess.run(\"curl -u 'etl:{{alnum:14}}' https://api.acme.io/v1\", shell=True)",
            "subprocess.run('curl -u \"etl:{{alnum:14}}\" https://api.acme.io/v1', shell=True)",
            "os.system('curl -u etl:{{alnum:14}} https://api.acme.io/v1')",
            "subprocess.run([\"curl\", \"-s\", \"-u\", \"etl:{{alnum:14}}\", url])",
            "subprocess.check_output(['curl', '--user', 'etl:{{alnum:14}}', url])",
            "check = {\"cmd\": \"curl -u \\\"etl:{{alnum:14}}\\\" https://api.acme.io/v1\"}",
        ],
    );
    stopped(
        "Dockerfile",
        &["RUN curl -fsSL -u \"etl:{{alnum:14}}\" -o /tmp/a.tgz https://repo.acme.io/a.tgz"],
    );
    stopped(
        "job.yml",
        &["    - run: curl -u 'etl:{{alnum:14}}' https://api.acme.io/v1"],
    );
    passed(
        "fetch.sh",
        &[
            "curl -u \"$USER:$PASS\" https://api.acme.io/v1",
            "curl -u\"$USER:$PASS\" https://api.acme.io/v1",
            "curl -u${USER}:${PASS} https://api.acme.io/v1",
            "curl -u '<user>:<password>' https://api.acme.io/v1",
            "curl -u user:password https://api.acme.io/v1",
            "curl -u'user:password' https://api.acme.io/v1",
            "curl -su admin:admin http://localhost:9200",
            "curl -u \"$USER\":\"$PASS\" https://api.acme.io/v1",
            "curl -u \"etl:$(cat /run/secrets/pw2)\" https://api.acme.io/v1",
            "curl -u etl:YOUR_API_TOKEN https://api.acme.io/v1",
            "curl --oauth2-bearer \"$TOKEN\" https://api.acme.io/v1",
            "curl --oauth2-bearer <token> https://api.acme.io/v1",
            "curl -fsSLo /tmp/a:b1 https://x.acme.io",
            "curl -sSL --unix-socket /run/a.sock http://localhost/v1:2",
            "curl --url https://api.acme.io:8443/v1",
            "subprocess.run([\"curl\", \"-u\", f\"{user}:{password}\", url])",
        ],
    );
}

#[test]
fn passwords_of_several_parts() {
    stopped(
        "job.sh",
        &[
            "curl -u'etl:'{{alnum:14}} https://api.acme.io/v1",
            "curl -u'etl:'{{alnum:7}}\"{{alnum:7}}\" https://api.acme.io/v1",
            "curl --user=\"etl\":'{{alnum:7}}'{{alnum:7}} https://api.acme.io/v1",
            "curl --us\"er\" etl:{{alnum:14}} https://api.acme.io/v1",
            "curl -u $'etl:{{alnum:7}}\\x41{{alnum:7}}' https://api.acme.io/v1",
            "curl -u 'etl:{{alnum:7}}'\\''{{alnum:7}}' https://api.acme.io/v1",
            "curl -u etl:\\\n{{alnum:14}} https://api.acme.io/v1",
            "curl -s > /dev/null -u etl:{{alnum:14}} https://api.acme.io/v1",
            "curl -s 2>&1 -u etl:{{alnum:14}} https://api.acme.io/v1",
            "curl -H \"X-Day: $(date \"+%F\")\" -u etl:{{alnum:14}} https://api.acme.io/v1",
            "mysql -u root -p'{{alnum:7}}'\"{{alnum:7}}\" dw",
            "mysql -u root --password='{{alnum:7}}'{{alnum:7}} dw",
            "sshpass -p'{{alnum:7}}'{{alnum:7}} ssh etl@db.acme.io",
            "redis-cli -a '{{alnum:7}}'\"{{alnum:7}}\" ping",
            "rabbitmqctl add_user etl '{{alnum:7}}'{{alnum:9}}",
            "echo -n '{{alnum:7}}'\"{{alnum:7}}\" | gh secret set DEPLOY",
            "cat <<EOF | chpasswd\nada:{{alnum:14}}\nEOF",
            "printf \"%s\\n\" \"{{alnum:14}}\" | docker login -u etl --password-stdin r.acme.io",
            "docker login --password-stdin r.acme.io <<< \"{{alnum:7}}\"'{{alnum:7}}'",
            "sqlplus -S \"etl\"/\"{{alnum:14}}\"@DWH",
            "sqlplus 'etl/\"{{alnum:14}}\"@DWH' @load.sql",
        ],
    );
    stopped(
        "job.json",
        &["{\"cmd\": \"mysql -uroot -p\\\"{{alnum:14}}\\\" dw\"}"],
    );
    // A quote may end the string that the command is in.
    passed(
        "job.py",
        &[
            "run('curl -u etl:', 'https://api.acme.io/{{alnum:14}}')",
            "run({\"a\":\"curl -u etl:\",\"b\":\"{{alnum:14}}\"})",
            "run('mysql -u root -p', '{{alnum:14}}')",
            "run(\"curl -u \" + login + \" https://api.acme.io/{{alnum:14}}\")",
        ],
    );
}

#[test]
fn headers_of_any_scheme() {
    stopped(
        "call.sh",
        &[
            "curl -H \"Authorization: Api-Token {{alnum:32}}\" https://api.acme.io/v1",
            "curl -H 'Authorization: Api-Key {{hex:32}}' https://api.acme.io/v1",
            "curl -H 'Authorization: ApiKey {{b64u:40}}' https://api.acme.io/v1",
            "curl -H 'authorization: Key {{hex:32}}' https://api.acme.io/v1",
            "curl -H 'Authorization: Token token={{hex:32}}' https://api.acme.io/v1",
            "curl -H 'Authorization: Token token=\"{{hex:32}}\"' https://api.acme.io/v1",
            "curl -H \"Authorization: OAuth {{alnum:40}}\" https://api.acme.io/v1",
            "curl -H \"Authorization: {{uuid}}\" https://api.acme.io/v1",
            "curl -H 'Authorization: {{hex:40}}' https://api.acme.io/v1",
            "curl -H 'Authorization: {{alnum:44}}' https://api.acme.io/v1",
            "curl -H \"Authorization: Splunk {{uuid}}\" https://splunk.acme.io:8088/services/collector",
            "curl -H \"Authorization: Bearer {{uuid}}\" https://api.acme.io/v1",
            "curl -H \"Authorization: Acme-Signature-V2 {{alnum:44}}\" https://api.acme.io/v1",
            "curl -H 'Proxy-Authorization: Bearer {{alnum:44}}' https://api.acme.io/v1",
            "curl -H \"Token: {{hex:32}}\" https://api.acme.io/v1",
            "curl -H 'X-Auth-Token: {{alnum:32}}' https://api.acme.io/v1",
            "curl -H 'X-Api-Key: {{alnum:32}}' https://api.acme.io/v1",
            "curl -H 'Private-Token: {{alnum:20}}' https://git.acme.io/api/v4",
            "curl -H 'X-Access-Token: {{uuid}}' https://api.acme.io/v1",
            "curl -H'Authorization:Token {{hex:40}}' https://api.acme.io/v1",
        ],
    );
    stopped(
        "call.py",
        &[
            "headers = {\"Authorization\": \"{{uuid}}\"}",
            "headers = {'Authorization': 'Api-Token {{alnum:32}}'}",
            "headers={'Authorization': 'Token token={{hex:32}}', 'Accept': 'text/plain'}",
            "session.headers['Authorization'] = 'Key {{alnum:32}}'",
            "session.headers.update({'authorization': '{{alnum:40}}'})",
            "headers = {\"X-Api-Token\": \"{{alnum:32}}\"}",
            "req.add_header('Authorization', 'Api-Key {{alnum:32}}')",
        ],
    );
    stopped(
        "call.js",
        &[
            "xhr.setRequestHeader('Authorization', 'Token {{hex:32}}');",
            "headers: { Authorization: '{{uuid}}' },",
            "headers: { Authorization: `ApiKey {{alnum:32}}` },",
            ".set('Authorization', 'Bearer {{alnum:40}}')",
            "req.Header.Set(\"Authorization\", \"Api-Token {{alnum:32}}\")",
            ".header(\"Authorization\", \"{{uuid}}\")",
            "axios.defaults.headers.common[\"Authorization\"] = \"Token {{hex:32}}\";",
        ],
    );
    stopped(
        "api.http",
        &[
            "GET https://api.acme.io/v1\nAuthorization: {{uuid}}\nAccept: */*",
            "GET https://api.acme.io/v1\nAuthorization: Api-Token {{alnum:32}}\n",
            "GET https://api.acme.io/v1\nToken: {{alnum:32}}\n",
        ],
    );
    passed(
        "call.sh",
        &[
            "curl -H \"Authorization: Api-Token $TOKEN\" https://api.acme.io/v1",
            "curl -H \"Authorization: Api-Token <token>\" https://api.acme.io/v1",
            "curl -H \"Authorization: Api-Token YOUR_API_TOKEN_1234\" https://api.acme.io/v1",
            "curl -H \"Authorization: 00000000-0000-0000-0000-000000000000\" https://api.acme.io/v1",
            "curl -H \"Authorization: xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx\" https://api.acme.io/v1",
            "curl -H \"Authorization: 550e8400-e29b-41d4-a716-446655440000\" https://api.acme.io/v1",
            "curl -H \"Authorization: 123e4567-e89b-12d3-a456-426614174000\" https://api.acme.io/v1",
            "curl -H \"Authorization: ${ID_TOKEN_V2}\" https://api.acme.io/v1",
            "curl -H \"Authorization: {{ '{{' }} token_2 }}\" https://api.acme.io/v1",
            "curl -H \"Authorization: Negotiate\" https://api.acme.io/v1",
            "curl -H \"Authorization: AWS4-HMAC-SHA256 Credential=AKIA{{[I]:1}}OSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range, Signature={{hex:64}}\" https://x",
            "curl -H \"X-Request-Id: {{uuid}}\" https://api.acme.io/v1",
            "curl -H \"Authorization: Bearer <your-token-here-2>\" https://api.acme.io/v1",
            "curl -H \"Token: $TOKEN_2\" https://api.acme.io/v1",
        ],
    );
    passed(
        "call.ts",
        &[
            "headers: { Authorization: `Bearer ${token}` },",
            "headers: { Authorization: token2 },",
            "const authorization: AuthorizationHeaderV2Provider = makeAuthorizationHeaderV2();",
            "import { Authorization } from '@acme/authorization-provider-v2-client-1234567';",
            "req.headers.authorization?.split(' ')[1]",
            "headers: { 'Authorization': 'Bearer ' + window.localStorage.getItem('token_v2_1') },",
            "  authorization: 'authorization-service-v2-production-1234',",
            "authorization.k8s.io/v1beta1: rbac.authorization.k8s.io/v1alpha1",
            "\"@acme/authorization\": \"file:../packages/authorization-0.12.13-beta3\"",
            "authorization_id: {{uuid}}",
            "\"authorizationId\": \"{{uuid}}\"",
        ],
    );
}

/// What stands around the lines of a key in logs, quotes, diffs and programs: `@L` is the line, `@N` its number.
const AROUND: [&str; 46] = [
    "2024-03-01T10:00:@N.123Z @L",
    "2024-03-01 10:00:@N,123 INFO  [main] c.a.Loader - @L",
    "[10:00:@N] @L",
    "Mar  1 10:00:@N web-1 loader[4242]: @L",
    "web-1  | @L",
    "2024-03-01T10:00:@N.1234567Z ##[debug]@L",
    "time=\"2024-03-01T10:00:@NZ\" level=info msg=\"@L\"",
    "> @L",
    "> > @L",
    "# @L",
    " * @L",
    "-- @L",
    ";; @L",
    "| @L |",
    "    @N  @L",
    "  @N | @L",
    "@N:@L",
    "deploy/keys/id_rsa.pem:@N:@L",
    "+@L",
    "-@L",
    "++@L",
    "a1b2c3d4 (Jo Doe 2024-03-01 10:00:00 +0100 @N) @L",
    "0123456789abcdef0123456789abcdef01234567 (Jo 2024-03-01 @N) @L",
    "    \"@L\",",
    "    \"@L\\n\",",
    "  - @L",
    "  - \"@L\"",
    "        \"@L\\n\" +",
    "        + \"@L\" + System.lineSeparator()",
    "  '@L' + NEW_LINE +",
    "    \"@L\" & vbCrLf & _",
    "    builder.append(\"@L\").append('\\n');",
    "    pem_text += \"@L\\n\"",
    "echo \"@L\" >> ~/.ssh/id_deploy",
    "{\"log\":\"@L\\n\",\"stream\":\"stdout\",\"time\":\"2024-03-01T10:00:@N.1234Z\"}",
    "@L<br>",
    "<p>@L</p>",
    "    [@N] => @L",
    "  \"@N\": \"@L\",",
    "@L \\",
    "REM @L",
    "% @L",
    "    put(\"@L\");",
    "@N,@L,2024-03-01",
    "commit a1b2c3d4 +@L",
    "2024-03-01 10:00:@N [Thread-@N] DEBUG com.acme.security.loading.KeyLoader:@N - @L",
];

/// Returns the lines of keys of three kinds.
fn keys() -> [Vec<String>; 3] {
    let words = ["PRIVATE", "KEY"].join(" ");
    let armoured = |label: &str, body: &[&str]| {
        let mut lines = vec![format!("-----BEGIN {label}{words}-----")];
        lines.extend(body.iter().zip(0..).map(|(line, seed)| fill(line, seed)));
        lines.push(format!("-----END {label}{words}-----"));
        lines
    };
    let mut rsa = vec!["MIICXAIBAAKBgQC{{b64:49}}"];
    rsa.extend(["{{b64:64}}"; 11]);
    rsa.push("{{b64:39}}=");
    [
        armoured("RSA ", &rsa),
        armoured(
            "EC ",
            &["MHcCAQEEI{{b64:55}}", "{{b64:64}}", "{{b64:34}}=="],
        ),
        armoured("", &["MC4CAQAwBQYDK2VwBCIEI{{b64:43}}"]),
    ]
}

#[test]
fn private_keys_in_lines_with_something_around_them() {
    let mut wrong = String::new();
    for (around, lines) in AROUND
        .iter()
        .flat_map(|around| keys().map(move |lines| (around, lines)))
    {
        let key: Vec<String> = lines
            .iter()
            .zip(10..)
            .map(|(line, number)| {
                around
                    .replace("@L", line)
                    .replace("@N", &number.to_string())
            })
            .collect();
        let text = format!("first\n{}\nlast line of it\n", key.join("\n"));
        for path in ["app.log", "notes.txt"] {
            let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
            let findings = detect(&fragment, &RuleSet::builtin());
            let whole = findings.iter().any(|finding| {
                finding.tier == Tier::Block
                    && finding.rule.id == "private-key"
                    && finding.place.line == 2
                    && finding.place.end_line == key.len() + 1
            });
            if !whole {
                let _ = writeln!(wrong, "{path}: {around}: {}", lines[0]);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn what_only_looks_like_a_key_in_lines() {
    let words = ["PRIVATE", "KEY"].join(" ");
    for text in [
        format!("10:00 -----BEGIN RSA {words}-----\n10:01 ...\n10:02 -----END RSA {words}-----"),
        format!("> -----BEGIN RSA {words}-----\n> MIIEpAIBAAKCAQEA...\n> -----END RSA {words}-----"),
        format!("# -----BEGIN RSA {words}-----\n# <base64 of the key, which begins with MIIEpAIBAAKCAQEA>\n# -----END RSA {words}-----"),
        format!("- \"-----BEGIN {words}-----\"\n- \"YOUR KEY HERE\"\n- \"-----END {words}-----\""),
        format!("if line.startswith(\"-----BEGIN RSA {words}-----\"):\n    MyVeryLongClassNameForKeys1.load_the_private_key_of_the_service(line)\n    MyVeryLongClassNameForKeys2.load_the_other_key_of_the_service(line)\n    return"),
        format!("assert \"-----BEGIN {words}-----\" in pem\nassert hashlib.sha256(pem).hexdigest() == \"{{{{hex:64}}}}\"\nassert \"-----END {words}-----\" in pem"),
        "1 | -----BEGIN CERTIFICATE-----\n2 | MIIC{{b64:60}}\n3 | {{b64:64}}\n4 | {{b64:20}}\n5 | -----END CERTIFICATE-----".to_owned(),
        "+-----BEGIN PUBLIC KEY-----\n+MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A{{b64:32}}\n+{{b64:64}}\n+-----END PUBLIC KEY-----".to_owned(),
    ] {
        passed("app.log", &[&text]);
    }
}

#[test]
fn passwords_of_urls_with_marks_in_them() {
    stopped(
        "dsn.txt",
        &[
            "postgres://etl:{{alnum:6}}@{{alnum:6}}@db.acme.io:5432/dw",
            "postgres://etl:{{alnum:6}}#{{alnum:6}}@db.acme.io:5432/dw",
            "postgres://etl:#{{alnum:12}}@db.acme.io:5432/dw",
            "postgres://etl:{{alnum:6}}!{{alnum:6}}@db.acme.io/dw",
            "postgres://etl:{{alnum:6}}:{{alnum:6}}@db.acme.io/dw",
            "postgres://etl:{{alnum:6}}/{{alnum:6}}@db.acme.io:5432/dw",
            "postgres://etl:{{alnum:6}}?{{alnum:6}}@db.acme.io:5432/dw",
            "postgres://etl:{{alnum:6}}%40{{alnum:6}}@db.acme.io/dw",
            "postgres://etl:{{alnum:6}}%23%21{{alnum:6}}@db.acme.io/dw",
            "postgres://etl:{{alnum:6}}[{{alnum:3}}]{{alnum:6}}@db.acme.io/dw",
            "postgres://etl:{{alnum:6}}{{[(]:1}}{{alnum:6}})@db.acme.io/dw",
            "postgres://etl:{{alnum:6}}${{alnum:6}}@db.acme.io/dw",
            "postgres://etl:{{alnum:6}}&{{alnum:6}}@db.acme.io/dw",
            "postgres://etl:{{alnum:6}}*^{{alnum:6}}@db.acme.io/dw",
            "postgres://etl:{{alnum:6}}|{{alnum:6}}@db.acme.io/dw",
            "postgres://etl:{{alnum:6}}<{{alnum:6}}@db.acme.io/dw",
            "postgres://etl:{{alnum:6}}'{{alnum:6}}@db.acme.io/dw",
            "postgres://etl:{{alnum:6}}\\{{alnum:6}}@db.acme.io/dw",
            "postgres://etl:{{alnum:6}};{{alnum:6}}@db.acme.io/dw",
            "postgres://etl:{{alnum:6}}={{alnum:6}}==@db.acme.io/dw",
            "postgres://etl:{{alnum:6}},{{alnum:6}}@db.acme.io/dw",
            "postgres://etl:{{alnum:6}}~`{{alnum:6}}@db.acme.io/dw",
            "postgres://etl:{{alnum:6}}{{[{]:1}}{{alnum:6}}@db.acme.io/dw",
            "postgres://etl%40acme.io:{{alnum:12}}@db.acme.io/dw",
            "https://etl@acme.io:{{alnum:14}}@git.acme.io/dw.git",
            "https://etl:{{alnum:6}}#{{alnum:6}}@git.acme.io/dw.git",
            "https://etl:{{alnum:6}}@{{alnum:6}}@git.acme.io/dw.git",
            "https://etl:{{alnum:6}}!:{{alnum:6}}@git.acme.io:8443/dw.git",
            "https://etl:{{alnum:6}}%2F%3F{{alnum:6}}@git.acme.io/dw.git",
            "ftp://etl:{{alnum:6}}/{{alnum:6}}@ftp.acme.io/drop",
            "redis://:{{alnum:6}}#{{alnum:6}}@cache.acme.io:6379/0",
            "redis://:{{alnum:6}}@{{alnum:6}}@cache.acme.io:6379/0",
            "mongodb+srv://app:{{alnum:6}}[{{alnum:6}}@cluster0.ab1cd.mongodb.net/shop",
            "amqps://app:{{alnum:6}}!@#{{alnum:6}}@mq.acme.io:5671/prod",
            "smtp://mailer@acme.io:{{alnum:6}}!{{alnum:6}}@smtp.acme.io:587",
            "https://etl:{{alnum:6}}#{{alnum:6}}@git.acme.io",
            "url = https://etl:#{{alnum:12}}@git.acme.io",
            "https://etl:{{alnum:12}}:@git.acme.io/dw.git",
            "https://etl:%21{{alnum:12}}%5B%5D@git.acme.io/dw.git",
            "https://etl:@{{alnum:12}}@git.acme.io/dw.git",
            "https://etl:{{alnum:12}}#@git.acme.io:8443/dw.git",
            "| db | postgres://etl:{{alnum:6}}<{{alnum:6}}@db.acme.io/dw |",
            "DATABASE_URL='postgres://etl:{{alnum:6}}\"{{alnum:6}}@db.acme.io/dw'",
            "\"url\": \"postgres://etl:{{alnum:6}}`{{alnum:6}}@db.acme.io/dw\"",
            "ldap://cn=etl:{{alnum:6}}!{{alnum:6}}@ldap.acme.io/dc=acme",
        ],
    );
    stopped(
        "app.py",
        &[
            "engine = create_engine(\"mysql+pymysql://etl:{{alnum:6}}'{{alnum:6}}@db.acme.io/dw\")",
            "engine = create_engine('mysql+pymysql://etl:{{alnum:6}}\"{{alnum:6}}@db.acme.io/dw')",
            "url = \"postgresql://etl:{{alnum:6}}\\\\{{alnum:6}}@db.acme.io/dw\"",
        ],
    );
    passed(
        "dsn.txt",
        &[
            "https://a.acme.io/x and mail to jo@acme.io:8080/y",
            "https://host:8080/@scope/pkg@1.2.3",
            "see https://docs.acme.io/a#b:c@d.e/f",
            "[text](https://acme.io:443/a/b) [mail](mailto:jo@acme.io)",
            "https://registry.acme.io:5000/team/app@sha256:{{hex:64}}",
            "<https://acme.io:8080/path>, <jo@acme.io>",
            "https://www.acme.io/maps/@52.1,4.3,15z/data=!3m1!4b1:x",
            "postgres://etl:<password>@db.acme.io/dw",
            "postgres://etl:[password]@db.acme.io/dw",
            "postgres://etl:{password}@db.acme.io/dw",
            "postgres://etl:$PASSWORD@db.acme.io/dw",
            "postgres://etl:%s@db.acme.io/dw",
            "postgres://etl:#{password}@db.acme.io/dw",
            "postgres://etl:$(cat pw)@db.acme.io/dw",
            "import x from 'https://esm.acme.io:443/react@18.2.0'",
            "url: http://localhost:3000, contact: 'ops@acme.io'",
            "https://acme.io:443' + '/users/' + name + '@acme.io/'",
            "<a href=http://web:8080>web</a>, <a href=mailto:x@acme.io/>",
            "'http://' + user + ':' + password + '@acme.io/'",
            "curl \"http://$USER:\"$PASS\"@acme.io/\"",
            "http://etl:<a href=\"x\">here</a>@acme.io/",
            "'https://etl:' . $password . '@acme.io/'",
            "\"https://etl:\" + password2 + \"@acme.io/\"",
            "f\"https://etl:{quote('x1')}@acme.io/\"",
            "postgres://etl:#<password>@acme.io/",
            "http://a:b#section-2@x",
            "redis://:${REDIS_PASSWORD:?\"set REDIS_PASSWORD_2\"}@redis.acme.io:6379",
            "postgres://user:`cat /run/secrets/pw2`@db.acme.io/dw",
        ],
    );
}

#[test]
fn test_keys_of_payment_services() {
    stopped(
        "pay.env",
        &[
            "STRIPE=sk_test_{{alnum:24}}",
            "STRIPE=rk_test_{{alnum:99}}",
            "STRIPE_SECRET=sk_test_51{{alnum:97}}",
            "PAYSTACK=sk_test_{{hex:40}}",
            "RAZORPAY_KEY_ID=rzp_test_{{alnum:14}}\nRAZORPAY_KEY_SECRET={{alnum:24}}",
            "BRAINTREE=access_token$sandbox${{lnum:16}}${{hex:32}}",
            "BRAINTREE_PRIVATE_KEY={{hex:32}}",
            "SQUARE=EAAAE{{b64u:59}}",
            "SQUARE_SECRET=sandbox-sq0csb-{{b64u:43}}",
            "SQUARE_OLD=sandbox-sq0atb-{{b64u:22}}",
            "MOLLIE_API_KEY=test_{{alnum:30}}",
            "PAYPAL_CLIENT_SECRET=E{{b64u:79}}",
            "PAYPAL_SANDBOX_SECRET=E{{b64u:79}}",
            "PAYPAL_SANDBOX_CLIENT_SECRET=E{{b64u:79}}",
            "FLUTTERWAVE=FLWSECK_TEST-{{hex:32}}-X",
            "FLUTTERWAVE=FLWSECK_TEST{{hex:12}}",
            "XENDIT=xnd_development_{{alnum:60}}",
            "MIDTRANS=SB-Mid-server-{{b64u:24}}",
            "CASHFREE=cfsk_ma_test_{{hex:32}}_{{hex:8}}",
            "MERCADOPAGO=TEST-{{digit:16}}-{{digit:6}}-{{hex:32}}-{{digit:9}}",
            "GOCARDLESS_ACCESS_TOKEN=sandbox_{{b64u:40}}",
            "CHECKOUT=sk_sbox_{{[a-z2-7]:26}}{{[*=#$]:1}}",
            "EASYPOST=EZTK{{alnum:54}}",
            "ADYEN_API_KEY=AQE{{lower:1}}hm{{b64:86}}-{{b64:43}}=-{{alnum:16}}",
            "PADDLE=pdl_sdbx_apikey_01{{[a-z0-9]:24}}_{{alnum:22}}_{{alnum:3}}",
            "LEMONSQUEEZY_API_KEY={{jwt:{\"alg\":\"RS256\"}:{\"aud\":\"94\",\"sub\":\"42\"} }}",
            "PLAID_SECRET_SANDBOX={{hex:30}}",
            "CLERK=sk_test_{{alnum:42}}",
            "WORKOS=sk_test_a2V5X{{b64:70}}",
            "CHAPA_SECRET_KEY=CHASECK_TEST-{{alnum:32}}",
            "PAYMONGO_SECRET_KEY=sk_test_{{alnum:24}}",
            "ASAAS=$aact_hmlg_{{alnum:60}}",
            "OMISE_SECRET_KEY=skey_test_{{lnum:19}}",
            "PAGARME=ak_test_{{alnum:30}}",
            "TAP_SECRET_KEY=sk_test_{{alnum:24}}",
            "KHALTI_SECRET_KEY=test_secret_key_1{{hex:31}}",
            "DWOLLA_SECRET={{alnum:50}}",
            "ADYEN_HMAC_KEY={{HEX:64}}",
            "MOYASAR=sk_test_{{alnum:40}}",
            "CULQI_SECRET_KEY=sk_test_{{alnum:16}}",
            "CONEKTA_PRIVATE_KEY=key_{{alnum:22}}",
            "RAVEPAY=FLWSECK-{{hex:32}}-X",
        ],
    );
    passed(
        "pay.env",
        &[
            "STRIPE=pk_test_{{alnum:24}}",
            "STRIPE=sk_test_...",
            "STRIPE=sk_test_your_key_here",
            "STRIPE=sk_test_xxxxxxxxxxxxxxxxxxxxxxxx",
            "STRIPE=sk_test_${KEY}",
            "FLUTTERWAVE_PUBLIC=FLWPUBK_TEST-{{hex:32}}-X",
            "MOLLIE_API_KEY=test_YOUR_API_KEY",
            "def sk_test_that_the_gateway_answers():",
            "MIDTRANS_CLIENT=SB-Mid-client-{{b64u:16}}",
            "PAYSTACK_PUBLIC=pk_test_{{hex:40}}",
            "KHALTI_PUBLIC_KEY=test_public_key_{{hex:32}}",
        ],
    );
}

#[test]
fn webhooks_of_chat_servers_that_teams_run() {
    stopped(
        "notify.sh",
        &[
            "curl -d @m.json https://chat.acme.io/hooks/{{[a-z0-9]:26}}",
            "WEBHOOK_URL=https://mattermost.acme.io/hooks/{{[a-z0-9]:26}}",
            "MATTERMOST_HOOK='https://talk.acme.io:8065/hooks/{{[a-z0-9]:26}}'",
            "url: http://10.0.3.4:8065/hooks/{{[a-z0-9]:26}}",
            "\"https://acme.io/chat/hooks/{{[a-z0-9]:26}}\"",
            "https://chat.acme.io/hooks/{{alnum:17}}/{{alnum:43}}",
            "ROCKETCHAT_URL=\"https://rocket.acme.io/hooks/{{hex:24}}/{{alnum:48}}\"",
            "webhook = 'https://open.rocket.acme.io/hooks/{{alnum:24}}/{{alnum:43}}'",
            "https://zulip.acme.io/api/v1/external/github?api_key={{alnum:32}}&stream=dev",
            "https://acme.zulipchat.com/api/v1/external/jenkins?stream=ci&topic=x&api_key={{alnum:32}}",
            "https://nas.acme.io:5001/webapi/entry.cgi?api=SYNO.Chat.External&method=incoming&version=2&token=%22{{alnum:64}}%22",
            "https://hooks.acme.io/hooks/{{[a-z0-9]:26}}",
            "https://acme.ryver.com/application/webhook/{{alnum:15}}",
            "https://webexapis.com/v1/webhooks/incoming/{{alnum:76}}",
            "https://api.flock.com/hooks/sendMessage/{{uuid}}",
            "https://cliq.zoho.com/api/v2/channelsbyname/dev/message?zapikey=1001.{{hex:32}}.{{hex:32}}",
            "https://acme.webhook.office.com/webhookb2/{{uuid}}@{{uuid}}/IncomingWebhook/{{hex:32}}/{{uuid}}",
            "https://acme.webhook.office.com/webhookb2/{{uuid}}@{{uuid}}/IncomingWebhook/{{hex:32}}/{{uuid}}/{{b64u:44}}",
            "https://oapi.dingtalk.com/robot/send?access_token={{hex:64}}",
            "https://open.feishu.cn/open-apis/bot/v2/hook/{{uuid}}",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={{uuid}}",
            "https://teams.acme.io/hooks/{{[a-z0-9]:26}}",
            "https://chat.googleapis.com/v1/spaces/{{alnum:11}}/messages?key=AIza{{b64u:35}}&token={{b64u:43}}%3D",
        ],
    );
    passed(
        "notify.sh",
        &[
            "https://chat.acme.io/hooks/xxxxxxxxxxxxxxxxxxxxxxxxxx",
            "https://chat.acme.io/hooks/<your-webhook-id>",
            "https://chat.acme.io/hooks/xxx-generatedkey-xxx",
            "https://chat.acme.io/hooks/${HOOK_ID}",
            "https://chat.acme.io/hooks/YOUR_WEBHOOK_KEY_OF_YOUR_TEAM",
            "import { useDebouncedCallbackWithTimer } from './hooks/usedebouncedcallbackwithti';",
            "https://github.com/acme/app/tree/main/src/hooks/usedebouncedcallbackwithti",
            "https://github.com/acme/app/blob/main/hooks/pre-commit",
            "https://react.acme.io/hooks/rules-of-hooks-and-why-they-matter",
            "https://n8n.acme.io/webhook/<id>",
            "https://chat.acme.io/hooks/abcdefghijklmnopqrstuvwxyz",
        ],
    );
}

#[test]
fn connection_strings_in_attributes_of_xml() {
    stopped(
        "web.config",
        &[
            r#"<add name="Dw" connectionString="Server=sql.acme.io;User ID=etl;Password={{alnum:14}};Encrypt=True" providerName="System.Data.SqlClient" />"#,
            r#"<add name="Dw" connectionString='Server=sql.acme.io;Uid=etl;Pwd={{alnum:14}};' />"#,
            r#"<add name="Dw" connectionString="Server=sql.acme.io;User ID=etl;Password=&quot;{{alnum:6}};{{alnum:6}}&quot;;Encrypt=True" />"#,
            r#"<add name="Dw" connectionString="Server=sql.acme.io;User ID=etl;Password=&quot;{{alnum:14}}&quot;" />"#,
            r#"<add name="Dw" connectionString="Server=sql.acme.io;User ID=etl;Password={{alnum:6}}&amp;{{alnum:6}};Encrypt=True" />"#,
            r#"<add name="Dw" connectionString="Data Source=sql.acme.io;Initial Catalog=dw;User Id=etl;Password={{alnum:6}}&amp;{{alnum:6}}" />"#,
            r#"<add name="E" connectionString="metadata=res://*/M.csdl|res://*/M.ssdl;provider=System.Data.SqlClient;provider connection string=&quot;data source=sql.acme.io;initial catalog=dw;user id=etl;password={{alnum:14}};MultipleActiveResultSets=True&quot;" />"#,
            r#"<add name="E" connectionString="metadata=res://*/M.csdl;provider=System.Data.SqlClient;provider connection string='data source=sql.acme.io;user id=etl;password={{alnum:14}}'" />"#,
            r#"<add key="Dw" value="Server=sql.acme.io;Uid=etl;Password='{{alnum:6}};{{alnum:6}}';Pooling=true" />"#,
            r#"<add name="Dw" connectionString="Password={{alnum:14}};User ID=etl;Data Source=sql.acme.io" />"#,
            "<add name=\"Dw\"\n     connectionString=\"Server=sql.acme.io;\n       Database=dw;\n       User ID=etl;\n       Password={{alnum:14}};\" />",
            r#"<connectionString value="Driver={MySQL ODBC 8.0 Driver};Server=db.acme.io;Database=dw;User=etl;Password={{alnum:14}};Option=3;" />"#,
            r#"<Setting Name="Dw" SerializedAs="String"><Value>Data Source=sql.acme.io;User ID=etl;Password={{alnum:14}}</Value></Setting>"#,
            r"<ConnectionString>&lt;Server=sql.acme.io;User ID=etl;Password={{alnum:14}};&gt;</ConnectionString>",
            r#"<sessionState mode="SQLServer" sqlConnectionString="data source=sql.acme.io;user id=etl;password={{alnum:14}}" />"#,
            r#"<add name="Dw" connectionString="Server=sql.acme.io;User ID=etl;Password={{alnum:4}}&lt;{{alnum:4}}&gt;{{alnum:4}};Encrypt=True" />"#,
            r#"<add name="Dw" connectionString="Server=sql.acme.io;User ID=etl;Password=&apos;{{alnum:14}}&apos;;Encrypt=True" />"#,
            r#"<add name="Dw" connectionString="Server=sql.acme.io;User ID=etl;Password=&#34;{{alnum:14}}&#34;;Encrypt=True" />"#,
            r#"<variable value="&quot;Server=sql.acme.io;User ID=etl;Password={{alnum:14}}&quot;" />"#,
        ],
    );
    passed(
        "web.config",
        &[
            r#"<add name="Dw" connectionString="Server=sql.acme.io;Database=dw;Integrated Security=True" />"#,
            r#"<add name="Dw" connectionString="Server=sql.acme.io;User ID=etl;Password=;Encrypt=True" />"#,
            r#"<add name="Dw" connectionString="Server=sql.acme.io;User ID=etl;Password=#{DbPassword2}#;Encrypt=True" />"#,
            r#"<add name="Dw" connectionString="Server=sql.acme.io;User ID=etl;Password=__DB_PASSWORD__;Encrypt=True" />"#,
            r#"<add name="Dw" connectionString="Server=sql.acme.io;User ID=etl;Password=&quot;&quot;;Encrypt=True" />"#,
            r#"<add name="Dw" connectionString="Server=sql.acme.io;User ID=etl;Password=&lt;password&gt;;Encrypt=True" />"#,
            r#"<add name="Dw" connectionString="Server=sql.acme.io;User ID=etl;Password=&quot;{password}&quot;" />"#,
            r#"<add name="Dw" connectionString="Server=(local);User ID=sa;Password=password" />"#,
            r#"<add name="Dw" connectionString="Server=sql.acme.io;User ID=etl;Password=$(DbPassword);" />"#,
            r#"<add name="Dw" connectionString="Server=myServer;Database=myDb;User Id=myUser;Password=myPassword;" />"#,
        ],
    );
}

#[test]
fn secrets_of_entra_and_azure_without_a_name() {
    stopped(
        "notes.txt",
        &[
            "{{entra:8Q~:37}}",
            "the secret is {{entra:8Q~:37}}, it ends in June",
            "{{alnum:3}}7Q~{{alnum:31}}",
            "('{{alnum:3}}7Q~{{alnum:31}}')",
            "{{azkey:+ASt:64}}",
            "key1 | {{azkey:+ASt:64}} |",
            "{{azkey:ACDb:64}}",
            "{{azkey:AzFu:40}}",
            "- {{azkey:AzSe:39}}",
            "{{azkey:+ACR:39}}",
            "{{azkey:APIM:64}}",
            "{{azkey:+ASb:32}}",
            "{{azkey:+AEh:32}}",
            "{{azkey:AIoT:32}}",
            "{{azkey:AzCa:32}}",
            "{{azkey:+ABa:64}}",
        ],
    );
    every(
        "deploy/app.yaml",
        &[
            "{{alnum:2}}a8Q~{{alnum:33}}0",
            "secret: {{alnum:3}}8Q~{{[0-9A-Za-z_~.-]:32}}a0",
            "{{b64:76}}+ASt{{b64:5}}Q==",
            "{{b64:76}}ACDb{{b64:5}}Q==",
            "{{b64:33}}+AEhA{{b64:5}}=",
            "{{alnum:42}}AzSeA{{alnum:5}}",
            "{{alnum:3}}8Q~{{alnum:31}}",
            "{{b64:76}}+ABa{{b64:5}}Q==",
            "{{b64:76}}APIM{{b64:5}}Q==",
            "{{alnum:52}}JQQJ99{{alnum:1}}A{{alnum:16}}A{{alnum:7}}",
        ],
        |found| found.len() == 1,
    );
    passed(
        "notes.txt",
        &[
            "abc8Q~...",
            "xyz7Q~your-client-secret-goes-here-xxx",
            "+AStAAAA==",
            "the sum 8Q~ is none",
            "{{alnum:60}}8Q~{{alnum:60}}",
        ],
    );
    passed(
        "tests/fixtures/a.txt",
        &["{{alnum:3}}8Q~{{alnum:34}}", "{{b64:76}}+ASt{{b64:5}}Q=="],
    );
}

#[test]
fn tokens_that_are_like_the_published_ones() {
    stopped(
        "app.py",
        &[
            r#"t = "{{jwt:{"alg":"HS256"}:{"sub":"1234567890","name":"John Doe","iss":"https://id.acme.io","iat":1516239022} }}""#,
            r#"t = "{{jwt:{"alg":"HS256"}:{"sub":"1234567890","name":"John Doe","role":"admin","scope":"read write"} }}""#,
            r#"t = "{{jwt:{"alg":"HS256"}:{"sub":"1234567890","email":"jo@acme.io"} }}""#,
            r#"t = "{{jwt:{"alg":"RS256"}:{"sub":"1234567890","name":"Jo Miller"} }}""#,
            r#"t = "{{jwt:{"alg":"HS512"}:{"sub":"1234567890","api_key":"k"} }}""#,
            r#"t = "{{jwt:{"alg":"HS256"}:{"sub":"1234567891","name":"John Doe"} }}""#,
        ],
    );
    every(
        "app.py",
        &[
            r#"t = "{{jwt:{"alg":"HS256","typ":"JWT"}:{"sub":"1234567890","name":"John Doe","iat":1516239022} }}""#,
            r#"t = "{{jwt:{"alg":"HS256","typ":"JWT"}:{"sub":"1234567890","name":"John Doe","admin":true} }}""#,
            r#"t = "{{jwt:{"alg":"RS256"}:{"sub":"1234567890","name":"John Doe","admin":true,"iat":1516239022} }}""#,
            r#"t = "{{jwt:{"alg":"HS256"}:{"sub":"1234567890"} }}""#,
        ],
        |found| found.len() == 1,
    );
}

#[test]
fn headers_in_code() {
    stopped(
        "a.cs",
        &[
            "client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(\"Api-Token\", \"{{alnum:32}}\");",
            "client.DefaultRequestHeaders.Add(\"Authorization\", \"Api-Token {{alnum:32}}\");",
            "request.Headers[\"Authorization\"] = \"Token {{hex:40}}\";",
            "request.AddHeader(\"X-Api-Key\", \"{{alnum:32}}\");",
            "Invoke-RestMethod -Uri $u -Headers @{ Authorization = \"Token {{hex:40}}\" }",
            "$headers = @{ 'Authorization' = 'Api-Key {{alnum:32}}' }",
        ],
    );
    stopped(
        "a.php",
        &[
            "curl_setopt($ch, CURLOPT_HTTPHEADER, ['Authorization: Token {{hex:40}}', 'Accept: text/plain']);",
            "curl_setopt($ch, CURLOPT_HTTPHEADER, array('X-Auth-Token: {{alnum:32}}'));",
            "$headers[] = 'X-Api-Key: {{hex:32}}';",
            "$list = curl_slist_append(headers, \"X-Access-Token: {{uuid}}\");",
            "'headers' => ['Authorization' => 'Token {{hex:40}}'],",
            "    'headers' => [\n        'Authorization' => '{{uuid}}',\n    ],",
            "$client = new Client(['headers' => ['X-API-KEY' => '{{alnum:32}}']]);",
        ],
    );
    stopped(
        "a.rb",
        &[
            "request['Authorization'] = 'Token token=\"{{hex:32}}\"'",
            "req[\"Authorization\"] = \"Api-Token {{alnum:32}}\"",
            "headers 'Authorization' => \"Token {{hex:40}}\"",
            "HTTParty.get(url, headers: { 'Authorization' => '{{hex:40}}' })",
            "conn.headers[:authorization] = 'Key {{alnum:32}}'",
        ],
    );
    stopped(
        "a.go",
        &[
            "req.Header.Add(\"Authorization\", \"{{uuid}}\")",
            "http.Header{\"Authorization\": {\"Api-Token {{alnum:32}}\"}}",
            "http.Header{\"Authorization\": []string{\"Token {{hex:40}}\"}}",
            "req.Header[\"Authorization\"] = []string{\"Token {{hex:40}}\"}",
        ],
    );
    stopped(
        "a.java",
        &[
            "@Headers(\"Authorization: Token {{hex:40}}\")",
            "connection.setRequestProperty(\"Authorization\", \"Api-Token {{alnum:32}}\");",
            "HttpHeaders headers; headers.set(\"Authorization\", \"{{hex:40}}\");",
            "given().header(\"Authorization\", \"Token {{hex:40}}\").get()",
            "Request.Builder().addHeader(\"authorization\", \"{{uuid}}\")",
        ],
    );
    stopped(
        "a.yml",
        &[
            "headers:\n  Authorization: \"Token {{hex:40}}\"",
            "headers:\n  Authorization: Api-Token {{alnum:32}}",
            "headers:\n  authorization: '{{uuid}}'",
            "  - name: Authorization\n    value: Api-Token {{alnum:32}}",
        ],
    );
    stopped(
        "a.json",
        &[
            "{\"key\": \"Authorization\", \"value\": \"Api-Token {{alnum:32}}\", \"type\": \"text\"}",
            "{\"headers\": {\"Authorization\": \"Token {{hex:40}}\"}}",
            "{\"headers\": \"{\\\"Authorization\\\": \\\"Token {{hex:40}}\\\"}\"}",
            "{\"Authorization\":\"{{uuid}}\"}",
            "{\"name\": \"authorization\",\n \"value\": \"{{uuid}}\"}",
        ],
    );
    stopped(
        "a.py",
        &[
            "self.client.credentials(HTTP_AUTHORIZATION='Token {{hex:40}}')",
            "headers = {'Authorization': 'Zoho-oauthtoken 1000.{{hex:32}}.{{hex:32}}'}",
            "headers = dict(Authorization='Token {{hex:40}}')",
            "headers = {\n    b'Authorization': b'Token {{hex:40}}',\n}",
            "headers = [('Authorization', 'Token {{hex:40}}')]",
            "AUTHORIZATION = 'Api-Token {{alnum:32}}'",
            "requests.get(url, headers={'X-Auth-Key': '{{hex:37}}'})",
            "headers = {'Authorization': 'OAuth oauth_token=\"{{alnum:32}}\"'}",
            "headers = {'Authorization': f'Token {{hex:40}}'}",
        ],
    );
    stopped(
        "a.log",
        &[
            "> Authorization: Api-Token {{alnum:32}}",
            "DEBUG header: authorization: {{uuid}}",
            "2024-03-01 send: b'GET / HTTP/1.1\\r\\nAuthorization: Token {{hex:40}}\\r\\nAccept: */*\\r\\n'",
            "request.headers={Accept=text/plain, Authorization=Token {{hex:40}}, Host=acme.io}",
            "[Authorization:\"Api-Token {{alnum:32}}\", Accept:\"*/*\"]",
            "headers: {'Authorization': 'Token {{hex:40}}'}",
        ],
    );
}
