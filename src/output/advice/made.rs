//! Advice for what is in commits that are made already: of a branch, of notes, of the stash.

use std::collections::BTreeSet;

use super::{About, COMMANDS, FILES, Piece, cut, unknown};
use crate::finding::Finding;
use crate::fragment::Part;
use crate::output::{escaped, shell_quoted};
use crate::report::around::{Made, RemoteBranch, Way};
use crate::source::headers::{HEADER, TAG, TAGGER};

/// So many digits of an id are written.
const SHORT: usize = 12;

/// Returns what to do about findings in commits.
pub(super) fn pieces(about: &About<'_>, blocked: &[&Finding]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut left: Vec<&Finding> = blocked
        .iter()
        .copied()
        .filter(|one| one.commit.is_some())
        .collect();
    let mut stashed = BTreeSet::new();
    for Made { commits, by } in &about.report.around.made {
        let is_of_it = |one: &&Finding| one.commit.as_ref().is_some_and(|id| commits.contains(id));
        let (own, others): (Vec<&Finding>, Vec<&Finding>) = left.into_iter().partition(is_of_it);
        left = others;
        if own.is_empty() {
            continue;
        }
        match by {
            Way::Notes(name) => pieces.push(notes(name, &own)),
            Way::Stash(number) => {
                stashed.insert(*number);
            }
            Way::Newest => pieces.extend(newest(about, &own)),
            Way::Branch { .. } => {
                let rebase = rebase(about, by);
                pieces.extend(older(about, &own, rebase, ""));
            }
        }
    }
    if !stashed.is_empty() {
        // The last one first, for the numbers of those behind a dropped one change.
        let drop = |number: &usize| format!("git stash drop 'stash@{{{number}}}'");
        let commands = stashed.iter().rev().map(drop).collect();
        let says = "Drop it from the stash; apply it first if you still need it:";
        pieces.push(Piece::new(says, commands));
    }
    if !left.is_empty() {
        let place = on_branch(ids(&left).len());
        let rebase = rebase_on(about, &ids(&left));
        pieces.extend(older(about, &left, rebase, place));
    }
    pieces.extend(tagged(about));
    pieces.extend(published(about));
    pieces
}

/// Returns the command that opens the list of the commits which a branch has, no more of them than need be.
fn rebase(about: &About<'_>, by: &Way) -> String {
    let Way::Branch {
        name,
        below,
        merges,
    } = by
    else {
        return String::new();
    };
    let below = below.as_deref().unwrap_or("--root");
    let branch = name
        .as_ref()
        .map(|name| shell_quoted(&about.paths.bytes(name)));
    let merges = if *merges { "-r " } else { "" };
    // What is not committed goes aside meanwhile; of another branch it would come back on that one.
    let aside = if branch.is_none() { "--autostash " } else { "" };
    let branch = branch.map(|name| format!(" {name}")).unwrap_or_default();
    // A later commit that took the secret out changes nothing any more.
    format!("git rebase -i {aside}--empty=drop {merges}{below}{branch}")
}

/// Returns the same for commits of unknown place.
fn rebase_on(about: &About<'_>, ids: &[&str]) -> String {
    let roots = &about.report.around.held.roots;
    let below = match ids {
        _ if ids.iter().any(|id| roots.iter().any(|root| root == id)) => "--root".to_owned(),
        [one] => format!("{}^", short(one)),
        _ => "COMMIT-BELOW".to_owned(),
    };
    format!("git rebase -i --autostash --empty=drop {below}")
}

fn on_branch(commits: usize) -> &'static str {
    match commits {
        1 => ", on its branch",
        _ => ", on their branch",
    }
}

