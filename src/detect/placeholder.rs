//! Values that stand for a secret and are none: placeholders, references, templates, published samples.

use sha2::{Digest, Sha256};

use super::assignment::Words;
use super::list::List;

/// Tells whether `value`, less the `prefix` bytes that every secret of its kind begins with, only stands for a secret.
pub fn is_placeholder(value: &[u8], prefix: usize) -> bool {
    let body = value.get(prefix..).unwrap_or_default();
    body.is_empty()
        // Behind its own mark (`$aact_` is one) a token is no reference.
        || is_reference(body)
        || is_sealed(value)
        || is_patterned(body)
        || is_worded(body)
        || is_worded(value)
        || is_published(value)
}

/// Tells whether a value is what `kubeseal` makes of a secret: the length of a key of 4096 bits, and more than that.
fn is_sealed(value: &[u8]) -> bool {
    const LEAST: usize = 600;
    matches!(value, [b'A', b'g', b'A'..=b'D', ..])
        && value.len() >= LEAST
        && value
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b))
}

/// Tells whether a value names a place where the secret is kept, or is filled in later.
pub fn is_reference(value: &[u8]) -> bool {
    /// Marks of a template, wherever they stand.
    static INSIDE: List = List::new("${|{{|$(|<%|#{|%(|{%|@{|$[|<<|%{|{$");
    /// How references of secret managers, loaders and templates begin.
    static BEFORE: List = List::new(
        "!vault|!ref|!sub|!getatt|!secret|!env|!encrypted|!join|!reference|fn::|enc(|enc[|{cipher}\
    |@microsoft.keyvault(|op://|vault:|ssm:|awsssm:|arn:aws|akv://|bws://|doppler://|keyring:|secretref:\
    |secret://|file://|env:|env.|env://|process.env|os.environ|os.getenv|system.getenv|import.meta.env\
    |credentials(|sm://|gcp://|awssm://|azurekeyvault|pass://|lookup(|ref+|kv/|$env:|getenv(",
    );
    let value = value.trim_ascii();
    let (Some(&first), Some(&last)) = (value.first(), value.last()) else {
        return true;
    };
    if INSIDE.stands_in(value) {
        return true;
    }
    if BEFORE.begins(value) {
        return true;
    }
    if starts_with(value, b"projects/") && memchr::memmem::find(value, b"/secrets/").is_some() {
        return true;
    }
    let inner = || &value[1..value.len() - 1];
    match (first, last) {
        (b'<', b'>') | (b'{', b'}') | (b'[', b']') | (b'(', b')') => {
            value.len() > 2 && value.len() < 100 && !value.contains(&b'"')
        }
        (b'%' | b'@' | b'#' | b'!', _) if last == first && value.len() > 2 => is_name(inner()),
        (b'_', b'_') => {
            value.len() > 4 && value.starts_with(b"__") && value.ends_with(b"__") && is_name(value)
        }
        // `$DB_PASSWORD`; `$uper9!` and `$2b$` are none.
        (b'$', _) => {
            let name = value[1..].strip_prefix(b"$").unwrap_or(&value[1..]);
            is_name(name) && (name.contains(&b'_') || !name.iter().any(u8::is_ascii_digit))
        }
        (b'%', b's' | b'd' | b'v') => value.len() == 2,
        (b':', _) => {
            value.len() > 1
                && is_name(&value[1..])
                && value[1..]
                    .iter()
                    .all(|b| b.is_ascii_lowercase() || *b == b'_')
        }
        _ => false,
    }
}

/// Tells whether a value is one block over and over, an alphabet or a row of the keyboard.
pub fn is_patterned(value: &[u8]) -> bool {
    /// Values shorter than this are too short for a pattern to tell anything.
    const SHORT: usize = 4;
    let len = value.len();
    if len < SHORT {
        return false;
    }
    let repeats = |period: usize| value.iter().zip(&value[period..]).all(|(a, b)| a == b);
    if (1..=12.min(len / 2)).any(repeats) {
        return true;
    }
    if len >= 16 && (is_counting(value) || is_interleaved(value)) || is_stuck(value) {
        return true;
    }
    // 0000-0000, xxxx-xxxx-yyyy, ********abcd: few kinds of characters for the length.
    let mut seen = [false; 256];
    let letters = value
        .iter()
        .filter(|b| b.is_ascii_alphanumeric() || **b >= 0x80);
    letters.for_each(|&b| seen[usize::from(b)] = true);
    let distinct = seen.iter().filter(|&&seen| seen).count();
    if len >= 12 && distinct <= 3 || len >= 20 && distinct <= 5 {
        return true;
    }
    let steps = value
        .windows(2)
        .filter(|pair| is_step(pair[0], pair[1]))
        .count();
    len >= 6 && steps * 4 >= (len - 1) * 3
}

