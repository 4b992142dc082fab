//! The built-in rules, packed into tables by build.rs; each is unpacked when it is first needed.
//!
//! The tables hold numbers and one text, no pointers: every pointer in a static table is work for the loader at each
//! start, whether the rules are needed or not.
#![allow(
    clippy::unreadable_literal,
    clippy::needless_raw_string_hashes,
    reason = "made by a program, read by none"
)]

use std::borrow::Cow;
use std::sync::OnceLock;

use super::byteset::ByteSet;
use super::edge::Edge;
use super::keywords::{Entry, Index};
use super::{
    Check, Checksum, Confidence, Find, Group, Kind, Pattern, Rule, Rules, SecretKind, Severity,
    Site, Tier, Wanted,
};
// The functions that rules name; the one place where this layer looks up.
use crate::detect::{check, find};

/// A stretch of `TEXT`: where it starts, and how long it is.
type Text = (u32, u32);

/// A stretch of `LISTS` or of `CHECKED`: where it starts, and how many there are.
type List = (u16, u16);

/// A rule as build.rs packs it.
struct Packed {
    id: Text,
    title: Text,
    kind: PackedKind,
    pattern: Text,
    before: u32,
    after: u32,
    least: u32,
    bytes: ByteSet,
    edge: Edge,
    keys: List,
    near: List,
    public_beside: List,
    keywords: List,
    paths: List,
    examples: List,
    check: List,
    checksum: Option<Checksum>,
    entropy: f64,
    tier: Tier,
    severity: Severity,
    confidence: Confidence,
    why: Text,
    help: Text,
    url: Text,
    specificity: u16,
    prefix: u32,
    by_format: bool,
    judged: bool,
}

/// Which way a rule looks for its secret; of a function, its number.
enum PackedKind {
    Regex,
    Value,
    Find(u8),
    Named(Option<SecretKind>, Site),
}

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Boxed, for room for all of them would lie in the binary.
static UNPACKED: [OnceLock<Box<Rule>>; COUNT] = [const { OnceLock::new() }; COUNT];

/// Returns the built-in rules as a group.
pub(super) fn group() -> Group {
    Group {
        index: &INDEX,
        wanted: Wanted {
            starts: &WANTED_STARTS,
            rules: &WANTED_RULES,
        },
        rules: Rules::Builtin,
    }
}

/// Returns how many built-in rules there are.
pub(super) fn len() -> usize {
    COUNT
}

/// Returns the built-in rule with a number.
pub(super) fn rule(number: usize) -> &'static Rule {
    UNPACKED[number].get_or_init(|| Box::new(unpack(&PACKED[number])))
}

/// Returns the id of the built-in rule with a number, without unpacking the rest.
pub(super) fn id(number: usize) -> &'static str {
    text(PACKED[number].id)
}

fn text((start, length): Text) -> &'static str {
    &TEXT[start as usize..(start + length) as usize]
}

fn list((start, count): List) -> &'static [&'static str] {
    let texts = &LISTS[usize::from(start)..usize::from(start + count)];
    texts.iter().map(|&at| text(at)).collect::<Vec<_>>().leak()
}

fn unpack(packed: &Packed) -> Rule {
    let pattern = || {
        Pattern::new(
            text(packed.pattern),
            packed.before as usize,
            packed.after as usize,
        )
        .starting(packed.least as usize, packed.bytes)
        .behind(packed.edge)
    };
    let (from, count) = packed.check;
    let checks = &CHECKED[usize::from(from)..usize::from(from + count)];
    Rule {
        id: text(packed.id),
        title: text(packed.title),
        kind: match packed.kind {
            PackedKind::Regex => Kind::Regex(pattern()),
            PackedKind::Value => Kind::Value {
                pattern: pattern(),
                keys: list(packed.keys),
            },
            PackedKind::Find(number) => Kind::Find(FINDS[usize::from(number)].1),
            PackedKind::Named(kind, site) => Kind::Named {
                kind,
                site,
                keys: list(packed.keys),
            },
        },
        near: list(packed.near),
        public_beside: list(packed.public_beside),
        keywords: list(packed.keywords),
        paths: list(packed.paths),
        check: checks
            .iter()
            .map(|&check| CHECKS[usize::from(check)].1)
            .collect::<Vec<_>>()
            .leak(),
        checksum: packed.checksum,
        entropy: packed.entropy,
        tier: packed.tier,
        severity: packed.severity,
        confidence: packed.confidence,
        why: text(packed.why),
        help: text(packed.help),
        url: text(packed.url),
        specificity: packed.specificity,
        prefix: packed.prefix as usize,
        by_format: packed.by_format,
        judged: packed.judged,
        examples: list(packed.examples),
    }
}