/// Says how to leave files out of commits that could not be scanned there: each is a file as an argument of git's, and the
/// commit that holds it.
pub(super) fn unscanned(about: &About<'_>, files: &[(String, &str)]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut left: Vec<&(String, &str)> = files.iter().collect();
    for Made { commits, by } in &about.report.around.made {
        let is_of_it = |one: &&(String, &str)| commits.iter().any(|id| id == one.1);
        let (own, others): (Vec<_>, Vec<_>) = left.into_iter().partition(is_of_it);
        left = others;
        if own.is_empty() {
            continue;
        }
        match by {
            // Nobody keeps files there.
            Way::Notes(_) | Way::Stash(_) => {}
            Way::Newest => {
                let commit = short(own[0].1);
                let command = format!("{} && {}", removed(&own), without_files().amend(""));
                let says = format!(
                    "{} the newest commit, {commit}{}:",
                    take(about),
                    unknown(&command)
                );
                pieces.push(Piece::new(says, vec![command]));
            }
            Way::Branch { .. } => pieces.extend(taken_out(about, &own, rebase(about, by), "")),
        }
    }
    if !left.is_empty() {
        let ids = distinct(left.iter().map(|one| one.1));
        let (rebase, place) = (rebase_on(about, &ids), on_branch(ids.len()));
        pieces.extend(taken_out(about, &left, rebase, place));
    }
    pieces
}

/// What is pushed at this moment is here alone, as far as anybody knows.
fn take(about: &About<'_>) -> &'static str {
    if about.report.of_hook {
        "Take it out of"
    } else {
        "If it is not pushed yet, take it out of"
    }
}

fn without_files() -> Parts {
    Parts {
        whole: true,
        ..Parts::default()
    }
}

/// Returns the command that leaves files out of the next commit and lets them lie.
fn removed(files: &[&(String, &str)]) -> String {
    let files = distinct(files.iter().map(|one| one.0.as_str()));
    let files = files[..files.len().min(FILES)].join(" ");
    format!("git rm -q --cached --ignore-unmatch -- {files}")
}

/// Says how to leave files out of commits below the newest one.
fn taken_out(
    about: &About<'_>,
    files: &[&(String, &str)],
    rebase: String,
    place: &str,
) -> Vec<Piece> {
    let ids = distinct(files.iter().map(|one| one.1));
    let parts = without_files();
    let (commits, how) = told(about, &ids, &parts);
    let removed = removed(files);
    let put = unknown(&removed);
    let amend = parts.amend("");
    let says = format!(
        "{} {commits}{place}: {how} in the list that this opens:",
        take(about)
    );
    vec![
        Piece::new(says, vec![rebase]),
        Piece::new(
            format!("Where git stops, leave the file out{put}:"),
            vec![format!("{removed} && {amend} && git rebase --continue")],
        ),
    ]
}

/// Says which tags hold the commits, too.
fn tagged(about: &About<'_>) -> Option<Piece> {
    let tags = &about.report.around.held.by_tags;
    let command = |(name, annotated): &(Vec<u8>, bool)| {
        let name = shell_quoted(&about.paths.bytes(name));
        let option = if *annotated { " -a" } else { "" };
        format!("git tag -f{option} {name} NEW-COMMIT")
    };
    let mut commands: Vec<String> = tags.iter().map(command).collect();
    let part = cut(&mut commands, COMMANDS, "tags");
    let says =
        format!("Tags hold it as well. Then move them to the commits that took their place{part}:");
    (!commands.is_empty()).then(|| Piece::new(says, commands))
}

/// Says that the commits have left this machine.
fn published(about: &About<'_>) -> Option<Piece> {
    let all = &about.report.around.held.by_remotes;
    let first = all.first()?;
    let name = [&first.remote, &b"/"[..], &first.name].concat();
    let name = escaped(&about.paths.bytes(&name));
    let command = |one: &RemoteBranch| {
        let (remote, name) = (about.paths.bytes(&one.remote), about.paths.bytes(&one.name));
        let from = if one.here { "" } else { "YOUR-BRANCH:" };
        format!(
            "git push --force-with-lease {} {from}{}",
            shell_quoted(&remote),
            shell_quoted(&name)
        )
    };
    let mut commands = all.iter().map(command).collect();
    let part = cut(&mut commands, COMMANDS, "branches");
    let says = format!(
        "{name} has it already: the secret is out, so revoke it now. Do not `git pull`, which brings it back; once it is taken out{part}:"
    );
    Some(Piece::new(says, commands))
}

/// Which parts of commits must be made anew.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "parts of a commit that do not depend on each other"
)]
struct Parts {
    content: bool,
    name: bool,
    whole: bool,
    message: bool,
    person: bool,
    other: bool,
}

