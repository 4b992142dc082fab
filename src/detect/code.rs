//! Code around Hex that will leak or break: what it finds is no secret but the place of a mistake.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::hex::past_words;
use super::judge::is_uuid;
use super::lex::in_name;
use crate::fragment::{Fragment, line_start, line_within};
use crate::lexicon::path::{Area, area};
use crate::lexicon::{
    HEX_PROJECT_PLACEHOLDER, HEX_VARIABLE_END, NO_VALUE, SPEAKS, Strength, secret_name,
};
use crate::rule::{Basis, Found};

/// How far above a comparison its HMAC may be computed.
const ABOVE: usize = 1200;
/// How far behind an endpoint the body of its request may begin and end.
const BEHIND: usize = 1500;
/// Only so much of a long line is looked at.
const WIDE: usize = 600;

fn pattern(source: &str) -> Regex {
    crate::rule::compile(source).expect("the patterns of this file compile")
}

/// Returns the place of a mistake: no secret, so that no test of values is asked.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every caller ends with it, and returns an option"
)]
fn found(start: usize, end: usize, reason: impl Into<String>) -> Option<Found> {
    Some(Found::new(start..end, Basis::Settled).because(reason))
}

fn is_comment(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    [&b"//"[..], b"#", b"*", b"/*", b"--", b"<!--"]
        .iter()
        .any(|mark| line.starts_with(mark))
}

/// Words that say of a whole text that it has to do with Hex.
pub(super) const HEX_WORDS: [&[u8]; 3] = [b"hex.tech", b"hextoolkit", b"HEX_API_TOKEN"];
fn holds(text: &[u8], words: &[&str]) -> bool {
    words
        .iter()
        .any(|word| memchr::memmem::find(text, word.as_bytes()).is_some())
}

