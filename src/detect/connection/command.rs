//! Passwords on command lines: `mysql -p…`, `curl -u user:…`, `sshpass -p …`, and what is piped into a command.

use std::ops::Range;

use super::clients::{POSITIONS, PROGRAMS, Position, Program};
use super::text::{LONGEST, at_word, ends_word, in_name, quoted, since, skip_blanks, until};
use super::{default_in, found_in};
use crate::detect::lex::shell::{Shell, Word};
use crate::detect::placeholder::is_reference;
use crate::fragment::Fragment;
use crate::lexicon::secret_name;
use crate::rule::{Found, Login, SecretKind};

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
    let mut words = Shell::around(text, end, REACH);
    let position = words.by_ref().take(MOST).find_map(|word| {
        let is =
            |one: &&Position| one.program.as_bytes() == name && one.behind.as_bytes() == word.bytes;
        POSITIONS.iter().find(is)
    })?;
    let mut word = words.next()?;
    let mut login = Login::loose(SecretKind::Password);
    for _ in 1..position.word {
        login.user = std::mem::replace(&mut word, words.next()?).bytes;
    }
    // Prose has words there, too.
    Some(found_in(&word, 0..word.bytes.len(), login))
}

/// A password that is piped into a command: `echo "v" | docker login --password-stdin`, or `<<< "v"` behind it.
pub fn password_stdin(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    // `sudo -S` reads a password, `sudo -s` commands.
    if text[at..].starts_with(b"sudo -s") {
        return None;
    }
    let has_users = at_word(text, at, b"chpasswd");
    let word = if at_word(text, at, b"chpasswd:") {
        user_list(text, at)
    } else {
        piped(text, at).or_else(|| Shell::around(text, at, REACH).input().pop())
    }?;
    let mut all = passwords(&word, has_users).into_iter();
    let first = all.next()?;
    let more: Vec<Found> = all.collect();
    // Of several lines none is the password.
    (has_users || more.is_empty()).then_some(Found { more, ..first })
}

/// Returns what is printed into the command at an offset, if that is one word or stands in lines.
fn piped(text: &[u8], at: usize) -> Option<Word> {
    let start = since(text, at, REACH, |b| b == b'\n');
    let pipe = start + memchr::memrchr(b'|', &text[start..at])?;
    let behind = |name: &&str| {
        Some(start + memchr::memmem::rfind(&text[start..pipe], name.as_bytes())? + name.len())
    };
    let Some(printed) = ["echo ", "printf "].iter().filter_map(behind).max() else {
        return Shell::around(text, behind(&"cat ")?, REACH).input().pop();
    };
    let option = |word: &Word| {
        word.bytes.starts_with(b"-") || memchr::memmem::find(&word.bytes, b"%s").is_some()
    };
    let mut words = Shell::around(&text[..pipe], printed, REACH).skip_while(option);
    let word = words.next()?;
    words.next().is_none().then_some(word)
}

/// Returns the lines below `list:`, of cloud-init's `chpasswd:`.
fn user_list(text: &[u8], at: usize) -> Option<Word> {
    let list = at + memchr::memmem::find(&text[at..text.len().min(at + 80)], b"list:")?;
    let start = until(text, list, 16, |b| b == b'\n') + 1;
    let end = text.len().min(start + REACH);
    (start <= end).then(|| Word::plain(text, start..end))
}

/// Returns the passwords in lines that a program reads, behind the users if it wants them.
fn passwords(word: &Word, has_users: bool) -> Vec<Found> {
    let mut all = Vec::new();
    let mut next = 0;
    for line in word.bytes.split(|b| *b == b'\n') {
        next += line.len() + 1;
        let value = line.trim_ascii_start();
        let value = value.strip_prefix(b"- ").unwrap_or(value);
        let start = next - 1 - value.len();
        let value = value.trim_ascii_end();
        // `printf` ends the line by itself.
        let value = value.strip_suffix(b"\\n").unwrap_or(value);
        let user = match memchr::memchr(b':', value) {
            Some(colon) if has_users && value.get(colon + 1).is_some_and(|b| *b != b' ') => {
                colon + 1
            }
            _ if has_users => break,
            _ => 0,
        };
        if user < value.len() {
            let login = Login::of(&value[..user.saturating_sub(1)], b"");
            all.push(found_in(word, start + user..start + value.len(), login));
        }
    }
    all
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
    let end = end + 4 * usize::from(at_word(text, end, b".exe"));
    // The words of a command are a list, too: `["curl", "-u", "user:password"]`.
    let list = text.get(end).is_some_and(|b| b"\"'".contains(b))
        && at > 0
        && text[at - 1] == text[end]
        && text.get(skip_blanks(text, end + 1)) == Some(&b',');
    if !list && !matches!(text.get(end), Some(b' ' | b'\t')) {
        return None;
    }
    let of_name = |program: &&Program| program.names.iter().any(|known| name == known.as_bytes());
    PROGRAMS.iter().filter(of_name).find_map(|program| {
        if list {
            of_program(program, name, &mut strings(text, end + 1))
        } else {
            of_program(program, name, &mut Shell::around(text, end, REACH))
        }
    })
}

