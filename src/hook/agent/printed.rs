//! What commands print, as far as that is known without running them.

use super::command::{is_of, name};

/// What a command prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Printed {
    /// This text.
    Text(String),
    /// What this program makes of what is not seen: files, the network, the machine.
    By(String),
    /// What was made of another text so that it cannot be read here.
    Hidden,
}

/// Programs that print what they are given.
const PRINTERS: &str = "echo|printf|print|write-output|write-host";
/// Programs that print what they read, or some of it.
const PASSING: &str = "cat|head|tail|sort|uniq|tee|grep|xargs|column|fold|strings|less";
/// Programs that make another text of what they read.
const CHANGING: &str = "tr|sed|awk|gawk|cut|perl|python|python3|ruby|node|rev|tac";
/// Programs whose output shows nothing of what it was made of, and the words by which they decode (none: always).
const DECODING: &[(&str, &str)] = &[
    ("base64|base32|basenc", "-d|-D|-di|--decode"),
    ("xxd", "-r|-rp|-p -r|-ps"),
    ("openssl", "enc|base64|-d"),
    ("uudecode", ""),
];
/// Programs that print names, dates and numbers: none of them is an option.
const NAMING: &str = "git|ls|find|fd|date|mktemp|pwd|basename|dirname|wc|whoami|seq|realpath|readlink|id|nproc|expr|which|type|command";
/// A text of fewer letters holds no option to get past the hooks.
const FEWEST: usize = 6;

impl Printed {
    /// Tells whether nobody can say that it is no option.
    pub(super) fn may_be_option(&self) -> bool {
        match self {
            Self::Text(text) => text.starts_with('-'),
            Self::By(program) => !is_of(NAMING, program),
            Self::Hidden => true,
        }
    }

    /// Returns a text that stands for it in words: itself, or a command that prints it.
    pub(super) fn shown(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::By(program) => format!("$({program})"),
            Self::Hidden => "$(base64 -d)".to_owned(),
        }
    }
}

/// Returns what a command prints that reads something.
pub(super) fn prints(words: &[String], input: Option<Printed>) -> Printed {
    let wrapper = |word: &&String| is_of("command|builtin|env|sudo|exec", word);
    let words = &words[words.iter().take_while(wrapper).count()..];
    let Some((first, rest)) = words.split_first() else {
        return input.unwrap_or(Printed::By(String::new()));
    };
    let program = name(first).to_ascii_lowercase();
    let changing = is_of(CHANGING, &program);
    match input {
        _ if is_of(PRINTERS, &program) => Printed::Text(text(&program, rest)),
        _ if decodes(&program, rest) => Printed::Hidden,
        Some(Printed::Text(text)) if changing => {
            let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
            if text.contains('$') || letters < FEWEST {
                Printed::By(program)
            } else {
                Printed::Hidden
            }
        }
        Some(known) if changing || is_of(PASSING, &program) => known,
        _ => Printed::By(program),
    }
}

fn decodes(program: &str, words: &[String]) -> bool {
    let mut rows = DECODING.iter().filter(|(names, _)| is_of(names, program));
    rows.any(|(_, options)| options.is_empty() || words.iter().any(|word| is_of(options, word)))
}

/// Returns what a printer prints of its words: in the places that a format has for them, with escapes undone.
pub(super) fn text(program: &str, words: &[String]) -> String {
    let options = match program {
        "printf" => words.iter().take_while(|word| *word == "--").count(),
        _ => words
            .iter()
            .take_while(|word| is_of("-n|-e|-E|-ne|-en", word))
            .count(),
    };
    let words = &words[options..];
    if program != "printf" || words.is_empty() {
        return unescaped(&words.join(" "));
    }
    let mut pieces = words[0].split("%s");
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for word in &words[1..] {
        let piece = pieces.next();
        filled.push_str(if piece.is_none() { " " } else { "" });
        filled.push_str(word);
        filled.push_str(piece.unwrap_or_default());
    }
    unescaped(&filled)
}

/// Undoes the escapes of `echo -e` and `printf`.
fn unescaped(text: &str) -> String {
    let mut pieces = text.split('\\');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    while let Some(piece) = pieces.next() {
        let (digits, radix, most) = match piece.as_bytes().first() {
            Some(b'x') => (&piece[1..], 16, 2),
            Some(b'0'..=b'7') => (piece, 8, 4),
            Some(b'n') => {
                out.push('\n');
                out.push_str(&piece[1..]);
                continue;
            }
            // `\\`
            None => {
                out.push('\\');
                out.push_str(pieces.next().unwrap_or_default());
                continue;
            }
            _ => {
                out.push('\\');
                out.push_str(piece);
                continue;
            }
        };
        let len = digits
            .chars()
            .take(most)
            .take_while(|c| c.is_digit(radix))
            .count();
        let code = u32::from_str_radix(&digits[..len], radix).ok();
        out.extend(code.and_then(char::from_u32));
        out.push_str(&digits[len..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pipe_prints_is_known_or_not() {
        let words = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        let pipe = |commands: &[&str]| {
            commands
                .iter()
                .fold(None, |input, command| Some(prints(&words(command), input)))
        };
        let text = |text: &str| Some(Printed::Text(text.to_owned()));
        assert_eq!(pipe(&["echo -n a b"]), text("a b"));
        assert_eq!(pipe(&[r"printf \x2d%s\055 n", "cat"]), text("-n-"));
        assert_eq!(pipe(&["echo LS1uby12", "base64 -d"]), Some(Printed::Hidden));
        assert_eq!(pipe(&["echo yfirev-on--", "rev"]), Some(Printed::Hidden));
        let by = |program: &str| Some(Printed::By(program.to_owned()));
        assert_eq!(pipe(&["echo v1.2", "cut -c2-"]), by("cut"));
        assert_eq!(pipe(&["git branch", "sed s/x/y/"]), by("git"));
        assert_eq!(pipe(&["cat file"]), by("cat"));
    }
}
