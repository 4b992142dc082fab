//! Name: what a member of a container is called, in reports and for the detector.

/// The name of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As reports call it: `a.zip!b.tar.gz!c/.env`.
    pub shown: Vec<u8>,
    /// As a path, by which the detector and the patterns of the configuration judge it: `a.zip/b.tar.gz/c/.env`.
    pub path: Vec<u8>,
    /// How many bytes of both are the path of the outermost file.
    pub file: usize,
    /// Whether it is a sheet that was written out as comma-separated values.
    pub sheet: bool,
    /// Whether it is what stands encoded in a text, which nobody named.
    pub(super) is_encoded: bool,
}

impl Name {
    pub(super) fn of_file(path: &[u8]) -> Self {
        Self {
            shown: path.to_vec(),
            path: path.to_vec(),
            file: path.len(),
            sheet: false,
            is_encoded: false,
        }
    }

    /// Returns the name of what stands encoded in a text: its members are called as if the text were the container.
    pub fn encoded(shown: &[u8], path: &[u8], file: usize) -> Self {
        Self {
            shown: shown.to_vec(),
            path: path.to_vec(),
            file,
            sheet: false,
            is_encoded: true,
        }
    }

    /// Returns the name of a member.
    pub(crate) fn member(&self, name: &[u8]) -> Self {
        // What is unpacked of something without a name has none either.
        let has_none = self.path.ends_with(b"/");
        let [mark, slash]: [&[u8]; 2] = if has_none { [b"", b""] } else { [b"!", b"/"] };
        Self {
            shown: [&self.shown, mark, name].concat(),
            path: [&self.path, slash, name].concat(),
            file: self.file,
            sheet: false,
            is_encoded: false,
        }
    }

    /// Returns the name of a sheet: the detector is to read it as a table.
    pub(super) fn sheet(&self, title: &[u8]) -> Self {
        let mut name = self.member(title);
        name.path.extend_from_slice(b".csv");
        name.sheet = true;
        name
    }

    /// Returns the name of the text that was made of this: the detector is to read it as prose, not as what it was made of.
    pub(super) fn text(&self) -> Self {
        let mut name = self.clone();
        name.path.extend_from_slice(b".txt");
        name
    }

    /// Returns the last component.
    pub(super) fn last(&self) -> &[u8] {
        if self.is_encoded {
            return b"";
        }
        let last = self.path.rsplit(|&b| b == b'/').next();
        last.unwrap_or(&self.path)
    }
}
