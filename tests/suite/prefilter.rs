//! What decides where a rule looks: its keywords in a text, and whether its pattern decides alone.

use hexguard::rule::keywords::Index;
use hexguard::rule::mark::decides_alone;

/// The text is looked through in blocks of so many bytes.
const BLOCK: usize = 512;

/// Returns the keywords that an index finds in a text, each with its place.
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
    for pad in (0..20).chain(BLOCK - 12..BLOCK + 12) {
        for (keyword, shown) in [
            ("hxtp_", "HxTp_"),
            ("eyj", "eyJ"),
            ("password", "PassWord"),
            ("pass", "PASS"),
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
    let long: &'static str = "0123456789abcdef".repeat(20).leak();
    for pad in 0..3 {
        let text = format!("{}{long}", ".".repeat(pad));
        assert_eq!(hits(&[long], text.as_bytes()), [(long.to_owned(), pad)]);
        assert_eq!(hits(&[long], &text.as_bytes()[..text.len() - 1]), []);
    }
    assert_eq!(hits(&["eyj"], b"xeyJ"), [("eyj".to_owned(), 1)]);
    assert_eq!(
        hits(&["aaa"], b"aaaa"),
        [("aaa".to_owned(), 0), ("aaa".to_owned(), 1)]
    );
    assert_eq!(hits(&["hxtp_"], b"hxt\x10_ hxtp\x7f"), []);
}

#[test]
fn a_mark_and_a_long_body_decide() {
    let decides = |source: &str| {
        let hir = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(source)
            .unwrap();
        decides_alone(&hir)
    };
    for yes in [
        "acme_[0-9a-f]{32}",
        "AKIA[0-9A-Z]{16}",
        "(?:AKIA|ASIA)[A-Z2-7]{16}",
        "xox[abp]-[0-9]{10,13}-[0-9A-Za-z]{24}",
        "(?i:acme_[0-9a-f]{96})",
        "sk-[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20}",
        "https://hooks\\.acme\\.com/[0-9A-Za-z/]{20,}",
        "token=(acme_[0-9a-f]{32})",
    ] {
        assert!(decides(yes), "{yes}");
    }
    for no in [
        "EAA[0-9A-Za-z]{80,}",
        "AAAAAAAAAAAA[0-9A-Za-z]{40}",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "acme_[0-9a-f]{12}",
        "acme_[^ ]{32}",
        "https://[0-9a-z]{32}",
        "X-Acme-Token: ([0-9a-f]{32})",
        "(?:acme_)?[0-9a-f]{32}",
        "(acme_[0-9a-f]{32})|key=([0-9a-f]{32})",
    ] {
        assert!(!decides(no), "{no}");
    }
}
