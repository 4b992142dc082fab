//! What a value is when it is no secret: a name, a number, a word, a location, a pair.

use crate::detect::lex::in_name;
use crate::language::chance;
use crate::lexicon::{
    FILE_KIND, INDEX_BEGIN, KEYBOARD_ROW, LOCAL_HOST, LOCATION_BEGIN, List, PASSWORD_END, SENTENCE,
    SPEAKS, SPEAKS_WORD, USER_NAME, Words, secret_name,
};

/// Returns a value without the mark that ends a directive: `proxy_pass http://host;`.
fn directive_value(value: &[u8]) -> &[u8] {
    value.strip_suffix(b";").unwrap_or(value)
}

/// Tells whether a value tells where a thing is: a URL, a path, a file name, an address.
pub(super) fn is_location(value: &[u8]) -> bool {
    let has = |part: &[u8]| memchr::memmem::find(value, part).is_some();
    if has(b"://")
        // A random token in base64 may begin with a slash, too.
        || LOCATION_BEGIN.begins(value)
            && (value[0] != b'/'
                || (value[1..].contains(&b'/') || value.len() < 16)
                    && chance(value) < 12
                    && !directive_value(value).iter().any(|b| b",;!^".contains(b)))
    {
        return true;
    }
    // The address of an account or a contract.
    if value.len() == 42 && value.starts_with(b"0x") && value[2..].iter().all(u8::is_ascii_hexdigit)
    {
        return true;
    }
    // `host:port`
    let plain = directive_value(value);
    if let Some(colon) = memchr::memrchr(b':', plain) {
        let (host, port) = (&plain[..colon], &plain[colon + 1..]);
        let in_host = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(b);
        if (2..=5).contains(&port.len())
            && port.iter().all(u8::is_ascii_digit)
            && host.first().is_some_and(u8::is_ascii_alphanumeric)
            && host.iter().all(in_host)
        {
            return true;
        }
    }
    let extension = value
        .iter()
        .rposition(|&b| b == b'.')
        .map(|dot| &value[dot + 1..]);
    if extension.is_some_and(|extension| FILE_KIND.has(extension)) {
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
    // Words between slashes: `users/password/edit`, `deploy/k8s/001_users/yml`.
    let parts = || value.split(|&b| b == b'/');
    let in_path = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(b);
    if parts().count() > 3 && parts().flatten().all(in_path) && chance(value) < 6 {
        return true;
    }
    parts().count() > 1
        && parts().all(|part| {
            part.len() <= 24
                && part.iter().all(|b| {
                    b.is_ascii_lowercase() || matches!(b, b'_' | b'-' | b'{' | b'}' | b'*' | b'.')
                })
        })
}

/// Tells whether a value is the name of a host by its digits and parts: `db2.eu.corp.net`. A password may be written so, too.
pub(super) fn is_host_name(value: &[u8]) -> bool {
    let mut parts = value.split(|b| *b == b'.');
    let in_part = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
    let fits = |part: &[u8]| (1..=16).contains(&part.len()) && part.iter().all(in_part);
    parts.clone().count() > 2
        && parts.clone().all(fits)
        && parts
            .next_back()
            .is_some_and(|last| last.len() > 1 && last.iter().all(u8::is_ascii_lowercase))
        && value.iter().any(u8::is_ascii_digit)
        && chance(value) < 8
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

/// Tells whether a value speaks of secrets itself: `newpass123`, `my-db-password`, `MySecretPw1`.
pub(super) fn speaks_of_secrets(value: &[u8]) -> bool {
    SPEAKS.stands_in(value)
        || Words::of(value)
            .as_slice()
            .iter()
            .any(|word| SPEAKS_WORD.has(word))
}

/// Tells whether a value is a row of the keyboard with a mark or digits of somebody's own: `qwerty!23`.
pub(super) fn is_walk(value: &[u8]) -> bool {
    (8..=16).contains(&value.len())
        && KEYBOARD_ROW.begins(value)
        && value.iter().any(|b| !b.is_ascii_alphabetic())
        && value
            .iter()
            .any(|b| b"!@#$%^&*?.-_".contains(b) || b.is_ascii_uppercase())
}

/// Tells whether a value is a phrase for a password: words in small letters that no sentence needs.
pub(super) fn is_phrase(value: &[u8]) -> bool {
    let mut words = 0;
    let fine = value.split(|&b| b == b' ').all(|word| {
        words += 1;
        let number = words > 1 && word.len() <= 4 && word.iter().all(u8::is_ascii_digit);
        number || word.len() >= 3 && word.iter().all(u8::is_ascii_lowercase) && !SENTENCE.has(word)
    });
    fine && (4..=8).contains(&words)
}

/// Tells whether a value stands on its line as somebody's name, too: `{"username": "kaylee", "password": "kaylee"}`.
pub(super) fn is_the_user(line: &[u8], at: usize, value: &[u8]) -> bool {
    /// How far before a value what it is called stands.
    const NEAR: usize = 24;
    memchr::memmem::find_iter(line, value).any(|other| {
        let before = &line[other.saturating_sub(NEAR)..other];
        other != at
            && line
                .get(other + value.len())
                .is_none_or(|b| !b.is_ascii_alphanumeric())
            && USER_NAME.stands_in(before)
            && !before
                .windows(4)
                .any(|four| four.eq_ignore_ascii_case(b"pass"))
    })
}

/// Tells whether the line of a value speaks of a host that is nobody's: `localhost`, `example.com`.
pub(super) fn is_local(line: &[u8]) -> bool {
    LOCAL_HOST.stands_in(line)
}

/// Tells whether capitals stand where no name has them: inside of small letters, not before some.
pub(crate) fn has_odd_case(value: &[u8]) -> bool {
    value.windows(3).any(|three| {
        three[0].is_ascii_lowercase()
            && three[1].is_ascii_uppercase()
            && !three[2].is_ascii_lowercase()
            || three[0].is_ascii_digit()
                && three[1].is_ascii_lowercase()
                && three[2].is_ascii_uppercase()
    })
}

/// Tells whether a value is a number of 64 bits as programs print it: `0x36a43b878a10001`.
pub(super) fn is_hexadecimal_number(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"0x").unwrap_or_default();
    (1..=16).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit)
}

