//! Documents are read to their end: broken ones as far as they go, in every shape that programs write, with bounded memory.

use std::io::Write;

use flate2::write::ZlibEncoder;

use crate::containers::{TYPES, workbook, zip};
use crate::support::{Output, Repo, template::fill, token};

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

pub(crate) fn docx(part: &str, xml: impl AsRef<[u8]>) -> Vec<u8> {
    zip(&[("[Content_Types].xml", TYPES), (part, xml.as_ref())])
}

pub(crate) fn ods(content: &str) -> Vec<u8> {
    let mime = b"application/vnd.oasis.opendocument.spreadsheet";
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet>{content}</office:spreadsheet></office:body></office:document-content>"
    );
    zip(&[("mimetype", mime), ("content.xml", content.as_bytes())])
}

#[test]
fn what_people_write_in_documents_is_read_as_they_mean_it() {
    let secret = fill("{{alnum:9}}{{digit:3}}{{alnum:6}}", 5);
    let run = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let row = |cells: [&str; 2]| {
        let cells = cells.map(|cell| format!("<w:tc>{}</w:tc>", run(cell)));
        format!("<w:tr>{}</w:tr>", cells.concat())
    };
    let table = |rows: [[&str; 2]; 2]| format!("<w:tbl>{}</w:tbl>", rows.map(row).concat());
    for body in [
        run(&format!("Password: {secret}")),
        run(&format!("DB_PASSWORD={secret}")),
        run(&format!("use password={secret}")),
        format!("<w:p><w:t>User: ann</w:t><w:br/><w:t>Password: {secret}</w:t></w:p>"),
        table([["User", "Password"], ["ann", &secret]]),
        table([["Name", "Value"], ["db_password", &secret]]),
        table([["User", "ann"], ["Password", &secret]]),
    ] {
        let xml = format!("<w:document><w:body>{body}</w:body></w:document>");
        is_found(
            "a.docx",
            docx("word/document.xml", xml),
            "a.docx!word/document.xml:",
        );
    }
    let cell = |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
    let row = |cells: [&str; 2]| {
        format!(
            "<table:table-row>{}</table:table-row>",
            cells.map(cell).concat()
        )
    };
    let rows = [["User", "Password"], ["ann", &secret]].map(row).concat();
    let content = format!("<office:text><table:table>{rows}</table:table></office:text>");
    let mime = b"application/vnd.oasis.opendocument.text";
    let odt = zip(&[("mimetype", mime), ("content.xml", content.as_bytes())]);
    is_found("a.odt", odt, "a.odt!content.xml:");
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
    let opener = ["kT9#vL", "q2xW8m"].concat();
    let (one, two) = opener.split_at(5);
    let header = "<c r=\"A1\" t=\"inlineStr\"><is><t>user</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>password</t></is></c>";
    let user = "<c r=\"A2\" t=\"inlineStr\"><is><t>anna</t></is></c>";
    for cell in [
        format!(
            "<c r=\"B2\" t=\"inlineStr\"><is><r><t>{one}</t></r><r><rPr/><t>{two}</t></r></is></c>"
        ),
        format!("<c r=\"B2\" t=\"str\"><f>A1&amp;A2</f><v>{opener}</v></c>"),
        format!("<c t=\"str\"><v>{opener}</v></c>"),
        "<c r=\"B2\" t=\"s\"><v>1</v></c>".to_owned(),
        // Cut, and with a tag that is missing.
        format!("<c r=\"B2\" t=\"str\"><v>{opener}"),
        format!("<c r=\"B2\" t=\"str\"><v>{opener}</v><c r=\"C2\"/>"),
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
        &row(&["anna", &opener]),
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
fn what_people_write_around_a_sheet_is_read_as_text() {
    let value = fill("Kx93{{alnum:12}}", 3);
    for around in [
        format!(
            "<headerFooter><oddHeader>&amp;LPassword: {value}&amp;RPage &amp;P</oddHeader></headerFooter>"
        ),
        format!(
            "<headerFooter><evenFooter>&amp;C&amp;\"Arial,Bold\"&amp;8Password: {value}</evenFooter></headerFooter>"
        ),
        format!(
            "<dataValidations><dataValidation prompt=\"Password: {value}\"/></dataValidations>"
        ),
    ] {
        let sheet = format!("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData>{around}");
        let book = workbook(b"", sheet.as_bytes());
        let scanned = scan("a.xlsx", book);
        assert!(
            scanned.stdout.contains("[generic-password]"),
            "{around} {scanned:?}"
        );
    }
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
    let long = "a long text ".repeat(25_000);
    let table = format!(
        "<table:table table:name=\"S\"><table:table-row><table:table-cell table:number-columns-repeated=\"64\"><text:p>{long}</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>{}</text:p></table:table-cell></table:table-row></table:table>",
        token(1)
    );
    is_found("a.ods", ods(&table), "a.ods!S:2:1");
}

fn zlib(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut zlib = ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    zlib.write_all(text.as_ref()).unwrap();
    zlib.finish().unwrap()
}

/// Returns a PDF with a stream.
pub(crate) fn pdf(dictionary: &str, data: impl AsRef<[u8]>) -> Vec<u8> {
    let head = format!("%PDF-1.5\n%\x01\x02\x03\x04\n1 0 obj\n<< {dictionary} >>\nstream\n");
    let tail = b"\nendstream\nendobj\ntrailer\n<< /Root 2 0 R >>\n%%EOF\n";
    [head.as_bytes(), data.as_ref(), tail].concat()
}

fn hex(text: impl AsRef<[u8]>) -> String {
    let bytes = text.as_ref().iter();
    bytes.fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Returns a page that shows a text, in two strings.
pub(crate) fn page(text: &str) -> String {
    let (one, two) = text.split_at(3);
    format!("BT /F1 12 Tf 72 720 Td [({one}) -20 ({two})] TJ ET")
}

#[test]
fn pages_are_read_however_they_are_compressed() {
    let t = token(1);
    let page = page(&t);
    // A row of a table that is written as its differences to the one above, which is nothing.
    let row = [b"\x02", page.as_bytes()].concat();
    let predicted = format!(
        "/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns {} >>",
        page.len()
    );
    for (dictionary, data) in [
        ("/Length 9".to_owned(), page.clone().into_bytes()),
        ("/Filter /FlateDecode".to_owned(), zlib(&page)),
        (
            "/Filter/FlateDecode/Resources<</ProcSet[/PDF/Text/ImageC]>>/Subtype/Form".to_owned(),
            zlib(&page),
        ),
        (
            "/Filter [/ASCIIHexDecode /FlateDecode]".to_owned(),
            hex(zlib(&page)).into_bytes(),
        ),
        (
            "/Filter [ /AHx ]".to_owned(),
            format!("{}>", hex(&page)).into_bytes(),
        ),
        (
            "/Filter /RunLengthDecode".to_owned(),
            page.bytes()
                .flat_map(|byte| [0, byte])
                .chain([128])
                .collect(),
        ),
        (predicted, zlib(row)),
        ("/Filter 7 0 R".to_owned(), zlib(&page)),
        // A dictionary that stands far before its stream.
        (
            format!("/Filter /FlateDecode /X ({})", "a".repeat(20_000)),
            zlib(&page),
        ),
    ] {
        is_found("a.pdf", pdf(&dictionary, data), "a.pdf!stream 1:1:");
    }
}

#[test]
fn strings_of_pages_are_read_however_they_are_written() {
    let t = token(1);
    let (one, two) = t.split_at(40);
    let letters = t.chars().fold(String::new(), |page, letter| {
        page + &format!("1 0 0 1 9 7 Tm ({letter}) Tj ")
    });
    for text in [
        format!("<{}> Tj", hex(&t)),
        format!("[<{}> -5 ({two})] TJ", hex(one)),
        format!("({one}\\\n{two}) Tj"),
        format!("({one}) Tj ({two}) Tj"),
        format!("(\\{:03o}{}) '", t.as_bytes()[0], &t[1..]),
        format!(
            "<{}> Tj",
            hex(t.bytes().flat_map(|byte| [0, byte]).collect::<Vec<u8>>())
        ),
        letters,
        // A picture within the page does not end the text.
        format!("ET BI /W 1 /H 1 ID (\x01) \nEI BT [({one}) 3 ({two})] TJ"),
        // A page that is cut.
        format!("[({one}) 3 ({two}"),
    ] {
        let page = format!("BT /F1 9 Tf {text} ET");
        is_found(
            "a.pdf",
            pdf("/Filter /FlateDecode", zlib(page)),
            "a.pdf!stream 1:",
        );
    }
}

#[test]
fn objects_of_a_pdf_are_read() {
    let t = token(1);
    let wide: Vec<u8> = t.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for objects in [
        format!("2 0 <</Title ({t})>>"),
        format!("2 0 <</URI (https://a.example/\\(b\\)?t={t})>>"),
        format!("2 0 <</V <FEFF{}>>>", hex(&wide)),
    ] {
        let stream = pdf(
            "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode",
            zlib(&objects),
        );
        is_found("a.pdf", stream, "a.pdf!stream 1:");
    }
    // Outside of a stream what people write, and what is not readable there, is read by itself; the rest where it stands.
    let plain = format!("/Other ({t})");
    is_found("a.pdf", pdf(&plain, ""), "a.pdf:4:");
    let written = format!("/Title ({t})");
    is_found("a.pdf", pdf(&written, ""), "a.pdf!objects:1:");
    let wide = format!("/Title <FEFF{}>", hex(&wide));
    is_found("a.pdf", pdf(&wide, ""), "a.pdf!objects:1:");
    let xmp = format!("<x:xmpmeta><dc:title>{t}</dc:title></x:xmpmeta>");
    is_found(
        "a.pdf",
        pdf("/Type /Metadata /Filter /FlateDecode", zlib(xmp)),
        "a.pdf!stream 1:",
    );
}

#[test]
fn files_in_a_pdf_are_opened() {
    let t = token(1);
    let attached = zip(&[("a.txt", t.as_bytes())]);
    let stream = pdf("/Type /EmbeddedFile /Filter /FlateDecode", zlib(&attached));
    is_found("a.pdf", stream, "a.pdf!stream 1!a.txt:1:");
    is_found("a.pdf", pdf("/Type /EmbeddedFile", &t), "a.pdf:6:");
}

#[test]
fn a_pdf_that_is_a_little_broken_is_read() {
    let t = token(1);
    let packed = zlib(page(&t));
    let checksum = packed.len() - 4;
    for data in [
        &packed[..checksum],
        &[&packed[..checksum], b"\0\0\0\0"].concat(),
        &[b"\r", packed.as_slice()].concat()[..],
    ] {
        for dictionary in [
            "/Length 1 /Filter /FlateDecode",
            "/Length 99999 /Filter /FlateDecode",
        ] {
            is_found("a.pdf", pdf(dictionary, data), "a.pdf!stream 1:1:");
        }
    }
    // Nothing is missed where there is nothing, or no text.
    for (dictionary, data) in [
        ("/Length 0 /Filter /FlateDecode", &b""[..]),
        ("/Subtype /Image /Filter /FlateDecode", b"broken"),
        ("/Filter /DCTDecode", b"\xFF\xD8"),
        ("/Length1 9 /Filter /FlateDecode", b"broken"),
    ] {
        let scanned = scan("a.pdf", pdf(dictionary, data));
        assert_eq!(scanned.code, 0, "{scanned:?}");
        assert!(
            scanned.stdout.contains("0 blocked, 0 skipped"),
            "{scanned:?}"
        );
    }
}

#[test]
fn a_pdf_that_is_damaged_is_not_scanned() {
    let t = token(1);
    let text = (0..2000).fold(String::new(), |text, n| text + &format!("({n}) Tj T* "));
    let packed = zlib(format!("BT ({t}) Tj T* {text} ET"));
    let whole = pdf("/Filter /FlateDecode", &packed);
    let cut = whole[..whole.len() - packed.len() / 2 - 60].to_vec();
    let middle = packed.len() / 2;
    for bytes in [cut, pdf("/Filter /FlateDecode", &packed[..middle])] {
        let scanned = scan("a.pdf", bytes);
        assert_eq!(scanned.code, 2, "{scanned:?}");
        let said = "a.pdf!stream 1 was not scanned: it is damaged";
        assert!(scanned.stdout.contains(said), "{scanned:?}");
        // What stands before the fault is read.
        assert!(scanned.stdout.contains("a.pdf!stream 1:1:"), "{scanned:?}");
    }
    for (filter, data) in [
        ("FlateDecode", "no such data"),
        ("FlateDecode", "\x78\x01\x7F"),
        ("ASCII85Decode", "\x7F~>"),
        ("LZWDecode", "\0"),
        ("BrotliDecode", "\0"),
    ] {
        let scanned = scan("a.pdf", pdf(&format!("/Filter /{filter}"), data));
        assert_eq!(scanned.code, 2, "{scanned:?}");
    }
}

#[test]
fn numbers_of_fonts_are_read_as_their_letters() {
    let t = token(1);
    // The font counts its letters from the first that it shows.
    let number = |letter: u8| u16::from(letter) - 0x20;
    let wide: Vec<u8> = t.bytes().map(number).flat_map(u16::to_be_bytes).collect();
    let letters = b"1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0001> <005E> <0021> endbfrange";
    let page = format!("BT /F1 9 Tf <{}> Tj ET", hex(wide));
    let streams = [
        pdf("/Filter /FlateDecode", zlib(page)),
        b"2 0 obj << /Type /Page /Contents 1 0 R /Resources << /Font << /F1 3 0 R >> >> >> endobj\n".to_vec(),
        b"3 0 obj << /Encoding /Identity-H /ToUnicode 4 0 R >> endobj\n".to_vec(),
        b"4 0 obj << /Filter /FlateDecode >>\nstream\n".to_vec(),
        zlib(letters),
        b"\nendstream\nendobj\n".to_vec(),
    ];
    let scanned = scan("a.pdf", streams.concat());
    assert!(
        scanned.stdout.contains("a.pdf!stream 1:1:1 "),
        "{scanned:?}"
    );
    assert!(!scanned.stdout.contains("not looked into"), "{scanned:?}");
}

/// Returns an object that is a stream.
fn object(number: usize, program: &str) -> Vec<u8> {
    let head = format!("{number} 0 obj\n<< /Filter /FlateDecode >>\nstream\n");
    [head.as_bytes(), &zlib(program), b"\nendstream\nendobj\n"].concat()
}

#[test]
fn the_streams_of_a_page_are_one_program() {
    let t = token(1);
    let (one, two) = t.split_at(40);
    for parts in [
        [format!("BT /F1 9 Tf [({one}) 3"), format!("({two})] TJ ET")],
        [
            format!("BT /F1 9 Tf 7 7 Td ({one}) Tj"),
            format!("({two}) Tj ET"),
        ],
    ] {
        let file = [
            b"%PDF-1.5\n".to_vec(),
            object(1, &parts[0]),
            object(2, &parts[1]),
            b"3 0 obj << /Type /Page /Contents [1 0 R 2 0 R] >> endobj\n%%EOF\n".to_vec(),
        ];
        is_found("a.pdf", file.concat(), "a.pdf!stream 1:1:");
        // A stream of the page that is cut.
        let mut broken = file.concat();
        let middle = memchr::memmem::find(&broken, b"\nendstream").unwrap();
        broken.drain(middle - 12..middle);
        let scanned = scan("a.pdf", broken);
        assert_eq!(scanned.code, 2, "{scanned:?}");
    }
}

#[test]
fn a_label_and_its_value_are_one_line_of_a_page() {
    let value = fill("Kx93{{alnum:12}}", 7);
    for page in [
        format!("BT /F1 9 Tf 72 700 Td (Password:) Tj 90 0 Td ({value}) Tj ET"),
        format!("BT /F1 9 Tf 72 700 Td (Password:) Tj ET BT 160 700.3 Td ({value}) Tj ET"),
        format!(
            "q 1 0 0 1 72 700 cm BT /F1 9 Tf (Password:) Tj ET Q q 1 0 0 1 160 700 cm BT ({value}) Tj ET Q"
        ),
        // The line below is begun, and nothing shown there.
        format!("BT /F1 9 Tf 72 700 Td (Password:) Tj T* ET BT 160 700 Td ({value}) Tj T* ET"),
        format!(
            "BT /F1 9 Tf 11 TL 1 0 0 1 72 700 Tm (Password:) Tj T* 1 0 0 1 160 700 Tm ({value}) Tj ET"
        ),
        format!("BT /F1 9 Tf 0 1 -1 0 99 10 Tm (Password:) Tj 0 1 -1 0 99 80 Tm [({value})] TJ ET"),
    ] {
        let shown = scan("a.pdf", pdf("/Filter /FlateDecode", zlib(&page)));
        assert!(
            shown.stdout.contains("a.pdf!stream 1:1:11 "),
            "{page} {shown:?}"
        );
    }
    // Another line says nothing of it.
    for moves in ["0 -40 Td", "T*", "11 TL T*", "T* 90 0 Td"] {
        let page = format!("BT /F1 9 Tf 72 700 Td (Password:) Tj {moves} ({value}) Tj ET");
        let shown = scan("a.pdf", pdf("/Filter /FlateDecode", zlib(page)));
        assert_eq!(shown.code, 0, "{moves} {shown:?}");
    }
}

#[test]
fn nothing_is_said_of_pages_whose_main_text_is_read() {
    // A few signs of another font, and a profile of colours that holds the letters of an operator.
    let few = format!(
        "BT (A page of text) Tj ({}) Tj ET",
        "\x01\x02\x03".repeat(3)
    );
    let profile = [
        b"\0\x01\x02BT (\x01\x02\x03)".repeat(40),
        b"\xff".repeat(99),
    ]
    .concat();
    for data in [zlib(few), zlib(profile)] {
        let scanned = scan("a.pdf", pdf("/Filter /FlateDecode", data));
        assert_eq!(scanned.code, 0, "{scanned:?}");
        assert!(!scanned.stdout.contains("not looked into"), "{scanned:?}");
    }
}

#[test]
fn what_of_a_pdf_is_not_read_is_said() {
    let glyphs = "BT /F1 9 Tf <002400480051004F> Tj ET";
    let fonts = "/Filter /FlateDecode /Resources << /Font << /F1 << /Encoding /Identity-H >> >> >>";
    let numbers = format!("BT ({}) Tj ET", "\x01\x02\x03\x04\x05 ".repeat(20));
    let encrypted = "/Filter /FlateDecode >> endobj trailer << /Encrypt 9 0 R";
    for (bytes, said) in [
        (
            pdf(fonts, zlib(glyphs)),
            "numbers that only its fonts explain",
        ),
        (
            pdf("/Filter /FlateDecode", zlib(numbers)),
            "numbers that only its fonts explain",
        ),
        (pdf(encrypted, "broken"), "the document is encrypted"),
    ] {
        let scanned = scan("a.pdf", bytes);
        assert_eq!(scanned.code, 0, "{scanned:?}");
        let said = format!("a.pdf: contents not looked into: {said}");
        let said = said.replace(
            "into: numbers",
            "into: text of its pages is written in numbers",
        );
        assert_eq!(scanned.stdout.matches(&said).count(), 1, "{scanned:?}");
    }
}

/// Returns a picture of chunks.
pub(crate) fn png(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in chunks {
        png.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        png.extend(*kind);
        png.extend(*data);
        png.extend([0; 4]);
    }
    png
}

#[test]
fn texts_of_pictures_are_read_wherever_they_stand() {
    let t = token(1);
    let packed = zlib(&t);
    let comment = [b"Comment\0\0", packed.as_slice()].concat();
    let xmp = [b"XML:com.adobe.xmp\0\x01\0\0\0", packed.as_slice()].concat();
    let profile = [b"a profile\0\0", packed.as_slice()].concat();
    let pixels = (b"IDAT", &b"pixels"[..]);
    let exif = [b"MM\0\x2a\0\0\0\x08", t.as_bytes()].concat();
    for (chunk, place) in [
        ((b"zTXt", comment.as_slice()), "a.png!Comment:1:"),
        ((b"iTXt", &xmp), "a.png!XML:com.adobe.xmp:1:"),
        ((b"iCCP", &profile), "a.png!a profile:1:"),
        ((b"eXIf", &exif), "a.png:"),
    ] {
        is_found("a.png", png(&[chunk, pixels]), place);
        is_found("a.png", png(&[pixels, chunk, (b"IEND", b"")]), place);
        // The length of what stands before it is wrong.
        let mut bytes = png(&[pixels, chunk]);
        bytes[8] = 0x7F;
        is_found("a.png", bytes, place);
    }
    // Pixels that are cut are no text.
    let cut = png(&[pixels]);
    assert_eq!(scan("a.png", &cut[..cut.len() - 6]).code, 0);
    // A text that is cut or broken is not read to its end.
    let cut = png(&[(b"zTXt", &comment)]);
    let mut broken = cut.clone();
    broken[27..].fill(0xFF);
    for bytes in [&cut[..cut.len() - 30], &broken] {
        let scanned = scan("a.png", bytes);
        assert_eq!(scanned.code, 2, "{scanned:?}");
        let said = "a.png!Comment was not scanned: it is damaged";
        assert!(scanned.stdout.contains(said), "{scanned:?}");
    }
    // A profile of colours that is broken keeps nobody from the picture; what can be unpacked of it is read.
    for data in [&b"\x01\x02\x03 no data"[..], &packed[..9]] {
        let broken = [b"a profile\0\0", data].concat();
        let scanned = scan("a.png", png(&[(b"iCCP", &broken), pixels]));
        assert_eq!(scanned.code, 0, "{scanned:?}");
    }
}

#[test]
fn older_documents_are_read_and_encrypted_ones_said() {
    let t = token(1);
    let head = [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 504]].concat();
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    for text in [
        t.clone().into_bytes(),
        wide(&t),
        wide(&format!("\u{e9}t\u{e9} {t} ok")),
    ] {
        let bytes = [&head, &b"\x01\x02\x03\x04"[..], &text, &[0; 64]].concat();
        for name in ["a.doc", "a.ppt"] {
            is_found(name, &bytes, &format!("{name}:"));
        }
        // Nothing leads to a workbook in it.
        let scanned = scan("a.xls", &bytes);
        assert_eq!(scanned.code, 1, "{scanned:?}");
        for said in ["a.xls:", " 1 blocked,", "the tables of a workbook are"] {
            assert!(scanned.stdout.contains(said), "{scanned:?}");
        }
    }
    let bytes = [head, wide("EncryptedPackage"), vec![0; 64]].concat();
    let repo = Repo::new();
    repo.commit("first")
        .hook("pre-commit")
        .stage("a.docx", &bytes);
    let done = repo.try_git(&["commit", "-q", "-m", "x"]);
    assert_eq!(done.code, 0, "{done:?}");
    let said = "a.docx: contents not looked into: the document is encrypted";
    assert_eq!(done.stderr.matches(said).count(), 1, "{done:?}");
}