/// Tells whether one digit or one mark of a mask stands so often in a row that nobody drew it: `888888888888`, `#####`.
fn is_stuck(value: &[u8]) -> bool {
    value.chunk_by(|a, b| a == b).any(|run| match run[0] {
        b'0'..=b'9' => run.len() >= 10,
        b'#' | b'*' => run.len() >= 5,
        _ => false,
    })
}

/// Tells whether both the letters and the digits of a value run through their rows: `abc123def456`, `a0b1c2d3`.
fn is_interleaved(value: &[u8]) -> bool {
    let runs = |keep: fn(&u8) -> bool| {
        let mut kept = value.iter().copied().filter(keep);
        let Some(mut last) = kept.next() else {
            return false;
        };
        let (mut pairs, mut steps) = (0, 0);
        for byte in kept {
            pairs += 1;
            let (a, b) = (last.to_ascii_lowercase(), byte.to_ascii_lowercase());
            steps += usize::from(b == a + 1 || matches!((a, b), (b'9', b'0') | (b'f', b'a')));
            last = byte;
        }
        pairs >= 5 && steps * 5 >= pairs * 4
    };
    value.iter().all(u8::is_ascii_alphanumeric)
        && runs(u8::is_ascii_alphabetic)
        && runs(u8::is_ascii_digit)
}

/// Tells whether a value is bytes that count up or down, in hexadecimal digits: `000102030405`.
fn is_counting(value: &[u8]) -> bool {
    let digit = |b: u8| char::from(b).to_digit(16);
    let bytes = || {
        value
            .chunks_exact(2)
            .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
    };
    if bytes().any(|byte| byte.is_none()) {
        return false;
    }
    let steps = bytes()
        .zip(bytes().skip(1))
        .filter(|(a, b)| a.zip(*b).is_some_and(|(a, b)| a.abs_diff(b) <= 1));
    steps.count() * 4 >= (value.len() / 2 - 1) * 3
}

/// Tells whether two characters are neighbours in an alphabet, in the digits or on a keyboard, or the same.
fn is_step(a: u8, b: u8) -> bool {
    const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    if !a.is_ascii_alphanumeric() || !b.is_ascii_alphanumeric() {
        return false;
    }
    a.abs_diff(b) <= 1
        || matches!((a, b), (b'9', b'0' | b'a') | (b'z' | b'f', b'0'))
        || ROWS
            .iter()
            .any(|row| row.windows(2).any(|pair| pair == [a, b]))
}

/// Phrases that stand in no real secret, wherever they are; five letters at least, so that a random token of a hundred
/// characters holds none of them by chance.
static PHRASES: List = List::new(
    "changeme|change_me|change-me|change.me|changethis|change-this|change_this|changeit|changed_me\
    |example|placeholder|redacted|replace_|replace-|replaceme|replacewith|replace with|replace this\
    |fill_in|fill-in|fill in|not-a-real|not_a_real|notareal|notreal|not-real|not_real|goes_here\
    |goes-here|goeshere|goes here|lorem|dummy|deadbeef|0000000|1234567|abcdefg|0123456|insert_|insert-\
    |censored|removed|sanitized|scrubbed|obfuscated|masked|undefined|invalid|fakekey|faketoken|yourkey\
    |sample|set me up|configure me",
);

/// Words that tell a placeholder when they stand by themselves.
static TELLING: List = List::new(
    "fake|mock|xxx|xxxx|todo|fixme|tbd|your|votre|ihr|dein|tuo|foobar|foo|ipsum|bogus|stub|noop|notset\
    |unset|fakes|mocked|yyy|zzz|xyz|abc|n/a",
);

