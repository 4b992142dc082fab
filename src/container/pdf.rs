//! PDF: the text of pages and the strings of objects, where they do not stand in the file as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::fields::Fields;
use super::fonts::Fonts;
use super::format::Format;
use super::inflate::{DAMAGED, Made, why, without_head};
use super::objects::{Objects, number_before};
use super::opened::Apart;
use super::{Name, Opening, Why, and_others, closed, embedded, escaped, filters, page, strings};

/// The dictionary of a stream stands so far before it at most.
const DICTIONARY: usize = 16 << 10;
/// In so many streams it is looked for fonts.
const STREAMS: usize = 100_000;

/// Tells whether a file begins so. Readers do not mind what stands before the mark: white space, or anything where the bytes
/// are no text that only speaks of it.
pub(super) fn begins(head: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(head, b"%PDF-") else {
        return false;
    };
    let before = &head[..at];
    let blank = before.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(before);
    let is_blank = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
    blank.iter().all(is_blank)
        || matches!(before.last(), Some(b'\n' | b'\r'))
            && std::str::from_utf8(head).is_err_and(|error| error.error_len().is_some())
}

/// Hands out the text of every stream.
pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    bytes: &[u8],
    depth: u8,
    apart: &mut Apart,
) -> io::Result<()> {
    let bytes = &*escaped::undone(bytes);
    if is_encrypted(bytes) {
        return opening.leave(name, closed::ENCRYPTED);
    }
    let mut faults = Faults::default();
    let mut objects = Objects::default();
    let lists = object_lists(opening, bytes, &mut objects.is_cut);
    objects.add_file(bytes);
    for (dictionary, content) in &lists {
        objects.add_stream(dictionary, content);
    }
    let (fonts, more_fonts) = fonts(opening, bytes, &objects);
    let parts = parts(bytes, &fonts);
    for (number, stream) in (1..).zip(Streams::of(bytes)) {
        opening.bounds.take_member()?;
        let is_part = stream.number.is_some_and(|id| {
            fonts.has(id) || parts.get(&id).is_some_and(|(part, _)| *part == number)
        });
        if is_part {
            continue;
        }
        let member = name.member(format!("stream {number}").as_bytes());
        let Some(made) = stream.made(opening) else {
            continue;
        };
        let made = made?;
        if let Some(fault) = made.fault {
            faults.note(&member, fault);
        }
        if stream.has(b"/EmbeddedFile") {
            // What is not compressed stands in the file as it is, unless it is a container that is not looked for there.
            let is_read = stream.filters().is_empty()
                && (embedded::begins(&made.bytes)
                    || Format::of(b"", &made.bytes, Some(&made.bytes.as_slice())).is_none());
            if !is_read {
                let said = opening.unread.len();
                opening.member(&member, &mut &*made.bytes, depth)?;
                if made.fault.is_none() && opening.unread.len() == said {
                    let at = (bytes.len() - stream.data.len()) as u64;
                    apart.member(at..at + stream.end as u64);
                }
            }
            continue;
        }
        let text = stream.text(&made.bytes, &fonts, &mut faults);
        opening.text(&member, &text);
    }
    pages(opening, name, &fonts, &parts, &mut faults)?;
    faults.has_glyphs |= memchr::memmem::find(bytes, GLYPH_FONT).is_some();
    opening.text(&name.member(b"objects"), &strings::outside(bytes));
    apart.texts(strings::places(bytes));
    let fields = Fields::of(&objects);
    opening.text(&name.member(b"fields").text(), &fields.text());
    if objects.is_cut || more_fonts || fields.is_cut() {
        opening.miss(name, Why::Bound, MORE.to_owned());
    }
    faults.say(opening, name)
}

/// Streams that are parts of the programs of pages, by their objects, and which streams of the file they are.
type Parts<'a> = BTreeMap<u32, (usize, Stream<'a>)>;

/// Finds the streams of pages that have several. Of several with a number the last counts.
fn parts<'a>(bytes: &'a [u8], fonts: &Fonts<'_>) -> Parts<'a> {
    let wanted: BTreeSet<u32> = fonts.pages.iter().flatten().copied().collect();
    let mut parts = Parts::new();
    if wanted.is_empty() {
        return parts;
    }
    for (number, stream) in (1..=STREAMS).zip(Streams::of(bytes)) {
        if let Some(id) = stream.number.filter(|id| wanted.contains(id)) {
            parts.insert(id, (number, stream));
        }
    }
    parts
}