/// Returns the strings of a list that goes on behind a string; what is none is an empty word.
fn strings(text: &[u8], mut at: usize) -> impl Iterator<Item = Word> {
    let text = &text[..text.len().min(at + REACH)];
    std::iter::from_fn(move || {
        let comma = until(text, at, 64, |b| !b.is_ascii_whitespace());
        let start = until(text, comma + 1, 64, |b| !b.is_ascii_whitespace());
        text.get(comma).filter(|b| **b == b',')?;
        let value = quoted(text, start);
        at = value.as_ref().map_or_else(
            || until(text, start, LONGEST, |b| b",])\"'".contains(&b)),
            |value| value.next,
        );
        Some(Word::plain(
            text,
            value.map_or(start..start, |value| value.range),
        ))
    })
}

/// A part of a word.
type Part = (Word, Range<usize>);

/// Returns the password among the words behind the name of a program.
fn of_program(
    program: &Program,
    name: &[u8],
    words: &mut dyn Iterator<Item = Word>,
) -> Option<Found> {
    let mut login: Option<(Vec<u8>, Part)> = None;
    let mut host = Vec::new();
    let mut ready = program.only.is_empty();
    let mut named = program.named.is_empty();
    while let Some(word) = words.next() {
        let written = &word.bytes[..];
        if written == name {
            break;
        }
        ready |= written == program.only.as_bytes();
        let is = |options: &[&str]| options.iter().any(|option| written == option.as_bytes());
        if let Some(start) = memchr::memmem::find(written, b"://") {
            let from = start + 3;
            host = written
                [from..until(written, from, 128, |b| ends_word(b) || b"/?:".contains(&b))]
                .to_vec();
        } else if is(program.named) {
            let path = words.next()?.bytes;
            let last = path.rsplit(|b| *b == b'/').next();
            named = last.and_then(secret_name).is_some();
        } else if is(&["-h", "--host"]) {
            host = words.next()?.bytes;
        } else if let Some(rest) = written.strip_prefix(b"--host=") {
            host = rest.to_vec();
        } else if login.is_none() && ready {
            login = password(program, word, words);
            // The next command has its own turn.
            if login
                .as_ref()
                .is_some_and(|(_, (word, part))| &word.bytes[part.clone()] == name)
            {
                return None;
            }
        }
    }
    let (user, (word, part)) = login.filter(|_| named)?;
    let mut part = default_in(&word.bytes, part);
    word.bytes[part.clone()].strip_prefix(program.prefix.as_bytes())?;
    part.start += program.prefix.len();
    let password = &word.bytes[part.clone()];
    // `--user 1000:1000`, and options where a value was expected.
    if password.iter().all(u8::is_ascii_digit) && password.len() < 8
        || password.first().is_some_and(|b| b"-/{".contains(b))
        || memchr::memmem::find(password, b"://").is_some()
    {
        return None;
    }
    Some(found_in(&word, part, Login::of(&user, &host)))
}

/// Returns the user (if it stands there) and the password of the option `word`.
fn password(
    program: &Program,
    word: Word,
    words: &mut dyn Iterator<Item = Word>,
) -> Option<(Vec<u8>, Part)> {
    let end = word.bytes.len();
    let behind = |option: &str| {
        word.bytes
            .starts_with(option.as_bytes())
            .then_some(option.len())
    };
    // Where the value of an option begins: at the end of the word if it is the next one.
    let value = |option: &&str| {
        let len = behind(option)?;
        (len == end || word.bytes[len] == b'=').then_some(end.min(len + 1))
    };
    let glued = |option: &&str| behind(option).filter(|len| *len < end);
    let password = program
        .attached
        .iter()
        .find_map(glued)
        .or_else(|| program.next.iter().find_map(value));
    let login = |option: &&str| value(option).or_else(|| attached(&word.bytes, option));
    let start = password.or_else(|| program.login.iter().find_map(login))?;
    let (word, start) = if start == end {
        (words.next()?, 0)
    } else {
        (word, start)
    };
    let part = start..word.bytes.len();
    if password.is_some() {
        return Some((Vec::new(), (word, part)));
    }
    let written = &word.bytes[part.clone()];
    let colon = memchr::memchr(b':', written).filter(|_| part.len() <= 200)?;
    let user = written[..colon].to_vec();
    let template = is_reference(&user) && user.contains(&b'{');
    // An empty password: the user's name is the key (`-u sk_live_…:`), which has rules of its own.
    (!template && colon + 1 < part.len()).then(|| (user, (word, part.start + colon + 1..part.end)))
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
