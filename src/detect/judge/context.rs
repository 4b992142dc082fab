//! What a value stands in: the kind of file, its path, the code behind the value.

use crate::detect::assignment::{Assignment, Place, Quote, Words};
use crate::detect::list::List;
use crate::detect::placeholder::undisguised;
use crate::fragment::{Fragment, Part};

/// What a path says of the secrets in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Area {
    /// Nothing.
    Plain,
    /// A file that holds settings: `.env`, `*.tfvars`, `application.yml`.
    Settings,
    /// A pattern of such a file: `.env.example`.
    Pattern,
    /// Documentation.
    Docs,
    /// A test, a fixture, an example.
    Test,
    /// Made by a program, or somebody else's: lock files, minified code, translations, vendored trees.
    Foreign,
}

/// Ends of names of files that a program makes, or somebody else.
static FOREIGN_ENDS: List = List::new(
    ".lock|.min.js|.min.css|.map|.svg|.css|.scss|.less|.po|.pot|.resx|.strings|.xlf|.xliff|.arb|.sum|.snap|.d.ts|.pb.go\
    |.g.dart|.designer.cs|.bundle.js|.chunk.js|.ftl",
);
/// Such names.
static FOREIGN: List = List::new(
    ".cargo-checksum.json|package-lock.json|pnpm-lock.yaml|npm-shrinkwrap.json|composer.lock|go.sum|packages.lock.json\
    |gradle.lockfile|.secrets.baseline",
);
/// Folders of such files.
static FOREIGN_FOLDERS: List = List::new(
    "node_modules|bower_components|site-packages|locales|locale|i18n|lang|langs|languages|translations|l10n|third_party\
    |.yarn|__snapshots__",
);
/// Ends of names of files that are a pattern of another.
static PATTERN_ENDS: List =
    List::new(".example|.sample|.template|.dist|.tmpl|.tpl|-example|-sample|.j2|.jinja|.erb");
/// How names of tests begin.
static TEST_BEGINS: List = List::new("test_|test-|spec_|mock_|fake_|example");
/// How names of tests end.
static TEST_ENDS: List = List::new(
    "tests.py|test.java|tests.java|test.kt|tests.cs|test.cs|test.php|test.scala|.feature|.bats",
);
/// Words in names of folders of tests.
static TEST_WORDS: List = List::new(
    "test|tests|testing|testdata|testutil|testutils|fixtures|fixture|mocks|mock|spec|specs|e2e|unittest|unittests\
    |integrationtest|example|examples|sample|samples|demo|demos|cypress|fuzz|benchmarks|bench",
);
/// Ends of names of documents.
static DOCS_ENDS: List =
    List::new(".md|.rst|.adoc|.asciidoc|.txt|.mdx|.textile|.rdoc|.org|.wiki|.tex");
/// Folders of documents.
static DOCS_FOLDERS: List = List::new("doc|docs|documentation");
/// How names of files of settings begin.
static SETTINGS_BEGINS: List = List::new(".env");
/// How they end.
static SETTINGS_ENDS: List = List::new(
    ".env|.tfvars|.properties|.ini|.cfg|.conf|.cnf|.config|.npmrc|.pypirc|.netrc|.yml|.yaml|.toml|wp-config.php\
    |settings.py|config.py|config.js|config.json|appsettings.json|local.settings.json|web.config|secrets.json\
    |credentials.json|.secrets|.credentials|.pgpass|.plist|.ovpn",
);

