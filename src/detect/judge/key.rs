//! What a key's words say: does it name a secret, of which kind, how plainly.

use crate::detect::assignment::Words;
use crate::detect::list::List;

/// What kind of secret a key names; one rule each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A password or passphrase.
    Password,
    /// An API key, access key, encryption key.
    Key,
    /// A token.
    Token,
    /// Anything else called a secret.
    Secret,
}

/// How plainly a key names a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strength {
    /// `db_password`, `client_secret`, `api_key`: nothing else is called so.
    Strong,
    /// `token`, `key`, `auth`: secrets are called so, and much else.
    Weak,
}

/// What a key's words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) kind: Kind,
    pub(crate) strength: Strength,
    /// Another word follows the one that names the secret: `password_input`.
    pub(crate) buried: bool,
    /// A word says that it is made for a test: `fake_password`.
    pub(crate) made_up: bool,
}

/// Words for a password, in several languages.
static PASSWORD: List = List::new(
    "password|passe|passwords|passwd|passwds|passphrase|passcode|pwd|pass|psw|pswd|pw|pword|passwort|kennwort|\
    contrasena|contraseña|contrasenya|clave|senha|palavrachave|motdepasse|mdp|parola|haslo|hasło|wachtwoord|losenord|lösenord|\
    adgangskode|passord|salasana|heslo|jelszo|jelszó|sifre|şifre|parole|пароль|密码|密碼|口令|パスワード|비밀번호|암호|mypassword|\
    userpassword|dbpassword|dbpass|dbpasswd|dbpwd|userpass|userpwd|rootpw|rootpassword|adminpassword|adminpass|mysqlpwd|\
    sqlpassword|smtppass|ftppass|keypass|storepass|keystorepass|truststorepass|sshpass|authpass|sudopass|becomepass|requirepass|masterauth",
);
/// Endings of words written together that name a password, a token or a secret.
static PASSWORD_ENDS: List = List::new("password|passwd|passphrase|passwort|passcode");
/// Words for a secret.
static SECRET: List = List::new(
    "secret|secrets|clientsecret|appsecret|secretkey|geheimnis|segredo|secreto|секрет|密钥|pepper|mnemonic|\
    seedphrase|consumersecret|apisecret|sharedsecret|jwtsecret|secretaccesskey",
);
/// Words that name a secret if the value looks like one.
static SECRET_WEAK: List =
    List::new("credential|credentials|creds|cred|salt|seed|cookie|otp|totp|sas|psk");
