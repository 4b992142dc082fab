//! What stands inside of a text and is none by itself: the cells and pictures of a notebook, the members of a container that is
//! encoded there.

use std::io::Read;
use std::mem;
use std::ops::Range;

use super::binary::Content;
use super::decode::{self, Derived};
use super::notebook::{self, Notebook};
use super::pieces::{Sizes, UpToFault, pieces};
use super::{Candidate, Scan, brought_back, dense, masked_name};
use crate::container::{self, Name, Why};
use crate::finding::Finding;
use crate::fragment::{Fragment, Inside, Part};

/// What the encoding is called.
const CONTAINER: &str = "decoded from base64 of a compressed file";

impl Scan<'_> {
    /// Appends what is found in a member of a container that stands encoded at a place of a text. The member is judged as one of
    /// a file, by its name and by what it holds, and what is found in it stands at the place.
    pub(super) fn member(
        &mut self,
        text: &Fragment<'_>,
        name: &Name,
        data: &mut dyn Read,
        place: &Range<usize>,
        out: &mut Vec<Candidate>,
    ) {
        let inside = Some(Inside {
            name: &name.shown,
            file: name.file,
            sheet: name.sheet,
        });
        let member = Fragment {
            commit: text.commit,
            inside,
            ..Fragment::content(&name.path, b"")
        };
        // What is unpacked without a name has none to be judged by.
        let own = &name.shown[text.name().len()..];
        let called = own.strip_prefix(b"!").unwrap_or_default();
        if !called.is_empty() {
            let name = Fragment {
                text: called,
                part: Part::Name,
                ..member
            };
            self.below(&name, own, place, out);
        }
        // It ends at a fault: there is none to be told.
        let mut data = UpToFault(data);
        let _ = pieces(
            &name.path,
            Vec::new(),
            &mut data,
            Sizes::MEMBER,
            &mut |piece| {
                let piece = Fragment {
                    text: piece.text,
                    piece: piece.piece,
                    ..member
                };
                self.below(&piece, own, place, out);
            },
        );
    }

    /// Appends what is found in a text that stands encoded at a place, in a member that is called `own` in its container.
    fn below(
        &mut self,
        fragment: &Fragment<'_>,
        own: &[u8],
        place: &Range<usize>,
        out: &mut Vec<Candidate>,
    ) {
        let mut scan = Scan {
            left: self.left.below(),
            ..Scan::new(self.rules, mem::take(&mut self.trace))
        };
        let mut mark = scan.trace.len();
        scan.settled(fragment, &mut |scan, part, findings| {
            scan.trace
                .bring_back(mark, part.text, &|_| Some(place.clone()));
            mark = scan.trace.len();
            let unread = mem::take(&mut scan.noted).told(part).into_iter();
            let unread = unread.map(|one| {
                let name = [own, &one.part.name].concat();
                (place.start, container::Unread { name, ..one.part })
            });
            self.noted.append(unread.collect());
            self.take(findings, own, place, out);
        });
        self.trace = scan.trace;
    }

    /// Appends findings in a member as candidates of the text that it stands encoded in.
    fn take(
        &mut self,
        findings: Vec<Finding>,
        own: &[u8],
        place: &Range<usize>,
        out: &mut Vec<Candidate>,
    ) {
        if findings.is_empty() {
            return;
        }
        let shown = shown(own);
        for finding in findings {
            if self.within == dense::MOST {
                let reason = format!("it holds more than {} secrets", dense::MOST);
                let (name, why) = (own.to_vec(), Why::Bound);
                let unread = container::Unread { name, reason, why };
                self.noted.append(vec![(place.start, unread)]);
            }
            self.within += 1;
            if self.within > dense::MOST {
                return;
            }
            let parts = [Some(&*shown), finding.context.as_deref(), Some(CONTAINER)];
            let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
            let context = parts.collect::<Vec<_>>().join(", ");
            out.push(Candidate {
                tier: finding.tier,
                minor: finding.minor,
                reason: match finding.part {
                    Part::Name => format!("{}: {shown}", finding.reason),
                    _ => finding.reason,
                },
                secret: Some(finding.secret.expose().to_vec()),
                // Two of one encoding are no parts of each other: they are settled already.
                within: Some(self.within..self.within + 1),
                context: Some(context),
                ..Candidate::of(finding.rule, place.start, place.end)
            });
        }
    }

    /// Appends what every rule says of the cells of a notebook, with the places in them.
    pub(super) fn notebook(
        &mut self,
        fragment: &Fragment<'_>,
        book: &Notebook,
        out: &mut Vec<Candidate>,
    ) {
        let mut found = Vec::new();
        let pictures = notebook::texts(fragment.text, book, &mut |is_source, view| {
            self.is_dense |= found.len() > self.most;
            if self.is_dense {
                return;
            }
            // Assignments read differently in code and in what it prints: the name says which it is.
            let extension: &[u8] = if is_source { b".py" } else { b".txt" };
            let path = [fragment.path, extension].concat();
            let text = Fragment {
                path: &path,
                text: &view.text,
                piece: None,
                ..*fragment
            };
            let mut below = Vec::new();
            let (mark, noted) = (self.trace.len(), self.noted.len());
            let content = Content::of(&text);
            self.text(&text, &content, self.rules.decode_depth(), &mut below);
            let origin = |range: &Range<usize>| view.origin(range).map(|(origin, _)| origin);
            self.trace.bring_back(mark, &view.text, &origin);
            self.noted.bring_back(noted, &origin);
            let back = below.into_iter();
            found.extend(back.filter_map(|candidate| brought_back(candidate, view)));
        });
        if self.rules.decode_depth() > 0 {
            for range in pictures {
                self.picture(fragment, &range, &mut found);
            }
        }
        notebook::place(fragment.text, book, &mut found);
        out.append(&mut found);
    }

    /// Appends what is found in a picture that stands encoded in a stretch of a text: in texts beside its pixels, behind it.
    fn picture(&mut self, fragment: &Fragment<'_>, range: &Range<usize>, out: &mut Vec<Candidate>) {
        let picture = Fragment {
            text: &fragment.text[range.clone()],
            piece: None,
            ..*fragment
        };
        let moved = |one: Range<usize>| one.start + range.start..one.end + range.start;
        let left = self.left.clone();
        let unread = decode::picture(&picture, &left, &mut |derived| match derived {
            Derived::Member(name, data, place) => {
                self.member(&picture, name, data, &moved(place), out);
            }
            Derived::Text(view) => {
                let text = Fragment {
                    text: &view.text,
                    ..picture
                };
                let (mut below, mark) = (Vec::new(), self.trace.len());
                self.text(&text, &Content::binary(&view.text), 0, &mut below);
                let origin = |one: &Range<usize>| Some(moved(view.origin(one)?.0));
                self.trace.bring_back(mark, &view.text, &origin);
                let back = below.into_iter();
                let back = back.filter_map(|candidate| brought_back(candidate, view));
                out.extend(back.map(|candidate| Candidate {
                    start: candidate.start + range.start,
                    end: candidate.end + range.start,
                    ..candidate
                }));
            }
        });
        let unread = unread.into_iter();
        let unread = unread.map(|(at, unread)| (at + range.start, unread));
        self.noted.append(unread.collect());
    }
}

/// Returns the name of a member as people may see it: every secret in it is masked, and of a long one its end is left.
fn shown(own: &[u8]) -> String {
    const LONG: usize = 200;
    let masked = masked_name(own);
    let shown = String::from_utf8_lossy(&masked);
    let shown = shown.trim_matches('!');
    match shown.char_indices().rev().nth(LONG) {
        Some((cut, _)) => format!("…{}", &shown[cut..]),
        None => shown.to_owned(),
    }
}
