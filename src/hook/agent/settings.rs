//! An agent's settings: entries put into JSON that belongs to a person, and taken out, every other byte as it was.

use serde_json::Value;

use super::Agent;

/// What every entry of hexguard's holds, and nobody else's.
const MARK: &str = "hook agent ";

/// Returns the settings with hexguard's entries. `program` is how a shell calls hexguard. An error says why the file
/// cannot be changed safely.
pub fn with(agent: &Agent, text: Option<&str>, program: &str) -> Result<String, String> {
    let entries = agent.entries(program);
    if let Some(text) = text
        && let Ok(value) = parse(text)
        && entries.iter().all(|(event, entry)| {
            let list = value["hooks"][event].as_array();
            list.is_some_and(|list| list.contains(entry))
        })
    {
        return Ok(text.to_owned());
    }
    let left = match text {
        Some(text) if !text.trim().is_empty() => without(agent, text)?,
        other => other.map(str::to_owned),
    };
    let mut text = match left {
        None => return Ok(fresh(agent, &entries)),
        // By the blank behind its end, a file that was there before is known.
        Some(text) if text.trim().is_empty() => {
            return Ok(format!("{} {text}", fresh(agent, &entries).trim_end()));
        }
        Some(text) => text,
    };
    for (event, entry) in entries {
        let root = object(&text, 0)?;
        let Some(hooks) = root.member("hooks") else {
            let value = format!(
                "{{\n    \"{event}\": [\n      {}\n    ]\n  }}",
                shown(&entry, 6)
            );
            root.put(&mut text, "  ", &format!("\"hooks\": {value}"));
            continue;
        };
        let hooks = object(&text, hooks.0)?;
        let indent = " ".repeat(4);
        let Some(list) = hooks.member(event) else {
            hooks.put(
                &mut text,
                &indent,
                &format!("\"{event}\": [\n      {}\n    ]", shown(&entry, 6)),
            );
            continue;
        };
        let list = array(&text, list.0)?;
        list.put(&mut text, &" ".repeat(6), &shown(&entry, 6));
    }
    Ok(text)
}

/// Returns the settings without hexguard's entries; `None` if the file was made for them.
///
/// What was there before is told by how it is written: what hexguard makes, it makes with line ends behind the first and
/// before the last bracket, and what was empty keeps its own blanks.
pub fn without(agent: &Agent, text: &str) -> Result<Option<String>, String> {
    if text.trim().is_empty() {
        return Ok(Some(text.to_owned()));
    }
    parse(text)?;
    let mut text = text.to_owned();
    // The last one that was put in goes first.
    for (event, _) in agent.entries("").into_iter().rev() {
        while let Some(hooks) = object(&text, 0)?.member("hooks") {
            let Ok(hooks) = object(&text, hooks.0) else {
                break;
            };
            let Some(list) = hooks.member(event) else {
                break;
            };
            let Ok(list) = array(&text, list.0) else {
                break;
            };
            let Some(own) = list.items.iter().position(|item| {
                text[item.0..item.1].contains(MARK) && text[item.0..item.1].contains("hexguard")
            }) else {
                break;
            };
            let made = list.is_made(&text);
            if list.items.len() > 1 || !made {
                list.take(&mut text, own);
                continue;
            }
            if hooks.items.len() > 1 || !hooks.is_made(&text) {
                let own = hooks.position(event);
                hooks.take(&mut text, own);
                continue;
            }
            let root = object(&text, 0)?;
            let version = agent.versioned() && root.member("version").is_some();
            if root.items.len() == 1 + usize::from(version) && root.is_made(&text) {
                let blanks = text[root.end + 1..].strip_prefix(' ');
                return Ok(blanks.map(str::to_owned));
            }
            let own = root.position("hooks");
            root.take(&mut text, own);
        }
    }
    Ok(Some(text))
}

/// Tells whether hexguard's entries are in the settings.
pub fn has(text: &str) -> bool {
    text.contains(MARK) && text.contains("hexguard")
}

