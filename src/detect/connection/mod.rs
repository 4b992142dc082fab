//! Connections: one parser for the URL and key=value forms of every database and client, that knows where the
//! password stands and when it is none.
//!
//! Each function is called where a keyword of its rule stands and looks around that place, no further: the text is
//! hostile. The forms only find where a password, its user and its host stand; the judge decides what it is worth.

mod basic;
mod call;
mod clients;
mod command;
mod file;
mod pairs;
mod sql;
mod system;
mod url;

use std::ops::Range;

use crate::detect::lex::near as text;
use crate::detect::lex::shell::Word;
use crate::detect::placeholder::default_of;
use crate::rule::{Basis, Found, Login};

pub use basic::{authorization_header, basic_header, bearer_header, registry_auth, secret_header};
pub use call::{curl_option, positional_password};
pub use command::{client_command, password_stdin, positional_command};
pub use file::{airflow_connection, netrc, npmrc, pgpass};
pub use pairs::{encoded_pairs, jaas, libpq_pairs, odbc_pairs};
pub use sql::{sql_cloud_key, sql_identified, sql_secret, sql_set_password, sql_user};
pub use system::{chat_webhook, filezilla, query_token, secure_string, windows_command};
pub use url::{database_url, go_dsn, jdbc_url, oracle_connect, store_url, url};

/// Returns what stands where a client or a server reads a password; the judge decides what it is worth.
fn found(range: Range<usize>, login: Login) -> Found {
    Found::new(range, Basis::Login(login))
}

/// Returns what stands in a part of a word.
fn found_in(word: &Word, part: Range<usize>, login: Login) -> Found {
    let place = word.place(part.clone());
    let joined = (place.len() != part.len()).then(|| word.bytes[part].to_vec());
    let decoded = login.decoded.or(joined);
    found(place, Login { decoded, ..login })
}

/// Returns the literal in `${NAME:-default}`; else the range itself.
fn default_in(text: &[u8], range: Range<usize>) -> Range<usize> {
    let default = default_of(&text[range.clone()]);
    default.map_or(range.clone(), |inner| {
        range.start + inner.start..range.start + inner.end
    })
}

/// Returns a text with its `%HH` decoded; `None` when there are none, or when what comes out is no text.
fn percent_decoded(text: &[u8]) -> Option<Vec<u8>> {
    memchr::memchr(b'%', text)?;
    let digit = |byte: Option<&u8>| {
        byte.and_then(|&b| char::from(b).to_digit(16))
            .and_then(|d| u8::try_from(d).ok())
    };
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'%'
            && let Some((high, low)) = digit(text.get(at + 1)).zip(digit(text.get(at + 2)))
        {
            out.push(high << 4 | low);
            at += 3;
        } else {
            out.push(text[at]);
            at += 1;
        }
    }
    (!out.iter().any(u8::is_ascii_control)).then_some(out)
}
