//! hexguard finds credentials in what is about to be committed.
//!
//! ```text
//! Source --Fragment--> detect --Finding--> novelty, suppress --> Report --> output
//! ```
//!
//! The library knows nothing of terminals; the command line (`src/cli`, part of the binary) knows nothing of secrets;
//! rules are data (`rules/*.toml`). Modules use only what stands further down:
//! `audit`, `output`, `hook` > `scan`, `config`, `redact` > `novelty` > `detect`, `source` > `report` > `suppress` >
//! `finding` > `git`, `lexicon` > `rule`, `write` > `container`, `encoding`, `fragment`, `lines`, `quote` > `language`.
//! The API is not stable; it exists for the binary and the tests.

pub mod audit;
pub mod config;
pub mod container;
pub mod detect;
pub mod encoding;
pub mod finding;
pub mod fingerprint;
pub mod fragment;
pub mod git;
pub mod hint;
pub mod hook;
mod language;
mod lexicon;
pub mod lines;
pub mod novelty;
pub mod output;
pub mod quote;
pub mod redact;
pub mod report;
pub mod rule;
pub mod scan;
pub mod secret;
pub mod source;
pub mod suppress;
pub mod write;
