//! Documents are read to their end: broken ones as far as they go, in every shape that programs write, with bounded memory.

use crate::containers::{TYPES, workbook, zip};
use crate::support::{Output, Repo, token};

/// Scans a file that is made for it.
fn scan(name: &str, bytes: impl AsRef<[u8]>) -> Output {
    let repo = Repo::new();
    repo.write(name, bytes);
    repo.hexguard(&["scan", name])
}

/// Asserts that a token is found in a file, and nothing is missed there.
fn is_found(name: &str, bytes: impl AsRef<[u8]>, place: &str) {
    let scanned = scan(name, bytes);
    assert_eq!(scanned.code, 1, "{name} {scanned:?}");
    let one = " 1 blocked, 0 skipped";
    assert!(scanned.stdout.contains(one), "{name} {scanned:?}");
    assert!(scanned.stdout.contains(place), "{name} {scanned:?}");
}

fn docx(part: &str, xml: impl AsRef<[u8]>) -> Vec<u8> {
    zip(&[("[Content_Types].xml", TYPES), (part, xml.as_ref())])
}

fn ods(content: &str) -> Vec<u8> {
    let mime = b"application/vnd.oasis.opendocument.spreadsheet";
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet>{content}</office:spreadsheet></office:body></office:document-content>"
    );
    zip(&[("mimetype", mime), ("content.xml", content.as_bytes())])
}

#[test]
fn broken_xml_is_read_to_its_end() {
    let t = token(1);
    let (one, two) = t.split_at(40);
    let document = |body: &str| format!("<?xml version=\"1.0\"?><w:document><w:body>{body}");
    let mut faults = vec![
        // Cut within the text, within a tag, and within an attribute.
        format!("<w:p><w:t>{one}</w:t><w:t>{two}"),
        format!("<w:p><w:t>{one}</w:t><w:t>{two}</w:"),
        format!("<w:p><w:t>a</w:t></w:p><w:p w:a=\"{t}"),
        // A quotation mark or a tag that nothing ends, a tag that is none.
        format!("<w:p w:a=\"x><w:t>{t}</w:t></w:p><w:p w:b=\"y\"></w:p>"),
        format!("<w:p><w:t>a</w:t><w:r <w:t>{t}</w:t></w:p>"),
        format!("<w:p><w:t>a < b {t}</w:t></w:p>"),
        format!("<w:p><w:t>a</w:t></w:p></w:p></w:p>{t}"),
        // An unknown entity, a comment and a literal without an end.
        format!("<w:p><w:t>&nothing; &#xZZ; {t}</w:t></w:p>"),
        format!("<w:p><w:t>a</w:t></w:p><!-- {t}"),
        format!("<w:p><w:t><![CDATA[{t}</w:t></w:p>"),
        format!("<w:p><w:t>a</w:t></w:p><?x {t}?>"),
        // A tag that is too long for one.
        format!("<w:p><w:t>{}=\"{t}\"</w:t></w:p>", "<x a".repeat(400_000)),
    ];
    faults.push(format!(
        "<w:p><w:t>a</w:t></w:p><w:x {} w:a=\"{t}\"/>",
        "a ".repeat(600_000)
    ));
    for body in faults {
        let xml = document(&body);
        let shown = body.get(..80).unwrap_or(&body);
        let scanned = scan("a.docx", docx("word/document.xml", &xml));
        assert!(
            scanned.stdout.contains(" 1 blocked, 0 skipped"),
            "{shown} {scanned:?}"
        );
    }
    // Letters that are no UTF-8.
    let latin = [
        b"<w:p><w:t>\xE9\xFF ".as_slice(),
        t.as_bytes(),
        b"</w:t></w:p>",
    ]
    .concat();
    is_found(
        "a.docx",
        docx("word/document.xml", latin),
        "word/document.xml:1:",
    );
}

#[test]
fn utf16_is_read_as_any_other_text() {
    let t = token(1);
    let (one, two) = t.split_at(40);
    let xml = format!("<w:document><w:p><w:t>{one}</w:t><w:t>{two}</w:t></w:p></w:document>");
    for order in [u16::to_le_bytes, u16::to_be_bytes] {
        for mark in ["", "\u{FEFF}"] {
            let xml = format!("{mark}{xml}");
            let wide: Vec<u8> = xml.encode_utf16().flat_map(order).collect();
            is_found(
                "a.docx",
                docx("word/document.xml", wide),
                "word/document.xml:1:",
            );
        }
    }
}

