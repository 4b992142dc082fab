//! The commands of a shell script: operators, groups, functions, here-documents.

use super::{Shell, Word};
use crate::fragment::line_end;

/// A longer script is not read.
const LONGEST: usize = 1 << 20;
/// Commands inside of commands are followed so deep.
const DEEP: usize = 40;
/// So many here-documents may have no end.
const ENDLESS: usize = 100;
const LOST: usize = ENDLESS + 1;
/// Words in front of a command that belong to what is around it.
const BEFORE: &str = "if then elif else fi while until do done coproc function ! } esac";

/// A command without operators.
#[derive(Debug, Default)]
pub(crate) struct Command {
    pub(crate) words: Vec<Word>,
    /// Its here-strings and here-documents.
    pub(crate) input: Vec<Word>,
    /// The files of a script that it writes to.
    pub(crate) output: Vec<Word>,
    /// The files of a script at whose end it writes.
    pub(crate) appended: Vec<Word>,
    /// The lists that it sets: `name=` (or `name+=`), and the words in brackets behind it.
    pub(crate) lists: Vec<(Word, Vec<Word>)>,
    /// The number of the command whose output it reads.
    pub(crate) from: Option<usize>,
    /// Whether its word is the name of a function that begins here.
    pub(crate) defines: bool,
}

/// A here-document whose lines are still to come.
pub(super) struct Document {
    pub(super) tag: Word,
    /// The number of the command that reads it.
    pub(super) command: usize,
    /// Whether tabs may stand before its end.
    pub(super) indented: bool,
}

/// Returns the commands of a script, those inside of words and functions as well; `None` if it is too long or too deep.
pub(crate) fn commands(script: &[u8]) -> Option<Vec<Command>> {
    let mut shell = Shell::new(script.get(..script.len().min(LONGEST))?, 0, true, 0);
    shell.list(None);
    (script.len() <= LONGEST && shell.endless <= ENDLESS).then_some(shell.commands)
}

impl Shell<'_> {
    /// Returns what stands in here-strings and here-documents behind the command.
    pub(crate) fn input(mut self) -> Vec<Word> {
        while self.next().is_some() {}
        if !self.documents.is_empty() {
            self.at = self.text.len().min(line_end(self.text, self.at) + 1);
            self.read_documents();
        }
        std::mem::take(&mut self.commands[0].input)
    }

    /// Reads commands up to the mark that closes them, and tells whether it is there.
    pub(super) fn list(&mut self, close: Option<u8>) -> bool {
        let mut cases = 0_usize;
        loop {
            while let Some(word) = self.next() {
                let command = &mut self.commands[self.current];
                let first = command.words.is_empty() && word.is_bare();
                let around = BEFORE.split(' ').any(|one| one.as_bytes() == word.bytes);
                cases += usize::from(first && word.bytes == b"case");
                cases -= usize::from(first && word.bytes == b"esac" && cases > 0);
                if word.bytes == b"{" && command.words.len() < 2 {
                    // `function name {`
                    command.defines = !first;
                    let from = command.from.filter(|_| first);
                    self.begin(from);
                } else if !first || !around {
                    command.words.push(word);
                }
            }
            let Some(mark) = self.byte(self.at) else {
                return false;
            };
            let second = self.byte(self.at + 1);
            self.at += 1 + usize::from(mark == b'|' && matches!(second, Some(b'|' | b'&')));
            let is_list = mark == b'(' && self.is_list();
            let command = &mut self.commands[self.current];
            let piped = mark == b'|' && second != Some(b'|');
            let mut from = piped.then_some(self.current);
            match mark {
                b'(' if is_list => {
                    self.words_of_list();
                    continue;
                }
                // That of a pattern of `case` closes nothing.
                b')' if close == Some(b')') && cases == 0 => return true,
                b'(' => {
                    command.defines = command.words.len() == 1;
                    let double = self.text[..self.at].ends_with(b"((");
                    self.inner(double || self.arithmetic);
                    if double && self.doubtful && self.byte(self.at) != Some(b')') {
                        self.endless = LOST;
                    }
                }
                b'\n' => {
                    from = command.from.filter(|_| command.words.is_empty());
                    self.read_documents();
                }
                _ => {}
            }
            self.begin(from);
        }
    }

    /// Tells whether the bracket before this place opens a list: `name=(`.
    fn is_list(&self) -> bool {
        let command = &self.commands[self.current];
        let last = command.words.last();
        self.script
            && last.is_some_and(|word| {
                word.written.end + 1 == self.at && word.bytes.ends_with(b"=") && word.is_bare()
            })
    }

    /// Reads the words of a list up to its `)`.
    fn words_of_list(&mut self) {
        let (command, mut words) = (self.current, Vec::new());
        let name = self.commands[command].words.pop().unwrap_or_default();
        loop {
            words.extend(&mut *self);
            let mark = self.byte(self.at);
            self.at += usize::from(mark.is_some());
            match mark {
                Some(b'\n') => self.read_documents(),
                Some(b')') | None => break,
                Some(_) => {}
            }
        }
        self.commands[command].lists.push((name, words));
    }

    /// Begins the next command, which may read the output of another one.
    fn begin(&mut self, from: Option<usize>) {
        let command = &self.commands[self.current];
        let used = !command.words.is_empty()
            || !command.input.is_empty()
            || !command.output.is_empty()
            || !command.appended.is_empty()
            || !command.lists.is_empty();
        if used || self.current + 1 < self.commands.len() {
            self.current = self.commands.len();
            self.commands.push(Command::default());
        }
        self.commands[self.current].from = from;
    }

    /// Reads commands up to `)`.
    pub(super) fn inner(&mut self, arithmetic: bool) -> bool {
        if !self.deeper() {
            return false;
        }
        let outer = (self.current, self.arithmetic);
        self.arithmetic = arithmetic;
        self.current = self.commands.len();
        self.commands.push(Command::default());
        let closed = self.list(Some(b')'));
        self.depth -= 1;
        (self.current, self.arithmetic) = outer;
        closed
    }

    /// Goes one level deeper, if that is not too deep.
    pub(super) fn deeper(&mut self) -> bool {
        if self.depth == DEEP {
            self.endless = LOST;
            self.at = self.text.len();
            return false;
        }
        self.depth += 1;
        true
    }

    /// Reads the here-documents that begin on the line above.
    fn read_documents(&mut self) {
        for document in std::mem::take(&mut self.documents) {
            // Without an end it goes on to that of the text, which may be a part of one; of a script, the rest is read as commands.
            let to_end = (!self.script).then_some(self.text.len());
            let Some(end) = self.document_end(&document).or(to_end) else {
                self.endless += 1;
                continue;
            };
            let mut word = Word::at(self.at..end);
            if self.script && document.tag.is_bare() {
                let text = self.text;
                self.text = &text[..end];
                self.double(&mut word, false);
                self.text = text;
            } else {
                word.copy(self.text, self.at..end);
            }
            self.at = self.text.len().min(line_end(self.text, end) + 1);
            self.commands[document.command].input.push(word);
        }
    }

    /// Returns the start of the line that ends a here-document which begins here.
    fn document_end(&self, document: &Document) -> Option<usize> {
        let mut start = self.at;
        while start < self.text.len() {
            let rest = &self.text[start..];
            let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
            let blank =
                |b: &&u8| **b == b'\t' && document.indented || b" \t".contains(b) && !self.script;
            let blanks = line.iter().take_while(blank).count();
            let written = &line[blanks..];
            if written.strip_suffix(b"\r").unwrap_or(written) == document.tag.bytes {
                return Some(start);
            }
            start += line.len() + 1;
        }
        None
    }
}