/// First words of an instruction.
static ASKING: List =
    List::new("your|insert|enter|put|replace|add|fill|paste|change|votre|ihr|some");

/// Words of which a placeholder is made altogether: `my-secret-token`, `test_password_1`.
static PLAIN: List = List::new(
    "base|encoded|hashed|encrypted|a|an|the|my|our|your|this|that|is|not|of|to|in|for|and|or|no|some|any|new|old|here|there|password\
    |passwd|passphrase|pass|pwd|pw|secret|secrets|token|tokens|key|keys|apikey|api|access|auth|bearer\
    |client|user|username|name|id|value|val|string|str|text|test|tests|testing|tester|tst|demo|example\
    |sample|dummy|fake|mock|stub|foo|bar|baz|qux|foobar|none|null|nil|undefined|true|false|na|empty\
    |unknown|default|private|public|wrong|right|correct|bad|good|valid|invalid|incorrect|random|other\
    |another|something|anything|whatever|blah|mysecret|mypassword|mytoken|mykey|credential|credentials\
    |login|service",
);

/// Tells whether the words of a value say that it is a placeholder.
pub fn is_worded(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let words = Words::of(value);
    let words = words.as_slice();
    if words.is_empty() {
        // Nothing but marks: `****`, `...`, `-`; a password of marks alone is none that people use.
        return value.is_ascii();
    }
    if PHRASES.stands_in(value)
        || memchr::memmem::find(value, b"...").is_some()
        || memchr::memmem::find(value, "…".as_bytes()).is_some()
        || memchr::memmem::find(value, b"***").is_some()
        || value.ends_with(b"xxx")
        || [&b"xxxx"[..], b"XXXX"]
            .iter()
            .any(|run| memchr::memmem::find(value, run).is_some())
    {
        return true;
    }
    if [
        "你的",
        "您的",
        "请填写",
        "替换",
        "あなたの",
        "ваш_",
        "여기에",
    ]
    .iter()
    .any(|phrase| memchr::memmem::find(value, phrase.as_bytes()).is_some())
    {
        return true;
    }
    // Separated words only: a random token holds `fake` between capitals and digits now and then.
    let mut parts = value
        .split(|b| !b.is_ascii_alphanumeric() && *b < 0x80)
        .filter(|part| !part.is_empty());
    if parts.clone().count() > 1 {
        if parts.clone().any(|part| TELLING.has(part)) {
            return true;
        }
        let last = parts.clone().next_back().unwrap_or_default();
        if last.eq_ignore_ascii_case(b"here")
            || parts.next().is_some_and(|first| ASKING.has(first))
                && value.iter().all(|b| !b.is_ascii_digit())
        {
            return true;
        }
    }
    if TELLING.has(value) {
        return true;
    }
    if starts_with(value, b"your")
        && value
            .iter()
            .all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b' ' | b'.'))
    {
        return true;
    }
    // Every word is one of those that placeholders are made of.
    words.iter().all(|word| {
        PLAIN.has(word)
            || word.iter().all(u8::is_ascii_digit) && (word.len() <= 4 && words.len() > 1)
    }) && words.iter().any(|word| word[0].is_ascii_alphabetic())
        && words.len() <= 10
}

