//! Guarded: the files that keep hexguard at work, as a table, and where on this machine they are meant.

use std::borrow::Cow;
use std::collections::HashMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use globset::{Glob, GlobMatcher};

use super::keeps::is_script;
use crate::config::{NAMES, others};
use crate::hook::others::{OVERCOMMIT, OVERCOMMIT_LOCAL, SIMPLE_GIT_HOOKS};
use crate::hook::{lefthook, pre_commit};
use crate::suppress::baseline;
use crate::write;

/// Why a file must be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// It decides whether hexguard runs and what it lets through: a person changes it.
    Always,
    /// It belongs to a hook manager that calls hexguard: an edit that leaves hexguard's part alone is none of its business.
    Manager,
}

/// Where a file of a name is one that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    /// Anywhere.
    Anywhere,
    /// At the top of this work tree or of another one that hexguard serves, where the agent works, and in its home.
    Top,
    /// Where it names hexguard.
    Naming,
    /// Where a file beside it does.
    Beside,
}

/// Files and folders by the last parts of their path; a folder stands for what is in it.
const FILES: &[(&str, Where)] = &[
    (".git/hooks", Where::Top),
    (".git/config", Where::Top),
    (".git/config.worktree", Where::Top),
    (".git/hexguard", Where::Top),
    (".git/modules", Where::Top),
    (".git/refs", Where::Top),
    (".git/packed-refs", Where::Top),
    ("etc/gitconfig", Where::Anywhere),
    ("etc/hexguard", Where::Anywhere),
    ("programdata/hexguard", Where::Anywhere),
    ("bin/hexguard", Where::Anywhere),
    ("bin/hexguard.exe", Where::Anywhere),
    (".gitconfig", Where::Top),
    (".config/git/config", Where::Top),
    (".config/hexguard", Where::Top),
    ("library/application support/hexguard", Where::Top),
    ("appdata/roaming/hexguard", Where::Top),
    (".hexguard-reviews", Where::Top),
    // Settings of agents, in which their hooks stand.
    (".claude/settings.json", Where::Top),
    (".claude/settings.local.json", Where::Top),
    (".codex/hooks.json", Where::Top),
    (".codex/config.toml", Where::Top),
    (".cursor/hooks.json", Where::Top),
    (".github/hooks", Where::Top),
    (".copilot/hooks", Where::Top),
    (".copilot/settings.json", Where::Top),
    (".gemini/settings.json", Where::Top),
    // A script that husky runs before each of its own.
    (".config/husky", Where::Top),
    (".husky", Where::Naming),
];

/// A line of the table.
struct Row {
    name: Cow<'static, str>,
    place: Where,
    /// The files of which one must name hexguard.
    main: Vec<String>,
}

/// The table, with the files that other modules read.
static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let own = NAMES.into_iter().chain([baseline::NAME]);
    let top = own.chain(others::NAMES).map(|name| (name, Where::Top));
    let lists = pre_commit::NAMES
        .into_iter()
        .chain(SIMPLE_GIT_HOOKS.iter().copied());
    // It holds more than hooks.
    let lists = lists.filter(|name| *name != "package.json");
    let lists = lists.chain([OVERCOMMIT]).map(|name| (name, Where::Naming));
    let known = FILES.iter().copied().chain(top).chain(lists);
    let row = |name: Cow<'static, str>, place, main: &[String]| Row {
        name,
        place,
        main: main.to_vec(),
    };
    let known = known.map(|(name, place)| row(name.into(), place, &[name.to_owned()]));
    let lefthook: Vec<String> = lefthook::files("").collect();
    let main = lefthook.iter().map(|name| {
        let own = std::slice::from_ref(name);
        row(name.clone().into(), Where::Naming, own)
    });
    let local = lefthook::files(lefthook::LOCAL);
    let local = local.map(|name| row(name.into(), Where::Beside, &lefthook));
    let more = [
        row(".husky/_".into(), Where::Beside, &[".husky".to_owned()]),
        row(
            OVERCOMMIT_LOCAL.into(),
            Where::Beside,
            &[OVERCOMMIT.to_owned()],
        ),
    ];
    // What names hexguard itself comes last: less of it is guarded.
    more.into_iter()
        .chain(local)
        .chain(known)
        .chain(main)
        .collect()
});

