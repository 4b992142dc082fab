//! Tokens with a checksum, made as their providers make them; each function here is the twin of one in `detect::check`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};

use super::template::{Random, class};

/// Returns a token of a kind; what `mark` and `count` mean differs. `None` for an unknown kind.
pub(super) fn token(kind: &str, mark: &str, count: usize, random: &mut Random) -> Option<String> {
    Some(match kind {
        "gh62" | "gl36" | "atl8" | "glsa" | "zuplo" | "cflt" => crc(kind, mark, count, random),
        "azkey" => azure_key(mark, count, random),
        "cask" => azure_cask(mark, count, random),
        "entra" => azure_entra(mark, count, random),
        "ado" => azure_devops(count, random),
        "bech32c" => bech32(mark, count, random),
        "BECH32" => bech32(&mark.to_lowercase(), count, random).to_uppercase(),
        "nkey" => nkey(mark, count, random),
        "b58c" => base58check(mark, count, random),
        _ => return None,
    })
}

/// Returns a mark, so many characters and their CRC-32, as the provider writes it.
fn crc(kind: &str, prefix: &str, count: usize, random: &mut Random) -> String {
    const BASE62: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const BASE36: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
    let in_base = |mut number: u32, alphabet: &str, width: usize| {
        let (digits, base) = (alphabet.as_bytes(), u32::try_from(alphabet.len()).unwrap());
        let mut out = vec![digits[0]; width];
        for place in out.iter_mut().rev() {
            *place = digits[usize::try_from(number % base).unwrap()];
            number /= base;
        }
        String::from_utf8(out).unwrap()
    };
    let body = match kind {
        "gl36" => random.text(&class("b64u").unwrap(), count),
        "zuplo" => random.text(BASE36, count),
        "cflt" => random.text(&class("b64").unwrap(), count),
        _ => random.text(BASE62, count),
    };
    let hash = |text: &str| crc32fast::hash(text.as_bytes());
    let all = format!("{prefix}{body}");
    let tail = match kind {
        "gh62" => in_base(hash(&body), BASE62, 6),
        "gl36" => {
            // Behind the body: its length in base 36, which the checksum covers.
            let head = format!("{all}.{}", random.text(BASE36, 2));
            return format!("{head}{}", in_base(hash(&head), BASE36, 7));
        }
        "atl8" => format!("{:08X}", hash(&all)),
        "glsa" => format!("_{:08x}", hash(&all).swap_bytes()),
        "zuplo" => format!("_{:08x}", hash(&body)),
        _ => STANDARD.encode(hash(&body).to_le_bytes())[..6].to_owned(),
    };
    all + &tail
}

/// Returns an Azure key of `count` bytes with a service's signature; behind a slash the seed of its hash, if another than
/// the usual one.
fn azure_key(mark: &str, count: usize, random: &mut Random) -> String {
    let (signature, seed) = mark.split_once('/').unwrap_or((mark, usual_seed(mark)));
    let seed: [u8; 8] = seed.as_bytes().try_into().unwrap();
    let length = STANDARD_NO_PAD.encode(vec![0; count]).len();
    let plain = class("alnum").unwrap();
    loop {
        // Behind the signature, the bits that are not the hash's are 0.
        let text = format!(
            "{}{signature}{}",
            random.text(&plain, length - 10),
            "A".repeat(6)
        );
        let mut bytes = STANDARD_NO_PAD.decode(text).unwrap();
        bytes.truncate(count - 4);
        let hash = marvin32(&bytes, seed).to_le_bytes();
        bytes.extend(hash);
        let key = STANDARD.encode(&bytes);
        // Some services take only keys of letters and digits.
        let tail = &key[length - 6..];
        if tail.contains(['+', '/']) && matches!(signature, "AzSe" | "AzFu" | "AzCa") {
            continue;
        }
        return key;
    }
}

/// Returns the seed with which a service signs most of its keys.
fn usual_seed(signature: &str) -> &'static str {
    match signature {
        "+ASt" => "Default0",
        "ACDb" => "MastRW00",
        "+ABa" => "AbAcct00",
        "+AMC" => "Classic0",
        "APIM" => "Tenant00",
        "AzFu" => "Functi00",
        "AzSe" => "Query000",
        "+ACR" => "ACRDflt0",
        "AIoT" => "IoTHub00",
        "AzCa" => "Access00",
        _ => "Manage00",
    }
}

/// Returns an annotated key: 52 characters, the mark behind `JQQJ9`, the checksum.
fn azure_cask(mark: &str, count: usize, random: &mut Random) -> String {
    let plain = class("alnum").unwrap();
    loop {
        let head = format!("{}JQQJ9{mark}", random.text(&plain, 52));
        let text = format!("{head}{}", random.text(&plain, count - head.len()));
        let mut bytes = STANDARD_NO_PAD.decode(text).unwrap();
        let hash = marvin32(&bytes, *b"Default0").to_le_bytes();
        bytes.extend(&hash[..3]);
        let key = STANDARD_NO_PAD.encode(&bytes);
        if !key.contains(['+', '/']) {
            return key;
        }
    }
}