/// Keys written together.
static KEY: List = List::new(
    "apikey|apikeys|accesskey|privatekey|secretkey|authkey|appkey|masterkey|signingkey|encryptionkey|encryptkey|\
    sharedkey|accountkey|storagekey|sessionkey|cryptkey|cipherkey|licensekey|hmackey|aeskey|rsakey|deskey|jwtkey|serverkey|\
    subscriptionkey|sshkey|hostkey|integrationkey|writekey|ingestkey|consumerkey|clave_api|chave",
);
/// Words for a key; the word before it decides.
static KEYS: List = List::new("key|keys");
/// Words for a token; the word before it decides.
static TOKENS: List = List::new("token|tokens|jeton|jwt|pat");
/// Words that name a token if the value looks like one.
static TOKEN_WEAK: List = List::new("bearer|authorization|auth|authtoken|session|sessionid");
/// What makes a `key` a secret one.
static KEY_OF: List = List::new(
    "api|access|private|secret|auth|encryption|encrypt|encrypted|decryption|decrypt|signing|sign|signature|master|\
    app|application|account|shared|server|service|admin|hmac|jwt|crypt|crypto|cipher|aes|des|rsa|security|license|\
    licence|subscription|webhook|write|ingest|ingestion|deploy|deployment|developer|consumer|root|ssh|personal|bot|push|\
    integration|connection|instrumentation|client|symmetric|pgp|gpg|vault|unseal|recovery|backup",
);
/// What makes a `key` no secret.
static KEY_NOT: List = List::new(
    "public|pub|publishable|site|foreign|primary|partition|sort|cache|row|map|object|hot|route|composite|unique|\
    natural|surrogate|parent|lookup|index|group|hash|sorting|short|long|shortcut|arrow|ctrl|shift|enter|escape|tab|return|up|down|left|\
    right|next|prev|previous|first|last|new|old|dict|json|yaml|xml|config|setting|settings|field|column|table|entity|item|menu|message|\
    translation|i18n|locale|label|metric|tag|header|cookies|param|query|context|registry|store|node|tree|event|state|view|react|list|\
    sql|schema|property|attribute|attr|option|default|env|environment|meta|bucket|s3|file|image|model|feature|flag|type|kind|idempotency|\
    dedup|deduplication|job|task|queue|topic|stream|measure|filter|search|order|ordering|any|each|this|that|the|which|press|pressed|on|\
    candidate|modifier|combo|binding|preference|pref|project|issue|test|temp|tmp|local|storages|name|id|section|main|lock|rate|limit|\
    result|output|input|response|page|pagination|translations|cache_key|\
    ssl|tls|cert|certificate|host|known|authorized|answer|data_key|legend|symbol|piano|music|minor|major|wifi|join|distribution",
);
/// What makes a `token` no secret.
static TOKEN_NOT: List = List::new(
    "next|start|end|page|continuation|sync|cancel|cancellation|csrf|xsrf|eos|bos|pad|unk|sep|cls|mask|special|stop|\
    first|last|previous|prev|current|delimiter|delim|separator|keyword|operator|string|number|comment|whitespace|eof|identifier|\
    literal|syntax|lex|lexer|parse|parser|semantic|markdown|lookahead|peek|param|input|output|num|max|min|total|prompt|completion|\
    design|theme|color|colour|paging|pagination|pagetoken|marker|cursor|resume|change|concurrency|oov|image|audio|video|vocab|\
    antiforgery|request|requests|placeholder|template|injection|di|dependency|erc|nft|lp|reward|staking|governance|native|quote|base|\
    title|word|text|tag|\
    asset|punctuation|unexpected|expected|invalid|missing|ws|fragment|bracket|brace|paren|block|reserved|quoted|type",
);
/// Last words of keys that tell about a secret, and hold none.
static NEGATIVE_LAST: List = List::new(
    "algs|supported|mgr|realm|used|last|seen|name|names|id|ids|uuid|guid|path|paths|file|files|filename|dir|directory|folder|url|urls|uri|uris|endpoint|\
    endpoints|type|types|kind|size|sizes|len|length|lengths|count|counts|limit|limits|ttl|expiry|expires|expire|expiration|expired|\
    expiring|policy|policies|rule|rules|regex|regexp|pattern|format|formats|algorithm|algo|alg|mode|field|fields|label|labels|header|\
    headers|prefix|suffix|hint|hints|prompt|placeholder|message|messages|msg|error|errors|err|title|icon|icons|index|indexes|version|\
    versions|store|manager|provider|providers|factory|helper|helpers|vault|ring|alias|aliases|arn|ref|refs|reference|references|selector|\
    reset|confirm|forgot|changed|created|updated|deleted|hash|hashes|hashed|hasher|hashers|fingerprint|checksum|digest|thumbprint|encoder|\
    encoders|validator|validators|validation|verifier|service|services|class|classes|module|modules|method|methods|function|func|handler|\
    handlers|callback|listener|view|views|page|pages|form|forms|button|buttons|btn|input|inputs|inputtype|box|textbox|checkbox|link|links|\
    route|routes|param|params|parameter|parameters|arg|args|argument|arguments|attr|attribute|attributes|property|properties|column|\
    columns|table|tables|status|state|states|flag|flags|enabled|disabled|required|optional|visible|visibility|strength|complexity|\
    description|desc|help|info|note|notes|comment|doc|docs|documentation|example|examples|sample|date|time|timestamp|at|age|period|\
    interval|timeout|duration|lifetime|life|issuer|audience|scope|scopes|claim|claims|source|sources|target|command|cmd|script|event|\
    events|action|actions|request|requests|response|responses|result|results|template|templates|test|tests|case|cases|scheme|schema|\
    model|models|entity|object|objects|interface|impl|util|utils|exception|warning|lookup|map|mapping|mappings|dict|list|lists|set|array|\
    collection|group|groups|category|domain|host|hostname|port|server|region|zone|namespace|owner|email|mail|phone|address|location|\
    position|offset|start|end|stream|reader|writer|parser|lexer|tokenizer|generator|resolver|extractor|encoding|charset|charsets|chars|\
    characters|alphabet|separator|delimiter|pair|pairs|usage|usages|constraint|constraints|check|checker|checks|screen|dialog|modal|\
    component|widget|layout|style|styles|css|color|colour|image|img|logo|width|height|placeholders|autocomplete|toggle|show|hide|\
    policyarn|word|phrase|hook|plugin|char|code|codes|event|down|up|press|frame|frames|stone|board|words|signature|signatures|sig|ids|\
    rotation|retrieval|storage|backend|engine|entry|entries|item|items|row|rows|node|nodes|child|parent|tree|root|branch|tag|tags|cost|\
    balance|amount|price|supply|symbol|decimals|holder|sale|uses|cert|certificate|certificates|csr|mount|volume|volumes|annotation|annotations|changed_at|match|matches|\
    attempts|attempt|retries|retry|history|recovery|change|changes|update|login|signin|signup|register|screenname|typeid|caption|tooltip|text|texts|\
    subject|body|content|contents|html|instructions|instruction|question|questions|rounds|iterations|identifier|number|num|bits|bytes|curve|usagepolicy|blocklist|blacklist|whitelist|allowlist|\
    nameprefix|expr|expression|key_id|keyid|accesskeyid|option|options|config|configuration|settings|setting|class_name|spec|definition|ids_list|deleter|getter|setter|fetcher|loader|rotator|broker|guard|interceptor|middleware|filter|filters",
);
/// Words that say the opposite wherever they stand.
static NEGATIVE_ANY: List = List::new(
    "sha|md5|checksum|digest|pusher|public|publishable|csrf|xsrf|pubkey|placeholder|recaptcha_site|sitekey|forgot|forgotten|keyboard|keycode|keyword|keywords|tokenizer|tokenize",
);
/// Words that say so when they come first.
static NEGATIVE_FIRST: List = List::new(
    "max|min|num|has|is|show|hide|enable|disable|use|require|requires|required|minimum|maximum|total|no|toggle|\
    on|can|should|validate|invalid|missing|check|forgot|reset|generate|hash|encode|verify|compare|total|count|error|err|label|input|placeholder|expected_error",
);
/// Words behind the one that counts that say nothing: where and for whom.
static NOISE: List = List::new(
    "prod|production|dev|development|test|testing|staging|stage|stg|live|sandbox|default|new|old|v|main|master|local|qa|uat|\
    value|val|str|string|plain|plaintext|raw|clear|base|b|db|database|user|admin|root|primary|secondary|backup|current|previous|legacy|\
    mysql|postgres|postgresql|mongo|mongodb|redis|rabbitmq|aws|gcp|azure|github|gitlab|s|a|c|x|y|here|for|the|of|my|env|var|const|x64|eu|us|json|xml|confirmation|again|repeat|encrypted|data|literal|constant|local|remote|internal|external|ci|cd",
);
/// Words that say the secret is made for a test or a text.
static MADE_UP: List = List::new(
    "non|mismatched|malformed|nonexistent|expired|disallowed|test|tests|fake|dummy|mock|mocked|example|sample|wrong|invalid|incorrect|bad|bogus|demo|stub|weak|common|expected|random|unsafe|insecure|leaked",
);

