//! A set of words, found in any ASCII case, with filters of how its entries begin and end.

use crate::rule::byteset::ByteSet;

/// How many bits of a hash tell how an entry begins.
const BITS: u32 = 11;
/// How many parts a list has, by the first letter of its entries.
const PARTS: usize = 32;

/// A list of words or phrases. Letters of ASCII count in any case.
pub(crate) struct List {
    entries: &'static str,
    /// Where the entries of each part begin, and where they end: build.rs puts them in this order. In a list that was
    /// written in another order, every part is the whole of it.
    parts: [(u16, u16); PARTS],
    /// A bit for each hash of how an entry begins.
    begins: [u64; 1 << (BITS - 6)],
    /// Whether there are entries of one and of two bytes.
    short: [bool; 2],
    /// A bit for each letter, in any case, that an entry ends with.
    ends: ByteSet,
}

impl List {
    /// Returns the list of what stands between the bars of `entries`.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`from` is not const, and the length is asserted"
    )]
    pub(crate) const fn new(entries: &'static str) -> Self {
        let bytes = entries.as_bytes();
        assert!(bytes.len() < 0xffff, "a list is shorter than 64 KB");
        let mut parts = [(0, 0); PARTS];
        let mut last = 0;
        let mut ordered = true;
        let mut begins = [0; 1 << (BITS - 6)];
        let mut short = [false; 2];
        let mut ends = ByteSet::EMPTY;
        let mut start = 0;
        while start < bytes.len() {
            let mut end = start;
            while end < bytes.len() && bytes[end] != b'|' {
                end += 1;
            }
            let part = part(bytes[start]);
            ordered &= part >= last;
            if parts[part].1 == 0 {
                parts[part].0 = start as u16;
            }
            parts[part].1 = end as u16;
            last = part;
            // A short entry fits whatever goes on behind it.
            let hash = match end - start {
                0 => panic!("an entry is empty"),
                1 => {
                    short[0] = true;
                    hash(bytes[start], 0, 0)
                }
                2 => {
                    short[1] = true;
                    hash(bytes[start], bytes[start + 1], 0)
                }
                _ => hash(bytes[start], bytes[start + 1], bytes[start + 2]),
            };
            begins[hash >> 6] |= 1 << (hash & 63);
            ends.add(bytes[end - 1] | 0x20);
            start = end + 1;
        }
        if !ordered {
            parts = [(0, bytes.len() as u16); PARTS];
        }
        Self {
            entries,
            parts,
            begins,
            short,
            ends,
        }
    }

    /// Returns the entries, in order.
    pub(crate) fn entries<'a>(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.entries.as_bytes().split(|&b| b == b'|')
    }

    /// Returns the entries that may begin as a text does.
    fn entries_like<'a>(&self, text: &[u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let part = text.first().map_or(0, |&first| part(first));
        let (from, to) = self.parts[part];
        let of_part =
            (from < to).then(|| &self.entries.as_bytes()[usize::from(from)..usize::from(to)]);
        of_part
            .into_iter()
            .flat_map(|of_part| of_part.split(|&b| b == b'|'))
    }

    /// Tells whether a word is in the list.
    pub(crate) fn has(&self, word: &[u8]) -> bool {
        let begins = match *word {
            [] => false,
            [a] => self.is_marked(hash(a, 0, 0)),
            [a, b] => self.is_marked(hash(a, b, 0)),
            [a, b, c, ..] => self.is_marked(hash(a, b, c)),
        };
        begins
            && self
                .entries_like(word)
                .any(|entry| entry.eq_ignore_ascii_case(word))
    }

    /// Tells whether a text begins with an entry.
    pub(crate) fn begins(&self, text: &[u8]) -> bool {
        let [one, two] = self.short;
        let begins = match *text {
            [a, b, c, ..] if self.is_marked(hash(a, b, c)) => true,
            [a, b, ..] if two && self.is_marked(hash(a, b, 0)) => true,
            [a, ..] => one && self.is_marked(hash(a, 0, 0)),
            [] => false,
        };
        begins
            && self.entries_like(text).any(|entry| {
                text.len() >= entry.len() && text[..entry.len()].eq_ignore_ascii_case(entry)
            })
    }

    /// Tells whether an entry stands anywhere in a text.
    pub(crate) fn stands_in(&self, text: &[u8]) -> bool {
        if self.short == [false; 2] {
            // Three bytes tell nearly all places apart.
            let mut places = text.windows(3).enumerate();
            return places.any(|(at, three)| {
                self.is_marked(hash(three[0], three[1], three[2])) && self.begins(&text[at..])
            });
        }
        (0..text.len()).any(|i| self.begins(&text[i..]))
    }

    /// Tells whether a text ends with an entry.
    pub(crate) fn ends(&self, text: &[u8]) -> bool {
        self.entries_ending(text).next().is_some()
    }

    /// Returns the length of the longest entry that a text ends with.
    pub(crate) fn longest_end(&self, text: &[u8]) -> Option<usize> {
        self.entries_ending(text).map(<[u8]>::len).max()
    }

    /// Returns the entries that a text ends with.
    fn entries_ending<'t>(&self, text: &'t [u8]) -> impl Iterator<Item = &'static [u8]> + use<'t> {
        let may_end = text.last().is_some_and(|b| self.ends.has(b | 0x20));
        let entries = if may_end { self.entries } else { "" };
        entries.as_bytes().split(|&b| b == b'|').filter(|entry| {
            let len = entry.len();
            len > 0 && text.len() >= len && text[text.len() - len..].eq_ignore_ascii_case(entry)
        })
    }

    /// Returns the length of the longest entry that a text begins with.
    pub(crate) fn longest_at(&self, text: &[u8]) -> Option<usize> {
        let fits = |entry: &&[u8]| {
            text.len() >= entry.len() && text[..entry.len()].eq_ignore_ascii_case(entry)
        };
        self.entries_like(text).filter(fits).map(<[u8]>::len).max()
    }

    /// Returns what follows the longest entry that a text begins with.
    pub(crate) fn strip_prefix<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        self.longest_at(text).map(|len| &text[len..])
    }

    fn is_marked(&self, hash: usize) -> bool {
        self.begins[hash >> 6] >> (hash & 63) & 1 == 1
    }
}

