//! The syntax of a text inside a text: of a literal, a comment, a heredoc, a cell of a notebook, a block of Markdown.

use std::ops::Range;

use super::regions::{Kind, Region};
use super::syntax::{Language, Syntax};
use crate::fragment::{line_end, line_start};
use crate::lexicon::List;

/// So much of a text is looked at to tell what it is written in.
pub(super) const LOOK: usize = 1 << 10;
/// So far before a text what it is handed to is looked for.
pub(super) const INTRO: usize = 160;
/// So many comments above one are looked at for the language of their cell.
const ABOVE: usize = 200;
/// How Databricks writes a cell in another language.
const MAGIC: &[u8] = b" MAGIC ";

/// First words of lines of a shell script.
static COMMANDS: List = List::new(
    "export|set|echo|cd|sudo|curl|wget|source|chmod|mkdir|apt-get|apt|yum|dnf|pip|npm|aws|docker|kubectl|cat|if|fi|then|else|for|done|exec|systemctl|printf|terraform|az|gcloud|make|git|unset|declare|local|eval|trap|cp|mv|rm|tee|ssh|psql|mysql",
);
/// What a shell script is handed to: a step of Jenkins, a program.
static SHELLS: List =
    List::new("sh|bash|zsh|shell|-c|command|script|bash_command|user_data|startup_script");

/// A text inside a text.
pub(super) struct Embedded {
    pub(super) syntax: &'static Syntax,
    /// Where it stands.
    pub(super) range: Range<usize>,
}

/// Returns the text that a region of `host` holds, if it is known what it is written in.
pub(super) fn embedded(
    text: &[u8],
    host: &'static Syntax,
    regions: &[Region],
    number: usize,
) -> Option<Embedded> {
    let region = &regions[number];
    let inside = region.inside.clone();
    let whole = |syntax| {
        Some(Embedded {
            syntax,
            range: inside.clone(),
        })
    };
    match region.kind {
        Kind::Comment => magic_comment(text, regions, number),
        Kind::Magic => whole(Syntax::of_word(b"bash")?),
        Kind::Cell => cell(text, host, inside),
        Kind::Fence => fence(text, inside),
        Kind::Heredoc | Kind::Literal => {
            let lines = &text[inside.clone()];
            memchr::memchr(b'\n', &lines[..lines.len().min(LOOK)])?;
            let intro = &text[region.range.start.saturating_sub(INTRO)..region.range.start];
            if region.kind == Kind::Literal && is_documentation(intro) {
                return None;
            }
            if let Some(syntax) = written_to(intro, region.kind).or_else(|| of_lines(lines, intro))
            {
                return whole(syntax);
            }
            // What a script prints or hands on reads like the script.
            (host.bare == Language::Shell).then_some(Embedded {
                syntax: host,
                range: inside.clone(),
            })
        }
    }
}

/// `# MAGIC %sh` and the lines below it.
fn magic_comment(text: &[u8], regions: &[Region], number: usize) -> Option<Embedded> {
    let inside = regions[number].inside.clone();
    text[inside.clone()].strip_prefix(MAGIC)?;
    let above = regions[..=number].iter().rev().take(ABOVE);
    let mut cell = above.map_while(|one| text[one.inside.clone()].strip_prefix(MAGIC));
    let word = cell.find_map(|line| line.strip_prefix(b"%"))?;
    Some(Embedded {
        syntax: Syntax::of_word(first_word(word))?,
        range: inside.start + MAGIC.len()..inside.end,
    })
}

/// `%%bash`, `%%writefile NAME`; the cell of another magic is written in the language of the notebook.
fn cell(text: &[u8], host: &'static Syntax, inside: Range<usize>) -> Option<Embedded> {
    let end = line_end(text, inside.start).min(inside.end);
    let mut words = text[inside.start + 2..end]
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let magic = words.next()?;
    let syntax = match magic {
        b"writefile" | b"file" => {
            let name = words.rfind(|word| !word.starts_with(b"-"))?;
            Some(Syntax::of_file(last_part(name)))
        }
        b"script" => words
            .next()
            .and_then(|program| Syntax::of_word(last_part(program))),
        _ => Syntax::of_word(magic),
    };
    Some(Embedded {
        syntax: syntax.unwrap_or(host),
        range: end..inside.end,
    })
}

/// The lines below a Markdown fence, by its word: `yaml`, `{.ini}`, `env title="x"`. Programs and what they print are left
/// to the rules for prose: documentation shows both in one block.
fn fence(text: &[u8], inside: Range<usize>) -> Option<Embedded> {
    let end = line_end(text, inside.start).min(inside.end);
    let fence = &text[inside.start..end];
    let word = fence.iter().position(|b| !b"`~{. ".contains(b))?;
    let syntax = Syntax::of_word(first_word(&fence[word..]))?;
    let is_data = matches!(syntax.bare, Language::Ini | Language::Yaml);
    is_data.then_some(Embedded {
        syntax,
        range: end..inside.end,
    })
}

