//! Functions that look for a secret at a keyword, by the name that a rule gives.

pub use super::code::{run_request, signature_compared, token_shown};
pub use super::connection::{
    airflow_connection, authorization_header, basic_header, bearer_header, chat_webhook,
    client_command, curl_option, database_url, encoded_pairs, filezilla, go_dsn, jaas, jdbc_url,
    libpq_pairs, netrc, npmrc, odbc_pairs, oracle_connect, password_stdin, pgpass,
    positional_command, positional_password, query_token, registry_auth, secret_header,
    secure_string, sql_cloud_key, sql_identified, sql_secret, sql_set_password, sql_user,
    store_url, url, windows_command,
};
pub use super::file::file_name;
pub use super::hex::{
    assigned as hex_assigned, drifted as hex_drifted, legacy as hex_legacy,
    literal_token as hex_literal,
};
pub use super::hex_export::named_value as hex_named_value;
pub use super::jwk::jwk_private;
pub use super::jwt::jwt;
pub use super::pem::{private_key, private_key_der, private_key_encrypted, putty_key};
pub use super::service::service_key;
