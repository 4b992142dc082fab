//! Documents as few programs write them: names with escapes, forms, workbooks of very many texts.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::containers::{workbook, zip};
use crate::support::{Output, Repo, template::fill, token};

fn scan(name: &str, bytes: impl AsRef<[u8]>) -> Output {
    let repo = Repo::new();
    repo.write(name, bytes);
    repo.hexguard(&["scan", name])
}

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(text).unwrap();
    zlib.finish().unwrap()
}

/// Returns a PDF of some objects and a stream with a dictionary.
fn pdf(objects: &str, dictionary: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("%PDF-1.5\n{objects}\n9 0 obj\n<< {dictionary} >>\nstream\n");
    let end = b"\nendstream\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n";
    [head.as_bytes(), data, end].concat()
}

#[test]
fn names_of_a_pdf_are_read_however_they_are_written() {
    let page = format!("BT /F1 9 Tf 9 9 Td (T={}) Tj ET", token(1));
    let data = zlib(page.as_bytes());
    for (objects, dictionary) in [
        ("", "/F#69lter /FlateDecode"),
        ("", "/#46ilter [/Flate#44ecode]"),
        ("", "/Filter /#46lateDecode /Font /A#20B"),
    ] {
        let scanned = scan("a.pdf", pdf(objects, dictionary, &data));
        assert_eq!(scanned.code, 1, "{dictionary} {scanned:?}");
    }
    // The two halves stand in two streams of one page.
    let (one, two) = page.split_at(60);
    let second = format!("\n8 0 obj\n<< >>\nstream\n{two}\nendstream\nendobj\n");
    let objects = format!("1 0 obj << /Type /Page /Con#74ents [9 0 R 8 0 R] >> endobj{second}");
    let scanned = scan("a.pdf", pdf(&objects, "", one.as_bytes()));
    assert_eq!(scanned.code, 1, "{scanned:?}");
    // What is compressed stays as it is, whatever stands in it.
    let odd = zlib(b"(/a#41#42) Tj /Fl#61te \x01\x02").repeat(3);
    let scanned = scan(
        "a.pdf",
        pdf("2 0 obj <</F#69 1>> endobj", "/Filter/FlateDecode", &odd),
    );
    assert_eq!(scanned.code, 0, "{scanned:?}");
}

#[test]
fn a_font_is_found_however_its_name_is_written() {
    // The font has the letters of ASCII one further.
    let shifted: String = format!("T={}", token(1))
        .bytes()
        .map(|letter| char::from(letter + 1))
        .collect();
    let map = b"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <21> <7E> <0020> endbfrange";
    let map = [
        &b"\n4 0 obj << /Filter /FlateDecode >>\nstream\n"[..],
        &zlib(map),
        b"\nendstream\nendobj\n",
    ];
    for (listed, used) in [
        ("F1", "F1"),
        ("F1", "F#31"),
        ("F#31", "#46#31"),
        ("F#20A", "#46#20A"),
    ] {
        let objects = format!(
            "1 0 obj << /Type /Page /Contents 9 0 R /Resources << /Font << /{listed} 3 0 R >> >> >> endobj
             3 0 obj << /Type /Font /ToUnicode 4 0 R >> endobj"
        );
        let page = format!("BT /{used} 9 Tf 9 9 Td ({shifted}) Tj ET");
        let bytes = pdf(&objects, "/Filter /FlateDecode", &zlib(page.as_bytes()));
        let scanned = scan("a.pdf", [&bytes, &map.concat()[..]].concat());
        assert_eq!(scanned.code, 1, "{listed} {used} {scanned:?}");
    }
}

#[test]
fn fields_of_a_form_are_read_with_their_names() {
    let secret = fill("{{alnum:9}}{{digit:3}}{{alnum:6}}", 1);
    let wide: String = secret.bytes().fold("FEFF".to_owned(), |mut all, byte| {
        write!(all, "00{byte:02X}").unwrap();
        all
    });
    let field = format!("<< /FT /Tx /T (db_password) /V ({secret}) >>");
    let listed = zlib(format!("2 0 {field}").as_bytes());
    for bytes in [
        pdf(&format!("2 0 obj {field} endobj"), "", b""),
        pdf(
            &format!("2 0 obj << /V <{wide}> /TU (Password) /T (Text1) >> endobj"),
            "",
            b"",
        ),
        pdf(
            &format!(
                "2 0 obj << /T (password) /Kids [3 0 R] >> endobj 3 0 obj << /Parent 2 0 R /V ({secret}) >> endobj"
            ),
            "",
            b"",
        ),
        pdf(
            "",
            "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode",
            &listed,
        ),
    ] {
        let scanned = scan("a.pdf", bytes);
        assert_eq!(scanned.code, 1, "{scanned:?}");
        assert!(scanned.stdout.contains("a.pdf!fields:"), "{scanned:?}");
    }
    // What stands there first, and what can be chosen.
    for value in [
        format!("/DV ({secret})"),
        format!("/V [({secret})]"),
        format!("/Opt [(other) ({secret})]"),
        format!("/Opt [[(1) (other)] [(2) <{wide}>]]"),
        format!("/V 3 0 R >> endobj 3 0 obj [({secret})] endobj 4 0 obj <<"),
    ] {
        let object = format!("2 0 obj << /T (db_password) {value} >> endobj");
        let scanned = scan("a.pdf", pdf(&object, "", b""));
        assert_eq!(scanned.code, 1, "{value} {scanned:?}");
        assert!(scanned.stdout.contains("a.pdf!fields:"), "{scanned:?}");
    }
    let empty = "2 0 obj << /FT /Tx /T (password) /V () >> endobj";
    assert_eq!(scan("a.pdf", pdf(empty, "", b"")).code, 0);
}