/// Tells whether a value is a number of any notation, a date or a version.
pub(super) fn is_number(value: &[u8]) -> bool {
    // C ends a text with a zero.
    let zero = value.strip_suffix(b"\\x00").or(value.strip_suffix(b"\\0"));
    let value = zero.unwrap_or(value);
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    // 2024-05-06T07:08:09Z
    let is_time = digits >= 8
        && value.len() >= 10
        && value[..4].iter().all(u8::is_ascii_digit)
        && value[4] == b'-';
    is_time
        && value
            .iter()
            .all(|b| b.is_ascii_digit() || b"TZ:+-. ".contains(b))
        || value.starts_with(b"0x")
            && value.len() <= 10
            && value[2..].iter().all(u8::is_ascii_hexdigit)
        || digits > 0
            && value.iter().all(|b| {
                b.is_ascii_digit()
                    || matches!(
                        b,
                        b'.' | b',' | b'-' | b'+' | b':' | b'/' | b' ' | b'_' | b'x'
                    )
            })
            && (digits < value.len() || value.len() < 6)
}

/// Tells whether a value says no more than its key: `password = "user_password"`, `secret: my-secret`.
pub(super) fn repeats(value: &[u8], key: &[u8]) -> bool {
    let folded = |bytes: &[u8]| -> Vec<u8> {
        bytes
            .iter()
            .filter(|b| b.is_ascii_alphanumeric())
            .map(u8::to_ascii_lowercase)
            .collect()
    };
    let has = |long: &[u8], short: &[u8]| memchr::memmem::find(long, short).is_some();
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let (long, value, key) = (value.len() > 12, folded(value), folded(key));
    if value.len() < 3 || key.len() < 3 {
        return false;
    }
    if has(&key, &value) {
        return true;
    }
    // A random token may hold a short key by chance.
    if digits > 2 && long {
        return false;
    }
    // One of several: `token4 = "token1"`.
    let stem = |text: &[u8]| {
        let digits = text.iter().rev().take_while(|b| b.is_ascii_digit());
        text.len() - digits.count()
    };
    let numbered = stem(&key) < key.len() && value[..stem(&value)] == key[..stem(&key)];
    numbered
        || has(&value, &key) && value.len() < key.len() * 2 + 4
        || PASSWORD_END.stands_in(&value) && value.iter().all(u8::is_ascii_alphabetic)
}

