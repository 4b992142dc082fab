//! Comments that accept a finding, hexguard's own and those of other tools: which hold, for what, and what is said of them.

use hexguard::fragment::{Fragment, Place};
use hexguard::suppress::comment::{Lines, Verdict, verdict};

/// Asks about a finding that is the word SECRET of a text.
fn ask(rule: &str, text: &str) -> Verdict {
    let start = text.find("SECRET").unwrap();
    let place = Place::of(text.as_bytes(), start, start + 6);
    verdict(
        rule,
        place,
        &Lines::of(&Fragment::content(b"", text.as_bytes())),
        "2026-11-24",
    )
}

/// Tells whether the finding of a text is accepted.
fn allowed(text: &str) -> bool {
    matches!(ask("aws-key", text), Verdict::Allowed { .. })
}

#[test]
fn a_comment_counts_on_the_line_and_alone_on_the_line_above() {
    for text in [
        "a = 'SECRET'  # hexguard:allow",
        "a = 'SECRET'  // hexguard:allow aws-key",
        "a = 'SECRET'  // hexguard:allow github-token, aws-key until=2026-11-24 -- fixture",
        "a = 'SECRET'  /* hexguard:allow aws-* */",
        "<a>SECRET</a> <!-- hexguard:allow -->",
        "<!-- hexguard:allow -->\r\n<a>SECRET</a>",
        "# hexguard:allow\na = 'SECRET'",
        "x = 1  # hexguard:allow-next-line\na = 'SECRET'",
        " \"# hexguard:allow\\n\",\n \"a = 'SECRET'\\n\"",
        " \"a = 'SECRET'  # hexguard:allow\\n\",",
        "-- hexguard:allow\nselect 'SECRET'",
        "{# hexguard:allow #}\na = 'SECRET'",
        "{% comment %} hexguard:allow {% endcomment %}\na = 'SECRET'",
        "{{- /* hexguard:allow */ -}}\na: SECRET",
        ";; hexguard:allow\n(setq a \"SECRET\")",
        "REM hexguard:allow\r\nset a=SECRET",
        "  @Rem hexguard:allow\r\nset a=SECRET",
        ":: hexguard:allow\nset a=SECRET",
        "% hexguard:allow\n\\def\\a{SECRET}",
        "{/* hexguard:allow */}\n<A b='SECRET'/>",
        "<%# hexguard:allow %>\nSECRET",
        "<%-- hexguard:allow --%>\nSECRET",
        "<# hexguard:allow #>\n$a = 'SECRET'",
        "\" hexguard:allow\nlet a = 'SECRET'",
        "{- hexguard:allow -}\na = 'SECRET'",
        "(* hexguard:allow *)\nlet a = 'SECRET'",
        "! hexguard:allow\na = 'SECRET'",
        ".. hexguard:allow\n   SECRET",
        "@* hexguard:allow *@\nSECRET",
        "dnl hexguard:allow\nSECRET",
        "' hexguard:allow\na = 'SECRET'",
        "-# hexguard:allow\n= 'SECRET'",
        "#!/bin/sh\n# hexguard:allow-file -- all made up\n\n\n\na = 'SECRET'",
    ] {
        assert!(allowed(text), "{text}");
    }
    for text in [
        "a = 'SECRET'",
        "b = 1  # hexguard:allow\na = 'SECRET'",
        "# hexguard:allow\n\na = 'SECRET'",
        "a = 'SECRET'\n# hexguard:allow",
        "a = 'SECRET'  # hexguard:allow-next-line",
        "a = 'SECRET'  # hexguard:allowed",
        "a = 'SECRET'  # hexguard:allow other-rule",
        "a = 'SECRET'  # hexguard:allow until=2026-11-23",
        "a = 'SECRET'  # hexguard:allow until=soon",
        "a = 'SECRET'  # hexguard:allow this is a test token",
        "remark = 'hexguard:allow'\na = 'SECRET'",
        "print(\"hexguard:allow\")\na = 'SECRET'",
        "rem\na = 'SECRET'",
        "print('hexguard:allow-file')\na = 'SECRET'",
    ] {
        assert!(!allowed(text), "{text}");
    }
    let late = format!("{}# hexguard:allow-file\na = 'SECRET'", "\n".repeat(20));
    assert!(!allowed(&late));
}

#[test]
fn a_comment_that_does_not_hold_is_explained() {
    let why = |text: &str| match ask("aws-key", text) {
        Verdict::Refused(why) => why,
        other => panic!("{other:?}"),
    };
    assert!(why("a = 'SECRET' # hexguard:allow until=2020-01-01").contains("2020-01-01"));
    assert!(why("a = 'SECRET' # hexguard:allow false positive").contains("`false, positive`"));
    assert!(why("a = 'SECRET' # hexguard:allow github-pat-classic").contains("`github-pat-"));
    // What may be the secret itself is not repeated.
    let long = why("a = 'SECRET' # hexguard:allow c0ffee1234567890c0ffee1234567890");
    assert!(long.contains("`...`") && !long.contains("c0ffee"), "{long}");
}

#[test]
fn the_reason_is_kept() {
    let reason = |text: &str| match ask("aws-key", text) {
        Verdict::Allowed { reason, .. } => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        reason("a = 'SECRET' /* hexguard:allow -- only a fixture */").as_deref(),
        Some("only a fixture")
    );
    assert_eq!(reason("a = 'SECRET' # hexguard:allow --"), None);
    assert_eq!(
        reason("{\"a\": \"SECRET # hexguard:allow -- one\", \"b\": \"c\"}").as_deref(),
        Some("one")
    );
}

