//! Tells language from chance, by how often one character follows another in programs, messages and prose.

mod tables;

use tables::PAIRS;
pub(crate) use tables::WORDS;

/// The longest stretch of a value that is judged as language; more tells no more.
const STRETCH: usize = 48;

/// Returns how many bits likelier a value is as a random token than as language.
pub(crate) fn chance(value: &[u8]) -> i32 {
    const DIGIT: usize = 26;
    const END: usize = 27;
    const STEP: usize = 28;
    // The letters of hexadecimal digits make words of no language.
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    if value.len() >= 16 && digits > 2 && value.iter().all(u8::is_ascii_hexdigit) {
        return i32::try_from(value.len().min(STRETCH)).unwrap_or(0);
    }
    let mut sum = 0i32;
    let mut last = END;
    let mut small = false;
    let mut add = |from: usize, to: usize| sum += i32::from(PAIRS[from][to]);
    for &byte in value.iter().take(STRETCH) {
        if small && byte.is_ascii_uppercase() {
            add(last, STEP);
            last = STEP;
        }
        let symbol = match byte {
            b'a'..=b'z' => usize::from(byte - b'a'),
            b'A'..=b'Z' => usize::from(byte - b'A'),
            b'0'..=b'9' => DIGIT,
            _ => END,
        };
        // A mark beside a mark says nothing, nor does a digit beside a digit.
        if last != symbol || symbol < DIGIT {
            add(last, symbol);
        }
        last = symbol;
        small = byte.is_ascii_lowercase();
    }
    -sum / 8
}
