//! The vetoes: what settles, before anything is weighed, that a value is no secret. One ordered list, each with a name.

use super::subject::Subject;
use super::{Evidence, Vendor, encoded, expression, name, notation, value};
use crate::detect::assignment::{Form, Place, Quote};
use crate::detect::{jwt, placeholder};
use crate::language::chance;
use crate::lexicon::path::Area;
use crate::lexicon::{
    CHECKSUM_BEFORE, DECRYPTS, FINGERPRINT_OF, FINGERPRINT_SETTING, KEY_ID_BEGIN, LOOKS_ATTRIBUTE,
    PRODUCT_WORD, PUBLIC_BESIDE, RAW_BACKTICK, REMOTE_BESIDE, REMOTE_KEY, SALT_BESIDE, SALT_NAME,
    SAMPLE_ID, SHARE_HOST, SHARE_PARAMETER, Strength, VERB, VERDICT, VERDICT_BESIDE, Words,
};
use crate::rule::{SecretKind, Site};

/// A value shorter than this is not looked at.
const SHORTEST: usize = 4;
/// How many bits for chance make a value random rather than code.
const CHANCE: i32 = 8;
/// How many bits for chance no name of code has.
const RANDOM: i32 = 14;
/// A value longer than this is no single secret.
const LONGEST: usize = 4 << 10;