static COMPARED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)
        ( [\w$.>:\[\]\x22'()-]* (?:signature|hmac) [\w$.\[\]\x22'()]* ) \s* (===|!==|==|!=) \s* ([\w$.\x22'(-]+)
        | ([\w$.>:\[\]\x22'()-]+) \s* (===|!==|==|!=) \s* ([\w$.:]* (?:signature|hmac) [\w$.]*)
        | \b(strcmp|strcasecmp) \s* \( [^;]* (?:signature|hmac)
        | (?:signature|hmac) [\w$.()]* (\.equals) \s* \(
        | (\.equals) \s* \( \s* \w* signature",
    )
});

/// Tells whether a line may compare anything: a glance, for most lines that name a signature do not.
fn may_compare(line: &[u8]) -> bool {
    let holds = |word: &[u8]| {
        line.windows(word.len())
            .any(|found| found.eq_ignore_ascii_case(word))
    };
    memchr::memchr_iter(b'=', line).any(|i| i > 0 && matches!(line[i - 1], b'=' | b'!'))
        || holds(b"cmp")
        || holds(b"equals")
}

/// Calls that compute a signature, and the header that people expect it in.
const COMPUTED: [&str; 12] = [
    "createHmac",
    "hmac.new",
    "hmac.New",
    "hmac.digest",
    "hash_hmac",
    "HMAC.",
    "Mac.getInstance",
    "HMACSHA",
    "HmacSHA",
    "HmacUtils",
    "subtle.sign",
    "x-hex-signature",
];
/// Words that say what a signature is for.
const SIGNED: [&str; 6] = [
    "webhook",
    "Webhook",
    "WEBHOOK",
    "signature",
    "Signature",
    "SIGNATURE",
];

/// Finds a computed signature compared with an operator that stops at the first difference.
pub fn signature_compared(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let Range { start, end } = line_within(text, at, WIDE, WIDE);
    let this = &text[start..end];
    if is_comment(this) {
        return None;
    }
    // What the path says takes longer to find out than that most lines compare nothing.
    let in_test = || area(fragment) == Area::Test;
    let groups = may_compare(this).then(|| COMPARED.captures(this)).flatten();
    let Some(groups) = groups else {
        return computed_here(text, start, end).filter(|_| !in_test());
    };
    if in_test() {
        return None;
    }
    // Lengths, kinds and literals are compared in the open.
    let plain = |side: &[u8]| {
        let side = side.trim_ascii_start();
        side.first()
            .is_none_or(|b| b.is_ascii_digit() || matches!(b, b'"' | b'\'' | b'-'))
            || NO_VALUE.begins(side)
            || side.starts_with(b"b'")
            || side.starts_with(b"b\"")
            || holds(
                side,
                &[
                    "length",
                    "len(",
                    "Length",
                    "size",
                    "type",
                    "version",
                    "algorithm",
                    "kind",
                    "count",
                    "Type",
                    "Algorithm",
                ],
            )
    };
    let operands = [1, 3, 4, 6].into_iter().filter_map(|i| groups.get(i));
    if operands.into_iter().any(|side| plain(side.as_bytes())) {
        return None;
    }
    let operator = [2, 5, 7, 8, 9].into_iter().find_map(|i| groups.get(i))?;
    // The first keyword of the line speaks for all of it.
    if !(start..=start + operator.end()).contains(&at) && at > start + operator.end() + 80 {
        return None;
    }
    let above = &text[start.saturating_sub(ABOVE)..end];
    // A header of that name holds no other kind of signature.
    let computed = holds(above, &COMPUTED) && holds(above, &SIGNED);
    if !computed && !HEADER.is_match(&this[groups.get(0)?.range()]) {
        return None;
    }
    compared(text, start + operator.start(), start + operator.end())
}

fn compared(text: &[u8], start: usize, end: usize) -> Option<Found> {
    let operator = String::from_utf8_lossy(&text[start..end]).into_owned();
    found(
        start,
        end,
        format!(
            "`{operator}` stops at the first byte that differs, which tells an attacker how far a guess is right"
        ),
    )
}

static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:headers?(?:\.get)?|getheader)\s*[\[(]\s*[\x22'][\w-]*signature|http_\w*signature[\x22']",
    )
});
static ASSIGNED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?m)([A-Za-z_$][\w$]*)(?:\s*:\s*\w+)?\s*:?=\s*[^=\s]"));

/// Finds the comparison, some lines below, of the variable that the signature computed on this line is kept in.
fn computed_here(text: &[u8], start: usize, end: usize) -> Option<Found> {
    const BELOW: usize = 800;
    if !holds(&text[start..end], &COMPUTED[..COMPUTED.len() - 1]) {
        return None;
    }
    // A chain of calls begins on a line above, with the variable.
    let mut from = start;
    while text[from..end].trim_ascii_start().starts_with(b".") && from > 0 && start - from < 200 {
        from = line_start(text, from - 1);
    }
    let name = ASSIGNED.captures(&text[from..end])?.get(1)?.as_bytes();
    let to = text.len().min(end + BELOW);
    if name.len() < 3 || !holds(&text[from.saturating_sub(ABOVE)..to], &SIGNED) {
        return None;
    }
    let goes_on = |b: Option<&u8>| b.is_some_and(|b| in_name(*b));
    let operand = |text: &[u8]| {
        text.first()
            .is_some_and(|b| b.is_ascii_alphabetic() || b"$_@(".contains(b))
            && !NO_VALUE.begins(text)
    };
    memchr::memmem::find_iter(&text[end..to], name).find_map(|i| {
        let (first, last) = (end + i, end + i + name.len());
        if goes_on(text[..first].last()) || goes_on(text.get(last)) {
            return None;
        }
        let behind = text[last..to].trim_ascii_start();
        let operators = [&b"==="[..], b"!==", b"==", b"!="];
        if let Some(operator) = operators.iter().find(|mark| behind.starts_with(mark)) {
            let at = to - text[last..to].len() + (text[last..to].len() - behind.len());
            return operand(behind[operator.len()..].trim_ascii_start())
                .then(|| compared(text, at, at + operator.len()))?;
        }
        let before = text[end..first].trim_ascii_end();
        let operator = operators.iter().find(|mark| before.ends_with(mark))?;
        let at = end + before.len() - operator.len();
        let left = before[..before.len() - operator.len()].trim_ascii_end();
        let ends = left
            .last()
            .is_some_and(|b| b.is_ascii_alphanumeric() || b"_])".contains(b));
        let word = left
            .rsplit(|b| !b.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        (ends && !word.iter().all(u8::is_ascii_digit)
            || left.ends_with(b")")
            || left.ends_with(b"]"))
        .then(|| compared(text, at, at + operator.len()))?
    })
}

static SHOWS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x) \b(?: console\.(?:log|info|debug|warn|error) | (?:logger|logging|log|Log|LOG|_logger|slog)\.[A-Za-z]+ | print(?:ln!?|f)? | puts | p | echo | fmt\.(?:Print|Fprint)\w*
        | System\.(?:out|err)\.print\w* | Console\.(?:Error\.)?Write\w* | error_log | var_dump | Rails\.logger\.\w+ ) (?:\s*\(|\s+[\x22'$])",
    )
});
static PARAMETER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"[?&](?:api_?|access_?|auth_?)?(?:token|key)=(?:\$?\{|\$|["'`]\s*[+.]\s*)?[\w.\[\]"'(]*$"#,
    )
});

