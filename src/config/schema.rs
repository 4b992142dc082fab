//! The JSON schema of hexguard.toml, for editors: the file of the repository, which a test makes from the same tables
//! that read the configuration.

/// The schema, formatted.
pub const SCHEMA: &str = include_str!("../../schema/hexguard.schema.json");

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value as Json, json};

    use super::super::key::{KEYS, Kind};
    use super::SCHEMA;

    #[test]
    fn the_schema_says_what_the_tables_say() {
        // Made at run time it would be 34 KB of code for a command that is called once.
        let made = schema();
        if made != SCHEMA {
            let path = std::env::temp_dir().join("hexguard.schema.json");
            std::fs::write(&path, made).expect("the folder for temporary files can be written to");
            panic!(
                "the tables say something else: cp {} schema/hexguard.schema.json",
                path.display()
            );
        }
    }

    /// Returns the schema, formatted.
    fn schema() -> String {
        let mut properties = Map::new();
        for key in KEYS {
            let mut shape = match key.kind {
                Kind::Flag => json!({ "type": "boolean" }),
                Kind::Number(most) => json!({ "type": "integer", "minimum": 0, "maximum": most }),
                Kind::Text => json!({ "type": "string" }),
                Kind::Choice(words) => json!({ "enum": words }),
                Kind::List => texts(),
            };
            shape["description"] = key.doc.into();
            if let Ok(default) = serde_json::from_str::<Json>(&key.default().to_string()) {
                shape["default"] = default;
            }
            properties.insert(key.name.to_owned(), shape);
        }
        properties.insert("allow".to_owned(), allow());
        properties.insert("rule".to_owned(), rule());
        properties.insert(
            "tier".to_owned(),
            json!({
                "description": "What rules do, by id (one may end with `*`): stop the commit, warn, or nothing.",
                "type": "object",
                "additionalProperties": { "enum": ["block", "warn", "off"] }
            }),
        );
        properties.insert("hex".to_owned(), hex());
        let schema = json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "hexguard.toml",
            "description": "Configuration of hexguard, which stops commits that hold credentials.",
            "type": "object",
            "additionalProperties": false,
            "properties": properties,
        });
        let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
        text.push('\n');
        text
    }

    fn hex() -> Json {
        let text = |what: &str| json!({ "type": "string", "description": what });
        let day = |what: &str| json!({ "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$", "description": what });
        json!({
            "description": "What `hexguard audit` is told of Hex; never the value of a token.",
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "max-days": { "type": "integer", "minimum": 1, "default": 90, "description": "How many days a token may live." },
                "sharing-audited": day("The day on which somebody looked last through who may see what."),
                "token": {
                    "description": "The tokens in use.",
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": false,
                        "anyOf": [{ "required": ["name"] }, { "required": ["variable"] }],
                        "properties": {
                            "name": text("What people call it."),
                            "variable": text("The variable that brings it: HEX_API_TOKEN."),
                            "kind": { "enum": ["workspace", "personal"], "default": "workspace", "description": "A personal token has all rights of its user." },
                            "scopes": { "type": "array", "items": { "type": "string" }, "description": "What a workspace token may do: Read projects." },
                            "environment": text("Where it is used: production."),
                            "created": day("The day it was made."),
                            "expires": day("The day it ends."),
                            "owner": text("Who renews it.")
                        }
                    }
                }
            }
        })
    }

    fn texts() -> Json {
        json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
    }

    fn described(mut shape: Json, text: &str) -> Json {
        shape["description"] = text.into();
        shape
    }

    fn allow() -> Json {
        json!({
            "description": "Exceptions. Everything that an entry names must hold.",
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["reason"],
                "anyOf": [
                    { "required": ["rule"] }, { "required": ["path"] },
                    { "required": ["value"] }, { "required": ["fingerprint"] }
                ],
                "properties": {
                    "rule": described(texts(), "Rule ids; one may end with `*`."),
                    "path": described(texts(), "Path patterns like those of .gitignore."),
                    "value": described(texts(), "Regular expressions that the whole secret must match."),
                    "fingerprint": described(texts(), "Fingerprints, as findings show them."),
                    "until": { "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$", "description": "The last day on which it holds." },
                    "reason": { "type": "string", "minLength": 1, "description": "Why it is right." }
                }
            }
        })
    }

    fn rule() -> Json {
        let text = |what: &str| json!({ "type": "string", "description": what });
        let list = |what: &str| json!({ "type": "array", "items": { "type": "string" }, "description": what });
        json!({
            "description": "Rules of your own, beside the built-in ones.",
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["id", "title"],
                "oneOf": [{ "required": ["regex"] }, { "required": ["value"] }, { "required": ["find"] }],
                "properties": {
                    "id": { "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "description": "Vendor, then thing, in kebab-case." },
                    "title": text("What was found, as a noun phrase."),
                    "regex": text("A pattern searched around each keyword. Group 1, if there is one, is the secret."),
                    "value": text("A pattern that the whole value of an assignment must match. Needs `keys` or `near`."),
                    "find": text("The name of a built-in function that looks for the secret at a keyword."),
                    "names": { "enum": ["password", "key", "token", "secret"], "description": "Only for built-in rules: values of names of this kind." },
                    "site": { "enum": ["named", "login", "any-url", "encoded", "loose"], "description": "Only for built-in rules: what is known of the place of such a value." },
                    "keys": list("Names of keys for `value`."),
                    "near": list("Words of which one must stand on the line or up to three lines above."),
                    "public-beside": list("Words of which one, on the line or up to three lines above or below, says that the key is public by design."),
                    "keywords": list("Small-letter literals of three bytes at least; one of them is in every match."),
                    "paths": list("Path patterns that the rule is limited to."),
                    "check": list("Names of built-in checks that must accept the secret."),
                    "checksum": { "enum": ["always", "newer"], "description": "That `check` is a checksum, and whether all tokens of the format carry it or only newer ones." },
                    "entropy": { "type": "number", "minimum": 0, "maximum": 8, "description": "The least Shannon entropy of the secret, in bits per byte." },
                    "tier": { "enum": ["block", "warn"], "default": "block", "description": "Whether a finding stops the commit." },
                    "severity": { "enum": ["low", "medium", "high", "critical"], "default": "high", "description": "How bad it is when this leaks." },
                    "confidence": { "enum": ["guess", "one", "two", "documented"], "default": "documented", "description": "How well the format is known." },
                    "why": text("Why it matters, in one sentence."),
                    "help": text("How to revoke it, in one sentence."),
                    "url": text("The provider's page."),
                    "judged": { "type": "boolean", "description": "Whether the judge decides on what `regex` matches." },
                    "specificity": { "type": "integer", "minimum": 0, "maximum": 65535, "description": "Which of two rules wins on the same text: the higher." },
                    "examples": list("Texts in which exactly this rule finds exactly one secret; `{{hex:32}}` and the like are filled in."),
                    "counterexamples": list("Texts in which no rule finds anything.")
                }
            }
        })
    }
}
