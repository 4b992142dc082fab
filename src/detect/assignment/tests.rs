//! What no table holds: how far assignments are read, and that any text is survived.

use super::reader::Name;
use super::*;
use crate::fragment::Fragment;

/// Returns key and value of what is found around `word` in a file of this name.
fn found(path: &str, text: &str, word: &str) -> Vec<(String, String)> {
    let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
    let at = text.find(word).expect("the word is in the text");
    let show = |range: &Range<usize>| text[range.clone()].to_owned();
    everywhere_around(&fragment, at)
        .iter()
        .map(|found| (show(&found.key), show(&found.value)))
        .collect()
}

/// Returns the assignments around a place, whatever their keys name.
fn everywhere_around(fragment: &Fragment<'_>, at: usize) -> Vec<Assignment> {
    let names = sight(fragment.text, at).map(|at| Name { at, read: None });
    let mut reader = Reader::default();
    reader.looked = 0..fragment.text.len();
    reader.names = names.collect();
    reader.around(fragment, at)
}

#[test]
fn a_vendor_on_the_line_gives_all_its_assignments() {
    let text = "api_key = \"one\", secret = \"two\"  # for zoom";
    let found = found("a.py", text, "zoom");
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn parents_complete_a_key() {
    let text = "zoom:\n  account: x\n  client_secret: abc\n";
    let fragment = Fragment::content(b"a.yml", text.as_bytes());
    let found = everywhere_around(&fragment, text.find("client").expect("is there"));
    assert!(names(&found[0], text.as_bytes(), &["zoomclientsecret"]));
    assert!(!names(&found[0], text.as_bytes(), &["webexclientsecret"]));
    assert!(names(&found[0], text.as_bytes(), &[]));
}

#[test]
fn a_shown_key_holds_no_secret() {
    let text = format!("{}_password{} = \"x\"", "a1b2c3d4e5".repeat(3), "\u{7}");
    let assignment = Assignment {
        key: 0..text.find(" =").expect("is there"),
        value: 0..0,
        form: Form::Equals,
        quote: Quote::Double,
        place: Place::Code,
        callee: None,
    };
    let shown = shown_key(&assignment, text.as_bytes());
    assert!(!shown.contains("b2c3"), "{shown}");
    assert!(!shown.contains('\u{7}'));
}

#[test]
fn one_line_of_megabytes_costs_no_more_than_many_lines() {
    let text = "password=password=token:".repeat(20_000);
    let fragment = Fragment::content(b"a.env", text.as_bytes());
    let started = std::time::Instant::now();
    for at in memchr::memmem::find_iter(text.as_bytes(), "password").take(2_000) {
        let _ = everywhere_around(&fragment, at);
    }
    assert!(started.elapsed().as_secs() < 20);
}

#[test]
fn any_bytes_go_through() {
    let pieces: [&[u8]; 14] = [
        b"password",
        b"=",
        b"\"",
        b"'",
        b":",
        b"\\",
        b"\n",
        b"\r",
        b"<",
        b">",
        b"{",
        b"${",
        b"\xff",
        b" ",
    ];
    let mut seed = 7u32;
    for _ in 0..3_000 {
        let mut text = Vec::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.extend_from_slice(pieces[(seed >> 16) as usize % pieces.len()]);
        }
        for path in [&b"a.py"[..], b"a.yml", b".env", b"a.xml", b"a.sh", b"x"] {
            let fragment = Fragment::content(path, &text);
            for at in 0..=text.len() {
                for found in everywhere_around(&fragment, at) {
                    assert!(found.value.end <= text.len() && !found.value.is_empty());
                    let _ = names(&found, &text, &["apassword"]);
                    let _ = shown_key(&found, &text);
                }
            }
        }
    }
}

#[test]
fn a_glance_never_misses_a_name_of_a_secret() {
    let may_name = |text: &str| {
        let mut places = Vec::new();
        // Whatever stands around, in every position of a chunk.
        for blanks in 0..70 {
            let text = format!(
                "{}{text}{}",
                " ".repeat(blanks),
                " ".repeat(blanks * 7 % 40)
            );
            let mut place = None;
            name_places(text.as_bytes(), 0..text.len(), |at| {
                place = Some(at - blanks)
            });
            places.push(place);
        }
        assert!(
            places.windows(2).all(|two| two[0] == two[1]),
            "{text}: {places:?}"
        );
        places[0].is_some()
    };
    for name in [
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "pass",
        "secrets",
        "token",
        "api_key",
        "accessKey",
        "PRIVATE_KEY",
        "authKey",
        "credential",
        "Authorization",
        "GITHUB_PAT",
        "githubPat",
        "pat_main",
        "sas",
        "DSN",
    ] {
        assert!(may_name(&format!("x {name}: y")), "{name}");
    }
    assert!(!may_name("GET /path/pattern?section=create&rows=12 Runner"));
}