/// Folders that must not go as a whole, with the hooks or the hooks' settings in them.
const WHOLE: &[&str] = &[
    ".git", ".claude", ".codex", ".cursor", ".gemini", ".copilot",
];

/// Commands in a word that print where something guarded stands, and what they stand for.
const PRINTING: &[(&str, &str)] = &[
    ("--git-path", ".git/hooks"),
    ("--git-dir", ".git"),
    ("--absolute-git-dir", ".git"),
    ("--git-common-dir", ".git"),
    ("--show-toplevel", "."),
    ("pwd", "."),
    ("hexguard", "bin/hexguard"),
];

/// Whose a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// Where the agent works, or another repository with hexguard's hooks.
    Ours,
    /// Another one, which is there.
    Other,
    /// It is yet to be made, below the folder where the agent works.
    New,
    /// Nobody can say.
    Unknown,
}

/// The folder where an agent works, and what of this machine was looked up.
pub struct Places {
    folder: PathBuf,
    ours: Vec<PathBuf>,
    known: HashMap<String, Option<Guard>>,
}

impl Places {
    /// Returns what is known where a command runs in this folder.
    pub fn of(folder: &Path) -> Self {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let folder = real(&folder);
        let top = folder.ancestors().find(|one| one.join(".git").exists());
        let mut ours = vec![folder.clone()];
        ours.extend(top.map(Path::to_owned));
        ours.extend(home().map(|home| real(&home)));
        Self {
            folder,
            ours,
            known: HashMap::new(),
        }
    }

    /// Returns the folder where commands run.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns why a file must be left alone; nothing for any other. A name with a wildcard stands for what it may be,
    /// a link for what it leads to.
    pub fn guard(&mut self, path: &str) -> Option<Guard> {
        if let Some(known) = self.known.get(path) {
            return *known;
        }
        let plain = Self::plain(path);
        let mut guard = self.by_name(&plain);
        if guard.is_none() && !plain.starts_with('-') && !unknown(&plain) {
            let whole = self.folder.join(&plain);
            // A link has another name than what it leads to.
            let real = write::target(&whole, None).ok();
            guard = real
                .filter(|real| *real != whole)
                .and_then(|real| self.by_name(&real.to_string_lossy()));
        }
        self.known.insert(path.to_owned(), guard);
        guard
    }

    /// Tells whether a script's end must be left alone: what stands behind hexguard's line does it no harm.
    pub fn guards_end(&mut self, path: &str) -> bool {
        let guard = self.guard(path);
        guard.is_some() && !(guard == Some(Guard::Manager) && is_script(path))
    }

    /// Tells whether a path is the top of the work tree where the agent works.
    pub(super) fn is_ours(&self, path: &str) -> bool {
        let path = Self::plain(path.strip_prefix("file://").unwrap_or(path));
        let path = real(&self.folder.join(path));
        self.ours.contains(&path)
            || path.ends_with(".git") && self.ours.iter().any(|one| path.starts_with(one))
    }

    /// Tells whether a git directory is none of a work tree's: a copy that a script makes, or one of what hexguard serves.
    pub(super) fn is_copy(&self, path: &str) -> bool {
        let path = Self::plain(path);
        let parts = path.trim_end_matches('/').split('/');
        if unknown(&path) || parts.rev().any(|part| part == ".git") {
            return false;
        }
        let path = self.folder.join(path);
        !path.exists()
            || names_hexguard(&path.join("hooks"))
            || names_hexguard(&path.join("config"))
    }