#[test]
fn text_is_found_wherever_programs_put_it() {
    let t = token(1);
    let (one, two) = t.split_at(40);
    for (part, xml) in [
        // Prefixes differ, and there may be none.
        (
            "word/document.xml",
            format!(
                "<document xmlns=\"http://purl.oclc.org/ooxml/wordprocessingml/main\"><p><r><t>{one}</t></r><r><t>{two}</t></r></p></document>"
            ),
        ),
        (
            "word/document.xml",
            format!("<ns0:p><ns0:t>{one}</ns0:t><ns0:t>{two}</ns0:t></ns0:p>"),
        ),
        (
            "word/document.xml",
            format!(
                "<w:p><w:r><w:instrText>HYPERLINK \"https://a.example/?t={t}\"</w:instrText></w:r></w:p>"
            ),
        ),
        (
            "word/document.xml",
            format!(
                "<w:p><w:del><w:r><w:delText>{one}</w:delText></w:r><w:r><w:delText>{two}</w:delText></w:r></w:del></w:p>"
            ),
        ),
        (
            "word/document.xml",
            format!("<w:p><w:fldSimple w:instr=\"{t}\"/></w:p>"),
        ),
        (
            "word/header1.xml",
            format!("<w:hdr><w:p><w:t>{one}</w:t><w:t>{two}</w:t></w:p></w:hdr>"),
        ),
        (
            "word/footnotes.xml",
            format!(
                "<w:footnotes><w:footnote><w:p><w:t>{one}</w:t><w:t>{two}</w:t></w:p></w:footnote></w:footnotes>"
            ),
        ),
        (
            "word/comments.xml",
            format!(
                "<w:comments><w:comment w:id=\"1\"><w:p><w:t>{one}</w:t><w:t>{two}</w:t></w:p></w:comment></w:comments>"
            ),
        ),
        (
            "xl/comments1.xml",
            format!(
                "<comments><commentList><comment ref=\"A1\"><text><r><t>{one}</t></r><r><t>{two}</t></r></text></comment></commentList></comments>"
            ),
        ),
        (
            "xl/drawings/drawing1.xml",
            format!(
                "<xdr:wsDr><a:p><a:r><a:t>{one}</a:t></a:r><a:r><a:t>{two}</a:t></a:r></a:p></xdr:wsDr>"
            ),
        ),
        (
            "xl/charts/chart1.xml",
            format!("<c:chart><a:p><a:t>title</a:t></a:p><c:v>1</c:v><c:v>{t}</c:v></c:chart>"),
        ),
        (
            "ppt/notesSlides/notesSlide1.xml",
            format!("<p:notes><a:p><a:t>{one}</a:t><a:t>{two}</a:t></a:p></p:notes>"),
        ),
        (
            "docProps/custom.xml",
            format!(
                "<Properties><property name=\"a\"><vt:lpwstr>{t}</vt:lpwstr></property></Properties>"
            ),
        ),
        (
            "customXml/item1.xml",
            format!("<root><key>{t}</key></root>"),
        ),
        (
            "word/_rels/document.xml.rels",
            format!(
                "<Relationships><Relationship Id=\"rId1\" Type=\"http://a.example/hyperlink\" Target=\"https://a.example/?a=1&amp;t={t}\" TargetMode=\"External\"/></Relationships>"
            ),
        ),
    ] {
        is_found("a.docx", docx(part, xml), &format!("a.docx!{part}:"));
    }
    // What is no more than the id of a link is nothing that anybody wrote.
    let id = format!("<Relationships><Relationship Id=\"{t}\" Target=\"a.xml\"/></Relationships>");
    assert_eq!(
        scan("a.docx", docx("word/_rels/document.xml.rels", id)).code,
        0
    );
}

