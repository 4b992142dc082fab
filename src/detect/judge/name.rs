//! What a name says of its value beyond the kind of secret: public, digest, PIN, state of a session, no word at all.

use crate::language::chance;
use crate::lexicon::{
    DIGEST_NAME, PIN_NAME, PRIVATE_WORD, PUBLIC_WORD, STATE_NAME, Words, secret_name,
};

/// Tells whether the words of a name say that it is public, though the last of them names a key: `WIREGUARD_PUBLIC_KEY`.
pub(super) fn denies(key: &[u8]) -> bool {
    let words = Words::of(key);
    words
        .as_slice()
        .last()
        .is_some_and(|last| secret_name(last).is_some())
}

/// Tells whether a name is one whose values are digests more often than secrets: `seed`, `session_cookie`.
pub(super) fn names_a_digest(key: &[u8]) -> bool {
    Words::of(key).any_in(&DIGEST_NAME)
}

/// Tells whether a name is one of a PIN; pins of boards are called so, too.
pub(super) fn names_a_pin(key: &[u8]) -> bool {
    Words::of(key).last_in(&PIN_NAME)
}

/// Tells whether a name is one of the state of a session: `Set-Cookie`.
pub(super) fn names_a_state(key: &[u8]) -> bool {
    Words::of(key).last_in(&STATE_NAME)
}

/// Tells whether a name says that all may know what it names, as the frameworks of web pages demand it of what they send
/// to browsers: `NEXT_PUBLIC_SEGMENT_WRITE_KEY`.
pub(super) fn is_named_public(key: &[u8]) -> bool {
    let words = Words::of(key);
    words.any_in(&PUBLIC_WORD) && !words.any_in(&PRIVATE_WORD)
}

/// Tells whether a name is random characters in which a word stands by chance.
pub(super) fn is_random_name(name: &[u8]) -> bool {
    name.len() >= 20 && chance(name) >= 15
}
