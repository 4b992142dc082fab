//! Archives, compressed files and documents are looked into: 14 kinds of real files, each with a secret, without one, as a bomb,
//! broken and encrypted.

use std::io::{Cursor, Read, Write, repeat};
use std::sync::LazyLock;

use bzip2::write::BzEncoder;
use flate2::write::GzEncoder;
use lzma_rust2::{XzOptions, XzWriter};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use zip::unstable::write::FileOptionsExt;
use zip::write::SimpleFileOptions;

use crate::support::{Output, Repo, token};

/// Makes a file of a text.
type Make = fn(&[u8]) -> Vec<u8>;

/// A kind of container: what a file is called, the member that holds a text, and what makes the file of the text.
struct Kind {
    file: &'static str,
    member: &'static str,
    make: Make,
    /// What compresses a stream; `None` for the kinds of zip, which can be encrypted themselves.
    stream: Option<Make>,
}

const KINDS: [Kind; 14] = [
    zipped("bundle.zip", "config/.env", |text| {
        zip(&[("README.md", b"# All"), ("config/.env", text)])
    }),
    zipped("app.jar", "application.properties", |text| {
        zip(&[
            ("META-INF/MANIFEST.MF", b"Main-Class: A\n"),
            ("application.properties", text),
        ])
    }),
    zipped("tool-1.0-py3-none-any.whl", "tool/config.py", |text| {
        zip(&[("tool/config.py", text)])
    }),
    zipped("letter.docx", "word/document.xml", |text| {
        zip(&[
            ("[Content_Types].xml", TYPES),
            ("word/document.xml", &runs(text, "w")),
        ])
    }),
    zipped("report.xlsx", "People", xlsx),
    zipped("talk.pptx", "ppt/slides/slide1.xml", |text| {
        zip(&[
            ("[Content_Types].xml", TYPES),
            ("ppt/slides/slide1.xml", &runs(text, "a")),
        ])
    }),
    zipped("letter.odt", "content.xml", |text| {
        let text = runs(text, "text");
        zip(&[
            ("mimetype", b"application/vnd.oasis.opendocument.text"),
            ("content.xml", &text),
        ])
    }),
    zipped("sales.twbx", "sales.twb", |text| {
        zip(&[("sales.twb", text)])
    }),
    stream("dump.sql.gz", "dump.sql", gz),
    Kind {
        make: |text| gz(&tar(text)),
        ..stream("bundle.tgz", ".env", gz)
    },
    Kind {
        make: tar,
        ..stream("bundle.tar", ".env", <[u8]>::to_vec)
    },
    stream("dump.sql.bz2", "dump.sql", bz2),
    stream("dump.sql.xz", "dump.sql", xz),
    stream("dump.sql.zst", "dump.sql", zst),
];

const fn zipped(file: &'static str, member: &'static str, make: Make) -> Kind {
    Kind {
        file,
        member,
        make,
        stream: None,
    }
}

const fn stream(file: &'static str, member: &'static str, pack: Make) -> Kind {
    Kind {
        file,
        member,
        make: pack,
        stream: Some(pack),
    }
}

pub(crate) const TYPES: &[u8] = b"<?xml version=\"1.0\"?><Types/>";
/// More than what any member may be unpacked to at once.
const BOMB: usize = 66 << 20;

/// Returns a document of one paragraph, whose text is parted in the middle.
fn runs(text: &[u8], prefix: &str) -> Vec<u8> {
    let (one, two) = text.split_at(text.len() / 2);
    let tag = if prefix == "text" { "span" } else { "t" };
    let open = format!("<{prefix}:{tag}>");
    let close = format!("</{prefix}:{tag}>");
    let p = format!("<{prefix}:p>");
    let end = format!("</{prefix}:p>");
    [
        p.as_bytes(),
        open.as_bytes(),
        one,
        close.as_bytes(),
        open.as_bytes(),
        two,
        close.as_bytes(),
        end.as_bytes(),
    ]
    .concat()
}

/// Returns a workbook with a cell.
fn xlsx(text: &[u8]) -> Vec<u8> {
    let shared = [&b"<sst><si><t>"[..], text, b"</t></si></sst>"].concat();
    workbook(&shared, br#"<row r="3"><c r="C3" t="s"><v>0</v></c></row>"#)
}

pub(crate) fn workbook(shared: &[u8], rows: &[u8]) -> Vec<u8> {
    let sheet = [
        &b"<worksheet><sheetData>"[..],
        rows,
        b"</sheetData></worksheet>",
    ]
    .concat();
    zip(&[
        ("[Content_Types].xml", TYPES),
        ("xl/workbook.xml", br#"<workbook><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", br#"<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>"#),
        ("xl/sharedStrings.xml", shared),
        ("xl/worksheets/sheet1.xml", &sheet),
    ])
}

pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(members, SimpleFileOptions::default())
}

pub(crate) fn encrypted_zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(
        members,
        SimpleFileOptions::default()
            .with_deprecated_encryption(b"open")
            .unwrap(),
    )
}