/// Salted hashes of credentials that vendors and standards print in their documentation, so that none of them stands
/// here: the first 16 digits of `printf 'hexguard sample:%s' VALUE | sha256sum`. Sorted.
const PUBLISHED: &[u64] = &[
    0x0166_7fe6_6fb1_baca,
    0x0172_2dd6_c548_eb79,
    0x0412_7e7f_bcf6_dc07,
    0x0653_bb62_3e49_0df0,
    0x0a3e_f847_a38f_bbf6,
    0x1088_896f_3975_ebd8,
    0x19f0_3048_b6e1_b787,
    0x1b3c_3d2d_8130_a6cd,
    0x1dad_644c_5c14_9890,
    0x1fc1_7c3f_3f79_fafe,
    0x2320_77bb_4797_c00d,
    0x2615_a623_2f92_7273,
    0x26a1_fa30_a763_9ca8,
    0x2f57_3416_891a_2832,
    0x3111_1b18_96bd_bb31,
    0x31ac_ff71_f767_878d,
    0x34de_c6a1_48ed_5f0f,
    0x3564_f62b_af9c_2b59,
    0x3aef_24e2_a53d_bbfa,
    0x3d1e_e9a7_e81e_bd82,
    0x3e16_6324_874c_904a,
    0x3f66_3dea_3d82_c7c6,
    0x417c_e16d_2794_9d08,
    0x4202_292e_cb84_8f73,
    0x460e_8021_97c7_c1ca,
    0x4695_6db2_02f2_abee,
    0x477e_4898_5e36_612e,
    0x4a2d_0ea2_cfa7_8a07,
    0x5e32_2396_b71a_7bf4,
    0x67cc_53be_3af4_2403,
    0x68eb_bb18_85b6_e7a4,
    0x6c14_a5ec_13a7_d138,
    0x731e_ebbc_5c2a_2cd8,
    0x7595_fefb_7845_dfab,
    0x7940_58bd_83b2_c3ff,
    0x7e04_80e0_569d_4d71,
    0x80cf_fa4b_bfc1_20d6,
    0x825a_4dd7_17ca_2b2e,
    0x825b_3144_dc88_f884,
    0x852a_5072_aae4_42b7,
    0x86f5_46dd_55c4_767d,
    0x87cb_2577_9dc0_de46,
    0x87df_133a_9968_f90e,
    0x8853_8751_d4ac_6495,
    0x8a90_e48f_fe77_c83d,
    0x95ff_4533_e3bc_238f,
    0x9963_5872_eeb0_8939,
    0x9af4_6804_0fa7_7230,
    0x9cd2_e4cf_c6d6_f2d4,
    0x9ce9_27f3_6df5_aa7e,
    0xa1e4_2537_7f52_c568,
    0xb76e_3ac5_ab3c_3051,
    0xba92_f3d9_6b8f_f761,
    0xc378_4eee_92d3_8d98,
    0xc47d_2f8a_0c39_9a1d,
    0xc673_704e_3569_e06f,
    0xc725_0435_84be_de97,
    0xcb8a_17d5_0029_5c02,
    0xccd8_f5da_7126_d2b4,
    0xd32f_420f_a593_bcf3,
    0xd5ad_7c80_419c_eaa8,
    0xdbd5_58dd_9546_a273,
    0xe2f5_e73a_2e52_1923,
    0xe681_501d_4d07_bd01,
    0xe9fc_8321_791f_3cea,
    0xefec_026f_1801_a78c,
    0xf1a4_42ed_cc21_77cf,
    0xf4db_2e3f_0f79_f217,
    0xfa0f_f026_8e12_9f20,
    0xfc92_58fa_476c_e598,
    0xfd17_e6be_f5d3_cd17,
    0xfe58_d8c7_4f00_2dc7,
    0xff8f_1f42_7d0d_5ff0,
];

/// Tells whether a value, or a piece of it, is a credential that a vendor prints in its documentation.
pub fn is_published(value: &[u8]) -> bool {
    /// A value longer than this is no single credential.
    const LONG: usize = 1 << 10;
    if value.len() > LONG {
        return false;
    }
    let known = |piece: &[u8]| {
        let digest = Sha256::new()
            .chain_update(b"hexguard sample:")
            .chain_update(piece)
            .finalize();
        let head = digest
            .iter()
            .take(8)
            .fold(0u64, |head, &byte| head << 8 | u64::from(byte));
        PUBLISHED.binary_search(&head).is_ok()
    };
    let is_piece =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-');
    known(value)
        // Long ones are often shown cut.
        || value.len() > 24 && known(&value[..24])
        || value
            .split(|&b| !is_piece(b))
            .filter(|piece| piece.len() >= 16 && piece.len() < value.len())
            .take(8)
            .any(|piece| {
                known(piece)
                    || piece
                        .split(|&b| b == b'_' || b == b'=')
                        .next_back()
                        .is_some_and(|tail| tail.len() >= 16 && known(tail))
            })
}

/// Tells whether a value is a name as programs have them.
fn is_name(value: &[u8]) -> bool {
    value
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
        && value
            .first()
            .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
}

fn starts_with(value: &[u8], start: &[u8]) -> bool {
    value.len() >= start.len() && value[..start.len()].eq_ignore_ascii_case(start)
}

