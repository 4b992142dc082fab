//! What a text must look like: bech32, Base58Check, base 32 with a CRC-16, and what is no row of words.

use sha2::{Digest as _, Sha256};

use crate::detect::placeholder::is_placeholder;
use crate::language::chance;

/// Accepts what is no row of words, and no placeholder: the mark of an id in capitals begins a word now and then.
pub fn not_words(secret: &[u8]) -> bool {
    /// So many bits for chance no row of words has.
    const CHANCE: i32 = 8;
    (secret.iter().any(u8::is_ascii_digit) || chance(secret) >= CHANCE)
        && !is_placeholder(secret, 0)
}

/// Accepts bech32 text (age, Nostr and Sui secret keys): its polynomial leaves 1.
pub fn bech32(secret: &[u8]) -> bool {
    const CHARSET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [
        0x3B6A_57B2,
        0x2650_8E6D,
        0x1EA1_19FA,
        0x3D42_33DD,
        0x2A14_62B3,
    ];
    let lower = secret.to_ascii_lowercase();
    let Some(separator) = memchr::memrchr(b'1', &lower) else {
        return false;
    };
    let (name, data) = (&lower[..separator], &lower[separator + 1..]);
    if name.is_empty() || data.len() < 6 {
        return false;
    }
    let step = |sum: u32, value: u8| {
        let shifted = (sum & 0x01FF_FFFF) << 5 ^ u32::from(value);
        (0..5)
            .filter(|i| sum >> 25 >> i & 1 == 1)
            .fold(shifted, |sum, i| sum ^ GENERATOR[i])
    };
    let mut sum = name.iter().fold(1, |sum, byte| step(sum, byte >> 5));
    sum = step(sum, 0);
    sum = name.iter().fold(sum, |sum, byte| step(sum, byte & 31));
    for &byte in data {
        let Some(value) = memchr::memchr(byte, CHARSET).and_then(|at| u8::try_from(at).ok()) else {
            return false;
        };
        sum = step(sum, value);
    }
    sum == 1
}

/// Accepts Base58Check text (Bitcoin and Tezos secret keys): its last four bytes are the double SHA-256 of the others.
pub fn base58check(secret: &[u8]) -> bool {
    /// No key is longer; the decoding takes the square of the length.
    const LONGEST: usize = 160;
    if secret.len() > LONGEST {
        return false;
    }
    let Some(bytes) = base58(secret) else {
        return false;
    };
    bytes.split_last_chunk::<4>().is_some_and(|(body, sum)| {
        !body.is_empty() && Sha256::digest(Sha256::digest(body))[..4] == *sum
    })
}

/// Accepts NATS and Stellar seeds: base 32 whose last two bytes are the CRC-16 (XMODEM) of the others.
pub fn nkey(secret: &[u8]) -> bool {
    let Some(bytes) = base32(secret) else {
        return false;
    };
    bytes.split_last_chunk::<2>().is_some_and(|(body, sum)| {
        let crc = body.iter().fold(0u16, |crc, &byte| {
            (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| {
                crc << 1 ^ if crc >> 15 == 1 { 0x1021 } else { 0 }
            })
        });
        !body.is_empty() && crc.to_le_bytes() == *sum
    })
}

/// Decodes base 32 without padding, in any case.
pub(super) fn base32(text: &[u8]) -> Option<Vec<u8>> {
    let (mut bits, mut count) = (0u32, 0);
    let mut out = Vec::with_capacity(text.len() * 5 / 8);
    for byte in text {
        let value = match byte.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count).to_le_bytes()[0]);
        }
    }
    Some(out)
}

fn base58(text: &[u8]) -> Option<Vec<u8>> {
    const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    // The number's bytes, the least significant first.
    let mut bytes: Vec<u8> = Vec::new();
    for &byte in text {
        let mut carry = u32::try_from(memchr::memchr(byte, ALPHABET)?).ok()?;
        for byte in &mut bytes {
            carry += u32::from(*byte) * 58;
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry > 0 {
            bytes.push(carry.to_le_bytes()[0]);
        }
    }
    let zeros = text.iter().take_while(|&&byte| byte == b'1').count();
    bytes.resize(bytes.len() + zeros, 0);
    bytes.reverse();
    Some(bytes)
}
