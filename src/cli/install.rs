//! `install`: decides, shows and asks; the work is done by the library's `hook`.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use hexguard::hint::HintExt;
use hexguard::hook::configured::{self, Scope};
use hexguard::hook::edit::Plan;
use hexguard::hook::event::Event;
use hexguard::hook::global::{self, Home};
use hexguard::hook::place::{self, Place};
use hexguard::hook::project;
use hexguard::hook::proof::{self, Proof};
use hexguard::hook::{self, Manager, Note, Wish, git};
use hexguard::output::{escaped, without_secrets};
use hexguard::report::Outcome;
use hexguard::write;

use super::apply::{apply, tell};
use super::args::{Install, Show};
use super::waiting::{plan_waiting, tell_shared, tell_waiting};
use super::{agent, show};

pub(super) fn install(args: &Install, show: &Show) -> Result<Outcome> {
    if let Some(agent) = &args.agent {
        return agent::install(agent, args.global, show);
    }
    if args.global {
        return install_global(show);
    }
    let place = here()?;
    let mut out = show::stdout(show.color());
    // In a repository without a work tree of its own people may work in linked ones.
    let trees = if place.top.is_none() {
        place.trees()
    } else {
        Vec::new()
    };
    if args.in_config || trees.is_empty() {
        return install_at(&place, args, &mut out);
    }
    let mut failed = None;
    for tree in trees {
        writeln!(out, "work tree {}", shown(&place, &tree))?;
        let done = at(&tree).and_then(|place| install_at(&place, args, &mut out));
        if let Err(error) = done {
            writeln!(
                out,
                "warning: {}",
                escaped(without_secrets(&format!("{error:#}")).as_bytes())
            )?;
            failed = Some(error);
        }
    }
    if args.hooks.is_empty() {
        writeln!(out, "{}", shown(&place, &place.common_dir))?;
        install_at(&place, args, &mut out)?;
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(Outcome::Clean),
    }
}

/// Returns where git looks for hooks, from a work tree.
pub(super) fn at(tree: &Path) -> Result<Place> {
    let tree = tree.canonicalize().context("cannot go to the work tree")?;
    Place::find(&tree)
}

/// Installs in one work tree, or in a repository without one.
fn install_at(place: &Place, args: &Install, out: &mut impl Write) -> Result<Outcome> {
    let wish = Wish {
        events: events(args, place),
        program: program()?,
    };
    if args.in_config {
        return install_configured(place, &wish, out);
    }
    refuse_void(place)?;
    let manager = hook::manager(place);
    let waiting = project::waiting(place);
    let mut plan = match manager {
        Some(manager) => {
            tell_manager(manager, place, out)?;
            tell_waiting(&waiting, place, out)?;
            manager.plan(place, &wish)?
        }
        None => plan_waiting(&waiting, place, &wish, out)?,
    };
    if !place.is_inside() && is_covered(place, &plan.plain) {
        writeln!(
            out,
            "ok:      hexguard is installed for all repositories of this user"
        )?;
        plan.plain.clear();
    }
    if !plan.plain.is_empty() || !plan.beside.is_empty() {
        refuse_outside(place)?;
    }
    // Nothing of the person's is overwritten, so that is not asked for; until a manager is set up it is what guards.
    if manager.is_none() {
        write_hooks(place, &plan, &wish, out)?;
    }
    if !apply(place, &plan, args.yes, out)? {
        out.flush()?;
        let later = waiting.iter().find(|one| one.manager.replaces());
        return match later.filter(|_| manager.is_none()) {
            Some(later) => Err(anyhow!(
                "hexguard guards this clone only until {} is set up, whose files do not call it yet",
                later.manager.name()
            ))
            .hint(if args.yes {
                "do what is shown above"
            } else {
                "do what is shown above; `hexguard install --yes` makes the changes shown as a difference"
            }),
            None => Err(anyhow!("not installed yet"))
                .hint("do what is shown above; then `hexguard doctor` tells whether it works"),
        };
    }
    if manager.is_some() {
        write_hooks(place, &plan, &wish, out)?;
    }
    tell_shared(place, &plan, out)?;
    if is_tracked(place) {
        let text = format!(
            "{} belongs to the project: leave these changes out of your commits, or your path of hexguard is everybody's",
            place.shown(&place.hooks)
        );
        tell(&Note::Warn(text), out)?;
    }
    try_out(place, manager, &wish, out)
}