/// Returns the syntax of a file that a heredoc is written to: `cat > .env <<EOF`, `tee -a app.yaml <<EOF`.
fn written_to(intro: &[u8], kind: Kind) -> Option<&'static Syntax> {
    if kind != Kind::Heredoc {
        return None;
    }
    let line = last_line(intro);
    let to = memchr::memrchr(b'>', line)
        .map(|at| &line[at + 1..])
        .or_else(|| {
            let tee = memchr::memmem::rfind(line, b"tee ")?;
            Some(&line[tee + 4..])
        })?;
    let mut words = to.split(|b| b.is_ascii_whitespace() || b"\"'<|;&".contains(b));
    let name = words.find(|word| !word.is_empty() && !word.starts_with(b"-"))?;
    Some(Syntax::of_file(last_part(name))).filter(|syntax| syntax.bare != Language::Prose)
}

/// Returns what lines are written in, judged by how they begin: settings, commands, YAML.
fn of_lines(lines: &[u8], intro: &[u8]) -> Option<&'static Syntax> {
    let head = lines[..lines.len().min(LOOK)].trim_ascii_start();
    if let Some(program) = head.strip_prefix(b"#!") {
        let program = &program[..line_end(program, 0)];
        let mut words = program
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.starts_with(b"-"));
        let last = words.find(|word| !word.is_empty() && last_part(word) != b"env")?;
        return Syntax::of_word(last_part(last));
    }
    if head.starts_with(b"#cloud-config") {
        return Syntax::of_word(b"yaml");
    }
    let mut count = Count::default();
    // The last line may be cut.
    let cut = usize::from(lines.len() > LOOK);
    let all: Vec<&[u8]> = head.split(|b| *b == b'\n').collect();
    for line in &all[..all.len() - cut] {
        count.add(line.trim_ascii());
    }
    count.syntax(is_handed_to_shell(intro))
}

/// How many lines of a text are what.
#[derive(Default)]
struct Count {
    settings: usize,
    commands: usize,
    yaml: usize,
    other: usize,
}

impl Count {
    fn add(&mut self, line: &[u8]) {
        if line.is_empty() || line.starts_with(b"#") {
            return;
        }
        let key = line
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_');
        let key = &line[..key.count()];
        let behind = &line[key.len()..];
        let code = line.last().is_some_and(|b| b";{}(),".contains(b));
        if COMMANDS.has(key) && matches!(behind.first(), None | Some(b' ')) && !code {
            self.commands += 1;
        } else if !key.is_empty() && !code && behind.starts_with(b"=") && !behind.starts_with(b"==")
        {
            self.settings += 1;
        } else if !code && is_yaml(line) {
            self.yaml += 1;
        } else {
            self.other += 1;
        }
    }

    /// Returns what most lines are.
    fn syntax(&self, shell: bool) -> Option<&'static Syntax> {
        let known = self.settings + self.commands;
        if known > self.yaml + self.other || shell && known > 0 {
            return Syntax::of_word(b"bash");
        }
        if self.yaml > 1 && self.yaml > 4 * (self.other + known) {
            return Syntax::of_word(b"yaml");
        }
        shell.then(|| Syntax::of_word(b"bash")).flatten()
    }
}

/// Tells whether a line is one of YAML: `key: v`, `key:`, `- x`.
fn is_yaml(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"- ").unwrap_or(line);
    let name = |b: &u8| b.is_ascii_alphanumeric() || b"_-./".contains(b);
    let len = line.iter().take_while(|b| name(b)).count();
    len > 0 && line[len..].starts_with(b":") && matches!(line.get(len + 1), None | Some(b' '))
}

/// Tells whether what stands before a literal hands it to a shell: `sh """`, `bash -c '`, `user_data = <<EOF`.
fn is_handed_to_shell(intro: &[u8]) -> bool {
    let line = last_line(intro);
    let line = match memchr::memmem::rfind(line, b"<<") {
        Some(at) => &line[..at],
        None => line,
    };
    let name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let end = line.iter().rposition(name).map_or(0, |last| last + 1);
    let len = line[..end].iter().rev().take_while(|b| name(b)).count();
    SHELLS.has(&line[end - len..end])
}

/// Tells whether a literal that stands behind this is a statement by itself, and not an argument or a value.
fn is_documentation(intro: &[u8]) -> bool {
    let before = intro.trim_ascii_end();
    memchr::memchr(b'\n', &intro[before.len()..]).is_some()
        && before.last().is_none_or(|b| !b"(,=[{+&|\\".contains(b))
}

/// Returns the last line of a text that is not empty.
fn last_line(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii_end();
    &text[line_start(text, text.len())..]
}

fn first_word(text: &[u8]) -> &[u8] {
    let word = |b: &&u8| b.is_ascii_alphanumeric() || b"_-+.".contains(b);
    &text[..text.iter().take_while(word).count()]
}

/// Returns the last component of a path.
fn last_part(path: &[u8]) -> &[u8] {
    path.rsplit(|b| *b == b'/').next().unwrap_or(path)
}
