//! The script in a hook file: written for a program, recognised again, and taken out of what a person made of it.

use std::path::{Path, PathBuf};

use super::event::Event;

/// The version of the scripts in `hooks/`; a hook of another version is brought up to date by `install`.
pub const VERSION: u32 = 1;
/// What the name of a hook that was there before gets.
pub const KEPT: &str = ".hexguard-orig";

const SHEBANG: &[u8] = b"#!/bin/sh\n";
const BEGIN: &[u8] = b"# hexguard-hook v";
const END: &[u8] = b"# hexguard-hook end\n";

/// How the script runs the hook that was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Old {
    /// As a program, under the name it was moved to.
    Program,
    /// Inside a shell (its path and options), so that `$0` still is the name that git uses: the hook asks for it.
    Sourced(String),
    /// As the repository's own hook: the script stands in a folder for all repositories of a user.
    Repository,
}

impl Old {
    /// Returns how a hook with this content is to be run.
    pub fn of(text: &[u8]) -> Self {
        let first = text.split(|&b| b == b'\n').next().unwrap_or_default();
        let line = match first.strip_prefix(b"#!") {
            Some(line) => std::str::from_utf8(line).unwrap_or("?").trim(),
            // git runs a file without a first line like this by sh.
            None if text.is_ascii() => "/bin/sh",
            None => return Self::Program,
        };
        let plain = line
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b" /._-".contains(&b));
        let shell = line.split(' ').take(2).any(|word| {
            matches!(
                word.rsplit('/').next(),
                Some("sh" | "bash" | "dash" | "ksh")
            )
        });
        let asks = contains(text, b"$0") || contains(text, b"${0");
        if plain && shell && asks {
            Self::Sourced(line.to_owned())
        } else {
            Self::Program
        }
    }
}

/// Returns a whole hook file.
pub fn render(event: Event, program: &Path, old: &Old) -> Vec<u8> {
    let mut out = Vec::new();
    for line in event.template().split_inclusive('\n') {
        if line.starts_with("hexguard='") {
            out.extend_from_slice(b"hexguard=");
            out.extend_from_slice(&quoted(program));
            out.push(b'\n');
        } else if line.starts_with("old=") && *old == Old::Repository {
            out.extend_from_slice(repository_line(event.name()).as_bytes());
        } else if let (Some(indent), Old::Sourced(shell)) = (line.find("\"$old\" \"$@\" ||"), old) {
            let call = format!(
                "{}HEXGUARD_OLD=\"$old\" {shell} -c '. \"$HEXGUARD_OLD\"' \"$0\" \"$@\" || exit $?\n",
                &line[..indent]
            );
            out.extend_from_slice(call.as_bytes());
        } else {
            out.extend_from_slice(line.as_bytes());
        }
    }
    out
}

/// Returns the line that finds the repository's own hook; asks git only where a look at the folder does not tell.
fn repository_line(name: &str) -> String {
    format!(
        "old=${{GIT_DIR:-.git}}; {{ [ -d \"$old\" ] && [ ! -f \"$old/commondir\" ]; }} || old=$(git rev-parse --git-common-dir) || exit 2; old=$old/hooks/{name}\n"
    )
}

/// Returns the script for an event that hexguard has no interest in, in a folder for all repositories of a user.
pub fn render_pass(name: &str) -> Vec<u8> {
    let mut out = SHEBANG.to_vec();
    let lines = format!(
        "# hexguard-hook v{VERSION} begin: runs the repository's own hook (remove with: hexguard uninstall --global)\n{}[ -f \"$old\" ] && [ -x \"$old\" ] || exit 0\nexec \"$old\" \"$@\"\n",
        repository_line(name)
    );
    out.extend_from_slice(lines.as_bytes());
    out.extend_from_slice(END);
    out
}

/// Returns a path in single quotes for sh; on Windows with the slashes that Git's sh knows.
pub fn quoted(path: &Path) -> Vec<u8> {
    let mut out = vec![b'\''];
    for byte in bytes(path) {
        match byte {
            b'\'' => out.extend_from_slice(br"'\''"),
            b'\\' if cfg!(windows) => out.push(b'/'),
            _ => out.push(byte),
        }
    }
    out.push(b'\'');
    out
}

