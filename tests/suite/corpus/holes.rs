//! Fills the holes of corpus lines with passwords as people choose them; every other hole is a template's.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use hexguard::rule::template::Random;

use super::Part;
use crate::support::template::fill;

/// The words of one kind in `nouns.txt`.
fn words(kind: &str) -> Vec<&'static str> {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/nouns.txt");
        fs::read_to_string(path).unwrap()
    });
    text.lines()
        .filter_map(|line| line.strip_prefix(kind)?.strip_prefix(": "))
        .flat_map(str::split_whitespace)
        .collect()
}

/// Chooses words and patterns for one filling of a line.
struct Chooser {
    random: Random,
    part: Part,
}

impl Chooser {
    fn below(&mut self, bound: usize) -> usize {
        let bytes = self.random.bytes(2);
        (usize::from(bytes[0]) << 8 | usize::from(bytes[1])) % bound
    }

    /// Returns a word of a kind: one of the even ones for lines to fit, of the odd ones for the others.
    fn word(&mut self, kind: &str) -> &'static str {
        let words = words(kind);
        let odd = usize::from(self.part == Part::HeldOut);
        words[self.below(words.len() / 2) * 2 + odd]
    }

    fn capital(&mut self, kind: &str) -> String {
        let word = self.word(kind);
        word[..1].to_uppercase() + &word[1..]
    }

    fn digits(&mut self, count: usize) -> String {
        self.random.text("0123456789", count)
    }

    fn year(&mut self) -> usize {
        1950 + self.below(75)
    }

    fn one_of(&mut self, marks: &str) -> String {
        self.random.text(marks, 1)
    }

    /// Returns a password of words of a kind, digits and marks.
    fn chosen(&mut self, kind: &str) -> String {
        let (one, two) = (self.capital(kind), self.capital(kind));
        let mark = self.one_of("!?+*=#");
        match self.below(9) {
            0 => format!("{one}{}{mark}", self.digits(2)),
            1 => format!("{one}{two}{}", self.digits(2)),
            2 => format!("{}{one}_{}", self.digits(2), two.to_lowercase()),
            3 => format!("{one}{}", self.digits(4)),
            4 => format!("{}@{}", one.to_lowercase(), self.digits(3)),
            5 => format!("{one}-{}-{}", two.to_lowercase(), self.digits(2)),
            6 => format!("{}{}{mark}", one.to_lowercase(), self.year()),
            7 => format!("{one}.{two}{mark}{}", self.digits(1)),
            _ => format!("{}{mark}{one}", self.digits(3)),
        }
    }

    /// Returns one that may stand in a URL as it is.
    fn for_urls(&mut self) -> String {
        self.chosen("english")
            .replace(['@', '?', '#'], "-")
            .replace(['+', '*', '='], "_")
    }

    /// Returns one with several marks.
    fn marked(&mut self) -> String {
        let marks = "!#^*+=?~@";
        let word = self.capital("english");
        let (head, tail) = word.split_at(word.len() / 2);
        let (one, two) = (self.one_of(marks), self.one_of(marks));
        let digits = self.digits(2);
        format!("{head}{one}{tail}{digits}{two}")
    }

    /// Returns one with digits in place of letters.
    fn disguised(&mut self) -> String {
        let (one, two) = (self.capital("english"), self.word("english"));
        let word = one
            .replace('a', "4")
            .replace('e', "3")
            .replace('o', "0")
            .replace('i', "1");
        format!("{word}_{two}{}", self.digits(1))
    }

    /// Returns one that is nobody's own: a default with a number.
    fn weak(&mut self) -> String {
        let word = self.word("weak");
        match self.below(4) {
            0 => format!("{word}123"),
            1 => format!("{word}1234"),
            2 => format!("{word}{}", 2019 + self.below(7)),
            _ => format!("{}{}123!", word[..1].to_uppercase(), &word[1..]),
        }
    }
}

/// Returns a line with every hole filled, as its part and the seed decide.
pub(super) fn filled(line: &str, part: Part, seed: u64) -> String {
    let mut chooser = Chooser {
        random: Random::new(seed),
        part,
    };
    let mut line = line.to_owned();
    for name in [
        "human",
        "human_url",
        "foreign",
        "marked",
        "leet",
        "weak",
        "words",
        "phrase",
        "noun",
        "token",
    ] {
        let hole = format!("{{{{{name}}}}}");
        if !line.contains(&hole) {
            continue;
        }
        let nouns = |chooser: &mut Chooser, count: usize| -> Vec<&str> {
            (0..count).map(|_| chooser.word("english")).collect()
        };
        let value = match name {
            "human" => chooser.chosen("english"),
            "human_url" => chooser.for_urls(),
            "foreign" => chooser.chosen("foreign"),
            "marked" => chooser.marked(),
            "leet" => chooser.disguised(),
            "weak" => chooser.weak(),
            "words" => nouns(&mut chooser, 4).join(" "),
            "phrase" => {
                let words = nouns(&mut chooser, 2).join("-");
                format!("{words}-{}", 10 + chooser.below(90))
            }
            "noun" => chooser.word("english").to_owned(),
            // A name, so that it may stand inside of other braces.
            _ => fill("{{alnum:32}}", seed),
        };
        line = line.replace(&hole, &value);
    }
    fill(&line, seed)
}