/// Returns what the path of a fragment says.
pub(super) fn area(fragment: &Fragment<'_>) -> Area {
    if fragment.part != Part::Content {
        return Area::Plain;
    }
    let path = fragment.path;
    let name = fragment.file_name();
    if FOREIGN_ENDS.ends(name) || FOREIGN.has(name) {
        return Area::Foreign;
    }
    let folders = || path[..path.len() - name.len()].split(|&b| b == b'/');
    if folders().any(|folder| FOREIGN_FOLDERS.has(folder)) {
        return Area::Foreign;
    }
    if PATTERN_ENDS.ends(name)
        || contains(name, b".example.")
        || contains(name, b".sample.")
        || contains(name, b".template.")
    {
        return Area::Pattern;
    }
    if TEST_BEGINS.begins(name)
        || TEST_ENDS.ends(name)
        || ["_test.", ".test.", "-test.", "_spec.", ".spec.", "_tests."]
            .iter()
            .any(|part| contains(name, part.as_bytes()))
        || folders().any(|folder| {
            Words::of(folder)
                .as_slice()
                .iter()
                .any(|word| TEST_WORDS.has(word))
        })
    {
        return Area::Test;
    }
    if DOCS_ENDS.ends(name) || folders().any(|folder| DOCS_FOLDERS.has(folder)) {
        return Area::Docs;
    }
    if SETTINGS_BEGINS.begins(name) || SETTINGS_ENDS.ends(name) {
        return Area::Settings;
    }
    Area::Plain
}

/// Tells whether a value is an expression of a language, not data.
pub(super) fn is_expression(value: &[u8], assignment: &Assignment) -> bool {
    let quoted = assignment.quote.is_quoted();
    let Some(&first) = value.first() else {
        return true;
    };
    let letters = value.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_');
    // `name(`, `name[0]`, `a->b`, `a::b`, `a.b.c`
    let head = value
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'$'))
        .count();
    if head > 0 && !first.is_ascii_digit() {
        let tail = &value[head..];
        let closed = |open: u8, close: u8| {
            tail.first() == Some(&open) && memchr::memchr(close, tail).is_some()
        };
        let name = &value[..head];
        if closed(b'(', b')') && (!quoted || is_plain_name(name)) || tail.starts_with(b"()") {
            return true;
        }
        if closed(b'[', b']') && (!quoted || is_plain_name(name)) {
            return true;
        }
        if tail.starts_with(b"->") || tail.starts_with(b"::") && !quoted {
            return true;
        }
        if tail.starts_with(b"(") && !quoted {
            return true;
        }
        if tail.is_empty()
            && memchr::memchr(b'.', name).is_some()
            && is_plain_name(name)
            && (assignment.quote != Quote::Bare || assignment.place != Place::Code)
        {
            return true;
        }
    }
    if quoted {
        return false;
    }
    // A bare word in prose, in a comment or in a string is one of the language.
    let ends = value.last().copied().unwrap_or_default();
    matches!(
        first,
        b'(' | b'[' | b'{' | b'=' | b'>' | b'|' | b'&' | b',' | b';' | b'<'
    ) || matches!(ends, b'(' | b'{' | b'[' | b',')
        || assignment.place == Place::Text
            && matches!(first, b'%' | b'+' | b'$' | b'?' | b':' | b'\'')
        || letters && value.contains(&b'_') && assignment.place != Place::Code
}

/// Tells whether a dotted name is made of words: `config.database.password`, not a token with dots in it.
fn is_plain_name(name: &[u8]) -> bool {
    name.split(|&b| b == b'.').all(|part| {
        let digits = part.iter().filter(|b| b.is_ascii_digit()).count();
        !part.is_empty() && digits <= 1 && part.len() <= 24 && {
            let turns = part
                .windows(2)
                .filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
                .count();
            turns * 4 <= part.len()
        }
    })
}

/// Tells whether the literal is only a part of the value: something is joined to it.
pub(super) fn is_joined(text: &[u8], assignment: &Assignment) -> bool {
    if !assignment.quote.is_quoted() {
        return false;
    }
    let mut i = assignment.value.end;
    while matches!(text.get(i), Some(b'\\')) {
        i += 1;
    }
    i += 1;
    while matches!(text.get(i), Some(b' ' | b'\t')) {
        i += 1;
    }
    match text.get(i) {
        Some(b'+' | b'%') => true,
        Some(b'.') => {
            text.get(i + 1)
                .is_some_and(|b| matches!(b, b' ' | b'.' | b'$'))
                || text[i..].starts_with(b".format(")
        }
        Some(b'&') => text.get(i + 1) != Some(&b'&') && text.get(i + 1) == Some(&b' '),
        _ => false,
    }
}

