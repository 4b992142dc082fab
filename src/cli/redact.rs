//! `redact`: standard input to standard output, without secrets.

use std::io;

use anyhow::{Context, Result, bail};
use hexguard::redact::{Filter, redact};
use hexguard::report::Outcome;
use hexguard::rule::RuleSet;
use hexguard::source::stream;

use super::args::Redact;
use super::show;

pub(super) fn run(args: &Redact) -> Result<Outcome> {
    if let Some(field) = args
        .fields
        .iter()
        .find(|field| !field.chars().any(|c| c.is_ascii_alphanumeric()))
    {
        bail!("--field {field:?} names no field: letters or digits are looked for");
    }
    let rules = RuleSet::builtin();
    let mut filter = Filter::new(&rules, &args.fields, args.keep_tail);
    show::typed();
    let mut input = stream::input().context("cannot redact the input")?;
    let redacted = redact(&mut filter, &mut input, &mut io::stdout().lock());
    match redacted {
        // Nobody wants the rest (`| head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Outcome::Clean),
        redacted => redacted
            .map(|_| Outcome::Clean)
            .context("cannot redact the input"),
    }
}