/// Tells whether a value is a version, or a range of versions: `^9.0.2`, `>=1.0,<2`, `v0.0.0-20250603155806-513f23925822`,
/// `4.8.3+incompatible`, `1.5.0=pyhd8ed1ab_0`, with or without `@sha256:` and a digest; or a branch with a commit, as
/// Composer has them: `dev-main#513f239`.
pub(super) fn is_version(value: &[u8]) -> bool {
    if let Some(mark) = memchr::memchr(b'#', value) {
        let (branch, commit) = (&value[..mark], &value[mark + 1..]);
        return (branch.starts_with(b"dev-") || branch.ends_with(b"-dev"))
            && (7..=40).contains(&commit.len())
            && commit.iter().all(u8::is_ascii_hexdigit);
    }
    let value = match memchr::memmem::find(value, b"@sha256:") {
        Some(digest) => &value[..digest],
        None => value,
    };
    let signs = value.iter().take_while(|b| b"^~<>=! ".contains(b)).count();
    let rest = &value[signs..];
    let rest = rest.strip_prefix(b"v").unwrap_or(rest);
    let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (mut at, mut parts) = (0, 0);
    loop {
        let len = digits(&rest[at..]);
        if len == 0 || len > 4 && parts > 0 && len != 8 {
            break;
        }
        parts += 1;
        at += len;
        if rest.get(at) != Some(&b'.') {
            break;
        }
        at += 1;
    }
    let tail = &rest[at..];
    if parts < 2 || parts < 3 && signs == 0 && !tail.is_empty() && rest.len() == value.len() {
        return false;
    }
    let in_tail = |b: &u8| b.is_ascii_alphanumeric() || b"-+._=,<>~^ *|".contains(b);
    tail.first()
        .is_none_or(|b| b"-+=, <>.*".contains(b) || tail.len() < 6)
        && tail.iter().all(in_tail)
        && tail.len() <= 48
}

/// Tells whether a value is made of words with separators, as names of things are, and of nothing made by chance:
/// `postgresql-user`, `app-db-prod-1`, `github_app_id`.
pub(super) fn is_name_of_words(value: &[u8]) -> bool {
    let separator = |b: &u8| b"-_./:".contains(b);
    let mut parts = 0;
    let plain = value.split(separator).all(|part| {
        parts += 1;
        let letters = part.iter().filter(|b| b.is_ascii_alphabetic()).count();
        let digits = part.len() - letters;
        let one_case = !part.iter().any(u8::is_ascii_uppercase)
            || !part.iter().any(u8::is_ascii_lowercase)
            || !part[1..].iter().any(u8::is_ascii_uppercase);
        let ends_in_digits = part[..letters].iter().all(u8::is_ascii_alphabetic);
        part.iter().all(u8::is_ascii_alphanumeric)
            && one_case
            && part.len() <= 16
            && (digits <= 2 || digits <= 4 && letters == 0)
            && (ends_in_digits || letters == 1 && digits == 1)
    });
    plain && parts > 1 && chance(value) <= 5
}