/// How paths and addresses begin.
static LOCATION_BEGINS: List = List::new(
    "/|./|../|~/|\\\\|www.|c:\\|d:\\|s3:|urn:|cn=|dc=|ou=|uid=|mailto:|data:|classpath:|refs/",
);
/// Ends of names of files and hosts.
static FILE_KINDS: List = List::new(
    "pem|key|crt|cer|json|yml|yaml|xml|txt|html|htm|php|js|ts|py|rb|go|java|png|jpg|gif|svg|css|conf|cfg|ini|jks|p12|pfx\
    |keystore|jsp|aspx|md|log|sh|bat|exe|dll|so|com|org|net|io|properties|env|toml|csv|sql|db|tpl|scss|vue|asc|gpg|enc|pub|war|jar|zip|tar|gz|tgz",
);

/// Tells whether a value tells where a thing is: a URL, a path, a file name, an address.
pub(super) fn is_location(value: &[u8]) -> bool {
    let has = |part: &[u8]| memchr::memmem::find(value, part).is_some();
    if has(b"://")
        || LOCATION_BEGINS.begins(value)
            && (value[0] != b'/' || value[1..].contains(&b'/') || value.len() < 16)
    {
        return true;
    }
    let extension = value
        .iter()
        .rposition(|&b| b == b'.')
        .map(|dot| &value[dot + 1..]);
    if extension.is_some_and(|extension| FILE_KINDS.has(extension)) {
        return true;
    }
    // a@b.c
    if let Some(at) = memchr::memchr(b'@', value) {
        let host = &value[at + 1..];
        if at > 0
            && host.contains(&b'.')
            && host
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
            && host.last().is_some_and(u8::is_ascii_lowercase)
        {
            return true;
        }
    }
    // Words between slashes, or with colons: `users/password/edit`, `auth:token`.
    let parts = || value.split(|&b| b == b'/');
    parts().count() > 1
        && parts().all(|part| {
            part.len() <= 24
                && part.iter().all(|b| {
                    b.is_ascii_lowercase() || matches!(b, b'_' | b'-' | b'{' | b'}' | b'*' | b'.')
                })
        })
}

/// How hashes, encrypted containers and public keys begin.
static SEALED_BEGINS: List = List::new(
    "$2a$|$2b$|$2y$|$1$|$5$|$6$|$apr1$|$argon2|$pbkdf2|$scrypt$|$y$|pbkdf2|scrypt:|bcrypt|{ssha|{sha|{smd5|{crypt}|md5:\
    |md5(|sha1:|sha1-|sha256:|sha256-|sha384-|sha512-|sha512:|h1:|vault:v|aqicah|agaaaa|u2fsdgvkx1|-----begin|mii|ssh-\
    |ecdsa-|age1|npub1|{aes|{3des|{rsa|crypted|encrypted|!!|crypt:|jasypt|secret:|*|phc_|pk_live_|pk_test_\
    |sb_publishable_|pk.eyj|pub-c-|sub-c-",
);

/// Tells whether a value is a hash, an encrypted container or public key material.
pub(super) fn is_sealed(value: &[u8]) -> bool {
    SEALED_BEGINS.begins(value) || value.strip_prefix(b"pub").is_some_and(is_digest)
        // $method$salt$hash
        || value.starts_with(b"$") && memchr::memchr_iter(b'$', value).count() >= 3
}

/// Tells whether a UUID stands in a value, by itself or in a longer one.
pub(super) fn has_uuid(value: &[u8]) -> bool {
    value.windows(36).any(is_uuid) && value.len() < 60
}

