//! Passwords on command lines: `mysql -p…`, `curl -u user:…`, `sshpass -p …`, `--password …`, `PGPASSWORD=…`.

use std::ops::Range;

use super::clients::{POSITIONS, PROGRAMS, Position, Program};
use super::shell_words::Words;
use super::text::{at_word, ends_word, in_name, quoted, since, skip_blanks, until};
use super::{default_in, found};
use crate::detect::placeholder::is_reference;
use crate::fragment::Fragment;
use crate::lexicon::secret_name;
use crate::rule::{Found, Login, Site};

/// How far a command is followed.
const REACH: usize = 800;
/// Among so many words of a command the one is looked for that a password follows: `mc alias set`.
const MOST: usize = 12;

/// Commands with the password at a fixed place: `rabbitmqctl add_user NAME PASSWORD`; `at` is that of the program's name.
pub fn positional_command(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let end = until(text, at, 24, |b| !in_name(b));
    let name = &text[at..end];
    if at > 0 && in_name(text[at - 1]) || !matches!(text.get(end), Some(b' ' | b'\t')) {
        return None;
    }
    let mut words = Words {
        text,
        at: end,
        end: text.len().min(end + REACH),
        list: false,
    };
    let mut before = 0;
    for _ in 0..MOST {
        let word = words.next()?;
        let is = |position: &&Position| {
            position.program.as_bytes() == name && position.behind.as_bytes() == &text[word.clone()]
        };
        if let Some(position) = POSITIONS.iter().find(is) {
            before = position.word;
            break;
        }
    }
    let mut user = 0..0;
    for place in 1..=before {
        let word = words.next()?;
        if place < before {
            user = word;
            continue;
        }
        // Prose has words there, too.
        return Some(found(
            word,
            Login {
                site: Site::Loose,
                user: text[user].to_vec(),
                ..Login::default()
            },
        ));
    }
    None
}

/// A password that is piped into a command: `echo "v" | docker login --password-stdin`, or `<<< "v"` behind it.
pub fn password_stdin(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    // `sudo -S` reads a password, `sudo -s` commands.
    if text[at..].starts_with(b"sudo -s") {
        return None;
    }
    let start = since(text, at, REACH, |b| b == b'\n');
    let piped = text[start..at].iter().rposition(|&b| b == b'|');
    let piped = piped.and_then(|pipe| {
        let head = &text[start..start + pipe];
        let echo = ["echo ", "printf "]
            .iter()
            .filter_map(|name| Some(memchr::memmem::rfind(head, name.as_bytes())? + name.len()))
            .max()?;
        let mut words = Words {
            text,
            at: start + echo,
            end: start + pipe,
            list: false,
        };
        let mut word = words.next()?;
        while text[word.clone()].starts_with(b"-") || &text[word.clone()] == b"%s" {
            word = words.next()?;
        }
        // Of several words none is the password.
        words.next().is_none().then_some(word)
    });
    let here = || {
        let end = until(text, at, REACH, |b| b == b'\n');
        let string = at + memchr::memmem::find(&text[at..end], b"<<<")? + 3;
        Words {
            text,
            at: string,
            end,
            list: false,
        }
        .next()
    };
    let mut word = piped.or_else(here)?;
    let mut user = word.start..word.start;
    if at_word(text, at, b"chpasswd") {
        let colon = word.start + memchr::memchr(b':', &text[word.clone()])?;
        user.end = colon;
        word.start = colon + 1;
    }
    Some(found(word, Login::of(&text[user], b"")))
}

/// Command-line clients, `curl -u user:password` among them; `at` is that of the program's name.
pub fn client_command(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    // `--link db:mongo` is none.
    if at > 0 && (in_name(text[at - 1]) || b"-.:@".contains(&text[at - 1])) {
        return None;
    }
    let end = until(text, at, 24, |b| !in_name(b) && b != b'-');
    let name = &text[at..end];
    let end = if at_word(text, end, b".exe") {
        end + 4
    } else {
        end
    };
    // The words of a command are a list, too: `["curl", "-u", "user:password"]`.
    let list = text.get(end).is_some_and(|b| b"\"'".contains(b))
        && at > 0
        && text[at - 1] == text[end]
        && text.get(skip_blanks(text, end + 1)) == Some(&b',');
    if !list && !matches!(text.get(end), Some(b' ' | b'\t')) {
        return None;
    }
    let words = || Words {
        text,
        at: end + usize::from(list),
        end: text.len().min(end + REACH),
        list,
    };
    let of_name = |program: &&Program| program.names.iter().any(|known| name == known.as_bytes());
    PROGRAMS
        .iter()
        .filter(of_name)
        .find_map(|program| of_program(text, program, name, words()))
}

