//! Sheets of spreadsheets, which are read as comma-separated values: in which cell a finding stands.

use crate::finding::Finding;
use crate::fragment::Fragment;

/// Sets the names of the cells in which findings stand. They come in the order of the text, which is gone through once.
pub(super) fn place(fragment: &Fragment<'_>, findings: &mut [Finding]) {
    // In a piece of a long one the rows before it are not known.
    if fragment.piece.is_some() || !fragment.inside.is_some_and(|inside| inside.sheet) {
        return;
    }
    // The place of the next byte, and the cell that it stands in.
    let (mut line, mut column) = (1, 1);
    let (mut row, mut cell, mut quoted) = (1, 0, false);
    let mut text = fragment.text.iter();
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
