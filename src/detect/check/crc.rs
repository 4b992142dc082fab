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

/// Accepts Zuplo keys: behind the second underscore, the CRC-32 of what stands between the two, in hex.
pub fn zuplo_crc32(secret: &[u8]) -> bool {
    tail(secret, 9).is_some_and(|(head, sum)| {
        let body = memchr::memchr(b'_', head).map_or(head, |i| &head[i + 1..]);
        sum == format!("_{:08x}", crc32fast::hash(body)).as_bytes()
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

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;

    const BODY: &str = "Zx8Kq2Lm4Rt6Vw0Yb1Nd3Pf5Hj7Gc9";

    /// Asserts that a token passes and that it does not with any byte of its body or checksum changed.
    fn only(check: fn(&[u8]) -> bool, token: &str, from: usize) {
        assert!(check(token.as_bytes()), "{token}");
        for i in from..token.len() {
            let mut other = token.as_bytes().to_vec();
            other[i] = if other[i] == b'a' { b'b' } else { b'a' };
            assert!(!check(&other), "byte {i} of {token}");
            assert!(!check(&token.as_bytes()[..i]), "{i} bytes of {token}");
        }
    }

    #[test]
    fn tokens_with_their_own_sum_pass_and_others_do_not() {
        let sum = |text: &str| crc32fast::hash(text.as_bytes());
        let text = |digits: Vec<u8>| String::from_utf8(digits).expect("the alphabets are ASCII");
        let body62 = text(digits(sum(BODY), BASE62, 6));
        only(github_crc32, &format!("ghp_{BODY}{body62}"), 4);
        let head = format!("glpat-{BODY}.01.12");
        let sum36 = text(digits(sum(&head), BASE36, 7));
        only(gitlab_crc32, &format!("{head}{sum36}"), 0);
        let head = format!("ATATT3xFfGF0{BODY}=");
        only(atlassian_crc32, &format!("{head}{:08X}", sum(&head)), 0);
        let head = format!("glsa_{BODY}k2");
        let swapped = sum(&head).swap_bytes();
        only(grafana_crc32, &format!("{head}_{swapped:08x}"), 0);
        only(zuplo_crc32, &format!("zpka_{BODY}_{:08x}", sum(BODY)), 5);
        let le = base64::engine::general_purpose::STANDARD_NO_PAD.encode(sum(BODY).to_le_bytes());
        only(confluent_crc32, &format!("cflt{BODY}{le}"), 4);
    }

    #[test]
    fn sums_are_padded_to_their_full_length() {
        assert_eq!(digits(0, BASE62, 6), b"000000");
        assert_eq!(digits(61, BASE62, 6), b"00000z");
        assert_eq!(digits(u32::MAX, BASE36, 7), b"1z141z3");
    }
}
