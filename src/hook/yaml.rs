//! Yaml: as much of YAML as the lists in managers' files need, read by lines; what is written otherwise is not seen.

/// A map: an item of a list, or the top of the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Item {
    /// The column of its keys.
    column: usize,
    fields: Vec<(String, Vec<String>)>,
}

impl Item {
    /// Returns the words and lists of a table of TOML.
    pub(super) fn of(table: &toml::Value) -> Self {
        let words = |value: &toml::Value| match value {
            toml::Value::String(text) => vec![text.clone()],
            toml::Value::Array(list) => list
                .iter()
                .filter_map(|one| one.as_str())
                .map(str::to_owned)
                .collect(),
            toml::Value::Boolean(yes) => vec![yes.to_string()],
            _ => Vec::new(),
        };
        let fields = table.as_table().into_iter().flatten();
        Self {
            column: 0,
            fields: fields
                .map(|(key, value)| (key.clone(), words(value)))
                .collect(),
        }
    }

    /// Returns what stands behind a key, if that is one word or text.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.list(key).first().map(String::as_str)
    }

    /// Returns the words of a list that stands behind a key.
    pub(super) fn list(&self, key: &str) -> &[String] {
        let found = self.fields.iter().find(|(name, _)| name == key);
        found.map_or(&[], |(_, values)| values)
    }

    /// Returns its keys.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    fn put(&mut self, text: &str) {
        let Some((key, value)) = field(text) else {
            return;
        };
        self.fields.push((unquoted(key), values(value)));
    }
}

/// Returns the maps at the top and in the lists of a text, in their order; the first is the top.
pub(super) fn items(text: &str) -> Vec<Item> {
    let mut all = vec![Item::default()];
    // The items that a line may still belong to, by their columns, which grow.
    let mut open = vec![0];
    for line in text.lines() {
        let before = all.len();
        let line = bare(line);
        let body = line.trim_start();
        let mut column = line.len() - body.len();
        let mut body = body;
        let mut begins = false;
        while let Some(rest) = body.strip_prefix("- ") {
            let inner = rest.trim_start();
            column += body.len() - inner.len();
            (body, begins) = (inner, true);
        }
        if let Some(map) = body.strip_prefix('{').and_then(|map| map.strip_suffix('}')) {
            let mut item = Item {
                column,
                ..Item::default()
            };
            for part in parts(map) {
                item.put(part);
            }
            all.push(item);
        } else if begins && field(body).is_some() {
            let mut item = Item {
                column,
                ..Item::default()
            };
            item.put(body);
            all.push(item);
        } else if begins {
            // A word of a list in lines: it belongs to the key above it.
            let open = all.last_mut().and_then(|item| item.fields.last_mut());
            if let Some((_, words)) = open {
                words.push(unquoted(body));
            }
        } else if !body.is_empty() {
            while open.len() > 1 && open.last().is_some_and(|&at| all[at].column > column) {
                open.pop();
            }
            if let Some(&at) = open.last()
                && all[at].column == column
            {
                all[at].put(body);
            }
        }
        if all.len() > before {
            while open.len() > 1
                && open
                    .last()
                    .is_some_and(|&at| all[at].column >= all[before].column)
            {
                open.pop();
            }
            open.push(before);
        }
    }
    all
}

/// Returns a line without its comment.
fn bare(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    line.split(" #").next().unwrap_or_default().trim_end()
}

fn field(text: &str) -> Option<(&str, &str)> {
    let (key, value) = text.split_once(':')?;
    let plain = key
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"_-.\"'".contains(&b));
    (plain && !key.is_empty() && (value.is_empty() || value.starts_with(' ')))
        .then(|| (key, value.trim()))
}

fn values(text: &str) -> Vec<String> {
    match text
        .strip_prefix('[')
        .and_then(|list| list.strip_suffix(']'))
    {
        Some(list) => parts(list).into_iter().map(unquoted).collect(),
        None if text.is_empty() => Vec::new(),
        None => vec![unquoted(text)],
    }
}

/// Returns what commas part, outside of brackets.
fn parts(text: &str) -> Vec<&str> {
    let (mut all, mut depth, mut from) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                all.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    all.push(text[from..].trim());
    all.retain(|part| !part.is_empty());
    all
}

fn unquoted(text: &str) -> String {
    let text = text.trim();
    let inner = ['"', '\''].iter().find_map(|quote| {
        text.strip_prefix(*quote)
            .and_then(|rest| rest.strip_suffix(*quote))
    });
    inner.unwrap_or(text).to_owned()
}
