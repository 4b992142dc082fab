//! The readers of the index against git's own plumbing, over random repositories and broken indexes.
//!
//! `HEXGUARD_CASES=2000` makes more of them, `HEXGUARD_SEED=7` begins elsewhere.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{fs, thread};

use hexguard::git::{Caller, Entry, Id, Reader, Repository, Want};

use crate::support::{Repo, hermetic, run, run_with};

/// A path, what it named and what it names.
type Seen = (Vec<u8>, Option<Entry>, Option<Entry>);

#[test]
#[expect(
    clippy::print_stdout,
    reason = "the result of a long run is to be read"
)]
fn readers_agree_with_git_or_refuse() {
    let number = |name: &str, default: u64| {
        std::env::var(name).map_or(default, |value| value.parse().expect(name))
    };
    let (cases, first) = (number("HEXGUARD_CASES", 300), number("HEXGUARD_SEED", 1000));
    let (next, read, refused) = (
        AtomicU64::new(0),
        [const { AtomicU64::new(0) }; 3],
        [const { AtomicU64::new(0) }; 3],
    );
    let work = || {
        loop {
            let case = next.fetch_add(1, Ordering::Relaxed);
            if case >= cases {
                break;
            }
            Case::new(first + case).run(&read, &refused);
        }
    };
    thread::scope(|scope| {
        let other = scope.spawn(work);
        work();
        other.join().unwrap();
    });
    let count = |counts: &[AtomicU64; 3]| counts.each_ref().map(|n| n.load(Ordering::Relaxed));
    println!(
        "{cases} repositories from seed {first}: read {:?}, refused {:?} (root, entries, git)",
        count(&read),
        count(&refused)
    );
    // A reader that always refused would agree with everything.
    assert!(
        count(&read).iter().all(|&n| n >= cases / 3),
        "{:?}",
        count(&read)
    );
}

/// Sorts changes, and makes one of a path that is told to be gone and to be new.
fn settled(mut seen: Vec<Seen>) -> Vec<Seen> {
    seen.sort();
    let mut out: Vec<Seen> = Vec::new();
    for (path, old, new) in seen {
        match out.last_mut() {
            Some(last) if last.0 == path => {
                last.1 = last.1.or(old);
                last.2 = last.2.or(new);
            }
            _ => out.push((path, old, new)),
        }
    }
    out.retain(|(_, old, new)| old != new);
    out
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = self.roll(from.len() as u64);
        &from[usize::try_from(index).unwrap()]
    }
}

struct Case {
    seed: u64,
    dice: Dice,
    repo: Repo,
    blobs: Vec<String>,
}

