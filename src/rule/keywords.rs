//! The keyword index: finds every place of a text where a rule's keyword stands, in one pass; shared with build.rs.
//!
//! Each keyword is filed under the rarest four bytes in it that few others share, one of three bytes under those and
//! whatever follows. The pass mixes the four bytes at every position (case folded) by one product, and asks one small
//! table, which stays in the first-level cache, for one bit; only where it is set are the keywords filed there compared.
//! There is no chain of dependent loads as in an automaton.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// What bytes are mixed with: of 160 random odd numbers the one by which the fewest places of ordinary source seem to hold
/// a built-in keyword.
const MIXER: u32 = 0xFAEC_BD39;
/// Bits of the product that choose a byte of the table, above the lowest eleven: all that depend on the first three
/// bytes, and two that depend on the fourth as well.
const SLOT: u32 = 15;
/// Where they begin.
const LOW: u32 = 11;
/// Bits of the product that choose a bit of that byte: the highest, which depend on all four.
const BIT: u32 = 3;
/// Bits of the product by which entries are looked up, which is seldom.
const COARSE: u32 = 12;
/// Folds ASCII capitals to small letters (and some marks onto others, which the comparison sorts out).
const FOLD: u32 = 0x2020_2020;
/// The same for eight bytes.
const FOLD_EIGHT: u64 = 0x2020_2020_2020_2020;
/// The first three of four bytes.
const THREE: u32 = 0x00FF_FFFF;

/// Finds keywords. The built-in one is made by build.rs, one for custom rules when a configuration brings some.
pub struct Index {
    /// For each slot a bit for each group of four bytes of which a keyword may be filed.
    pub filed: Cow<'static, [u8]>,
    /// For each hash of three bytes where its entries start in `entries`; one more at the end.
    pub starts: Cow<'static, [u16]>,
    /// The bytes (folded; the highest is 0 for a keyword of three), the keyword (index) and the offset of the bytes in it.
    pub entries: Cow<'static, [(u32, u16, u8)]>,
    /// The keywords, in small letters, one behind the other: a pointer for each would cost at every start.
    pub text: Cow<'static, str>,
    /// Where each keyword starts in `text`; one more at the end.
    pub offsets: Cow<'static, [u32]>,
}

/// Mixes four folded bytes. A bit of the product depends on the bytes that hold lower bits alone.
#[inline]
fn mix(bytes: u32) -> u32 {
    bytes.wrapping_mul(MIXER)
}

/// Returns the byte of the table that a product chooses.
#[inline]
fn slot(mixed: u32) -> usize {
    (mixed >> LOW) as usize & ((1 << SLOT) - 1)
}

