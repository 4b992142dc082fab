//! The keyword index: finds every place of a text where a rule's keyword stands, in one pass; shared with build.rs.
//!
//! Only every second position is looked at: each keyword is filed twice, under the rarest four bytes at an even offset in
//! it and the rarest at an odd one, so that one of the two is met wherever it stands. A position is asked of one table of
//! bits by its four bytes (case folded): a product of the first three chooses a word, the fourth a bit of it. If that is
//! set, the same table is asked by a second product; only where both are set are the keywords compared. The first two
//! steps run over a block of text each, without branches and without a chain of dependent loads as in an automaton.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// What bytes are multiplied with, the first time: by it ordinary source hits few set bits. As its lowest byte is 0, the
/// product depends on three bytes only, so that a keyword of three bytes sets the bits of one word, whatever follows it.
const MIXER: u32 = 0xB555_5300;
/// The second time.
const SECOND: u32 = 0x3779_B100;
/// Where entries are looked up (2^32 divided by the golden ratio, as Knuth has it).
const GOLDEN: u32 = 0x9E37_79B1;
/// Bits of a product that choose a word of the table: the highest.
const SLOT: u32 = 14;
/// Bits of the fourth byte that choose a bit of that word: the lowest.
const BIT: u32 = 5;
/// Bits of a product by which entries are looked up, which is seldom.
const COARSE: u32 = 13;
/// Bits of a product by which it is told whether three bytes may be filed.
const THREES: u32 = 12;
/// Folds ASCII capitals to small letters (and some marks onto others, which the comparison sorts out).
const FOLD: u32 = 0x2020_2020;
/// The same for eight bytes.
const FOLD_EIGHT: u64 = 0x2020_2020_2020_2020;
/// The first three of four bytes.
const THREE: u32 = 0x00FF_FFFF;
/// How many bytes of a keyword it may be filed under.
const LONG: usize = 128;
/// How many bytes go through one step before the next: the number of a position in them is a byte.
const BLOCK: usize = 512;
/// How many bytes are loaded at once.
const WORD: usize = 8;

/// Finds keywords. The built-in one is made by build.rs, one for custom rules when a configuration brings some.
pub struct Index {
    /// A bit for each group of four bytes under which a keyword may be filed, set by both products.
    pub filed: Cow<'static, [u32]>,
    /// A bit for each group of three bytes under which a keyword may be filed.
    pub threes: Cow<'static, [u8]>,
    /// For each hash where its entries start in `entries`; one more at the end.
    pub starts: Cow<'static, [u16]>,
    /// Where keywords are filed.
    pub entries: Cow<'static, [Entry]>,
    /// The keywords, in small letters, one behind the other: a pointer for each would cost at every start.
    pub text: Cow<'static, str>,
    /// Where each keyword starts in `text`; one more at the end.
    pub offsets: Cow<'static, [u32]>,
}

/// A keyword, filed under some of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Four bytes of it, folded; the highest is 0 for three.
    pub bytes: u32,
    /// Four others, as far from those as the keyword allows: they dismiss most places without a look at the keyword.
    pub others: u32,
    /// Its number.
    pub keyword: u16,
    /// Where in it the bytes stand.
    pub offset: u8,
    /// Where in it the others stand; [`Entry::NONE`] if it has but three bytes.
    pub others_at: u8,
}

impl Entry {
    /// Stands for no place.
    const NONE: u8 = u8::MAX;

    /// Returns the entry of a keyword under its bytes at `range`.
    fn of(keyword: &[u8], number: u16, range: std::ops::Range<usize>) -> Self {
        let offset = u8::try_from(range.start).expect("keywords are short");
        let others = [Some(0), keyword.len().checked_sub(4)]
            .into_iter()
            .flatten()
            .filter_map(|at| Some((at, *keyword.get(at..)?.first_chunk::<4>()?)))
            .max_by_key(|other| other.0.abs_diff(range.start));
        Self {
            bytes: keyword[range]
                .iter()
                .rev()
                .fold(0, |bytes, &b| bytes << 8 | u32::from(b | 0x20)),
            others: others.map_or(0, |(_, four)| folded(four)),
            keyword: number,
            offset,
            others_at: others.map_or(Self::NONE, |(at, _)| {
                u8::try_from(at).expect("keywords are short")
            }),
        }
    }
}

