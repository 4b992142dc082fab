//! Audit: the security checklist of a Hex team, each point answered with evidence.

pub mod local;
pub mod personal;
mod points;
pub mod presence;
pub mod review;
pub mod table;
mod tokens;
pub mod uses;
pub mod watch;

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use crate::config::hex::Hex;
use crate::detect::masked_name;
use crate::report::Report;
use crate::source::Source;
use review::Reviews;

/// Whether a point of the list is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is.
    Held,
    /// It is not.
    NotHeld,
    /// Only people can tell.
    ByHand,
}

impl Verdict {
    /// Returns how people read it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::NotHeld => "not held",
            Self::ByHand => "by hand",
        }
    }
}

/// Something that a verdict rests on; holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Evidence {
    /// The file, if it is one.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<usize>,
    /// What is there.
    pub text: String,
}

impl Evidence {
    fn new(file: &[u8], line: usize, text: impl Into<String>) -> Self {
        Self {
            file: Some(String::from_utf8_lossy(&masked_name(file)).into_owned()),
            line: Some(line),
            text: text.into(),
        }
    }

    fn of_file(file: &[u8], text: impl Into<String>) -> Self {
        Self {
            line: None,
            ..Self::new(file, 0, text)
        }
    }

    fn plain(text: impl Into<String>) -> Self {
        Self {
            file: None,
            line: None,
            text: text.into(),
        }
    }
}

/// The answer to a point of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Point {
    /// Its number on the list.
    pub number: usize,
    /// What it demands.
    pub name: &'static str,
    /// The answer.
    pub verdict: Verdict,
    /// The answer in a sentence.
    pub summary: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// What to do next; empty when there is nothing to do.
    pub next: String,
}

/// What the audit is made from.
pub struct Inputs<'a> {
    /// The top of the work tree.
    pub top: &'a Path,
    /// The files that git tracks or would track.
    pub files: &'a dyn Source,
    /// What was found in them.
    pub tree: &'a Report,
    /// What was found in all commits; `None` when there is none or history was not asked for, and why.
    pub history: std::result::Result<&'a Report, String>,
    /// Whether git runs the hook, and what shows it.
    pub hook: (Verdict, String, String),
    /// What the team notes of its tokens.
    pub hex: &'a Hex,
    /// The reviews of exports.
    pub reviews: &'a Reviews,
    /// The day it is.
    pub today: &'a str,
}

/// Returns the answers to all points.
pub fn audit(inputs: Inputs<'_>) -> Result<Vec<Point>> {
    points::all(inputs)
}
