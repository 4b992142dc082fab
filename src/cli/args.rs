//! Every flag, with its help; nothing else.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args as ClapArgs, CommandFactory, Parser, Subcommand, ValueEnum};

/// Stops Hex API tokens and every other credential before they are committed.
#[derive(Parser)]
#[command(
    name = "hexguard",
    version,
    after_help = "Without a command: scans what is staged.\n\
                  Exit code: 0 clean or only warnings, 1 found, 2 could not scan.",
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) show: Show,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// How results are shown.
#[derive(ClapArgs, Clone, Default)]
#[command(next_help_heading = "Report")]
pub(crate) struct Show {
    /// How to write the report [default: human].
    #[arg(short, long, value_name = "FORMAT", global = true, value_parser = formats())]
    pub(crate) format: Option<String>,
    /// Write a report to a file too (repeatable); the format is FORMAT, else --format, else what the file is named after.
    #[arg(short, long, value_name = "[FORMAT:]FILE", global = true)]
    pub(crate) output: Vec<OsString>,
    /// Use colour: auto (on a terminal, unless NO_COLOR or CLICOLOR=0 is set), always, or never [default: auto].
    #[arg(long, value_name = "WHEN", global = true, hide_possible_values = true)]
    pub(crate) color: Option<Color>,
    /// Stop on warnings too.
    #[arg(long, global = true)]
    pub(crate) strict: bool,
    /// Show what was committed before, too; without it old findings are only counted.
    #[arg(long = "show-known", global = true)]
    pub(crate) known: bool,
    #[command(flatten)]
    pub(crate) configure: Configure,
}

/// What overrides the configuration; `hexguard config` shows where each setting is from.
#[derive(ClapArgs, Clone, Default)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct Configure {
    /// Use this file instead of the repository's hexguard.toml.
    #[arg(short, long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// Accept what this baseline lists (also a gitleaks report or a .secrets.baseline).
    #[arg(
        short,
        long,
        alias = "baseline-path",
        value_name = "FILE",
        global = true
    )]
    pub(crate) baseline: Option<String>,
    /// Heed this .gitleaksignore, too.
    #[arg(
        long,
        alias = "gitleaks-ignore-path",
        value_name = "FILE",
        global = true
    )]
    pub(crate) ignore_file: Option<PathBuf>,
    /// Do not scan these paths (a pattern as in .gitignore, without !; repeatable).
    #[arg(long, value_name = "PATTERN", global = true)]
    pub(crate) exclude: Vec<String>,
    /// Switch a rule off by its id (repeatable).
    #[arg(long = "disable-rule", value_name = "RULE", global = true)]
    pub(crate) disable: Vec<String>,
    /// Use only this rule (repeatable).
    #[arg(long = "enable-rule", value_name = "RULE", global = true)]
    pub(crate) only: Vec<String>,
    /// Show what was found and does not count, too.
    #[arg(long, global = true)]
    pub(crate) show_suppressed: bool,
    /// Count findings that a comment like `hexguard:allow` accepts.
    #[arg(long, alias = "ignore-gitleaks-allow", global = true)]
    pub(crate) no_inline_allow: bool,
    /// Exit with this code when something stops the commit [default: 1].
    #[arg(long, value_name = "CODE", global = true)]
    pub(crate) exit_code: Option<u8>,
    /// Exit with 0 even then.
    #[arg(long, conflicts_with = "exit_code", global = true)]
    pub(crate) exit_zero: bool,
    /// See through this many layers of encoding [default: 1].
    #[arg(long, value_name = "NUMBER", global = true)]
    pub(crate) max_decode_depth: Option<u64>,
    /// Do not scan files above this size, in MiB; they count as not scanned [default: no limit].
    #[arg(
        long,
        alias = "max-target-megabytes",
        value_name = "MIB",
        global = true
    )]
    pub(crate) max_file_size: Option<u64>,
}

impl Args {
    /// Returns what git's own calls mean, `hook NAME` with arguments that are no options. Telling all commands and flags
    /// to clap first costs more than a hook that finds nothing staged.
    pub(crate) fn of_hook(line: &[OsString]) -> Option<Self> {
        let (hook, [name, args @ ..]) = line.get(1..)?.split_first()? else {
            return None;
        };
        let dash = |word: &OsString| word.as_encoded_bytes().starts_with(b"-");
        if hook != "hook" || dash(name) || args.iter().any(dash) {
            return None;
        }
        Some(Self {
            show: Show::default(),
            command: Some(Command::Hook(Hook {
                name: name.to_str()?.to_owned(),
                args: args.to_vec(),
            })),
        })
    }
}

/// Commands that write a report.
const REPORTING: [&str; 3] = ["audit", "hook", "scan"];
/// Other commands that read the configuration.
const CONFIGURED: [&str; 6] = ["allow", "baseline", "config", "explain", "migrate", "rules"];

