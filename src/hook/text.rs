//! Text: a file of the project, changed as lines that end with a line feed, and given back in the form that it had.

/// What some editors put before a text in UTF-8.
const MARK: &str = "\u{feff}";

/// Returns a file with a change made to its text. None where the change is none of those that are safe to make, and where
/// the bytes are no text in UTF-8: then the file is not to be written.
pub(super) fn changed(
    bytes: &[u8],
    change: impl FnOnce(&str) -> Option<String>,
) -> Option<Vec<u8>> {
    let text = read(bytes)?;
    let (mark, body) = match text.strip_prefix(MARK) {
        Some(body) => (MARK, body),
        None => ("", text),
    };
    let carried = body.matches("\r\n").count();
    if carried == 0 {
        return Some((mark.to_owned() + &change(body)?).into_bytes());
    }
    // Where some lines end otherwise, it could not be given back as it was.
    if carried != body.matches('\n').count() {
        return None;
    }
    let after = change(&body.replace("\r\n", "\n"))?;
    Some((mark.to_owned() + &after.replace('\n', "\r\n")).into_bytes())
}

/// Returns what a file says; none where it is no text in UTF-8. A text in UTF-16 has zero bytes.
pub(super) fn read(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    (!text.contains('\0')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_the_form_that_it_had() {
        let add = |text: &str| Some(text.to_owned() + "b\n");
        for (before, after) in [
            ("a\n", "a\nb\n"),
            ("a\r\n", "a\r\nb\r\n"),
            ("\u{feff}a\n", "\u{feff}a\nb\n"),
            ("\u{feff}a\r\n", "\u{feff}a\r\nb\r\n"),
        ] {
            assert_eq!(
                changed(before.as_bytes(), add).as_deref(),
                Some(after.as_bytes())
            );
        }
        for other in [&b"caf\xe9\n"[..], b"\xff\xfea\0\n\0", b"a\0\n", b"a\r\nb\n"] {
            assert_eq!(changed(other, add), None, "{other:?}");
        }
        assert_eq!(changed(b"a\n", |_| None), None);
    }
}
