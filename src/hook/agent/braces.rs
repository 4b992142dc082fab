//! Braces: the words that a shell makes of one with `{a,b}` or `{a..c}` in it.

use crate::detect::lex::shell::Word;

/// So many steps are made for one word.
const MOST: usize = 100_000;
/// Braces inside of braces are followed so deep.
const DEEP: usize = 40;
/// Of a longer sequence, the two ends are known.
const LONGEST: i64 = 100;

/// A byte, and whether it may be one of the marks.
type Byte = (u8, bool);

/// Returns the words for which a word stands; `None` if there are too many.
pub(super) fn expanded(word: &Word) -> Option<Vec<Vec<u8>>> {
    if !word.bytes.contains(&b'{') {
        return Some(vec![word.bytes.clone()]);
    }
    let open = word.open();
    let bytes: Vec<Byte> = word.bytes.iter().copied().zip(open).collect();
    let words = words(&bytes, &mut MOST.clone(), 0)?;
    let plain = |word: Vec<Byte>| word.into_iter().map(|(byte, _)| byte).collect();
    Some(words.into_iter().map(plain).collect())
}

fn words(bytes: &[Byte], left: &mut usize, depth: usize) -> Option<Vec<Vec<Byte>>> {
    let (mut found, mut at) = (vec![Vec::new()], 0);
    while at < bytes.len() {
        let items = match bytes[at] {
            (b'{', true) => items(&bytes[at..], left)?,
            _ => (1, Vec::new()),
        };
        let (len, parts) = match items {
            (len, items) if !items.is_empty() => {
                let mut parts = Vec::new();
                for item in items {
                    // A sequence has no braces in it.
                    let deeper = depth < DEEP;
                    parts.extend(deeper.then(|| words(&item, left, depth + 1)).flatten()?);
                }
                (len, parts)
            }
            _ => (1, vec![vec![bytes[at]]]),
        };
        let size: usize = found.iter().map(|start| start.len() + 1).sum();
        *left = left.checked_sub(if parts.len() > 1 {
            size * parts.len()
        } else {
            1
        })?;
        found = match &parts[..] {
            [one] => {
                for start in &mut found {
                    start.extend(one);
                }
                found
            }
            parts => (found.iter())
                .flat_map(|start| parts.iter().map(|part| [&start[..], part].concat()))
                .collect(),
        };
        at += len;
    }
    Some(found)
}

/// Reads the braces at the start of a text: their length, and what stands between the commas, nothing if they
/// are no such braces; `None` if there is too much.
fn items(bytes: &[Byte], left: &mut usize) -> Option<(usize, Vec<Vec<Byte>>)> {
    let (mut depth, mut commas) = (0, Vec::new());
    for (at, byte) in bytes.iter().enumerate() {
        *left = left.checked_sub(1)?;
        match byte {
            (b'{', true) => depth += 1,
            (b',', true) if depth == 1 => commas.push(at),
            (b'}', true) => depth -= 1,
            _ => {}
        }
        if depth > 0 {
            continue;
        }
        let inside = &bytes[1..at];
        if commas.is_empty() {
            return Some((at + 1, sequence(inside).unwrap_or_default()));
        }
        let starts = std::iter::once(0).chain(commas.iter().copied());
        let ends = commas.iter().copied().chain([at]);
        let parts = starts
            .zip(ends)
            .map(|(start, end)| bytes[start + 1..end].to_vec());
        return Some((at + 1, parts.collect()));
    }
    Some((1, Vec::new()))
}

/// Returns what stands for `a..c` or `1..3`.
fn sequence(inside: &[Byte]) -> Option<Vec<Vec<Byte>>> {
    let text: Vec<u8> = inside.iter().map(|(byte, _)| *byte).collect();
    let text = String::from_utf8(text).ok()?;
    let mut parts = text.splitn(3, "..");
    let (from, to) = (parts.next()?, parts.next()?);
    let one = |text: &str| match text.as_bytes() {
        [byte] => Some(*byte).filter(u8::is_ascii_alphabetic),
        _ => None,
    };
    let numbers = from.parse::<i64>().ok().zip(to.parse::<i64>().ok());
    let all: Vec<String> = if let Some((from, to)) = numbers {
        let (low, high) = (from.min(to), from.max(to));
        let few = high.checked_sub(low).is_some_and(|many| many < LONGEST);
        let all = if few {
            (low..=high).collect()
        } else {
            vec![low, high]
        };
        all.iter().map(i64::to_string).collect()
    } else {
        let (from, to) = (one(from)?, one(to)?);
        let all = from.min(to)..=from.max(to);
        all.map(|byte| char::from(byte).to_string()).collect()
    };
    let closed = |text: String| {
        text.into_bytes()
            .into_iter()
            .map(|byte| (byte, false))
            .collect()
    };
    Some(all.into_iter().map(closed).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::lex::shell::commands;

    #[test]
    fn words_are_those_that_a_shell_makes() {
        let long = format!("{}{}", "{".repeat(1_000), ",}".repeat(1_000));
        for (text, wanted) in [
            ("no-verif{y,y}", Some("no-verify no-verify")),
            ("a{b,c}d", Some("abd acd")),
            ("{a,b}{1,2}", Some("a1 a2 b1 b2")),
            ("{a,b{c,d}}e", Some("ae bce bde")),
            ("{,a}b", Some("b ab")),
            ("-{n..n}", Some("-n")),
            ("{a..c}{3..1}", Some("a1 a2 a3 b1 b2 b3 c1 c2 c3")),
            ("{1..2000}", Some("1 2000")),
            ("'{a,b}'", Some("{a,b}")),
            ("x'y'{a,b}", Some("xya xyb")),
            (r"\{a,b}", Some("{a,b}")),
            ("${a,b}", Some("${a,b}")),
            ("{$(x,y),b}", Some("$(x,y) b")),
            ("{}", Some("{}")),
            ("{a..}", Some("{a..}")),
            ("HEAD@{1}", Some("HEAD@{1}")),
            ("a{b{c,d}", Some("a{bc a{bd")),
            (&"{a,b}".repeat(40), None),
            (&"{a,".repeat(100_000), None),
            (&long, None),
        ] {
            let commands = commands(text.as_bytes()).expect("it can be read");
            let words = expanded(&commands[0].words[0]);
            let words = words.map(|words| {
                let texts = words
                    .iter()
                    .map(|word| String::from_utf8_lossy(word).into_owned());
                texts.collect::<Vec<_>>().join(" ")
            });
            assert_eq!(words.as_deref(), wanted, "{}", &text[..text.len().min(20)]);
        }
    }
}
