//! Personal data: told by a column's name and by what its values look like.

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A payment card's number (Luhn).
    Card,
    /// A bank account's number (mod 97).
    Iban,
    /// A national or tax number of a person.
    NationalId,
    /// A person's name; told by the column only.
    Name,
    /// Where a person lives; told by the column only.
    Address,
    /// When a person was born; told by the column only.
    Birth,
}

impl Kind {
    /// Returns its name, as reports spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "e-mail",
            Self::Phone => "phone",
            Self::Card => "card number",
            Self::Iban => "IBAN",
            Self::NationalId => "national id",
            Self::Name => "name",
            Self::Address => "address",
            Self::Birth => "date of birth",
        }
    }
}

/// Names of columns, in small letters and digits only, and what they hold; in English and as neighbours say it.
#[rustfmt::skip]
const HEADERS: &[(Kind, &[&str])] = &[
    (Kind::Email, &["email", "emailaddress", "mail", "emailid", "correo", "correoelectronico", "courriel"]),
    (Kind::Phone, &[
        "phone", "phonenumber", "telephone", "telephonenumber", "mobile", "mobilenumber", "cellphone", "msisdn",
        "telefon", "telefonnummer", "telefono", "handy", "handynummer",
    ]),
    (Kind::Card, &["cardnumber", "creditcard", "creditcardnumber"]),
    (Kind::Iban, &["iban"]),
    (Kind::NationalId, &[
        "ssn", "socialsecuritynumber", "nationalid", "taxid", "passportnumber", "passport", "nino", "dni", "bsn", "cpf",
        "pesel", "personnummer", "codicefiscale", "steuerid", "driverslicense", "driverslicensenumber",
    ]),
    (Kind::Name, &[
        "firstname", "lastname", "surname", "fullname", "givenname", "familyname", "middlename", "customername",
        "vorname", "nachname", "prenom", "apellido", "apellidos",
    ]),
    (Kind::Address, &[
        "street", "streetaddress", "streetname", "homeaddress", "postaladdress", "addressline", "billingaddress",
        "shippingaddress", "mailingaddress", "strasse", "anschrift",
    ]),
    (Kind::Birth, &["dateofbirth", "birthdate", "birthday", "dob", "geburtsdatum", "geburtstag"]),
];

/// Words of a column's name that people shorten.
const SHORTENED: &[(&str, &str)] = &[
    ("no", "number"),
    ("num", "number"),
    ("nr", "number"),
    ("nbr", "number"),
    ("nm", "name"),
    ("addr", "address"),
    ("tel", "telephone"),
    ("dt", "date"),
    ("cc", "creditcard"),
];

/// What a column holds that tells whether there is something, not what.
const TOLD: [&str; 10] = ["true", "false", "t", "f", "yes", "no", "y", "n", "0", "1"];

/// A kind, what tells it, and how many percent of the values must say so.
type Test = (Kind, fn(&str) -> bool, usize);

/// Returns what a column holds, by its name or else by its values; of columns of codes only a half that fits counts.
pub fn of_column(name: &str, values: &[&str]) -> Option<Kind> {
    let values: Vec<&str> = values
        .iter()
        .map(|value| value.trim())
        .filter(|value| !value.is_empty())
        .collect();
    let told = |value: &&str| TOLD.iter().any(|word| value.eq_ignore_ascii_case(word));
    if !values.is_empty() && values.iter().all(told) {
        return None;
    }
    if let Some(kind) = of_name(name) {
        return Some(kind);
    }
    let count = |is: fn(&str) -> bool| values.iter().filter(|value| is(value)).count();
    let tests: [Test; 5] = [
        (Kind::Email, is_email, 10),
        (Kind::Iban, is_iban, 10),
        (Kind::NationalId, is_national_id, 50),
        (Kind::Phone, is_phone, 50),
        // Every tenth number fits Luhn's formula by chance.
        (Kind::Card, is_card, 50),
    ];
    tests
        .into_iter()
        .find(|&(_, is, percent)| {
            let fit = count(is);
            fit > 0 && fit * 100 >= values.len() * percent
        })
        .map(|(kind, _, _)| kind)
}

