//! Turns rules/*.toml into packed rules and one index for all keywords.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::rule::spec::{RuleFile, Site, Spec};
use crate::rule::{keywords, measure};

pub(crate) fn read(path: &Path) -> Vec<Spec> {
    let text = fs::read_to_string(path).expect("the file was listed a moment ago");
    match toml::from_str::<RuleFile>(&text) {
        Ok(file) => file.rules,
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

pub(crate) fn refuse(path: &Path, id: &str, reason: &str) -> ! {
    panic!("{}: rule `{id}`: {reason}", path.display())
}

/// Returns the Rust source of all tables.
pub(crate) fn tables(rules: &[Spec], common: &[&str]) -> String {
    let mut tables = Tables::default();
    let mut wanted: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    let mut out = String::new();
    let _ = writeln!(out, "const COUNT: usize = {};", rules.len());
    let _ = writeln!(
        out,
        "pub(super) static COMMON_IN_KEYS: &[&str] = &{common:?};"
    );
    out.push_str("static PACKED: [Packed; COUNT] = [\n");
    for (number, rule) in rules.iter().enumerate() {
        let shape = measure::measure(rule, common);
        for keyword in &shape.keywords {
            wanted
                .entry(keyword.clone().leak())
                .or_default()
                .push(number);
        }
        tables.pack(&mut out, rule, &shape);
    }
    out.push_str("];\n");
    tables.write(&mut out);
    write_index(
        &mut out,
        &keywords::Index::new(wanted.keys().copied().collect()),
    );
    let mut starts = vec![0];
    for numbers in wanted.values() {
        starts.push(starts[starts.len() - 1] + numbers.len());
    }
    let numbers: Vec<usize> = wanted.into_values().flatten().collect();
    table(&mut out, "WANTED_STARTS", "u32", &starts);
    table(&mut out, "WANTED_RULES", "u16", &numbers);
    out
}

/// Writes a static array.
fn table<T: std::fmt::Debug>(out: &mut String, name: &str, kind: &str, values: &[T]) {
    let _ = writeln!(
        out,
        "static {name}: [{kind}; {}] = {values:?};",
        values.len()
    );
}

fn write_index(out: &mut String, index: &keywords::Index) {
    table(out, "FILED", "u32", &index.filed);
    table(out, "STARTS", "u16", &index.starts);
    table(out, "ENTRIES", "Entry", &index.entries);
    table(out, "THREES", "u8", &index.threes);
    table(out, "OFFSETS", "u32", &index.offsets);
    let _ = writeln!(out, "static KEYWORDS: &str = {:?};", index.text);
    out.push_str(
        "static INDEX: Index = Index { filed: Cow::Borrowed(&FILED), threes: Cow::Borrowed(&THREES), \
         starts: Cow::Borrowed(&STARTS), entries: Cow::Borrowed(&ENTRIES), text: Cow::Borrowed(KEYWORDS), \
         offsets: Cow::Borrowed(&OFFSETS) };\n",
    );
}

/// What rules share: one text that holds all of theirs, the lists, and the functions that they name.
#[derive(Default)]
struct Tables {
    text: String,
    known: BTreeMap<String, (usize, usize)>,
    lists: Vec<(usize, usize)>,
    checked: Vec<usize>,
    checks: Vec<String>,
    finds: Vec<String>,
}

impl Tables {
    fn text(&mut self, text: &str) -> (usize, usize) {
        if let Some(&at) = self.known.get(text) {
            return at;
        }
        let at = (self.text.len(), text.len());
        self.text.push_str(text);
        self.known.insert(text.to_owned(), at);
        at
    }

    fn list(&mut self, texts: &[String]) -> (usize, usize) {
        let at = (self.lists.len(), texts.len());
        for text in texts {
            let text = self.text(text);
            self.lists.push(text);
        }
        if texts.is_empty() { (0, 0) } else { at }
    }

    /// Writes a rule.
    fn pack(&mut self, out: &mut String, rule: &Spec, shape: &measure::Shape) {
        let (kind, before, after) = match (&rule.regex, &rule.value, &rule.find) {
            (Some(_), _, _) => ("Regex".to_owned(), shape.before, shape.after),
            (_, Some(_), _) => ("Value".to_owned(), shape.least, shape.most),
            (_, _, Some(find)) => {
                let number = place(&mut self.finds, find);
                (format!("Find({number})"), 0, 0)
            }
            _ => {
                let kind = rule.names.map(|kind| format!("SecretKind::{kind:?}"));
                let kind = kind.map_or("None".to_owned(), |kind| format!("Some({kind})"));
                let site = rule.site.unwrap_or(Site::Named);
                (format!("Named({kind}, Site::{site:?})"), 0, 0)
            }
        };
        let least = if rule.regex.is_some() { shape.least } else { 0 };
        let after = after.min(u32::MAX as usize);
        let keys: Vec<String> = if rule.value.is_some() {
            rule.keys.iter().map(|key| measure::fold_key(key)).collect()
        } else {
            rule.keys.clone()
        };
        let checked = (self.checked.len(), rule.check.len());
        for name in &rule.check {
            let number = place(&mut self.checks, name);
            self.checked.push(number);
        }
        let keywords = if rule.keywords.is_empty() {
            &shape.keywords
        } else {
            &rule.keywords
        };
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        let _ = writeln!(
            out,
            "    Packed {{ id: {:?}, title: {:?}, kind: PackedKind::{kind}, pattern: {:?}, before: {before}, \
             after: {after}, least: {least}, bytes: {:?}, edge: {:?}, keys: {:?}, near: {:?}, public_beside: {:?}, keywords: {:?}, paths: {:?}, \
             examples: {:?}, check: {checked:?}, checksum: {}, entropy: {:?}, tier: Tier::{:?}, \
             severity: Severity::{:?}, confidence: Confidence::{:?}, why: {:?}, help: {:?}, url: {:?}, \
             specificity: {}, prefix: {}, by_format: {}, judged: {} }},",
            self.text(&rule.id),
            self.text(&rule.title),
            self.text(&shape.source),
            shape.bytes,
            shape.edge,
            self.list(&keys),
            self.list(&rule.near),
            self.list(&rule.public_beside),
            self.list(keywords),
            self.list(&rule.paths),
            self.list(&rule.examples),
            rule.checksum.map_or("None".to_owned(), |kind| format!(
                "Some(Checksum::{kind:?})"
            )),
            rule.entropy.unwrap_or(0.0),
            rule.tier,
            rule.severity,
            rule.confidence,
            self.text(&optional(&rule.why)),
            self.text(&optional(&rule.help)),
            self.text(&optional(&rule.url)),
            shape.specificity,
            shape.prefix,
            shape.by_format,
            rule.judged,
        );
    }

    fn write(&self, out: &mut String) {
        let _ = writeln!(out, "static TEXT: &str = {:?};", self.text);
        table(out, "LISTS", "Text", &self.lists);
        table(out, "CHECKED", "u8", &self.checked);
        // By name, so that custom rules can name them, too.
        for (table, kind, module, names) in [
            ("FINDS", "Find", "find", &self.finds),
            ("CHECKS", "Check", "check", &self.checks),
        ] {
            let _ = writeln!(out, "pub(super) static {table}: &[(&str, {kind})] = &[");
            for name in names {
                let _ = writeln!(out, "    ({name:?}, {module}::{}),", name.replace('-', "_"));
            }
            out.push_str("];\n");
        }
    }
}

/// Returns the place of a name among those known, adding it if it is new.
fn place(names: &mut Vec<String>, name: &str) -> usize {
    names
        .iter()
        .position(|known| known == name)
        .unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        })
}