/// Tells whether a value is a UUID.
pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(i, b)| {
            if matches!(i, 8 | 13 | 18 | 23) {
                *b == b'-'
            } else {
                b.is_ascii_hexdigit()
            }
        })
}

/// Tells whether a value is the length and alphabet of a digest.
pub(super) fn is_digest(value: &[u8]) -> bool {
    matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128) && value.iter().all(u8::is_ascii_hexdigit)
}

/// Tells whether a value is made of words as programs join them: `user_password`, `resetPassword`, `TRAFFIC_SECRET_0`.
pub(super) fn is_identifier(value: &[u8]) -> bool {
    let (mut letters, mut joints, mut digits) = (0, 0, 0);
    for (i, &b) in value.iter().enumerate() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' => {
                letters += 1;
                joints += usize::from(
                    i > 0 && b.is_ascii_uppercase() && value[i - 1].is_ascii_lowercase(),
                );
            }
            b'0'..=b'9' => digits += 1,
            b'_' | b'-' | b'.' | b':' | b'/' | b'#' => joints += 1,
            _ => return false,
        }
    }
    let joined =
        digits == 0 || !value[0].is_ascii_digit() && value.iter().any(|b| b"_-.:/#".contains(b));
    joined && joints > 0 && letters > 3 && digits * 6 <= letters && joints * 4 <= value.len() + 2
}

/// What a value that speaks of secrets holds.
static SECRET_PHRASES: List =
    List::new("password|passwd|passwort|secret|token|credential|apikey|sekret");
/// Words of such a value.
static SECRET_WORDS: List = List::new("pass|pwd|key|newpass|mypass|userpass|testpass");

/// Tells whether a value speaks of secrets itself: `newpass123`, `my-db-password`, `MySecretPw1`.
pub(super) fn speaks_of_secrets(value: &[u8]) -> bool {
    SECRET_PHRASES.stands_in(value)
        || Words::of(value)
            .as_slice()
            .iter()
            .any(|word| SECRET_WORDS.has(word))
}

/// Tells whether a value is a regular expression: a class and how often it stands, a group of one.
pub(super) fn is_regex(value: &[u8]) -> bool {
    let class = memchr::memchr_iter(b']', value).any(|end| {
        matches!(value.get(end + 1), Some(b'{' | b'+' | b'*' | b'?'))
            && memchr::memchr(b'[', &value[..end]).is_some_and(|start| {
                value[start..end].windows(3).any(|range| {
                    range[1] == b'-' && range[0].is_ascii_alphanumeric() && range[0] < range[2]
                })
            })
    });
    class
        || memchr::memmem::find(value, b"(?").is_some()
        || [
            &b"\\d{"[..],
            b"\\w{",
            b"\\d+",
            b"\\w+",
            b"\\S+",
            b"\\s*",
            b".*?",
        ]
        .iter()
        .any(|part| memchr::memmem::find(value, part).is_some())
}

/// Returns how plainly the digits of a value only count: twice behind a word of which defaults are made (`root123`), once
/// behind any other (`Bluefish123`).
pub(super) fn counted(value: &[u8]) -> i32 {
    static DEFAULTS: List = List::new(
        "root|admin|administrator|user|test|tester|guest|demo|postgres|mysql|oracle|redis|mongo|rabbit|rabbitmq|\
        elastic|kafka|sonar|jenkins|grafana|airflow|minio|docker|vagrant|master|system|manager|welcome|hello|love|temp|my|super|\
        dev|prod|local|app|web|api|db|data|foo|bar|abc|qwerty|asdf|pw|pwd|pass|default|change|login|letmein|nacos|harbor",
    );
    // `qwerty!23`
    if is_walk(value) {
        return 2;
    }
    // `passw0rd`, `s3cr3t`
    if value.len() <= 12 && value.iter().any(u8::is_ascii_digit) && is_disguised(value) {
        return 2;
    }
    let digits = value
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit())
        .count();
    let (word, count) = value.split_at(value.len() - digits);
    if digits < 3 || !b"1234567890".starts_with(count) && count != b"321" {
        return 0;
    }
    if !word
        .iter()
        .all(|b| b.is_ascii_alphabetic() || b"_-@.".contains(b))
    {
        return 0;
    }
    let words = Words::of(word);
    1 + i32::from(words.as_slice().iter().all(|word| DEFAULTS.has(word)))
}