/// Returns the bit of that byte, as its number.
#[inline]
fn bit(mixed: u32) -> u32 {
    mixed >> (32 - BIT)
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

/// Returns the hash by which the entries of the first three of four bytes are looked up.
#[inline]
fn hash(bytes: u32) -> usize {
    (mix(bytes & THREE) >> (32 - COARSE)) as usize
}

impl Index {
    /// Returns the index of `keywords`: small letters, three bytes at least, without duplicates.
    pub fn new(keywords: Vec<&'static str>) -> Self {
        let mut entries = Vec::new();
        let mut shared: BTreeMap<u32, u32> = BTreeMap::new();
        for four in keywords
            .iter()
            .flat_map(|keyword| keyword.as_bytes().windows(4))
        {
            *shared
                .entry(folded([four[0], four[1], four[2], four[3]]))
                .or_default() += 1;
        }
        for (number, keyword) in keywords.iter().enumerate() {
            let number = u16::try_from(number).expect("fewer than 65,536 keywords");
            let bytes = keyword.as_bytes();
            assert!(
                bytes.len() >= 3,
                "keyword `{keyword}` is shorter than three bytes"
            );
            if let [a, b, c] = *bytes {
                entries.push((folded([a, b, c, 0]) & THREE, number, 0));
                continue;
            }
            let (offset, four) = bytes
                .windows(4)
                .enumerate()
                .map(|(offset, four)| (offset, [four[0], four[1], four[2], four[3]]))
                .min_by_key(|&(_, four)| commonness(four) + SHARED * shared[&folded(four)])
                .expect("four bytes at least");
            let offset = u8::try_from(offset).expect("keywords are short");
            entries.push((folded(four), number, offset));
        }
        let mut offsets = vec![0u32];
        for keyword in &keywords {
            let length = u32::try_from(keyword.len()).expect("keywords are short");
            offsets.push(offsets.last().map_or(0, |last| last + length));
        }
        let mut filed = vec![0u8; 1 << SLOT];
        let mut file = |bytes: u32| filed[slot(mix(bytes))] |= 1 << bit(mix(bytes));
        for &(bytes, ..) in &entries {
            if bytes & !THREE != 0 {
                file(bytes);
                continue;
            }
            for next in 0..=u8::MAX {
                file(bytes | (u32::from(next) << 24) | FOLD);
            }
        }
        entries.sort_by_key(|&(bytes, number, _)| (hash(bytes), bytes, number));
        let starts: Vec<u16> = (0..=1 << COARSE)
            .map(|slot| entries.partition_point(|entry| hash(entry.0) < slot))
            .map(|start| u16::try_from(start).expect("fewer than 65,536 entries"))
            .collect();
        Self {
            filed: filed.into(),
            starts: starts.into(),
            entries: entries.into(),
            text: keywords.concat().into(),
            offsets: offsets.into(),
        }
    }

    /// Returns a keyword.
    pub fn keyword(&self, number: u16) -> &str {
        &self.text[self.stretch(number)]
    }

    /// Returns where a keyword stands in `text`.
    #[inline]
    fn stretch(&self, number: u16) -> std::ops::Range<usize> {
        let number = usize::from(number);
        let at = |i: usize| self.offsets[i] as usize;
        at(number)..at(number + 1)
    }

    /// Calls `hit(keyword, offset)` for every keyword in `text`, in the order in which they are filed, which is nearly
    /// the order of the text. A keyword is found in any case.
    pub fn find(&self, text: &[u8], mut hit: impl FnMut(u16, usize)) {
        const STEP: usize = 8;
        let Ok(filed) = <&[u8; 1 << SLOT]>::try_from(self.filed.as_ref()) else {
            return;
        };
        let flag = |half: u64, i: u32| {
            let mixed = mix(lowest(half >> (8 * i)));
            u32::from(filed[slot(mixed)]) >> bit(mixed) & 1
        };
        let skips_blanks = flag(FOLD_EIGHT, 0) == 0;
        let mut at = 0;
        // Eight positions for one branch: ordinary text has nothing filed under most of them.
        while let Some(chunk) = text[at..].first_chunk::<{ STEP + 4 }>() {
            // Loaded as they lie: a chunk has twelve bytes, so that both halves are there.
            let near = chunk
                .first_chunk()
                .map_or(0, |half| u64::from_le_bytes(*half))
                | FOLD_EIGHT;
            // Indentation: at the first five positions stands the same.
            if near == FOLD_EIGHT && skips_blanks {
                at += STEP - 3;
                continue;
            }
            let far = chunk
                .last_chunk()
                .map_or(0, |half| u64::from_le_bytes(*half))
                | FOLD_EIGHT;
            // One bit for each position, so that those where something is filed are told without a second look.
            let four = |half: u64| {
                flag(half, 0) | flag(half, 1) << 1 | flag(half, 2) << 2 | flag(half, 3) << 3
            };
            let mut any = four(near) | four(far) << 4;
            while any != 0 {
                let i = any.trailing_zeros();
                any &= any - 1;
                let half = if i < 4 {
                    near >> (8 * i)
                } else {
                    far >> (8 * i - 32)
                };
                self.look(text, at + i as usize, lowest(half), &mut hit);
            }
            at += STEP;
        }
        while at + 3 <= text.len() {
            let last = text.get(at + 3).copied().unwrap_or(0);
            let four = folded([text[at], text[at + 1], text[at + 2], last]);
            self.look(text, at, four, &mut hit);
            at += 1;
        }
    }

    /// Compares the keywords that are filed under the four bytes, or the first three of them, at an offset.
    #[inline]
    fn look(&self, text: &[u8], at: usize, four: u32, hit: &mut impl FnMut(u16, usize)) {
        let slot = hash(four);
        let (from, to) = (self.starts[slot], self.starts[slot + 1]);
        for &(bytes, number, offset) in &self.entries[usize::from(from)..usize::from(to)] {
            if bytes == four || bytes == four & THREE {
                self.compare(text, at, (number, offset), hit);
            }
        }
    }

    /// Calls `hit` if the keyword stands in the text with the byte at its offset at `at`.
    #[inline(never)]
    fn compare(
        &self,
        text: &[u8],
        at: usize,
        (number, offset): (u16, u8),
        hit: &mut impl FnMut(u16, usize),
    ) {
        let keyword = &self.text.as_bytes()[self.stretch(number)];
        let Some(start) = at.checked_sub(usize::from(offset)) else {
            return;
        };
        if text
            .get(start..start + keyword.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(keyword))
        {
            hit(number, start);
        }
    }
}

/// What it counts in [`commonness`] that a keyword more holds the same four bytes: each is compared where they stand.
const SHARED: u32 = 15;
/// What it counts that four bytes stand in one of the words that source code is full of.
const WORDED: u32 = 60;
/// Such words, with what stands around them.
const WORDS: &str = " return self.value table request response config class input options string function import \
    default type name data test error message list file user code with from that position section certificate version \
    context execute connection settings session content segment component instance interface integration attribute \
    validation application condition dagster port s://www.com/ key token secret password auth client_id access service \
    database query parameter object resource operation _set_ ";

/// How common four bytes are in source code, roughly; only the order matters.
fn commonness(four: [u8; 4]) -> u32 {
    let worded = WORDS
        .as_bytes()
        .windows(4)
        .any(|known| known.eq_ignore_ascii_case(&four));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(keywords: &[&'static str], text: &[u8]) -> Vec<(String, usize)> {
        let index = Index::new(keywords.to_vec());
        let mut found = Vec::new();
        index.find(text, |number, at| {
            found.push((index.keyword(number).to_owned(), at))
        });
        found.sort();
        found
    }

    #[test]
    fn every_occurrence_is_found_in_any_case_and_at_any_place() {
        let keywords = ["hxtp_", "eyj", "password", "://", "pass"];
        for pad in 0..20 {
            for (keyword, shown) in [
                ("hxtp_", "HxTp_"),
                ("eyj", "eyJ"),
                ("password", "PassWord"),
                ("://", "://"),
            ] {
                let text = format!("{}{shown}{}", " ".repeat(pad), ".".repeat(pad % 5));
                assert!(
                    hits(&keywords, text.as_bytes()).contains(&(keyword.to_owned(), pad)),
                    "{text:?}"
                );
            }
        }
        let blanks = " ".repeat(30);
        for keyword in ["a       b", "    ", "        "] {
            let text = format!("{blanks}a       b{blanks}");
            let expected = text
                .as_bytes()
                .windows(keyword.len())
                .filter(|found| *found == keyword.as_bytes())
                .count();
            assert_eq!(hits(&[keyword, "pass"], text.as_bytes()).len(), expected);
        }
        assert_eq!(
            hits(&[" pass"], format!("{blanks}pass{blanks}").as_bytes()),
            [(" pass".to_owned(), 29)]
        );
        assert_eq!(hits(&["eyj"], b"xeyJ"), [("eyj".to_owned(), 1)]);
        assert_eq!(
            hits(&["aaa"], b"aaaa"),
            [("aaa".to_owned(), 0), ("aaa".to_owned(), 1)]
        );
        assert_eq!(hits(&["hxtp_"], b"hxt\x10_ hxtp\x7f"), []);
    }
}