/// Finds a variable with a Hex token that is written to a log or into a URL.
pub fn token_shown(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let Range {
        start: first,
        end: last,
    } = line_within(text, at, WIDE, WIDE);
    let start = at
        - text[first..at]
            .iter()
            .rev()
            .take_while(|b| in_name(**b))
            .count();
    let end = at + text[at..last].iter().take_while(|b| in_name(**b)).count();
    let (before, behind) = (&text[first..start], &text[end..last]);
    if !names_a_token(&text[start..end], fragment) || is_comment(&text[first..last]) {
        return None;
    }
    let shown = String::from_utf8_lossy(&text[start..end]).into_owned();
    if !is_value(before, behind) {
        return None;
    }
    if PARAMETER.is_match(before) {
        return found(
            start,
            end,
            format!(
                "`{shown}` in a URL stands in the log of every server on the way; send it as Authorization: Bearer"
            ),
        );
    }
    let call = SHOWS.find(before)?;
    let kept_from_view = holds(
        before,
        &[
            "mask", "redact", "len(", "bool(", "!!", "type(", "sha256", "typeof",
        ],
    ) || holds(behind, &["| ", ">>", "mask"])
        || [
            &b".slice"[..],
            b".sub",
            b".len",
            b"[",
            b" ?",
            b"?.",
            b" is ",
            b" ==",
            b" !=",
            b" ===",
        ]
        .iter()
        .any(|next| behind.starts_with(next) && !behind.starts_with(b"[]"));
    // `echo $TOKEN > file` and a pipe hand it on.
    let handed_on = before[call.start()..].starts_with(b"echo") && holds(behind, &["|", ">"]);
    if kept_from_view || handed_on {
        return None;
    }
    found(start, end, format!("`{shown}` is written to a log"))
}

/// Tells whether a name is that of a variable with a Hex token.
fn names_a_token(name: &[u8], fragment: &Fragment<'_>) -> bool {
    let folded: Vec<u8> = name
        .iter()
        .filter(|b| **b != b'_')
        .map(u8::to_ascii_lowercase)
        .collect();
    let Some(rest) = memchr::memmem::find(&folded, b"hex").map(|i| &folded[i + 3..]) else {
        return false;
    };
    let mut ends = HEX_VARIABLE_END.entries();
    let middle = ends.find_map(|end| rest.strip_suffix(end));
    // `hexToken` alone is what lexers and colours are called, too: a word of Hex's must be in the name or the text.
    let plain = folded == b"hextoken"
        && !name.contains(&b'_')
        && !HEX_WORDS.iter().any(|word| fragment.holds(word));
    !plain && middle.is_some_and(|middle| past_words(middle).is_empty())
}

/// Tells whether a name between two stretches of its line stands for its value: not in a text, unless put into it.
fn is_value(before: &[u8], behind: &[u8]) -> bool {
    let open = |quote: u8| memchr::memchr_iter(quote, before).count() % 2 == 1;
    let quoted = open(b'"') || open(b'\'') || open(b'`');
    let ends = |ends: &[&str]| ends.iter().any(|end| before.ends_with(end.as_bytes()));
    let looked_up = [
        "environ[",
        "environ.get(",
        "getenv(",
        "Getenv(",
        "ENV[",
        "ENV.fetch(",
        "env(",
    ]
    .iter()
    .any(|call| {
        ["\"", "'"]
            .iter()
            .any(|quote| before.ends_with(format!("{call}{quote}").as_bytes()))
    });
    if ends(&["${", "#{"]) || looked_up {
        return true;
    }
    if ends(&["process.env."]) {
        return !quoted || holds(before, &["${"]);
    }
    if ends(&["{"]) {
        // A format's hole, not an object's shorthand.
        return quoted
            && (behind.starts_with(b"}") || behind.starts_with(b":") || behind.starts_with(b"!"));
    }
    if ends(&["$"]) {
        return !open(b'\'');
    }
    !quoted
        && before
            .trim_ascii_end()
            .last()
            .is_some_and(|b| b"(,+&%.".contains(b))
        && !ends(&["."])
}

/// The fields that a request to run a project has.
const FIELDS: [&str; 8] = [
    "inputParams",
    "dryRun",
    "notifications",
    "updatePublishedResults",
    "useCachedSqlResults",
    "viewId",
    "updateCache",
    "flagConfigOverride",
];

