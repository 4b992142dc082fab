//! How common a password is: defaults, sample words, words with digits that only count, rows of the keyboard.

use super::value::{has_inner_capital, is_walk};
use crate::detect::placeholder::undisguised;
use crate::lexicon::{DEFAULT_PASSWORD, DEFAULT_STEM, DEVELOPMENT, DISGUISED, SAMPLE_WORD, Words};

/// How common a password is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Commonness {
    /// A default that programs ship with, or manuals print; a word in disguise beside a number.
    Default,
    /// Made of sample words: `postgres`, `admin`, the user's own name.
    Words,
    /// A word of defaults with digits that only count, or in disguise: `admin123`, `s3cr3t`, `qwerty!23`.
    Numbered,
    /// Another word with digits that only count, or sample words in disguise or with digits: `Bluefish123`, `super$ecret`.
    Counted,
    /// None of these.
    Uncommon,
}

/// No sample password has a run of letters longer than this.
const LONGEST: usize = 40;

/// Returns how common a password is; the name of its user counts as a sample word.
pub(super) fn commonness(value: &[u8], user: &[u8]) -> Commonness {
    if value.len() > 4 * LONGEST {
        return Commonness::Uncommon;
    }
    // Quotes within quotes: `"'tiger'"`.
    let value = match value {
        [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] => inner,
        _ => value,
    };
    if DEFAULT_PASSWORD.has(value) && !has_inner_capital(value) {
        return Commonness::Default;
    }
    let lower = value.to_ascii_lowercase();
    let user = user.to_ascii_lowercase();
    let digits = value.iter().any(u8::is_ascii_digit);
    let inner = has_inner_capital(value);
    let made_of_words = counts(&lower) && is_made_of_words(&lower, &user);
    if made_of_words && !digits || is_for_development(value) {
        return Commonness::Words;
    }
    let plain: Vec<u8> = lower.iter().map(|&byte| undisguised(byte)).collect();
    if digits && is_disguised_with_number(value) {
        return Commonness::Default;
    }
    if is_walk(value) || digits && is_disguised(value) {
        return Commonness::Numbered;
    }
    // Marks for letters are rarer in samples than digits; a capital is one of a word: `5up3r53cr37K3y`.
    let short = !inner && value.len() < 10;
    let by_digits = digits && value.len() > 10 && plain.iter().all(u8::is_ascii_alphabetic);
    let disguised = plain != lower && (short || by_digits) && is_made_of_words(&plain, &user);
    match counted(value) {
        Commonness::Uncommon if disguised || made_of_words && value == lower => Commonness::Counted,
        counted => counted,
    }
}

/// Tells whether it says that it is for one's own machine: `shop_dev`.
fn is_for_development(value: &[u8]) -> bool {
    let mark = value.iter().rposition(|b| b"_-.".contains(b));
    let in_word = |b: &u8| b.is_ascii_lowercase() || b"_-.".contains(b);
    mark.is_some_and(|at| DEVELOPMENT.has(&value[at + 1..])) && value.iter().all(in_word)
}

/// Tells how plainly the digits at the end only count.
fn counted(value: &[u8]) -> Commonness {
    let digits = value.iter().rev();
    let digits = digits.take_while(|b| b.is_ascii_digit()).count();
    let (word, count) = value.split_at(value.len() - digits);
    let joint = |b: &u8| b.is_ascii_alphabetic() || b"_-@.".contains(b);
    if digits < 3 || !b"1234567890".starts_with(count) && count != b"321" || !word.iter().all(joint)
    {
        return Commonness::Uncommon;
    }
    let words = Words::of(word);
    if words.as_slice().iter().all(|word| DEFAULT_STEM.has(word)) {
        return Commonness::Numbered;
    }
    Commonness::Counted
}

/// Tells whether a value is a word for secrets with digits and marks in place of letters: `p@ssw0rd`.
fn is_disguised(value: &[u8]) -> bool {
    DISGUISED.entries().any(|word| {
        let own = |(a, b): &(&u8, &u8)| *a == &b.to_ascii_lowercase();
        let same = |(a, b): (&u8, &u8)| *a == undisguised(*b) || b.is_ascii_digit();
        word.len() == value.len()
            && word.iter().zip(value).all(same)
            && word.iter().zip(value).filter(own).count() * 2 >= word.len()
    })
}

/// Tells whether such a word stands beside a number: `03#pa33w0rd`.
fn is_disguised_with_number(value: &[u8]) -> bool {
    /// No more of a value than this is a number beside the word.
    const BESIDE: usize = 4;
    let mut parts = value.split(|b| b"#_-.:+".contains(b));
    parts.any(|part| {
        part.len() < value.len() && part.len() + BESIDE >= value.len() && is_disguised(part)
    })
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

/// Tells whether every run of letters is made of sample words, or of the user's name.
pub(super) fn is_made_of_words(lower: &[u8], user: &[u8]) -> bool {
    let mut runs = lower
        .split(|b| !b.is_ascii_alphabetic())
        .filter(|run| !run.is_empty());
    // Letters strewn among digits are words by chance only.
    if lower.len() > 3 && !runs.clone().any(|run| run.len() >= 3) || runs.clone().next().is_none() {
        return false;
    }
    let marks = lower.iter().filter(|b| !b.is_ascii_alphanumeric()).count();
    marks <= 4 && runs.all(|run| is_run_of_words(run, user))
}

fn is_run_of_words(run: &[u8], user: &[u8]) -> bool {
    if run.len() > LONGEST {
        return false;
    }
    let names = user.split(|b| !b.is_ascii_alphabetic());
    let names: Vec<&[u8]> = names.filter(|name| name.len() >= 2).collect();
    let mut reached = [false; LONGEST + 1];
    reached[0] = true;
    for at in 0..run.len() {
        if !reached[at] {
            continue;
        }
        let rest = &run[at..];
        let starting = SAMPLE_WORD.entries().filter(|word| word[0] == rest[0]);
        for word in starting.chain(names.iter().copied()) {
            // A single letter is a word only by itself; any text would be made of words otherwise.
            if rest.starts_with(word) && (word.len() > 1 || run.len() == 1) {
                reached[at + word.len()] = true;
            }
        }
    }
    reached[run.len()]
}