/// Hands out the texts of the pages whose programs stand in several streams: one may end where the next goes on with a text.
fn pages(
    opening: &mut Opening<'_>,
    name: &Name,
    fonts: &Fonts<'_>,
    parts: &Parts<'_>,
    faults: &mut Faults,
) -> io::Result<()> {
    /// A stream is read again for every page that it is a part of if it is not longer.
    const SHARED: usize = 16 << 10;
    let (mut known, mut long) = (BTreeSet::new(), BTreeSet::new());
    for page in &fonts.pages {
        if !known.insert(page) {
            continue;
        }
        let mut program = Program::default();
        for id in page {
            // What pages share is mostly short; the text of a long one was handed out with the first of them.
            let Some((number, stream)) = parts.get(id).filter(|_| !long.contains(id)) else {
                continue;
            };
            let Some(made) = stream.made(opening) else {
                continue;
            };
            let made = made?;
            let member = name.member(format!("stream {number}").as_bytes());
            if let Some(fault) = made.fault {
                faults.note(&member, fault);
            }
            if program.bytes.len() + made.bytes.len() > PROGRAM {
                program.say(opening, fonts, faults);
            }
            if made.bytes.len() > SHARED {
                long.insert(*id);
            }
            program.member.get_or_insert(member);
            program.id = program.id.or(Some(*id));
            program.is_packed |= !stream.filters().is_empty();
            program.bytes.extend_from_slice(&made.bytes);
            program.bytes.push(b'\n');
        }
        program.say(opening, fonts, faults);
    }
    Ok(())
}

/// The streams of a page are read together up to so many bytes.
const PROGRAM: usize = 32 << 20;

/// A program of a page that is put together.
#[derive(Default)]
struct Program {
    member: Option<Name>,
    /// The object of its first stream: the fonts are those of the page.
    id: Option<u32>,
    bytes: Vec<u8>,
    /// Whether not all of it stands in the file as it is.
    is_packed: bool,
}

impl Program {
    /// Hands out its text, and begins a new one.
    fn say(&mut self, opening: &mut Opening<'_>, fonts: &Fonts<'_>, faults: &mut Faults) {
        let program = std::mem::take(self);
        let Some(member) = program.member else {
            return;
        };
        let is_plain = !program.is_packed;
        if let Some(shown) = page::shown(&program.bytes, is_plain, &fonts.scope(program.id)) {
            faults.add(&shown, true);
            opening.text(&member, &shown.text);
        } else if !is_plain {
            opening.text(&member, &strings::objects(&program.bytes));
        }
    }
}

/// Unpacks the streams that hold objects; returns them behind their dictionaries.
fn object_lists<'a>(
    opening: &Opening<'_>,
    bytes: &'a [u8],
    is_cut: &mut bool,
) -> Vec<(&'a [u8], Vec<u8>)> {
    /// So much of them is held to look for fonts.
    const MOST: usize = 32 << 20;
    let (mut lists, mut length) = (Vec::new(), 0);
    let streams = Streams::of(bytes).take(STREAMS);
    for stream in streams.filter(|stream| stream.has(b"/ObjStm")) {
        if length >= MOST {
            *is_cut = true;
            break;
        }
        length += stream.dictionary.len();
        // They are handed out and counted later.
        if let Some(Ok(mut made)) = opening.bounds.uncounted(|| stream.made(opening)) {
            length += made.bytes.len();
            escaped::undo_in(&mut made.bytes);
            lists.push((stream.dictionary, made.bytes));
        }
    }
    lists
}

/// So many bytes that tell the letters of fonts are read.
const MAPS: usize = 64 << 20;

/// Returns the fonts of a file, and whether there are more.
fn fonts<'a>(opening: &Opening<'_>, bytes: &'a [u8], objects: &Objects<'a>) -> (Fonts<'a>, bool) {
    let mut fonts = Fonts::of(objects);
    let (mut length, mut is_cut) = (0, false);
    for stream in Streams::of(bytes).take(STREAMS) {
        let Some(number) = stream.number.filter(|number| fonts.wants(*number)) else {
            continue;
        };
        is_cut |= length >= MAPS;
        if !is_cut && let Some(Ok(made)) = opening.bounds.uncounted(|| stream.made(opening)) {
            length += made.bytes.len();
            fonts.add(number, &made.bytes);
        }
    }
    (fonts, is_cut)
}

