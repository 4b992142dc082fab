//! The parts of a workbook's stream, from the beginning of each to its end, and whether all its records are where they can be.
//!
//! Other readers pass over a record that they do not know. A wrong byte makes such a record of a cell, and its text is lost: so
//! where something stands that no known program writes, that is said. What healthy workbooks of some programs do not keep either is not checked: the
//! rows and columns that are announced, the order of cells, what stands behind the last sheet.

use super::directory::{four, two};
use super::records::{Record, Records, is_known, kind, span};

/// The parts of a stream.
#[derive(Default)]
pub(super) struct Frame {
    /// Where the sheets begin.
    pub(super) sheets: Vec<usize>,
    /// Whether a cell may be missing: a record stands where it cannot, or is none.
    pub(super) is_odd: bool,
}

impl Frame {
    /// Looks through a stream up to so many sheets.
    pub(super) fn read(bytes: &[u8], is_wide: bool, most: usize) -> Self {
        let mut frame = Self::default();
        let mut records = Records::new(bytes, 0..bytes.len());
        if records.next().is_none() {
            return frame;
        }
        let (listed, mut is_shown) = frame.part(&mut records, is_wide, false);
        while frame.sheets.len() <= most {
            let at = records.at;
            match records.next() {
                Some(record) if record.kind == kind::BEGIN => {
                    frame.sheets.push(at);
                    let is_sheet = is_sheet(&record);
                    (_, is_shown) = frame.part(&mut records, is_wide, is_sheet);
                    is_shown |= !is_sheet;
                }
                Some(record) if is_of_cells(record.kind) || holds_texts(record.kind) => {
                    frame.is_odd = true;
                }
                Some(record) if frame.sheets.len() < listed || is_known(&record) => {}
                _ => {
                    // Anything may stand behind the last sheet, if that came to its end.
                    if !is_shown && bytes[at..].iter().any(|&byte| byte != 0) {
                        frame.is_odd = true;
                    }
                    break;
                }
            }
        }
        if listed == 0 || frame.sheets.len() < listed {
            frame.is_odd = true;
        }
        frame
    }

    /// Looks through a part up to its end; returns how many sheets it lists, and whether it says how it is shown.
    fn part(&mut self, records: &mut Records<'_>, is_wide: bool, is_sheet: bool) -> (usize, bool) {
        let (mut depth, mut listed, mut shared) = (1_usize, 0, 0);
        let mut order = Order::new(is_wide);
        for record in records.by_ref() {
            listed += usize::from(record.kind == kind::SHEET);
            shared += usize::from(record.kind == kind::SHARED);
            let length = record.data.len();
            let is_end = record.kind == kind::END;
            self.is_odd |= shared > 1
                || !is_known(&record)
                || length > most(is_wide)
                || is_end && length > 0
                || depth == 1 && !order.takes(&record, is_sheet);
            match record.kind {
                kind::BEGIN => depth += 1,
                kind::END => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return (listed, order.marks.contains(&kind::WINDOW));
            }
        }
        self.is_odd = true;
        (listed, true)
    }
}

/// How long the data of a record may be.
fn most(is_wide: bool) -> usize {
    if is_wide { 8224 } else { 2084 }
}

/// Tells whether what a record begins is a sheet of cells: others are charts and programs.
pub(super) fn is_sheet(begin: &Record<'_>) -> bool {
    two(begin.data, 2) == Some(0x10)
}

/// What came before a record in a part.
struct Order {
    is_wide: bool,
    /// The last record, and the last one that is none that goes on.
    last: u16,
    before: u16,
    /// Whether the text that a formula has for its result is still to come, or the rest of one.
    owes: Owes,
    stage: Stage,
    /// Which of the marks it has.
    marks: Vec<u16>,
}

#[derive(PartialEq)]
enum Owes {
    Nothing,
    Result,
    Rest,
}

