//! Templates: the examples of rules, with holes that are filled at random, so that no credential stands in the project.
//!
//! | hole | filled with |
//! |---|---|
//! | `{{hex:32}}`, `{{alnum:20-40}}` | so many characters of a class: hex HEX hexi digit lower upper alpha alnum lnum unum b64 b64u b32 B32 word b58 bech32 |
//! | `{{[0-9a-f_]:12}}` | so many characters of the set |
//! | `{{uuid}}`, `{{UUID}}` | a UUID |
//! | `{{bytes:32}}`, `{{bytes64:32}}` | base64 of so many random bytes, base64url without padding of them |
//! | `{{base64:TEXT}}`, `{{base64url:TEXT}}` | the text, encoded (holes inside are filled first) |
//! | `{{jwt:HEADER:PAYLOAD}}` | a JWT with these JSON objects |
//! | `{{gh62:ghp_:30}}` | prefix, 30 characters and GitHub's checksum: by whoever knows such tokens, the tests of the built-in rules |

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

const DIGIT: &str = "0123456789";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Random numbers that a seed decides (splitmix64).
pub struct Random(u64);

impl Random {
    /// Returns the numbers of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(1).max(1);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    /// Returns so many characters of an alphabet.
    pub fn text(&mut self, alphabet: &str, length: usize) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        if alphabet.is_empty() {
            return String::new();
        }
        (0..length)
            .map(|_| alphabet[self.below(alphabet.len())])
            .collect()
    }

    /// Returns so many bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next().to_le_bytes()[3]).collect()
    }
}

/// Makes tokens of a kind: its name, the mark it begins with, how many characters follow.
pub type More<'a> = &'a dyn Fn(&str, &str, usize, &mut Random) -> Option<String>;

/// Returns `template` with every hole filled as `seed` decides.
pub fn fill(template: &str, seed: u64) -> String {
    fill_with(template, seed, &|_, _, _, _| None)
}

/// Does the same, and asks `more` about holes that it does not know.
pub fn fill_with(template: &str, seed: u64, more: More<'_>) -> String {
    let mut random = Random::new(seed);
    let mut text = template.to_owned();
    // The innermost hole first: the first end, and the last start before it.
    let mut from = 0;
    while let Some(mut end) = text[from..].find("}}").map(|i| i + from) {
        // `{{jwt:…:{"sub":"42"}}}`: the first brace is the JSON's.
        while text[end + 2..].starts_with('}') {
            end += 1;
        }
        let Some(start) = text[..end].rfind("{{").filter(|&start| start >= from) else {
            from = end + 2;
            continue;
        };
        match hole(&text[start + 2..end], &mut random, more) {
            Some(filled) => {
                text.replace_range(start..end + 2, &filled);
                from = 0;
            }
            // Braces of a text of its own: `{{ env_var('X') }}`.
            None => from = end + 2,
        }
    }
    text
}

fn hole(inner: &str, random: &mut Random, more: More<'_>) -> Option<String> {
    if let Some((set, count)) = inner.strip_prefix('[').and_then(|s| s.rsplit_once("]:")) {
        let count = length(count, random)?;
        return Some(random.text(&expand(set), count));
    }
    match inner {
        "uuid" => return Some(uuid(random)),
        "UUID" => return Some(uuid(random).to_uppercase()),
        _ => {}
    }
    let (name, rest) = inner.split_once(':')?;
    if let Some(alphabet) = class(name) {
        let count = length(rest, random)?;
        return Some(random.text(&alphabet, count));
    }
    match name {
        "bytes" => Some(STANDARD.encode(random.bytes(rest.parse().ok()?))),
        "bytes64" => Some(URL_SAFE_NO_PAD.encode(random.bytes(rest.parse().ok()?))),
        "base64" => Some(STANDARD.encode(rest)),
        "base64url" => Some(URL_SAFE_NO_PAD.encode(rest)),
        "jwt" => {
            // The header holds no `}:` but at its end.
            let (header, payload) = rest.split_once("}:")?;
            let signature = random.bytes(match header {
                rsa if rsa.contains("\"RS") => 256,
                curve if curve.contains("\"E") => 64,
                _ => 32,
            });
            let [header, payload, signature] = [
                format!("{header}}}").as_bytes(),
                payload.as_bytes(),
                &signature,
            ]
            .map(|part| URL_SAFE_NO_PAD.encode(part));
            Some(format!("{header}.{payload}.{signature}"))
        }
        _ => {
            let (mark, count) = rest.rsplit_once(':')?;
            more(name, mark, count.parse().ok()?, random)
        }
    }
}

fn length(count: &str, random: &mut Random) -> Option<usize> {
    let Some((least, most)) = count.split_once('-') else {
        return count.parse().ok();
    };
    let (least, most): (usize, usize) = (least.parse().ok()?, most.parse().ok()?);
    Some(least + random.below(most.checked_sub(least)? + 1))
}

/// Returns the characters of a class, if there is one of this name.
pub fn class(name: &str) -> Option<String> {
    Some(match name {
        "hex" => format!("{DIGIT}abcdef"),
        "HEX" => format!("{DIGIT}ABCDEF"),
        "hexi" => format!("{DIGIT}abcdefABCDEF"),
        "digit" => DIGIT.to_owned(),
        "lower" => LOWER.to_owned(),
        "upper" => UPPER.to_owned(),
        "alpha" => format!("{UPPER}{LOWER}"),
        "alnum" => format!("{DIGIT}{UPPER}{LOWER}"),
        "lnum" => format!("{DIGIT}{LOWER}"),
        "unum" => format!("{DIGIT}{UPPER}"),
        "b64" => format!("{DIGIT}{UPPER}{LOWER}+/"),
        "b64u" => format!("{DIGIT}{UPPER}{LOWER}-_"),
        "b32" => format!("{LOWER}234567"),
        "B32" => format!("{UPPER}234567"),
        "word" => format!("{DIGIT}{UPPER}{LOWER}_"),
        "b58" => format!("{DIGIT}{UPPER}{LOWER}").replace(['0', 'O', 'I', 'l'], ""),
        "bech32" => "qpzry9x8gf2tvdw0s3jn54khce6mua7l".to_owned(),
        _ => return None,
    })
}

/// Returns every character of a set such as `0-9a-f_`.
fn expand(set: &str) -> String {
    let set: Vec<char> = set.chars().collect();
    let mut out = String::new();
    let mut i = 0;
    while i < set.len() {
        if i + 2 < set.len() && set[i + 1] == '-' {
            out.extend(set[i]..=set[i + 2]);
            i += 3;
        } else {
            out.push(set[i]);
            i += 1;
        }
    }
    out
}

fn uuid(random: &mut Random) -> String {
    let hex = random.text("0123456789abcdef", 32);
    let variant = random.text("89ab", 1);
    format!(
        "{}-{}-4{}-{variant}{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}
