//! What the measurements are compared with: an empty process, and libgit2 with the least that could be done.
//!
//! `baseline empty` · `baseline blobs ID…` opens the repository, peels HEAD and loads the blobs · `baseline diff` makes
//! libgit2's own diff of HEAD and the index.

use std::error::Error;

use git2::{ObjectType, Oid, Repository, RepositoryOpenFlags};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("blobs") => {
            let repository = open()?;
            repository.head()?.peel_to_tree()?;
            let odb = repository.odb()?;
            for id in arguments {
                assert_eq!(odb.read(Oid::from_str(&id)?)?.kind(), ObjectType::Blob);
            }
        }
        Some("diff") => {
            let repository = open()?;
            let tree = repository.head()?.peel_to_tree()?;
            let diff = repository.diff_tree_to_index(Some(&tree), None, None)?;
            assert!(diff.deltas().len() > 0);
        }
        _ => {}
    }
    Ok(())
}

/// Opens the repository as anybody would, with libgit2's own defaults.
fn open() -> Result<Repository, git2::Error> {
    let ceiling: [&str; 0] = [];
    Repository::open_ext(".", RepositoryOpenFlags::FROM_ENV, ceiling)
}
