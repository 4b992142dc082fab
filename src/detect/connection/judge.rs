//! Judges the password of a connection: whether it is one, how good it is, and what its user and host say of it.

use std::borrow::Cow;

use super::words::{self, DOCUMENTED};
use crate::detect::placeholder;
use crate::rule::Tier;

/// A password with what stands around it; empty where nothing is known.
#[derive(Clone, Copy, Default)]
pub(super) struct Login<'a> {
    pub(super) user: &'a [u8],
    pub(super) password: &'a [u8],
    pub(super) host: &'a [u8],
    /// Not of a database but of any URL: those stand in the tests of everything that parses URLs.
    pub(super) any_url: bool,
}

/// Where a connection leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A name or address that others can reach.
    Real,
    /// This machine, a bare service name, or a host that documentation invents.
    Development,
    /// Nothing is said, or it is filled in later.
    Unknown,
}

/// How good a password is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// Filled in later, or shows where a password goes.
    Stub,
    /// Words of which documentation and development defaults are made: `password`, `postgres`, `my_secret`.
    Sample,
    /// The same with a digit more or in disguise: `admin123`, `s3cr3t`.
    Weak,
    /// Letters only or very short: a word, perhaps a password.
    Plain,
    /// What nobody writes by chance.
    Good,
}

/// Returns the tier of a password, or nothing if it is none.
pub(super) fn verdict(login: Login<'_>) -> Option<Tier> {
    let password = login.password;
    let strength = strength(password, login.user);
    let place = place(login.host);
    match (strength, place) {
        (Strength::Stub, _)
        | (Strength::Sample | Strength::Weak, Place::Development)
        | (Strength::Sample, Place::Unknown) => None,
        (Strength::Sample, Place::Real) if is_sample_user(login.user) => None,
        (Strength::Weak, Place::Real) if is_sample_user(login.user) => Some(Tier::Warn),
        (Strength::Sample, Place::Real) | (Strength::Weak, Place::Unknown) => Some(Tier::Warn),
        (Strength::Plain, Place::Unknown | Place::Development) => {
            (password.len() >= 6 && !login.any_url).then_some(Tier::Warn)
        }
        (Strength::Plain, Place::Real) if login.any_url => Some(Tier::Warn),
        (Strength::Good, Place::Development)
            if login.any_url && (password.len() < 12 || is_sample_user(login.user)) =>
        {
            Some(Tier::Warn)
        }
        (Strength::Weak | Strength::Plain, Place::Real) | (Strength::Good, _) => Some(Tier::Block),
    }
}

/// As [`verdict`], for forms that prose and code share: only what nobody writes by chance counts.
pub(super) fn strict(login: Login<'_>) -> Option<Tier> {
    (strength(login.password, login.user) == Strength::Good).then_some(Tier::Block)
}

/// Tells whether a text is filled in later: a reference, a template, a mask, or a gap between literals.
pub(super) fn is_reference(value: &[u8]) -> bool {
    /// Marks of formats, masks, patterns and code, wherever they stand.
    const INSIDE: &str = "%s|%v|%q|%(|%>|}}|***|...|…|•|[^|process.env|getenv|environ|secrets.";
    // Shell closes and opens its quotes around a variable: `"'$X'"`.
    let value = match value {
        [b'\'' | b'"', inner @ .., b'\'' | b'"'] => inner,
        _ => value,
    };
    let is_name = |text: &[u8]| {
        let in_name = |&b: &u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
        !text.is_empty() && text.iter().all(in_name)
    };
    placeholder::is_reference(value)
        || INSIDE.split('|').any(|mark| holds(value, mark.as_bytes()))
        || matches!(value, [b'$' | b':', name @ ..] if is_name(name))
        || matches!(value, [b'`', .., b'`'] | b"?")
        || value.starts_with(b"secret:")
        || attribute(value)
        || format_field(value)
        || mostly_x(value)
        || glued(value)
}

/// Tells whether `part` stands in `text`; on texts as short as these a searcher costs more than the search.
fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|found| found == part)
}

