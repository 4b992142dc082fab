//! Reviews of exports: who looked at which content, and when; one sorted line for each.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::suppress::date::is_day;

/// The file at the top of the repository that holds the reviews.
pub const FILE: &str = ".hexguard-reviews";

const HEAD: &str = "# Exports that somebody reviewed before they were shared: content (SHA-256), day, person, path.\n\
                    # Written by `hexguard reviewed FILE`; a changed file needs a new review.\n";

/// A review.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Review {
    /// The file, as it was called then.
    pub path: String,
    /// The digest of what it held.
    pub content: String,
    /// The day.
    pub day: String,
    /// Who it was.
    pub person: String,
}

/// The reviews of a repository.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reviews(Vec<Review>);

impl Reviews {
    /// Reads the file; lines that are none of its own are passed over, for a merge may have left some.
    pub fn parse(text: &str) -> Self {
        let review = |line: &str| {
            let mut parts = line.splitn(4, '\t');
            let (content, day, person, path) =
                (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
            let digest = content.len() == 64 && content.bytes().all(|b| b.is_ascii_hexdigit());
            (digest && is_day(day) && !person.is_empty()).then(|| Review {
                path: path.to_owned(),
                content: content.to_owned(),
                day: day.to_owned(),
                person: person.to_owned(),
            })
        };
        Self(text.lines().filter_map(review).collect())
    }

    /// Returns the review of a content, wherever it lies now.
    pub fn of(&self, text: &[u8]) -> Option<&Review> {
        let content = digest(text);
        self.0.iter().find(|review| review.content == content)
    }

    /// Tells whether a content of this digest was reviewed.
    pub(super) fn holds(&self, content: &str) -> bool {
        self.0.iter().any(|review| review.content == content)
    }

    /// Adds a review.
    pub fn add(&mut self, path: &str, text: &[u8], day: &str, person: &str) {
        let plain = |text: &str| text.replace(['\t', '\n', '\r'], " ").trim().to_owned();
        let content = digest(text);
        self.0.retain(|review| review.content != content);
        self.0.push(Review {
            path: plain(path),
            content,
            day: day.to_owned(),
            person: plain(person),
        });
    }

    /// Returns the file's text.
    pub fn text(&self) -> String {
        let mut reviews: Vec<&Review> = self.0.iter().collect();
        reviews.sort();
        let mut out = HEAD.to_owned();
        for Review {
            path,
            content,
            day,
            person,
        } in reviews
        {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{content}\t{day}\t{person}\t{path}");
        }
        out
    }
}

/// Returns the digest of a content.
pub(super) fn digest(text: &[u8]) -> String {
    let mut digester = Digester::default();
    digester.add(text);
    digester.text()
}

/// Makes the digest of a content that comes in pieces.
#[derive(Clone, Default)]
pub(super) struct Digester(Sha256);

impl Digester {
    /// Adds what follows.
    pub(super) fn add(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    /// Returns the digest of all that was added, in hexadecimal digits.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        for byte in self.0.clone().finalize() {
            let _ = write!(out, "{byte:02x}");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reviews_are_of_a_content_and_survive_their_file() {
        let mut reviews = Reviews::default();
        reviews.add("b.csv", b"1", "2026-11-24", "Ada <ada@example.com>");
        reviews.add("a\t.csv", b"2", "2026-11-24", "Ada");
        let read = Reviews::parse(&format!("<<<<<<< ours\n{}=======\n", reviews.text()));
        assert_eq!(
            read.of(b"1").map(|review| review.person.as_str()),
            Some("Ada <ada@example.com>")
        );
        assert_eq!(
            read.of(b"2").map(|review| review.path.as_str()),
            Some("a .csv")
        );
        assert_eq!(read.of(b"3"), None);
        assert_eq!(Reviews::parse(&read.text()).text(), read.text());
    }
}
