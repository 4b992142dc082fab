//! The form of a text file that is edited: its byte order mark and its line ends, kept as they are.

/// How a file is written, apart from its text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Form {
    /// Whether it begins with the byte order mark of UTF-8.
    mark: bool,
    /// Whether each line ends with CR LF.
    crlf: bool,
    /// Whether its last line has no end.
    open: bool,
}

/// The byte order mark in UTF-8.
const MARK: &str = "\u{FEFF}";

impl Form {
    /// Returns the form of a file and its text with a plain end of each line, the last one included. None where it could not be given back as it was: it is
    /// no UTF-8, as UTF-16 it has zero bytes, or its lines end in different ways.
    pub fn of(bytes: &[u8]) -> Option<(Self, String)> {
        let text = str::from_utf8(bytes)
            .ok()
            .filter(|text| !text.contains('\0'))?;
        let rest = text.strip_prefix(MARK);
        let text = rest.unwrap_or(text);
        let (pairs, ends) = (text.matches("\r\n").count(), text.matches('\n').count());
        let form = Self {
            mark: rest.is_some(),
            crlf: pairs > 0,
            open: !text.is_empty() && !text.ends_with('\n'),
        };
        let end = if form.open { "\n" } else { "" };
        match pairs {
            0 => Some((form, format!("{text}{end}"))),
            _ if pairs == ends => Some((form, text.replace("\r\n", "\n") + end)),
            _ => None,
        }
    }

    /// Returns a text as a file of this form.
    pub fn written(self, text: &str) -> Vec<u8> {
        let mark = if self.mark { MARK } else { "" };
        let text = match text.strip_suffix('\n') {
            Some(short) if self.open => short,
            _ => text,
        };
        let text = if self.crlf {
            text.replace('\n', "\r\n")
        } else {
            text.to_owned()
        };
        [mark.as_bytes(), text.as_bytes()].concat()
    }
}

/// Returns a file with a change made to its text; none where that cannot be given back as it was, or `change` makes none.
pub fn changed(bytes: &[u8], change: impl FnOnce(&str) -> Option<String>) -> Option<Vec<u8>> {
    let (form, text) = Form::of(bytes)?;
    Some(form.written(&change(&text)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_form() {
        for (file, text) in [
            ("", ""),
            ("a\nb", "a\nb\n"),
            ("a\r\nb", "a\nb\n"),
            ("a\r\nb\r\n", "a\nb\n"),
            ("\u{FEFF}a\r\n", "a\n"),
            ("\u{FEFF}a\n", "a\n"),
        ] {
            let (form, read) = Form::of(file.as_bytes()).expect("it can be edited");
            assert_eq!(read, text);
            assert_eq!(form.written(&read), file.as_bytes(), "{file:?}");
        }
        for other in [&b"caf\xe9\n"[..], b"\xff\xfea\0\n\0", b"a\0\n", b"a\r\nb\n"] {
            assert_eq!(Form::of(other), None, "{other:?}");
        }
        let (form, _) = Form::of("a\r\n".as_bytes()).expect("it is UTF-8");
        assert_eq!(form.written("a\nb\n"), b"a\r\nb\r\n");
    }
}
