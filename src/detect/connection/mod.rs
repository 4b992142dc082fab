//! Connections: one parser for the URL and key=value forms of every database and client, that knows where the
//! password stands and when it is none.
//!
//! Each function is called where a keyword of its rule stands and looks around that place, no further: the text is
//! hostile. `judge` alone decides what a password is worth; the forms only find where it, its user and its host stand.

mod basic;
mod call;
mod command;
mod file;
mod judge;
mod pairs;
mod sql;
mod system;
#[cfg(test)]
mod tests;
mod text;
mod url;
mod words;

pub use basic::{authorization_header, basic_header, bearer_header, registry_auth, secret_header};
pub use call::{curl_option, positional_password};
pub use command::{
    client_command, curl_user, password_option, password_stdin, password_variable,
    positional_command,
};
pub use file::{airflow_connection, config_password, netrc, npmrc, pgpass};
pub use pairs::{encoded_pairs, jaas, libpq_pairs, odbc_pairs};
pub use sql::{sql_cloud_key, sql_identified, sql_secret, sql_set_password, sql_user};
pub use system::{filezilla, query_token, secure_string, windows_command};
pub use url::{
    amqp_url, chat_webhook, clickhouse_url, database_url, go_dsn, jdbc_url, mongodb_url, mssql_url,
    mysql_url, oracle_connect, oracle_url, postgres_url, redis_url, redshift_url, snowflake_url,
    trino_url, url,
};

/// Accepts every secret: the rule's own function has judged it, and knows its user and host, which no list of
/// placeholders does.
pub fn judged(_secret: &[u8]) -> bool {
    true
}
