//! The words of which sample passwords and development defaults are made. (Unformatted: one word a line is no list.)

/// Parts that no real password holds: they tell the reader what to put there.
#[rustfmt::skip]
pub(super) const STUBS: [&str; 34] = [
    "your", "strongp", "strong_p", "strong-p", "changeme", "change_me", "change-me", "changeit", "changethis", "replace", "example", "sample",
    "placeholder", "redacted", "insert", "_here", "-here", "goeshere", "fill_in", "fillin", "dummy",
    "notreal", "not-real", "not_real", "fakepass", "enter-", "enter_", "todo", "<pass", "lorem", "hidden",
    "invalid", "set me up", "configure me",
];

/// Host labels that documentation invents.
#[rustfmt::skip]
pub(super) const DOCUMENTED: [&str; 40] = [
    "host", "hostname", "server", "servername", "myserver", "myhost", "domain", "mydomain", "company",
    "mycompany", "foo", "bar", "baz", "test", "dummy", "fake", "xxx", "xxxx", "abc", "xyz", "somehost",
    "someserver", "somewhere", "anyhost", "dbhost", "db-host", "db_host", "mysite", "site", "acme-example",
    "sample", "contoso", "my-host", "my-server", "my-db", "mydb", "hosta", "host1", "hosts", "localhost",
];

/// Whole passwords that ship as a default or stand in manuals, small letters.
#[rustfmt::skip]
pub(super) const DEFAULTS: [&str; 57] = [
    "000000", "111111", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "123qwe",
    "1q2w3e4r", "a", "aaa", "abc", "abc123", "abcd1234", "asdf", "b", "bar", "batteryhorsestaple", "calvin",
    "correcthorsebatterystaple", "foobar", "guest", "hunter2", "iloveyou", "letmein", "monkey",
    "my-secret-pw", "mypw", "none", "null", "open sesame", "opensesame", "p", "p4ssw0rd", "p@$$w0rd",
    "p@55w0rd", "p@ss", "p@ssw0rd", "p@ssw0rd!", "p@ssw0rd1", "p@ssw0rd123", "p@ssword", "pa$$", "pa$$w0rd",
    "pa$$word", "pa55w0rd", "pa55word", "passw0rd", "passw0rd!", "passw0rd1", "qwerty", "qwerty123",
    "qwertyuiop", "tiger", "undefined", "xxx",
];

/// Words that stand in sample passwords.
#[rustfmt::skip]
const WORDS: [&str; 286] = [
    "a", "abc", "abcd", "access", "account", "admin", "administrator", "agent", "airbyte", "airflow", "alice",
    "an", "and", "anonymous", "any", "api", "app", "application", "asdf", "auth", "b", "backend", "backup",
    "bar", "baz", "bench", "benchmark", "bi", "blah", "bob", "boot", "build", "c", "camunda", "cassandra",
    "celery", "change", "ci", "clickhouse", "client", "cloud", "cockroach", "code", "compose", "conn",
    "connect", "connection", "correct", "couchbase", "couchdb", "cred", "credential", "credentials", "custom",
    "d", "data", "database", "datahub", "db", "dba", "dbt", "debezium", "default", "demo", "deploy", "dev",
    "developer", "development", "directus", "django", "docker", "drupal", "e", "elastic", "elasticsearch",
    "encoded", "etcd", "etl", "exporter", "fake", "fastapi", "flask", "foo", "for", "ftp", "git", "gitea",
    "global", "gogs", "good", "grafana", "guest", "hashed", "hasura", "hello", "here", "hex", "hive", "host",
    "hunter", "id", "in", "incorrect", "influx", "influxdb", "initial", "is", "it", "jdbc", "jenkins", "joe",
    "john", "kafka", "key", "keycloak", "kibana", "ldap", "letmein", "local", "localhost", "login", "long",
    "m", "mail", "manager", "maria", "mariadb", "master", "me", "metabase", "metadata", "minio", "mlflow",
    "mongo", "mongodb", "monitor", "monitoring", "mssql", "my", "mysql", "n", "name", "nats", "neo", "neo4j",
    "new", "nextcloud", "no", "not", "of", "old", "on", "one", "only", "openldap", "or", "oracle", "other",
    "owner", "p", "pass", "passphrase", "passwd", "password", "passwords", "passwort", "pg", "plain",
    "postgis", "postgre", "postgres", "postgresql", "prefect", "presto", "private", "prod", "production",
    "project", "proxy", "pw", "pwd", "query", "quotes", "rabbit", "rabbitmq", "rails", "read", "reader",
    "readonly", "real", "redash", "redis", "repl", "replica", "replication", "replicator", "ro", "root", "rw",
    "s", "sa", "safe", "scott", "secret", "secrets", "secure", "sentry", "server", "service", "smtp", "some",
    "sonar", "sonarqube", "spark", "special", "spring", "sql", "sqlserver", "ssh", "staging", "string",
    "strong", "super", "supersecret", "superset", "superuser", "svc", "system", "table", "tada", "task",
    "teamcity", "temp", "template", "test", "tester", "testing", "text", "the", "this", "three", "tiger",
    "timescale", "tls", "tmp", "to", "token", "tomcat", "toor", "trino", "trust", "trusted", "two", "u",
    "umami", "unsafe", "use", "user", "username", "usr", "value", "vault", "very", "weak", "web", "welcome",
    "wiki", "with", "wordpress", "worker", "world", "wp", "write", "writer", "wrong", "www", "x", "xyz", "y",
    "yoyo", "yugabyte", "z", "zabbix", "zoo", "zookeeper", "zzz",
];

/// Returns a text in small letters with the usual disguises undone: `p@ssw0rd` is `password`.
pub(super) fn undisguised(lower: &[u8]) -> Vec<u8> {
    lower
        .iter()
        .map(|&byte| crate::detect::placeholder::undisguised(byte))
        .collect()
}

/// Tells whether every run of letters in `lower` is made of sample words, or of the user's name.
pub(super) fn made_of_words(lower: &[u8], user: &[u8]) -> bool {
    let mut runs = lower
        .split(|b| !b.is_ascii_alphabetic())
        .filter(|run| !run.is_empty());
    // Letters strewn among digits are words by chance only.
    if lower.len() > 3 && !runs.clone().any(|run| run.len() >= 3) || runs.clone().next().is_none() {
        return false;
    }
    let marks = lower.iter().filter(|b| !b.is_ascii_alphanumeric()).count();
    marks <= 4 && runs.all(|run| run_of_words(run, user))
}

fn run_of_words(run: &[u8], user: &[u8]) -> bool {
    /// No sample password has a run longer than this.
    const LONGEST: usize = 40;
    if run.len() > LONGEST {
        return false;
    }
    let names: Vec<&[u8]> = user
        .split(|b| !b.is_ascii_alphabetic())
        .filter(|name| name.len() >= 2)
        .collect();
    let mut reached = [false; LONGEST + 1];
    reached[0] = true;
    for at in 0..run.len() {
        if !reached[at] {
            continue;
        }
        let rest = &run[at..];
        let starting = WORDS
            .iter()
            .map(|word| word.as_bytes())
            .filter(|word| word[0] == rest[0]);
        for word in starting.chain(names.iter().copied()) {
            // A single letter is a word only by itself; any text would be made of words otherwise.
            if rest.starts_with(word) && (word.len() > 1 || run.len() == 1) {
                reached[at + word.len()] = true;
            }
        }
    }
    reached[run.len()]
}