/// Tells whether a text is an attribute in code: `self.password`, `config.db.password`.
fn attribute(value: &[u8]) -> bool {
    const OWNERS: &str = "self|this|config|settings|args|options|opts|params|env|cfg|conf|request|secrets|ctx|app|props";
    const NAMES: &str = "password|passwd|pwd|pass|secret|token";
    let mut parts = value.split(|&b| b == b'.');
    let owner = parts.next().unwrap_or_default();
    let last = value.rsplit(|&b| b == b'.').next().unwrap_or_default();
    let named = |part: &[u8]| {
        !part.is_empty() && part.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let known = |list: &str, part: &[u8]| list.split('|').any(|known| part == known.as_bytes());
    value.contains(&b'.')
        && (known(OWNERS, owner) || named(owner) && known(NAMES, last))
        && parts.all(named)
}

/// Tells whether a field of a format string stands in the text: `{}`, `{0}`, `{user.name}`, but not `a{b;c`.
fn format_field(value: &[u8]) -> bool {
    let Some(open) = value.iter().position(|&b| b == b'{') else {
        return false;
    };
    value[open + 1..]
        .iter()
        .position(|&b| b == b'}')
        .is_some_and(|len| {
            value[open + 1..open + 1 + len]
                .iter()
                .all(|&b| b.is_ascii_alphanumeric() || b"_.-:[]()!?'\"$ ,".contains(&b))
        })
}

/// Tells whether a text is made of one masking character, save for marks between.
fn mostly_x(value: &[u8]) -> bool {
    let mut masks = value
        .iter()
        .filter(|b| b.is_ascii_alphanumeric() || b"*#".contains(b));
    let Some(first) = masks.next().map(u8::to_ascii_lowercase) else {
        return true;
    };
    b"x*#0".contains(&first) && masks.all(|b| b.to_ascii_lowercase() == first)
        || value
            .windows(4)
            .any(|four| four.eq_ignore_ascii_case(b"xxxx"))
}

/// Tells whether the text is the gap between two literals that code glues together: `" + password + "`.
fn glued(value: &[u8]) -> bool {
    if [&b"+"[..], b" +", b". ", b".$"]
        .iter()
        .any(|glue| value.starts_with(glue))
        || value.ends_with(b"(")
        || value.ends_with(b"[")
        || value.ends_with(b" +")
    {
        return true;
    }
    value.windows(2).any(|two| match two {
        [quote, glue] if b"\"'".contains(quote) => b" +.|,)&".contains(glue),
        [glue, quote] if b"\"'".contains(quote) => b" +.|,(&".contains(glue),
        _ => false,
    })
}

/// Tells whether a text is what a database keeps of a password, not the password.
pub(super) fn is_hash(value: &[u8]) -> bool {
    let hex = |text: &[u8], len: usize| text.len() == len && text.iter().all(u8::is_ascii_hexdigit);
    value.strip_prefix(b"*").is_some_and(|rest| hex(rest, 40))
        || value.strip_prefix(b"md5").is_some_and(|rest| hex(rest, 32))
        || [
            &b"SCRAM-SHA-256$"[..],
            b"$2a$",
            b"$2b$",
            b"$2y$",
            b"$argon2",
            b"{SSHA",
            b"{SHA",
            b"pbkdf2",
            b"$6$",
            b"$5$",
            b"$1$",
            b"0x0",
        ]
        .iter()
        .any(|mark| value.starts_with(mark))
}

/// No password or token is longer.
const LONGEST: usize = 4096;

fn strength(password: &[u8], user: &[u8]) -> Strength {
    // Longer ones are texts; and whatever follows would be dear on them.
    if password.len() > LONGEST
        || is_reference(password)
        || is_hash(password)
        || password.iter().any(u8::is_ascii_control)
        || placeholder::is_patterned(password)
        || placeholder::is_published(password)
    {
        return Strength::Stub;
    }
    let lower = password.to_ascii_lowercase();
    if words::STUBS
        .iter()
        .any(|stub| holds(&lower, stub.as_bytes()))
    {
        return Strength::Stub;
    }
    let user = user.to_ascii_lowercase();
    let camel = mixed_case(password);
    // Oracle's demonstration account, and what SQLAlchemy made of it.
    if user == b"scott" && lower.starts_with(b"tiger") {
        return Strength::Stub;
    }
    if !camel && words::DEFAULTS.iter().any(|word| word.as_bytes() == lower) {
        return Strength::Sample;
    }
    let has_digit = password.iter().any(u8::is_ascii_digit);
    let counted = counts(&lower);
    if words::made_of_words(&lower, &user) && counted && !(camel && has_digit) {
        let has_digit = has_digit && !lower.starts_with(b"my");
        return if has_digit {
            Strength::Weak
        } else {
            Strength::Sample
        };
    }
    let plain = words::undisguised(&lower);
    if plain != lower && words::made_of_words(&plain, &user) && !camel {
        return Strength::Weak;
    }
    let letters = password.iter().all(u8::is_ascii_alphabetic);
    let digits = password.iter().all(u8::is_ascii_digit);
    let separated = password
        .iter()
        .all(|b| b.is_ascii_lowercase() || b"_-. ".contains(b));
    if password.len() < 6 || digits || separated || letters && !(camel && password.len() >= 16) {
        return Strength::Plain;
    }
    Strength::Good
}

/// Tells whether a capital stands within a word that has small letters, too.
fn mixed_case(password: &[u8]) -> bool {
    password.iter().any(u8::is_ascii_lowercase)
        && password
            .windows(2)
            .any(|two| two[0].is_ascii_alphanumeric() && two[1].is_ascii_uppercase())
}

/// Tells whether the digits are what people add without thought: one run, two digits, a year, or 123 and so on.
fn counts(lower: &[u8]) -> bool {
    let mut runs = lower
        .split(|b| !b.is_ascii_digit())
        .filter(|run| !run.is_empty());
    let common = |run: &[u8]| {
        run.len() <= 2
            || b"1234567890".starts_with(run)
            || run == b"321"
            || run.len() == 4 && (run.starts_with(b"20") || run.starts_with(b"19"))
    };
    runs.next().is_none_or(common) && runs.next().is_none()
}

fn is_sample_user(user: &[u8]) -> bool {
    let user = user.to_ascii_lowercase();
    is_reference(&user)
        || [
            &b"anonymous"[..],
            b"ftp",
            b"name",
            b"login",
            b"u",
            b"me",
            b"foo",
            b"bar",
            b"test",
            b"guest",
            b"uname",
            b"usr",
            b"joe",
            b"bob",
            b"alice",
        ]
        .contains(&&user[..])
        || holds(&user, b"user") && words::made_of_words(&user, b"")
        || user.starts_with(b"your")
        || user.starts_with(b"my")
}

/// Returns where a host lies; of several, the first decides.
fn place(host: &[u8]) -> Place {
    let host = host.split(|&b| b == b',').next().unwrap_or(host);
    if host.is_empty() || is_reference(host) && !host.starts_with(b"[") {
        return Place::Unknown;
    }
    let host = host.to_ascii_lowercase();
    let bare = match host.iter().position(|&b| b == b':') {
        Some(colon) if !host.starts_with(b"[") => &host[..colon],
        _ => &host[..],
    };
    let labels: Vec<&[u8]> = bare.split(|&b| b == b'.').collect();
    let address = labels.len() == 4
        && labels
            .iter()
            .all(|label| label.iter().all(u8::is_ascii_digit));
    if address {
        return if bare.starts_with(b"127.") || bare == b"0.0.0.0" || bare == b"1.2.3.4" {
            Place::Development
        } else {
            Place::Real
        };
    }
    if bare.starts_with(b"[") {
        return if bare.starts_with(b"[::1]") {
            Place::Development
        } else {
            Place::Real
        };
    }
    let last = labels.last().copied().unwrap_or_default();
    if labels.len() < 2
        || [
            &b"local"[..],
            b"localhost",
            b"test",
            b"example",
            b"invalid",
            b"localdomain",
        ]
        .contains(&last)
        || bare == b"host.docker.internal"
        || labels[..labels.len() - 1]
            .iter()
            .all(|label| label.len() <= 1)
        || labels.iter().any(|label| documented(label))
    {
        return Place::Development;
    }
    Place::Real
}

/// Tells whether a label of a host is one that documentation invents.
fn documented(label: &[u8]) -> bool {
    label.starts_with(b"your")
        || label.starts_with(b"example")
        || DOCUMENTED.iter().any(|word| label == word.as_bytes())
}

/// Returns a text with its `%HH` decoded; as it is when there are none, or when what comes out is no text.
pub(super) fn decoded(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'%', text).is_none() {
        return text.into();
    }
    let digit = |byte: Option<&u8>| {
        byte.and_then(|&b| char::from(b).to_digit(16))
            .and_then(|d| u8::try_from(d).ok())
    };
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'%'
            && let Some((high, low)) = digit(text.get(at + 1)).zip(digit(text.get(at + 2)))
        {
            out.push(high << 4 | low);
            at += 3;
        } else {
            out.push(text[at]);
            at += 1;
        }
    }
    if out.iter().any(u8::is_ascii_control) {
        text.into()
    } else {
        out.into()
    }
}