/// Tells whether a value has a notation of its own: `APP_TOKEN_NAME`, `required|min:8`, `0x` and an address, the
/// start of encoded JSON, a key of a test mode.
pub(super) fn is_notation(value: &[u8]) -> bool {
    let all = |test: fn(u8) -> bool| value.iter().all(|&b| test(b));
    value.contains(&b'_') && all(|b| b.is_ascii_uppercase() || matches!(b, b'_' | b'!'))
        || value.contains(&b'|')
            && all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"|:,_".contains(&b))
        || value.len() == 42
            && value.starts_with(b"0x")
            && value[2..].iter().all(u8::is_ascii_hexdigit)
        || value.starts_with(b"eyJ") && value.len() < 40
        // What other values begin with: `sk_live_`.
        || value.len() < 12 && value.ends_with(b"_")
        || is_rate(value)
        || is_algorithm(value)
        || value.starts_with(b"test_")
        || value.starts_with(b"test-")
}

/// Tells whether a value is a row of the keyboard with a mark or digits of somebody's own: `qwerty!23`.
pub(super) fn is_walk(value: &[u8]) -> bool {
    static ROWS: List = List::new("qwert|asdf|zxcv|qaz");
    (8..=16).contains(&value.len())
        && ROWS.begins(value)
        && value.iter().any(|b| !b.is_ascii_alphabetic())
        && value
            .iter()
            .any(|b| b"!@#$%^&*?.-_".contains(b) || b.is_ascii_uppercase())
}

/// Tells whether a value is a phrase for a password: words in small letters that no sentence needs.
pub(super) fn is_phrase(value: &[u8]) -> bool {
    static SENTENCE: List = List::new(
        "the|your|you|for|and|with|not|must|enter|please|invalid|password|passwords|forgot|reset|new|old|\
        current|confirm|was|has|have|from|user|account|login|sign|error|wrong|missing|required|field|value|token|key|secret|this|\
        that|are|can|will|should|set|get|use|used|one|any|all|default|name|api|access|text|string|type|number|example|test|\
        change|here|when|only|but|same|match|too|short|long|least|characters|authentication|required|optional|keep|create",
    );
    let mut words = 0;
    let fine = value.split(|&b| b == b' ').all(|word| {
        words += 1;
        word.len() >= 3 && word.iter().all(u8::is_ascii_lowercase) && !SENTENCE.has(word)
    });
    fine && (4..=8).contains(&words)
}

/// Tells whether a value is a word for secrets with digits and marks in place of letters.
fn is_disguised(value: &[u8]) -> bool {
    static WORDS: List = List::new("password|passwd|secret|admin|root|test|letmein");
    WORDS.entries().any(|word| {
        word.len() == value.len() && word.iter().zip(value).all(|(a, b)| *a == undisguised(*b))
    })
}

/// Tells whether a value is a rate: `5/m`, `100/hour/user`.
fn is_rate(value: &[u8]) -> bool {
    let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
    digits > 0
        && value.get(digits) == Some(&b'/')
        && value[digits..]
            .iter()
            .all(|&b| b.is_ascii_lowercase() || b == b'/')
}