impl Case {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let mut args = Vec::new();
        if dice.one_in(4) {
            args.push("--object-format=sha256");
        }
        if dice.one_in(6) {
            args.push("--ref-format=reftable");
        }
        let repo = Repo::init(&args);
        if dice.one_in(3) {
            repo.git(&["config", "index.version", "4"]);
        }
        let mut case = Self {
            seed,
            dice,
            repo,
            blobs: Vec::new(),
        };
        for n in 0..6 {
            case.repo.write(&format!("seed{n}"), format!("text {n}\n"));
        }
        let names = "seed0\nseed1\nseed2\nseed3\nseed4\nseed5\n";
        let ids = case.input(&["hash-object", "-w", "--stdin-paths"], names.as_bytes());
        case.blobs = ids.lines().map(str::to_owned).collect();
        case
    }

    fn run(&mut self, read: &[AtomicU64; 3], refused: &[AtomicU64; 3]) {
        if !self.dice.one_in(12) {
            let count = 1 + self.dice.roll(60);
            self.edit(count, false);
            self.repo.commit("base");
        }
        match self.dice.roll(8) {
            0 => drop(self.repo.git(&["update-index", "--split-index"])),
            // It fails where a file cannot be written or is a directory; another repository will do.
            1 => {
                let _ = self.repo.try_git(&[
                    "sparse-checkout",
                    "set",
                    "--cone",
                    "--sparse-index",
                    "d1",
                ]);
            }
            _ => {}
        }
        self.check(read, refused);
        for _ in 0..=self.dice.roll(3) {
            let count = 1 + self.dice.roll(12);
            self.edit(count, true);
            if self.dice.one_in(4) {
                self.repo.write("intended", "x");
                let _ = self.repo.try_git(&["add", "-N", "intended"]);
            }
            self.check(read, refused);
            // Makes the cache-tree known, wholly or (with an intention) partly; impossible in a conflict.
            if self.dice.one_in(2) {
                let _ = self.repo.try_git(&["write-tree"]);
                self.check(read, refused);
            }
            if self.dice.one_in(6) {
                let _ = self
                    .repo
                    .try_git(&["commit", "-q", "--allow-empty", "-m", "more"]);
                self.repo.git(&["gc", "-q"]);
            }
        }
        self.corrupt();
    }

    /// Changes the index at random: `count` paths of few names, so that they meet.
    fn edit(&mut self, count: u64, conflicts: bool) {
        let zero = "0".repeat(self.blobs[0].len());
        let mut lines = Vec::new();
        for _ in 0..count {
            let path = self.path();
            let dice = &mut self.dice;
            let id = dice.pick(&self.blobs).clone();
            let (mode, id, stage) = match dice.roll(if conflicts { 12 } else { 9 }) {
                0..=4 => ("100644", id, 0),
                5 => ("100755", id, 0),
                6 => ("120000", id, 0),
                7 => ("160000", id, 0),
                8 | 9 => ("0", zero.clone(), 0),
                10 => ("100644", id, 0),
                _ => ("100644", id, 1 + dice.roll(3)),
            };
            lines.extend_from_slice(format!("{mode} {id} {stage}\t").as_bytes());
            lines.extend_from_slice(&path);
            lines.push(0);
        }
        let _ = self.input(&["update-index", "-z", "--index-info"], &lines);
    }

    fn path(&mut self) -> Vec<u8> {
        const NAMES: [&[u8]; 14] = [
            b"a",
            b"b",
            b"a-b",
            b"a.b",
            b"a0",
            b"d1",
            b"d2",
            b"sp ace",
            b"\xff\xfe",
            b"new\nline",
            b"TREE",
            b"\"q\"",
            b"-dash",
            "\u{1F600}".as_bytes(),
        ];
        let mut path = Vec::new();
        for depth in 0..=self.dice.roll(3) {
            if depth > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(self.dice.pick::<&[u8]>(&NAMES));
        }
        if self.dice.one_in(40) {
            path.extend(std::iter::repeat_n(b'x', 4100));
        }
        path
    }

    fn check(&mut self, read: &[AtomicU64; 3], refused: &[AtomicU64; 3]) {
        let told = self.by_git().expect("git reads what it wrote");
        // In a sparse index with a conflict below a directory git tells as new what HEAD has: its listing decides.
        let listed = self.sparse().then(|| self.by_listing());
        for (n, reader) in Reader::ALL.into_iter().enumerate() {
            let Some(seen) = self.by(reader, Want::All) else {
                refused[n].fetch_add(1, Ordering::Relaxed);
                continue;
            };
            read[n].fetch_add(1, Ordering::Relaxed);
            let wanted = listed
                .as_ref()
                .filter(|listed| seen == **listed)
                .unwrap_or(&told);
            // git can be made to write a sparse index that contradicts itself. What is committed is its tree.
            if reader == Reader::Root && seen != *wanted && self.by_tree().as_ref() == Some(&seen) {
                continue;
            }
            self.same(&seen, wanted, reader);
            let new: Vec<Seen> = wanted
                .iter()
                .filter(|seen| seen.2.is_some())
                .cloned()
                .collect();
            let mut brings = self.by(reader, Want::New).unwrap();
            if reader == Reader::Git && listed.is_some() {
                // Of a file that is below a directory of a sparse index now, git tells that it is gone and new.
                brings.retain(|change| new.contains(change));
            }
            self.same(&brings, &new, reader);
        }
    }

    fn same(&self, seen: &[Seen], wanted: &[Seen], reader: Reader) {
        let only = |a: &[Seen], b: &[Seen]| -> Vec<String> {
            let differs = a.iter().filter(|change| !b.contains(change));
            differs
                .map(|(path, old, new)| format!("{} {old:?} {new:?}", path.escape_ascii()))
                .collect()
        };
        let (more, less) = (only(seen, wanted), only(wanted, seen));
        assert!(
            more.is_empty() && less.is_empty() && seen.len() == wanted.len(),
            "seed {}, {reader:?}: sees {more:#?} and not {less:#?}",
            self.seed
        );
    }

    /// Flips a bit of the index or cuts it: a reader may refuse, but must not see less than git does.
    fn corrupt(&mut self) {
        let path = self.repo.path().join(".git/index");
        // Nothing was ever staged in some.
        let Ok(whole) = fs::read(&path) else { return };
        for _ in 0..4 {
            let mut broken = whole.clone();
            let mut flips = Vec::new();
            if self.dice.one_in(4) {
                let len = self.dice.roll(whole.len() as u64 + 1);
                broken.truncate(usize::try_from(len).unwrap());
            } else {
                // One bit: the tree that the index names is believed without a look at what else it says of trees, and
                // only a second fault, among the entries, could make that matter.
                let at = usize::try_from(self.dice.roll(whole.len() as u64)).unwrap();
                broken[at] ^= 1 << self.dice.roll(8);
                flips.push((at, broken[at]));
            }
            fs::write(&path, &broken).unwrap();
            // What git would commit, and says so: with a flipped bit it may do one and say the other.
            let mut readers = [Reader::Root, Reader::Entries].into_iter();
            let seen = readers.find_map(|reader| self.by(reader, Want::New));
            if let (Some(seen), Some(wanted), Some(told)) = (seen, self.by_tree(), self.by_git()) {
                let missed = wanted.iter().find(|change| {
                    let same = |other: &Seen| other.0 == change.0 && other.2 == change.2;
                    change.2.is_some() && told.iter().any(same) && !seen.iter().any(same)
                });
                let missed = missed.map(|(path, ..)| path.escape_ascii().to_string());
                assert_eq!(
                    missed,
                    None,
                    "seed {}, broken index of {} bytes: {flips:?}",
                    self.seed,
                    broken.len()
                );
            }
            let _ = self.repository().staged(Want::New, &mut |_| Ok(()));
        }
        fs::write(&path, &whole).unwrap();
    }

    fn repository(&self) -> Repository {
        Repository::open(self.repo.path(), Caller::Hook).unwrap()
    }

    fn by(&self, reader: Reader, want: Want) -> Option<Vec<Seen>> {
        let mut seen = Vec::new();
        let read = self.repository().staged_by(reader, want, &mut |change| {
            seen.push((change.path.to_vec(), change.old, change.new));
            Ok(())
        });
        matches!(read, Ok(true)).then(|| settled(seen))
    }

    fn by_git(&self) -> Option<Vec<Seen>> {
        let head = self.head();
        self.raw(&[
            "diff-index",
            "--cached",
            "--ita-invisible-in-index",
            "--raw",
            "-z",
            "--no-renames",
            "--no-abbrev",
            &head,
            "--",
        ])
    }

    /// Returns HEAD's tree, or the empty one.
    fn head(&self) -> String {
        let head = self
            .repo
            .try_git(&["rev-parse", "-q", "--verify", "HEAD^{tree}"]);
        let head = if head.code == 0 {
            head.stdout
        } else {
            self.input(&["hash-object", "-w", "-t", "tree", "--stdin"], b"")
        };
        head.trim_end().to_owned()
    }

    fn sparse(&self) -> bool {
        let index = fs::read(self.repo.path().join(".git/index")).unwrap_or_default();
        memchr::memmem::find(&index, b"sdir").is_some()
    }

    /// The files of HEAD against the files of the index, both as git lists them.
    fn by_listing(&self) -> Vec<Seen> {
        let head = Id::from_hex(self.head().as_bytes()).unwrap();
        let files = self.files(b"", head).unwrap().into_iter();
        let mut seen: Vec<Seen> = files
            .map(|(path, _, entry)| (path[1..].to_vec(), entry, None))
            .collect();
        let staged = self.list(&["ls-files", "-s", "-z"]);
        for (words, path) in staged {
            let entry = Entry {
                mode: u32::from_str_radix(&words[0], 8).unwrap(),
                id: Id::from_hex(words[1].as_bytes()).unwrap(),
            };
            if words[2] == "0" && path == b"intended" {
                // Added as an intention only, always.
            } else if words[2] == "0" {
                seen.push((path, None, Some(entry)));
            } else {
                seen.retain(|other| other.0 != path);
            }
        }
        settled(seen)
    }

    /// Runs git and reads lines of words, a tab and a path.
    fn list(&self, args: &[&str]) -> Vec<(Vec<String>, Vec<u8>)> {
        let output = self.repo.command("git").args(args).output().unwrap();
        let lines = output
            .stdout
            .split(|&b| b == 0)
            .filter(|line| !line.is_empty());
        lines
            .map(|line| {
                let tab = line.iter().position(|&b| b == b'\t').unwrap();
                let words = std::str::from_utf8(&line[..tab]).unwrap().split(' ');
                (words.map(str::to_owned).collect(), line[tab + 1..].to_vec())
            })
            .collect()
    }

    /// What `git commit` would commit, if it can.
    fn by_tree(&self) -> Option<Vec<Seen>> {
        // git writes the index when it has found a tree out.
        let copy = self.repo.path().join(".git/index.copy");
        fs::copy(self.repo.path().join(".git/index"), &copy).ok()?;
        let mut command = self.repo.command("git");
        let tree = run(command.arg("write-tree").env("GIT_INDEX_FILE", &copy));
        if tree.code != 0 {
            return None;
        }
        let (head, tree) = (self.head(), tree.stdout.trim_end().to_owned());
        self.raw(&[
            "diff-tree",
            "-r",
            "--raw",
            "-z",
            "--no-renames",
            "--no-abbrev",
            &head,
            &tree,
        ])
    }

    /// Runs git and reads its raw format; `None` if it fails.
    fn raw(&self, args: &[&str]) -> Option<Vec<Seen>> {
        let output = self.repo.command("git").args(args).output().unwrap();
        if !output.status.success() {
            return None;
        }
        let mut parts = output.stdout.split(|&b| b == 0);
        let mut seen = Vec::new();
        while let (Some(line), Some(path)) = (parts.next(), parts.next()) {
            let words: Vec<&str> = std::str::from_utf8(&line[1..])
                .unwrap()
                .split(' ')
                .collect();
            let entry = |mode: &str, id: &str| {
                let mode = u32::from_str_radix(mode, 8).unwrap();
                // Of a broken index git prints ids that are none.
                let id = Id::from_hex(id.as_bytes())?;
                Some((mode != 0).then_some(Entry { mode, id }))
            };
            let (old, new) = (entry(words[0], words[2])?, entry(words[1], words[3])?);
            if words[4] == "U" {
                continue;
            }
            // A directory of a sparse index, which git shows as it is when a file in it was there before.
            match new.filter(Entry::is_tree) {
                Some(tree) => seen.extend(self.files(path, tree.id)?),
                None => seen.push((path.to_vec(), old, new)),
            }
        }
        Some(settled(seen))
    }

    /// Returns everything below a directory as new.
    fn files(&self, top: &[u8], tree: Id) -> Option<Vec<Seen>> {
        let listed = self.list(&["ls-tree", "-r", "-z", &tree.to_string()]);
        let file = |(words, path): (Vec<String>, Vec<u8>)| {
            let entry = Entry {
                mode: u32::from_str_radix(&words[0], 8).ok()?,
                id: Id::from_hex(words[2].as_bytes())?,
            };
            Some(([top, b"/", &path[..]].concat(), None, Some(entry)))
        };
        listed.into_iter().map(file).collect()
    }

    fn input(&self, args: &[&str], input: &[u8]) -> String {
        let mut command = Command::new("git");
        command.current_dir(self.repo.path()).args(args);
        hermetic(&mut command, Path::new("/nonexistent"));
        run_with(&mut command, input).stdout
    }
}
