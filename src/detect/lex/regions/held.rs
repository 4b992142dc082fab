//! Of the regions of a long text only the last ones are held; those before them are read again when they are asked for.

use super::Lexer;

impl Lexer {
    /// Drops half of the regions, and notes from where on they can be read again.
    pub(super) fn forget(&mut self) {
        let half = self.regions.len() / 2;
        self.floor = self.regions[half - 1].range.end;
        let later = self.regions.split_off(half);
        self.regions = Vec::new();
        if self.earlier.last().is_none_or(|last| last.at < self.at) {
            let earlier = std::mem::take(&mut self.earlier);
            let state = self.clone();
            self.earlier = earlier;
            self.earlier.push(state);
        }
        self.regions = later;
    }

    /// Begins again before an offset, so far that the regions above it are read, too.
    pub(super) fn go_back(&mut self, at: usize) {
        let earlier = std::mem::take(&mut self.earlier);
        let later = earlier.partition_point(|state| state.at <= at);
        *self = match later.checked_sub(2) {
            Some(number) => earlier[number].clone(),
            None => Self::of_piece(self.syntax, self.goes_on),
        };
        self.floor = self.at;
        self.earlier = earlier;
    }
}
