//! Workbooks of older Excel (.xls) in which a byte is wrong: what may be lost by it is said, and what healthy ones of all
//! programs have is not.

use crate::spreadsheets::{book, cell, compound, four, narrow, record, scan, short, two};
use crate::support::Repo;

const OF_SHARED: usize = 0xFD;
const LABEL: usize = 0x204;

fn secret() -> String {
    ["kT9#vL", "q2xW8m"].concat()
}

fn texts() -> Vec<Vec<u8>> {
    ["User", "Password", "anna", &secret()].map(narrow).to_vec()
}

/// Returns the texts that cells share, with how many cells show them and how many there are.
fn counted(cells: usize, count: usize, texts: &[Vec<u8>]) -> Vec<u8> {
    record(
        0xFC,
        [&four(cells)[..], &four(count), &texts.concat()].concat(),
    )
}

/// Returns what a sheet has around its cells: its size, the rows, and how it is shown.
fn around(cells: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let size = [&four(0)[..], &four(7), &two(0), &two(3), &[0; 2]].concat();
    let row = |row: usize| {
        let data = [
            two(row),
            two(0),
            two(3),
            two(255),
            two(0),
            two(0),
            two(0),
            two(15),
        ];
        record(0x208, data.concat())
    };
    [
        vec![
            record(0x0C, two(100)),
            record(0x14, []),
            record(0x200, size),
            row(0),
            row(6),
        ],
        cells.to_vec(),
        vec![record(0xD7, [0; 8]), record(0x23E, [0; 18])],
    ]
    .concat()
}

/// Returns a password under its title, all four cells in shared texts or with texts of their own.
fn shown() -> Vec<u8> {
    let at = |row, column, number| cell(OF_SHARED, row, column, four(number));
    let cells = [at(0, 0, 0), at(0, 2, 1), at(6, 0, 2), at(6, 2, 3)];
    book(&[counted(4, 4, &texts())], &around(&cells))
}

fn labelled() -> Vec<u8> {
    let texts = texts();
    let at = |row, column, number: usize| cell(LABEL, row, column, &texts[number]);
    let cells = [at(0, 0, 0), at(0, 2, 1), at(6, 0, 2), at(6, 2, 3)];
    book(&[], &around(&cells))
}

/// Returns where records begin, with their kinds.
fn records(stream: &[u8]) -> Vec<(usize, usize)> {
    let (mut at, mut records) = (0, Vec::new());
    while at < stream.len() {
        let two = |at: usize| usize::from(u16::from_le_bytes([stream[at], stream[at + 1]]));
        records.push((at, two(at)));
        at += 4 + two(at + 2);
    }
    records
}

/// Returns where the last record of a kind begins.
fn last(stream: &[u8], kind: usize) -> usize {
    let all = records(stream);
    all.iter().rfind(|record| record.1 == kind).unwrap().0
}

/// Asserts that a value is found in its place, and that nothing else is said.
fn is_found(stream: Vec<u8>, place: &str) {
    let found = scan(compound("Workbook", stream, false));
    assert_eq!(found.code, 1, "{place} {found:?}");
    for said in [place, " 1 blocked, 0 skipped"] {
        assert!(found.stdout.contains(said), "{said} {found:?}");
    }
}

#[test]
fn a_wrong_byte_that_loses_a_text_is_said() {
    let shown = shown();
    let shared = records(&shown).iter().find(|one| one.1 == 0xFC).unwrap().0;
    let first = records(&shown)
        .iter()
        .find(|one| one.1 == OF_SHARED)
        .unwrap()
        .0;
    let setting = last(&shown, 0x0C);
    let with_cell = u8::try_from(first + 14 - setting - 4).unwrap();
    let (cell, label) = (last(&shown, OF_SHARED), last(&labelled(), LABEL));
    let wrong = |stream: &[u8], at: usize, byte: u8| {
        let mut stream = stream.to_vec();
        stream[at] = byte;
        stream
    };
    let texts = "the texts that its cells share are not as long as they should be";
    let there = "a cell shows a shared text that is not there";
    for (stream, said) in [
        (wrong(&shown, cell + 10, 9), there),
        (
            wrong(&shown, cell + 10, 1),
            "its cells do not show all the shared texts that they should",
        ),
        (wrong(&shown, shared + 12, 40), texts),
        (wrong(&shown, shared + 14, 1), texts),
        (wrong(&shown, shared, 0xFB), there),
    ] {
        let scanned = scan(compound("Workbook", stream, false));
        assert_eq!(scanned.code, 2, "{said} {scanned:?}");
        let said = format!("a.xls was not scanned: it is damaged: {said}");
        assert!(scanned.stdout.contains(&said), "{said} {scanned:?}");
    }
    for stream in [
        // Two cells in one place; a kind that is none.
        wrong(&shown, cell + 6, 0),
        wrong(&shown, cell + 1, 7),
        // The kind of another record, of one that other records may follow, and of one that is longer.
        wrong(&shown, cell, 0x41),
        wrong(&shown, cell, 0x3C),
        wrong(&shown, cell, 0x06),
        wrong(&labelled(), label, 0x07),
        // The record before takes in a cell, and all that is before it.
        wrong(&shown, setting + 2, with_cell),
        wrong(&shown, last(&shown, 0x0A), 0x0B),
        // A sheet ends early, and another one does not begin.
        wrong(&shown, last(&shown, 0x14), 0x0A),
        wrong(&shown, last(&shown, 0x809), 0x08),
    ] {
        let scanned = scan(compound("Workbook", stream, false));
        // Where the text of a cell is missing besides, it is damaged.
        let said = match scanned.code {
            2 => "a.xls was not scanned: it is damaged",
            _ => "a.xls: contents not looked into: the tables of a workbook",
        };
        assert!(scanned.stdout.contains(said), "{scanned:?}");
    }
}

