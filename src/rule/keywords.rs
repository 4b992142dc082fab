//! The keyword index: finds every place of a text where a rule's keyword stands, in one pass; shared with build.rs.
//!
//! Each keyword is filed under the rarest four bytes in it, one of three bytes under all three. The pass hashes the
//! four and the three bytes at every position (case folded) and looks into two small tables, which stay in the
//! first-level cache; only where one of them says so are the keywords filed there compared. There is no chain of
//! dependent loads as in an automaton.

use std::borrow::Cow;

/// Bits of the hash of four bytes: with fewer, too many of a text's most common four bytes share a hash with a keyword.
const FOURS: u32 = 16;
/// Bits of the hash of three bytes.
const THREES: u32 = 14;
/// Bits of a hash that do not count where entries are looked up, which is seldom: the table is smaller for it.
const COARSE: u32 = 3;
/// Folds ASCII capitals to small letters (and some marks onto others, which the comparison sorts out).
const FOLD: u32 = 0x2020_2020;
/// The same for eight bytes.
const FOLD_EIGHT: u64 = 0x2020_2020_2020_2020;
/// The first three of four bytes.
const THREE: u32 = 0x00FF_FFFF;

/// Finds keywords. The built-in one is made by build.rs, one for custom rules when a configuration brings some.
pub struct Index {
    /// The keywords by their rarest four bytes.
    pub fours: Table,
    /// The keywords that have three bytes only.
    pub threes: Table,
    /// The keywords, in small letters, one behind the other: a pointer for each would cost at every start.
    pub text: Cow<'static, str>,
    /// Where each keyword starts in `text`; one more at the end.
    pub offsets: Cow<'static, [u32]>,
}

/// Keywords by the hash of some bytes in them.
pub struct Table {
    /// For each hash the table's own bit if a keyword is filed under it, else 0.
    pub filed: Cow<'static, [u8]>,
    /// For each hash, less its lowest bits, where its entries start in `entries`; one more at the end.
    pub starts: Cow<'static, [u16]>,
    /// The bytes (folded), the keyword (index) and the offset of the bytes in it.
    pub entries: Cow<'static, [(u32, u16, u8)]>,
}

/// Mixes the four folded bytes that are the lowest of `bytes`; the others do not count. The top 16 bits depend on all
/// four, those from bit 32 to bit 55 on the first three alone: one product gives both hashes.
#[inline]
fn mix(bytes: u64) -> u64 {
    bytes.wrapping_mul(0x9E37_79B1 << 32)
}

#[inline]
fn hash_of_four(mixed: u64) -> usize {
    (mixed >> (64 - FOURS)) as usize
}

#[inline]
fn hash_of_three(mixed: u64) -> usize {
    (mixed >> (56 - THREES)) as usize & ((1 << THREES) - 1)
}

#[inline]
fn folded(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes) | FOLD
}

impl Table {
    /// Files entries under `hash` of their bytes, which has so many bits; `mark` is the table's own bit.
    fn new(entries: &[(u32, u16, u8)], bits: u32, hash: fn(u64) -> usize, mark: u8) -> Self {
        let mut entries: Vec<_> = entries
            .iter()
            .map(|&entry| (hash(mix(entry.0.into())), entry))
            .collect();
        entries.sort_unstable();
        let size = 1usize << bits;
        let mut filed = vec![0; size];
        for &(h, _) in &entries {
            filed[h] = mark;
        }
        let starts: Vec<u16> = (0..=size >> COARSE)
            .map(|slot| entries.partition_point(|entry| entry.0 >> COARSE < slot))
            .map(|start| u16::try_from(start).expect("fewer than 65,536 entries"))
            .collect();
        Self {
            filed: filed.into(),
            starts: starts.into(),
            entries: entries.into_iter().map(|(_, entry)| entry).collect(),
        }
    }
}

