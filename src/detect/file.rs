//! Files that are known by their names: which paths a rule looks at, and files that are secrets as a whole.

use crate::fragment::{Fragment, Part};
use crate::lexicon::path::is_of_tests;
use crate::rule::{Basis, Found};

/// Finds a file whose name says what it holds; the rule's `paths` say which names do.
pub fn file_name(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let path = fragment.text;
    let start = path.iter().rposition(|&b| b == b'/').map_or(0, |i| i + 1);
    // A name is not worth a word where files are made to be public: test data, samples.
    (fragment.part == Part::Name && at + 3 > start && !is_of_tests(path))
        .then(|| Found::new(start..path.len(), Basis::Settled).because("judged by its name only"))
}

/// Tells whether a path fits one of `globs`: `**/` stands for any folders, `*` and `?` for characters of one name.
pub(super) fn fits(path: &[u8], globs: &[&str]) -> bool {
    globs.iter().any(|glob| match glob.strip_prefix("**/") {
        Some(rest) => {
            let folders = rest.bytes().filter(|&b| b == b'/').count();
            let tail = path
                .iter()
                .enumerate()
                .rev()
                .filter(|&(_, &b)| b == b'/')
                .nth(folders)
                .map_or(0, |(i, _)| i + 1);
            fits_one(&path[tail..], rest.as_bytes())
        }
        None => fits_one(path, glob.as_bytes()),
    })
}

/// Matches greedily, going back to the last star only: linear in practice, quadratic in short names at worst.
fn fits_one(path: &[u8], glob: &[u8]) -> bool {
    let (mut p, mut g) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while p < path.len() {
        match glob.get(g) {
            Some(b'*') => {
                star = Some((p, g));
                g += 1;
            }
            Some(&b) if b == path[p] || b == b'?' && path[p] != b'/' => {
                p += 1;
                g += 1;
            }
            _ => match star {
                Some((from, at)) if path[from] != b'/' => {
                    star = Some((from + 1, at));
                    p = from + 1;
                    g = at + 1;
                }
                _ => return false,
            },
        }
    }
    glob[g..].iter().all(|&b| b == b'*')
}