/// Returns the part of a list for entries that begin with a byte, in any case.
const fn part(first: u8) -> usize {
    (first | 0x20) as usize % PARTS
}

/// Mixes the first three bytes of a word, letters in any case; 0 for those that are not there.
const fn hash(a: u8, b: u8, c: u8) -> usize {
    // `as`, for `from` is not const.
    let three = (a | 0x20) as u32 | ((b | 0x20) as u32) << 8 | ((c | 0x20) as u32) << 16;
    (three.wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    static LIST: List = List::new("key|API_key|a|Über|n/a|ab");
    static ORDERED: List = List::new("API_key|a|ab|Über|key|n/a");
    static LONG: List = List::new("abc|key|Über");

    #[test]
    fn words_are_found_whole_at_the_start_inside_and_at_the_end() {
        for (text, has, begins, stands_in, ends) in [
            ("key", true, true, true, true),
            ("KEY", true, true, true, true),
            ("keys", false, true, true, false),
            ("a", true, true, true, true),
            ("AB", true, true, true, true),
            ("x", false, false, false, false),
            ("x n/A x", false, false, true, false),
            ("Über", true, true, true, true),
            ("monkey", false, false, true, true),
            ("api_KEY", true, true, true, true),
            ("", false, false, false, false),
        ] {
            let text = text.as_bytes();
            for list in [&LIST, &ORDERED] {
                assert_eq!(
                    (
                        list.has(text),
                        list.begins(text),
                        list.stands_in(text),
                        list.ends(text)
                    ),
                    (has, begins, stands_in, ends),
                    "{}",
                    text.escape_ascii()
                );
            }
        }
        for (text, stands_in) in [
            ("ab", false),
            ("xABC", true),
            ("monkeys", true),
            ("ke", false),
            ("Über", true),
            ("", false),
        ] {
            assert_eq!(LONG.stands_in(text.as_bytes()), stands_in, "{text}");
        }
    }
}