/// Returns the small letter that a digit or mark stands for in words such as `p@ssw0rd`; other bytes in small letters.
pub(crate) fn undisguised(byte: u8) -> u8 {
    match byte {
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        other => other.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_references_and_templates_are_told() {
        for value in [
            "password",
            "changeme",
            "CHANGE_ME",
            "change-this-key",
            "your-api-key",
            "YOUR_TOKEN_HERE",
            "yourpassword",
            "<your token>",
            "[token]",
            "{token}",
            "xxxxxxxx",
            "XXXX-XXXX",
            "sk-xxx",
            "****",
            "...",
            "abc...",
            "$DB_PASSWORD",
            "${DB_PASSWORD}",
            "{{ vault_pw }}",
            "$(get-secret)",
            "%PASSWORD%",
            "@password@",
            "#{pw}",
            "<%= pw %>",
            "__TOKEN__",
            "op://vault/item/field",
            "vault:secret/data#key",
            "arn:aws:secretsmanager:eu:1:secret:x",
            "ENC(abcdef)",
            "!vault |",
            "process.env.TOKEN",
            "my-secret-token",
            "test_password_1",
            "foo",
            "foobar",
            "dummy-a8d7f6",
            "fake_a8d7f6g5",
            "12345678",
            "abcdefgh",
            "0123456789abcdef",
            "qwertyuiop",
            "aaaaaaaa",
            "abcabcabc",
            "insert_key",
            "replace-with-your-key",
            "null",
            "TODO",
            "n/a",
            "secret123",
            "%s",
            ":password",
            "some_token",
            "not-a-real-key-91",
            "********abcd",
            "您的密钥",
            "projects/p/secrets/s/versions/1",
            "deadbeefdeadbeef",
        ] {
            assert!(is_placeholder(value.as_bytes(), 0), "{value}");
        }
    }

    #[test]
    fn passwords_of_people_are_no_placeholders() {
        for value in [
            "Tr0ub4dor&3",
            "$uper9!",
            "bluefish42",
            "Winter2024!",
            "P4risTexas",
            "gitte&hans",
            "m4ri0-luigi",
            "sommer-regen-7",
            "postgres",
            "admin",
            "k8tie<3",
            "Contessa",
            "beta.Rocket.11",
        ] {
            assert!(!is_placeholder(value.as_bytes(), 0), "{value}");
        }
    }

    #[test]
    fn the_mark_of_a_format_is_not_judged() {
        let body = ["9aGh2kLq8Zr4", "Tn6Wv1BxQe"].concat();
        assert!(!is_placeholder(format!("sk_test_{body}").as_bytes(), 8));
        assert!(!is_placeholder(format!("sk_test_{body}").as_bytes(), 0));
        assert!(is_placeholder(b"sk_live_xxxxxxxxxxxxxxxxxxxx", 8));
    }

    #[test]
    fn random_tokens_are_no_placeholders() {
        const ALPHABETS: [&[u8]; 4] = [
            b"0123456789abcdef",
            b"0123456789abcdefghijklmnopqrstuvwxyz",
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        ];
        let mut seed = 1u64;
        let mut next = |below: usize| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).expect("31 bits") % below
        };
        let (mut dropped, mut all) = (0, 0);
        for alphabet in ALPHABETS {
            for len in [20, 32, 40, 64, 100] {
                for _ in 0..1_000 {
                    let token: Vec<u8> = (0..len).map(|_| alphabet[next(alphabet.len())]).collect();
                    all += 1;
                    dropped += usize::from(is_placeholder(&token, 0));
                }
            }
        }
        assert!(dropped * 1_000 < all, "{dropped} of {all}");
    }

    #[test]
    fn published_samples_are_sorted_and_found_inside_longer_values() {
        assert!(PUBLISHED.is_sorted());
        let pair = ["czZCaGRSa3F0Mzpn", "WDFmQmF0M2JW"].concat();
        assert!(is_published(pair.as_bytes()));
        assert!(is_published(
            format!("Authorization: Basic {pair}").as_bytes()
        ));
        assert!(!is_published(b"czZCaGRSa3F0Mzpn"));
    }
}
