//! Everything tested from outside, as one binary: libgit2 is linked once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod advice;
mod agents;
mod audit;
mod binary;
mod checksums;
mod ci;
mod compare;
mod config;
mod corpus;
mod decode;
mod events;
mod gitleaks;
mod install;
mod layers;
mod managers;
mod migrate;
mod output;
mod redact;
mod repositories;
mod rules;
mod safety;
mod scan;
mod staged;
mod support;
mod suppress;
mod team;