pub(crate) fn zip_with(members: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, data) in members {
        zip.start_file(*name, options).unwrap();
        zip.write_all(data).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(crate) fn tar(text: &[u8]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, text) in [(".env", text), (&"long/".repeat(40), b"x = 1\n")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        tar.append_data(&mut header, name, text).unwrap();
    }
    tar.into_inner().unwrap()
}

pub(crate) fn gz(text: &[u8]) -> Vec<u8> {
    let mut gz = GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(text).unwrap();
    gz.finish().unwrap()
}

pub(crate) fn bz2(text: &[u8]) -> Vec<u8> {
    let mut bz2 = BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bz2.write_all(text).unwrap();
    bz2.finish().unwrap()
}

pub(crate) fn xz(text: &[u8]) -> Vec<u8> {
    let mut xz = XzWriter::new(Vec::new(), XzOptions::with_preset(0)).unwrap();
    xz.write_all(text).unwrap();
    xz.finish().unwrap()
}

pub(crate) fn zst(text: &[u8]) -> Vec<u8> {
    compress_to_vec(text, CompressionLevel::Fastest)
}

/// A repository with the hooks of a commit.
pub(crate) fn hooked() -> Repo {
    let repo = Repo::new();
    repo.commit("first").hook("pre-commit").hook("commit-msg");
    repo
}

pub(crate) fn commit(repo: &Repo) -> Output {
    repo.try_git(&["commit", "-q", "-m", "x"])
}

#[test]
fn a_secret_stops_the_commit_with_the_name_of_its_member() {
    for (seed, kind) in (1..).zip(&KINDS) {
        let repo = hooked();
        let text = format!("export T={}\n", token(seed));
        repo.stage(kind.file, (kind.make)(text.as_bytes()));
        let name = format!("{}!{}:", kind.file, kind.member);
        let stopped = commit(&repo);
        assert_ne!(stopped.code, 0, "{name}");
        assert!(stopped.stderr.contains(&name), "{name} {}", stopped.stderr);
        assert!(!stopped.stderr.contains(&token(seed)), "{name}");
        let scanned = repo.hexguard(&["scan", kind.file]);
        assert_eq!(scanned.code, 1, "{scanned:?}");
        assert!(scanned.stdout.contains(&name), "{scanned:?}");
        assert!(scanned.stdout.contains("1 file, "), "{scanned:?}");
        assert!(
            scanned.stdout.contains(" 1 blocked, 0 skipped"),
            "{scanned:?}"
        );
    }
}

#[test]
fn without_a_secret_nothing_is_said() {
    for kind in &KINDS {
        let repo = hooked();
        repo.stage(kind.file, (kind.make)(b"All is well.\n"));
        let done = commit(&repo);
        assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{}", kind.file);
        let scanned = repo.hexguard(&["scan", kind.file]);
        assert_eq!(scanned.code, 0, "{scanned:?}");
        assert!(
            scanned.stdout.contains("0 blocked, 0 skipped"),
            "{scanned:?}"
        );
    }
}

/// Asserts that a file stops the commit because it cannot be scanned.
fn is_not_scanned(kind: &Kind, bytes: Vec<u8>, why: &str) -> Repo {
    let repo = hooked();
    repo.stage(kind.file, bytes);
    let stopped = commit(&repo);
    assert_ne!(stopped.code, 0, "{}", kind.file);
    let advice = format!("allow-unscanned = [\"/{}\"]", kind.file);
    for said in [kind.file, why, &advice, "not everything could be scanned"] {
        assert!(stopped.stderr.contains(said), "{said}: {}", stopped.stderr);
    }
    assert_eq!(repo.hexguard(&["scan", kind.file]).code, 2, "{}", kind.file);
    repo
}

#[test]
fn a_bomb_is_not_scanned() {
    static ZEROS: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut zeros = Vec::new();
        repeat(0).take(BOMB as u64).read_to_end(&mut zeros).unwrap();
        zeros
    });
    for kind in &KINDS {
        let bytes = match kind.file {
            // It cannot be a bomb itself.
            "bundle.tar" => tar(&gz(&ZEROS)),
            _ => (kind.make)(&ZEROS),
        };
        assert!(bytes.len() < 1 << 20);
        is_not_scanned(kind, bytes, "unpacks to more than 1000 times its size");
    }
}

