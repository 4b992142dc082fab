//! Keys of Microsoft's services: a Marvin32 hash of the key, with a seed for each service, or a scattered CRC-32.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::text::base32;

/// What a hash begins with, so that each kind of key has its own.
type Seed = [u8; 8];

/// Seeds of the messaging services, one for each kind of key.
const MESSAGING: &[Seed] = &[
    *b"Manage00",
    *b"Send0000",
    *b"Listen00",
    *b"System00",
    *b"Unknown0",
];

/// Service signatures (four characters in a fixed place of the key) and the seeds with which the service signs.
const SEEDS: [(&[u8; 4], &[Seed]); 14] = [
    (b"+ASt", &[*b"Default0"]),
    (b"+ABa", &[*b"AbAcct00"]),
    (b"+AMC", &[*b"Classic0"]),
    (b"+ACR", &[*b"ACRDflt0"]),
    (b"+SQL", &[*b"UsrPwd00"]),
    (
        b"ACDb",
        &[
            *b"MastRW00",
            *b"MastRO00",
            *b"SystRW00",
            *b"SystRO00",
            *b"SysAll00",
            *b"Resour00",
            *b"Encryp00",
        ],
    ),
    (
        b"APIM",
        &[*b"IoTHub00", *b"Tenant00", *b"Gatewy00", *b"GitKey00"],
    ),
    (b"AzFu", &[*b"Functi00", *b"Master00", *b"System00"]),
    (b"AzSe", &[*b"Query000", *b"PAdmin00"]),
    (b"+ASb", MESSAGING),
    (b"+AEh", MESSAGING),
    (b"+ARm", MESSAGING),
    (b"AIoT", &[*b"IoTHub00", *b"DpsKey00", *b"Device00"]),
    (b"AzCa", &[*b"Access00"]),
];

/// Accepts keys with a service signature: their last four bytes are the Marvin32 hash of the others.
pub fn azure_key(secret: &[u8]) -> bool {
    let text: Vec<u8> = secret
        .iter()
        .filter(|&&b| b != b'=')
        .map(|&b| match b {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        })
        .collect();
    let Some(signature) = text
        .len()
        .checked_sub(10)
        .and_then(|at| text.get(at..at + 4))
    else {
        return false;
    };
    let Some((_, seeds)) = SEEDS.iter().find(|(known, _)| *known == signature) else {
        return false;
    };
    let Ok(bytes) = lenient().decode(&text) else {
        return false;
    };
    let Some((body, sum)) = bytes.split_last_chunk::<4>() else {
        return false;
    };
    seeds.iter().any(|seed| {
        let hash = marvin32(body, *seed).to_le_bytes();
        hash == *sum || signature == b"AzCa" && replaced(body, hash, &text)
    })
}

/// Tells whether a Redis key is one in which `+` and `/` were replaced after it was signed: its body was hashed as it
/// is now, only the sum's own characters are others.
fn replaced(body: &[u8], hash: [u8; 4], text: &[u8]) -> bool {
    let whole = STANDARD_NO_PAD.encode([body, &hash[..]].concat());
    whole.replace('+', "P").replace('/', "F").as_bytes() == text
}

/// Accepts common annotated security keys: behind 60 bytes, three of their Marvin32 hash.
pub fn azure_cask(secret: &[u8]) -> bool {
    let Some(bytes) = secret
        .get(..84)
        .and_then(|text| STANDARD_NO_PAD.decode(text).ok())
    else {
        return false;
    };
    bytes
        .split_last_chunk::<3>()
        .is_some_and(|(body, sum)| marvin32(body, *b"Default0").to_le_bytes()[..3] == *sum)
}

/// Accepts Entra client secrets: of the kind with `8Q~`, the last three characters are the first three digits of the
/// Marvin32 hash of what is before them; the older `7Q~` has no checksum.
pub fn azure_entra(secret: &[u8]) -> bool {
    const DIGITS: &[u8; 66] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";
    match secret.get(3..6) {
        Some(b"7Q~") => return has_both_cases(&secret[6..]),
        Some(b"8Q~") => {}
        _ => return false,
    }
    let Some((body, sum)) = secret.split_last_chunk::<3>() else {
        return false;
    };
    let hash = marvin32(body, *b"AadPwd00");
    let digit = |place: u32| DIGITS[(hash / 66u32.pow(place) % 66) as usize];
    // Six digits in all, of which the token keeps the first three.
    [digit(5), digit(4), digit(3)] == *sum
}

/// Tells whether a text has small letters and capitals, as long random ones have.
fn has_both_cases(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_lowercase) && text.iter().any(u8::is_ascii_uppercase)
}

/// Accepts Azure DevOps' older personal access tokens: 52 characters of base 32 whose bytes 22, 8, 7 and 2 are the
/// CRC-32 of the others, changed by a constant for users or for applications.
pub fn azure_devops(secret: &[u8]) -> bool {
    const USER: u32 = 0xE0B9_692D;
    const APPLICATION: u32 = 0x1019_F92E;
    let Some(bytes) = base32(secret).filter(|bytes| bytes.len() == 32) else {
        return false;
    };
    let body = [&bytes[..2], &bytes[3..7], &bytes[9..22], &bytes[23..]].concat();
    let sum = u32::from_le_bytes([bytes[22], bytes[8], bytes[7], bytes[2]]);
    matches!(crc32fast::hash(&body) ^ sum, USER | APPLICATION)
}

/// Returns a decoder that takes the unused bits of the last character as they come.
fn lenient() -> base64::engine::GeneralPurpose {
    use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
    let config = GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::RequireNone);
    GeneralPurpose::new(&base64::alphabet::STANDARD, config)
}

/// Returns the Marvin32 hash of `data`; its 64 bits folded to 32.
fn marvin32(data: &[u8], seed: Seed) -> u32 {
    let [high, low] = seed.as_chunks::<4>().0 else {
        return 0;
    };
    let mut state = (u32::from_be_bytes(*low), u32::from_be_bytes(*high));
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        state.0 = state.0.wrapping_add(u32::from_le_bytes(*word));
        state = mix(state);
    }
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    state.0 = state.0.wrapping_add(u32::from_le_bytes(last));
    let (a, b) = mix(mix(state));
    a ^ b
}

/// One round of Marvin32.
fn mix((mut a, mut b): (u32, u32)) -> (u32, u32) {
    b ^= a;
    a = a.rotate_left(20).wrapping_add(b);
    b = b.rotate_left(9) ^ a;
    a = a.rotate_left(27).wrapping_add(b);
    (a, b.rotate_left(19))
}