/// Which part of a sheet is being read.
#[derive(PartialEq)]
enum Stage {
    Settings,
    Cells,
    View,
}

impl Order {
    fn new(is_wide: bool) -> Self {
        Self {
            is_wide,
            last: kind::BEGIN,
            before: kind::BEGIN,
            owes: Owes::Nothing,
            stage: Stage::Settings,
            marks: Vec::new(),
        }
    }

    /// Takes the next record; tells whether it may stand there, and is as long as it should be.
    fn takes(&mut self, record: &Record<'_>, is_sheet: bool) -> bool {
        let is_right = self.is_owed(record)
            && self.is_behind_its_own(record)
            && (!is_sheet || self.is_in_place(record))
            && is_formed(record, self.is_wide);
        if MARKS.contains(&record.kind) && !self.marks.contains(&record.kind) {
            self.marks.push(record.kind);
        }
        match record.kind {
            kind::SIZE => self.stage = Stage::Cells,
            kind::WINDOW => self.stage = Stage::View,
            _ => {}
        }
        self.last = record.kind;
        if record.kind != kind::CONTINUE {
            self.before = record.kind;
        }
        is_right
    }

    /// Tells whether a text stands where a formula has one for its result, and nowhere else.
    fn is_owed(&mut self, record: &Record<'_>) -> bool {
        let was = std::mem::replace(&mut self.owes, Owes::Nothing);
        match record.kind {
            kind::RESULT => {
                let span = span(record.data, self.is_wide);
                if span.is_some_and(|span| span > record.data.len()) {
                    self.owes = Owes::Rest;
                }
                was == Owes::Result
            }
            kind::CONTINUE => true,
            _ if was == Owes::Rest => false,
            kind::FORMULA | kind::OLD_FORMULA => {
                if matches!(record.data.get(6..14), Some([0, .., 0xFF, 0xFF])) {
                    self.owes = Owes::Result;
                }
                was == Owes::Nothing
            }
            kind::END => was == Owes::Nothing,
            number if is_cell(number) => was == Owes::Nothing,
            _ => {
                self.owes = was;
                true
            }
        }
    }

    /// Tells whether a record that belongs to another one stands behind such a one.
    fn is_behind_its_own(&self, record: &Record<'_>) -> bool {
        match record.kind {
            kind::CONTINUE => self.before == kind::RESULT || !is_of_cells(self.before),
            kind::ARRAY | 0x236 | kind::SHARED_FORMULA => {
                let formulas = [kind::FORMULA, kind::OLD_FORMULA];
                formulas.contains(&self.last) || kind::OF_FORMULA.contains(&self.last)
            }
            kind::ROWS_END => {
                // It says how far in front of it its rows begin.
                let back = four(record.data, 0).and_then(|back| usize::try_from(back).ok());
                back.is_some_and(|back| back <= record.at) && record.data.len().is_multiple_of(2)
            }
            _ => true,
        }
    }

    /// Tells whether a record may stand in its part of a sheet.
    fn is_in_place(&self, record: &Record<'_>) -> bool {
        if record.kind == kind::SIZE {
            return !self.marks.contains(&kind::SIZE);
        }
        if self.stage != Stage::Cells {
            return true;
        }
        if is_of_cells(record.kind) {
            let is_behind_rows = self.last == kind::ROWS_END && is_cell(record.kind);
            return !is_behind_rows && (is_of_cells(self.last) || is_among_cells(self.last));
        }
        match record.kind {
            kind::BEGIN | kind::END => true,
            kind::WINDOW => !self.is_wide || two(record.data, 8).is_none_or(|unused| unused == 0),
            0xB1..=0xB6 | 0xC5 | 0xF1 | 0x100 => self.marks.contains(&PIVOT),
            number => may_follow_cells(number, record.data, self.is_wide),
        }
    }
}

