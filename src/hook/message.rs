//! The commit message as git will keep it: without comments, and without the diff below the scissors.

/// What git does with the lines of a message that begin with its comment mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comments {
    /// It keeps them.
    Kept,
    /// It drops them.
    Dropped,
    /// Not known: `--cleanup` on the command line is not told to hooks.
    Unknown,
}

/// How a message came about, as far as git tells.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `commit.cleanup`.
    pub cleanup: Option<Vec<u8>>,
    /// `core.commentString`, which git before 2.45 does not know.
    pub comment_string: Option<Vec<u8>>,
    /// `core.commentChar`.
    pub comment_char: Option<Vec<u8>>,
    /// Whether an editor was open.
    pub edited: bool,
}

/// A message with everything that git drops made blank, so that line numbers stay right.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// What is left.
    pub text: Vec<u8>,
    /// The lines, counted from 1, that git may drop after all.
    pub doubtful: Vec<usize>,
}

/// What git may take for the beginning of a comment if it picks that for each message (`auto`).
const AUTO: &[u8] = b"#;@!$%^&|:";

impl Message {
    /// Returns what git keeps of a message.
    pub fn of(text: &[u8], settings: &Settings) -> Self {
        let marks = settings.marks();
        let lines: Vec<&[u8]> = text.split_inclusive(|&b| b == b'\n').collect();
        let scissors = lines
            .iter()
            .position(|line| cut_by(line, &marks).is_some())
            .filter(|_| settings.edited)
            .filter(|&at| is_of_git(&lines[at..], &marks));
        let (above, below) = lines.split_at(scissors.unwrap_or(lines.len()));
        let (comments, marks) = settings.comments(above, below, marks);
        let mut message = Self {
            text: Vec::with_capacity(text.len()),
            doubtful: Vec::new(),
        };
        for (number, line) in above.iter().enumerate() {
            let is_comment = marks.iter().any(|mark| line.starts_with(mark));
            match comments {
                Comments::Dropped if is_comment => message.text.push(b'\n'),
                Comments::Unknown if is_comment => {
                    message.doubtful.push(number + 1);
                    message.text.extend_from_slice(line);
                }
                _ => message.text.extend_from_slice(line),
            }
        }
        message
    }
}

impl Settings {
    /// Returns what a comment may begin with.
    fn marks(&self) -> Vec<Vec<u8>> {
        let given = [&self.comment_string, &self.comment_char];
        let mut marks: Vec<Vec<u8>> = Vec::new();
        for mark in given.into_iter().flatten().filter(|mark| !mark.is_empty()) {
            if mark == b"auto" {
                marks.extend(AUTO.iter().map(|&b| vec![b]));
            } else {
                marks.push(mark.clone());
            }
        }
        // Where only `commentString` is set, git before 2.45 takes this.
        if self.comment_char.is_none() {
            marks.push(b"#".to_vec());
        }
        marks
    }

    /// Returns what git does with comments, and what they begin with. What git itself has written into the message
    /// tells most; the configuration may have been overruled on the command line.
    fn comments(
        &self,
        above: &[&[u8]],
        below: &[&[u8]],
        marks: Vec<Vec<u8>>,
    ) -> (Comments, Vec<Vec<u8>>) {
        let cleanup = self.cleanup.as_deref();
        if !self.edited {
            // What was given by -m or -F is taken as it is: a line that begins with # stays.
            let comments = match cleanup {
                Some(b"strip") if marks.len() == 1 => Comments::Dropped,
                _ => Comments::Kept,
            };
            return (comments, marks);
        }
        let told = above.iter().rev().find_map(|line| told_by(line, &marks));
        if let Some((comments, mark)) = told {
            return (comments, vec![mark]);
        }
        // `--cleanup=scissors` has the status below the scissors, not above them.
        if has_status(below, &marks) && !has_status(above, &marks) {
            return (Comments::Kept, marks);
        }
        let comments = match cleanup {
            Some(b"verbatim" | b"whitespace" | b"scissors") => Comments::Kept,
            _ => Comments::Unknown,
        };
        (comments, marks)
    }
}

/// Returns what a line of git's own instructions says of comments: the second of those two that `git commit` puts below
/// the message. In other languages than English it is not understood.
fn told_by(line: &[u8], marks: &[Vec<u8>]) -> Option<(Comments, Vec<u8>)> {
    marks.iter().find_map(|mark| {
        let rest = line.strip_prefix(mark.as_slice())?;
        let rest = rest.strip_prefix(b" with '")?.strip_prefix(&mark[..])?;
        let comments = match rest {
            rest if rest.starts_with(b"' will be ignored") => Comments::Dropped,
            rest if rest.starts_with(b"' will be kept") => Comments::Kept,
            _ => return None,
        };
        Some((comments, mark.clone()))
    })
}

