//! git's own configured hooks (git 2.54 and later): `hook.<name>.command` and `hook.<name>.event`.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use anyhow::{Result, bail};

use super::event::Event;
use super::place;
use super::script;

/// The first git that runs hooks from its configuration; an older one ignores them in silence.
pub const SINCE: (u32, u32) = (2, 54);

/// Whose configuration it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// That of one clone.
    Local,
    /// That of all repositories of a user.
    Global,
}

impl Scope {
    fn flag(self) -> &'static str {
        match self {
            Self::Local => "--local",
            Self::Global => "--global",
        }
    }
}

/// Returns the section in which an event stands. Each event has one: a command is not told what it is called for.
fn section(event: Event) -> String {
    format!("hook.hexguard-{}", event.name())
}

/// Returns what git is to run; it adds the event's own arguments.
fn command(event: Event, program: &Path) -> OsString {
    let mut out = b"h=".to_vec();
    out.extend_from_slice(&script::quoted(program));
    out.extend_from_slice(b"; [ -x \"$h\" ] || h=hexguard; \"$h\" hook ");
    out.extend_from_slice(event.name().as_bytes());
    script::path(&out).into_os_string()
}

/// Notes in git's configuration that hexguard runs at an event; `false` if it stood there already.
pub fn install(cwd: &Path, scope: Scope, event: Event, program: &Path) -> Result<bool> {
    let command = command(event, program);
    let (key, name) = (section(event) + ".command", section(event) + ".event");
    let there = place::run(cwd, &["config", scope.flag(), "-z", "--get", &key])?;
    if there.stdout.strip_suffix(&[0]) == Some(&script::bytes(Path::new(&command))) {
        return Ok(false);
    }
    // The event last: until it is there, the section does nothing.
    for (key, value) in [
        (key.as_str(), command.as_os_str()),
        (name.as_str(), OsStr::new(event.name())),
    ] {
        let args = [
            OsStr::new("config"),
            OsStr::new(scope.flag()),
            OsStr::new(key),
            value,
        ];
        let out = place::run(cwd, &args)?;
        if !out.status.success() {
            bail!("git config: {}", out.stderr.trim_ascii().escape_ascii());
        }
    }
    Ok(true)
}

/// Removes it again; `false` if it did not stand there.
pub fn uninstall(cwd: &Path, scope: Scope, event: Event) -> Result<bool> {
    let key = section(event) + ".command";
    let there = place::run(cwd, &["config", scope.flag(), "--get", &key])?;
    if !there.status.success() {
        return Ok(false);
    }
    let out = place::run(
        cwd,
        &["config", scope.flag(), "--remove-section", &section(event)],
    )?;
    if !out.status.success() {
        bail!("git config: {}", out.stderr.trim_ascii().escape_ascii());
    }
    Ok(true)
}