#[test]
fn what_is_broken_is_not_scanned() {
    for kind in &KINDS {
        let mut bytes = (kind.make)(b"All is well.\n");
        // A tar archive may do without the blocks at its end, and without what fills up the last one.
        let cut = if kind.file == "bundle.tar" { 1533 } else { 10 };
        bytes.truncate(bytes.len() - cut);
        let repo = is_not_scanned(kind, bytes, "was not scanned: it is damaged");
        // Until the configuration accepts that.
        repo.stage(
            "hexguard.toml",
            format!("allow-unscanned = ['{}']", kind.file),
        );
        assert_eq!(commit(&repo).code, 0, "{}", kind.file);
    }
}

#[test]
fn what_is_encrypted_is_said_in_a_line() {
    for kind in &KINDS {
        let secret = token(1);
        let members: &[(&str, &[u8])] = &[
            ("a.txt", secret.as_bytes()),
            ("b.txt", b"b"),
            ("c.txt", b"c"),
        ];
        let zip = encrypted_zip(members);
        let bytes = match (kind.file, kind.stream) {
            ("bundle.tgz" | "bundle.tar", _) => (kind.make)(&zip),
            (_, Some(pack)) => pack(&zip),
            (_, None) => zip,
        };
        let repo = hooked();
        repo.stage(kind.file, bytes);
        let done = commit(&repo);
        assert_eq!(done.code, 0, "{done:?}");
        let said = "contents not looked into: the member is encrypted (as are 2 more)";
        let lines: Vec<&str> = done.stderr.lines().collect();
        assert!(
            lines[0].contains(kind.file) && lines[0].contains(said),
            "{done:?}"
        );
        assert!(lines.len() <= 2, "{done:?}");
        let scanned = repo.hexguard(&["scan", kind.file]);
        assert_eq!(scanned.code, 0, "{scanned:?}");
    }
}

#[test]
fn a_cell_is_read_with_its_header() {
    let cell = ["kT9#vL", "q2xW8m"].concat();
    let shared = format!(
        "<sst><si><t>user</t></si><si><t>password</t></si><si><t>anna</t></si><si><t>{cell}</t></si></sst>"
    );
    let rows = br#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>
        <row r="7"><c r="A7" t="s"><v>2</v></c><c r="C7" t="s"><v>3</v></c></row>"#;
    let repo = hooked();
    repo.stage("team.xlsx", workbook(shared.as_bytes(), rows));
    let stopped = commit(&repo);
    assert_ne!(stopped.code, 0);
    assert!(
        stopped.stderr.contains("team.xlsx!People:7:"),
        "{stopped:?}"
    );
    assert!(stopped.stderr.contains("cell C7"), "{stopped:?}");
    // Nobody can write a comment into it.
    assert!(!stopped.stderr.contains("in a comment"), "{stopped:?}");
    for advice in [
        "make the file anew",
        "git add -- team.xlsx",
        "git reset -q -- team.xlsx",
        "hexguard allow hg1:",
    ] {
        assert!(stopped.stderr.contains(advice), "{advice}: {stopped:?}");
    }
}

#[test]
fn containers_are_opened_three_deep() {
    let text = format!("T={}\n", token(1));
    let two = zip(&[("b.tar.gz", &gz(&tar(text.as_bytes())))]);
    let three = zip(&[("two.zip", &two)]);
    let four = zip(&[("three.zip", &three)]);
    let repo = Repo::new();
    repo.write("three.zip", three).write("four.zip", four);
    let found = repo.hexguard(&["scan", "three.zip"]);
    assert_eq!(found.code, 1);
    assert!(
        found.stdout.contains("three.zip!two.zip!b.tar.gz!.env:1:"),
        "{found:?}"
    );
    let deep = repo.hexguard(&["scan", "four.zip"]);
    assert_eq!(deep.code, 2);
    assert!(
        deep.stdout
            .contains("four.zip!three.zip!two.zip!b.tar.gz was not scanned"),
        "{deep:?}"
    );
}

