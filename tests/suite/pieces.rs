//! A long text is scanned in pieces, and what is found in them is what is found in the whole.

use std::io::Cursor;

use hexguard::detect::detect;
use hexguard::fragment::{Fragment, Inside};
use hexguard::rule::{RuleSet, Tier};
use hexguard::source::pieces::{Sizes, pieces};
use hexguard::suppress::comment::{Lines, Verdict, verdict};

use crate::support::{Repo, hex, template::fill, token};

/// What is found: line, column, end line, end column, rule, tier, whether it is allowed, and where that is in people's terms.
pub(crate) type Found = ([usize; 4], &'static str, Tier, bool, Option<String>);

fn found_in(path: &str, text: &[u8], sizes: Sizes, rules: &RuleSet) -> (Vec<Found>, usize) {
    let (mut found, mut count) = (Vec::new(), 0);
    let mut each = |piece: &Fragment<'_>| {
        count += 1;
        let sheet = Some(Inside {
            name: piece.path,
            file: piece.path.len(),
            sheet: true,
        });
        let piece = &Fragment {
            inside: sheet.filter(|_| path.ends_with("sheet.csv")),
            ..*piece
        };
        let lines = Lines::of(piece);
        let window = piece.window();
        found.extend(detect(piece, rules).into_iter().map(|one| {
            let said = verdict(one.rule.id, one.place, &lines, "2026-01-01");
            let place = window.in_whole(one.place);
            let place = [place.line, place.column, place.end_line, place.end_column];
            (
                place,
                one.rule.id,
                one.tier,
                said != Verdict::Silent,
                one.context,
            )
        }));
    };
    let mut rest = Cursor::new(text);
    pieces(path.as_bytes(), Vec::new(), &mut rest, sizes, &mut each).unwrap();
    found.sort_unstable();
    (found, count)
}

/// Returns what is found in a text in one piece, what of it is missed in pieces of which each has so many bytes of its own, and
/// what is found in those only.
pub(crate) fn differences(
    path: &str,
    text: &[u8],
    own: usize,
) -> (Vec<Found>, Vec<Found>, Vec<Found>) {
    let rules = RuleSet::builtin();
    let whole = Sizes {
        whole: usize::MAX >> 1,
        ..Sizes::USUAL
    };
    let (wanted, one) = found_in(path, text, whole, &rules);
    assert_eq!(one, 1);
    let sizes = Sizes {
        whole: 3_000,
        own,
        around: 3 << 10,
    };
    let (got, count) = found_in(path, text, sizes, &rules);
    assert!(
        count > text.len() / own / 4 + 1,
        "{path} by {own}: {count} pieces"
    );
    let without = |all: &[Found], others: &[Found]| {
        let mut others: Vec<&Found> = others.iter().collect();
        let mut left = all.to_vec();
        left.retain(|one| {
            let same = others.iter().position(|other| *other == one);
            same.map(|at| others.swap_remove(at)).is_none()
        });
        left
    };
    let missed = without(&wanted, &got);
    let more = without(&got, &wanted);
    (wanted, missed, more)
}

/// Compares the findings of a text in one piece and in pieces of several sizes, and returns how many there are, or the difference.
pub(crate) fn compared(path: &str, text: &[u8]) -> Result<usize, String> {
    let mut found = 0;
    for own in [700, 2_048, 9_001] {
        let (wanted, missed, more) = differences(path, text, own);
        if !missed.is_empty() || !more.is_empty() {
            let (missed, more): (Vec<_>, Vec<_>) = (
                missed.iter().take(5).collect(),
                more.iter().take(5).collect(),
            );
            return Err(format!(
                "{path} by {own}: missed {missed:#?}, more {more:#?}"
            ));
        }
        found = wanted.len();
    }
    Ok(found)
}

#[track_caller]
fn same(path: &str, text: &[u8]) -> usize {
    compared(path, text).unwrap()
}

pub(crate) fn private_key(seed: u64) -> String {
    let lines: String = (0..24)
        .map(|line| fill("{{b64:64}}", seed * 100 + line) + "\n")
        .collect();
    format!(
        "-----BEGIN RSA PRIVATE {0}-----\n{lines}-----END RSA PRIVATE {0}-----\n",
        "KEY"
    )
}