/// What begins a pivot table; how wide columns are, in the middle of cells.
const PIVOT: u16 = 0xB0;
const OLD_COLUMNS: u16 = 0x27D;
/// What the place of others depends on.
const MARKS: [u16; 3] = [kind::SIZE, kind::WINDOW, PIVOT];

/// Tells whether a record is one of a cell.
fn is_cell(number: u16) -> bool {
    matches!(
        number,
        kind::OF_SHARED
            | kind::LABEL
            | kind::RICH
            | kind::NUMBER
            | kind::SHORT
            | kind::SHORTS
            | kind::BOOLEAN
            | kind::EMPTY
            | kind::EMPTIES
            | kind::FORMULA
            | kind::OLD_FORMULA
    )
}

/// Tells whether a record is one of the table of cells: of a cell, of what belongs to it, or of a row.
fn is_of_cells(number: u16) -> bool {
    let others = [
        kind::SIZE,
        kind::ROW,
        kind::ROWS_END,
        kind::RESULT,
        OLD_COLUMNS,
    ];
    is_cell(number) || others.contains(&number) || kind::OF_FORMULA.contains(&number)
}

/// Tells whether a record has texts for the cells of others, or leads to them.
fn holds_texts(number: u16) -> bool {
    matches!(number, kind::SHARED | kind::SHEET)
}

/// Tells whether some programs write such a record among cells: what is protected, links, merged cells, columns.
fn is_among_cells(number: u16) -> bool {
    matches!(number, 0x13 | kind::CONTINUE | 0x7D | 0xE5 | 0x1B8 | 0x1C2)
}

/// Tells whether a record may stand behind cells and before how the sheet is shown: settings of the page that some programs
/// write late, what is drawn, notes, pivot tables. Their lengths are checked, as a cell with a wrong number may look like one.
fn may_follow_cells(number: u16, data: &[u8], is_wide: bool) -> bool {
    let length = data.len();
    let groups = |size: usize, before: usize| {
        let count = two(data, 0).map_or(0, usize::from);
        length == before + size * count
    };
    match number {
        0x12 | 0x13 | 0x19 | 0x2A | 0x2B | 0x63 | 0x82..=0x84 | 0xDD => matches!(length, 2 | 4),
        0x14 | 0x15 => {
            let narrow = data.first().map(|&length| 1 + usize::from(length));
            let span = if is_wide { span(data, true) } else { narrow };
            length == 0 || span == Some(length)
        }
        0x1A | 0x1B => groups(6, 2) || groups(2, 2),
        0xE5 => groups(8, 2),
        0x26..=0x29 | 0x50 | 0x80 | 0xDE => length == 8,
        0x1C | 0x51 | 0x52 | 0x802 | 0x810 | 0x864 => length > 10 || number == 0x1C && length == 7,
        0x34 | PIVOT | 0x5D | 0x7F | 0xA1 | 0x1B2 | 0x1B8 | 0x1BE | 0x866 => {
            length > 25 || number == 0x1B2
        }
        0x3C => true,
        0x3D | 0x1B6 => length == 18,
        0x7D => matches!(length, 11 | 12),
        // What is drawn has its own header, with a number from 0xF000 on.
        0xEC => data.get(3) == Some(&0xF0),
        0xED => length > 20,
        0x1C2 => length.is_multiple_of(12),
        _ => false,
    }
}