    /// Returns a path with what stands for variables and commands that everybody knows.
    fn plain(path: &str) -> String {
        let mut path = path.replace('\\', "/");
        while let Some(start) = path.find("$(").or_else(|| path.find('`')) {
            let end = path[start + 1..]
                .find([')', '`'])
                .map_or(path.len(), |at| start + at + 2);
            let inner = &path[start..end];
            let known = PRINTING.iter().find(|(word, _)| inner.contains(word));
            let Some((_, stands)) = known else { break };
            // `(Get-Command hexguard).Source`
            let end = if stands.ends_with("hexguard") {
                path.len()
            } else {
                end
            };
            path.replace_range(start..end, stands);
        }
        for name in [
            "~",
            "$HOME",
            "${HOME}",
            "$env:USERPROFILE",
            "$PWD",
            "${PWD}",
            "$XDG_CONFIG_HOME",
            "${XDG_CONFIG_HOME}",
        ] {
            let rest = path.strip_prefix(name);
            if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with('/')) {
                let folder = if name.contains("PWD") { None } else { home() };
                let folder = folder.unwrap_or_else(|| PathBuf::from("."));
                let below = if name.contains("XDG") { "/.config" } else { "" };
                return format!("{}{below}{rest}", folder.display());
            }
        }
        path
    }

    fn by_name(&self, path: &str) -> Option<Guard> {
        let whole = settled(self.folder.join(path));
        let whole = whole.to_string_lossy().replace('\\', "/");
        let mut parts: Vec<&str> = Vec::new();
        for part in whole.split('/').filter(|part| !matches!(*part, "" | ".")) {
            match part {
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        let base = |parts: &[&str]| {
            let slash = if whole.starts_with('/') { "/" } else { "" };
            PathBuf::from(format!("{slash}{}", parts.join("/")))
        };
        let small: Vec<Part> = parts.iter().map(|part| Part::of(part)).collect();
        if let Some((last, root)) = small.split_last()
            && WHOLE.iter().any(|name| last.is(name, false))
        {
            let owner = self.owner(&base(&parts[..root.len()]));
            return matches!(owner, Owner::Ours | Owner::Unknown).then_some(Guard::Always);
        }
        ROWS.iter().find_map(|row| {
            let at = stands_in(&small, &row.name)?;
            let root = base(&parts[..at]);
            match row.place {
                Where::Anywhere => Some(Guard::Always),
                Where::Top => {
                    let other = matches!(self.owner(&root), Owner::Other | Owner::New);
                    (!other).then_some(Guard::Always)
                }
                Where::Naming | Where::Beside => {
                    let roots = match self.owner(&root) {
                        Owner::Unknown => &self.ours[..],
                        _ => &[root],
                    };
                    let rest = parts[at..].join("/");
                    let beside = row.place == Where::Beside;
                    let main = || row.main.iter().filter(|_| beside || unknown(&rest));
                    let named = roots.iter().any(|root| {
                        names_hexguard(&root.join(&rest))
                            || main().any(|name| names_hexguard(&root.join(name)))
                    });
                    let guard = if beside {
                        Guard::Always
                    } else {
                        Guard::Manager
                    };
                    named.then_some(guard)
                }
            }
        })
    }

    fn owner(&self, root: &Path) -> Owner {
        let text = root.to_string_lossy();
        if unknown(&text) || text.contains("/~") {
            return Owner::Unknown;
        }
        let root = real(root);
        if self.ours.contains(&root) || root.join(".git").is_file() {
            return Owner::Ours;
        }
        if root.is_dir() {
            let served = names_hexguard(&root.join(".git/hooks"));
            return if served { Owner::Ours } else { Owner::Other };
        }
        if root.starts_with(&self.folder) {
            Owner::New
        } else {
            Owner::Unknown
        }
    }
}

fn home() -> Option<PathBuf> {
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    env::var_os(name).map(PathBuf::from)
}

/// Returns a path below the folder of a person's settings as it is where that folder is not moved.
fn settled(path: PathBuf) -> PathBuf {
    let moved = env::var_os("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty());
    let below = moved.and_then(|folder| Some(path.strip_prefix(folder).ok()?.to_owned()));
    match below.zip(home()) {
        Some((below, home)) => home.join(".config").join(below),
        None => path,
    }
}

/// Returns a path without links, as far as it is there.
fn real(path: &Path) -> PathBuf {
    write::target(path, None).unwrap_or_else(|_| path.to_owned())
}

/// Tells whether a part of a path is not known.
fn unknown(path: &str) -> bool {
    path.contains(['$', '*', '?', '[', '{', '`', '('])
}

/// Tells whether a file, or one of those in a folder, names hexguard.
fn names_hexguard(path: &Path) -> bool {
    let names = |path: &Path| {
        // No hook and no configuration is larger.
        let small = fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() < 1 << 20);
        small && fs::read(path).is_ok_and(|text| has_name(&text))
    };
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    names(path) || entries.take(200).any(|entry| names(&entry.path()))
}

fn has_name(text: &[u8]) -> bool {
    memchr::memmem::find(&text.to_ascii_lowercase(), b"hexguard").is_some()
}

/// A part of a path, and the pattern that it may be.
struct Part {
    name: String,
    glob: Option<GlobMatcher>,
    /// Whether the pattern says how the name begins.
    begins: bool,
}

impl Part {
    fn of(part: &str) -> Self {
        let name = part.to_ascii_lowercase();
        let wild = name.find(['*', '?', '[', '{']);
        Self {
            glob: wild.and_then(|_| Some(Glob::new(&name).ok()?.compile_matcher())),
            begins: wild.is_some_and(|at| at > 0),
            name,
        }
    }

    /// Tells whether it is a name or stands for it; what begins anyhow does so only `inside` a folder.
    fn is(&self, name: &str, inside: bool) -> bool {
        let glob = self.glob.as_ref().filter(|_| self.begins || inside);
        self.name == name || glob.is_some_and(|glob| glob.is_match(name))
    }
}

/// Returns where in a path a file or folder of this name stands.
fn stands_in(parts: &[Part], name: &str) -> Option<usize> {
    let len = name.split('/').count();
    parts.windows(len).position(|there| {
        let mut pairs = there.iter().zip(name.split('/')).enumerate();
        pairs.all(|(at, (part, name))| part.is(name, at > 0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_keep_hexguard_at_work_are_guarded() {
        let folder = tempfile::tempdir().expect("a folder");
        let put = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        };
        put(".git/HEAD", "");
        put(".husky/pre-commit", "hexguard hook pre-commit\n");
        put(".husky/pre-push", "npm test\n");
        put("lefthook.yml", "- name: hexguard\n");
        put("other/.git/hooks/pre-commit", "npm test\n");
        put(
            "served/.git/hooks/pre-commit",
            "exec hexguard hook pre-commit\n",
        );
        put("tests/x", "");
        let mut places = Places::of(folder.path());
        for path in [
            ".git/hooks/pre-commit",
            "/p/x/.git/hooks",
            "./tests/../.git/config",
            ".git\\hooks\\pre-commit",
            ".git",
            ".git/*",
            ".git/h*/pre-commit",
            "$(git rev-parse --git-dir)/hooks/pre-commit",
            "$x/.git/hooks",
            "served/.git/hooks",
            "HexGuard.toml",
            "$PWD/hexguard.toml",
            ".claude/settings.local.json",
            "~/.config/git/config",
            ".github/hooks/hexguard.json",
            "$(which hexguard)",
            ".husky/_/pre-commit",
        ] {
            assert_eq!(places.guard(path), Some(Guard::Always), "{path}");
        }
        for path in [".husky/pre-commit", ".husky", ".husky/p*", "lefthook.yml"] {
            assert_eq!(places.guard(path), Some(Guard::Manager), "{path}");
        }
        for path in [
            "",
            "src/main.rs",
            ".gitignore",
            ".github/workflows/ci.yml",
            "docs/hexguard.toml.md",
            "*",
            "*.yml",
            ".git/index.lock",
            ".claude/commands/x.md",
            "tests/hexguard.toml",
            "tests/.claude/settings.json",
            ".husky/pre-push",
            ".pre-commit-config.yaml",
            "other/.git/hooks/pre-commit",
            "other/.git",
            "fresh/.git",
        ] {
            assert_eq!(places.guard(path), None, "{path}");
        }
    }
}
