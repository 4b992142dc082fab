//! Place: where on a page a text stands, and whether that is on the line of the text before it.

/// A matrix of a page: how a point in the place of a text is moved on the page.
#[derive(Clone, Copy)]
struct Matrix([f32; 6]);

impl Matrix {
    const ONE: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// Returns what moves as the one does, and then the other.
    fn then(self, other: Self) -> Self {
        let (one, two) = (self.0, other.0);
        let part =
            |row: usize, column: usize| one[row] * two[column] + one[row + 1] * two[column + 2];
        Self([
            part(0, 0),
            part(0, 1),
            part(2, 0),
            part(2, 1),
            part(4, 0) + two[4],
            part(4, 1) + two[5],
        ])
    }

    fn moved(x: f32, y: f32) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }
}

/// A line on the page.
#[derive(Clone, Copy)]
struct Line {
    /// Which way it runs.
    way: (f32, f32),
    /// How far it is from the origin.
    far: f32,
    /// How high a letter is.
    height: f32,
}

impl Line {
    /// Tells whether a text on another line is meant to stand on this one.
    fn has(&self, other: &Self) -> bool {
        /// Letters that are raised stand further from it.
        const NEAR: f32 = 0.2;
        let same = self.way.0 * other.way.0 + self.way.1 * other.way.1;
        let near = NEAR * self.height.min(other.height);
        same > 0.99 && (self.far - other.far).abs() <= near
    }
}

/// States of a page that are put aside; more are counted only.
const STATES: usize = 64;

/// Where the text stands that is shown next.
pub(super) struct Place {
    page: Matrix,
    aside: Vec<Matrix>,
    /// How many more states were put aside than are kept.
    deeper: usize,
    line: Matrix,
    leading: f32,
    size: f32,
    /// The line of the text before.
    last: Option<Line>,
    /// Whether the place was changed since.
    moved: bool,
    /// Whether a new line was asked for, and no other place since.
    ended: bool,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            page: Matrix::ONE,
            aside: Vec::new(),
            deeper: 0,
            line: Matrix::ONE,
            leading: 0.0,
            size: 1.0,
            last: None,
            moved: false,
            ended: false,
        }
    }
}

/// How a text stands to the one before.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Right behind it.
    On,
    /// On its line.
    Along,
    Down,
}

impl Place {
    /// Moves to where an operator says.
    pub(super) fn operator(&mut self, operator: &[u8], numbers: &[&[u8]]) {
        match operator {
            b"q" if self.aside.len() < STATES => self.aside.push(self.page),
            b"q" => self.deeper += 1,
            b"Q" if self.deeper > 0 => self.deeper -= 1,
            b"Q" => self.page = self.aside.pop().unwrap_or(self.page),
            b"BT" => (self.line, self.ended) = (Matrix::ONE, false),
            b"Tf" => {
                let size = numbers.last().map_or(0.0, |size| number(size).abs());
                self.size = if size > 0.0 { size } else { 1.0 };
                return;
            }
            b"TL" => {
                self.leading = numbers.last().map_or(0.0, |leading| number(leading));
                return;
            }
            b"cm" | b"Tm" => {
                let Ok(matrix) = <[&[u8]; 6]>::try_from(numbers) else {
                    return;
                };
                let matrix = Matrix(matrix.map(number));
                if operator == b"cm" {
                    self.page = matrix.then(self.page);
                } else {
                    (self.line, self.ended) = (matrix, false);
                }
            }
            b"Td" | b"TD" => {
                let &[.., x, y] = numbers else {
                    return;
                };
                let (x, y) = (number(x), number(y));
                if operator == b"TD" {
                    self.leading = -y;
                }
                self.line = Matrix::moved(x, y).then(self.line);
                // How far the new line is tells whether this is another; where that is not known, it is.
                self.ended &= self.leading == 0.0;
            }
            b"T*" | b"'" | b"\"" => {
                self.line = Matrix::moved(0.0, -self.leading).then(self.line);
                self.ended = true;
            }
            b"ET" => {}
            _ => return,
        }
        self.moved = true;
    }

    /// Returns how the text that is shown now stands to the one before.
    pub(super) fn step(&mut self) -> Step {
        let is_moved = std::mem::take(&mut self.moved);
        let is_ended = std::mem::take(&mut self.ended);
        if !is_moved && self.last.is_some() {
            return Step::On;
        }
        let line = self.line();
        let last = self.last.replace(line);
        match last {
            _ if is_ended => Step::Down,
            Some(last) if !last.has(&line) => Step::Down,
            Some(_) => Step::Along,
            None => Step::On,
        }
    }

    fn line(&self) -> Line {
        let Matrix([right, rise, slant, up, x, y]) = self.line.then(self.page);
        let length = right.hypot(rise);
        let way = if length > 0.0 {
            (right / length, rise / length)
        } else {
            (1.0, 0.0)
        };
        Line {
            way,
            far: y * way.0 - x * way.1,
            height: self.size * slant.hypot(up),
        }
    }
}

fn number(text: &[u8]) -> f32 {
    let number = std::str::from_utf8(text).ok();
    let number = number.and_then(|number| number.parse::<f32>().ok());
    number.filter(|number| number.is_finite()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(program: &str) -> Vec<Step> {
        let (mut place, mut numbers, mut steps) = (Place::default(), Vec::new(), Vec::new());
        for word in program.split(' ') {
            match word {
                "Tj" => steps.push(place.step()),
                word if word.parse::<f32>().is_ok() => numbers.push(word.as_bytes()),
                word => {
                    place.operator(word.as_bytes(), &numbers);
                    numbers.clear();
                }
            }
        }
        steps
    }

    #[test]
    fn texts_of_a_line_are_known_by_their_place_on_the_page() {
        use Step::{Along, Down, On};
        for (program, expected) in [
            (
                "9 Tf BT 7 700 Td Tj ET BT 99 700 Td Tj Tj ET",
                [On, Along, On],
            ),
            (
                "BT 9 Tf 7 70 Td Tj 1 0 0 1 99 71 Tm Tj 0 -9 Td Tj",
                [On, Along, Down],
            ),
            (
                "9 Tf q 1 0 0 1 7 70 cm BT Tj ET Q q 1 0 0 1 99 70 cm BT Tj ET Q BT Tj",
                [On, Along, Down],
            ),
            // A page that is turned.
            (
                "9 Tf BT 0 1 -1 0 50 20 Tm Tj 0 1 -1 0 50 90 Tm Tj 0 1 -1 0 70 20 Tm Tj",
                [On, Along, Down],
            ),
            ("BT 9 Tf Tj T* Tj 3 5 Td Tj", [On, Down, Down]),
            // A new line on which nothing is shown.
            (
                "BT 9 Tf 7 70 Td Tj T* ET BT 99 70 Td Tj T* 1 0 0 1 99 60 Tm Tj",
                [On, Along, Down],
            ),
            (
                "BT 9 Tf 11 TL 7 70 Td Tj T* 50 11 Td Tj T* 50 0 Td Tj",
                [On, Along, Down],
            ),
            ("BT 9 Tf Tj T* 5 0 Td Tj T* Tj", [On, Down, Down]),
        ] {
            assert_eq!(steps(program), expected, "{program}");
        }
    }
}
