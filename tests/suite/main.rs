//! Everything tested from outside, as one binary: libgit2 is linked once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod advice;
mod agents;
mod audit;
mod binary;
mod checksums;
mod ci;
mod comments;
mod compare;
mod compat;
mod config;
mod corpus;
mod decode;
mod encoding;
mod events;
mod evidence;
mod explain;
mod exports;
mod formats;
mod forms;
mod gitleaks;
mod hex;
mod install;
mod jwt;
mod keys;
mod layers;
mod lexicon;
mod managers;
mod migrate;
mod names;
mod output;
mod places;
mod prefilter;
mod quiet;
mod redact;
mod repositories;
mod rules;
mod safety;
mod scan;
mod settings;
mod staged;
mod support;
mod suppress;
mod team;
mod vetoes;