/// Tells whether a record is as long as what it holds.
fn is_formed(record: &Record<'_>, is_wide: bool) -> bool {
    let data = record.data;
    let length = data.len();
    let last = |size: usize| {
        let (Some(from), Some(to)) = (two(data, 2), two(data, length.saturating_sub(2))) else {
            return false;
        };
        let count = length.saturating_sub(6) / size;
        length == 6 + size * count && count > 0 && usize::from(to) + 1 == usize::from(from) + count
    };
    let behind = |from: usize| data.get(from..).is_some_and(|rest| !holds_cells(rest));
    match record.kind {
        kind::OF_SHARED | kind::SHORT => length == 10,
        kind::NUMBER => matches!(length, 14 | 18),
        kind::EMPTY => length == 6,
        kind::BOOLEAN => matches!(length, 8 | 9),
        kind::SHORTS => last(6),
        kind::EMPTIES => last(2),
        kind::ROW => length == 16 && two(data, 8) == Some(0),
        kind::SIZE => matches!(length, 10 | 14 | 16),
        kind::WINDOW => matches!(length, 10 | 18),
        OLD_COLUMNS => length == 11,
        kind::LABEL | kind::RICH => is_label(record, is_wide),
        kind::RESULT => span(data, is_wide).is_some_and(|span| span >= length),
        kind::SHARED_FORMULA => two(data, 8).is_some_and(|size| 10 + usize::from(size) == length),
        kind::FORMULA => {
            let Some(size) = two(data, 20).map(usize::from) else {
                return false;
            };
            let formula = data.get(22..22 + size);
            formula.is_some_and(|formula| length == 22 + size || has_more(formula))
                && behind(22 + size)
        }
        kind::CONTINUE | kind::SHARED => true,
        _ => behind(0),
    }
}

/// Tells whether a cell with a text is as long as that. What some programs write behind it is said nowhere.
fn is_label(record: &Record<'_>, is_wide: bool) -> bool {
    let data = record.data;
    let Some(text) = data.get(6..) else {
        return false;
    };
    let Some(span) = span(text, is_wide) else {
        return false;
    };
    let rest = text.get(span..);
    match (record.kind, is_wide) {
        (_, false) => rest.is_some_and(|rest| !holds_cells(rest)),
        // Some programs end it with a NUL.
        (kind::LABEL, true) => rest.is_some_and(|rest| rest.iter().all(|&byte| byte == 0)),
        (_, true) => rest.is_some_and(|runs| {
            two(runs, 0).is_some_and(|count| runs.len() == 2 + 4 * usize::from(count))
        }),
    }
}

/// Tells whether a formula may have an operand whose value stands behind it.
fn has_more(formula: &[u8]) -> bool {
    const ARRAYS: [u8; 3] = [0x20, 0x40, 0x60];
    const RANGES: [u8; 15] = [
        0x23, 0x43, 0x63, 0x26, 0x46, 0x66, 0x27, 0x47, 0x67, 0x28, 0x48, 0x68, 0x29, 0x49, 0x69,
    ];
    const OTHERS: [u8; 3] = [0x18, 0x2B, 0x38];
    let operands = [&ARRAYS[..], &RANGES, &OTHERS].concat();
    formula.iter().any(|byte| operands.contains(byte))
}

/// Tells whether records stand in the data of another one, up to its end, of which one is that of a cell: its length is wrong.
fn holds_cells(data: &[u8]) -> bool {
    const LEAST: usize = 14;
    if data.len() < LEAST {
        return false;
    }
    // Whether records go on from each place to the end, and whether a cell is among them.
    let mut lead = vec![(false, false); data.len() + 1];
    lead[data.len()] = (true, false);
    for at in (0..=data.len() - 4).rev() {
        let (Some(number), Some(length)) = (two(data, at), two(data, at + 2)) else {
            continue;
        };
        let end = at + 4 + usize::from(length);
        let Some(&(true, is_cell)) = lead.get(end) else {
            continue;
        };
        let record = Record {
            kind: number,
            data: &data[at + 4..end],
            at: at + 4,
        };
        let is_one = match number {
            kind::OF_SHARED | kind::SHORT => length == 10,
            kind::NUMBER => length == 14,
            kind::LABEL => length > 8,
            kind::SHORTS => length >= 12 && length.is_multiple_of(6),
            kind::SHARED => length >= 8,
            _ => false,
        };
        lead[at] = (is_known(&record), is_cell || is_one);
        if lead[at] == (true, true) {
            return true;
        }
    }
    false
}