/// Finds a request to run a project that Hex will refuse, or that carries a secret where everybody with the project reads
/// it.
pub fn run_request(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let Range {
        start: first,
        end: last,
    } = line_within(text, at, WIDE, WIDE);
    if is_comment(&text[first..last]) || !fragment.holds(HEX_WORDS[0]) {
        return None;
    }
    let before = &text[first..at];
    let slash = memchr::memrchr(b'/', before)?;
    if !(before[..slash].ends_with(b"/projects") || before[..slash].ends_with(b"/project")) {
        return None;
    }
    let id = &before[slash + 1..];
    if is_literal_id(id) {
        let shown = String::from_utf8_lossy(id).into_owned();
        return found(
            first + slash + 1,
            at,
            format!("`{shown}` is no project's id: those are UUIDs"),
        );
    }
    let window = &text[at..text.len().min(at + BEHIND)];
    // Asking for a run takes no body.
    if window.get(5) == Some(&b'/') {
        return None;
    }
    let open = BODY.find(window)?.end();
    members(&window[open..]).into_iter().find_map(|(name, value)| {
        let key = &window[open..][name.clone()];
        let (start, end) = (at + open + name.start, at + open + name.end);
        let shown = String::from_utf8_lossy(key).into_owned();
        if !FIELDS.iter().any(|field| field.as_bytes() == key) {
            let meant = FIELDS.iter().find(|field| folded(field.as_bytes()) == folded(key));
            let hint = meant.map(|field| format!("; the field is called `{field}`")).unwrap_or_default();
            return found(start, end, format!("`{shown}` is no field of a run request{hint}"));
        }
        if key != b"inputParams" {
            return None;
        }
        let inner = &window[open..][value];
        let inside = inner.iter().position(|b| *b == b'{')? + 1;
        members(&inner[inside..]).into_iter().find_map(|(name, value)| {
            let key = &inner[inside..][name];
            let value = inner[inside..][value].trim_ascii();
            let literal = matches!(value.first(), Some(b'"' | b'\'')) && value.len() > 6 && !holds(value, &["${", "{{", "<", "***"]);
            let shown = String::from_utf8_lossy(key).into_owned();
            let strong = secret_name(key).is_some_and(|name| name.strength == Strength::Strong);
            if !literal || !strong && !SPEAKS.has(key) {
                return None;
            }
            found(start, end, format!("`{shown}` in inputParams: whoever may see the run reads it; use a Hex Secret"))
        })
    })
}

static BODY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?:json\s*=\s*|json\.dumps\(\s*|JSON\.stringify\(\s*|(?:-d|--data(?:-raw)?)\s+['"]\s*|\b(?:data|body)\s*[:=]\s*)\{"#,
    )
});

fn folded(name: &[u8]) -> Vec<u8> {
    name.iter()
        .filter(|b| b.is_ascii_alphanumeric())
        .map(u8::to_ascii_lowercase)
        .collect()
}

/// Tells whether a part of a path is written out, and no UUID.
fn is_literal_id(id: &[u8]) -> bool {
    let plain = id.len() > 2
        && id
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    // Documents write PROJECT_ID and your-project there.
    let stands_for =
        id.iter().all(|b| !b.is_ascii_lowercase()) || HEX_PROJECT_PLACEHOLDER.stands_in(id);
    plain && !is_uuid(id) && !stands_for
}

/// Returns the keys of an object that has just been opened, with what stands behind each, up to its end or the window's.
fn members(text: &[u8]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut found: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    let (mut depth, mut quote, mut key, mut value) = (0usize, None, 0, None);
    let mut close = |key: usize, value: Option<usize>, at: usize| {
        let start = key
            + text[key..at]
                .iter()
                .take_while(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'\\'))
                .count();
        let end = start
            + text[start..at]
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
                .count();
        // A spread (`...rest`) or a computed key tells no name.
        if end > start {
            found.push((start..end, value.unwrap_or(end)..at));
        }
    };
    for (i, &b) in text.iter().enumerate() {
        match (quote, b) {
            (Some(open), b) if b == open && (i == 0 || text[i - 1] != b'\\') => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(b),
            (None, b'{' | b'[' | b'(') => depth += 1,
            (None, b'}' | b']' | b')') if depth > 0 => depth -= 1,
            (None, b'}') => {
                close(key, value, i);
                return found;
            }
            (None, b':') if depth == 0 && value.is_none() => value = Some(i + 1),
            (None, b',') if depth == 0 => {
                close(key, value, i);
                (key, value) = (i + 1, None);
            }
            _ => {}
        }
    }
    found
}