/// Tells whether a value is a name as code has it: long, of many capitalised words, with few digits between them.
pub(super) fn is_long_name(value: &[u8]) -> bool {
    /// A password of words is shorter.
    const LONG: usize = 24;
    if value.len() < LONG || !value.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    let words = Words::of(value);
    let words = words.as_slice();
    let letters = words.iter().filter(|word| word[0].is_ascii_alphabetic());
    let numbers = || words.iter().filter(|word| word[0].is_ascii_digit());
    // Versions and places in lists: `FooV1SpecItems0Bar`.
    let counted =
        numbers().all(|word| word.len() <= 2) && numbers().count() * 3 <= letters.clone().count();
    let long: usize = letters
        .clone()
        .filter(|word| word.len() >= 3)
        .map(|word| word.len())
        .sum();
    let plain = || value.iter().copied().filter(|b| !b.is_ascii_digit());
    (numbers().count() <= 1 || counted)
        && letters.clone().count() >= 4
        && long * 4 >= letters.map(|word| word.len()).sum::<usize>() * 3
        && chance(&plain().collect::<Vec<u8>>()) <= 5
}

/// Tells whether a bare value is a variable: `$db_password`, `$(cat f)`, `$1`; but not a password that begins with `$`.
pub(super) fn is_variable(value: &[u8]) -> bool {
    value[0] == b'$'
        && !(value.iter().any(u8::is_ascii_digit)
            && value[1..].iter().any(|b| b"!@#%^&*?~".contains(b)))
}

/// Tells whether one of the words of a list stands in a text as a word.
pub(super) fn holds_word(text: &[u8], words: &List) -> bool {
    text.split(|b| !in_name(*b)).any(|word| words.has(word))
}

/// Tells whether a value is made of letters, digits and marks that follow each other by chance, as in no code.
pub(super) fn is_random(value: &[u8]) -> bool {
    /// So many bits likelier by chance than as language.
    const BITS: i32 = 14;
    let has = |test: fn(&u8) -> bool| value.iter().any(test);
    (10..=128).contains(&value.len())
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && !has(u8::is_ascii_whitespace)
        && chance(value) >= BITS
}

/// Tells whether two letters of three are of another script than ASCII, and no mark as in passwords stands beside them.
pub(super) fn is_mostly_foreign(value: &[u8]) -> bool {
    let marks = value.iter().any(|b| b"!@#$%^&*".contains(b));
    !marks
        && std::str::from_utf8(value).is_ok_and(|text| {
            let foreign = text.chars().filter(|c| !c.is_ascii()).count();
            foreign * 3 >= text.chars().count() * 2
        })
}

/// Tells whether a value is a pair itself: `fingerprint: 2B8F`, `key: {`.
pub(super) fn is_pair(value: &[u8]) -> bool {
    let name = |b: &u8| b.is_ascii_alphanumeric() || b"_-".contains(b);
    let len = value.iter().take_while(|b| name(b)).count();
    len > 0 && value[0].is_ascii_alphabetic() && value[len..].starts_with(b": ")
}

/// Tells whether a value is itself a name for a secret: `PAPERTRAIL_API_TOKEN`, `.zoom-client-secret`. Without a mark between
/// its words it may be letters by chance.
pub(crate) fn is_secret_name(value: &[u8]) -> bool {
    let value = value.strip_prefix(b".").unwrap_or(value);
    let mut parts = value.split(|b| matches!(b, b'_' | b'-' | b'.'));
    parts.clone().count() > 1
        && parts.all(|part| part.len() < 16 && part.iter().all(u8::is_ascii_alphabetic))
        && secret_name(value).is_some()
}

/// Tells whether a value is made of words and a long number, as tests name resources: `shop-basic1896042683811651651`.
pub(super) fn is_numbered_name(value: &[u8]) -> bool {
    let digits = value
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit())
        .count();
    let words = &value[..value.len() - digits];
    let in_words = |b: &u8| b.is_ascii_lowercase() || b"-_".contains(b);
    digits >= 10
        && words.len() >= 8
        && words.iter().all(in_words)
        && words.iter().any(|b| b"-_".contains(b))
        && chance(words) <= 5
}

