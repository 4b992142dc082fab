//! The `[hex]` table: what a team notes of its Hex tokens (never their values) and of its reviews by hand.

use anyhow::Result;
use toml::de::DeValue;

use super::document::{Document, Node};
use crate::quote::quoted;
use crate::suppress::date::is_day;

/// The keys of the `[hex]` table.
pub(super) const KEYS: [&str; 3] = ["max-days", "sharing-audited", "token"];
/// The keys of a `[[hex.token]]` table.
pub(super) const TOKEN_KEYS: [&str; 8] = [
    "name",
    "variable",
    "kind",
    "scopes",
    "environment",
    "created",
    "expires",
    "owner",
];
/// How long a token may live when nobody says otherwise: the longest that most checklists allow.
const DAYS: u64 = 90;

/// What is noted of Hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hex {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// How many days a token may live.
    pub max_days: u64,
    /// The day on which sharing was audited last.
    pub sharing_audited: Option<String>,
    /// Whether there is a `[hex]` table, even an empty one.
    pub noted: bool,
}

impl Default for Hex {
    fn default() -> Self {
        Self {
            tokens: Vec::new(),
            max_days: DAYS,
            sharing_audited: None,
            noted: false,
        }
    }
}

impl Hex {
    /// Adds what another file notes; its single values win.
    pub(super) fn add(&mut self, other: Self) {
        let Self {
            tokens,
            max_days,
            sharing_audited,
            noted,
        } = other;
        self.noted |= noted;
        self.tokens.extend(tokens);
        if max_days != DAYS {
            self.max_days = max_days;
        }
        self.sharing_audited = sharing_audited.or(self.sharing_audited.take());
    }
}

/// What is noted of a token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Token {
    /// What people call it.
    pub name: String,
    /// The variable that brings it: `HEX_API_TOKEN`.
    pub variable: String,
    /// Whether it is somebody's own token, which has all rights of that person; otherwise it is the workspace's.
    pub personal: bool,
    /// What a workspace token may do.
    pub scopes: Vec<String>,
    /// Where it is used: "production".
    pub environment: Option<String>,
    /// The day it was made.
    pub created: Option<String>,
    /// The day it ends.
    pub expires: Option<String>,
    /// Who renews it.
    pub owner: Option<String>,
    /// Where this stands: "hexguard.toml:12".
    pub origin: String,
}

/// Reads the `[hex]` table.
pub(super) fn read(document: &Document<'_>, node: &Node<'_>, hex: &mut Hex) -> Result<()> {
    let DeValue::Table(table) = node.get_ref() else {
        return Err(document.kind(node, "a table"));
    };
    hex.noted = true;
    for (key, node) in table {
        match key.get_ref().as_ref() {
            "max-days" => hex.max_days = document.number(node)?,
            "sharing-audited" => hex.sharing_audited = Some(day(document, node)?),
            "token" => {
                for node in document.tables(node)? {
                    hex.tokens.push(token(document, node)?);
                }
            }
            _ => return Err(document.unknown(key, &KEYS)),
        }
    }
    Ok(())
}

fn token(document: &Document<'_>, node: &Node<'_>) -> Result<Token> {
    let start = node.span().start;
    let DeValue::Table(table) = node.get_ref() else {
        return Err(document.kind(node, "a table"));
    };
    let mut token = Token {
        origin: document.place(start).to_string(),
        ..Token::default()
    };
    for (key, node) in table {
        let at = node.span().start;
        match key.get_ref().as_ref() {
            "name" => token.name = named(document, node)?,
            "variable" => token.variable = named(document, node)?,
            "kind" => {
                token.personal = match document.text_of(node)?.as_str() {
                    "personal" => true,
                    "workspace" => false,
                    other => {
                        let what = format!("{} is none of: personal, workspace", quoted(other));
                        return Err(document.error(at, what));
                    }
                }
            }
            "scopes" => {
                token.scopes = document.texts(node)?;
                for scope in &token.scopes {
                    document.harmless(node, "a scope", scope)?;
                }
            }
            "environment" => token.environment = Some(named(document, node)?),
            "created" => token.created = Some(day(document, node)?),
            "expires" => token.expires = Some(day(document, node)?),
            "owner" => token.owner = Some(named(document, node)?),
            "value" | "token" | "secret" => {
                let what = "the value of a token never stands here: note only what it is for";
                return Err(document.error(at, what));
            }
            _ => return Err(document.unknown(key, &TOKEN_KEYS)),
        }
    }
    if token.name.is_empty() && token.variable.is_empty() {
        return Err(document.error(start, "a token needs a `name` or a `variable`"));
    }
    Ok(token)
}

/// Reads what something is called. Somebody may have written the token itself there.
fn named(document: &Document<'_>, node: &Node<'_>) -> Result<String> {
    let text = document.text_of(node)?;
    document.harmless(node, "this value", &text)?;
    Ok(text)
}

fn day(document: &Document<'_>, node: &Node<'_>) -> Result<String> {
    let text = document.text_of(node)?;
    if is_day(&text) {
        Ok(text)
    } else {
        let what = format!("{} is no day like \"2026-12-31\"", quoted(&text));
        Err(document.error(node.span().start, what))
    }
}
