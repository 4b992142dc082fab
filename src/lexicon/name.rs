//! What a key's words say: does it name a secret, of which kind, how plainly.

use super::words::{begins_at, ends_at};
use super::{
    DOUBTFUL_ANY, DOUBTFUL_FIRST, KEY_HIDDEN, KEY_NOT, KEY_OF, KEY_WORD, List, MADE_UP, NAME_ENDS,
    NAME_SECOND, NAMING, NEGATIVE_ANY, NEGATIVE_FIRST, NEGATIVE_LAST, NOISE, PASSWORD_NOT,
    PUBLIC_OF, SHORT_NAMES, TOKEN_NOT, TOKEN_WEAK_OF, TOKEN_WORD, Words,
};
use crate::rule::SecretKind;

/// How plainly a key names a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strength {
    /// `db_password`, `client_secret`, `api_key`: nothing else is called so.
    Strong,
    /// `token`, `key`, `auth`: secrets are called so, and much else.
    Weak,
}

/// What a list of the lexicon says of its words.
pub(crate) struct Naming {
    words: &'static List,
    /// Whether other words may be joined to its words: `userpassword`.
    at_end: bool,
    kind: SecretKind,
    strength: Strength,
}

impl Naming {
    pub(super) const fn new(
        words: &'static List,
        at_end: bool,
        kind: SecretKind,
        strength: Strength,
    ) -> Self {
        Self {
            words,
            at_end,
            kind,
            strength,
        }
    }

    fn holds(&self, word: &[u8]) -> bool {
        if self.at_end {
            self.words.ends(word)
        } else {
            self.words.has(word)
        }
    }
}

/// What a key's words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) kind: SecretKind,
    pub(crate) strength: Strength,
    /// Another word follows the one that names the secret: `password_input`.
    pub(crate) buried: bool,
    /// A word says that it is made for a test: `fake_password`.
    pub(crate) made_up: bool,
}

/// Tells whether the keyword of the lexicon that stands in a text at `start..end` may be a word of a name of a secret: the
/// check behind the prefilter. May say yes too often, never too seldom.
pub(crate) fn is_name_at(text: &[u8], start: usize, end: usize) -> bool {
    // A word of two letters is filed with the byte behind it.
    let short = end - start == 3 && SHORT_NAMES.has(&text[start..end - 1]);
    // `-Dpassword=v`: the `D` is none of the key's.
    let begins = begins_at(text, start)
        || text[..start].ends_with(b"-D")
        || NAME_ENDS.has(&text[start..end]);
    begins && (ends_at(text, end) || short && ends_at(text, end - 1))
}

/// Tells whether a word is a name of a secret of two letters.
pub(crate) fn is_short_name(word: &[u8]) -> bool {
    SHORT_NAMES.has(word)
}

/// Returns the last part of a name that is a path in a store of parameters: `/prod/db/password`, `${env}/db/password`. `None` of
/// the path of a file, as lists of checksums have it.
fn last_part(key: &[u8]) -> Option<&[u8]> {
    let Some(slash) = memchr::memrchr(b'/', key) else {
        return Some(key);
    };
    let part = &key[slash + 1..];
    let in_store = matches!(key[0], b'/' | b'$') && !part.contains(&b'.');
    in_store.then_some(part)
}

/// Returns what a key's words say; `None` if it names no secret.
pub(crate) fn secret_name(key: &[u8]) -> Option<Name> {
    let key = last_part(key)?;
    let words = Words::of(key);
    let words = words.as_slice();
    // A part of a country: `PW-212`.
    if let [country, part] = words
        && country.len() == 2
        && country.iter().all(u8::is_ascii_uppercase)
        && part.len() == 3
        && part[0].is_ascii_digit()
    {
        return None;
    }
    // A language in a country: `en_PW` is English in Palau.
    if let [language, b"PW"] = words
        && language.len() == 2
        && language.iter().all(u8::is_ascii_lowercase)
    {
        return None;
    }
    let mut end = words.len();
    while end > 1 && (words[end - 1][0].is_ascii_digit() || NOISE.has(words[end - 1])) {
        end -= 1;
    }
    let last = *words.get(end.checked_sub(1)?)?;
    let made_up = words.iter().any(|word| MADE_UP.has(word));
    if words.iter().any(|word| NEGATIVE_ANY.has(word)) || end > 1 && NEGATIVE_FIRST.has(words[0]) {
        return None;
    }
    let doubtful = end > 1
        && (DOUBTFUL_FIRST.has(words[0]) || words.iter().any(|word| DOUBTFUL_ANY.has(word)));
    let of_public = words.iter().any(|word| PUBLIC_OF.has(word));
    // The last word that names a secret decides; what follows it may say that it only tells about one.
    for i in (0..end).rev() {
        let (word, before) = (words[i], i.checked_sub(1).map(|i| words[i]));
        // Azure's service.
        if word.eq_ignore_ascii_case(b"key")
            && words
                .get(i + 1)
                .is_some_and(|next| next.eq_ignore_ascii_case(b"vault"))
        {
            continue;
        }
        let Some((kind, strength)) = kind_of(word, before).or_else(|| kind_of_two(before?, word))
        else {
            if i + 1 == end && NEGATIVE_LAST.has(last) {
                return None;
            }
            continue;
        };
        let is_secret = match kind {
            SecretKind::Token => false,
            SecretKind::Key => before.is_some_and(|word| KEY_HIDDEN.has(word)),
            SecretKind::Password | SecretKind::Secret => true,
        };
        if of_public && !is_secret {
            return None;
        }
        return Some(Name {
            kind,
            strength: if doubtful { Strength::Weak } else { strength },
            buried: i + 1 < end,
            made_up,
        });
    }
    None
}

/// Returns what two words say that are written as one elsewhere: `pass_phrase`.
fn kind_of_two(first: &[u8], second: &[u8]) -> Option<(SecretKind, Strength)> {
    /// No name of a secret is longer.
    const LONG: usize = 24;
    let len = first.len() + second.len();
    if !NAME_SECOND.has(second) || len > LONG || !NAMING.iter().any(|naming| naming.holds(first)) {
        return None;
    }
    let mut both = [0; LONG];
    both[..first.len()].copy_from_slice(first);
    both[first.len()..len].copy_from_slice(second);
    let naming = NAMING
        .iter()
        .find(|naming| naming.holds(&both[..len]) && !naming.holds(second))?;
    Some((naming.kind, naming.strength))
}

/// Returns what one word says, with the word before it.
fn kind_of(word: &[u8], before: Option<&[u8]>) -> Option<(SecretKind, Strength)> {
    use SecretKind::{Key, Password, Token};
    use Strength::{Strong, Weak};
    let before_is = |list: &List| before.is_some_and(|word| list.has(word));
    if KEY_WORD.has(word) {
        if before_is(&KEY_NOT) {
            return None;
        }
        return Some((Key, if before_is(&KEY_OF) { Strong } else { Weak }));
    }
    if TOKEN_WORD.has(word) {
        if before_is(&TOKEN_NOT) {
            return None;
        }
        // One letter is a package or a variable: `x.Token`.
        let named = before.is_some_and(|word| word.len() > 1 && !TOKEN_WEAK_OF.has(word))
            && !word.eq_ignore_ascii_case(b"tokens");
        return Some((Token, if named { Strong } else { Weak }));
    }
    NAMING
        .iter()
        .find(|naming| naming.holds(word))
        .filter(|naming| naming.kind != Password || !before_is(&PASSWORD_NOT))
        .map(|naming| (naming.kind, naming.strength))
}
