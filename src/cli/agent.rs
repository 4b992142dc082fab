//! `install --agent`, `uninstall --agent`, and `hook agent`, which the agent calls.

use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use hexguard::fragment::Part;
use hexguard::hint::HintExt;
use hexguard::hook::agent::event::{Asks, Event, read};
use hexguard::hook::agent::{AGENTS, Agent, command, settings};
use hexguard::hook::edit::Edit;
use hexguard::hook::{self, Note, script};
use hexguard::lines::Form;
use hexguard::quote::quoted;
use hexguard::report::{Outcome, Report};
use hexguard::source::stream;
use hexguard::source::text::{Text, Texts};

use super::apply::{shown_diff, tell};
use super::args::Show;
use super::configure;
use super::hook::switched_off_by_environment;
use super::install;
use super::show;

/// An event larger than this is no event.
const LARGE: u64 = 64 << 20;
/// So many findings are named to an agent, which reads a few thousand characters.
const MOST: usize = 10;

/// Writes hexguard into an agent's settings: those of this project, or those of the user.
pub(super) fn install(name: &str, global: bool, show: &Show) -> Result<Outcome> {
    let agent = named(name)?;
    let mut out = show::stdout(show.color());
    let (path, top, program) = if global {
        let program = String::from_utf8_lossy(&script::quoted(&install::program()?)).into_owned();
        (user_file(agent)?, None, program)
    } else {
        let place = install::here()?;
        hook::pin(&place, &install::program()?)?;
        let top = place
            .top
            .context("an agent works in a work tree, and here is none")?;
        (top.join(agent.project), Some(top), hook::PROGRAM.to_owned())
    };
    let mut refused = None;
    let edit = Edit::of(path.clone(), false, |text| {
        let changed = edited(text, |text| settings::with(agent, text, &program).map(Some));
        changed.unwrap_or_else(|why| {
            refused = Some(why);
            text.map(<[u8]>::to_vec)
        })
    })?;
    if let Some(why) = refused {
        let entries = settings::with(agent, None, &program).unwrap_or_default();
        writeln!(out, "{entries}")?;
        out.flush()?;
        return Err(anyhow!("cannot change {}: {why}", path.display())).hint(format!(
            "merge the text above yourself; {} tells how",
            agent.url
        ));
    }
    match edit {
        None => tell(
            &Note::Same(format!("{} is up to date", path.display())),
            &mut out,
        )?,
        Some(edit) => {
            writeln!(out, "{}", shown_diff(&edit, &path.display().to_string()))?;
            edit.apply(top.as_deref())?;
            tell(&Note::Done(format!("{} changed", path.display())), &mut out)?;
        }
    }
    for note in agent.notes {
        tell(&Note::Warn((*note).to_owned()), &mut out)?;
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

/// Takes hexguard out of an agent's settings again.
pub(super) fn uninstall(name: &str, global: bool, show: &Show) -> Result<Outcome> {
    let agent = named(name)?;
    let mut out = show::stdout(show.color());
    let (path, top) = if global {
        (user_file(agent)?, None)
    } else {
        let place = install::here()?;
        let top = place
            .top
            .context("an agent works in a work tree, and here is none")?;
        (top.join(agent.project), Some(top))
    };
    let mut refused = None;
    let edit = Edit::of(path.clone(), false, |text| {
        let changed = edited(Some(text?), |text| {
            settings::without(agent, text.unwrap_or_default())
        });
        changed.unwrap_or_else(|why| {
            refused = Some(why);
            text.map(<[u8]>::to_vec)
        })
    })?;
    if let Some(why) = refused {
        return Err(anyhow!("cannot change {}: {why}", path.display()))
            .hint("remove the entries that call `hexguard hook agent` yourself");
    }
    let note = match edit {
        None => Note::Same(format!("hexguard is not in {}", path.display())),
        Some(edit) => {
            edit.apply(top.as_deref())?;
            if edit.after.is_none() {
                // So are the folders that were made for it, if they are empty then.
                let file = PathBuf::from(if global { agent.home } else { agent.project });
                let depth = file.components().count() - 1;
                for folder in path.ancestors().skip(1).take(depth) {
                    let _ = fs::remove_dir(folder);
                }
            }
            let end = if edit.after.is_some() {
                "changed"
            } else {
                "removed"
            };
            Note::Done(format!("{} {end}", path.display()))
        }
    };
    tell(&note, &mut out)?;
    out.flush()?;
    Ok(Outcome::Clean)
}

/// Returns settings as they are after a change; an error says why they cannot be changed safely.
fn edited(
    file: Option<&[u8]>,
    change: impl FnOnce(Option<&str>) -> Result<Option<String>, String>,
) -> Result<Option<Vec<u8>>, String> {
    let Some(bytes) = file else {
        return Ok(change(None)?.map(String::into_bytes));
    };
    let (form, text) = Form::of(bytes).ok_or("it is no UTF-8 text with one kind of line ends")?;
    let after = change(Some(&text))?;
    Ok(after.map(|text| form.written(&text)))
}

/// Answers an agent that asks before it does something. Every failure is an error, and so exit code 2: a no.
pub(super) fn hook(args: &[std::ffi::OsString], show: &Show) -> Result<Outcome> {
    let name = args
        .first()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let agent = named(name)?;
    let mut input = String::new();
    let size = stream::input()
        .context("cannot read the event")?
        .take(LARGE)
        .read_to_string(&mut input)
        .context("cannot read the event")?;
    if size as u64 >= LARGE {
        return Err(anyhow!("the event is larger than {} MiB", LARGE >> 20));
    }
    let event = read(&input).map_err(|why| anyhow!(why))?;
    let stop = match switched_off_by_environment() {
        Some(switch) => {
            anstream::eprintln!("hexguard: skipped ({switch})");
            None
        }
        None => judge(&event, show)?,
    };
    let mut out = io::stdout().lock();
    writeln!(out, "{}", agent.answer(&event, stop.as_deref())).context("cannot answer")?;
    out.flush().context("cannot answer")?;
    Ok(Outcome::Clean)
}

/// Returns why the agent must not go on, if it must not, or what it has to know of what a tool has returned.
fn judge(event: &Event, show: &Show) -> Result<Option<String>> {
    let text = |name: &str, text: &str| Text {
        path: name.as_bytes().to_vec(),
        text: text.as_bytes().to_vec(),
        part: Part::Content,
    };
    let (what, advice, texts) = match &event.asks {
        Asks::Nothing => return Ok(None),
        Asks::Prompt(prompt) => ("this prompt", BEFORE, vec![text("prompt", prompt)]),
        Asks::Returned { name, texts } => {
            // Exceptions are told from the top of the work tree.
            let name = match name.as_str() {
                "" => "output".to_owned(),
                path => configure::from_top(path),
            };
            let all = texts.iter().map(|own| text(&name, own)).collect();
            ("what the tool returned", AFTER, all)
        }
        Asks::Tool(used) => {
            let folder = match event.folder.as_str() {
                "" => Path::new("."),
                folder => Path::new(folder),
            };
            // Paths are told from there; some agents name a folder that is not there.
            let folder = if folder.is_dir() {
                folder
            } else {
                Path::new(".")
            };
            let mut commands = used.commands.iter();
            let evades = |text: &String| command::evades(text, &event.tool, folder);
            if let Some(why) = commands.find_map(evades) {
                return Ok(Some(format!(
                    "hexguard: not allowed: {why}. Let the hooks run; if one of them finds something, fix what it names."
                )));
            }
            if let Some(path) = used.forbidden(folder) {
                return Ok(Some(format!(
                    "hexguard: not allowed: {} keeps hexguard at work. Ask the person you work for to change it.",
                    quoted(path)
                )));
            }
            let mut all: Vec<Text> = used
                .commands
                .iter()
                .map(|own| text("command", own))
                .collect();
            all.extend(used.texts.iter().map(|(name, own)| text(name, own)));
            ("this", BEFORE, all)
        }
    };
    let mut configured = configure::work_tree(show)?;
    // What an agent writes beside a secret does not allow it.
    configured.suppressor.ignore_comments();
    let mut report =
        hexguard::scan::scan(&Texts(texts), &configured.rules, &configured.suppressor)?;
    report.strict = *configured.settings.values.strict;
    Ok(match report.outcome() {
        Outcome::Clean => None,
        Outcome::Found => Some(reason(what, advice, &report)),
        Outcome::Unscanned => Some(format!("hexguard: {what} could not be scanned. {advice}")),
    })
}

/// What to do before something is done with a secret, and after a tool has returned one.
const BEFORE: &str =
    "Use a variable of the environment or a secret store instead; if it was real, revoke it.";
const AFTER: &str = "Do not repeat it, do not write it anywhere, and tell the person you work for where it stands: if it is real it has to be revoked.";

fn reason(what: &str, advice: &str, report: &Report) -> String {
    let mut found: Vec<String> = report
        .findings
        .iter()
        .map(|finding| {
            let place = String::from_utf8_lossy(&finding.path).into_owned();
            let line = finding.place.line;
            format!(
                "{} {} ({place}, line {line})",
                finding.rule.title,
                finding.masked()
            )
        })
        .collect();
    found.dedup();
    let more = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    let more = if more > 0 {
        format!("; and {more} more")
    } else {
        String::new()
    };
    format!(
        "hexguard: {what} holds a secret: {}{more}. {advice}",
        found.join("; ")
    )
}

fn named(name: &str) -> Result<&'static Agent> {
    let known: Vec<&str> = AGENTS.iter().map(|agent| agent.name).collect();
    Agent::named(name)
        .with_context(|| format!("{} is no agent that hexguard knows", quoted(name)))
        .hint(format!("it knows {}", known.join(", ")))
}

fn user_file(agent: &Agent) -> Result<PathBuf> {
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    let home = env::var_os(name).with_context(|| format!("{name} is not set"))?;
    Ok(PathBuf::from(home).join(agent.home))
}