/// What could not be read.
#[derive(Default)]
struct Faults {
    /// The first stream that is damaged, why, and how many others are.
    damaged: Option<(Name, &'static str)>,
    more: usize,
    /// Whether the text of a page is mainly numbers that only a font tells; or it is if there is a font that numbers its signs.
    is_numbered: bool,
    is_wide: bool,
    has_glyphs: bool,
}

impl Faults {
    fn note(&mut self, member: &Name, fault: &'static str) {
        if self.damaged.is_some() {
            self.more += 1;
        } else {
            self.damaged = Some((member.clone(), fault));
        }
    }

    /// Notes whether the text of a page could be read, or that of a part of it.
    fn add(&mut self, shown: &page::Shown, is_page: bool) {
        /// A few of them are signs such as bullets, and a part of a page with few is a drawing.
        const SIGNS: usize = 3;
        const OF_DRAWING: usize = 100;
        let most = if is_page { SIGNS } else { OF_DRAWING };
        self.is_numbered |= shown.numbers > most.max(shown.letters);
        let unsure = shown.numbers + shown.wide;
        self.is_wide |= unsure > most.max(shown.letters - shown.wide);
    }

    fn say(self, opening: &mut Opening<'_>, name: &Name) -> io::Result<()> {
        if let Some((member, fault)) = self.damaged {
            let more = and_others(self.more);
            opening.miss(&member, why(fault), format!("{fault}{more}"));
        }
        if self.is_numbered || self.is_wide && self.has_glyphs {
            opening.leave(name, GLYPHS)?;
        }
        Ok(())
    }
}

/// What is said where there is more than what is held to explain the rest.
const MORE: &str =
    "its objects, fonts and fields are more than what is read to tell its letters and labels";

/// How deflated data end behind which more may follow.
const FLUSHED: [u8; 4] = [0, 0, 0xff, 0xff];

/// The encoding of a font whose signs have no letters.
const GLYPH_FONT: &[u8] = b"/Identity-H";
/// What is said where a font numbers its signs.
const GLYPHS: &str =
    "contents not looked into: text of its pages is written in numbers that only its fonts explain";

/// Tells whether a file is encrypted: its trailer names how.
fn is_encrypted(bytes: &[u8]) -> bool {
    let name = b"/Encrypt";
    memchr::memmem::find_iter(bytes, name).any(|at| {
        let value = &bytes[at + name.len()..];
        let value = value[..value.len().min(32)].trim_ascii_start();
        // Another object says it, or a dictionary: a text may only speak of it.
        let mut words = value.split(|b| b.is_ascii_whitespace() || *b == b'/');
        let is_number = |word: Option<&[u8]>| {
            word.is_some_and(|word| !word.is_empty() && word.iter().all(u8::is_ascii_digit))
        };
        let is_object = is_number(words.next()) && is_number(words.next());
        let is_object = is_object && words.next().is_some_and(|word| word.starts_with(b"R"));
        is_object || value.starts_with(b"<<")
    })
}

/// A stream.
struct Stream<'a> {
    /// The number of its object.
    number: Option<u32>,
    dictionary: &'a [u8],
    /// All that stands behind its beginning.
    data: &'a [u8],
    /// Where in that the mark of its end stands, or the end of the file.
    end: usize,
}

/// The streams of a file, in its order.
struct Streams<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Behind the beginning of the last stream: no dictionary begins before.
    from: usize,
    /// Where the next end of a stream stands.
    end: usize,
}

impl<'a> Streams<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            from: 0,
            end: 0,
        }
    }
}

impl<'a> Iterator for Streams<'a> {
    type Item = Stream<'a>;

    fn next(&mut self) -> Option<Stream<'a>> {
        loop {
            let start = self.at + memchr::memmem::find(&self.bytes[self.at..], b"stream")?;
            self.at = start + b"stream".len();
            let from = start.saturating_sub(DICTIONARY).max(self.from);
            let before = &self.bytes[from..start];
            if !before.trim_ascii_end().ends_with(b">>") {
                continue;
            }
            self.from = self.at;
            let object = memchr::memmem::rfind(before, b"obj");
            let dictionary = object.map_or(before, |object| &before[object..]);
            let data = match &self.bytes[self.at..] {
                [b'\r', b'\n', data @ ..] | [b'\n' | b'\r', data @ ..] => data,
                data => data,
            };
            let begin = self.bytes.len() - data.len();
            if self.end < begin {
                let end = memchr::memmem::find(data, b"endstream");
                self.end = end.map_or(self.bytes.len(), |end| begin + end);
            }
            return Some(Stream {
                number: object.and_then(|object| number_before(&before[..object])),
                dictionary,
                data,
                end: self.end - begin,
            });
        }
    }
}

