//! What commits and tags say of themselves: names, messages, authors, taggers and other lines of their headers.

use std::collections::HashSet;
use std::ops::Range;

use super::Sink;
use crate::encoding;
use crate::fragment::{Fragment, Part};
use crate::git::{Commit, Header, Id, Tag};

/// What the message of a commit is called in findings.
pub const MESSAGE: &[u8] = b"<commit message>";
/// What the message of a tag is called in findings.
pub const TAG: &[u8] = b"<tag message>";
/// What the name of a branch or a tag is called in findings.
pub const NAME: &[u8] = b"<branch name>";
/// What the author of a commit is called in findings.
pub const AUTHOR: &[u8] = b"<author>";
/// What the committer of a commit is called in findings.
pub const COMMITTER: &[u8] = b"<committer>";
/// What the tagger of a tag is called in findings.
pub const TAGGER: &[u8] = b"<tagger>";
/// What another line of a header is called in findings.
pub const HEADER: &[u8] = b"<header>";

/// What everything that was ever committed is called where it is not all here.
pub const HISTORY: &[u8] = b"<history>";

/// Scans what commits and tags say of themselves; the same line of a header once.
pub(super) struct Headers<'a> {
    scan: Sink<'a>,
    seen: HashSet<Vec<u8>>,
}

impl<'a> Headers<'a> {
    pub(super) fn new(scan: Sink<'a>) -> Self {
        Self {
            scan,
            seen: HashSet::new(),
        }
    }

    /// Scans the name of a branch or a tag.
    pub(super) fn name(&self, name: &[u8]) {
        self.part(NAME, name, Part::Reference, None);
    }

    /// Scans the header and the message of a commit.
    pub(super) fn commit(&mut self, commit: &Commit, id: &str) {
        for header in commit.headers() {
            // A merge of a signed tag holds the whole tag.
            let merged = (header.name == b"mergetag").then(|| Tag::parse(&header.value));
            if let Some(tag) = merged.flatten() {
                self.tag(&tag, Some(id));
            } else if !names_object(&header) {
                self.header(&header, Some(id));
            }
        }
        let message = encoding::decode(&commit.message);
        self.part(MESSAGE, &message, Part::Message, Some(id));
    }

    /// Scans the header and the message of a tag; `commit` is the one that holds it.
    pub(super) fn tag(&mut self, tag: &Tag, commit: Option<&str>) {
        for header in tag.headers() {
            if !names_object(&header) {
                self.header(&header, commit);
            }
        }
        self.part(TAG, &encoding::decode(&tag.message), Part::Message, commit);
    }

    fn header(&mut self, header: &Header<'_>, commit: Option<&str>) {
        let path = match header.name {
            b"author" => AUTHOR,
            b"committer" => COMMITTER,
            b"tagger" => TAGGER,
            _ => HEADER,
        };
        let text = match header.name {
            b"gpgsig" | b"gpgsig-sha256" => without_signature(&header.value),
            b"author" | b"committer" | b"tagger" => without_time(&header.value).to_vec(),
            _ => header.value.clone(),
        };
        // git knows few names: any other may be made of a secret.
        let is_known = matches!(
            header.name,
            b"encoding" | b"tag" | b"gpgsig" | b"gpgsig-sha256"
        );
        if !is_known && path == HEADER {
            self.part(path, header.name, Part::Header, commit);
        }
        if !text.is_empty() && self.seen.insert(text.clone()) {
            self.part(path, &encoding::decode(&text), Part::Header, commit);
        }
    }

    fn part(&self, path: &[u8], text: &[u8], part: Part, commit: Option<&str>) {
        (self.scan)(&Fragment {
            part,
            commit,
            ..Fragment::content(path, text)
        });
    }
}

/// Tells whether a line says no more than which object is meant, or of which kind it is.
fn names_object(header: &Header<'_>) -> bool {
    match header.name {
        b"tree" | b"parent" | b"object" => Id::from_hex(&header.value).is_some(),
        b"type" => matches!(&header.value[..], b"commit" | b"tree" | b"blob" | b"tag"),
        _ => false,
    }
}

