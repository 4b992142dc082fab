//! Query results among what is staged: whether to report those that nobody reviewed.

use anyhow::Result;
use hexguard::audit::presence::uses_hex;
use hexguard::audit::review::{self, Reviews};
use hexguard::audit::watch::Watch;
use hexguard::config::Settings;
use hexguard::config::value::Exports;
use hexguard::git::Repository;
use hexguard::report::Report;
use hexguard::rule::Tier;

/// Tells whether no query result is reported anywhere.
pub(super) fn are_off(settings: &Settings) -> bool {
    *settings.values.exports == Exports::Off
}

/// Adds a finding for each query result that is new and that nobody reviewed.
pub(super) fn report(
    watch: &Watch<'_>,
    settings: &Settings,
    repository: &Repository,
    report: &mut Report,
) -> Result<()> {
    if !watch.saw() {
        return Ok(());
    }
    let exports = *settings.values.exports;
    let tier = match exports {
        Exports::Block => Tier::Block,
        Exports::Warn | Exports::Auto | Exports::Off => Tier::Warn,
    };
    let reviews = reviews(repository)?;
    let known = reviews.is_some();
    let found = watch.findings(&reviews.unwrap_or_default(), tier)?;
    // The search comes last: few commits bring a query result.
    let wanted = exports != Exports::Auto || settings.hex.noted || known;
    if !found.is_empty() && (wanted || uses_hex(repository)?) {
        report.findings.extend(found);
        report
            .findings
            .sort_by(|a, b| (&a.path, a.part, a.place).cmp(&(&b.path, b.part, b.place)));
    }
    Ok(())
}

/// Returns the reviews of exports as they will be committed; none if the repository has no such file.
fn reviews(repository: &Repository) -> Result<Option<Reviews>> {
    let Some(id) = repository.staged_ids(&[review::FILE])?.pop().flatten() else {
        return Ok(None);
    };
    let text = repository.text(id)?;
    Ok(Some(Reviews::parse(&String::from_utf8_lossy(&text))))
}
