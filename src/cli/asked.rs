//! Finds and reads the file, or the member of an archive, that somebody asks about.

use std::fs::{self, File};
use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use hexguard::container::{self, Name};
use hexguard::source::OnDisk;
use hexguard::source::named::{Named, Names};
use hexguard::source::stream;

/// So many MiB of a member are read.
pub(super) const MEMBER: u64 = 64;

/// A file, or a member of an archive, that is asked about: `bundle.tgz!config/.env`.
pub(super) struct Asked<'a> {
    pub(super) named: Named,
    /// What reports call what is asked about.
    pub(super) name: Vec<u8>,
    /// What was typed, the part that names the file and the part that names the member.
    pub(super) file: &'a str,
    pub(super) member: &'a str,
}

/// The text of what is asked about.
pub(super) struct Text {
    pub(super) bytes: Vec<u8>,
    /// Which member of an archive it is, if it is one.
    pub(super) member: Option<Name>,
    /// Whether the member goes on behind it.
    pub(super) is_cut: bool,
}

impl<'a> Asked<'a> {
    /// Finds the file that is meant.
    pub(super) fn find(path: &'a str) -> Result<Self> {
        let mut names = Names::new();
        let inner = path.match_indices('!').map(|(at, _)| path.split_at(at));
        let mut files = std::iter::once((path, "")).chain(inner);
        let (file, member) = files
            .find(|(file, _)| found(&names, file).is_some())
            .unwrap_or((path, ""));
        let given = found(&names, file).unwrap_or_else(|| file.into());
        // What a link leads to comes last.
        let named = names.meant(&given).pop();
        let named = named.with_context(|| format!("cannot read {file}"))?;
        // A pipe would be waited for.
        if !member.is_empty()
            && !fs::metadata(&named.path)
                .with_context(|| format!("cannot read {file}"))?
                .is_file()
        {
            bail!("{file} is no file, and has no members");
        }
        Ok(Self {
            name: [&named.name, member.as_bytes()].concat(),
            named,
            file,
            member,
        })
    }

    /// Reads the text; there is none of a member that there is not, or that cannot be read.
    pub(super) fn text(&self) -> Result<Option<Text>> {
        let unreadable = || format!("cannot read {}", self.file);
        if self.member.is_empty() {
            let bytes = stream::read(&self.named.path).with_context(unreadable)?;
            // The lines of what stands in it by itself do not count.
            let head = container::head(&bytes);
            let mut opened = container::open(&self.named.name, head, &&*bytes, &mut |_, _| {});
            let own = opened.own(&bytes).with_context(unreadable)?;
            return Ok(Some(Text {
                bytes: own.into_owned(),
                member: None,
                is_cut: false,
            }));
        }
        let mut found = None;
        let opened = File::open(&self.named.path).with_context(unreadable)?;
        let mut head = Vec::new();
        (&opened)
            .take(container::HEAD as u64)
            .read_to_end(&mut head)
            .with_context(unreadable)?;
        // An archive may be larger than what should be in memory.
        let data = OnDisk::new(opened).with_context(unreadable)?;
        container::open(&self.named.name, &head, &data, &mut |name, data| {
            // What is wrong behind it, the scan says.
            if found.is_none() && name.shown == self.name {
                let mut bytes = Vec::new();
                let mut front = data.take(MEMBER << 20);
                let is_all = front.read_to_end(&mut bytes).is_err() || front.limit() > 0;
                found = Some(Text {
                    bytes,
                    member: Some(name.clone()),
                    is_cut: !is_all,
                });
            }
        });
        Ok(found)
    }
}

/// Returns the file that is meant, if it is there: seen from here, or from the top of the work tree, as reports name files.
fn found(names: &Names, path: &str) -> Option<PathBuf> {
    let below = names.top().map(|top| top.join(path));
    let mut given = [Some(path.into()), below].into_iter().flatten();
    given.find(|one: &PathBuf| one.exists())
}