#[test]
fn the_text_of_a_formula_is_where_it_should_be() {
    let value = [&[0, 0, 0, 0, 0, 0, 0xFF, 0xFF][..], &[0; 8]].concat();
    let title = cell(LABEL, 0, 2, narrow("Password"));
    let with = |kind: usize, results: &[Vec<u8>]| {
        let cells = [title.clone(), cell(kind, 6, 2, &value), results.concat()];
        book(&[], &around(&cells))
    };
    let result = record(0x207, narrow(&secret()));
    is_found(with(0x06, std::slice::from_ref(&result)), "cell C7");
    // As an older version writes it.
    is_found(with(0x406, std::slice::from_ref(&result)), "cell C7");
    // The rest is in the next record, in other letters.
    let secret = secret();
    let (one, rest) = secret.split_at(5);
    let first = [&two(secret.len())[..], &[0], one.as_bytes()].concat();
    let wide: Vec<u8> = rest.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let more = record(0x3C, [&[1][..], &wide].concat());
    is_found(with(0x06, &[record(0x207, first.clone()), more]), "cell C7");
    for lost in [vec![], vec![record(0x207, first)]] {
        let scanned = scan(compound("Workbook", with(0x06, &lost), false));
        let said = "a.xls: contents not looked into: the tables of a workbook";
        assert!(scanned.stdout.contains(said), "{scanned:?}");
    }
}

#[test]
fn no_wrong_byte_before_the_data_of_a_record_is_silent() {
    let repo = Repo::new();
    let mut names = Vec::new();
    for (form, stream) in [("shown", shown()), ("labelled", labelled())] {
        for (at, kind) in records(&stream) {
            for (byte, change) in (at..at + 4).flat_map(|at| [1, 0x80, 0xFF].map(|by| (at, by))) {
                let mut wrong = stream.clone();
                wrong[byte] ^= change;
                let name = format!("{form}-{at}-{kind:x}-{}-{change}.xls", byte - at);
                repo.write(&name, short("Workbook", wrong));
                names.push(name);
            }
        }
    }
    let scanned = repo.hexguard(&["scan", "--format", "json", "."]);
    let silent = |name: &&String| !scanned.stdout.contains(name.as_str());
    let silent: Vec<&String> = names.iter().filter(silent).collect();
    assert!(names.len() > 300 && silent.is_empty(), "{silent:?}");
}

#[test]
fn what_programs_write_in_their_own_way_is_no_damage() {
    let texts = texts();
    let at = |row, column, number| cell(OF_SHARED, row, column, four(number));
    let cells = [at(0, 0, 0), at(0, 2, 1), at(6, 0, 2), at(6, 2, 3)];
    let counts =
        |cells_: usize, count: usize| book(&[counted(cells_, count, &texts)], &around(&cells));
    is_found(shown(), "cell C7");
    // Nothing is counted, cells that were deleted are, and more texts than there are.
    for (cells, count) in [(0, 0), (9, 4), (2, 4), (4, 6)] {
        is_found(counts(cells, count), "cell C7");
    }
    // The cells come by columns, or behind how the sheet is shown.
    let mut columns = cells.clone();
    columns.swap(1, 2);
    is_found(book(&[counted(4, 4, &texts)], &around(&columns)), "cell C7");
    let window = record(0x23E, [0; 18]);
    let late = [vec![window], cells.to_vec()].concat();
    is_found(book(&[counted(4, 4, &texts)], &late), "cell C7");
    // A text ends with a NUL.
    let title = cell(LABEL, 0, 2, narrow("Password"));
    let ended = [narrow(&secret()), vec![0, 0]].concat();
    let cells = [title, cell(LABEL, 6, 2, ended)];
    is_found(book(&[], &around(&cells)), "cell C7");
    // The list of the sheets leads nowhere, or does not name one; something stands behind the last one.
    let mut nowhere = shown();
    let list = last(&nowhere, 0x85);
    nowhere[list + 4] ^= 1;
    is_found(nowhere, "a.xls!sheet 1:7:");
    let sheet = labelled()[last(&labelled(), 0x809)..].to_vec();
    let unlisted = [&book(&[], &[])[..], &sheet, b"what is left of it"].concat();
    is_found(unlisted, "a.xls!sheet 2:7:");
}
