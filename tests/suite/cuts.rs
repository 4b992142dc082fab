//! Texts of many languages, put together at random and cut anywhere, are read as they are in one piece.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use crate::pieces::{differences, private_key};
use crate::support::{hex, template::fill, token};

const NAMES: &[&str] = &[
    "a.py",
    "a.sh",
    "a.yaml",
    "a.sql",
    "a.md",
    "a.txt",
    "a.js",
    "a.rb",
    "a.go",
    "a.rs",
    "a.tf",
    "a.toml",
    "a.ini",
    "a.xml",
    "a.html",
    "a.ps1",
    "a.R",
    "a.php",
    "a.lua",
    "a.csv",
    ".env",
    "Dockerfile",
    "job.log",
    "noextension",
];

/// Returns a password without marks: what `#` means depends on whether a literal is open.
fn password(seed: u64) -> String {
    fill("{{alnum:9}}{{digit:3}}{{alnum:6}}", seed)
}

/// Returns one of the kinds of blocks that a text is made of.
fn block(kind: u8, seed: u64) -> String {
    let (secret, key) = (password(seed), token(seed));
    let rows = |row: &dyn Fn(u64) -> String| (seed..seed + 12).map(row).collect::<String>();
    match kind {
        0 => format!("db_password = \"{secret}\"\n"),
        1 => format!("API_TOKEN={key}\n"),
        2 => format!("# it's the one that isn't used\nlevel = {seed}\n"),
        3 => format!("text = \"\"\"\npassword = {secret}\n\"\"\"\n"),
        4 => format!("cat > .env <<EOF\nDB_PASSWORD={secret}\nA=1\nEOF\n"),
        5 => format!("/* password: {secret}\n */\n"),
        6 => rows(&|n| format!("step {n} is done, the next one is {}\n", n + 1)),
        7 => private_key(seed),
        8 => "id,user,password\n".to_owned() + &rows(&|n| format!("{n},bob,{}\n", password(n))),
        9 => {
            "INSERT INTO users (id, name, password) VALUES\n".to_owned()
                + &rows(&|n| format!("({n}, 'bob', '{}'),\n", password(n)))
                + "(0, 'x', NULL);\n"
        }
        10 => {
            "\n| user | password |\n|------|------|\n".to_owned()
                + &rows(&|n| format!("| bob | {} |\n", password(n)))
                + "\n"
        }
        11 => {
            format!("env:\n  - name: DB_PASSWORD\n    value: {secret}\n  - name: A\n    value: b\n")
        }
        12 => {
            let data = STANDARD.encode(&secret);
            format!("---\nkind: Secret\ndata:\n  password: {data}\n---\n")
        }
        13 => format!("{{\"user\": \"bob\", \"password\": \"{secret}\", \"n\": [1, 2]}}\n"),
        14 => {
            format!("<add key=\"password\" value=\"{secret}\"/>\n<password>{secret}</password>\n")
        }
        15 => format!("token = \"{key}\"  # hexguard:allow * -- made up\n"),
        16 => format!("-- hexguard:allow-next-line * -- made up\nselect '{key}';\n"),
        17 => format!("postgres://app:{secret}@db.example.com:5432/app\n"),
        18 => format!("psql -h db -c 'select 1' --password {secret} \\\n  --user bob\n"),
        19 => format!(
            "x = [\n  \"{}\",\n  \"{}\",\n]\n",
            hex(20, seed),
            hex(24, seed + 1)
        ),
        20 => format!(
            "blob = \"{}\"\n",
            STANDARD.encode(fill("{{alnum:400}}", seed))
        ),
        21 => format!("config = '''\n{}'''\n", rows(&|n| format!("K{n} = {n}\n"))),
        22 => format!("```sh\nexport TOKEN={key}\n```\n\nIt's a page that says `x` and \"y\".\n"),
        23 => format!("key = {}\n  {}\n", "\"a\" +", format_args!("\"{secret}\"")),
        24 => format!(
            "{}\n",
            "word ".repeat(40 + usize::try_from(seed % 60).unwrap_or(0))
        ),
        25 => format!("{}password={secret};", "a=1;".repeat(80)),
        26 => "\r\n\r\n".to_owned(),
        27 => format!("[section{seed}]\npassword: {secret}\n"),
        28 => format!("let q = `select * from t\nwhere token = '{key}'`;\n"),
        _ => format!("r#\"{{\"password\": \"{secret}\"}}\"#\n"),
    }
}

/// Blocks with marks that open a literal or a comment in some languages and end it in none: what stands behind them is read as
/// text for as long as nobody knows that there is no end.
const OPEN: &[u8] = &[2, 3, 5, 21, 22, 28, 29];

fn text(blocks: &[(u8, u64)], keep: impl Fn(u8) -> bool) -> String {
    let kept = blocks.iter().filter(|(kind, _)| keep(*kind));
    kept.map(|&(kind, seed)| block(kind, seed)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_text_is_read_alike_wherever_it_is_cut(
        name in proptest::sample::select(NAMES),
        blocks in proptest::collection::vec((0u8..30, 0u64..1_000), 60..100),
        own in 400usize..3_000,
    ) {
        let closed = text(&blocks, |kind| !OPEN.contains(&kind));
        prop_assume!(closed.len() > 9_000);
        let (_, missed, more) = differences(name, closed.as_bytes(), own);
        prop_assert_eq!((missed, more), (vec![], vec![]));
        let open = text(&blocks, |_| true);
        let (_, missed, _) = differences(name, open.as_bytes(), own);
        prop_assert_eq!(missed, vec![]);
    }
}