/// The entries of a table, ready for looking up.
#[derive(Clone, Copy)]
struct Entries<'a> {
    starts: &'a [u16],
    entries: &'a [(u32, u16, u8)],
}

impl<'a> Entries<'a> {
    fn of(table: &'a Table) -> Self {
        Self {
            starts: &table.starts,
            entries: &table.entries,
        }
    }

    /// Returns the keywords (and offsets) filed under exactly these bytes.
    #[inline]
    fn under(self, h: usize, bytes: u32) -> impl Iterator<Item = (u16, u8)> {
        let slot = h >> COARSE;
        self.entries[usize::from(self.starts[slot])..usize::from(self.starts[slot + 1])]
            .iter()
            .filter(move |entry| entry.0 == bytes)
            .map(|&(_, number, offset)| (number, offset))
    }
}

impl Index {
    /// Returns the index of `keywords`: small letters, three bytes at least, without duplicates.
    pub fn new(keywords: Vec<&'static str>) -> Self {
        let (mut fours, mut threes) = (Vec::new(), Vec::new());
        for (number, keyword) in keywords.iter().enumerate() {
            let number = u16::try_from(number).expect("fewer than 65,536 keywords");
            let bytes = keyword.as_bytes();
            assert!(
                bytes.len() >= 3,
                "keyword `{keyword}` is shorter than three bytes"
            );
            if let [a, b, c] = *bytes {
                threes.push((folded([a, b, c, 0]) & THREE, number, 0));
                continue;
            }
            let (offset, four) = bytes
                .windows(4)
                .enumerate()
                .min_by_key(|(_, four)| commonness(four))
                .expect("four bytes at least");
            let offset = u8::try_from(offset).expect("keywords are short");
            fours.push((folded([four[0], four[1], four[2], four[3]]), number, offset));
        }
        let mut offsets = vec![0u32];
        for keyword in &keywords {
            let length = u32::try_from(keyword.len()).expect("keywords are short");
            offsets.push(offsets.last().map_or(0, |last| last + length));
        }
        Self {
            fours: Table::new(&fours, FOURS, hash_of_four, 1),
            threes: Table::new(&threes, THREES, hash_of_three, 2),
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
        let (Ok(fours), Ok(threes)) = (
            <&[u8; 1 << FOURS]>::try_from(self.fours.filed.as_ref()),
            <&[u8; 1 << THREES]>::try_from(self.threes.filed.as_ref()),
        ) else {
            return;
        };
        let (four_entries, three_entries) = (Entries::of(&self.fours), Entries::of(&self.threes));
        let mut at = 0;
        // Eight positions for one branch: ordinary text has nothing filed under most of them.
        while let Some(chunk) = text[at..].first_chunk::<{ STEP + 4 }>() {
            // Loaded as they lie: a chunk has twelve bytes, so that both halves are there.
            let near = chunk
                .first_chunk()
                .map_or(0, |half| u64::from_le_bytes(*half))
                | FOLD_EIGHT;
            let far = chunk
                .last_chunk()
                .map_or(0, |half| u64::from_le_bytes(*half))
                | FOLD_EIGHT;
            let flag = |bytes: u64| {
                let mixed = mix(bytes);
                u64::from(fours[hash_of_four(mixed)] | threes[hash_of_three(mixed)])
            };
            // One byte for each position, so that those where something is filed are told without a second look.
            let four = |bytes: u64| {
                flag(bytes)
                    | flag(bytes >> 8) << 8
                    | flag(bytes >> 16) << 16
                    | flag(bytes >> 24) << 24
            };
            let mut any = four(near) | four(far) << 32;
            while any != 0 {
                let i = any.trailing_zeros() / 8;
                let flag = any >> (8 * i) & 3;
                any &= !(3 << (8 * i));
                let half = if i < 4 {
                    near >> (8 * i)
                } else {
                    far >> (8 * i - 32)
                };
                let four = u32::try_from(half & u64::from(u32::MAX)).unwrap_or(0);
                let i = i as usize;
                let mixed = mix(four.into());
                if flag & 1 != 0 {
                    for filed in four_entries.under(hash_of_four(mixed), four) {
                        self.compare(text, at + i, filed, &mut hit);
                    }
                }
                if flag & 2 != 0 {
                    for filed in three_entries.under(hash_of_three(mixed), four & THREE) {
                        self.compare(text, at + i, filed, &mut hit);
                    }
                }
            }
            at += STEP;
        }
        while at + 3 <= text.len() {
            let last = text.get(at + 3).copied().unwrap_or(0);
            let four = folded([text[at], text[at + 1], text[at + 2], last]);
            let mixed = mix(four.into());
            let fours = four_entries.under(hash_of_four(mixed), four);
            let threes = three_entries.under(hash_of_three(mixed), four & THREE);
            for filed in fours.chain(threes) {
                self.compare(text, at, filed, &mut hit);
            }
            at += 1;
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
        let keyword = self.keyword(number).as_bytes();
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

/// How often four bytes stand in source code, roughly; only the order matters.
fn commonness(four: &[u8]) -> u32 {
    let fold = |b: u8| b | 0x20;
    let is_common = COMMON
        .as_bytes()
        .chunks_exact(4)
        .any(|common| common.iter().zip(four).all(|(a, b)| fold(*a) == fold(*b)));
    four.iter().map(|&b| letter(b)).sum::<u32>() + if is_common { 1000 } else { 0 }
}

/// The four bytes that stand most often in source code of those in keywords, one behind the other: the letters alone do
/// not tell that `cons` and `form` are everywhere.
const COMMON: &str = concat!(
    " acc api app cha clo cre key log map pas req sec tok use wri.app.com.key1000_api_app_cha_clo_in_",
    "_key_pro_sec_tok_wriabasabilableacceace ackeaddraileallyambdamplanguapacapitappeapplarchark.arke",
    "ary asetashbasswatabate ate_atioauthautobackbasebilibinabitfbitsblocboosbounbuckbuilcalecapicati",
    "ccesccouces cesschancharcheccityckagcketclarcliecloscluscodecom/commcompcondconfconnconscontconv",
    "credcribcrypct acuricurrcustcutedashdatadditdepldescdigidingdocudrive ape che cre toe use_apecut",
    "egisemaiemplenabeporerviespoet sexecfalsfaulficafigufilefinafindfinifloaflowformframfullget gets",
    "gistgnalgramgrapgridgrouguaghannharthashheckhellhelpher highhookhub.icalicatificightigmaignailes",
    "imagimpline ine_ingsion ion-ion.ion_ioncionsise istritfiity ity_ivatkey key:key_keyslamblanglass",
    "lastlicalienlighlinelinglinklityllowlobalocalocklogglooklow_mailmakemandmappmarkmbdametrmodemodu",
    "mparmplamplin senablncodncryne snel_new new_nguankeynormnstansumntifnvalnverocalocolocumode ode_",
    "odesoducodulojecokenon con son_con_sonfionsuontronveoostopenorizormaorteostnoundpacepackpandpars",
    "partpasspaympendpensperfperspingplacplatplicplitploypollponsportposipostpplipresprinprivprocprog",
    "projprompushqualquesquirradirameraphrappratireamregireplreporequresprforricsrighrimaringrintrity",
    "rivarocorounrrowrvicrypts aps://scalse aservset sharshorshotsigmsignsionspacsponsql ssiosswostab",
    "stacstamstomstrasumesupesworsynct pat set ust_idtabatabltacktamptasktempth =thubtialticktifyting",
    "tiontoketrictypeub.cuildule umeruperupleursouse userustovaluvateversvertviceviewvisiwalkwherwise",
    "wordworkwritxecuxporxtray toypesyptozero",
);

/// How often a byte stands in source code, roughly, in per mille.
fn letter(byte: u8) -> u32 {
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
