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

/// Where git cuts a message off.
enum Cut {
    /// Nowhere.
    Nowhere,
    /// Before this line.
    Before(usize),
    /// Before this line, or nowhere: that is not known.
    Perhaps(usize),
}

impl Message {
    /// Returns what git keeps of a message.
    pub fn of(text: &[u8], settings: &Settings) -> Self {
        let lines: Vec<&[u8]> = text.split_inclusive(|&b| b == b'\n').collect();
        let marks = settings.marks();
        let (cut, comments, mut marks) = if settings.edited {
            edited(&lines, marks, settings.cleanup.as_deref())
        } else {
            // What was given by -m or -F is taken as it is: a line that begins with # stays.
            let comments = match settings.cleanup.as_deref() {
                Some(b"strip") => Comments::Unknown,
                _ => Comments::Kept,
            };
            (Cut::Nowhere, comments, marks)
        };
        // Later versions of git than 2.45 keep these lines, and nothing says which one this is.
        if comments == Comments::Unknown && settings.goes_by_string() {
            marks.retain(|mark| mark != b"#");
        }
        let (end, sure) = match cut {
            Cut::Nowhere => (lines.len(), lines.len()),
            Cut::Before(end) => (end, end),
            Cut::Perhaps(sure) => (lines.len(), sure),
        };
        let mut message = Self {
            text: Vec::with_capacity(text.len()),
            doubtful: Vec::new(),
        };
        for (number, line) in lines[..end].iter().enumerate() {
            let is_comment = marks.iter().any(|mark| line.starts_with(mark));
            if is_comment && comments == Comments::Dropped {
                message.text.push(b'\n');
                continue;
            }
            if is_comment && comments == Comments::Unknown || number >= sure {
                message.doubtful.push(number + 1);
            }
            message.text.extend_from_slice(line);
        }
        message
    }
}

impl Settings {
    /// Tells whether comments begin with a text that git before 2.45 does not know: it takes `#`.
    fn goes_by_string(&self) -> bool {
        let string = self.comment_string.as_deref();
        self.comment_char.is_none() && string.is_some_and(|mark| mark != b"auto")
    }

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
}

/// Returns what git does with a message that was edited: where it cuts it off, what it does with comments, and what these
/// begin with. What git itself has written into the message tells most; the configuration may have been overruled on the
/// command line.
fn edited(
    lines: &[&[u8]],
    marks: Vec<Vec<u8>>,
    cleanup: Option<&[u8]>,
) -> (Cut, Comments, Vec<Vec<u8>>) {
    let hint = (0..lines.len()).rev().find_map(|at| {
        let (comments, mark) = told_by(lines[at], &marks)?;
        Some((at, comments, mark))
    });
    if let Some((at, comments, mark)) = hint {
        // Below its instructions git puts scissors with `--verbose`; those above are a person's own, or of an older message.
        let below = last_cut(lines, std::slice::from_ref(&mark));
        let is_cut =
            below.is_some_and(|(cut, _)| cut > at && begins_like_git(&lines[cut..], &mark));
        let cut = if is_cut {
            first_cut(lines, &mark)
        } else {
            None
        };
        return (cut.map_or(Cut::Nowhere, Cut::Before), comments, vec![mark]);
    }
    let own = last_cut(lines, &marks).filter(|(at, mark)| is_of_git(&lines[*at..], mark));
    let said = match cleanup {
        Some(b"verbatim" | b"whitespace" | b"scissors") => Comments::Kept,
        _ => Comments::Unknown,
    };
    let Some((at, mark)) = own else {
        return (Cut::Nowhere, said, marks);
    };
    let mark = mark.clone();
    let (above, below) = lines.split_at(at);
    let first = first_cut(lines, &mark).unwrap_or(at);
    match (has_status(above, &mark), has_status(below, &mark)) {
        // `--cleanup=scissors` has the status below the scissors, not above them.
        (false, true) => (Cut::Before(first), Comments::Kept, vec![mark]),
        (true, _) => (Cut::Before(first), said, vec![mark]),
        // Without a status git has not written them: `--verbose` alone says whether they count.
        (false, false) => (Cut::Perhaps(first), said, marks),
    }
}

/// Returns what a line of git's own instructions says of comments: the second of those two that `git commit` puts below
/// the message, or that of `git merge`. In other languages than English it is not understood.
fn told_by(line: &[u8], marks: &[Vec<u8>]) -> Option<(Comments, Vec<u8>)> {
    marks.iter().find_map(|mark| {
        let rest = line.strip_prefix(mark.as_slice())?;
        let rest = rest.strip_prefix(b" Lines starting").unwrap_or(rest);
        let rest = rest.strip_prefix(b" with '")?.strip_prefix(&mark[..])?;
        let comments = match rest {
            rest if rest.starts_with(b"' will be ignored") => Comments::Dropped,
            rest if rest.starts_with(b"' will be kept") => Comments::Kept,
            _ => return None,
        };
        Some((comments, mark.clone()))
    })
}