#[test]
fn patterns_for_the_file_hold_for_its_members() {
    let text = format!("T={}\n", token(1));
    let bundle = zip(&[("config/.env", text.as_bytes())]);
    for (settings, code) in [
        ("exclude = ['*.zip']", 0),
        ("exclude = ['vendor/']", 0),
        ("exclude = ['**/*.zip!config/*']", 0),
        ("exclude = ['.env']", 0),
        ("exclude = ['*.jar']", 1),
        ("[[allow]]\npath = ['vendor/']\nreason = 'x'", 0),
        (
            "[[allow]]\npath = ['vendor/a.zip!config/.env']\nreason = 'x'",
            0,
        ),
    ] {
        let repo = Repo::new();
        repo.write("hexguard.toml", settings)
            .write("vendor/a.zip", &bundle);
        let scanned = repo.hexguard(&["scan", "vendor"]);
        assert_eq!(scanned.code, code, "{settings} {scanned:?}");
    }
    // What is excluded is not opened.
    let repo = Repo::new();
    repo.write("hexguard.toml", "exclude = ['*.zip']")
        .write("a.zip", &bundle[..bundle.len() - 9]);
    assert_eq!(repo.hexguard(&["scan", "a.zip"]).code, 0);
    // Nor is a member that cannot be read missed where it is excluded, or accepted as it is.
    let mut bytes = zip(&[("vendor/a.txt", b"All is well. All is well.")]);
    // No block of deflated data begins so.
    let data = 30 + "vendor/a.txt".len();
    bytes[data] = 0xFF;
    for (settings, code) in [
        ("exclude = ['a.zip!vendor/*']", 0),
        ("exclude = ['a.zip/vendor/']", 0),
        ("allow-unscanned = ['a.zip!vendor/a.txt']", 0),
        ("allow-unscanned = ['a.zip!vendor/b.txt']", 2),
    ] {
        repo.write("hexguard.toml", settings).write("a.zip", &bytes);
        let scanned = repo.hexguard(&["scan", "a.zip"]);
        assert_eq!(scanned.code, code, "{settings} {scanned:?}");
    }
}

#[test]
fn what_an_earlier_version_held_is_known() {
    let text = format!("T={}\n", token(1));
    let repo = hooked();
    repo.stage("a.zip", zip(&[(".env", text.as_bytes())]))
        .commit("before");
    // Packed anew, with another file.
    repo.stage(
        "a.zip",
        zip(&[("new.txt", b"new"), ("config/.env", text.as_bytes())]),
    );
    let done = commit(&repo);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    // Another secret is new.
    let more = format!("{text}U={}\n", token(2));
    repo.stage("a.zip", zip(&[("config/.env", more.as_bytes())]));
    let stopped = commit(&repo);
    assert_ne!(stopped.code, 0);
    assert!(
        stopped.stderr.contains("a.zip!config/.env:2:"),
        "{stopped:?}"
    );
}

#[test]
fn texts_in_pictures_and_pdf_are_found() {
    let zlib = |text: &[u8]| {
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        zlib.write_all(text).unwrap();
        zlib.finish().unwrap()
    };
    let text = format!("T={}\n", token(1));
    let comment = [&b"zTXtComment\0\0"[..], &zlib(text.as_bytes())].concat();
    let length = u32::try_from(comment.len() - 4).unwrap().to_be_bytes();
    let png = [&b"\x89PNG\r\n\x1a\n"[..], &length, &comment, b"\0\0\0\0"].concat();
    let (one, two) = text.trim().split_at(30);
    let page = format!("BT /F1 12 Tf 72 720 Td [({one}) -20 ({two})] TJ ET");
    let pdf = [
        &b"%PDF-1.4\n1 0 obj\n<< /Filter /FlateDecode >>\nstream\n"[..],
        &zlib(page.as_bytes()),
        b"\nendstream",
    ]
    .concat();
    let repo = Repo::new();
    for (name, member, bytes) in [("a.png", "Comment", png), ("a.pdf", "stream 1", pdf)] {
        repo.write(name, bytes);
        let scanned = repo.hexguard(&["scan", name]);
        assert_eq!(scanned.code, 1, "{scanned:?}");
        assert!(
            scanned.stdout.contains(&format!("{name}!{member}:1:")),
            "{scanned:?}"
        );
    }
}

#[test]
fn formats_for_services_name_the_file() {
    let text = format!("\n\nT={}\n", token(1));
    let repo = Repo::new();
    repo.write("a.zip", zip(&[("b.txt", text.as_bytes())]));
    for (format, file) in [
        ("github", "file=a.zip,line=1,"),
        ("sarif", "\"uri\": \"a.zip\""),
        ("gitlab", "\"file\": \"a.zip\""),
    ] {
        let written = repo.hexguard(&["scan", "a.zip", "--format", format]).stdout;
        assert!(written.contains(file), "{written}");
        assert!(written.contains("in a.zip!b.txt:3:3"), "{written}");
    }
}