impl Parts {
    fn of(findings: &[&Finding]) -> Self {
        let mut parts = Self::default();
        for finding in findings {
            let path = finding.path.as_slice();
            *match finding.part {
                _ if path == TAG || path == TAGGER || path == HEADER => &mut parts.other,
                Part::Message => &mut parts.message,
                Part::Header => &mut parts.person,
                Part::Name if finding.member().is_some() => &mut parts.content,
                Part::Name if finding.rule.is_of_file_names() => &mut parts.whole,
                Part::Name => &mut parts.name,
                Part::Content | Part::Reference => &mut parts.content,
            } = true;
        }
        parts
    }

    /// Tells whether only messages must be written anew.
    fn is_message(&self) -> bool {
        self.message && !(self.content || self.name || self.whole || self.person)
    }

    /// Tells whether a new commit with the same header would hold it again.
    fn is_other(&self) -> bool {
        self.other && !(self.content || self.name || self.whole || self.person || self.message)
    }

    /// Returns what to do before the commit is amended, and that the command follows.
    fn steps(&self) -> String {
        let steps = [
            (self.content, "mend the file"),
            (self.name, "rename the file (git mv)"),
            (self.whole, "leave the file out (git rm --cached)"),
            (self.person, "set user.name and user.email"),
        ];
        let steps = steps.iter().filter(|step| step.0).map(|step| step.1);
        let then = if self.message {
            "then (an editor opens for the message):"
        } else {
            "then:"
        };
        steps.chain([then]).collect::<Vec<_>>().join(", ")
    }

    /// Returns how the commit is amended; `all` are the options that say of what. Without the secret it may change nothing.
    fn amend(&self, all: &str) -> String {
        let changed = self.content || self.name || self.whole;
        format!(
            "git commit {all}--amend{}{}{}",
            if self.message { "" } else { " --no-edit" },
            if changed { " --allow-empty" } else { "" },
            if self.person { " --reset-author" } else { "" }
        )
    }
}

/// Says how to mend the newest commit of the branch that is checked out.
fn newest(about: &About<'_>, findings: &[&Finding]) -> Vec<Piece> {
    let parts = Parts::of(findings);
    let commit = short(findings[0].commit.as_deref().unwrap_or_default());
    if parts.is_other() {
        return vec![anew(&format!("the commit {commit}"))];
    }
    if parts.is_message() {
        let says = format!("Write the message of the newest commit, {commit}, anew:");
        return vec![Piece::new(says, vec![parts.amend("")])];
    }
    let is_name = |one: &&Finding| one.part == Part::Name && one.member().is_none();
    let own = findings.iter().copied();
    let own = own.filter(|one| matches!(one.part, Part::Content | Part::Name));
    let (names, files): (Vec<&Finding>, Vec<&Finding>) = own.partition(is_name);
    let (whole, names): (Vec<&Finding>, Vec<&Finding>) = names
        .into_iter()
        .partition(|one| one.rule.is_of_file_names());
    let mut commands = Vec::new();
    if !names.is_empty() {
        commands.extend(about.renamed(&names));
    }
    commands.extend(about.untracked(&whole));
    let files = about.arguments(&files).join(" ");
    let amend = parts.amend("");
    commands.push(if files.is_empty() {
        amend
    } else {
        format!("git add -A -- {files} && {amend}")
    });
    let says = format!(
        "Take it out of the newest commit, {commit}{}: {}",
        unknown(&commands.join(" ")),
        parts.steps()
    );
    vec![Piece::new(says, commands)]
}