/// Tells whether a message ends above a line.
fn is_cut(line: &[u8], mark: &[u8]) -> bool {
    const CUT: &[u8] = b" ------------------------ >8 ------------------------\n";
    line.strip_suffix(CUT) == Some(mark)
}

/// Returns the first scissors with a comment mark: those count, if any do.
fn first_cut(lines: &[&[u8]], mark: &[u8]) -> Option<usize> {
    lines.iter().position(|line| is_cut(line, mark))
}

/// Returns the last scissors, and their comment mark.
fn last_cut<'m>(lines: &[&[u8]], marks: &'m [Vec<u8>]) -> Option<(usize, &'m Vec<u8>)> {
    (0..lines.len()).rev().find_map(|at| {
        let mark = marks.iter().find(|mark| is_cut(lines[at], mark))?;
        Some((at, mark))
    })
}

/// Tells whether what stands below scissors begins as what git puts there: its explanation, then a diff or the status.
fn begins_like_git(from_scissors: &[&[u8]], mark: &[u8]) -> bool {
    let below = &from_scissors[1..];
    let comments = below.iter().take_while(|line| line.starts_with(mark));
    let comments = comments.count();
    let mut rest = below[comments..].iter();
    let of_git = rest
        .find(|line| !line.trim_ascii().is_empty())
        .is_none_or(|line| {
            let begins = |word: &[u8]| line.starts_with(word);
            begins(b"diff ") || begins(b"Submodule ") || begins(b"* Unmerged path ")
        });
    comments > 0 && of_git
}

/// Tells whether git itself may have put scissors there: what stands below them is its explanation and then the status, a diff
/// or both, to the end. Without `--verbose` git gives such a line no meaning, so text that a person has put below one is part
/// of the message, and so is the diff of an older message, below which git has put its status.
fn is_of_git(from_scissors: &[&[u8]], mark: &[u8]) -> bool {
    let is_comment = |line: &&[u8]| line.starts_with(mark);
    let below = from_scissors[1..].iter();
    let mut written = below.filter(|line| !line.trim_ascii().is_empty());
    let ends_with_comment = from_scissors
        .iter()
        .rev()
        .find(|line| !line.trim_ascii().is_empty())
        .is_some_and(is_comment);
    let only_comments = written.clone().all(is_comment);
    begins_like_git(from_scissors, mark)
        && (only_comments
            || !ends_with_comment && written.all(|line| is_comment(line) || is_of_diff(line)))
}

/// Tells whether a line may be one of a diff.
fn is_of_diff(line: &[u8]) -> bool {
    const BEGINNINGS: [&str; 18] = [
        " ",
        "+",
        "-",
        "@@",
        "\\",
        "diff ",
        "index ",
        "mode ",
        "new ",
        "old ",
        "deleted ",
        "similarity ",
        "dissimilarity ",
        "rename ",
        "copy ",
        "Binary files ",
        "Submodule ",
        "* Unmerged path ",
    ];
    BEGINNINGS
        .iter()
        .any(|beginning| line.starts_with(beginning.as_bytes()))
}

/// Tells whether git's status is among some lines: it is set off by comments that are empty.
fn has_status(lines: &[&[u8]], mark: &[u8]) -> bool {
    lines.iter().any(|line| line.trim_ascii_end() == mark)
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
        let text = format!("title\n#\n# On branch main\n{CUT}diff --git a/x b/x\n-old\n");
        for cleanup in [None, Some("verbatim"), Some("scissors"), Some("strip")] {
            let above = "title\n#\n# On branch main\n";
            assert_eq!(kept(&text, &edited(cleanup)).0, above);
            // With `--cleanup=scissors` the status stands below.
            let below = format!("title\n{CUT}#\n# On branch main\ndiff --git a/x b/x\n-old\n");
            assert_eq!(kept(&below, &edited(cleanup)).0, "title\n");
        }
        // git before 2.45 does not know commentString and goes by # still.
        let older = Settings {
            comment_string: Some(b"//".to_vec()),
            ..edited(None)
        };
        let marks = [text.clone(), text.replace('#', "//")];
        for text in marks {
            assert!(!kept(&text, &older).0.contains("old"), "{text}");
        }
        // Without a status it may be that of an older message, which git keeps without `--verbose`.
        let unsaid = format!("title\n{CUT}diff --git a/x b/x\n-old\n");
        let doubtful: Vec<usize> = (2..=6).collect();
        assert_eq!(kept(&unsaid, &edited(None)), (unsaid.clone(), doubtful));
        // With git's instructions or its status below it, it is one.
        for below in [
            "# with '#' will be ignored, and\n#\n",
            "#\n# On branch main\n",
        ] {
            let text = format!("{unsaid}{below}");
            assert!(kept(&text, &edited(None)).0.contains("-old\n"), "{text}");
        }
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
        // `--cleanup` may say otherwise.
        assert_eq!(kept(text, &with("strip")), (text.to_owned(), vec![2]));
    }
}