#[test]
fn cells_are_read_in_every_shape() {
    let password = ["kT9#vL", "q2xW8m"].concat();
    let (one, two) = password.split_at(5);
    let header = "<c r=\"A1\" t=\"inlineStr\"><is><t>user</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>password</t></is></c>";
    let user = "<c r=\"A2\" t=\"inlineStr\"><is><t>anna</t></is></c>";
    for cell in [
        format!(
            "<c r=\"B2\" t=\"inlineStr\"><is><r><t>{one}</t></r><r><rPr/><t>{two}</t></r></is></c>"
        ),
        format!("<c r=\"B2\" t=\"str\"><f>A1&amp;A2</f><v>{password}</v></c>"),
        format!("<c t=\"str\"><v>{password}</v></c>"),
        "<c r=\"B2\" t=\"s\"><v>1</v></c>".to_owned(),
        // Cut, and with a tag that is missing.
        format!("<c r=\"B2\" t=\"str\"><v>{password}"),
        format!("<c r=\"B2\" t=\"str\"><v>{password}</v><c r=\"C2\"/>"),
    ] {
        let shared = format!(
            "<sst><si/><si><r><t>{one}</t></r><r><t>{two}</t></r><rPh sb=\"0\"><t>sound</t></rPh></si></sst>"
        );
        let rows = format!("<row r=\"1\">{header}</row><row r=\"2\">{user}{cell}");
        let scanned = scan("a.xlsx", workbook(shared.as_bytes(), rows.as_bytes()));
        assert_eq!(scanned.code, 1, "{cell} {scanned:?}");
        assert!(scanned.stdout.contains("cell B2"), "{cell} {scanned:?}");
    }
    let row = |cells: &[&str]| {
        let cell = |text: &&str| {
            format!(
                "<table:table-cell><office:annotation><text:p>a note</text:p></office:annotation><text:p>{text}</text:p></table:table-cell>"
            )
        };
        let cells: String = cells.iter().map(cell).collect();
        format!(
            "<table:table-row>{cells}<table:table-cell table:number-columns-repeated=\"16382\"/></table:table-row>"
        )
    };
    let table = [
        "<table:table table:name=\"S\">",
        &row(&["user", "password"]),
        &row(&["anna", &password]),
        "<table:table-row table:number-rows-repeated=\"1048574\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row></table:table>",
    ];
    let scanned = scan("a.ods", ods(&table.concat()));
    assert_eq!(scanned.code, 1, "{scanned:?}");
    assert!(scanned.stdout.contains("a.ods!S:2:"), "{scanned:?}");
}

#[test]
fn what_no_cell_shows_is_found() {
    let t = token(1);
    let shown = "<row r=\"1\"><c t=\"s\"><v>0</v></c></row>";
    for shared in [
        format!("<sst><si><t>a</t></si><si><t>{t}</t></si></sst>"),
        format!("<sst><si><t>a</t><rPh><t>{t}</t></rPh></si></sst>"),
        format!("<sst><si><t>a</t></si><si><t>{t}"),
        format!("<sst><si><t>a</t></si><!-- {t} --></sst>"),
    ] {
        is_found(
            "a.xlsx",
            workbook(shared.as_bytes(), shown.as_bytes()),
            "xl/sharedStrings.xml:",
        );
    }
    for rows in [
        format!(
            "<row r=\"2\"/><row r=\"1\"><c r=\"A9\"><v>a</v></c><c r=\"A3\"><v>{t}</v></c></row>"
        ),
        format!("<row r=\"1\"><c r=\"A1\"><f>\"{t}\"</f><v>1</v></c></row>"),
        format!(
            "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData><headerFooter><oddHeader>{t}</oddHeader></headerFooter>"
        ),
        format!(
            "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData><hyperlinks><hyperlink ref=\"A1\" display=\"{t}\"/></hyperlinks>"
        ),
    ] {
        is_found(
            "a.xlsx",
            workbook(b"<sst/>", rows.as_bytes()),
            "xl/worksheets/sheet1.xml:",
        );
    }
    let table = "<table:table table:name=\"S\"><table:table-row><table:table-cell/></table:table-row></table:table>";
    is_found(
        "a.ods",
        ods(&format!("{table}<text:p>{t}</text:p>")),
        "content.xml:",
    );
    let shapes = table.replace(
        "<table:table-row>",
        &format!("<table:shapes><text:p>{t}</text:p></table:shapes><table:table-row>"),
    );
    is_found("a.ods", ods(&shapes), "content.xml:");
}

#[test]
fn an_encrypted_open_document_is_said() {
    let manifest = b"<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    let bytes = zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", b"\x8c\x01\x02<\x03>\xff"),
        ("META-INF/manifest.xml", manifest),
    ]);
    let scanned = scan("a.odt", bytes);
    assert_eq!(scanned.code, 0, "{scanned:?}");
    let said = "a.odt: contents not looked into: the document is encrypted";
    assert_eq!(scanned.stdout.matches(said).count(), 1, "{scanned:?}");
}

#[test]
fn one_text_in_very_many_cells_is_written_so_often_only() {
    let long = "a long text ".repeat(2700);
    let shared = format!(
        "<sst><si><t>{long}</t></si><si><t>{}</t></si></sst>",
        token(1)
    );
    let mut rows = String::new();
    for row in 1..=200_000 {
        rows.push_str(&format!(
            "<row r=\"{row}\"><c r=\"A{row}\" t=\"s\"><v>0</v></c></row>"
        ));
    }
    rows.push_str("<row r=\"200001\"><c r=\"A200001\" t=\"s\"><v>1</v></c></row>");
    is_found(
        "a.xlsx",
        workbook(shared.as_bytes(), rows.as_bytes()),
        "a.xlsx!People:200001:1",
    );
}
