//! Programs: those that run others, those that take a script, and those that take the hooks out, as tables.

use super::command::{Why, is_of, name};

/// Programs that take a script, and what runs one later.
pub(super) const SHELLS: &str = "sh|bash|zsh|dash|ksh|ash|fish|busybox|eval|trap|su|ssh|script|watch|parallel|flock|cmd|at|batch|start-job|invoke-command|icm";
/// Those that read a file, or what takes the place of one.
pub(super) const SOURCES: &str = "source|.";
/// Those that take a script of PowerShell.
pub(super) const POWERSHELLS: &str = "pwsh|powershell|iex|invoke-expression";
/// PowerShell's programs that set a variable which is named `Env:NAME`.
pub(super) const SETTERS: &str =
    "set-item|si|new-item|ni|set-content|sc|set-itemproperty|set-variable|sv";
/// Programs that run the words behind them, and what sets variables.
pub(super) const WRAPPERS: &str = "env|command|builtin|exec|nohup|time|sudo|doas|xargs|timeout|nice|ionice|stdbuf|setsid|chroot|find|fd|entr|strace|caffeinate|unshare|proot|systemd-run|start|flock|taskset|chrt|prlimit|numactl|unbuffer|busybox|tmux|screen|watch|expect|nix-shell|script|fakeroot|nsenter|runuser|pkexec|export|declare|typeset|local|readonly|set|setx";
/// Programs that run a program of a package: the words between them and its name.
const RUNNERS: &[(&str, &str)] = &[
    ("npx|bunx|pnpx|uvx", ""),
    ("npm|pnpm|yarn|bun", "exec|dlx|x|run"),
    ("uv|pipx|poetry|pdm|hatch|rye", "run|tool"),
    ("bundle|mise|direnv|rtx", "exec|x"),
    ("python|python3|py", "-m"),
];
/// Programs that run a text of their own language, and the options behind which it stands; awk's needs none.
pub(super) const INTERPRETERS: &str =
    "awk|gawk|python|python3|py|node|deno|bun|ruby|perl|php|rscript|osascript|lua";
pub(super) const TEXT_OPTIONS: &str = "-c|-e|-E|-p|-pe|-ne|-r|--eval|--print|eval";

/// Hook managers, with the words by which they take their hooks out or put others in the place of hexguard's; none: any call
/// does so.
const MANAGERS: &[(&str, &str)] = &[
    ("husky", ""),
    ("simple-git-hooks", ""),
    ("pre-commit|pre_commit|prek", "uninstall"),
    ("lefthook", "uninstall"),
    ("overcommit", "--uninstall|-u"),
];

const REMOVES: &str = "it takes the hooks out, or puts others in their place";

/// Returns what a runner of packages runs: the words from the program's name on.
pub(super) fn run_by<'w>(program: &str, words: &'w [String]) -> Option<&'w [String]> {
    let (_, between) = RUNNERS.iter().find(|(names, _)| is_of(names, program))?;
    let is_skipped =
        |word: &&String| word.starts_with('-') && !is_of(between, word) || is_of(between, word);
    let skipped = words.iter().take_while(is_skipped).count();
    let runs = between.is_empty() || words[..skipped].iter().any(|word| is_of(between, word));
    // `yarn husky` runs it, too.
    (runs || program == "yarn").then(|| &words[skipped..])
}

/// Returns why a hook manager's command would get commits past hexguard, if it would.
pub(super) fn manages(program: &str, words: &[String]) -> Why {
    let program = name(program.split('@').next().unwrap_or(program));
    let (_, verbs) = MANAGERS.iter().find(|(names, _)| is_of(names, program))?;
    let asks = |word: &String| matches!(word.as_str(), "--version" | "-v" | "--help" | "-h");
    let undoes =
        verbs.is_empty() && !words.iter().any(asks) || words.iter().any(|word| is_of(verbs, word));
    undoes.then_some(REMOVES)
}

/// Returns why a command of hexguard's own is a person's to give, if it is.
pub(super) fn own(words: &[String]) -> Why {
    let command = words.iter().find(|word| !word.starts_with('-'))?;
    match command.as_str() {
        "uninstall" => Some("it takes hexguard out"),
        "allow" if !words.iter().any(|word| word.starts_with("hg1:")) => {
            Some("it accepts more than the findings that are named")
        }
        "migrate" => Some("it writes hexguard's configuration: a person has to do that"),
        "baseline" if !words.iter().any(|word| word == "--prune") => {
            Some("it accepts every secret that is there")
        }
        _ => None,
    }
}