/// Returns a PDF with objects, and a stream of numbers or of text behind them.
fn beside(objects: &str, is_binary: bool) -> Vec<u8> {
    let numbers = (0..=255u8).cycle().take(2_000).collect();
    let data = if is_binary {
        numbers
    } else {
        b"a text ".repeat(300)
    };
    let head = format!("%PDF-1.4\n{objects}\n9 0 obj\n<< /Length 9 >>\nstream\n");
    [head.as_bytes(), &data, b"\nendstream\nendobj\n%%EOF\n"].concat()
}

#[test]
fn what_people_write_in_a_pdf_is_read_beside_binary_streams() {
    let secret = fill("{{alnum:9}}{{digit:3}}{{alnum:6}}", 3);
    let text = format!("Password: {secret}");
    let octal = format!("Pa\\163sword: {secret}");
    let hex = text.bytes().fold(String::new(), |mut all, byte| {
        write!(all, "{byte:02X}").unwrap();
        all
    });
    let wide = hex.as_bytes().chunks(2).fold(String::new(), |all, byte| {
        all + "00" + str::from_utf8(byte).unwrap()
    });
    let url = format!("postgresql://etl:{secret}@db.acme.io/dw");
    for (object, line) in [
        (format!("<< /Subtype /Text /Contents ({text}) >>"), 1),
        (format!("<< /Contents({url}) >>"), 1),
        (format!("<< /Contents (Hello\\r\\n{text}) >>"), 3),
        (format!("<< /Contents (Hello\\r{text}) >>"), 2),
        (format!("<< /Contents ({octal}) >>"), 1),
        (format!("<< /Contents <{hex}> >>"), 1),
        (format!("<< /Contents <FEFF{wide}> >>"), 1),
        (format!("<< /C#6fntents ({text}) >>"), 1),
        (format!("<< /A << /S /URI /URI ({url}) >> >>"), 1),
        (format!("<< /Keywords ({text}) /Author (me) >>"), 1),
        (format!("<< /Title 3 0 R >> endobj 3 0 obj ({text})"), 1),
    ] {
        for is_binary in [true, false] {
            let bytes = beside(&format!("2 0 obj {object} endobj"), is_binary);
            let within = zip(&[("a.pdf", &*bytes)]);
            for (name, bytes) in [("a.pdf", bytes), ("a.zip", within)] {
                let scanned = scan(name, bytes);
                let place = format!("a.pdf!objects:{line}:");
                assert!(scanned.stdout.contains(&place), "{object} {scanned:?}");
                let once = " 1 blocked, 0 skipped";
                assert!(scanned.stdout.contains(once), "{object} {scanned:?}");
            }
        }
    }
    // What is no text is none.
    let object = format!(
        "2 0 obj << /Contents ({}) >> endobj",
        "\u{1}\u{2}\0".repeat(9)
    );
    assert_eq!(scan("a.pdf", beside(&object, true)).code, 0);
}

#[test]
fn fields_that_share_a_long_value_are_bounded() {
    let value = format!("5 0 obj ({}) endobj\n", "x".repeat(12_000));
    let mut objects = value;
    for number in 10..10_000 {
        writeln!(objects, "{number} 0 obj <</T(a)/V 5 0 R>> endobj").unwrap();
    }
    let scanned = scan("a.pdf", pdf(&objects, "", b""));
    assert_eq!(scanned.code, 2, "{scanned:?}");
    let said = "its objects, fonts and fields are more than what is read";
    assert!(scanned.stdout.contains(said), "{scanned:?}");
}

#[test]
fn a_workbook_of_very_many_texts_is_read() {
    let count = 1_000_000;
    let secret = fill("{{alnum:9}}{{digit:3}}{{alnum:6}}", 2);
    let (mut shared, mut rows) = ("<sst>".to_owned(), String::new());
    for number in 0..count {
        match number {
            0 => shared += "<si><t>password</t></si>",
            _ if number == count - 2 => write!(shared, "<si><t>{secret}</t></si>").unwrap(),
            _ => write!(shared, "<si><t>a text with the number {number}</t></si>").unwrap(),
        }
    }
    shared += "</sst>";
    let mut row = |number: usize, text: usize| {
        write!(
            rows,
            "<row r=\"{number}\"><c t=\"s\"><v>{text}</v></c></row>"
        )
        .unwrap();
    };
    row(1, 0);
    for number in 2..1000 {
        row(number, number * 500);
    }
    row(1000, count - 2);
    let scanned = scan("a.xlsx", workbook(shared.as_bytes(), rows.as_bytes()));
    assert_eq!(scanned.code, 1, "{scanned:?}");
    assert!(scanned.stdout.contains("cell A1000"), "{scanned:?}");
    assert!(scanned.stdout.contains(" 0 skipped"), "{scanned:?}");
    // In an order in which everything would be unpacked again and again.
    rows.clear();
    let mut row = |number: usize, text: usize| {
        write!(
            rows,
            "<row r=\"{number}\"><c t=\"s\"><v>{text}</v></c></row>"
        )
        .unwrap();
    };
    for number in 1..20_000 {
        row(number, number * 48_271 % count);
    }
    let scanned = scan("a.xlsx", workbook(shared.as_bytes(), rows.as_bytes()));
    assert_eq!(scanned.code, 2, "{scanned:?}");
    let said =
        "a.xlsx!xl/sharedStrings.xml was not scanned: its cells show shared texts in an order";
    assert!(scanned.stdout.contains(said), "{scanned:?}");
}
