//! The command line: picks the subcommand, shows errors, decides the exit code.
//! The only module that prints, exits or reads the environment.

mod agent;
mod allow;
mod apply;
mod args;
mod around;
mod asked;
mod audit;
mod baseline;
mod commit;
mod compat;
mod config;
mod configure;
mod explain;
mod exports;
mod flags;
mod history;
mod hook;
mod install;
mod manual;
mod migrate;
mod paths;
mod progress;
mod push;
mod redact;
mod reviewed;
mod rules;
mod scan;
mod show;
mod sources;
mod status;
mod trees;
mod uninstall;
mod waiting;

use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU8, Ordering};

use anyhow::{Result, anyhow};
use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use args::{Args, Command};
use hexguard::hint::HintExt;
use hexguard::output::{escaped, without_secrets};
use hexguard::report::Outcome;
use hexguard::{hint, quote};

/// Exit code: clean, or only warnings.
const CLEAN: u8 = 0;
/// Exit code: something stops the commit; the configuration may set another.
static FOUND: AtomicU8 = AtomicU8::new(1);
/// Exit code: it could not be scanned, so the commit is stopped.
const FAILED: u8 = 2;

/// Runs the command line and returns the exit code.
pub(crate) fn main() -> ExitCode {
    stop_on_panic();
    let mut line: Vec<OsString> = env::args_os().collect();
    if let Some(args) = Args::of_hook(&line) {
        return end(run(args));
    }
    // Asked before every use by some installers; it needs no commands and flags either.
    if line.len() == 2 && (line[1] == "--version" || line[1] == "-V") {
        anstream::println!("hexguard {}", env!("CARGO_PKG_VERSION"));
        return CLEAN.into();
    }
    if let Some(rewritten) = compat::rewrite(&line) {
        if let Some(flag) = rewritten.refused {
            return show_error(&anyhow!("{flag} of gitleaks has no counterpart here"));
        }
        if let Some(folder) = rewritten.folder
            && let Err(error) = env::set_current_dir(&folder)
        {
            let error = anyhow!(error).context(format!("cannot go to {}", folder.display()));
            return show_error(&error);
        }
        line = rewritten.args;
    }
    if line.iter().any(|word| word == "-h" || word == "--help")
        && let Err(help) = args::told().try_get_matches_from(&line)
    {
        return explained(help);
    }
    let args = match Args::try_parse_from(line) {
        Ok(args) => args,
        Err(error) => return explained(error),
    };
    end(run(args))
}

/// Prints help, or what is wrong with the command line.
fn explained(mut error: clap::Error) -> ExitCode {
    hide_arguments(&mut error);
    // A closed pipe is no reason to complain.
    let _ = error.print();
    let code = if error.use_stderr() { FAILED } else { CLEAN };
    code.into()
}

/// Takes from an error what somebody typed and may be a secret: its length stays.
fn hide_arguments(error: &mut clap::Error) {
    let mut typed = vec![ContextKind::InvalidValue, ContextKind::InvalidSubcommand];
    // In other errors it is the name of an option.
    if error.kind() == ErrorKind::UnknownArgument {
        typed.push(ContextKind::InvalidArg);
    }
    for kind in typed {
        if let Some(ContextValue::String(text)) = error.get(kind)
            && !quote::is_ordinary(text)
        {
            let length = quote::length(text);
            error.insert(kind, ContextValue::String(length));
            error.remove(ContextKind::Suggested);
        }
    }
}

/// Returns the exit code for what a command came to.
fn end(result: Result<Outcome>) -> ExitCode {
    match result {
        Ok(Outcome::Clean) => CLEAN.into(),
        Ok(Outcome::Found) => FOUND.load(Ordering::Relaxed).into(),
        Ok(Outcome::Unscanned) => FAILED.into(),
        Err(error) => show_error(&error),
    }
}

fn run(args: Args) -> Result<Outcome> {
    let show = args.show;
    if args.command.as_ref().is_none_or(Command::needs_folder) {
        stands_somewhere()?;
    }
    match args.command {
        None => scan::staged(&scan::Options::from_show(&show)),
        Some(Command::Scan(scan)) => scan::scan(scan, &show),
        Some(Command::Hook(hook)) => hook::hook(hook, &show),
        Some(Command::Rules(rules)) => rules::rules(rules, &show),
        Some(Command::Explain { place }) => explain::explain(&place, &show),
        Some(Command::Install(args)) => install::install(&args, &show),
        Some(Command::Uninstall(args)) => uninstall::uninstall(&args, &show),
        Some(Command::Status(args)) => status::status(args.verbose, &show),
        Some(Command::Completions { shell }) => manual::completions(shell),
        Some(Command::Man { folder }) => manual::man(folder.as_deref()),
        Some(Command::Doctor) => status::status(true, &show),
        Some(Command::Redact(args)) => redact::run(&args),
        Some(Command::Audit(args)) => audit::run(&args, &show),
        Some(Command::Reviewed(args)) => reviewed::run(&args),
        Some(Command::Config(config)) => config::config(&config, &show),
        Some(Command::Allow(args)) => allow::allow(args, &show),
        Some(Command::Baseline(args)) => baseline::baseline(&args, &show),
        Some(Command::Migrate(args)) => migrate::migrate(&args, &show),
    }
}

/// Refuses to work in a folder that was deleted: nothing in it can be read, and what it lay in cannot be told.
fn stands_somewhere() -> Result<()> {
    match env::current_dir() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(anyhow!("the current folder does not exist any more"))
                .hint("go to one that exists: cd /path/to/the/repository")
        }
        _ => Ok(()),
    }
}

fn show_error(error: &anyhow::Error) -> ExitCode {
    let shown = without_secrets(&hint::message(error));
    anstream::eprintln!("hexguard: {}", escaped(shown.as_bytes()));
    if let Some(hint) = hint::of(error) {
        let lines: Vec<String> = hint.lines().map(|line| escaped(line.as_bytes())).collect();
        anstream::eprintln!("help: {}", lines.join("\n"));
    }
    if std::env::var_os("GIT_INDEX_FILE").is_some() {
        anstream::eprintln!("hexguard: the commit was not scanned and is stopped");
    }
    FAILED.into()
}

/// A panic stops the commit, and shows where it was, never what was in hand: that may be a secret.
fn stop_on_panic() {
    std::panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map(|l| format!("{}:{}", l.file(), l.line()))
            .unwrap_or_default();
        // Not `eprintln`, which panics itself where nobody listens.
        let _ = writeln!(
            anstream::stderr(),
            "hexguard: internal error at {place}; nothing was approved\nhelp: please report it; to commit without the scan once: HEXGUARD=0 git commit"
        );
        #[expect(
            clippy::exit,
            reason = "a hook must not go on after a panic, in any thread"
        )]
        std::process::exit(i32::from(FAILED));
    }));
}
