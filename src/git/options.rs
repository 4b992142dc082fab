//! What libgit2 is told once for the whole process; the only place with `unsafe`.

use std::sync::Once;

/// Who vouches that the repository belongs to somebody who may be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// A hook: git has checked the owner before it ran us.
    Hook,
    /// A person, by hand: the owner is checked as git checks it.
    Person,
}

/// Extensions of the repository format that change nothing for who only reads objects. `refstorage` does (HEAD is
/// elsewhere then): `Repository::native_head` looks for it.
const EXTENSIONS: [&str; 5] = [
    "partialclone",
    "compatobjectformat",
    "submodulepathconfig",
    "noop-v1",
    "refstorage",
];

/// So many packs libgit2 holds open at once, of which there may be more than files may be open (256 on some systems).
const PACKS: usize = 64;

/// Sets libgit2's options for reading.
pub(super) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Blobs are read by the ids that trees name; who can forge objects can forge the trees as well.
        git2::opts::strict_hash_verification(false);
        // Every object is read once: a cache would only grow.
        git2::opts::enable_caching(false);
        #[expect(
            unsafe_code,
            reason = "globals of libgit2 are written; nothing reads them at the same time, for `Once` lets one thread \
                      through before any repository is opened"
        )]
        // The only error is that memory ran out; without the extensions git itself is asked instead.
        let _ = unsafe {
            (
                git2::opts::set_extensions(&EXTENSIONS),
                git2::opts::set_mwindow_file_limit(PACKS),
            )
        };
    });
}

/// Turns libgit2's check of the owner off: git has vouched for the repository.
///
/// libgit2 knows neither `safe.directory = dir/*` nor `git -c safe.directory`, git does.
pub(super) fn trust_owner() {
    static ONCE: Once = Once::new();
    prepare();
    ONCE.call_once(|| {
        #[expect(
            unsafe_code,
            reason = "a global of libgit2 is written; `Once` lets one thread through, and the value never changes back"
        )]
        let _ = unsafe { git2::opts::set_verify_owner_validation(false) };
    });
}
