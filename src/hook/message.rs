//! The commit message as git will keep it: without comments, and without what stands below the scissors.

/// What git does with a message after it was written (`commit.cleanup`, and whether an editor was open).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cleanup {
    /// Comments go.
    Strip,
    /// All stays.
    Keep,
    /// What stands below the scissors goes, comments stay.
    Scissors,
}

impl Cleanup {
    /// Returns what git does for a value of `commit.cleanup`; `edited` tells whether an editor was open.
    pub fn of(setting: Option<&[u8]>, edited: bool) -> Self {
        match setting {
            Some(b"strip") => Self::Strip,
            Some(b"verbatim" | b"whitespace") => Self::Keep,
            Some(b"scissors") if edited => Self::Scissors,
            // What was given by -m or -F is taken as it is: a line that begins with # stays.
            _ if edited => Self::Strip,
            _ => Self::Keep,
        }
    }
}

/// Returns the message with everything that git drops made blank, so that line numbers stay right.
///
/// `comment` is what a comment begins with; none where git picks it for each message (`auto`): comments stay then.
pub fn kept(text: &[u8], cleanup: Cleanup, comment: Option<&[u8]>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, below) = rest.split_at(end);
        if is_scissors(line, comment)
            && (cleanup == Cleanup::Scissors
                || cleanup == Cleanup::Strip && is_diff(below, comment))
        {
            break;
        }
        let is_comment = comment.is_some_and(|mark| !mark.is_empty() && line.starts_with(mark));
        if cleanup == Cleanup::Strip && is_comment {
            out.push(b'\n');
        } else {
            out.extend_from_slice(line);
        }
        rest = below;
    }
    out
}

/// The line above which a message ends, as git writes it.
fn is_scissors(line: &[u8], comment: Option<&[u8]>) -> bool {
    const CUT: &[u8] = b" ------------------------ >8 ------------------------";
    let line = line.trim_ascii_end();
    match comment {
        Some(mark) => line.strip_prefix(mark) == Some(CUT),
        None => line.get(1..) == Some(CUT),
    }
}

/// Tells whether what follows is what git itself puts there: its own comments, then a diff. Without `--verbose` git
/// gives the line no meaning, so text that a person has put below one is part of the message.
fn is_diff(below: &[u8], comment: Option<&[u8]>) -> bool {
    below
        .split(|&b| b == b'\n')
        .find(|line| {
            let is_comment = match comment {
                Some(mark) => line.starts_with(mark),
                None => line.first().is_some_and(|b| b"#;@!$%^&|:".contains(b)),
            };
            !line.trim_ascii().is_empty() && !is_comment
        })
        .is_none_or(|line| line.starts_with(b"diff ") || line.starts_with(b"Submodule "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERBOSE: &[u8] = b"title\n# a comment\nbody\n# ------------------------ >8 ------------------------\n# Do not modify\ndiff --git a/x b/x\n-old\n";

    #[test]
    fn what_git_drops_is_blank() {
        let kept = |cleanup, comment: Option<&[u8]>| kept(VERBOSE, cleanup, comment);
        assert_eq!(kept(Cleanup::Strip, Some(b"#")), b"title\n\nbody\n");
        assert_eq!(
            kept(Cleanup::Scissors, Some(b"#")),
            b"title\n# a comment\nbody\n"
        );
        assert_eq!(kept(Cleanup::Keep, Some(b"#")), VERBOSE);
        assert_eq!(kept(Cleanup::Strip, Some(b";")), VERBOSE);
        assert_eq!(kept(Cleanup::Strip, None), b"title\n# a comment\nbody\n");
    }

    #[test]
    fn a_persons_own_scissors_hide_nothing() {
        let text =
            b"title\n# ------------------------ >8 ------------------------\nstill the message\n";
        let kept = kept(text, Cleanup::Strip, Some(b"#"));
        assert!(kept.ends_with(b"still the message\n"));
    }

    #[test]
    fn what_is_given_on_the_command_line_is_kept_whole() {
        assert_eq!(Cleanup::of(None, false), Cleanup::Keep);
        assert_eq!(Cleanup::of(None, true), Cleanup::Strip);
        assert_eq!(Cleanup::of(Some(b"scissors"), false), Cleanup::Keep);
        assert_eq!(Cleanup::of(Some(b"verbatim"), true), Cleanup::Keep);
        assert_eq!(Cleanup::of(Some(b"strip"), false), Cleanup::Strip);
    }
}