/// Why a value is no secret.
struct Veto {
    /// Stable, in kebab-case; `tests/corpus/vetoes.toml` holds its examples under this name.
    name: &'static str,
    /// The rest of "never a finding, because ...".
    says: &'static str,
    holds: fn(&Subject<'_>) -> bool,
}

const fn veto(name: &'static str, says: &'static str, holds: fn(&Subject<'_>) -> bool) -> Veto {
    Veto { name, says, holds }
}

/// All vetoes, in the order in which they are asked: the first that holds is the one that is named.
static VETOES: [Veto; 53] = [
    veto("short", "it is too short", |s| s.value.len() < SHORTEST),
    veto(
        "long",
        "it is longer than a secret, or several lines",
        |s| s.value.len() > LONGEST || s.value.contains(&b'\n'),
    ),
    veto("number", "it is a number", |s| {
        let token = s.evidence.kind == SecretKind::Token;
        value::is_number(s.value) || token && value::is_hexadecimal_number(s.value)
    }),
    veto("version", "it is a version", |s| value::is_version(s.value)),
    veto("expression", "it is an expression", |s| {
        !s.random && expression::is_expression(s.value, s.evidence.quote, s.evidence.place)
            || expression::is_member(s.value)
            || s.is_bare() && expression::is_path_call(s.value)
            || s.is_selector()
    }),
    veto("dotted-name", "it is a name of code", |s| {
        let data = s.is_bare() && s.evidence.place == Place::Code;
        s.is_named() && !data && expression::is_dotted_name(s.value) && chance(s.value) < RANDOM
    }),
    veto("reference", "it is a reference", |s| {
        (!s.random || placeholder::is_expansion(s.value)) && placeholder::is_reference(s.value)
            || s.is_bare() && value::is_variable(s.value)
            || expression::is_joined_variables(s.value)
            // The tag of a YAML loader, of which the value is cut off: `!reset`.
            || s.is_bare() && s.value[0] == b'!' && s.value[1..].iter().all(u8::is_ascii_lowercase)
    }),
    // People choose rows of the keyboard; what documentation makes up has no mark and no digit of its own.
    veto("placeholder", "it is a placeholder", |s| {
        let chosen = s.is_password() && value::is_walk(s.value)
            || s.is_weak_password() && !placeholder::is_patterned(s.value);
        s.is_published()
            || s.is_cut()
            || s.is_named()
                && s.evidence.vendor == Vendor::None
                && placeholder::is_alphabet(s.value)
            // Nobody makes a key so, though many a password.
            || s.is_named() && !s.is_password() && placeholder::is_zigzag(s.value)
            || !chosen
                && (placeholder::is_stand_in(s.value, 0)
                    || placeholder::is_worded_in_disguise(s.value))
    }),
    veto("other-script", "it is a word of another language", |s| {
        let foreign = s.value.iter().filter(|b| **b >= 0x80).count();
        // People choose passwords of one such word; of several they make sentences, and keys of none.
        let worded = foreign > 0
            && (!s.is_password() || s.value.contains(&b' '))
            && std::str::from_utf8(s.value)
                .is_ok_and(|text| text.chars().all(|c| c.is_alphabetic() || " -.".contains(c)));
        let digits = s.value.iter().filter(|b| b.is_ascii_digit()).count();
        worded
            || foreign * 2 > s.value.len() && digits == 0
            // `密码至少8位`
            || digits <= 2 && value::is_mostly_foreign(s.value)
    }),
    veto(
        "encoded-words",
        "it is an encoded placeholder, or encoded words",
        |s| {
            s.evidence.vendor != Vendor::Key
                && encoded::decoded(s.value).is_some_and(|text| {
                    // A login holds words.
                    let login = s.evidence.site == Site::Encoded;
                    placeholder::is_placeholder(&text, 0)
                        || placeholder::is_count(&text)
                        || !login && encoded::is_prose(&text)
                })
        },
    ),
    veto("sentence", "it is a sentence", |s| {
        // `secrets by @somebody` thanks.
        let blanks = memchr::memchr_iter(b' ', s.value).count();
        s.evidence.form == Form::Prose && (blanks > 0 || s.value[0] == b'@')
            // `log_pass "3 checks are done"`
            || s.evidence.form == Form::Directive && blanks > 1
    }),
    veto("option", "it is another option", |s| {
        let in_option = |b: &u8| b.is_ascii_lowercase() || matches!(b, b'-' | b'0'..=b'9');
        let option = !s.random
            && s.value[0] == b'-'
            && s.value.iter().all(in_option)
            && s.evidence.form != Form::Equals;
        // `docker build --secret id=npm2,src=.npmrc`
        let name = s.value.iter().take_while(|b| in_option(b)).count();
        let named = s.evidence.form == Form::Flag
            && s.evidence.kind == SecretKind::Secret
            && s.value.get(name) == Some(&b'=')
            && name < s.value.len() - 1;
        option || named
    }),
    veto("regular-expression", "it is a regular expression", |s| {
        !s.random && expression::is_regex(s.value) || expression::is_escaped_pattern(s.value)
    }),
    veto("notation", "it is a name, a rule or an address", |s| {
        !s.random && notation::is_notation(s.value)
            || notation::is_user_id(s.value)
            || notation::holds_time(s.value)
    }),
    veto(
        "signed-part",
        "it is a part of a JSON Web Token, or a whole one, for which there is a rule",
        |s| {
            // The parts of such a token carry no padding.
            let cut = s.value.starts_with(b"eyJ")
                && !s.value.ends_with(b"=")
                && s.value.len() < 40
                && s.is_named();
            s.evidence.vendor == Vendor::None && (cut || jwt::is_of_rule(s.value))
        },
    ),
    veto("colour", "it is a colour code", |s| {
        encoded::is_colour(s.value)
    }),
    veto("escapes", "it is made of escapes", |s| {
        encoded::is_escaped(s.value)
    }),
    veto("tag", "it is the tag of a field", |s| {
        value::is_tag(s.value, s.is_assigned())
    }),
    veto("verb", "it is the object of a verb", |s| {
        let variable = s.evidence.key().iter().all(u8::is_ascii_uppercase);
        s.evidence.form == Form::Directive
            && VERB.has(s.evidence.key())
            && !variable
            && chance(s.value) < RANDOM
    }),
    veto("verdict", "`pass` is a result here", |s| {
        !s.random
            && VERDICT.has(s.evidence.key())
            && value::holds_word(s.evidence.around(), &VERDICT_BESIDE)
    }),
    veto("command", "it is a command", |s| {
        let at = s.evidence.range.start;
        // In a shell, and in what is like one, back-ticks run what stands between them.
        let text = RAW_BACKTICK.ends(s.evidence.fragment.path);
        !text && at > 0 && s.evidence.fragment.text[at - 1] == b'`' && s.value.contains(&b' ')
    }),
    veto(
        "plain-word",
        "prose and code have such words here, too",
        |s| {
            s.evidence.site == Site::Loose
                && value::is_plain_word(s.value)
                && chance(s.value) < CHANCE
        },
    ),
    veto("name-of-secret", "it is the name of a secret", |s| {
        s.is_named()
            && s.evidence.vendor != Vendor::Key
            && (value::is_secret_name(s.value) || s.is_name_of_object())
    }),
    veto("other-name", "its name says that it is no secret", |s| {
        s.evidence.vendor == Vendor::Near
            && s.evidence.name.is_none()
            && name::denies(s.evidence.key())
    }),
    veto("logical-name", "it is the name of a resource", |s| {
        s.is_named()
            && (value::is_logical_name(s.value)
                || !s.is_password() && value::is_numbered_name(s.value))
    }),
    veto("template", "it is a template", |s| {
        !s.random && expression::is_template(s.value, s.evidence.quote)
            || s.evidence.quote == Quote::Format && s.value.contains(&b'{')
            || s.is_bare() && s.is_in_template()
    }),
    veto("repetition", "it repeats its key", |s| {
        value::repeats(s.value, s.evidence.key())
    }),
    veto("location", "it tells where something is", |s| {
        value::is_location(s.value) || !s.is_password() && value::is_host_name(s.value)
    }),
    veto("hash", "it is a hash, encrypted or public", |s| {
        let by_chance = s.random && s.value.len() < 24;
        // No password is so long in hexadecimal digits.
        let long =
            s.is_password() && s.value.len() > 64 && s.value.iter().all(u8::is_ascii_hexdigit);
        // What is stored of a password: `{"value": "...", "salt": "...", "hashIterations": 27500}`.
        let stored = || {
            SALT_NAME.ends(s.evidence.key()) && value::holds_word(s.evidence.around(), &SALT_BESIDE)
        };
        !by_chance && encoded::is_sealed(s.value) || s.is_in_sealed() || long || stored()
    }),
    // What another program can make a secret of, with a key of its own: `decrypt("…")`.
    veto("ciphertext", "it is encrypted", |s| {
        let decrypts = |name: &[u8]| Words::of(name).any_in(&DECRYPTS);
        let callee = s.evidence.callee.clone();
        callee.is_some_and(|callee| decrypts(&s.evidence.fragment.text[callee]))
            || s.evidence.form == Form::Call && decrypts(s.evidence.key())
    }),
    veto("key-id", "it is the id of a key, not the key", |s| {
        let plain = s.value.iter().all(u8::is_ascii_alphanumeric);
        s.is_named() && plain && KEY_ID_BEGIN.begins(s.value) && s.value.len() < 64
    }),
    veto(
        "remote-key",
        "it is the name of a key in another store",
        |s| {
            s.is_named()
                && REMOTE_KEY.has(s.evidence.key())
                && value::holds_word(s.evidence.around(), &REMOTE_BESIDE)
        },
    ),
    veto("fingerprint", "it is the fingerprint of a key", |s| {
        let of_pgp = || {
            Words::of(s.evidence.key()).any_in(&FINGERPRINT_OF)
                || FINGERPRINT_SETTING.ends(s.evidence.key())
        };
        s.is_named()
            && (encoded::is_fingerprint(s.value) && of_pgp()
                || !s.is_password() && encoded::is_key_id(s.value)
                || encoded::is_octets(s.value) && s.is_fingerprint_by_name())
    }),
    veto("checksum", "it is the checksum of a file", |s| {
        let before = &s.evidence.fragment.text[..s.evidence.key.start];
        let before = before.strip_suffix(b"/").unwrap_or_default();
        s.is_named() && CHECKSUM_BEFORE.ends(before) && encoded::is_digest(s.value)
    }),
    veto("word", "keys and tokens are no words", |s| {
        let made = matches!(s.evidence.kind, SecretKind::Key | SecretKind::Token);
        s.is_named()
            && s.evidence.vendor == Vendor::None
            && made
            && value::is_word(s.value)
            && chance(s.value) < CHANCE
    }),
    veto("public-point", "it is a public key", |s| {
        encoded::is_public_point(s.value)
    }),
    veto("name-of-words", "it is a name of words", |s| {
        let by_service = s.evidence.vendor == Vendor::Near;
        let loose = s.evidence.site == Site::Loose;
        // People choose passwords, and now and then another secret, of words and digits.
        let chosen = s.evidence.kind == SecretKind::Secret
            && s.value.iter().filter(|b| b.is_ascii_digit()).count() > 1;
        // A login by its place: `Velvet_River94`.
        let chosen_login = loose
            && s.value.iter().filter(|b| b.is_ascii_digit()).count() > 1
            && s.value.iter().any(u8::is_ascii_uppercase);
        let words =
            by_service && s.value.iter().all(u8::is_ascii_alphabetic) && chance(s.value) < 0;
        s.evidence.vendor != Vendor::Key
            && (by_service || loose && !chosen_login || !loose && !s.is_password() && !chosen)
            && (words || value::is_name_of_words(s.value))
    }),
    veto("call", "it is a call", |s| {
        let name = s.value.split(|b| *b == b'(').next().unwrap_or_default();
        let data = s.evidence.place == Place::Code && name.iter().any(u8::is_ascii_digit);
        !s.random && s.is_bare() && !data && expression::is_call(s.value)
    }),
    veto("random-name", "its name is no word", |s| {
        s.is_named() && s.evidence.vendor == Vendor::None && name::is_random_name(s.evidence.key())
    }),
    veto("mapping", "it is another pair", |s| {
        let option = s.evidence.form == Form::Flag && value::is_option_pair(s.value);
        s.is_named()
            && s.is_bare()
            && (value::is_pair(s.value) || value::is_pair_list(s.value) || option)
    }),
    // `<app-password class="wide">`: the name is that of an element.
    veto("attribute", "it is another attribute of an element", |s| {
        let (text, key) = (s.evidence.fragment.text, &s.evidence.key);
        let between = text
            .get(key.end..s.evidence.range.start)
            .unwrap_or_default();
        s.is_named()
            && text[..key.start].ends_with(b"<")
            && LOOKS_ATTRIBUTE.ends(between.trim_ascii_start())
    }),
    // Lists of ciphers: `HIGH:!aNULL:!PSK:!DSS`.
    veto("list-item", "its name is one of a list", |s| {
        let (text, key) = (s.evidence.fragment.text, &s.evidence.key);
        s.is_named() && text[..key.start].ends_with(b":!") && text[key.end..].starts_with(b":")
    }),
    veto("user", "it is the name of the user, too", |s| {
        s.is_its_user()
    }),
    veto("code-name", "it is a long name of code", |s| {
        // A client's file holds no code.
        s.evidence.vendor != Vendor::Key
            && (s.is_named() || s.evidence.site == Site::Loose)
            && value::is_long_name(s.value)
    }),
    veto("index", "it is the name of an index", |s| {
        !s.random && s.is_named() && value::is_index_name(s.value)
    }),
    veto("picture", "it is a part of a picture", |s| {
        let at = s.evidence.range.start;
        let text = s.evidence.fragment.text;
        encoded::is_in_data_url(&text[at.saturating_sub(encoded::DATA_URL)..at])
    }),
    veto(
        "weak-name",
        "the key may name many things, and the value too",
        |s| {
            let product = s.evidence.name.is_none() && PRODUCT_WORD.ends(s.evidence.key());
            let weak = s
                .evidence
                .name
                .is_some_and(|name| name.strength == Strength::Weak);
            // `cache:` and a digest.
            let behind = s.value.rsplit(|b| *b == b':').next().unwrap_or(s.value);
            let word = &s.value[..s.value.len() - behind.len()];
            let cached = !word.is_empty()
                && word
                    .iter()
                    .all(|b| b.is_ascii_lowercase() || b":_-".contains(b));
            // `app-id:name`
            let composed = behind.len() >= 4
                && behind.len() < s.value.len()
                && behind
                    .iter()
                    .all(|b| b.is_ascii_lowercase() || b"_-".contains(b));
            // `pin: board:PB2`
            let of_board = s.value.iter().any(u8::is_ascii_alphabetic)
                && s.value.iter().any(|b| b":/".contains(b));
            name::names_a_pin(s.evidence.key()) && of_board
                || product && encoded::is_uuid(s.value)
                // `job/QBZ5jkKf.json` is named by its key.
                || weak && memchr::memmem::find(s.evidence.fragment.path, s.value).is_some()
                || weak && composed && s.evidence.kind == SecretKind::Key
                || weak && cached && encoded::is_digest(behind)
                || weak
                    && s.evidence.vendor == Vendor::None
                    && (encoded::is_uuid(s.value)
                        || encoded::is_digest(s.value) && name::names_a_digest(s.evidence.key())
                        || s.value.len() < 12)
        },
    ),
    veto(
        "foreign-file",
        "the file is generated, brought in from elsewhere, a style sheet or a translation",
        |s| s.is_named() && s.evidence.area() == Area::Foreign,
    ),
    // Searches the lines around.
    veto("public-key", "the key is public by design", |s| {
        let text = s.evidence.fragment.text;
        let made = |callee| name::is_named_public(&text[callee]);
        let by_name = || {
            name::is_named_public(s.evidence.key()) || s.evidence.callee.clone().is_some_and(made)
        };
        let beside = || PUBLIC_BESIDE.stands_in(s.evidence.around());
        s.is_named() && !s.is_password() && (by_name() || beside())
    }),
    veto("share-link", "it opens what a link shares", |s| {
        let at = s.evidence.range.start;
        SHARE_PARAMETER.ends(&s.evidence.fragment.text[..at])
            && SHARE_HOST.stands_in(s.word_before())
    }),
    veto(
        "beside-sample",
        "documentation prints the id beside it",
        |s| {
            let sight = &s.evidence.fragment.text[s.evidence.sight()];
            // All of them hold it: a fast search first.
            s.is_named()
                && memchr::memmem::find(sight, b"EXAMPLE").is_some()
                && SAMPLE_ID.stands_in(sight)
        },
    ),
    veto("control", "it holds control characters", |s| {
        s.value.iter().any(u8::is_ascii_control)
    }),
    // `tokens: {primary: …}` holds names, sizes and texts; the name of the whole says little of each.
    veto(
        "entry",
        "it is one of several, and not made at random",
        |s| {
            // People choose passwords; what else there is of that name is made, or is the name of one.
            let bits = if s.is_password() { 10 } else { 20 };
            s.evidence.form == Form::Entry
                && chance(s.value) < bits
                && !(s.is_password() && value::is_chosen(s.value))
        },
    ),
];

/// Returns why a value is no secret, by the first veto that holds.
pub(super) fn first(evidence: &Evidence<'_>) -> Option<&'static str> {
    let subject = Subject {
        evidence,
        value: &evidence.value,
        random: value::is_random(&evidence.value),
    };
    VETOES
        .iter()
        .find(|veto| (veto.holds)(&subject))
        .map(|veto| veto.says)
}

/// Returns the name of each veto with what it says, in the order in which they are asked.
pub fn vetoes() -> impl Iterator<Item = (&'static str, &'static str)> {
    VETOES.iter().map(|veto| (veto.name, veto.says))
}
