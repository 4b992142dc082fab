//! The tokens of a text: they tile it in every syntax, cost what the text costs, and agree with its regions.

use hexguard::detect::lex::{Syntax, Token, TokenKind, Tokens, regions};
use proptest::prelude::*;

/// A file of each syntax, by its extension.
const FILES: [&str; 44] = [
    "ini", "sh", "bat", "yml", "groovy", "rb", "py", "nim", "jsonnet", "ex", "pl", "r", "tf",
    "toml", "nix", "ps1", "c", "java", "swift", "cs", "go", "rs", "js", "php", "json", "sql",
    "lua", "hs", "ml", "erl", "clj", "vb", "css", "graphql", "aspx", "pas", "xml", "md", "txt",
    "csv", "kt", "ts", "tfvars", "ipynb",
];

fn syntax(extension: &str) -> &'static Syntax {
    Syntax::of_file(format!("a.{extension}").as_bytes())
}

fn tokens(text: &[u8], syntax: &'static Syntax) -> Vec<Token> {
    Tokens::new(text, 0, syntax).collect()
}

/// Says what is wrong with the tokens of a text.
fn fault(text: &[u8], syntax: &'static Syntax) -> Option<String> {
    let mut at = 0;
    for token in tokens(text, syntax) {
        let holds = token.range.start <= token.inside.start && token.inside.end <= token.range.end;
        if token.range.start != at || token.range.is_empty() || !holds {
            return Some(format!("{}: {token:?} at {at}", syntax.name));
        }
        at = token.range.end;
    }
    (at != text.len()).then(|| format!("{}: ends at {at}", syntax.name))
}

#[test]
fn tokens_are_what_they_look_like() {
    let shown = |extension: &str, text: &str| -> Vec<String> {
        let tokens = tokens(text.as_bytes(), syntax(extension));
        let solid = tokens.iter().filter(|one| one.kind != TokenKind::Blank);
        let kind = |token: &Token| match token.kind {
            TokenKind::Blank => 'b',
            TokenKind::LineEnd => 'n',
            TokenKind::Comment => 'c',
            TokenKind::Literal => 'l',
            TokenKind::Word => 'w',
            TokenKind::Open => '(',
            TokenKind::Close => ')',
            TokenKind::Operator => 'o',
        };
        let one = |token: &Token| format!("{}{}", kind(token), text[token.inside.clone()].trim());
        solid.map(one).collect()
    };
    for (extension, text, wanted) in [
        ("py", "x['a'] != 1 # b\n", "wx ([ la )] o!= w1 cb n"),
        ("js", "k ??= `v${a}` /* c */;", "wk o??= lv${a} cc o;"),
        ("sh", "A=b \\\n  c#d # e", "wA o= wb wc o# wd ce"),
        ("go", "a := \"b\\\"c\" \"open", "wa o:= lb\\\"c o\" wopen"),
        ("sql", "'it''s' -- a\r\n$$b$$", "lit''s ca n lb"),
        ("txt", "don't \"a\"", "wdon o' wt o\" wa o\""),
    ] {
        assert_eq!(
            shown(extension, text).join(" "),
            wanted,
            "{extension}: {text}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tokens_tile_any_text(
        text in proptest::collection::vec(
            proptest::sample::select(&b"\"'`#/*-<>[]=$%q(){}!|\\\n\r ;@rREOFa~:?.,\xc3\xff"[..]),
            0..100,
        ),
    ) {
        for extension in FILES {
            prop_assert_eq!(fault(&text, syntax(extension)), None);
        }
    }

    #[test]
    fn literals_and_comments_are_the_regions(
        words in proptest::collection::vec(
            proptest::sample::select(vec!["a", " ", "=", "\"b\"", "'c'", "\n", "# d\n", "// e\n", "(", ")", "1", "/* f */", "\\\""]),
            0..40,
        ),
    ) {
        let text = words.concat();
        // Where a literal begins, what stands before it decides; in these syntaxes it never depends on more lines.
        for extension in ["py", "go", "java", "js", "c", "tf", "sql", "rs", "php"] {
            let syntax = syntax(extension);
            let solid = |token: &Token| matches!(token.kind, TokenKind::Literal | TokenKind::Comment);
            let found = tokens(text.as_bytes(), syntax).into_iter().filter(solid);
            let found: Vec<_> = found.map(|token| token.range).collect();
            let wanted: Vec<_> = regions(text.as_bytes(), syntax).into_iter().map(|one| one.range).collect();
            prop_assert_eq!(found, wanted, "{}: {}", extension, text);
        }
    }
}

#[test]
fn twice_the_text_has_twice_the_tokens_and_ends_soon() {
    for unit in [
        "'", "\"", "/*", "`${", "<<EOF ", "\"\"\"x", "=/[", "$a$ ", "%q(", "a=\\'",
    ] {
        for extension in FILES {
            let text = unit.repeat(40_000 / unit.len());
            assert!(tokens(text.as_bytes(), syntax(extension)).len() <= text.len());
        }
    }
}