/// Returns the password among the words behind the name of a program.
fn of_program(text: &[u8], program: &Program, name: &[u8], mut words: Words<'_>) -> Option<Found> {
    let mut login: Option<(Range<usize>, Range<usize>)> = None;
    let mut host = 0..0;
    let mut ready = program.only.is_empty();
    let mut named = program.named.is_empty();
    while let Some(word) = words.next() {
        let written = &text[word.clone()];
        if written == name {
            break;
        }
        ready |= written == program.only.as_bytes();
        let is_host = written == b"-h" || written == b"--host";
        if let Some(start) = memchr::memmem::find(written, b"://") {
            let from = word.start + start + 3;
            host = from..until(text, from, 128, |b| ends_word(b) || b"/?:".contains(&b));
        } else if program
            .named
            .iter()
            .any(|option| written == option.as_bytes())
        {
            let path = &text[words.next()?];
            named = path
                .rsplit(|b| *b == b'/')
                .next()
                .and_then(secret_name)
                .is_some();
        } else if is_host {
            host = words.next()?;
        } else if let Some(rest) = written.strip_prefix(b"--host=") {
            host = word.end - rest.len()..word.end;
        } else if login.is_none() && ready {
            login = password(text, program, &word, &mut words);
            // The next command has its own turn.
            if login
                .as_ref()
                .is_some_and(|(_, value)| &text[value.clone()] == name)
            {
                return None;
            }
        }
    }
    let (user, value) = login.filter(|_| named)?;
    let mut value = default_in(text, value);
    text[value.clone()].strip_prefix(program.prefix.as_bytes())?;
    value.start += program.prefix.len();
    let password = &text[value.clone()];
    // `--user 1000:1000`, and options where a value was expected.
    if password.iter().all(u8::is_ascii_digit) && password.len() < 8
        || password.starts_with(b"-")
        || password.starts_with(b"/")
        || password.starts_with(b"{")
        || memchr::memmem::find(password, b"://").is_some()
    {
        return None;
    }
    Some(found(value, Login::of(&text[user], &text[host])))
}

/// Returns the user (if it stands there) and the password of the option `word`.
fn password(
    text: &[u8],
    program: &Program,
    word: &Range<usize>,
    words: &mut Words<'_>,
) -> Option<(Range<usize>, Range<usize>)> {
    let written = &text[word.clone()];
    for option in program.attached {
        if written.len() > option.len() && written.starts_with(option.as_bytes()) {
            return Some((0..0, unquoted(text, word.start + option.len()..word.end)));
        }
    }
    for option in program.next {
        if written == option.as_bytes() {
            return words.next().map(|value| (0..0, value));
        }
        if written
            .strip_prefix(option.as_bytes())
            .is_some_and(|rest| rest.starts_with(b"="))
        {
            return Some((
                0..0,
                unquoted(text, word.start + option.len() + 1..word.end),
            ));
        }
    }
    for option in program.login {
        let value = if written == option.as_bytes() {
            words.next()?
        } else if written.starts_with(option.as_bytes()) && written.get(option.len()) == Some(&b'=')
        {
            unquoted(text, word.start + option.len() + 1..word.end)
        } else if let Some(len) = attached(written, option) {
            if len == written.len() {
                words.next()?
            } else {
                unquoted(text, word.start + len..word.end)
            }
        } else {
            continue;
        };
        if value.len() > 200 {
            return None;
        }
        let Some(colon) = text[value.clone()].iter().position(|&b| b == b':') else {
            // `'user':'password'`: the shell joins what stands side by side.
            let colon = words.at;
            return (text.get(colon) == Some(&b':'))
                .then(|| Some((value, words.part(colon + 1)?)))
                .flatten();
        };
        let colon = colon + value.start;
        if colon + 1 == value.end && text.get(value.end).is_some_and(|b| b"\"'".contains(b)) {
            return Some((value.start..colon, words.part(value.end)?));
        }
        if is_reference(&text[value.start..colon]) && text[value.start..colon].contains(&b'{') {
            return None;
        }
        // An empty password: the user's name is the key (`-u sk_live_…:`), which has rules of its own.
        return (colon + 1 < value.end).then_some((value.start..colon, colon + 1..value.end));
    }
    None
}

/// Returns the length of a word's part up to the value that is written right behind an option of one letter, which may
/// stand behind other letters that take none: `-uNAME:PASSWORD`, `-sSu NAME:PASSWORD`.
fn attached(word: &[u8], option: &str) -> Option<usize> {
    /// Options of curl that take no value.
    const FLAGS: &[u8] = b"0123456aBfgGijIklLMnNOpqRsSvZ#";
    let &[b'-', letter] = option.as_bytes() else {
        return None;
    };
    let letters = word.strip_prefix(b"-")?;
    let flags = letters.iter().take_while(|b| FLAGS.contains(b)).count();
    (letters.get(flags) == Some(&letter)).then_some(flags + 2)
}

fn unquoted(text: &[u8], range: Range<usize>) -> Range<usize> {
    quoted(text, range.start).map_or(range, |value| value.range)
}
