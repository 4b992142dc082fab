//! Hooks: where git looks for them, who rules them, and how hexguard becomes one of them.

pub mod diagnose;
pub mod edit;
pub mod event;
pub mod git;
pub mod message;
pub mod place;
pub mod proof;

pub mod script;
pub mod skip;
pub mod write;

use std::path::PathBuf;

use anyhow::Result;

use event::Event;
use place::Place;

/// What is to be installed.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The events to guard.
    pub events: Vec<Event>,
    /// The absolute path of the program that the hooks are to run.
    pub program: PathBuf,
}

/// Something that installing or removing did, or could not do; one line for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// It was done.
    Done(String),
    /// It was so already.
    Same(String),
    /// It works, but there is something to know.
    Warn(String),
    /// It is left to the person: what to do, and the text to put somewhere.
    Todo(String),
}

/// Who writes the hooks of a repository.
pub trait Manager: Sync {
    /// Returns what it is called.
    fn name(&self) -> &'static str;

    /// Tells whether it rules the hooks of this repository.
    fn governs(&self, place: &Place) -> bool;

    /// Returns what would have to change so that hexguard runs at these events. Changes nothing.
    fn plan(&self, place: &Place, wish: &Wish) -> Result<edit::Plan>;

    /// Tells whether its configuration calls hexguard at an event.
    fn calls(&self, place: &Place, event: Event) -> bool;

    /// Returns what would have to change so that hexguard is gone. Changes nothing.
    fn unplan(&self, place: &Place) -> Result<edit::Plan>;
}

/// Every manager that hexguard knows; the first that rules a repository is asked.
pub const MANAGERS: &[&dyn Manager] = &[];

/// Returns the manager that rules a repository; none where git's plain hooks do.
pub fn manager(place: &Place) -> Option<&'static dyn Manager> {
    MANAGERS
        .iter()
        .copied()
        .find(|manager| manager.governs(place))
}