/// Returns a path as a person would paste it into a shell: in quotes only where it needs them.
pub fn pasted(path: &Path) -> String {
    let bytes = bytes(path);
    let is_plain = |b: &u8| b.is_ascii_alphanumeric() || b"/._-+:@%,".contains(b);
    let text = if bytes.iter().all(is_plain) && !bytes.is_empty() {
        bytes
    } else {
        quoted(path)
    };
    String::from_utf8_lossy(&text).into_owned()
}

/// Returns the bytes of a path.
pub fn bytes(path: &Path) -> Vec<u8> {
    #[cfg(unix)]
    return std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec();
    #[cfg(not(unix))]
    path.to_string_lossy().into_owned().into_bytes()
}

/// Returns the path with these bytes.
pub fn path(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    return PathBuf::from(std::ffi::OsStr::from_encoded(bytes));
    #[cfg(not(unix))]
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(unix)]
trait FromEncoded {
    fn from_encoded(bytes: &[u8]) -> &std::ffi::OsStr;
}

#[cfg(unix)]
impl FromEncoded for std::ffi::OsStr {
    fn from_encoded(bytes: &[u8]) -> &std::ffi::OsStr {
        std::os::unix::ffi::OsStrExt::from_bytes(bytes)
    }
}

/// A hook file that holds hexguard's part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own<'a> {
    /// What stands before hexguard's part.
    pub before: &'a [u8],
    /// hexguard's part.
    pub part: &'a [u8],
    /// What stands behind it.
    pub after: &'a [u8],
    /// Its version.
    pub version: u32,
}

/// Returns the parts of a hook file, if hexguard's is in it.
pub fn own(text: &[u8]) -> Option<Own<'_>> {
    let start = memchr::memmem::find(text, BEGIN)?;
    let end = start + memchr::memmem::find(&text[start..], END)? + END.len();
    let digits: Vec<u8> = text[start + BEGIN.len()..]
        .iter()
        .copied()
        .take_while(u8::is_ascii_digit)
        .take(6)
        .collect();
    Some(Own {
        before: &text[..start],
        part: &text[start..end],
        after: &text[end..],
        version: String::from_utf8(digits).ok()?.parse().ok()?,
    })
}

impl Own<'_> {
    /// Returns the program that the hook is pinned to.
    pub fn program(&self) -> Option<PathBuf> {
        let line = lines(self.part).find_map(|line| line.strip_prefix(b"hexguard='"))?;
        let line = line.strip_suffix(b"\n")?.strip_suffix(b"'")?;
        let mut out = Vec::new();
        let mut rest = line;
        while let Some(at) = memchr::memmem::find(rest, br"'\''") {
            out.extend_from_slice(&rest[..at]);
            out.push(b'\'');
            rest = &rest[at + 4..];
        }
        out.extend_from_slice(rest);
        Some(path(&out))
    }

    /// Returns the lines that a person has added: before, behind and inside hexguard's part.
    pub fn foreign(&self) -> Vec<u8> {
        let mut out = self
            .before
            .strip_prefix(SHEBANG)
            .unwrap_or(self.before)
            .to_vec();
        out.extend_from_slice(&foreign_lines(self.part));
        out.extend_from_slice(self.after);
        out
    }

    /// Tells whether somebody has put lines into the file, or taken some of hexguard's part out: what it does is not known then.
    pub fn is_edited(&self, event: Event) -> bool {
        let rendered = render(event, Path::new(""), &Old::Program);
        let whole = own(&rendered).map(|new| lines(new.part).count());
        !self.foreign().is_empty() || whole != Some(lines(self.part).count())
    }

    /// Returns the file with hexguard's part in its newest form and a person's lines where they were.
    pub fn renewed(&self, rendered: &[u8]) -> Vec<u8> {
        let Some(new) = own(rendered) else {
            return rendered.to_vec();
        };
        let mut out = self.before.to_vec();
        let inside = foreign_lines(self.part);
        if inside.is_empty() {
            out.extend_from_slice(new.part);
        } else {
            out.extend_from_slice(&inside);
            out.extend_from_slice(new.part);
        }
        out.extend_from_slice(self.after);
        out
    }

    /// Returns the file without hexguard's part; `kept` is the hook that was there before, which is still to be run.
    pub fn without(&self, event: Event, kept: Option<&Old>) -> Vec<u8> {
        let mut out = self.before.to_vec();
        if let Some(old) = kept {
            let rendered = render(event, Path::new(""), old);
            let wanted = |line: &&[u8]| {
                line.starts_with(b"old=")
                    || contains(line, b"\"$@\" ||") && contains(line, b"old\"")
            };
            for line in lines(&rendered).filter(wanted) {
                let line = line.strip_prefix(b"    ").unwrap_or(line);
                // In pre-push the script hands on what it has read; here nothing has been read.
                let line = line
                    .strip_prefix(b"printf %s \"$input\" | ")
                    .unwrap_or(line);
                out.extend_from_slice(line);
            }
        }
        out.extend_from_slice(&foreign_lines(self.part));
        out.extend_from_slice(self.after);
        out
    }
}

