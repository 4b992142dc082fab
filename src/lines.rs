//! The form of a text file that is edited: its byte order mark and its line ends, kept as they are.

/// How a file is written, apart from its text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Form {
    /// Whether it begins with the byte order mark of UTF-8.
    mark: bool,
    /// Whether each line ends with CR LF.
    crlf: bool,
}

/// The byte order mark in UTF-8.
const MARK: &str = "\u{FEFF}";

impl Form {
    /// Returns the form of a file and its text with plain line ends; nothing if it is no UTF-8. Where line ends are mixed,
    /// they stay in the text.
    pub fn of(bytes: &[u8]) -> Option<(Self, String)> {
        let text = str::from_utf8(bytes).ok()?;
        let rest = text.strip_prefix(MARK);
        let text = rest.unwrap_or(text);
        let (pairs, ends) = (text.matches("\r\n").count(), text.matches('\n').count());
        let form = Self {
            mark: rest.is_some(),
            crlf: pairs > 0 && pairs == ends && text.matches('\r').count() == pairs,
        };
        let plain = if form.crlf {
            text.replace("\r\n", "\n")
        } else {
            text.to_owned()
        };
        Some((form, plain))
    }

    /// Returns a text as a file of this form.
    pub fn written(self, text: &str) -> Vec<u8> {
        let mark = if self.mark { MARK } else { "" };
        let text = if self.crlf {
            text.replace('\n', "\r\n")
        } else {
            text.to_owned()
        };
        [mark.as_bytes(), text.as_bytes()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_form() {
        for (file, text) in [
            ("", ""),
            ("a\nb", "a\nb"),
            ("a\r\nb\r\n", "a\nb\n"),
            ("\u{FEFF}a\r\n", "a\n"),
            ("a\r\nb\n", "a\r\nb\n"),
            ("a\rb\r\n", "a\rb\r\n"),
        ] {
            let (form, read) = Form::of(file.as_bytes()).expect("it is UTF-8");
            assert_eq!(read, text);
            assert_eq!(form.written(&read), file.as_bytes(), "{file:?}");
        }
        assert_eq!(Form::of(b"a\xff"), None);
        let (form, _) = Form::of("a\r\n".as_bytes()).expect("it is UTF-8");
        assert_eq!(form.written("a\nb\n"), b"a\r\nb\r\n");
    }
}
