//! Lets one thread at a time hold a large text, so that the memory needed does not grow with the number of threads.

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A text above this size is large.
pub(super) const LARGE: usize = 4 << 20;

static GATE: Mutex<()> = Mutex::new(());

thread_local! {
    /// Whether this thread has passed the gate: a member of a large archive may be large, too.
    static PASSED: Cell<bool> = const { Cell::new(false) };
}

/// The right to hold a large text, until it is dropped.
pub(super) struct Pass(#[expect(dead_code, reason = "held, not read")] MutexGuard<'static, ()>);

impl Drop for Pass {
    fn drop(&mut self) {
        PASSED.set(false);
    }
}

/// Waits until no other thread holds a large text, if this one is; returns the right to hold it, unless the thread has it.
pub(super) fn pass(size: usize) -> Option<Pass> {
    if size <= LARGE || PASSED.get() {
        return None;
    }
    let guard = GATE.lock().unwrap_or_else(PoisonError::into_inner);
    PASSED.set(true);
    Some(Pass(guard))
}