/// Returns what a column's name says: the whole name, or its last words ("customer_email").
fn of_name(name: &str) -> Option<Kind> {
    let mut words = Vec::new();
    let mut before = ' ';
    for c in name.chars() {
        let new = !c.is_alphanumeric() || c.is_uppercase() && before.is_lowercase();
        if new || words.is_empty() {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    for word in &mut words {
        // `email_1`, `EMAIL2`: one of several.
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        word.truncate(letters);
        if let Some((_, long)) = SHORTENED.iter().find(|(short, _)| short == word) {
            (*long).clone_into(word);
        }
    }
    words.retain(|word| !word.is_empty());
    (0..words.len()).find_map(|from| {
        let end = words[from..].concat();
        // An address by itself is as often one of a machine.
        let behind = end.strip_suffix("address").filter(|rest| !rest.is_empty());
        HEADERS
            .iter()
            .find(|(kind, names)| {
                names.contains(&end.as_str())
                    || *kind == Kind::Email && behind.is_some_and(|rest| names.contains(&rest))
            })
            .map(|(kind, _)| *kind)
    })
}

fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else {
        return false;
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
    let end = host.rsplit('.').next().unwrap_or_default();
    !local.is_empty()
        && local.chars().all(plain)
        && host.contains('.')
        && host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
        && end.len() >= 2
        && end.chars().all(|c| c.is_ascii_alphabetic())
}

/// A number in international form, or one that is grouped as telephone numbers are.
fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let allowed = text
        .chars()
        .all(|c| c.is_ascii_digit() || "+-() ./".contains(c));
    let groups = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|group| !group.is_empty());
    let sizes: Vec<usize> = groups.map(str::len).collect();
    allowed
        && (text.starts_with('+') && (8..=15).contains(&digits)
            || matches!(sizes.as_slice(), [3, 3, 4] | [1, 3, 3, 4]) && !text.contains('.'))
}

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars()
        .filter(|c| !matches!(c, ' ' | '-' | '.' | '/'))
        .map(|c| c.to_digit(10))
        .collect()
}

fn is_card(text: &str) -> bool {
    digits(text).is_some_and(|digits| {
        (13..=19).contains(&digits.len()) && (2..=6).contains(&digits[0]) && luhn(&digits)
    })
}

fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, &digit)| match (i % 2, digit) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10) && sum > 0
}

fn is_iban(text: &str) -> bool {
    let text: Vec<u8> = text.bytes().filter(|b| *b != b' ').collect();
    let shape = (15..=34).contains(&text.len())
        && text[..2].iter().all(u8::is_ascii_uppercase)
        && text[2..4].iter().all(u8::is_ascii_digit)
        && text[4..]
            .iter()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    shape
        && text[4..].iter().chain(&text[..4]).fold(0u32, |rest, &b| {
            let digit = u32::from(b.to_ascii_uppercase());
            if b.is_ascii_digit() {
                (rest * 10 + digit - u32::from(b'0')) % 97
            } else {
                (rest * 100 + digit - u32::from(b'A') + 10) % 97
            }
        }) == 1
}

/// Numbers whose form or check digits say that they are of a person: of the USA, Great Britain, Spain, Italy, Brazil,
/// Poland, Sweden and France.
fn is_national_id(text: &str) -> bool {
    let b = text.as_bytes();
    let shape = |pattern: &str| {
        b.len() == pattern.len()
            && b.iter().zip(pattern.bytes()).all(|(&b, p)| match p {
                b'9' => b.is_ascii_digit(),
                b'A' => b.is_ascii_uppercase(),
                p => b == p,
            })
    };
    let number = || digits(text).unwrap_or_default();
    if shape("999-99-9999") {
        return !matches!(&b[..3], b"000" | b"666")
            && b[0] != b'9'
            && &b[4..6] != b"00"
            && &b[7..] != b"0000";
    }
    if shape("99999999A") {
        let sum = b[..8]
            .iter()
            .fold(0usize, |sum, b| sum * 10 + usize::from(b - b'0'));
        return b[8] == b"TRWAGMYFPDXBNJZSQVHLCKE"[sum % 23];
    }
    if shape("999.999.999-99") {
        let n = number();
        let check = |upto: usize| {
            let weights = (2..=u32::try_from(upto).unwrap_or(2) + 1).rev();
            let sum: u32 = n[..upto]
                .iter()
                .zip(weights)
                .map(|(digit, weight)| digit * weight)
                .sum();
            let rest = sum * 10 % 11;
            (if rest == 10 { 0 } else { rest }) == n[upto]
        };
        return check(9) && check(10);
    }
    if shape("999999-9999") {
        return day_of(&number()[2..6]) && luhn(&number());
    }
    if shape("99999999999") {
        let n = number();
        let weights = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3];
        let sum: u32 = n
            .iter()
            .zip(weights)
            .map(|(digit, weight)| digit * weight)
            .sum();
        return day_of(&[n[2] % 2, n[3], n[4], n[5]]) && (10 - sum % 10) % 10 == n[10];
    }
    if shape("999999999999999") {
        let value = |text: &str| text.parse::<u64>().unwrap_or_default();
        return matches!(b[0], b'1' | b'2') && 97 - value(&text[..13]) % 97 == value(&text[13..]);
    }
    // Great Britain's prefixes leave some letters out; Italy's letters hold the name and the day of birth.
    shape("AA999999A") && !b"DFIQUV".contains(&b[0]) && (b'A'..=b'D').contains(&b[8])
        || shape("AAAAAA99A99A999A") && b"ABCDEHLMPRST".contains(&b[8])
}

/// Tells whether four digits may be a month and a day.
fn day_of(digits: &[u32]) -> bool {
    let (month, day) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3]);
    (1..=12).contains(&month) && (1..=31).contains(&day)
}