/// Returns the word of the table that stands for four bytes, multiplied with `mixer`.
#[inline]
fn slot(four: u32, mixer: u32) -> usize {
    (four.wrapping_mul(mixer) >> (32 - SLOT)) as usize
}

/// Returns the bit of that word, as its number.
#[inline]
fn bit(four: u32) -> u32 {
    four >> 24 & ((1 << BIT) - 1)
}

/// Returns the four lowest bytes.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "that is the purpose")]
fn lowest(bytes: u64) -> u32 {
    bytes as u32
}

#[inline]
fn folded(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes) | FOLD
}

/// Returns every four bytes of a keyword in a row.
fn fours(keyword: &[u8]) -> impl Iterator<Item = [u8; 4]> + '_ {
    keyword
        .windows(4)
        .map(|four| [four[0], four[1], four[2], four[3]])
}

/// Returns the four bytes at an offset, folded; blanks where the text does not reach.
#[inline]
fn four_at(text: &[u8], at: usize) -> u32 {
    text.get(at..)
        .and_then(<[u8]>::first_chunk)
        .map_or(FOLD, |four| folded(*four))
}

/// Returns the hash by which the entries of four bytes, or of three, are looked up.
#[inline]
fn hash(bytes: u32) -> usize {
    (bytes.wrapping_mul(GOLDEN) >> (32 - COARSE)) as usize
}

/// Returns the bit that stands for three bytes (the lowest) in `threes`, as the number of its byte and in it.
#[inline]
fn three(bytes: u32) -> (usize, u32) {
    let mixed = (bytes & THREE).wrapping_mul(GOLDEN) >> (32 - THREES);
    (mixed as usize / 8, mixed % 8)
}

impl Index {
    /// Returns the index of `keywords`: small letters, three bytes at least, without duplicates.
    pub fn new(keywords: Vec<&str>) -> Self {
        let mut shared: BTreeMap<u32, u32> = BTreeMap::new();
        for four in keywords.iter().flat_map(|word| fours(word.as_bytes())) {
            *shared.entry(folded(four)).or_default() += 1;
        }
        let worded = worded();
        let mut filed = vec![0u32; 1 << SLOT];
        let mut threes = vec![0u8; 1 << THREES >> 3];
        let mut file = |bytes: u32| {
            for mixer in [MIXER, SECOND] {
                filed[slot(bytes, mixer)] |= 1 << bit(bytes);
            }
        };
        let any = || (0..=u8::MAX).map(|b| u32::from(b | 0x20));
        let mut entries = Vec::new();
        for (number, keyword) in keywords.iter().enumerate() {
            let number = u16::try_from(number).expect("fewer than 65,536 keywords");
            // A long one is filed by its beginning; it is compared whole.
            let bytes = &keyword.as_bytes()[..keyword.len().min(LONG)];
            let mut enter = |range| {
                let entry = Entry::of(bytes, number, range);
                entries.push(entry);
                entry.bytes
            };
            match bytes.len() {
                ..3 => panic!("keyword `{keyword}` is shorter than three bytes"),
                // At an even position with any byte behind it, at an odd one with any before.
                3 => {
                    let bytes = enter(0..3);
                    any().for_each(|b| file(bytes | b << 24));
                    any().for_each(|b| file(bytes << 8 | b));
                    let (byte, bit) = three(bytes);
                    threes[byte] |= 1 << bit;
                }
                4 => {
                    file(enter(0..4));
                    let bytes = enter(1..4);
                    any().for_each(|b| file(bytes | b << 24));
                    let (byte, bit) = three(bytes);
                    threes[byte] |= 1 << bit;
                }
                _ => {
                    for parity in 0..2 {
                        let (offset, _) = fours(bytes)
                            .enumerate()
                            .skip(parity)
                            .step_by(2)
                            .min_by_key(|&(_, four)| {
                                commonness(four, &worded) + SHARED * shared[&folded(four)]
                            })
                            .expect("five bytes at least");
                        file(enter(offset..offset + 4));
                    }
                }
            }
        }
        let mut offsets = vec![0u32];
        for keyword in &keywords {
            let length = u32::try_from(keyword.len()).expect("keywords are short");
            offsets.push(offsets.last().map_or(0, |last| last + length));
        }
        entries.sort_by_key(|entry| (hash(entry.bytes), *entry));
        let count = u16::try_from(entries.len()).expect("fewer than 65,536 entries");
        let mut starts = vec![count; (1 << COARSE) + 1];
        let mut slot = 0;
        for (number, entry) in (0..count).zip(&entries) {
            let next = hash(entry.bytes) + 1;
            starts[slot..next].fill(number);
            slot = next;
        }
        Self {
            filed: filed.into(),
            threes: threes.into(),
            starts: starts.into(),
            entries: entries.into(),
            text: keywords.concat().into(),
            offsets: offsets.into(),
        }
    }

