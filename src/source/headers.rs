//! What commits and tags say of themselves: names, messages, authors, taggers and other lines of their headers.

use std::collections::HashSet;

use super::{Sink, encoding};
use crate::fragment::{Fragment, Part};
use crate::git::{Commit, Header, Tag};

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
            } else if !matches!(header.name, b"tree" | b"parent") {
                self.header(&header, Some(id));
            }
        }
        let message = encoding::decode(&commit.message);
        self.part(MESSAGE, &message, Part::Message, Some(id));
    }

    /// Scans the header and the message of a tag; `commit` is the one that holds it.
    pub(super) fn tag(&mut self, tag: &Tag, commit: Option<&str>) {
        for header in tag.headers() {
            if !matches!(header.name, b"object" | b"type") {
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
            // Random letters, and one for each commit.
            name if name.starts_with(b"gpgsig") && header.value.starts_with(b"-----BEGIN ") => {
                return;
            }
            _ => HEADER,
        };
        // Behind an address stands the time.
        let end = memchr::memrchr(b'>', &header.value).filter(|_| path != HEADER);
        let text = end.map_or(&header.value[..], |end| &header.value[..=end]);
        if self.seen.insert(text.to_vec()) {
            self.part(path, &encoding::decode(text), Part::Header, commit);
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