/// Returns the comment mark of the line above which a message ends.
fn cut_by<'m>(line: &[u8], marks: &'m [Vec<u8>]) -> Option<&'m Vec<u8>> {
    const CUT: &[u8] = b" ------------------------ >8 ------------------------";
    let mark = line.trim_ascii_end().strip_suffix(CUT)?;
    marks.iter().find(|own| own.as_slice() == mark)
}

/// Tells whether git itself has put the scissors there: its explanation follows, then a diff or the status. Without
/// `--verbose` git gives such a line no meaning, so text that a person has put below one is part of the message.
fn is_of_git(from_scissors: &[&[u8]], marks: &[Vec<u8>]) -> bool {
    let comments = comments_below(from_scissors, marks);
    let rest = from_scissors[comments + 1..]
        .iter()
        .find(|line| !line.trim_ascii().is_empty());
    let of_git = rest.is_none_or(|line| {
        let begins = |word: &[u8]| line.starts_with(word);
        begins(b"diff ") || begins(b"Submodule ") || begins(b"* Unmerged path ")
    });
    comments > 0 && of_git
}

/// Tells whether git's status is among some lines: it is set off by comments that are empty.
fn has_status(lines: &[&[u8]], marks: &[Vec<u8>]) -> bool {
    let is_bare = |line: &&[u8]| {
        marks
            .iter()
            .any(|mark| line.trim_ascii_end() == mark.as_slice())
    };
    lines.iter().any(is_bare)
}

/// Returns how many lines directly below the scissors are comments.
fn comments_below(from_scissors: &[&[u8]], marks: &[Vec<u8>]) -> usize {
    from_scissors
        .iter()
        .skip(1)
        .take_while(|line| marks.iter().any(|mark| line.starts_with(mark)))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUT: &str = "# ------------------------ >8 ------------------------\n# Do not modify or remove the line above.\n# Everything below it will be ignored.\n";

    fn edited(cleanup: Option<&str>) -> Settings {
        Settings {
            cleanup: cleanup.map(|value| value.as_bytes().to_vec()),
            edited: true,
            ..Settings::default()
        }
    }

    fn kept(text: &str, settings: &Settings) -> (String, Vec<usize>) {
        let message = Message::of(text.as_bytes(), settings);
        let text = String::from_utf8(message.text).expect("the texts here are UTF-8");
        (text, message.doubtful)
    }

    #[test]
    fn what_git_says_of_comments_overrules_the_configuration() {
        for cleanup in [None, Some("strip"), Some("verbatim"), Some("scissors")] {
            let settings = edited(cleanup);
            let dropped = "title\n# mine\n# Lines starting\n# with '#' will be ignored, and\n";
            assert_eq!(kept(dropped, &settings).0, "title\n\n\n\n");
            let stays = "title\n# mine\n# Lines starting\n# with '#' will be kept; you\n";
            assert_eq!(kept(stays, &settings), (stays.to_owned(), vec![]));
            let scissors = format!("title\n# mine\n{CUT}#\n# On branch main\n");
            let above = "title\n# mine\n".to_owned();
            assert_eq!(kept(&scissors, &settings), (above, vec![]));
        }
    }

    #[test]
    fn a_comment_that_git_says_nothing_of_is_doubtful() {
        let text = "title\n# mine\n";
        assert_eq!(kept(text, &edited(None)), (text.to_owned(), vec![2]));
        let sure = (text.to_owned(), vec![]);
        assert_eq!(kept(text, &edited(Some("verbatim"))), sure);
        assert_eq!(kept(text, &Settings::default()), sure);
    }

    #[test]
    fn the_diff_of_verbose_is_no_part_of_the_message() {
        let text = format!("title\n{CUT}diff --git a/x b/x\n-old\n");
        for cleanup in [None, Some("verbatim"), Some("scissors"), Some("strip")] {
            assert_eq!(kept(&text, &edited(cleanup)).0, "title\n");
        }
        // git before 2.45 does not know commentString and goes by # still.
        let older = Settings {
            comment_string: Some(b"//".to_vec()),
            ..edited(None)
        };
        assert_eq!(kept(&text, &older).0, "title\n");
        assert_eq!(kept(&text.replace('#', "//"), &older).0, "title\n");
    }

    #[test]
    fn a_persons_own_scissors_hide_nothing() {
        let cut = "# ------------------------ >8 ------------------------\n";
        for below in [
            "still the message\n",
            "diff of opinions\n",
            "# x\nmessage\n",
        ] {
            let text = format!("title\n{cut}{below}");
            assert_eq!(kept(&text, &edited(None)).0, text);
        }
        // Without an editor git never cuts.
        let text = format!("title\n{CUT}diff --git a/x b/x\n");
        assert_eq!(kept(&text, &Settings::default()).0, text);
    }

    #[test]
    fn what_is_given_on_the_command_line_is_kept_whole() {
        let text = "title\n# line\n";
        let with = |cleanup: &str| Settings {
            cleanup: Some(cleanup.into()),
            ..Settings::default()
        };
        assert_eq!(kept(text, &with("scissors")).0, text);
        assert_eq!(kept(text, &with("strip")).0, "title\n\n");
    }
}