    /// Returns a keyword.
    pub fn keyword(&self, number: u16) -> &str {
        let number = usize::from(number);
        let at = |i: usize| self.offsets[i] as usize;
        &self.text[at(number)..at(number + 1)]
    }

    /// Calls `hit(keyword, offset)` for every keyword in `text`, nearly in the order of the text. A keyword is found in
    /// any case.
    pub fn find(&self, text: &[u8], mut hit: impl FnMut(u16, usize)) {
        let Ok(filed) = self.filed.as_ref().try_into() else {
            return;
        };
        let mut last = [0; BLOCK + WORD];
        // Of each block only what was written for it is read: it need not be cleared.
        let mut places = [0; BLOCK / 2];
        for from in (0..text.len()).step_by(BLOCK) {
            // With the word behind it, of which the last positions hold the first bytes.
            let (block, len) = if let Some(block) = text[from..].first_chunk() {
                (block, BLOCK)
            } else {
                let rest = &text[from..];
                last[..rest.len()].copy_from_slice(rest);
                last[rest.len()..].fill(0);
                (&last, rest.len().min(BLOCK))
            };
            let count = filter(filed, block, len, &mut places);
            for &position in &places[..count] {
                let place = 2 * usize::from(position);
                self.look(text, from + place, four_at(block, place), &mut hit);
            }
        }
    }

    /// Compares the keywords that are filed under the four bytes at an offset, the first three or the last three of them.
    #[inline]
    fn look(&self, text: &[u8], at: usize, four: u32, hit: &mut impl FnMut(u16, usize)) {
        self.compare(text, at, four, hit);
        let may = |bytes| {
            let (byte, bit) = three(bytes);
            self.threes[byte] >> bit & 1 != 0
        };
        if may(four) {
            self.compare(text, at, four & THREE, hit);
        }
        // At the odd position behind it stands nothing else that is filed under its first three bytes.
        if may(four >> 8) {
            self.compare(text, at + 1, four >> 8, &mut |keyword, start| {
                if start == at + 1 {
                    hit(keyword, start);
                }
            });
        }
    }

    /// Calls `hit` for each keyword that is filed under `bytes` and stands in the text with them at an offset.
    #[inline]
    fn compare(&self, text: &[u8], at: usize, bytes: u32, hit: &mut impl FnMut(u16, usize)) {
        let slot = hash(bytes);
        let (from, to) = (self.starts[slot], self.starts[slot + 1]);
        for entry in &self.entries[usize::from(from)..usize::from(to)] {
            let Some(start) = at.checked_sub(usize::from(entry.offset)) else {
                continue;
            };
            if entry.bytes == bytes
                && (entry.others_at == Entry::NONE
                    || four_at(text, start + usize::from(entry.others_at)) == entry.others)
                && self.stands(text, start, entry.keyword)
            {
                hit(entry.keyword, start);
            }
        }
    }

    /// Tells whether a keyword stands in a text at an offset.
    #[inline(never)]
    fn stands(&self, text: &[u8], start: usize, keyword: u16) -> bool {
        let keyword = self.keyword(keyword).as_bytes();
        text.get(start..start + keyword.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(keyword))
    }
}