/// Tries what was installed, and says what came of it.
fn try_out(
    place: &Place,
    manager: Option<&dyn Manager>,
    wish: &Wish,
    out: &mut impl Write,
) -> Result<Outcome> {
    let proof = if wish.events.contains(&Event::PreCommit) {
        proof::prove(place, manager, &wish.program, &env::temp_dir())?
    } else {
        Proof::Untried("no hook before a commit was asked for".to_owned())
    };
    let works = tell_proof(&proof, out)?;
    out.flush()?;
    if works {
        Ok(Outcome::Clean)
    } else {
        Err(anyhow!(
            "hexguard is installed, but does not protect this repository"
        ))
        .hint("`hexguard doctor` names what is in the way")
    }
}

/// Says who writes the hooks, and how to leave the project's files as they are.
fn tell_manager(manager: &dyn Manager, place: &Place, out: &mut impl Write) -> Result<()> {
    writeln!(
        out,
        "The hooks of this repository are written by {}.",
        manager.name()
    )?;
    if place.version >= configured::SINCE {
        writeln!(
            out,
            "Without a change to the project's files: hexguard install --in-config"
        )?;
    }
    Ok(())
}

/// Writes the hook files of a plan.
fn write_hooks(place: &Place, plan: &Plan, wish: &Wish, out: &mut impl Write) -> Result<()> {
    for &event in &plan.plain {
        for note in git::install(place, event, &wish.program)? {
            tell(&note, out)?;
        }
    }
    for &event in &plan.beside {
        for note in git::install_beside(place, event, &wish.program)? {
            tell(&note, out)?;
        }
    }
    Ok(())
}

/// Returns a path as it may be shown.
pub(super) fn shown(place: &Place, path: &Path) -> String {
    escaped(without_secrets(&place.shown(path)).as_bytes())
}

fn install_global(show: &Show) -> Result<Outcome> {
    let mut out = show::stdout(show.color());
    for note in global::install(&home()?, &program()?)? {
        tell(&note, &mut out)?;
    }
    writeln!(
        out,
        "Every repository of yours is guarded now; `hexguard doctor` inside one proves it."
    )?;
    out.flush()?;
    Ok(Outcome::Clean)
}

fn install_configured(place: &Place, wish: &Wish, out: &mut impl Write) -> Result<Outcome> {
    let (major, minor) = place.version;
    if place.version < configured::SINCE {
        return Err(anyhow!(
            "git {major}.{minor} runs no hooks from its configuration; 2.54 does"
        ))
        .hint("`hexguard install` writes hook files, which every git runs");
    }
    let _lock = write::lock(&place.common_dir);
    for &event in &wish.events {
        let done = configured::install(&place.cwd, Scope::Local, event, &wish.program)?;
        let text = format!("git's configuration calls hexguard at {}", event.name());
        tell(
            &if done {
                Note::Done(text)
            } else {
                Note::Same(text)
            },
            out,
        )?;
    }
    tell(
        &Note::Warn(
            "a git older than 2.54 (a graphical client may bring one) ignores this".to_owned(),
        ),
        out,
    )?;
    out.flush()?;
    Ok(Outcome::Clean)
}

/// Tells whether git keeps files of the hooks folder.
fn is_tracked(place: &Place) -> bool {
    let top = place.top.as_deref().map(place::real);
    let hooks = place::real(&place.hooks);
    if hexguard::hook::manager(place).is_some() || !top.is_some_and(|top| hooks.starts_with(top)) {
        return false;
    }
    let Some(hooks) = hooks.to_str() else {
        return false;
    };
    place
        .git(&["ls-files", "--", hooks])
        .is_ok_and(|files| !files.is_empty())
}

/// Tells whether hexguard's scripts stand already where git looks.
fn is_covered(place: &Place, events: &[Event]) -> bool {
    events
        .iter()
        .all(|event| matches!(git::look(&place.hook(event.name())), Ok(git::Found::Own(_))))
}

/// Returns what concerns all repositories of this user.
pub(super) fn home() -> Result<Home> {
    let folder = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let config = if cfg!(windows) {
        folder("APPDATA")
    } else {
        folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")))
    };
    Ok(Home {
        cwd: env::current_dir().context("cannot tell the current folder")?,
        own: config
            .context("cannot tell where the user's configuration is: HOME is not set")?
            .join("hexguard"),
    })
}