fn azure_entra(mark: &str, count: usize, random: &mut Random) -> String {
    let digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";
    let plain = class("alnum").unwrap();
    let body = format!(
        "{}{mark}{}",
        random.text(&plain, 3),
        random.text(&plain, count - 6)
    );
    let hash = marvin32(body.as_bytes(), *b"AadPwd00");
    let tail: String = [5, 4, 3]
        .map(|place| usize::try_from(hash / 66u32.pow(place) % 66).unwrap())
        .map(|digit| digits.chars().nth(digit).unwrap())
        .iter()
        .collect();
    body + &tail
}

fn azure_devops(count: usize, random: &mut Random) -> String {
    let mut bytes = random.bytes(count);
    let body = [&bytes[..2], &bytes[3..7], &bytes[9..22], &bytes[23..]].concat();
    let sum = (crc32fast::hash(&body) ^ 0xE0B9_692D).to_le_bytes();
    for (place, byte) in [22, 8, 7, 2].into_iter().zip(sum) {
        bytes[place] = byte;
    }
    base32(&bytes).to_lowercase()
}

/// The hash of Microsoft's keys.
fn marvin32(data: &[u8], seed: [u8; 8]) -> u32 {
    let seed = u64::from_be_bytes(seed);
    let (mut a, mut b) = (
        u32::try_from(seed & 0xFFFF_FFFF).unwrap(),
        u32::try_from(seed >> 32).unwrap(),
    );
    let mut mix = |word: u32| {
        a = a.wrapping_add(word);
        b ^= a;
        a = a.rotate_left(20).wrapping_add(b);
        b = b.rotate_left(9) ^ a;
        a = a.rotate_left(27).wrapping_add(b);
        b = b.rotate_left(19);
        a ^ b
    };
    let mut padded = data.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(4), 0);
    for word in padded.chunks(4) {
        mix(u32::from_le_bytes(word.try_into().unwrap()));
    }
    mix(0)
}

fn bech32(name: &str, count: usize, random: &mut Random) -> String {
    const CHARSET: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let data = random.text(CHARSET, count);
    let values = |text: &str| -> Vec<u8> {
        let digit = |c| u8::try_from(CHARSET.find(c).unwrap()).unwrap();
        text.chars().map(digit).collect()
    };
    let all: Vec<u8> = name
        .bytes()
        .map(|b| b >> 5)
        .chain([0])
        .chain(name.bytes().map(|b| b & 31))
        .chain(values(&data))
        .chain([0; 6])
        .collect();
    let sum = all.iter().fold(1u32, |sum, &value| {
        let generator = [
            0x3B6A_57B2,
            0x2650_8E6D,
            0x1EA1_19FA,
            0x3D42_33DD,
            0x2A14_62B3,
        ];
        let next = (sum & 0x01FF_FFFF) << 5 ^ u32::from(value);
        (0..5)
            .filter(|i| sum >> 25 >> i & 1 == 1)
            .fold(next, |next, i| next ^ generator[i])
    }) ^ 1;
    let tail: String = (0..6)
        .map(|i| usize::try_from(sum >> (5 * (5 - i)) & 31).unwrap())
        .map(|digit| CHARSET.chars().nth(digit).unwrap())
        .collect();
    format!("{name}1{data}{tail}")
}

/// Returns `count` bytes that begin as `mark` is written in base 32, and their CRC-16.
fn nkey(mark: &str, count: usize, random: &mut Random) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    loop {
        let mut bytes = random.bytes(count);
        let mut bits = 0;
        let mut value = 0u32;
        for c in mark.chars() {
            value = value << 5 | u32::try_from(alphabet.find(c).unwrap()).unwrap();
            bits += 5;
        }
        let [.., high, low] = (value << (16 - bits)).to_be_bytes();
        let keep = (1u16 << (16 - bits)) - 1;
        let [keep_high, keep_low] = keep.to_be_bytes();
        bytes[0] = high | bytes[0] & keep_high;
        bytes[1] = low | bytes[1] & keep_low;
        let crc = bytes.iter().fold(0u16, |crc, &byte| {
            (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| {
                crc << 1 ^ if crc >> 15 == 1 { 0x1021 } else { 0 }
            })
        });
        bytes.extend(crc.to_le_bytes());
        let text = base32(&bytes);
        if text.starts_with(mark) {
            return text;
        }
    }
}

fn base32(bytes: &[u8]) -> String {
    let bits: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1))
        .collect();
    bits.chunks(5)
        .map(|chunk| {
            let value = chunk.iter().fold(0, |value, bit| value << 1 | bit) << (5 - chunk.len());
            char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from(value)])
        })
        .collect()
}

/// Returns a version (in hex), `count` bytes and their double SHA-256 in base 58.
fn base58check(version: &str, count: usize, random: &mut Random) -> String {
    let mut bytes: Vec<u8> = (0..version.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&version[i..i + 2], 16).unwrap())
        .collect();
    bytes.extend(random.bytes(count));
    let sum = Sha256::digest(Sha256::digest(&bytes));
    bytes.extend(&sum[..4]);
    let alphabet = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut digits = Vec::new();
    while bytes.iter().any(|&b| b != 0) {
        let mut rest = 0u32;
        for byte in &mut bytes {
            let value = rest << 8 | u32::from(*byte);
            *byte = u8::try_from(value / 58).unwrap();
            rest = value % 58;
        }
        digits.push(alphabet[usize::try_from(rest).unwrap()]);
    }
    digits.reverse();
    String::from_utf8(digits).unwrap()
}