/// Tells whether a value is the logical name of a resource, as CDK makes them: words and eight digits of a hash.
pub(super) fn is_logical_name(value: &[u8]) -> bool {
    let Some((words, hash)) = value.split_last_chunk::<8>() else {
        return false;
    };
    words.len() >= 8
        && words[0].is_ascii_uppercase()
        && words.iter().all(u8::is_ascii_alphabetic)
        && hash
            .iter()
            .all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(b))
        && chance(words) <= 5
}

/// Tells whether a value is a word that prose and code have at places of a login, too: letters only, small letters with
/// separators, digits only, or a few characters.
pub(super) fn is_plain_word(value: &[u8]) -> bool {
    let small = |b: &u8| b.is_ascii_lowercase() || b"_-. ".contains(b);
    value.len() < 6
        || value.iter().all(u8::is_ascii_digit)
        || value.iter().all(small)
        || value.iter().all(u8::is_ascii_alphabetic)
            && !(has_inner_capital(value) && value.len() >= 16)
}

/// Tells whether a value is a list of pairs: `repeatlast=0:format=nv12`.
pub(super) fn is_pair_list(value: &[u8]) -> bool {
    let mut pairs = value.split(|b| matches!(b, b':' | b',' | b';'));
    let is_pair = |pair: &[u8]| {
        let name = pair
            .iter()
            .take_while(|b| b.is_ascii_lowercase() || **b == b'_')
            .count();
        name > 0 && pair.get(name) == Some(&b'=')
    };
    pairs.clone().count() > 1 && pairs.all(is_pair)
}

/// Tells whether a value is one word: small letters or capitals only.
pub(super) fn is_word(value: &[u8]) -> bool {
    value.len() < 16
        && (value.iter().all(u8::is_ascii_lowercase) || value.iter().all(u8::is_ascii_uppercase))
}

/// Tells whether the value of an option is a pair itself: `--secret id=npm`.
pub(super) fn is_option_pair(value: &[u8]) -> bool {
    let len = value.iter().take_while(|b| b.is_ascii_lowercase()).count();
    (2..=12).contains(&len) && value.get(len) == Some(&b'=') && value.len() > len + 1
}

/// Tells whether a value is the tag of a field in Go: `json:"data,omitempty"`; with capitals (`presentIn:"body"`) only where
/// nothing assigns it.
pub(super) fn is_tag(value: &[u8], is_assigned: bool) -> bool {
    let in_name = |b: &u8| b.is_ascii_lowercase() || !is_assigned && b.is_ascii_uppercase();
    let len = value.iter().take_while(|b| in_name(b)).count();
    (2..=16).contains(&len)
        && (value[len..].starts_with(b":\"") || value[len..].starts_with(b":\\\""))
        && value.ends_with(b"\"")
}

/// Tells whether a value is the name of an index or a constraint, as database tools make them: `UNIQ_368A42095F37A13B`.
pub(super) fn is_index_name(value: &[u8]) -> bool {
    INDEX_BEGIN.begins(value) && value.iter().all(|b| in_name(*b))
}

/// Tells whether a capital stands within a word that has small letters, too.
pub(super) fn has_inner_capital(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_lowercase)
        && value
            .windows(2)
            .any(|two| two[0].is_ascii_alphanumeric() && two[1].is_ascii_uppercase())
}

/// Tells whether a value has what people put into a password and into nothing else: letters, a digit and a mark, and no blank.
pub(super) fn is_chosen(value: &[u8]) -> bool {
    const SHORTEST: usize = 8;
    let any = |is: fn(&u8) -> bool| value.iter().any(is);
    value.len() >= SHORTEST
        && !value.contains(&b' ')
        && any(u8::is_ascii_digit)
        && any(u8::is_ascii_alphabetic)
        && any(|b| b"!@#$%^&*?+~".contains(b))
}