/// Returns where git looks for hooks, from the current folder.
pub(super) fn here() -> Result<Place> {
    let cwd = env::current_dir().context("cannot tell the current folder")?;
    Place::find(&cwd).hint("run this inside a git repository, or `git init` first")
}

fn events(args: &Install, place: &Place) -> Vec<Event> {
    if args.hooks.is_empty() {
        // In a bare repository nobody commits, and what arrives there arrives by a push; but where a `.git` beside it names
        // it, work trees are to come, which find their hooks in it.
        let is_shared = place.cwd.join(".git").is_file();
        let mut events = Vec::new();
        if place.top.is_some() || is_shared {
            events.extend(Event::CLIENT);
        }
        if place.top.is_none() {
            events.push(Event::PreReceive);
        }
        return events;
    }
    let mut events: Vec<Event> = args
        .hooks
        .iter()
        .filter_map(|name| Event::named(name))
        .collect();
    events.sort();
    events.dedup();
    events
}

/// Returns the path that hooks are pinned to: the name in PATH that leads to this program, since that survives an
/// upgrade which changes where it leads, else this program itself.
pub(super) fn program() -> Result<PathBuf> {
    let own = env::current_exe().context("cannot tell where hexguard is")?;
    let real = own.canonicalize().unwrap_or_else(|_| own.clone());
    let name = format!("hexguard{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&name))
        .find(|candidate| candidate.canonicalize().is_ok_and(|found| found == real));
    Ok(found.unwrap_or(own))
}

fn refuse_void(place: &Place) -> Result<()> {
    if !place.is_void() {
        return Ok(());
    }
    let shown = place.hooks_path.as_ref().map(place::Setting::shown);
    Err(anyhow!(
        "git runs no hooks here: core.hooksPath is {}",
        shown.unwrap_or_default()
    ))
    .hint(format!(
        "{}, then run `hexguard install` again",
        removal(place)
    ))
}

fn refuse_outside(place: &Place) -> Result<()> {
    if place.is_inside() {
        return Ok(());
    }
    let why = match &place.hooks_path {
        Some(setting) => format!("core.hooksPath is {}", setting.shown()),
        None => "it is a symbolic link".to_owned(),
    };
    Err(anyhow!(
        "git looks for hooks in {}, which is outside this repository: {why}",
        place.hooks.display()
    ))
    .hint(match &place.hooks_path {
        // Where one repository's own setting stands, git does not look at that for all.
        Some(setting) if setting.is_local() => format!(
            "other repositories may use that folder too; for one of its own: {}, then run `hexguard install` again",
            removal(place)
        ),
        _ => "other repositories may use that folder too: `hexguard install --global` guards all of yours".to_owned(),
    })
}

/// Returns the command that removes `core.hooksPath`.
fn removal(place: &Place) -> String {
    let setting = place.hooks_path.as_ref();
    setting.map_or_else(String::new, |setting| setting.removal("core.hooksPath"))
}

/// Says what the proof came to; `true` if the repository is protected as far as can be told.
pub(super) fn tell_proof(proof: &Proof, out: &mut impl Write) -> Result<bool> {
    let (good, text, said) = match proof {
        Proof::Stopped => (
            true,
            "git ran the hook on made-up secrets, and hexguard stopped it.",
            "",
        ),
        Proof::Untried(why) => (true, "not tried:", why.as_str()),
        Proof::Passed(lines) => (
            false,
            "git ran the hook on made-up secrets, and this would be committed:",
            &*lines.join("\n"),
        ),
        Proof::Off(said) => (
            false,
            "git ran the hook, but hexguard is switched off:",
            &**said,
        ),
        Proof::NotRun(said) => (false, "git did not run the hook:", &**said),
        Proof::LetThrough(said) => (
            false,
            "git let made-up secrets through; nothing stopped them.",
            &**said,
        ),
        Proof::Broken(said) => (
            false,
            "the hook stopped the commit, but not for the made-up secrets; it said:",
            &**said,
        ),
    };
    writeln!(out, "proof:   {text}")?;
    for line in said.lines() {
        writeln!(out, "  {}", escaped(line.as_bytes()))?;
    }
    Ok(good)
}
