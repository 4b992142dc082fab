//! Values of settings: as they are written, and as a run uses them, each with its origin.

use std::fmt;
use std::ops::Deref;

pub use crate::suppress::Origin;
use crate::suppress::allowlist::SameCommit;

/// A value as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// True or false.
    Flag(bool),
    /// A whole number.
    Number(u64),
    /// A text.
    Text(String),
    /// Texts.
    List(Vec<String>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::List(texts) => {
                let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
                write!(f, "[{}]", texts.join(", "))
            }
        }
    }
}

/// Returns a text as TOML writes it.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| !c.is_control() && c != '\'';
    if text.contains(['\\', '"']) && text.chars().all(plain) {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                use fmt::Write as _;
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value that somebody gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The setting's name.
    pub key: &'static str,
    /// The value.
    pub value: Value,
    /// Where it is from: "hexguard.toml:3", "--strict".
    pub origin: Origin,
}

/// A setting of one value: the strongest layer's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set<T> {
    /// The value.
    pub value: T,
    /// Where it is from; none: the default.
    pub origin: Option<Origin>,
}

impl<T> Set<T> {
    /// Returns the default.
    pub(super) fn new(value: impl Into<T>) -> Self {
        Self {
            value: value.into(),
            origin: None,
        }
    }
}

impl<T> Deref for Set<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// A setting that is a list: what all layers say, the strongest last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List(pub Vec<Part>);

/// A part of a list, and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The part.
    pub text: String,
    /// Where it is from.
    pub origin: Origin,
}

impl List {
    /// Returns the default.
    pub(super) fn new(_: [&str; 0]) -> Self {
        Self::default()
    }
}

impl Deref for List {
    type Target = [Part];

    fn deref(&self) -> &[Part] {
        &self.0
    }
}

/// A setting, whatever its type.
pub trait Field {
    /// Takes a value from a stronger layer. The table of keys has accepted it: one of another kind says nothing.
    fn give(&mut self, value: Value, origin: &Origin);

    /// Returns the value as it is written.
    fn written(&self) -> Value;

    /// Returns where the value is from; of a list, its last part. None: the default.
    fn origin(&self) -> Option<&Origin>;

    /// Returns the parts of a list; none of anything else.
    fn parts(&self) -> &[Part] {
        &[]
    }
}

/// What a value that is no list is made of.
pub trait Plain: Sized {
    /// Reads it; `None` for a value of another kind.
    fn read(value: Value) -> Option<Self>;

    /// Writes it.
    fn write(&self) -> Value;
}

impl<T: Plain> Field for Set<T> {
    fn give(&mut self, value: Value, origin: &Origin) {
        if let Some(value) = T::read(value) {
            self.value = value;
            self.origin = Some(origin.clone());
        }
    }

    fn written(&self) -> Value {
        self.value.write()
    }

    fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }
}

impl Field for List {
    fn give(&mut self, value: Value, origin: &Origin) {
        if let Value::List(texts) = value {
            let origin = || origin.clone();
            self.0.extend(texts.into_iter().map(|text| Part {
                text,
                origin: origin(),
            }));
        }
    }

    fn written(&self) -> Value {
        Value::List(self.iter().map(|part| part.text.clone()).collect())
    }

    fn origin(&self) -> Option<&Origin> {
        self.last().map(|part| &part.origin)
    }

    fn parts(&self) -> &[Part] {
        self
    }
}

impl Plain for bool {
    fn read(value: Value) -> Option<Self> {
        match value {
            Value::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    fn write(&self) -> Value {
        Value::Flag(*self)
    }
}

impl Plain for u64 {
    fn read(value: Value) -> Option<Self> {
        match value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    fn write(&self) -> Value {
        Value::Number(*self)
    }
}

impl Plain for String {
    fn read(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn write(&self) -> Value {
        Value::Text(self.clone())
    }
}

/// Makes a type of a choice: its words, from strict to lax where that matters.
macro_rules! words {
    ($type:ty, $($value:path = $word:literal),+ $(,)?) => {
        impl Words for $type {
            const WORDS: &'static [&'static str] = &[$($word),+];
        }

        impl Plain for $type {
            fn read(value: Value) -> Option<Self> {
                match &value {
                    $(Value::Text(word) if word == $word => Some($value),)+
                    _ => None,
                }
            }

            fn write(&self) -> Value {
                Value::Text(match self { $($value => $word),+ }.to_owned())
            }
        }
    };
}

/// A choice among words.
pub trait Words {
    /// The words.
    const WORDS: &'static [&'static str];
}

/// What a new query result that nobody reviewed does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exports {
    /// It stops the commit.
    Block,
    /// It is named.
    Warn,
    /// It is named in repositories that use Hex.
    Auto,
    /// Nothing.
    Off,
}

words!(
    Exports,
    Self::Block = "block",
    Self::Warn = "warn",
    Self::Auto = "auto",
    Self::Off = "off"
);
words!(SameCommit, Self::Block = "block", Self::Warn = "warn");

/// When colour is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// Where a person reads.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

words!(
    Color,
    Self::Auto = "auto",
    Self::Always = "always",
    Self::Never = "never"
);

/// What a report may be written as; the writers are in `output`, under these names.
pub const FORMATS: &[&str] = &[
    "human", "compact", "json", "jsonl", "sarif", "github", "gitlab", "junit", "csv", "gitleaks",
];

/// One of [`FORMATS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format(pub &'static str);

impl Plain for Format {
    fn read(value: Value) -> Option<Self> {
        let Value::Text(word) = value else {
            return None;
        };
        FORMATS
            .iter()
            .find(|name| **name == word)
            .map(|name| Self(name))
    }

    fn write(&self) -> Value {
        Value::Text(self.0.to_owned())
    }
}

impl Words for Format {
    const WORDS: &'static [&'static str] = FORMATS;
}