#[test]
fn on_a_long_line_only_the_statement_counts() {
    let far = format!("a = 'SECRET'\\n{}# hexguard:allow", "x".repeat(2000));
    assert!(!allowed(&far));
    let near = format!("{}\\na = 'SECRET' # hexguard:allow\\n", "x".repeat(2000));
    assert!(allowed(&near));
    let next = format!(
        "{}\\na = 'SECRET'\\nb = 1 # hexguard:allow\\n",
        "x".repeat(2000)
    );
    assert!(!allowed(&next));
}

#[test]
fn of_a_very_long_line_only_the_surroundings_are_looked_at() {
    let text = format!("{}SECRET{}", "x".repeat(200_000), "y".repeat(200_000));
    let place = Place::of(text.as_bytes(), 200_000, 200_006);
    let around = Lines::of(&Fragment::content(b"", text.as_bytes())).around(place);
    assert!(around.len() <= 64 << 10 && memchr::memmem::find(around, b"SECRET").is_some());
}

/// Returns the mark of the comment that accepts a finding at a place.
fn mark_at(rule: &str, text: &str, place: Place) -> Option<&'static str> {
    match verdict(
        rule,
        place,
        &Lines::of(&Fragment::content(b"", text.as_bytes())),
        "2026-11-24",
    ) {
        Verdict::Allowed { mark, .. } => Some(mark),
        _ => None,
    }
}

/// Returns the mark of the comment that accepts the word SECRET of a text.
fn mark(rule: &str, text: &str) -> Option<&'static str> {
    let start = text.find("SECRET").unwrap();
    mark_at(rule, text, Place::of(text.as_bytes(), start, start + 6))
}

#[test]
fn every_tools_comment_counts_by_its_own_rule() {
    for text in [
        "a = 'SECRET' # gitleaks:allow",
        "a = 'SECRET', b = 'gitleaks:allow'",
        "a = 'SECRET' // betterleaks:allow",
        "a = 'SECRET' # trufflehog:ignore",
        "a = 'SECRET' # kingfisher:ignore",
        "a = 'SECRET'  # pragma: allowlist secret",
        "a = 'SECRET'  # pragma: whitelist secret",
        "a = 'SECRET'  //pragma:allowlist-secret",
        "<a>SECRET</a> <!-- pragma: allowlist secret -->",
        "<a>SECRET</a> <!-- # pragma: whitelist-secret -->",
        "  # pragma: allowlist nextline secret\na = 'SECRET'",
        "a = 'SECRET' # ggignore",
        "a = 'SECRET' # @nsi made up",
        "a = 'SECRET' # @nosecrets-ignore",
        "a = 'SECRET' # keyhog:ignore",
        "a = 'SECRET' // keyhog:allow detector=aws-access-key",
        "# keyhog:ignore\na = 'SECRET'",
        "a = 'SECRET'  # nosec B105",
        "a = 'SECRET'  # nosec: B603, B106",
        "a = 'SECRET'  # noqa: S105",
        "a = 'SECRET'  # noqa: E501, S106",
        "a = 'SECRET' // secretlint-disable-line",
        "a = 'SECRET' // secretlint-disable-line @secretlint/secretlint-rule-aws -- made up",
        "// secretlint-disable-next-line\na = 'SECRET'",
        "/* secretlint-disable */\nx\na = 'SECRET'",
        "# secretlint-disable\n# secretlint-enable github\na = 'SECRET'",
    ] {
        assert!(mark("aws-key", text).is_some(), "{text}");
    }
    for text in [
        "a = 'SECRET'\n# gitleaks:allow",
        "# gitleaks:allow\na = 'SECRET'",
        "a = 'SECRET' # gitleaks: allow",
        "# pragma: allowlist secret\na = 'SECRET'",
        "a = 'SECRET' # pragma: allowlist nextline secret",
        "postgres://u:SECRET@nsi/db",
        "u:SECRET@nsi.example # x",
        "loggignore = 'SECRET'",
        "a = 'SECRET'  # nosec",
        "a = 'SECRET'  # nosec B603",
        "a = 'SECRET'  # noqa",
        "a = 'SECRET'  # noqa: E501",
        "a = 'SECRET'  # noqa: S1055",
        "a = 'SECRET'  # NOSONAR",
        "a = 'SECRET' keyhog:ignore",
        "a = 'SECRET' // keyhog:ignore detector=github-token",
        "a = 'SECRET' // secretlint-disable-line @secretlint/secretlint-rule-github",
        "// secretlint-disable-line\na = 'SECRET'",
        "/* secretlint-disable */\n/* secretlint-enable */\na = 'SECRET'",
        "a = 'SECRET'\n/* secretlint-disable */",
    ] {
        assert_eq!(mark("aws-key", text), None, "{text}");
    }
    // Too many marks to follow: none of them accepts anything.
    let many = "/* secretlint-disable */\n".repeat(1000);
    let off = format!("{many}/* secretlint-enable */\na = 'SECRET'");
    assert_eq!(mark("aws-key", &off), None);
}

#[test]
fn kingfisher_looks_around_a_value_of_several_lines() {
    let text = "# kingfisher:ignore\nSECRET\nmore\nend";
    let end = text.find("end").unwrap();
    let start = text.find("SECRET").unwrap();
    let of = |end| mark_at("x", text, Place::of(text.as_bytes(), start, end));
    assert_eq!(of(end), Some("kingfisher:ignore"));
    assert_eq!(of(start + 6), None);
}