impl Stream<'_> {
    /// Tells whether a name stands in the dictionary, and not the beginning of a longer one.
    fn has(&self, name: &[u8]) -> bool {
        memchr::memmem::find_iter(self.dictionary, name).any(|at| {
            let behind = self.dictionary.get(at + name.len());
            behind.is_none_or(|byte| !byte.is_ascii_alphanumeric())
        })
    }

    /// Tells whether it holds a picture, a font or a table of the file: no text.
    fn is_no_text(&self) -> bool {
        let kinds = [&b"/Image"[..], b"/Type1C", b"/CIDFontType0C", b"/OpenType"];
        let is_kind = |start: usize| {
            let kind = self.dictionary[start..].trim_ascii_start();
            kinds.iter().any(|name| {
                kind.strip_prefix(*name)
                    .is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
            })
        };
        let subtype = b"/Subtype";
        let mut subtypes = memchr::memmem::find_iter(self.dictionary, subtype);
        self.has(b"/Length1")
            || self.has(b"/XRef")
            || subtypes.any(|at| is_kind(at + subtype.len()))
    }

    /// Returns what undoes its compression.
    fn filters(&self) -> Vec<&[u8]> {
        let name = b"/Filter";
        let at = memchr::memmem::find(self.dictionary, name);
        let value = at.map(|at| self.dictionary[at + name.len()..].trim_ascii_start());
        let (list, most) = match value {
            Some([b'[', list @ ..]) => (list.split(|&byte| byte == b']').next().unwrap_or(list), 8),
            Some(value @ [b'/', ..]) => (value, 1),
            // Another object says it, or it stands too far before.
            _ if (value.is_some() || self.number.is_none())
                && without_head(self.data.trim_ascii_start()).is_some() =>
            {
                return vec![b"FlateDecode"];
            }
            _ => return Vec::new(),
        };
        let names = list.split(|&byte| byte == b'/').skip(1).take(most);
        names
            .map(|name| {
                let length = name
                    .iter()
                    .take_while(|byte| byte.is_ascii_alphanumeric())
                    .count();
                &name[..length]
            })
            .collect()
    }

    /// Returns its data without their filters; `None` if they are no text, or stand in the file as they are and say no more.
    fn made(&self, opening: &Opening<'_>) -> Option<io::Result<Made>> {
        if self.is_no_text() {
            return None;
        }
        let filters = self.filters();
        let is_flate = matches!(filters.first(), Some(&b"FlateDecode" | &b"Fl"));
        let data = &self.data[..self.end];
        // The mark of the end may also stand in compressed data, which end by themselves.
        let data = if is_flate && !data.trim_ascii().is_empty() {
            self.data.trim_ascii_start()
        } else {
            data
        };
        if data.trim_ascii().is_empty() {
            return None;
        }
        let undone = filters::undo(opening.bounds, &filters, self.dictionary, data)?;
        // Some programs end their data with a mark that more may follow, and no more.
        let is_flushed = self.data[..self.end].trim_ascii_end().ends_with(&FLUSHED);
        Some(undone.map(|made| {
            Made {
                fault: made
                    .fault
                    .filter(|fault| !(is_flushed && *fault == DAMAGED)),
                ..made
            }
        }))
    }

    /// Returns what it says, without what stands in the file as it is.
    fn text(&self, content: &[u8], fonts: &Fonts<'_>, faults: &mut Faults) -> Vec<u8> {
        let is_plain = self.filters().is_empty();
        if let Some(shown) = page::shown(content, is_plain, &fonts.scope(self.number))
            && !self.has(b"/ObjStm")
        {
            let is_page = self.number.is_some_and(|number| fonts.is_of_page(number));
            faults.add(&shown, is_page || !self.has(b"/Form") && !fonts.has_pages());
            return shown.text;
        }
        if is_plain {
            return Vec::new();
        }
        faults.has_glyphs |= memchr::memmem::find(content, GLYPH_FONT).is_some();
        strings::objects(content)
    }
}
