//! `scan PATH…`: sorts what is named by the repository that it lies in, scans each with its configuration, and makes one
//! report of it.

use std::path::{Path, PathBuf};

use anyhow::Result;
use hexguard::config::Settings;
use hexguard::fragment::Part;
use hexguard::output::is_whole;
use hexguard::report::{Elsewhere, Outcome, Report};
use hexguard::source::files::{Files, bytes};
use hexguard::source::named::{Named, Names, Way};

use super::args::{self, Show};
use super::configure;
use super::scan::{self, Options};
use super::show;

/// What is named in one repository, or outside of all.
struct Group {
    /// The top of its work tree, none outside of all.
    top: Option<PathBuf>,
    paths: Vec<Named>,
}

/// One group, scanned.
struct Scanned {
    top: Option<PathBuf>,
    settings: Settings,
    report: Report,
}

pub(super) fn scan(args: args::Scan, show: &Show) -> Result<Outcome> {
    let options = Options::from_show(show);
    let mut names = Names::new();
    let mut scanned = Vec::new();
    for Group { top, paths } in groups(&args, &mut names) {
        let configured = configure::of(top.as_deref(), show)?;
        // A format that there is not is said before the work.
        scan::destinations(&configured.settings, show)?;
        let files = Files {
            paths,
            limit: configured.limit(),
            ignored: args.ignored,
        };
        if files.paths.iter().any(|one| one.way == Way::Input) {
            show::typed();
        }
        let report = scan::scanned(&files, &configured, &options, &|_| Ok(()))?;
        let settings = configured.policy.settings;
        scanned.push(Scanned {
            top,
            settings,
            report,
        });
    }
    // A report is that of the repository that one stands in, or of the first one that is named.
    let main = scanned
        .iter()
        .position(|one| one.top.as_deref() == names.top());
    let first = scanned.iter().position(|one| one.top.is_some());
    let main = main.filter(|_| names.top().is_some()).or(first);
    let Scanned {
        top,
        settings,
        mut report,
    } = scanned.swap_remove(main.unwrap_or_default());
    report.below_top = names.top().is_some_and(|top| !is_here(top));
    if top.as_deref() != names.top() {
        report.elsewhere = top.as_deref().map(|top| Elsewhere {
            top: bytes(top),
            before: names.top().map(|here| before(here, top)),
        });
    }
    let mut code = code(&settings, &report);
    for other in scanned {
        code = code.max(self::code(&other.settings, &other.report));
        add(&mut report, other, names.top());
    }
    let outcome = scan::finish(report, &settings, &options)?;
    scan::found_code(code);
    Ok(outcome)
}

/// Returns what the arguments mean, by the repository that it lies in, in the order of the first of each.
fn groups(args: &args::Scan, names: &mut Names) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for given in &args.paths {
        let meant = if given.as_os_str() == "-" {
            vec![names.input(args.stdin_filename.as_deref().unwrap_or("<stdin>"))]
        } else {
            let mut meant = names.meant(given);
            for one in meant.iter_mut().filter(|one| one.way == Way::Input) {
                if let Some(called) = &args.stdin_filename {
                    *one = names.input(called);
                }
            }
            meant
        };
        for named in meant {
            match groups.iter_mut().find(|group| group.top == named.top) {
                Some(group) => group.paths.push(named),
                None => groups.push(Group {
                    top: named.top.clone(),
                    paths: vec![named],
                }),
            }
        }
    }
    groups
}

fn is_here(top: &Path) -> bool {
    std::env::current_dir().is_ok_and(|here| here == top)
}

/// Returns the exit code for findings by the settings of their repository; 0 without any that stops.
fn code(settings: &Settings, report: &Report) -> u8 {
    if report.finds() {
        u8::try_from(*settings.values.exit_code).unwrap_or(1)
    } else {
        0
    }
}

/// Returns what stands before the names of another work tree, for those who stand in the one that begins at `here`: the
/// way down to it, else the way from the root.
fn before(here: &Path, top: &Path) -> Vec<u8> {
    with_slash(top.strip_prefix(here).unwrap_or(top))
}

/// Returns a folder with a slash behind it.
fn with_slash(folder: &Path) -> Vec<u8> {
    let mut name = bytes(folder);
    if !name.ends_with(b"/") {
        name.push(b'/');
    }
    name
}

/// Adds the report of another repository, for those who stand in the work tree that begins at `own`, if they do.
fn add(report: &mut Report, other: Scanned, own: Option<&Path>) {
    let Scanned {
        top,
        report: mut more,
        ..
    } = other;
    let prefix = match (&top, own) {
        (Some(top), Some(own)) => before(own, top),
        (Some(top), None) => with_slash(top),
        (None, _) => with_slash(&std::env::current_dir().unwrap_or_default()),
    };
    if top.is_some() || report.elsewhere.is_some() {
        report.around.others.push(prefix.clone());
    }
    let whole = |path: &mut Vec<u8>| {
        if !is_whole(path) && !path.starts_with(b"<") {
            *path = [&prefix, path.as_slice()].concat();
            return prefix.len();
        }
        0
    };
    let allowed = more.suppressed.iter_mut().map(|(finding, _)| finding);
    for finding in more.findings.iter_mut().chain(allowed) {
        let longer = whole(&mut finding.path);
        finding.file += longer;
        // Of a name the columns are those of the path.
        if finding.part == Part::Name {
            finding.place.column += longer;
            finding.place.end_column += longer;
        }
    }
    for one in &mut more.skipped {
        one.file += whole(&mut one.path);
    }
    let of = String::from_utf8_lossy(&prefix).into_owned();
    for note in &mut more.notes {
        note.insert_str(0, &of);
    }
    report.add(more);
}
