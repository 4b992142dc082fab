//! Workbooks of older Excel (.xls): their cells are read as tables.

use crate::containers::{commit, hooked};
use crate::support::{Output, Repo, token};

pub(crate) fn scan(bytes: impl AsRef<[u8]>) -> Output {
    let repo = Repo::new();
    repo.write("a.xls", bytes);
    repo.hexguard(&["scan", "a.xls"])
}

pub(crate) fn two(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap().to_le_bytes()
}

pub(crate) fn four(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_le_bytes()
}

pub(crate) fn record(kind: usize, data: impl AsRef<[u8]>) -> Vec<u8> {
    let data = data.as_ref();
    [&two(kind)[..], &two(data.len()), data].concat()
}

/// Returns a compound file with a stream, whose sectors may stand in the wrong order.
pub(crate) fn compound(name: &str, mut stream: Vec<u8>, is_torn: bool) -> Vec<u8> {
    const SECTOR: usize = 512;
    const END: u32 = 0xFFFF_FFFE;
    stream.resize(stream.len().next_multiple_of(SECTOR).max(4096), 0);
    let count = stream.len() / SECTOR;
    // The table of sectors, the directory, the stream: its last sector first, if torn.
    let place = |at: usize| match (is_torn, at + 1 == count) {
        (false, _) => 2 + at,
        (true, true) => 2,
        (true, false) => 3 + at,
    };
    let mut table = vec![u32::MAX; SECTOR / 4];
    (table[0], table[1]) = (0xFFFF_FFFD, END);
    let mut sectors = vec![0; stream.len()];
    for at in 0..count {
        let next = if at + 1 == count {
            END
        } else {
            u32::try_from(place(at + 1)).unwrap()
        };
        table[place(at)] = next;
        let to = (place(at) - 2) * SECTOR;
        sectors[to..to + SECTOR].copy_from_slice(&stream[at * SECTOR..][..SECTOR]);
    }
    let mut head = vec![0xFF; SECTOR];
    head[..76].fill(0);
    head[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    head[30..34].copy_from_slice(&[9, 0, 6, 0]);
    head[44] = 1;
    head[48] = 1;
    head[68..72].fill(0xFF);
    head[76..80].fill(0);
    let mut directory = vec![0; SECTOR];
    let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    directory[128..128 + wide.len()].copy_from_slice(&wide);
    directory[192..194].copy_from_slice(&two(wide.len() + 2));
    directory[194] = 2;
    directory[244..248].copy_from_slice(&four(place(0)));
    directory[248..252].copy_from_slice(&four(stream.len()));
    let table: Vec<u8> = table.into_iter().flat_map(u32::to_le_bytes).collect();
    [head, table, directory, sectors].concat()
}

/// Returns a compound file with a short stream, which stands in that of the root, the last part first.
pub(crate) fn short(name: &str, mut stream: Vec<u8>) -> Vec<u8> {
    const PART: usize = 64;
    const DIRECTORY: usize = 1024;
    let size = stream.len();
    stream.resize(size.next_multiple_of(PART), 0);
    let parts: Vec<&[u8]> = stream.chunks(PART).rev().collect();
    let mut bytes = compound(name, parts.concat(), true);
    let mut put = |at: usize, four: [u8; 4]| bytes[at..at + 4].copy_from_slice(&four);
    // The table of the parts is the last sector.
    put(60, four(10));
    put(512 + 4 * 10, 0xFFFF_FFFE_u32.to_le_bytes());
    put(DIRECTORY + 116, four(3));
    put(DIRECTORY + 120, four(4096));
    put(DIRECTORY + 244, four(parts.len() - 1));
    put(DIRECTORY + 248, four(size));
    let next = (0..parts.len() - 1).map(four);
    let mut table = [0xFFFF_FFFE_u32.to_le_bytes()]
        .into_iter()
        .chain(next)
        .flatten()
        .collect::<Vec<u8>>();
    table.resize(512, 0xFF);
    [bytes, table].concat()
}

/// Returns a text with its length, in letters of one byte.
pub(crate) fn narrow(text: &str) -> Vec<u8> {
    [&two(text.len())[..], &[0], text.as_bytes()].concat()
}

/// Returns a workbook with a sheet of some records.
pub(crate) fn book(shared: &[Vec<u8>], cells: &[Vec<u8>]) -> Vec<u8> {
    let begin = record(0x809, [0, 6, 5, 0, 0, 0, 0, 0]);
    let end = record(0x0A, []);
    let title = b"\x06\0People";
    let length = begin.len() + 4 + 6 + title.len() + shared.concat().len() + end.len();
    let list = record(0x85, [&four(length)[..], &[0, 0], title].concat());
    let shared = shared.concat();
    let sheet = record(0x809, [0, 6, 0x10, 0, 0, 0, 0, 0]);
    [begin, list, shared, end.clone(), sheet, cells.concat(), end].concat()
}

/// Returns the texts that cells share in one record.
pub(crate) fn shared(texts: &[Vec<u8>]) -> Vec<u8> {
    record(0xFC, [vec![0; 8], texts.concat()].concat())
}

/// Returns a cell: its kind, its place, and what stands in it.
pub(crate) fn cell(kind: usize, row: usize, column: usize, value: impl AsRef<[u8]>) -> Vec<u8> {
    let place = [two(row), two(column), two(0)].concat();
    record(kind, [&place, value.as_ref()].concat())
}

fn table() -> (String, Vec<Vec<u8>>) {
    let cell_text = ["kT9#vL", "q2xW8m"].concat();
    let cells = vec![
        cell(0xFD, 0, 0, four(0)),
        cell(0xFD, 0, 2, four(1)),
        cell(0xFD, 6, 0, four(2)),
        cell(0xFD, 6, 2, four(3)),
    ];
    (cell_text, cells)
}

/// Asserts that the value of the third cell in row 7 is found, and only there.
fn is_found(bytes: Vec<u8>) {
    let repo = hooked();
    repo.stage("a.xls", bytes);
    let stopped = commit(&repo);
    assert_ne!(stopped.code, 0);
    for said in ["a.xls!People:7:", "cell C7"] {
        assert!(stopped.stderr.contains(said), "{said} {stopped:?}");
    }
    let scanned = repo.hexguard(&["scan", "a.xls"]);
    assert!(
        scanned.stdout.contains(" 1 blocked, 0 skipped"),
        "{scanned:?}"
    );
}

#[test]
fn a_sheet_that_is_called_by_a_secret_is_masked() {
    let secret = token(4);
    let texts = [shared(&[narrow(&secret)])];
    let title = &secret[..31];
    let stream = book(&texts, &[cell(0xFD, 0, 0, four(0))]);
    let at = memchr::memmem::find(&stream, b"\x06\0People").unwrap();
    let sheet = at - 6;
    let mut titled = [&stream[..at], &[31, 0], title.as_bytes(), &stream[at + 8..]].concat();
    // The record is longer, and the sheet begins so much later.
    titled[sheet - 2] += 25;
    let begin = u32::from_le_bytes(titled[sheet..sheet + 4].try_into().unwrap()) + 25;
    titled[sheet..sheet + 4].copy_from_slice(&begin.to_le_bytes());
    let scanned = scan(compound("Workbook", titled, false));
    assert_eq!(scanned.code, 1, "{scanned:?}");
    assert!(scanned.stdout.contains("a.xls!hxtp_****"), "{scanned:?}");
    assert!(!scanned.stdout.contains(&secret[..13]), "{scanned:?}");
}

#[test]
fn cells_are_read_with_their_headers() {
    let (secret, cells) = table();
    let heads = ["User", "Password", "anna"].map(narrow).to_vec();
    let texts = |last: Vec<u8>| [heads.clone(), vec![last]].concat();
    let whole = shared(&texts(narrow(&secret)));
    let whole = book(&[whole], &cells);
    is_found(compound("Workbook", whole.clone(), false));
    is_found(compound("Workbook", whole.clone(), true));
    is_found(short("Workbook", whole));
    // Letters of two bytes, with runs and a text of how it is pronounced; one that goes on in the next record in other letters.
    let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let rich = [
        &two(secret.len())[..],
        &[13],
        &two(1),
        &four(2),
        &wide,
        &[0; 6],
    ]
    .concat();
    is_found(compound(
        "Workbook",
        book(&[shared(&texts(rich))], &cells),
        false,
    ));
    let (one, two_) = secret.split_at(5);
    let first = shared(&texts(
        [&two(secret.len())[..], &[0], one.as_bytes()].concat(),
    ));
    let wide: Vec<u8> = two_.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let more = record(0x3C, [&[1][..], &wide].concat());
    is_found(compound("Workbook", book(&[first, more], &cells), false));
}

#[test]
fn cells_of_every_kind_are_read() {
    let (secret, _) = table();
    let heads = ["User", "Password", "anna"].map(narrow);
    let head = |cells: Vec<Vec<u8>>| {
        let before = [cell(0xFD, 0, 2, four(1)), cell(0xFD, 6, 0, four(2))].concat();
        let bytes = book(&[shared(&heads)], &[vec![before], cells].concat());
        compound("Workbook", bytes, false)
    };
    // The result of a formula.
    let formula = [&[0, 0, 0, 0, 0, 0, 0xFF, 0xFF][..], &[0; 8]].concat();
    let formula = cell(0x06, 6, 2, formula);
    let result = record(0x207, narrow(&secret));
    let found = scan(head(vec![formula, result]));
    assert!(found.stdout.contains("cell C7"), "{found:?}");
    let found = scan(head(vec![cell(0x204, 6, 2, narrow(&secret))]));
    assert!(found.stdout.contains("cell C7"), "{found:?}");
    // Numbers stand in their places, too: a text behind them is in its own.
    let numbers = [
        &two(0)[..],
        &four(7 << 2 | 2),
        &two(0),
        &four(9 << 2 | 3),
        &two(1),
    ]
    .concat();
    let place = [two(6), two(0)].concat();
    let numbers = record(0xBD, [place, numbers].concat());
    let double = cell(0x203, 5, 0, 1.5f64.to_le_bytes());
    let short = cell(0x27E, 5, 1, four(7 << 2 | 2));
    let text = cell(0xFD, 6, 2, four(3));
    let t = narrow(&format!("T={}", token(1)));
    let bytes = book(
        &[shared(&[heads.to_vec(), vec![t]].concat())],
        &[double, short, numbers, text],
    );
    let found = scan(compound("Workbook", bytes, false));
    assert!(found.stdout.contains("a.xls!People:7:10"), "{found:?}");
}

#[test]
fn what_no_cell_shows_is_read_once() {
    let t = narrow(&format!("T={}", token(1)));
    let hidden = book(&[shared(&[narrow("a"), t.clone()])], &[]);
    let found = scan(compound("Workbook", hidden, false));
    for said in ["a.xls!shared texts:", " 1 blocked, 0 skipped"] {
        assert!(found.stdout.contains(said), "{said} {found:?}");
    }
    // A cell that comes behind a later one has its place all the same.
    let behind = book(
        &[shared(&[narrow("a"), t])],
        &[cell(0xFD, 4, 4, four(0)), cell(0xFD, 2, 2, four(1))],
    );
    let found = scan(compound("Workbook", behind, false));
    for said in ["a.xls!People:3:", "cell C3", " 1 blocked, 0 skipped"] {
        assert!(found.stdout.contains(said), "{said} {found:?}");
    }
    let note = record(0x1C, format!("T={}", token(1)));
    let found = scan(compound("Workbook", book(&[], &[note]), false));
    assert!(found.stdout.contains("a.xls:2:"), "{found:?}");
}

#[test]
fn what_of_a_workbook_is_not_read_is_said() {
    let begin = record(0x809, [0, 6, 5, 0, 0, 0, 0, 0]);
    let locked = [begin, record(0x2F, [0; 6]), record(0x0A, [])].concat();
    let mut broken = compound("Workbook", book(&[], &[]), false);
    broken[512 + 8] = 0x77;
    let texts = vec![narrow("All is well."); 9];
    let mut broken_short = short("Workbook", book(&[shared(&texts)], &[]));
    let last = broken_short.len() - 512;
    broken_short[last..].fill(0x77);
    let whole = compound("Workbook", book(&[], &[]), false);
    let cut = |length: usize| whole[..length].to_vec();
    for (bytes, why) in [
        (cut(600), "the tables of a workbook are"),
        (cut(whole.len() / 2), "the tables of a workbook are"),
        (
            compound("Workbook", locked, false),
            "the document is encrypted",
        ),
        (
            compound("Book", vec![7; 600], false),
            "the tables of a workbook are",
        ),
        (broken, "the tables of a workbook are"),
        (broken_short, "the tables of a workbook are"),
    ] {
        let scanned = scan(bytes);
        assert_eq!(scanned.code, 0, "{scanned:?}");
        let said = format!("a.xls: contents not looked into: {why}");
        assert!(scanned.stdout.contains(&said), "{scanned:?}");
    }
    // The sheets of an older version have texts of bytes.
    let begin = record(0x809, [0, 5, 5, 0, 0, 0, 0, 0]);
    let end = record(0x0A, []);
    let at = begin.len() + 4 + 10 + end.len();
    let sheet = record(0x85, [&four(at)[..], b"\0\0\x03One"].concat());
    let (secret, _) = table();
    let label = |row, text: &str| cell(0x204, row, 0, [&two(text.len()), text.as_bytes()].concat());
    let cells = [label(0, "Password"), label(2, &secret)].concat();
    let bytes = [begin.clone(), sheet, end.clone(), begin, cells, end].concat();
    let found = scan(compound("Book", bytes, false));
    assert!(found.stdout.contains("a.xls!One:3:1"), "{found:?}");
}
