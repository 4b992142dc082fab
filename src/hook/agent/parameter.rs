//! How a shell changes the value of a variable, and parts it into fields.

/// Returns a value as an operation in `${name…}` makes it: patterns are taken as they are written.
pub(super) fn changed(value: &str, operation: &str) -> String {
    let cut = |mark: &str| {
        operation
            .strip_prefix(mark)
            .map(|rest| rest.replace('\\', ""))
    };
    if let Some(rest) = cut("//").or_else(|| cut("/")) {
        let (old, new) = rest.split_once('/').unwrap_or((&rest, ""));
        let times = if operation.starts_with("//") {
            usize::MAX
        } else {
            1
        };
        return if old.is_empty() {
            value.to_owned()
        } else {
            value.replacen(old, new, times)
        };
    }
    if let Some(start) = cut("##").or_else(|| cut("#")) {
        return value.strip_prefix(&*start).unwrap_or(value).to_owned();
    }
    if let Some(end) = cut("%%").or_else(|| cut("%")) {
        return value.strip_suffix(&*end).unwrap_or(value).to_owned();
    }
    match operation {
        "^^" => return value.to_uppercase(),
        ",," => return value.to_lowercase(),
        _ => {}
    }
    let Some(range) = operation.strip_prefix(':') else {
        return value.to_owned();
    };
    let (from, len) = range.split_once(':').unwrap_or((range, ""));
    let from = from.trim().parse().unwrap_or(0);
    let len = len.trim().parse().unwrap_or(usize::MAX);
    value.chars().skip(from).take(len).collect()
}

/// Returns where the bracket at the start of a text is closed, or its length.
pub(super) fn closed(text: &str) -> usize {
    let (open, close) = match text.as_bytes().first() {
        Some(b'{') => (b'{', b'}'),
        _ => (b'(', b')'),
    };
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, byte) in text.bytes().enumerate() {
        match (byte, quote) {
            _ if escaped => {
                escaped = false;
                continue;
            }
            (b'\\', None | Some(b'"')) => escaped = true,
            (b'\'' | b'"', None) => quote = Some(byte),
            (_, Some(mark)) if byte == mark => quote = None,
            _ => {}
        }
        // In double quotes, a command may stand.
        if quote == Some(b'\'') {
            continue;
        }
        depth += usize::from(byte == open);
        if byte == close {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
    }
    text.len()
}

/// Returns the fields of a value: blanks in a command part nothing.
pub(super) fn fields(text: &str) -> Vec<String> {
    if !text.contains(['(', '`']) {
        return text.split_whitespace().map(str::to_owned).collect();
    }
    let (mut fields, mut field) = (Vec::new(), String::new());
    let (mut depth, mut ticks) = (0_usize, false);
    for character in text.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '`' => ticks = !ticks,
            _ => {}
        }
        if depth == 0 && !ticks && character.is_whitespace() {
            fields.push(std::mem::take(&mut field));
        } else {
            field.push(character);
        }
    }
    fields.push(field);
    fields.retain(|field| !field.is_empty());
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_changed_as_a_shell_does() {
        for (value, operation, wanted) in [
            ("no_verify", "/_/-", "no-verify"),
            ("a-b-c", "//-/", "abc"),
            ("v1.2", "#v", "1.2"),
            ("x.sh", "%.sh", "x"),
            ("xx-n", ":2", "-n"),
            ("abc", ":1:1", "b"),
            ("ABC", ",,", "abc"),
            ("abc", "", "abc"),
        ] {
            assert_eq!(changed(value, operation), wanted, "{value} {operation}");
        }
    }

    #[test]
    fn blanks_in_a_command_part_nothing() {
        assert_eq!(fields("a $(b c) `d e`/f"), ["a", "$(b c)", "`d e`/f"]);
        assert_eq!(closed("(a ')' b) c"), 9);
    }
}
