//! A TOML file with its places: every complaint names the file and the line.

use std::cell::Cell;
use std::ops::Range;

use anyhow::{Error, Result, anyhow, bail};
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue, ValueDeserializer};

use super::key::{KEYS, Kind};
use crate::detect::without_secrets;
use crate::hint::{self, HintExt};
use crate::quote::{length, quoted, requoted};
use crate::suppress::Origin;

/// A file is read into memory of forty times its size.
const LONGEST: usize = 10 << 20;

/// Refuses a file that takes more memory than a hook may have.
pub(super) fn sized(name: &str, bytes: usize) -> Result<()> {
    if bytes > LONGEST {
        bail!("{name} is larger than {} MiB", LONGEST >> 20);
    }
    Ok(())
}

/// Says where a setting of the whole file belongs that stands in a table.
pub(super) fn misplaced(name: &str) -> String {
    format!(
        "`{name}` is a setting of the whole file: it belongs above the first line in brackets, such as `[[allow]]`"
    )
}

/// Adds a hint to an error.
pub(super) fn hinted(error: Error, hint: String) -> Error {
    match Err::<(), _>(error).hint(hint) {
        Err(error) => error,
        Ok(()) => unreachable!("it was made of an error"),
    }
}

/// A file that is being read.
pub(super) struct Document<'a> {
    /// What it is called in messages.
    pub(super) name: &'a str,
    /// What it holds.
    pub(super) text: &'a str,
    /// An offset and the number of its line, from which the next one is counted.
    line: Cell<(usize, usize)>,
}

/// A key or a value and where it stands.
pub(super) type Node<'a> = Spanned<DeValue<'a>>;

impl<'a> Document<'a> {
    /// Returns a file of this name that holds `text`.
    pub(super) fn new(name: &'a str, text: &'a str) -> Self {
        Self {
            name,
            text,
            line: Cell::new((0, 1)),
        }
    }

    /// Returns the top table.
    pub(super) fn table(&self) -> Result<DeTable<'a>> {
        sized(self.name, self.text.len())?;
        DeTable::parse(self.text)
            .map(Spanned::into_inner)
            .map_err(|error| self.wrong(&error))
    }

    /// Returns the file and the line of an offset.
    pub(super) fn place(&self, offset: usize) -> Origin {
        let offset = offset.min(self.text.len());
        let (mut from, mut line) = self.line.get();
        if offset < from {
            (from, line) = (0, 1);
        }
        line += memchr::memchr_iter(b'\n', &self.text.as_bytes()[from..offset]).count();
        self.line.set((offset, line));
        Origin {
            file: self.name.to_owned(),
            line,
        }
    }

    /// Returns an error at an offset.
    pub(super) fn error(&self, offset: usize, what: impl std::fmt::Display) -> Error {
        anyhow!("{}: {what}", self.place(offset))
    }

    /// Returns the error for a key that is not known.
    pub(super) fn unknown(&self, key: &Spanned<DeString<'_>>, known: &[&str]) -> Error {
        self.unknown_name(key.span().start, key.get_ref(), known)
    }

    fn unknown_name(&self, offset: usize, name: &str, known: &[&str]) -> Error {
        let error = self.error(offset, format!("unknown key {}", quoted(name)));
        let is_of_file = KEYS.iter().any(|key| key.name == name);
        hinted(
            error,
            match hint::closest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None if is_of_file => misplaced(name),
                None => format!("the keys here are: {}", known.join(", ")),
            },
        )
    }

    /// Returns the error for a key that stands in a table a second time.
    fn twice(&self, range: Range<usize>) -> Error {
        let error = self.error(range.start, "duplicate key");
        let name = self.text.get(range).unwrap_or_default();
        let name = name.trim_matches(['"', '\'']);
        let key = KEYS.iter().find(|key| key.name == name);
        hinted(
            error,
            match key {
                Some(key) if matches!(key.kind, Kind::List) => format!(
                    "`{name}` stands further up: add what this line says to the list there, and take this line out"
                ),
                _ => "it stands further up: take one of the two out".to_owned(),
            },
        )
    }

    /// Returns the error of the TOML reader in our words.
    fn wrong(&self, error: &toml::de::Error) -> Error {
        let offset = error.span().map_or(0, |span| span.start);
        let message = error.message();
        // serde's sentence: unknown field `x`, expected one of `a`, `b`
        let mut quoted = message.split('`').skip(1).step_by(2);
        if message.starts_with("unknown field")
            && let Some(name) = quoted.next()
        {
            return self.unknown_name(offset, name, &quoted.collect::<Vec<_>>());
        }
        if message.starts_with("duplicate key") {
            return self.twice(error.span().unwrap_or_default());
        }
        let first = message.lines().next().unwrap_or("no TOML");
        self.error(offset, requoted(first))
    }

    /// Reads a table as a type that serde knows.
    pub(super) fn typed<T: for<'de> Deserialize<'de>>(&self, node: Node<'a>) -> Result<T> {
        let start = node.span().start;
        T::deserialize(ValueDeserializer::from(node)).map_err(|mut error| {
            if error.span().is_none() {
                error.set_input(None);
                return self.error(start, requoted(error.message()));
            }
            self.wrong(&error)
        })
    }

    /// Reads a text.
    pub(super) fn text_of(&self, node: &Node<'_>) -> Result<String> {
        match node.get_ref().as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(self.kind(node, "a text in quotes")),
        }
    }

    /// Refuses a name that may be a secret: it would stand in every report.
    pub(super) fn harmless(&self, node: &Node<'_>, what: &str, name: &str) -> Result<()> {
        if without_secrets(name) == name {
            return Ok(());
        }
        let error = self.error(
            node.span().start,
            format!("{what} may be a secret {}", length(name)),
        );
        Err(error).hint("if it is one, take it out and revoke it; write another name")
    }

    /// Reads texts; one alone needs no brackets.
    pub(super) fn texts(&self, node: &Node<'_>) -> Result<Vec<String>> {
        match node.get_ref() {
            DeValue::Array(nodes) => nodes.iter().map(|node| self.text_of(node)).collect(),
            DeValue::String(text) => Ok(vec![text.to_string()]),
            _ => Err(self.kind(node, "a text or a list of texts")),
        }
    }

    /// Reads true or false.
    pub(super) fn flag(&self, node: &Node<'_>) -> Result<bool> {
        let flag = node.get_ref().as_bool();
        flag.ok_or_else(|| self.kind(node, "true or false"))
    }

    /// Reads a whole number that is not negative.
    pub(super) fn number(&self, node: &Node<'_>) -> Result<u64> {
        let number = node.get_ref().as_integer();
        number
            .and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok())
            .ok_or_else(|| self.kind(node, "a whole number from 0 up"))
    }

    /// Reads the tables of `[[name]]`.
    pub(super) fn tables<'b>(&self, node: &'b Node<'a>) -> Result<Vec<&'b Node<'a>>> {
        let array = node.get_ref().as_array();
        let array = array.ok_or_else(|| self.kind(node, "a table in double brackets"))?;
        Ok(array.iter().collect())
    }

    /// Returns the error for a value of the wrong kind.
    pub(super) fn kind(&self, node: &Node<'_>, wanted: &str) -> Error {
        let found = match node.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(number) if number.as_str().starts_with('-') => "a negative number",
            DeValue::Float(_) => "a number with a point",
            DeValue::Integer(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date (put it in quotes)",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.error(
            node.span().start,
            format!("{wanted} is wanted here, not {found}"),
        )
    }
}