/// Tells whether a value is the name of an algorithm or of an encoding: `HS256`, `A128CBC-HS256`, `utf-8`, `latin1`.
fn is_algorithm(value: &[u8]) -> bool {
    static PARTS: List = List::new(
        "a|aes|cbc|gcm|ctr|ecb|cfb|ofb|ccm|kw|kdf|hs|rs|es|ps|sha|md|hmac|rsa|ec|ecdsa|ecdh|dsa|dh|eddsa|ed|x|oaep|pkcs|\
        pbkdf|pbe|with|and|padding|nopadding|des|ede|rc|chacha|poly|scrypt|argon|bcrypt|blake|keccak|curve|secp|prime|p|k|r|v|t|\
        utf|latin|iso|ascii|us|windows|cp|koi|big|gb|euc|jp|kr|base|hex|url|sig|enc|ssl|tls|ntlm|crc|xxh|bit|le|be",
    );
    value.len() <= 40
        && value.iter().any(u8::is_ascii_digit)
        && value
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"-_/+".contains(b))
        && value
            .split(|b| !b.is_ascii_alphabetic())
            .filter(|part| !part.is_empty())
            .all(|part| {
                Words::of(part)
                    .as_slice()
                    .iter()
                    .all(|word| PARTS.has(word))
                    || PARTS.has(part)
            })
        && value
            .split(|b| !b.is_ascii_digit())
            .filter(|run| !run.is_empty())
            .all(|run| run.len() <= 5)
}

/// Tells whether a value stands on its line as somebody's name, too: `{"username": "kaylee", "password": "kaylee"}`.
pub(super) fn is_the_user(line: &[u8], at: usize, value: &[u8]) -> bool {
    static NAMES: List = List::new("user|login|name|email|uid");
    /// How far before a value what it is called stands.
    const NEAR: usize = 24;
    memchr::memmem::find_iter(line, value).any(|other| {
        let before = &line[other.saturating_sub(NEAR)..other];
        other != at
            && line
                .get(other + value.len())
                .is_none_or(|b| !b.is_ascii_alphanumeric())
            && NAMES.stands_in(before)
            && !contains(before, b"pass")
    })
}

/// Tells whether a value is mostly escapes: `%C3%A9`, `\x00\x01`.
pub(super) fn is_escaped(value: &[u8]) -> bool {
    let escapes = value
        .windows(3)
        .filter(|three| three[0] == b'%' && three[1..].iter().all(u8::is_ascii_hexdigit))
        .count();
    let bytes = memchr::memmem::find_iter(value, b"\\x").count()
        + memchr::memmem::find_iter(value, b"\\u").count()
        + memchr::memmem::find_iter(value, b"\\0").count();
    escapes * 9 > value.len() || bytes * 6 >= value.len()
}

/// Ends of names of functions that only make a string of another type.
static CONVERSION_ENDS: List = List::new(
    "from|string|str|bytes|byte|of|valueof|securestring|secretstr|secret|buffer|tostring|networkcredential|w!|some|box|new\
    |text|raw",
);

/// Tells whether a function only makes a string of another type: `String::from`, `ConvertTo-SecureString`.
pub(super) fn is_conversion(callee: &[u8]) -> bool {
    CONVERSION_ENDS.ends(callee)
}

/// Tells whether the line of a value speaks of a host that is nobody's: `localhost`, `example.com`.
pub(super) fn is_local(line: &[u8]) -> bool {
    [
        "localhost",
        "127.0.0.1",
        "example.com",
        "example.org",
        "0.0.0.0",
    ]
    .iter()
    .any(|host| memchr::memmem::find(line, host.as_bytes()).is_some())
}

/// Tells whether the quote of a value is one of format strings, with a hole in it.
pub(super) fn is_formatted(value: &[u8], quote: Quote) -> bool {
    quote == Quote::Format && value.contains(&b'{')
        || memchr::memmem::find_iter(value, b"%s").any(|at| {
            // Within a word it is a mark and a letter by chance.
            at == 0 || value.get(at + 2).is_none_or(|b| !b.is_ascii_alphanumeric())
        })
        || memchr::memmem::find(value, b"{}").is_some()
        || memchr::memmem::find(value, b"{0}").is_some()
}

fn contains(name: &[u8], part: &[u8]) -> bool {
    name.windows(part.len())
        .any(|found| found.eq_ignore_ascii_case(part))
}