/// Says how to mend commits below the newest one; `place` is added to the sentence.
fn older(about: &About<'_>, findings: &[&Finding], rebase: String, place: &str) -> Vec<Piece> {
    let parts = Parts::of(findings);
    let ids = ids(findings);
    let (commits, how) = told(about, &ids, &parts);
    if parts.is_other() {
        return vec![anew(&commits)];
    }
    let alike = if parts.person {
        ", and of those after it by the same person"
    } else {
        ""
    };
    let says =
        format!("Take it out of {commits}{alike}{place}: {how} in the list that this opens:");
    let mut pieces = vec![Piece::new(says, vec![rebase])];
    if !parts.is_message() {
        let amend = parts.amend("-a ");
        // At the one place where git stops the names are known.
        let mut commands = Vec::new();
        let names: Vec<&Finding> = findings
            .iter()
            .copied()
            .filter(|one| {
                one.part == Part::Name && one.member().is_none() && !one.rule.is_of_file_names()
            })
            .collect();
        if ids.len() == 1 && !names.is_empty() {
            commands.extend(about.renamed(&names));
        }
        commands.push(format!("{amend} && git rebase --continue"));
        let says = format!("Where git stops, {}", parts.steps());
        pieces.push(Piece::new(says, commands));
    }
    pieces
}

/// Names some commits, and says how to mark them in the list of a rebase.
fn told(about: &About<'_>, ids: &[&str], parts: &Parts) -> (String, String) {
    let shown: Vec<String> = ids.iter().take(COMMANDS).map(|id| short(id)).collect();
    let (what, each) = if ids.len() == 1 {
        ("the commit", "it")
    } else {
        ("the commits", "each")
    };
    let mut commits = format!("{what} {}", shown.join(", "));
    if ids.len() > COMMANDS {
        commits += &format!(" and {} more", ids.len() - COMMANDS);
    }
    let merges = &about.report.around.held.merges;
    let of_merges = ids
        .iter()
        .filter(|id| merges.iter().any(|merge| merge == *id));
    let of_merges: Vec<&&str> = of_merges.collect();
    // The list has another line for a merge, with as much of the id as git sees fit.
    let line = of_merges.first().map(|id| format!("merge -C {}", &id[..7]));
    let mark = if parts.is_message() { "reword" } else { "edit" };
    let of_merge = line.map(|line| {
        if parts.is_message() {
            format!("write `-c` in place of `-C` in `{line}...`")
        } else {
            format!("write the line `break` below `{line}...`")
        }
    });
    let how = match of_merge {
        None => format!("mark {each} with `{mark}`"),
        Some(of_merge) if of_merges.len() == ids.len() => of_merge,
        Some(of_merge) => format!("mark {each} with `{mark}`, but for a merge {of_merge},"),
    };
    (commits, how)
}

/// Says what to do where amending keeps the line that holds the secret.
fn anew(commits: &str) -> Piece {
    Piece::new(
        format!(
            "Make {commits} anew without that line of the header; of a merged tag, merge the commit that it names instead."
        ),
        Vec::new(),
    )
}

/// Says how to take something out of notes, whose earlier versions are commits, too.
fn notes(name: &[u8], findings: &[&Finding]) -> Piece {
    let name = shell_quoted(name);
    let is_object = |hex: &String| hex.len() >= 40 && hex.bytes().all(|b| b.is_ascii_hexdigit());
    let mut commands: Vec<String> = findings
        .iter()
        .filter(|one| one.part == Part::Content)
        .map(|one| String::from_utf8_lossy(one.file()).replace('/', ""))
        .filter(is_object)
        .map(|object| format!("git notes --ref={name} edit {}", short(&object)))
        .collect();
    commands.sort();
    commands.dedup();
    let part = cut(&mut commands, COMMANDS, "objects");
    commands.push(format!(
        "git update-ref {name} \"$(git commit-tree -m notes {name}'^{{tree}}')\""
    ));
    Piece::new(
        format!("Take it out of the note{part}, and drop the earlier versions of the notes:"),
        commands,
    )
}

/// Returns the commits in which findings stand.
fn ids<'f>(findings: &[&'f Finding]) -> Vec<&'f str> {
    distinct(findings.iter().filter_map(|one| one.commit.as_deref()))
}

/// Returns each word once, in order.
fn distinct<'w>(words: impl Iterator<Item = &'w str>) -> Vec<&'w str> {
    let mut all: Vec<&str> = Vec::new();
    for word in words {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    all
}

fn short(id: &str) -> String {
    id.get(..SHORT).unwrap_or(id).to_owned()
}
