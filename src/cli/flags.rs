//! The settings that command-line flags give.

use hexguard::config::value::{Given, Origin, Value};

use super::args::{Color, Configure, Show};

/// Returns the settings that flags give.
pub(super) fn settings(show: &Show) -> Vec<Given> {
    let Show {
        format,
        color,
        strict,
        known,
        configure,
        output: _,
    } = show;
    let Configure {
        config: _,
        ignore_file: _,
        baseline,
        exclude,
        disable,
        only,
        show_suppressed,
        no_inline_allow,
        exit_code,
        exit_zero,
        max_decode_depth,
        max_file_size,
    } = configure;
    let mut given = Vec::new();
    let mut give = |key: &'static str, flag: &str, value: Option<Value>| {
        given.extend(value.map(|value| Given {
            key,
            value,
            origin: Origin::of(flag),
        }));
    };
    let text = |text: &Option<String>| text.clone().map(Value::Text);
    let list = |list: &Vec<String>| (!list.is_empty()).then(|| Value::List(list.clone()));
    give("format", "--format", text(format));
    give("color", "--color", color.map(word));
    give("baseline", "--baseline", text(baseline));
    give("exclude", "--exclude", list(exclude));
    give("disable", "--disable-rule", list(disable));
    give("only", "--enable-rule", list(only));
    for (key, name, set, value) in [
        ("strict", "--strict", strict, true),
        ("show-known", "--show-known", known, true),
        (
            "show-suppressed",
            "--show-suppressed",
            show_suppressed,
            true,
        ),
        ("inline-allow", "--no-inline-allow", no_inline_allow, false),
    ] {
        give(key, name, set.then_some(Value::Flag(value)));
    }
    give(
        "exit-code",
        "--exit-code",
        exit_code.map(|code| Value::Number(code.into())),
    );
    give(
        "exit-code",
        "--exit-zero",
        exit_zero.then_some(Value::Number(0)),
    );
    give(
        "max-decode-depth",
        "--max-decode-depth",
        max_decode_depth.map(Value::Number),
    );
    give(
        "max-file-size",
        "--max-file-size",
        max_file_size.map(Value::Number),
    );
    given
}

fn word(color: Color) -> Value {
    let word = match color {
        Color::Auto => "auto",
        Color::Always => "always",
        Color::Never => "never",
    };
    Value::Text(word.to_owned())
}
