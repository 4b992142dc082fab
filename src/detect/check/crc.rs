//! Tokens that end in a CRC-32 of themselves; the vendors differ in what is summed and how the sum is written.

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Accepts GitHub and npm tokens: behind the body, without prefix, six base-62 characters of its CRC-32.
pub fn github_crc32(secret: &[u8]) -> bool {
    let Some(underscore) = memchr::memchr(b'_', secret) else {
        return false;
    };
    tail(&secret[underscore + 1..], 6)
        .is_some_and(|(body, sum)| sum == digits(crc32fast::hash(body), BASE62, 6))
}

/// Accepts GitLab's routable tokens: behind everything, seven base-36 characters of its CRC-32.
pub fn gitlab_crc32(secret: &[u8]) -> bool {
    tail(secret, 7).is_some_and(|(body, sum)| sum == digits(crc32fast::hash(body), BASE36, 7))
}

/// Accepts Atlassian and Bitbucket tokens: behind everything, eight capital hex digits of its CRC-32.
pub fn atlassian_crc32(secret: &[u8]) -> bool {
    tail(secret, 8)
        .is_some_and(|(body, sum)| sum == format!("{:08X}", crc32fast::hash(body)).as_bytes())
}

/// Accepts Grafana service account tokens: behind the second underscore, the CRC-32 of what stands before it, its
/// bytes from the least significant one, in hex.
pub fn grafana_crc32(secret: &[u8]) -> bool {
    tail(secret, 9).is_some_and(|(body, sum)| {
        let crc = crc32fast::hash(body).swap_bytes();
        sum == format!("_{crc:08x}").as_bytes()
    })
}

/// Accepts Confluent secrets: behind the body, the first six base-64 characters of its CRC-32, from the least
/// significant byte.
pub fn confluent_crc32(secret: &[u8]) -> bool {
    use base64::Engine as _;
    let Some((body, sum)) = secret.strip_prefix(b"cflt").and_then(|rest| tail(rest, 6)) else {
        return false;
    };
    let crc = crc32fast::hash(body).to_le_bytes();
    base64::engine::general_purpose::STANDARD_NO_PAD
        .encode(crc)
        .as_bytes()
        == sum
}

/// Returns what stands before the last `len` bytes, and those.
fn tail(bytes: &[u8], len: usize) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked(bytes.len().checked_sub(len)?)
}

/// Returns a number in the base of `alphabet`, `len` digits long.
fn digits(mut number: u32, alphabet: &[u8], len: usize) -> Vec<u8> {
    let base = u32::try_from(alphabet.len()).unwrap_or(u32::MAX);
    let mut out = vec![alphabet[0]; len];
    for digit in out.iter_mut().rev() {
        *digit = alphabet[(number % base) as usize];
        number /= base;
    }
    out
}
