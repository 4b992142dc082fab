//! `completions` and `man`, made from the definitions in `args`.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use clap::Command;
use clap_complete::Shell;
use hexguard::git::worktree;
use hexguard::report::Outcome;
use hexguard::write;

use super::args::{Color, told};
use super::show;

pub(super) fn completions(shell: Shell) -> Result<Outcome> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut told(), "hexguard", &mut text);
    print(&text)
}

pub(super) fn man(folder: Option<&Path>) -> Result<Outcome> {
    let command = told();
    let Some(folder) = folder else {
        return print(&page(command)?);
    };
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for sub in command.get_subcommands() {
        let name = format!("hexguard-{}", sub.get_name());
        put(
            folder,
            &name,
            &page(sub.clone().name(&*name.clone().leak()))?,
        )?;
    }
    put(folder, "hexguard", &page(command)?)?;
    Ok(Outcome::Clean)
}

fn page(command: Command) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let page = clap_mangen::Man::new(command);
    page.render(&mut text).context("cannot make the page")?;
    Ok(text)
}

fn put(folder: &Path, name: &str, text: &[u8]) -> Result<()> {
    let path = folder.join(format!("{name}.1"));
    write::put(&path, text, worktree::around(&path).as_deref())
}

fn print(text: &[u8]) -> Result<Outcome> {
    let mut out = show::stdout(Color::Never);
    out.write_all(text)
        .and_then(|()| out.flush())
        .context("cannot print")?;
    Ok(Outcome::Clean)
}