#[test]
fn code_is_read_alike_wherever_it_is_cut() {
    let mut text =
        String::from("\"\"\"Loads what the other job left.\n\nNobody calls it twice.\n\"\"\"\n");
    for number in 0..160 {
        text += &match number % 4 {
            0 => format!("TOKEN_{number} = \"{}\"\n", token(number)),
            1 => format!(
                "def f{number}():\n    \"\"\"Reads password = {}\n    from the page.\n    \"\"\"\n    return {number}\n",
                hex(24, number)
            ),
            2 => format!(
                "db_password = '{}'  # moved\n",
                fill("{{alnum:9}}#{{alnum:9}}", number)
            ),
            _ => format!("KEY_{number} = \"\"\"\n{}\"\"\"\n", private_key(number)),
        };
    }
    assert!(same("a.py", text.as_bytes()) >= 120);
}

#[test]
fn rows_know_their_headers_wherever_they_are_cut() {
    let password = |seed: u64| fill("{{alnum:9}}{{digit:3}}{{alnum:6}}", seed);
    let rows = |row: &dyn Fn(u64) -> String| (0..1_200).map(row).collect::<String>();
    let csv = "sep=;\nid;user;password\n".to_owned()
        + &rows(&|n| format!("{n};bob{n};{}\n", password(n)));
    assert!(same("users.csv", csv.as_bytes()) >= 1_170);
    let copy = "COPY public.users (id, name, password) FROM stdin;\n".to_owned()
        + &rows(&|n| format!("{n}\tbob\t{}\n", password(n)))
        + "\\.\n\nSELECT 1;\n";
    assert!(same("dump.sql", copy.as_bytes()) >= 1_170);
    let insert = "INSERT INTO users\n  (id, name, password)\nVALUES\n".to_owned()
        + &rows(&|n| format!("({n}, 'bob', '{}'),\n", password(n)))
        + "(0, 'x', NULL);\n";
    assert!(same("seed.sql", insert.as_bytes()) >= 1_170);
}

#[test]
fn one_endless_line_is_read_to_its_end() {
    let part = |n: u64| format!("{{\"id\": {n}, \"apiToken\": \"{}\"}},", token(n));
    let text = format!("[{}]", (0..300).map(part).collect::<String>());
    assert_eq!(same("a.json", text.as_bytes()), 300);
    let words = |n: u64| {
        format!(
            "step{n} ok {} ",
            if n.is_multiple_of(9) {
                token(n)
            } else {
                hex(5, n)
            }
        )
    };
    let log = (0..900).map(words).collect::<String>();
    assert_eq!(same("job.log", log.as_bytes()), 100);
}

#[test]
fn wide_characters_and_every_line_end_are_counted() {
    let lines = |end: &str| -> String {
        let line = |n: u64| format!("name = é{n}{end}token = \"{}\"{end}", token(n));
        (0..150).map(line).collect()
    };
    for end in ["\n", "\r\n"] {
        let text = lines(end);
        assert_eq!(same("a.ini", text.as_bytes()), 150);
        for low in [true, false] {
            let unit = |unit: u16| {
                if low {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            };
            let marked = "\u{feff}".to_owned() + &text;
            let wide: Vec<u8> = marked.encode_utf16().flat_map(unit).collect();
            assert_eq!(same("a.ini", &wide), 150);
        }
    }
}

#[test]
fn a_token_behind_more_bytes_than_are_read_at_once_stops_the_commit_once() {
    let repo = Repo::new();
    repo.commit("first").hook("pre-commit");
    let filler = "select 1 from a where b = 2;\n".repeat(1_300_000);
    let line = format!("-- token: {}\n", token(7));
    repo.stage(
        "big.sql",
        [&filler[..], &line, &filler[..29 * 600_000], &line].concat(),
    );
    let stopped = repo.try_git(&["commit", "-q", "-m", "x"]);
    assert_ne!(stopped.code, 0);
    for at in ["big.sql:1300001:11", "big.sql:1900002:11", "1 file, "] {
        assert!(stopped.stderr.contains(at), "{at}: {stopped:?}");
    }
    assert!(
        stopped.stderr.contains(", 2 blocked, 0 skipped"),
        "{stopped:?}"
    );
    // What was in it before is known, wherever it stands.
    repo.git(&["commit", "-q", "--no-verify", "-m", "x"]);
    repo.stage(
        "big.sql",
        [&filler[..], &line, &filler[..29 * 700_000], &line].concat(),
    );
    assert_eq!(repo.try_git(&["commit", "-q", "-m", "y"]).stderr, "");
}
