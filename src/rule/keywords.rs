//! The keyword index: finds every place of a text where a rule's keyword stands, in one pass; shared with build.rs.
//!
//! Each keyword is filed under the rarest four bytes in it. The pass hashes the four bytes at every position (case
//! folded) and looks into a bitmap of 8 KiB, which stays in the first-level cache; only where a bit is set are the
//! keywords filed there compared. There is no chain of dependent loads as in an automaton, and the tables are small.

use std::borrow::Cow;

/// Bits of the hash; the bitmap has `1 << BITS` bits.
const BITS: u32 = 16;
/// Folds ASCII capitals to small letters (and some marks onto others, which the comparison sorts out).
const FOLD: u32 = 0x2020_2020;

/// Words of the bitmap.
pub const WORDS: usize = 1 << (BITS - 6);

/// Finds keywords. The built-in one is made by build.rs, one for custom rules when a configuration brings some.
pub struct Index {
    /// One bit for each hash under which a keyword is filed.
    pub bitmap: Cow<'static, [u64]>,
    /// For each word of the bitmap, how many bits are set before it.
    pub rank: Cow<'static, [u16]>,
    /// For each set bit, where its entries start in `entries`; one more at the end.
    pub starts: Cow<'static, [u16]>,
    /// The keyword (index) and the offset in it of the four bytes it is filed under.
    pub entries: Cow<'static, [(u16, u8)]>,
    /// The keywords, in small letters, one behind the other: a pointer for each would cost at every start.
    pub text: Cow<'static, str>,
    /// Where each keyword starts in `text`; one more at the end.
    pub offsets: Cow<'static, [u32]>,
}

#[inline]
fn hash(four: u32) -> usize {
    ((four | FOLD).wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

impl Index {
    /// Returns the index of `keywords`: small letters, three bytes at least, without duplicates.
    pub fn new(keywords: Vec<&'static str>) -> Self {
        let mut filed: Vec<(usize, u16, u8)> = Vec::new();
        for (number, keyword) in keywords.iter().enumerate() {
            let number = u16::try_from(number).expect("fewer than 65,536 keywords");
            let bytes = keyword.as_bytes();
            assert!(
                bytes.len() >= 3,
                "keyword `{keyword}` is shorter than three bytes"
            );
            if let [a, b, c] = *bytes {
                // Whatever stands behind a keyword of three bytes: all values that the fold leaves apart.
                for d in (0..=255u8).filter(|d| d & 0x20 != 0) {
                    filed.push((hash(u32::from_le_bytes([a, b, c, d])), number, 0));
                }
                continue;
            }
            let (offset, four) = bytes
                .windows(4)
                .enumerate()
                .min_by_key(|(_, four)| four.iter().map(|&b| commonness(b)).sum::<u32>())
                .expect("four bytes at least");
            let four = u32::from_le_bytes([four[0], four[1], four[2], four[3]]);
            filed.push((
                hash(four),
                number,
                u8::try_from(offset).expect("keywords are short"),
            ));
        }
        filed.sort_unstable();
        filed.dedup();
        let mut offsets = vec![0u32];
        for keyword in &keywords {
            let length = u32::try_from(keyword.len()).expect("keywords are short");
            offsets.push(offsets.last().map_or(0, |last| last + length));
        }
        let mut bitmap = vec![0u64; WORDS];
        let (mut starts, mut entries) = (Vec::new(), Vec::new());
        for (i, &(h, number, offset)) in filed.iter().enumerate() {
            if i == 0 || filed[i - 1].0 != h {
                bitmap[h >> 6] |= 1 << (h & 63);
                starts.push(u16::try_from(entries.len()).expect("fewer than 65,536 entries"));
            }
            entries.push((number, offset));
        }
        starts.push(u16::try_from(entries.len()).expect("fewer than 65,536 entries"));
        let mut rank = Vec::with_capacity(WORDS);
        let mut before = 0u32;
        for word in &bitmap {
            rank.push(u16::try_from(before).expect("fewer than 65,536 bits"));
            before += word.count_ones();
        }
        Self {
            bitmap: bitmap.into(),
            rank: rank.into(),
            starts: starts.into(),
            entries: entries.into(),
            text: keywords.concat().into(),
            offsets: offsets.into(),
        }
    }

    /// Returns a keyword.
    #[inline]
    pub fn keyword(&self, number: u16) -> &str {
        let number = usize::from(number);
        let at = |i: usize| self.offsets[i] as usize;
        &self.text[at(number)..at(number + 1)]
    }

    /// Calls `hit(keyword, offset)` for every keyword in `text`, in the order in which they are filed, which is nearly
    /// the order of the text. A keyword is found in any case.
    pub fn find(&self, text: &[u8], mut hit: impl FnMut(u16, usize)) {
        const STEP: usize = 8;
        let bitmap: &[u64; WORDS] = match self.bitmap.as_ref().try_into() {
            Ok(bitmap) => bitmap,
            Err(_) => return,
        };
        let mut at = 0;
        // Eight positions for one branch: ordinary text sets no bit in most of them.
        while at + STEP + 3 <= text.len() {
            let chunk: &[u8; STEP + 3] = text[at..at + STEP + 3]
                .try_into()
                .expect("the slice has this length");
            let mut any = 0u64;
            for i in 0..STEP {
                let h = hash(u32::from_le_bytes([
                    chunk[i],
                    chunk[i + 1],
                    chunk[i + 2],
                    chunk[i + 3],
                ]));
                any |= ((bitmap[h >> 6] >> (h & 63)) & 1) << i;
            }
            while any != 0 {
                let i = any.trailing_zeros() as usize;
                any &= any - 1;
                let h = hash(u32::from_le_bytes([
                    chunk[i],
                    chunk[i + 1],
                    chunk[i + 2],
                    chunk[i + 3],
                ]));
                self.compare(text, at + i, h, &mut hit);
            }
            at += STEP;
        }
        while at + 3 <= text.len() {
            let four = [
                text[at],
                text[at + 1],
                text[at + 2],
                text.get(at + 3).copied().unwrap_or(0),
            ];
            let h = hash(u32::from_le_bytes(four));
            if bitmap[h >> 6] >> (h & 63) & 1 == 1 {
                self.compare(text, at, h, &mut hit);
            }
            at += 1;
        }
    }

    #[inline(never)]
    fn compare(&self, text: &[u8], at: usize, h: usize, hit: &mut impl FnMut(u16, usize)) {
        let below = self.bitmap[h >> 6] & ((1 << (h & 63)) - 1);
        let slot = usize::from(self.rank[h >> 6]) + below.count_ones() as usize;
        let (from, to) = (
            usize::from(self.starts[slot]),
            usize::from(self.starts[slot + 1]),
        );
        for &(number, offset) in &self.entries[from..to] {
            let keyword = self.keyword(number).as_bytes();
            let Some(start) = at.checked_sub(usize::from(offset)) else {
                continue;
            };
            if text
                .get(start..start + keyword.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(keyword))
            {
                hit(number, start);
            }
        }
    }
}

/// How often a byte stands in source code, roughly, in per mille; only their order matters.
fn commonness(byte: u8) -> u32 {
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
        assert_eq!(hits(&["eyj"], b"xeyJ"), [("eyj".to_owned(), 1)]);
        assert_eq!(
            hits(&["aaa"], b"aaaa"),
            [("aaa".to_owned(), 0), ("aaa".to_owned(), 1)]
        );
        assert_eq!(hits(&["hxtp_"], b"hxt\x10_ hxtp\x7f"), []);
    }
}