/// Writes the places in a block at which a keyword may be filed, and returns how many; none is at or behind `len`.
///
/// A function of its own, so that its loops have the registers for themselves.
#[inline(never)]
fn filter(
    filed: &[u32; 1 << SLOT],
    block: &[u8; BLOCK + WORD],
    len: usize,
    places: &mut [u8; BLOCK / 2],
) -> usize {
    let flag = |four: u32, mixer: u32| (filed[slot(four, mixer)] >> bit(four) & 1) as usize;
    let skips_blanks = flag(FOLD, MIXER) == 0;
    let (words, _) = block.as_chunks::<WORD>();
    let word = |word: &[u8; WORD]| u64::from_le_bytes(*word) | FOLD_EIGHT;
    let mut near = word(&words[0]);
    let (mut at, mut count) = (0, 0);
    // A place is written first and kept only if it counts.
    for next in words[1..=len.div_ceil(WORD)].iter().map(word) {
        // Indentation: at all four positions stands the same.
        if near != FOLD_EIGHT || next != FOLD_EIGHT || !skips_blanks {
            for (i, four) in [
                (0, near),
                (1, near >> 16),
                (2, near >> 32),
                (3, near >> 48 | next << 16),
            ] {
                places[count % (BLOCK / 2)] = at + i;
                count += flag(lowest(four), MIXER);
            }
        }
        near = next;
        at = at.wrapping_add(4);
    }
    let mut kept = 0;
    for i in 0..count.min(BLOCK / 2) {
        let position = places[i];
        places[kept] = position;
        kept += flag(four_at(block, 2 * usize::from(position)), SECOND);
    }
    kept
}

/// What it counts in [`commonness`] that a keyword more holds the same four bytes: each is compared where they stand.
const SHARED: u32 = 15;
/// What it counts that four bytes stand in one of the words that source code is full of.
const WORDED: u32 = 120;
/// Such words, with what stands around them.
const WORDS: &str = " return self.value table request response config class input options string function import default type name \
    data test error message list file user code with from that position section certificate version context execute \
    connection settings session content segment component instance interface integration attribute validation \
    application condition dagster port s://www.com/ key token secret password auth client_id access service database \
    query parameter object resource operation _set_ const static windows time index column tracing link_name block \
    format struct impl super entity define property else clone derive check prefix create break arguments dataframe \
    date_range group foundation false example method partial following ctypes address metadata core background \
    constraint license literal append quad header optional expected overflow relation handle async stream push \
    sequence qual mark dependencies level reset view activated enter module requires invalid registry update scale \
    buffer command client float right table_name entry endif documentation exports assert description mapping \
    target_arch display package c_char where without process inline replace raise plural encoding directory \
    definitions full getter language local driver gets finally padding boost revision packed convert openssl \
    runtime_component available transform find sort_values collection bounds second marker close implemented \
    timestamp kind enabled poll have tick storage strict promise translators sets primary element timeout shared \
    lines ";

/// Returns the groups of four bytes in the words of source code, folded, in their order.
fn worded() -> Vec<u32> {
    let words = WORDS.as_bytes().windows(4);
    let mut worded: Vec<u32> = words
        .map(|four| folded([four[0], four[1], four[2], four[3]]))
        .collect();
    worded.sort_unstable();
    worded
}

/// How common four bytes are in source code, roughly; only the order matters.
fn commonness(four: [u8; 4], worded: &[u32]) -> u32 {
    let worded = worded.binary_search(&folded(four)).is_ok();
    four.iter().map(|&b| commonness_of_byte(b)).sum::<u32>() + if worded { WORDED } else { 0 }
}

/// How often a byte stands in source code, roughly, in per mille.
fn commonness_of_byte(byte: u8) -> u32 {
    match byte {
        b'e' => 90,
        b't' => 70,
        b'a' | b's' | b'i' | b'r' | b'n' | b'o' => 55,
        b'l' | b'c' | b'd' | b'u' | b'p' | b'm' => 30,
        b'f' | b'h' | b'g' | b'b' | b'_' | b'.' | b':' | b'/' => 18,
        b'=' | b'"' | b'-' => 14,
        b'y' | b'v' | b'w' | b'k' | b'x' => 8,
        b'0'..=b'9' => 6,
        _ => 2,
    }
}