/// Returns a person without the time behind the address: seconds, and hours east of Greenwich. Anything else there stays.
fn without_time(person: &[u8]) -> &[u8] {
    let Some(end) = memchr::memrchr(b'>', person) else {
        return person;
    };
    let mut words = person[end + 1..].split(|&b| b == b' ');
    let is_number = |word: &[u8]| word.len() <= 20 && word.iter().all(u8::is_ascii_digit);
    let is_zone = |word: &[u8]| {
        let digits = word.strip_prefix(b"+").or_else(|| word.strip_prefix(b"-"));
        digits.is_some_and(|digits| digits.len() <= 8 && is_number(digits))
    };
    let is_time = words.next().is_none_or(<[u8]>::is_empty)
        && words.next().is_none_or(is_number)
        && words.next().is_none_or(is_zone)
        && words.next().is_none();
    if is_time { &person[..=end] } else { person }
}

/// Returns what a signature holds besides the signature itself, whose letters are random: all of what is none.
fn without_signature(value: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = value.split(|&b| b == b'\n').collect();
    match body_of_signature(&lines) {
        Some(body) => [&lines[..body.start], &lines[body.end..]]
            .concat()
            .join(&b'\n'),
        None => value.to_vec(),
    }
}

/// Returns which lines are the body of a signature: base64 of one width that begins as signatures of the kind do.
fn body_of_signature(lines: &[&[u8]]) -> Option<Range<usize>> {
    let kind = lines
        .first()?
        .strip_prefix(b"-----BEGIN ")?
        .strip_suffix(b"-----")?;
    let end = [b"-----END ".as_slice(), kind, b"-----"].concat();
    let end = lines.iter().position(|line| *line == end)?;
    // OpenPGP puts lines of its own above an empty one.
    let blank = lines[..end]
        .iter()
        .position(|line| line.trim_ascii().is_empty());
    let start = blank.unwrap_or(0) + 1;
    let checksum = lines[start..end].last()?.first() == Some(&b'=');
    let body = &lines[start..end - usize::from(checksum)];
    let (first, last) = (body.first()?, body.last()?);
    let is_base64 = |line: &&[u8]| {
        let letters = line.trim_ascii_end();
        let is_letter = |b: &u8| b.is_ascii_alphanumeric() || b"+/=".contains(b);
        letters.len() <= 76 && letters.iter().all(is_letter)
    };
    let of_one_width = body[..body.len() - 1]
        .iter()
        .all(|line| line.len() == first.len());
    let begins = match kind {
        b"PGP SIGNATURE" | b"PGP MESSAGE" => first
            .iter()
            .take(1)
            .all(|b| !b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef".contains(b)),
        b"SSH SIGNATURE" => first.starts_with(b"U1NIU0lH"),
        b"SIGNED MESSAGE" => first.starts_with(b"MI"),
        _ => false,
    };
    let fits = of_one_width && last.len() <= first.len() && body.iter().all(is_base64) && begins;
    fits.then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_signature_only_the_random_letters_go() {
        let line = "i".repeat(64);
        let made = |above: &str, body: &str, below: &str| {
            format!(
                "-----BEGIN PGP SIGNATURE-----\n{above}\n{body}-----END PGP SIGNATURE-----{below}"
            )
        };
        let left =
            |text: &str| String::from_utf8(without_signature(text.as_bytes())).expect("UTF-8");
        let body = format!("{line}\n{line}\nshort==\n=abcd\n");
        let text = made("Comment: x\n", &body, "\nbelow");
        assert_eq!(left(&text), made("Comment: x\n", "", "\nbelow"));
        for other in [
            made("", "A secret with spaces\n", ""),
            made("", &format!("{line}\nshort\n{line}\n"), ""),
            made("", &format!("{}\n", "i_".repeat(32)), ""),
            made("", &format!("A{line}\n"), ""),
            format!("-----BEGIN PGP SIGNATURE-----\n\n{line}\n"),
            text.replace("PGP", "MY"),
        ] {
            assert_eq!(left(&other), other);
        }
    }

    #[test]
    fn of_a_person_only_the_time_goes() {
        let left = |text: &'static str| without_time(text.as_bytes());
        assert_eq!(left("A <a@b.c> 1700000000 +0200"), b"A <a@b.c>");
        assert_eq!(left("A <a@b.c>"), b"A <a@b.c>");
        for other in [
            "A",
            "A <a> x +0000",
            "A <a> 1 +00x",
            "A <a> 1 +0000 x",
            "A <a>x",
        ] {
            assert_eq!(left(other), other.as_bytes(), "{other}");
        }
    }
}