/// Returns the command line as help tells it: each command shows the flags that it heeds, though all take all of them.
pub(crate) fn told() -> clap::Command {
    fn tell(command: &mut clap::Command, hidden: &[&str]) {
        let hide = |arg: clap::Arg| {
            let told = arg
                .get_help_heading()
                .is_none_or(|heading| !hidden.contains(&heading));
            arg.hide(!told)
        };
        *command = std::mem::take(command).mut_args(hide);
        for sub in command.get_subcommands_mut() {
            tell(sub, hidden);
        }
    }
    let mut command = Args::command();
    command.build();
    for sub in command.get_subcommands_mut() {
        let name = sub.get_name();
        if CONFIGURED.contains(&name) {
            tell(sub, &["Report"]);
        } else if !REPORTING.contains(&name) {
            tell(sub, &["Report", "Configuration"]);
        }
    }
    command
}

impl Show {
    /// Returns the same with files that are found from any folder.
    pub(crate) fn with_whole_paths(mut self) -> Self {
        let whole = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let Configure {
            config,
            ignore_file,
            baseline,
            ..
        } = &mut self.configure;
        for path in [config, ignore_file].into_iter().flatten() {
            *path = whole(path);
        }
        // An empty name says that there is none.
        if let Some(name) = baseline.as_mut().filter(|name| !name.is_empty()) {
            *name = whole(&PathBuf::from(&*name)).display().to_string();
        }
        self
    }

    /// Returns when to use colour where the configuration has no say.
    pub(crate) fn color(&self) -> Color {
        self.color.unwrap_or(Color::Auto)
    }
}

fn formats() -> clap::builder::PossibleValuesParser {
    hexguard::output::FORMATS
        .iter()
        .map(|format| format.name)
        .into()
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Scan what is staged, files and folders, or standard input.
    Scan(Scan),
    /// Run as a git hook; git calls this, people rarely do.
    Hook(Hook),
    /// List the rules, or explain one.
    Rules(Rules),
    /// Say why a line is a finding or none: what counted, and what would change it.
    Explain {
        /// The line, as findings are shown: FILE:LINE or FILE:LINE:COLUMN.
        place: String,
    },
    /// Make git run hexguard in this repository, and prove it.
    Install(Install),
    /// Take hexguard out again; what was there before is restored.
    Uninstall(Uninstall),
    /// Say whether git would run hexguard here.
    Status(Status),
    /// Like `status --verbose`: try it, and name everything that would stop it.
    Doctor,
    /// Print what a shell needs to complete hexguard's commands and options.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page; with a folder, write one page for each command there.
    Man {
        /// Where to write the pages: `~/.local/share/man/man1`.
        folder: Option<PathBuf>,
    },
    /// Copy standard input to standard output without secrets: for logs and query results.
    Redact(Redact),
    /// Answer the security checklist of a Hex team, point by point, with evidence.
    Audit(Audit),
    /// Record that somebody reviewed an export before it is shared.
    Reviewed(Reviewed),
    /// Show the settings in force and where each is from.
    Config(Config),
    /// Write an exception into hexguard.toml, or take out those that are of no use.
    Allow(Allow),
    /// Accept what is there today, so that only new secrets count.
    Baseline(Baseline),
    /// Write what gitleaks, detect-secrets, git-secrets, ripsecrets and talisman are told here as one hexguard.toml.
    Migrate(Migrate),
}

impl Command {
    /// Tells whether it depends on the folder that one stands in. Hooks find out themselves: an agent gives its own.
    pub(crate) fn needs_folder(&self) -> bool {
        match self {
            Self::Hook(_) | Self::Completions { .. } | Self::Man { .. } | Self::Redact(_) => false,
            Self::Config(config) => !config.schema,
            _ => true,
        }
    }
}

#[derive(ClapArgs)]
pub(crate) struct Scan {
    /// Files and folders to scan; `-` for standard input; none for what is staged.
    pub(crate) paths: Vec<PathBuf>,
    /// What to call standard input in findings [default: <stdin>]; without paths, scan that.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["staged", "range", "history"])]
    pub(crate) stdin_filename: Option<String>,
    /// In folders, scan what git ignores too (files named are always scanned).
    #[arg(long)]
    pub(crate) ignored: bool,
    /// Scan what is staged (the default without paths).
    #[arg(long, conflicts_with = "paths")]
    pub(crate) staged: bool,
    /// Scan what the commits of a range add, as git writes ranges: main..HEAD, HEAD~3..
    #[arg(long, value_name = "RANGE", conflicts_with_all = ["paths", "staged"])]
    pub(crate) range: Option<String>,
    /// Scan what every commit of the history adds, on every branch and tag.
    #[arg(long, conflicts_with_all = ["paths", "staged", "range"])]
    pub(crate) history: bool,
}

#[derive(ClapArgs)]
pub(crate) struct Hook {
    /// The hook's name: pre-commit, pre-merge-commit, commit-msg, pre-push, pre-receive, update, or agent.
    #[arg(value_name = "HOOK")]
    pub(crate) name: String,
    /// The hook's own arguments, as git gives them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) args: Vec<OsString>,
}

