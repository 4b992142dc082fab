//! Sheets of spreadsheets, which are read as comma-separated values: in which cell a finding stands.

use crate::finding::Finding;
use crate::fragment::Fragment;

/// Sets the names of the cells in which findings stand. They come in the order of the text, which is gone through once.
pub(super) fn place(fragment: &Fragment<'_>, findings: &mut [Finding]) {
    if !fragment.inside.is_some_and(|inside| inside.sheet) {
        return;
    }
    // The place of the next byte, and the cell that it stands in: of a piece the first is that of its own part.
    let (mut line, mut column) = fragment.window().begin();
    let above = fragment.piece.map_or(0, |piece| piece.facts.items);
    let (mut row, mut cell, mut quoted) = (above + 1, 0, false);
    let lead = fragment.piece.map_or(0, |piece| piece.lead);
    let mut text = fragment.text[lead..].iter();
    for finding in findings {
        let place = (finding.place.line, finding.place.column);
        while (line, column) < place
            && let Some(&byte) = text.next()
        {
            quoted ^= byte == b'"';
            match byte {
                b'\n' if !quoted => (row, cell) = (row + 1, 0),
                b',' if !quoted => cell += 1,
                _ => {}
            }
            (line, column) = match byte {
                b'\n' => (line + 1, 1),
                _ => (line, column + 1),
            };
        }
        let name = format!("cell {}{row}", letters(cell));
        finding.context = Some(match finding.context.take() {
            Some(how) => format!("{name}, {how}"),
            None => name,
        });
    }
}

/// Returns how many rows the own part of a piece has; it begins with one.
pub(super) fn items(piece: &Fragment<'_>) -> usize {
    if !piece.path.ends_with(b".csv") {
        return 0;
    }
    let mut quoted = false;
    let marks = memchr::memchr2_iter(b'"', b'\n', piece.own());
    let ends = marks.filter(|at| {
        let end = piece.own()[*at] == b'\n';
        quoted ^= !end;
        end && !quoted
    });
    ends.count()
}

/// Returns the name of a column, which counts from 0: A to Z, AA and so on.
fn letters(mut column: usize) -> String {
    let mut name = Vec::new();
    loop {
        name.push(char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column % 26]));
        if column < 26 {
            return name.iter().rev().collect();
        }
        column = column / 26 - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn columns_are_named_as_in_spreadsheets() {
        let names: Vec<String> = [0, 25, 26, 701, 702].into_iter().map(letters).collect();
        assert_eq!(names, ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
