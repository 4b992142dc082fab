//! Which objects are in packs, by their indexes: git prefers what a pack holds to a file of the object's own.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::change::Id;

/// The indexes of a repository's packs. Each is opened for one look only: there may be more of them than files may be open,
/// and each thread has its own.
#[derive(Default)]
pub(super) struct Packs {
    indexes: Vec<PathBuf>,
    /// Whether a folder of them cannot be read: then any object may be in a pack.
    unread: bool,
}

/// Where the table begins that says how many ids begin with no more than a byte, and the ids behind it (git's pack-format(5),
/// version 2).
const TABLE: u64 = 8;
const IDS: u64 = TABLE + 256 * 4;

impl Packs {
    /// Lists the indexes in folders of objects.
    pub(super) fn of<'f>(folders: impl Iterator<Item = &'f Path>) -> Self {
        let mut packs = Self::default();
        for folder in folders {
            let files = match fs::read_dir(folder.join("pack")) {
                Ok(files) => files,
                Err(error) => {
                    packs.unread |= error.kind() != ErrorKind::NotFound;
                    continue;
                }
            };
            for file in files {
                let Ok(file) = file else {
                    packs.unread = true;
                    break;
                };
                let path = file.path();
                if path.extension().is_some_and(|end| end == "idx") {
                    packs.indexes.push(path);
                }
            }
        }
        packs
    }

    /// Tells whether a pack holds an object, or may.
    pub(super) fn hold(&self, id: Id) -> bool {
        // One that cannot be read here may name it.
        let holds = |path: &PathBuf| holds(path, id).unwrap_or(true);
        self.unread || self.indexes.iter().any(holds)
    }
}

/// Tells whether an index names an object; nothing if it cannot be read.
fn holds(path: &Path, id: Id) -> Option<bool> {
    let index = &File::open(path).ok()?;
    if read_at(index, 0)? != *b"\xfftOc\0\0\0\x02" {
        return None;
    }
    let wanted = id.as_bytes();
    let first = u64::from(wanted[0]);
    let count = |byte: u64| read_at(index, TABLE + byte * 4).map(u32::from_be_bytes);
    let mut from = u64::from(first.checked_sub(1).map_or(Some(0), count)?);
    let mut until = u64::from(count(first)?);
    while from < until {
        let middle = u64::midpoint(from, until);
        let at = IDS + middle * wanted.len() as u64;
        let found = match wanted.len() {
            20 => read_at::<20>(index, at)?.as_slice().cmp(wanted),
            _ => read_at::<32>(index, at)?.as_slice().cmp(wanted),
        };
        match found {
            std::cmp::Ordering::Equal => return Some(true),
            std::cmp::Ordering::Less => from = middle + 1,
            std::cmp::Ordering::Greater => until = middle,
        }
    }
    Some(false)
}

#[cfg(unix)]
fn read_at<const N: usize>(file: &File, at: u64) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    std::os::unix::fs::FileExt::read_exact_at(file, &mut bytes, at).ok()?;
    Some(bytes)
}

#[cfg(not(unix))]
fn read_at<const N: usize>(mut file: &File, at: u64) -> Option<[u8; N]> {
    use std::io::{Read, Seek, SeekFrom};
    let mut bytes = [0; N];
    file.seek(SeekFrom::Start(at)).ok()?;
    file.read_exact(&mut bytes).ok()?;
    Some(bytes)
}