#[derive(ClapArgs)]
pub(crate) struct Redact {
    /// Leave the last four characters of long secrets, to tell one from another.
    #[arg(long)]
    pub(crate) keep_tail: bool,
    /// A field whose values are replaced too, in every spelling (snake_case finds camelCase); may be repeated.
    #[arg(long = "field", value_name = "NAME")]
    pub(crate) fields: Vec<String>,
}

#[derive(ClapArgs)]
pub(crate) struct Audit {
    /// Do not look through history.
    #[arg(long)]
    pub(crate) no_history: bool,
}

#[derive(ClapArgs)]
pub(crate) struct Reviewed {
    /// The files that were reviewed.
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Who reviewed them; git's user.name and user.email when not given.
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
}

#[derive(ClapArgs)]
pub(crate) struct Allow {
    /// The fingerprint of the finding, as reports show it.
    #[arg(value_name = "FINGERPRINT")]
    pub(crate) fingerprints: Vec<String>,
    /// Why it is right.
    #[arg(long, required_unless_present_any = ["unused", "prune"])]
    pub(crate) reason: Option<String>,
    /// Accept what this rule finds; with other conditions, all must hold.
    #[arg(long = "rule", value_name = "RULE")]
    pub(crate) rules: Vec<String>,
    /// Accept what is found in these paths (a pattern as in .gitignore, without !).
    #[arg(long = "path", value_name = "PATTERN")]
    pub(crate) paths: Vec<String>,
    /// Accept secrets that match this regular expression from end to end.
    #[arg(long = "value", value_name = "REGEX")]
    pub(crate) values: Vec<String>,
    /// The last day on which it holds.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) until: Option<String>,
    /// Say which exceptions match nothing in the work tree, or have ended.
    #[arg(long, conflicts_with_all = ["reason", "prune", "fingerprints"])]
    pub(crate) unused: bool,
    /// Take those out of hexguard.toml.
    #[arg(long, conflicts_with_all = ["reason", "fingerprints"])]
    pub(crate) prune: bool,
}

#[derive(ClapArgs)]
pub(crate) struct Migrate {
    /// Print the file instead of writing it.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(ClapArgs)]
pub(crate) struct Baseline {
    /// Take out the entries whose secrets are not in the work tree any more.
    #[arg(long)]
    pub(crate) prune: bool,
}

#[derive(ClapArgs)]
pub(crate) struct Config {
    /// Show what counts in a hook: the files as they are staged.
    #[arg(long)]
    pub(crate) staged: bool,
    /// Print the JSON schema of hexguard.toml instead, for editors.
    #[arg(long)]
    pub(crate) schema: bool,
}

#[derive(ClapArgs)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Rules {
    #[command(subcommand)]
    pub(crate) action: Option<RulesAction>,
}

#[derive(Subcommand)]
pub(crate) enum RulesAction {
    /// List all rules.
    List,
    /// Try the rules of hexguard.toml on their own examples and counterexamples.
    Test,
    /// Say what a rule looks for, how sure it is, and how to revoke what it finds.
    Explain {
        /// The rule's id, as findings show it in brackets.
        id: String,
    },
}

#[derive(ClapArgs)]
pub(crate) struct Install {
    /// Guard this event only; may be given several times [default: pre-commit, pre-merge-commit, commit-msg, pre-push;
    /// on a server: pre-receive].
    #[arg(long = "hook", value_name = "EVENT", value_parser = events())]
    pub(crate) hooks: Vec<String>,
    /// Guard all repositories of this user, present and future; their own hooks still run.
    #[arg(long, conflicts_with_all = ["hooks", "in_config"])]
    pub(crate) global: bool,
    /// Guard an agent that writes code instead: in its settings for this project, or with --global in the user's.
    #[arg(long, value_name = "AGENT", value_parser = agents(), conflicts_with_all = ["hooks", "in_config"])]
    pub(crate) agent: Option<String>,
    /// Let git call hexguard from its own configuration instead of a hook file (git 2.54 and later).
    #[arg(long)]
    pub(crate) in_config: bool,
    /// Change files of the project (a hook manager's configuration) without asking.
    #[arg(short, long)]
    pub(crate) yes: bool,
}

#[derive(ClapArgs)]
pub(crate) struct Uninstall {
    /// Undo `install --global`.
    #[arg(long)]
    pub(crate) global: bool,
    /// Undo `install --agent`.
    #[arg(long, value_name = "AGENT", value_parser = agents())]
    pub(crate) agent: Option<String>,
    /// Change files of the project (a hook manager's configuration) without asking.
    #[arg(short, long)]
    pub(crate) yes: bool,
}

#[derive(ClapArgs)]
pub(crate) struct Status {
    /// Try it, and name everything that would stop it.
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

fn agents() -> clap::builder::PossibleValuesParser {
    hexguard::hook::agent::AGENTS
        .iter()
        .map(|agent| agent.name)
        .into()
}

fn events() -> clap::builder::PossibleValuesParser {
    hexguard::hook::event::Event::ALL
        .iter()
        .map(|event| event.name())
        .into()
}