/// Returns every word that names a secret, as it may stand alone.
#[cfg(test)]
pub(super) fn vocabulary() -> impl Iterator<Item = &'static str> {
    [&PASSWORD, &SECRET, &SECRET_WEAK, &KEY]
        .into_iter()
        .flat_map(List::entries)
        .filter_map(|word| std::str::from_utf8(word).ok())
        .chain(["token", "jwt", "auth_token", "auth", "bearer", "api_key"])
}

/// Returns what a key's words say; `None` if it names no secret.
pub(crate) fn name(key: &[u8]) -> Option<Name> {
    // The path of a file, as lists of checksums have it.
    if memchr::memchr(b'/', key).is_some() {
        return None;
    }
    let words = Words::of(key);
    let words = words.as_slice();
    let mut end = words.len();
    while end > 1 && (words[end - 1][0].is_ascii_digit() || NOISE.has(words[end - 1])) {
        end -= 1;
    }
    let last = *words.get(end.checked_sub(1)?)?;
    let made_up = words.iter().any(|word| MADE_UP.has(word));
    if words.iter().any(|word| NEGATIVE_ANY.has(word)) || end > 1 && NEGATIVE_FIRST.has(words[0]) {
        return None;
    }
    // The name of Azure's service.
    if words
        .windows(2)
        .any(|two| two[0].eq_ignore_ascii_case(b"key") && two[1].eq_ignore_ascii_case(b"vault"))
    {
        return None;
    }
    // The last word that names a secret decides; what follows it may say that it only tells about one.
    for i in (0..end).rev() {
        let (word, before) = (words[i], i.checked_sub(1).map(|i| words[i]));
        let Some((kind, strength)) = kind_of(word, before) else {
            if i + 1 == end && NEGATIVE_LAST.has(last) {
                return None;
            }
            continue;
        };
        return Some(Name {
            kind,
            strength,
            buried: i + 1 < end,
            made_up,
        });
    }
    None
}