fn fresh(agent: &Agent, entries: &[(&'static str, Value)]) -> String {
    let mut out = String::from("{\n");
    if agent.versioned() {
        out.push_str("  \"version\": 1,\n");
    }
    out.push_str("  \"hooks\": {\n");
    for (number, (event, entry)) in entries.iter().enumerate() {
        let comma = if number + 1 < entries.len() { "," } else { "" };
        out.push_str(&format!(
            "    \"{event}\": [\n      {}\n    ]{comma}\n",
            shown(entry, 6)
        ));
    }
    out.push_str("  }\n}\n");
    out
}

/// Returns a value as it is written below something indented by so many spaces.
fn shown(value: &Value, indent: usize) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.replace('\n', &format!("\n{}", " ".repeat(indent)))
}

fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// An object or a list in a text: where its brackets and its items stand.
struct Span {
    start: usize,
    end: usize,
    /// Each item, for an object with its key.
    items: Vec<(usize, usize)>,
    /// The keys of an object, and where the values begin.
    keys: Vec<(String, usize)>,
}

impl Span {
    fn member(&self, key: &str) -> Option<(usize, usize)> {
        let at = self.keys.iter().position(|(own, _)| own == key)?;
        Some((self.keys[at].1, self.items[at].1))
    }

    fn position(&self, key: &str) -> usize {
        self.keys
            .iter()
            .position(|(own, _)| own == key)
            .unwrap_or(0)
    }

    /// Tells whether hexguard has made it, by its line ends.
    fn is_made(&self, text: &str) -> bool {
        let first = self.items.first().map_or(self.end, |item| item.0);
        let last = self.items.last().map_or(self.end, |item| item.1);
        text[self.start + 1..first].starts_with('\n') && text[last..self.end].starts_with('\n')
    }

    /// Puts an item in front of all others, or behind the blanks of what is empty.
    fn put(&self, text: &mut String, indent: &str, item: &str) {
        if self.items.is_empty() {
            text.insert_str(self.end, item);
        } else {
            text.insert_str(self.start + 1, &format!("\n{indent}{item},"));
        }
    }

    /// Takes an item out, with the comma that set it apart.
    fn take(&self, text: &mut String, number: usize) {
        let range = if number + 1 < self.items.len() {
            // From behind the bracket or comma before it, to behind its own comma.
            let from = if number == 0 {
                self.start + 1
            } else {
                let last = self.items[number - 1].1;
                last + text[last..].find(',').map_or(0, |at| at + 1)
            };
            let end = self.items[number].1;
            from..end + text[end..].find(',').map_or(0, |at| at + 1)
        } else if number > 0 {
            self.items[number - 1].1..self.items[number].1
        } else {
            self.items[0].0..self.items[0].1
        };
        text.replace_range(range, "");
    }
}

fn object(text: &str, at: usize) -> Result<Span, String> {
    span(text, at, b'{')
}

fn array(text: &str, at: usize) -> Result<Span, String> {
    span(text, at, b'[')
}

/// Reads the object or list that begins at `at` or behind the space there. The text is JSON: it was parsed before.
fn span(text: &str, at: usize, open: u8) -> Result<Span, String> {
    let bytes = text.as_bytes();
    let odd = || "the settings are not built as the agent's documentation says".to_owned();
    let start = space(bytes, at);
    if bytes.get(start) != Some(&open) {
        return Err(odd());
    }
    let mut span = Span {
        start,
        end: start,
        items: Vec::new(),
        keys: Vec::new(),
    };
    let mut at = space(bytes, start + 1);
    while !matches!(bytes.get(at), Some(b'}' | b']') | None) {
        let item = at;
        if open == b'{' {
            let key = value_end(bytes, at);
            let name: String = serde_json::from_str(&text[at..key]).map_err(|_| odd())?;
            at = space(bytes, space(bytes, key) + 1);
            span.keys.push((name, at));
        }
        at = value_end(bytes, at);
        span.items.push((item, at));
        at = space(bytes, at);
        if bytes.get(at) == Some(&b',') {
            at = space(bytes, at + 1);
        }
    }
    span.end = at;
    Ok(span)
}

fn space(bytes: &[u8], at: usize) -> usize {
    at + bytes[at.min(bytes.len())..]
        .iter()
        .take_while(|b| b.is_ascii_whitespace())
        .count()
}

/// Returns where the value that begins at `at` ends.
fn value_end(bytes: &[u8], at: usize) -> usize {
    let mut depth = 0usize;
    let mut at = at;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += 1;
                while !matches!(bytes.get(at), Some(b'"') | None) {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                if depth == 0 {
                    return (at + 1).min(bytes.len());
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b',' if depth == 0 => return at,
            b if depth == 0 && b.is_ascii_whitespace() => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::super::AGENTS;
    use super::*;

    #[test]
    fn entries_are_put_in_and_taken_out_again() {
        for agent in AGENTS {
            let (event, _) = agent.events[0];
            let (other, _) = agent.events[1];
            for text in [
                "{}",
                "{ }\n",
                "{\n}\n",
                "",
                "\n",
                "{\"hooks\": { }}",
                "{\"version\": 1}",
                "{\n  \"version\": 1,\n  \"hooks\": {\n  }\n}\n",
                "{\"model\": \"x\"}",
                "{\n  \"permissions\": {\n    \"allow\": [\"Bash(ls)\", \"a\\\"b{[\"]\n  },\n  \"hooks\": {}\n}\n",
                &format!(
                    "{{\n\t\"hooks\": {{\n\t\t\"{event}\": [\n\t\t\t{{\"command\": \"x\"}}\n\t\t]\n\t}},\n\t\"z\": [1, 2]\n}}"
                ),
                &format!(
                    "{{\"version\":1,\"hooks\":{{\"{other}\":[],\"stop\":[{{\"command\":\"y\"}}]}}}}"
                ),
            ] {
                let after = with(agent, Some(text), "hexguard").expect("it can be changed");
                let value = parse(&after).expect("still JSON");
                for (event, entry) in agent.entries("hexguard") {
                    let list = value["hooks"][event].as_array().expect("a list");
                    assert!(list.contains(&entry), "{} {event}: {after}", agent.name);
                }
                assert_eq!(
                    with(agent, Some(&after), "hexguard"),
                    Ok(after.clone()),
                    "{}",
                    agent.name
                );
                let left = without(agent, &after)
                    .expect("it can be changed")
                    .expect("it was there");
                assert_eq!(left, text, "{}\n{after}", agent.name);
            }
            let alone = with(agent, None, "hexguard").expect("a new file");
            assert_eq!(without(agent, &alone), Ok(None));
            assert!(with(agent, Some("{ // comment\n}"), "hexguard").is_err());
            assert!(with(agent, Some("[]"), "hexguard").is_err());
        }
    }
}