/// Returns the lines of hexguard's part that no script of hexguard's holds.
fn foreign_lines(part: &[u8]) -> Vec<u8> {
    let templates: Vec<&str> = Event::ALL.iter().map(|event| event.template()).collect();
    let known = |line: &[u8]| {
        line.starts_with(BEGIN)
            || line == END
            || line.starts_with(b"hexguard='")
            || line.starts_with(b"old=")
            || contains(line, b"HEXGUARD_OLD")
            || line == b"[ -f \"$old\" ] && [ -x \"$old\" ] || exit 0\n"
            || line == b"exec \"$old\" \"$@\"\n"
            || templates
                .iter()
                .any(|template| lines(template.as_bytes()).any(|own| own == line))
    };
    lines(part)
        .filter(|line| !known(line))
        .flatten()
        .copied()
        .collect()
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|&b| b == b'\n')
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(text, word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_is_recognised_and_names_its_program() {
        for program in ["/opt/hex guard/bin/it's", "/a/b"] {
            for event in Event::ALL {
                for old in [
                    Old::Program,
                    Old::Repository,
                    Old::Sourced("/bin/sh -e".to_owned()),
                ] {
                    let text = render(event, Path::new(program), &old);
                    let own = own(&text).expect("hexguard's part is in it");
                    assert_eq!(own.version, VERSION);
                    assert_eq!(own.program(), Some(PathBuf::from(program)));
                    assert_eq!(own.foreign(), b"", "{event:?} {old:?}");
                    assert!(!own.is_edited(event), "{event:?} {old:?}");
                    assert_eq!(own.renewed(&text), text);
                }
            }
        }
    }

    #[test]
    fn a_persons_lines_stay_where_they_were() {
        let fresh = render(Event::PreCommit, Path::new("/a"), &Old::Program);
        let text = String::from_utf8(fresh.clone()).expect("ASCII");
        let edited = text
            .replace("#!/bin/sh\n", "#!/bin/sh\necho before\n")
            .replace(
                "# hexguard-hook end\n",
                "echo inside\n# hexguard-hook end\necho behind\n",
            )
            .into_bytes();
        let own = own(&edited).expect("hexguard's part is in it");
        assert_eq!(own.foreign(), b"echo before\necho inside\necho behind\n");
        assert!(own.is_edited(Event::PreCommit));
        assert_eq!(
            own.without(Event::PreCommit, None),
            b"#!/bin/sh\necho before\necho inside\necho behind\n"
        );
        let renewed = own.renewed(&render(Event::PreCommit, Path::new("/b"), &Old::Program));
        let renewed = super::own(&renewed).expect("still there");
        assert_eq!(
            renewed.foreign(),
            b"echo before\necho inside\necho behind\n"
        );
        assert_eq!(renewed.program(), Some(PathBuf::from("/b")));
    }

    #[test]
    fn a_shell_hook_that_asks_for_its_name_keeps_it() {
        assert_eq!(Old::of(b"#!/bin/sh\nexit 0\n"), Old::Program);
        assert_eq!(
            Old::of(b"#!/usr/bin/env bash\n. \"$(dirname \"$0\")/x\"\n"),
            Old::Sourced("/usr/bin/env bash".to_owned())
        );
        assert_eq!(Old::of(b"#!/usr/bin/env python3\n# $0\n"), Old::Program);
        assert_eq!(Old::of(b"\x7fELF\xff$0"), Old::Program);
    }
}