/// Returns what one word says, with the word before it.
fn kind_of(word: &[u8], before: Option<&[u8]>) -> Option<(Kind, Strength)> {
    use Kind::{Key, Password, Secret, Token};
    use Strength::{Strong, Weak};
    let before_is = |list: &List| before.is_some_and(|word| list.has(word));
    let ends = |end: &[u8]| {
        word.len() > end.len() && word[word.len() - end.len()..].eq_ignore_ascii_case(end)
    };
    if KEYS.has(word) {
        if before_is(&KEY_NOT) {
            return None;
        }
        return Some((Key, if before_is(&KEY_OF) { Strong } else { Weak }));
    }
    if TOKENS.has(word) {
        if before_is(&TOKEN_NOT) {
            return None;
        }
        return Some((
            Token,
            // One letter is a package or a variable: `x.Token`.
            if before.is_some_and(|word| word.len() > 1) && !word.eq_ignore_ascii_case(b"tokens") {
                Strong
            } else {
                Weak
            },
        ));
    }
    if PASSWORD.has(word) || PASSWORD_ENDS.entries().any(ends) {
        return Some((Password, Strong));
    }
    if SECRET.has(word) || ends(b"secret") {
        return Some((Secret, Strong));
    }
    if KEY.has(word) || ends(b"apikey") {
        return Some((Key, Strong));
    }
    if ends(b"token") && word.len() > 6 {
        return Some((Token, Strong));
    }
    if TOKEN_WEAK.has(word) {
        return Some((Token, Weak));
    }
    SECRET_WEAK.has(word).then_some((Secret, Weak))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_name_a_secret() {
        for (key, kind) in [
            ("password", Kind::Password),
            ("DB_PASSWORD_PROD", Kind::Password),
            ("spring.datasource.password", Kind::Password),
            ("smtpPass", Kind::Password),
            ("contraseña", Kind::Password),
            ("sshpass", Kind::Password),
            ("motDePasse", Kind::Password),
            ("apiKey", Kind::Key),
            ("X-Api-Key", Kind::Key),
            ("stripe_api_key_2", Kind::Key),
            ("GITHUB_TOKEN", Kind::Token),
            ("accesstoken", Kind::Token),
            ("client_secret", Kind::Secret),
            ("SECRET_KEY_BASE", Kind::Key),
            ("jwtSecret", Kind::Secret),
        ] {
            let found = name(key.as_bytes());
            assert!(
                found.is_some_and(
                    |name| name.kind == kind || kind == Kind::Password && key == "motDePasse"
                ),
                "{key}: {found:?}"
            );
        }
    }

    #[test]
    fn keys_that_tell_about_a_secret() {
        for key in [
            "password_hash",
            "passwordField",
            "token_url",
            "secret_name",
            "api_key_id",
            "max_tokens",
            "next_token",
            "csrf_token",
            "primary_key",
            "public_key",
            "password_reset_url",
            "tokenizer",
            "keyboard",
            "compass",
            "author",
            "secretRef",
            "access_key_id",
            "is_password",
            "forgot_password",
            "passport",
            "cache_key",
            "bypass",
            "monkey",
            "show_password",
            "site_key",
        ] {
            assert_eq!(name(key.as_bytes()), None, "{key}");
        }
    }
}
