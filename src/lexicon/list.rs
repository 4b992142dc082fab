//! A set of words, found in any ASCII case, with filters of how its entries begin and end.

/// How many bits of a hash tell how an entry begins, how one goes on, and how one ends.
const BITS: u32 = 11;
const INSIDE_BITS: u32 = 10;
const END_BITS: u32 = 9;
/// In a text at most so many places are passed over at once.
const STEP: usize = 4;
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
    /// How many bytes are looked at in a text at once: three, or as many as the shortest entry has.
    gram: usize,
    /// How far apart the places are at which that is done: the shortest entry that stands there has all of them at one.
    step: usize,
    /// A bit for each hash of so many bytes of an entry that may stand at such a place.
    inside: [u64; 1 << (INSIDE_BITS - 6)],
    /// Whether there are entries of one and of two bytes.
    short: [bool; 2],
    /// A bit for each hash of the last two bytes of an entry.
    ends: [u64; 1 << (END_BITS - 6)],
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
        let shortest = shortest(bytes);
        let gram = gram(shortest);
        let step = if shortest < 3 {
            1
        } else if shortest - 2 < STEP {
            shortest - 2
        } else {
            STEP
        };
        let mut inside = [0; 1 << (INSIDE_BITS - 6)];
        let mut ends = [0; 1 << (END_BITS - 6)];
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
            let mut at = start;
            while gram > 1 && at < start + step && at + gram <= end {
                let third = if gram == 3 { bytes[at + 2] } else { 0 };
                let hash = inside_hash(bytes[at], bytes[at + 1], third);
                inside[hash >> 6] |= 1 << (hash & 63);
                at += 1;
            }
            let before = if end - start > 1 { bytes[end - 2] } else { 0 };
            let hash = end_hash(before, bytes[end - 1]);
            ends[hash >> 6] |= 1 << (hash & 63);
            start = end + 1;
        }
        if !ordered {
            parts = [(0, bytes.len() as u16); PARTS];
        }
        Self {
            entries,
            parts,
            begins,
            gram,
            step,
            inside,
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
        if self.gram < 2 {
            return (0..text.len()).any(|i| self.begins(&text[i..]));
        }
        // Two or three bytes tell nearly all places apart.
        let mut at = self.step - 1;
        while at + self.gram <= text.len() {
            let third = if self.gram == 3 { text[at + 2] } else { 0 };
            let hash = inside_hash(text[at], text[at + 1], third);
            let is_marked = self.inside[hash >> 6] >> (hash & 63) & 1 == 1;
            if is_marked && (at + 1 - self.step..=at).any(|at| self.begins(&text[at..])) {
                return true;
            }
            at += self.step;
        }
        false
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
        let is_marked = |hash: usize| self.ends[hash >> 6] >> (hash & 63) & 1 == 1;
        let may_end = match *text {
            [.., a, b] if is_marked(end_hash(a, b)) => true,
            [.., b] => self.short[0] && is_marked(end_hash(0, b)),
            [] => false,
        };
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

/// Returns the length of the shortest entry.
const fn shortest(entries: &[u8]) -> usize {
    let (mut at, mut len, mut shortest) = (0, 0, usize::MAX);
    while at <= entries.len() {
        if at < entries.len() && entries[at] != b'|' {
            len += 1;
        } else {
            shortest = if len < shortest { len } else { shortest };
            len = 0;
        }
        at += 1;
    }
    shortest
}

/// Returns how many bytes of an entry are looked at in a text at once.
const fn gram(shortest: usize) -> usize {
    if shortest < 3 { shortest } else { 3 }
}

/// Mixes the first three bytes of a word, letters in any case; 0 for those that are not there.
const fn hash(a: u8, b: u8, c: u8) -> usize {
    (mixed(a, b, c) >> (32 - BITS)) as usize
}

/// Mixes three bytes of a word, letters in any case.
const fn inside_hash(a: u8, b: u8, c: u8) -> usize {
    (mixed(a, b, c) >> (32 - INSIDE_BITS)) as usize
}

const fn mixed(a: u8, b: u8, c: u8) -> u32 {
    // `as`, for `from` is not const.
    let three = (a | 0x20) as u32 | ((b | 0x20) as u32) << 8 | ((c | 0x20) as u32) << 16;
    three.wrapping_mul(0x9E37_79B1)
}

/// Mixes the last two bytes of a word, letters in any case; 0 for one that is not there.
const fn end_hash(a: u8, b: u8) -> usize {
    let two = (a | 0x20) as u32 | ((b | 0x20) as u32) << 8;
    (two.wrapping_mul(0x9E37_79B1) >> (32 - END_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    static LIST: List = List::new("key|API_key|a|Über|n/a|ab");
    static ORDERED: List = List::new("API_key|a|ab|Über|key|n/a");
    static LONG: List = List::new("abc|key|Über");

    #[test]
    fn long_words_are_found_wherever_they_stand() {
        static WORDS: List = List::new("searchonly|domains|nreum");
        assert_eq!((WORDS.gram, WORDS.step), (3, 3));
        for word in ["SearchOnly", "domains", "nreum"] {
            for before in 0..9 {
                for behind in 0..9 {
                    let text = ["~".repeat(before), word.to_owned(), "~".repeat(behind)].concat();
                    assert!(WORDS.stands_in(text.as_bytes()), "{text}");
                }
                let cut = ["~".repeat(before), word[1..].to_owned()].concat();
                assert!(!WORDS.stands_in(cut.as_bytes()), "{cut}");
            }
        }
    }

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
