//! What the path of a file says about the secrets in it.

use super::{
    DOCS_END, DOCS_FOLDER, FOREIGN_END, FOREIGN_FOLDER, FOREIGN_NAME, HAND_MADE_WORD, LANGUAGE,
    List, PAGE_BEGIN, PAGE_END, PAGE_EXTENSION, PAGE_FOLDER, PAGE_NAME, PAGE_PARENT, PATTERN_END,
    PATTERN_PART, SETTINGS_BEGIN, SETTINGS_END, TEST_BEGIN, TEST_END, TEST_PART, TEST_WORD,
    TRANSLATION_EXTENSION, TRANSLATION_FOLDER, TRANSLATION_NAME, WRAPPING_END, Words,
};
use crate::fragment::{Fragment, Part};

/// What a path says of the secrets in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Area {
    /// Nothing.
    Plain,
    /// A file that holds settings: `.env`, `*.tfvars`, `application.yml`.
    Settings,
    /// A pattern of such a file: `.env.example`.
    Pattern,
    /// Notes and documents.
    Docs,
    /// A page that tells others how to use a project: a README, a document in a folder of documents.
    Page,
    /// A test, a fixture, an example.
    Test,
    /// Texts of a user interface in one language: what they call a password is a label.
    Translation,
    /// Made by a program, or somebody else's: lock files, minified code, vendored trees.
    Foreign,
}

/// Returns what the path of a fragment says.
pub(crate) fn area(fragment: &Fragment<'_>) -> Area {
    if fragment.part != Part::Content {
        return Area::Plain;
    }
    let path = fragment.path;
    let name = fragment.file_name();
    if FOREIGN_END.ends(name) || FOREIGN_NAME.has(name) || is_in_folder(path, &FOREIGN_FOLDER) {
        return Area::Foreign;
    }
    if is_translation(path, name) {
        return Area::Translation;
    }
    let is_in_docs = is_in_folder(path, &DOCS_FOLDER);
    let page = unwrapped(name);
    let is_page = || {
        is_in_docs
            || is_in_folder(path, &PAGE_PARENT)
            || PAGE_BEGIN.begins(page)
            || is_shouted(page)
    };
    if PAGE_END.ends(page) && is_page()
        || PAGE_NAME.has(name)
        || is_in_folder(path, &PAGE_FOLDER)
        || is_page_by_itself(fragment)
    {
        return Area::Page;
    }
    if PATTERN_END.ends(name) || PATTERN_PART.stands_in(name) {
        return Area::Pattern;
    }
    if TEST_BEGIN.begins(name)
        || TEST_END.ends(name)
        || TEST_PART.stands_in(name)
        || is_of_tests(path)
    {
        return Area::Test;
    }
    if DOCS_END.ends(name) || is_in_docs {
        return Area::Docs;
    }
    if SETTINGS_BEGIN.begins(name) || SETTINGS_END.ends(name) {
        return Area::Settings;
    }
    Area::Plain
}

/// Tells whether a text is one of tests or documentation, where values are made up.
pub(crate) fn is_of_samples(fragment: &Fragment<'_>) -> bool {
    matches!(area(fragment), Area::Test | Area::Page | Area::Docs)
}

/// Tells whether a file is such a page by its extension alone, be it a translation or not.
pub(crate) fn is_page_by_itself(fragment: &Fragment<'_>) -> bool {
    fragment.part == Part::Content && PAGE_EXTENSION.ends(fragment.file_name())
}

/// Returns a name without what is appended to it where it is a pattern of another: `README.md.gotmpl`.
fn unwrapped(name: &[u8]) -> &[u8] {
    let dot = name.iter().rposition(|&b| b == b'.');
    let dot = dot.filter(|dot| WRAPPING_END.has(&name[dot + 1..]));
    &name[..dot.unwrap_or(name.len())]
}

/// Tells whether the name of a file is written in capitals, as those of the pages of a project are: `TESTING.md`.
fn is_shouted(name: &[u8]) -> bool {
    let stem = name.split(|&b| b == b'.').next().unwrap_or_default();
    stem.len() > 3
        && stem
            .iter()
            .all(|b| b.is_ascii_uppercase() || b"_-".contains(b))
}

/// Tells whether a file holds the texts of a user interface: `messages_de.properties`, `hr-HR.json`, `values-ko/strings.xml`.
fn is_translation(path: &[u8], name: &[u8]) -> bool {
    let Some(dot) = name.iter().position(|&b| b == b'.') else {
        return false;
    };
    let (stem, extension) = (&name[..dot], &name[dot + 1..]);
    if !TRANSLATION_EXTENSION.ends(extension) {
        return false;
    }
    let language = |part: &[u8]| LANGUAGE.has(part);
    // `messages.de.json`
    let second = extension.split(|&b| b == b'.').next().unwrap_or_default();
    let mut parts = stem.split(|b| matches!(b, b'-' | b'_'));
    let first = parts.next().unwrap_or_default();
    TRANSLATION_NAME.has(stem)
        || TRANSLATION_NAME.has(first) && parts.clone().any(language)
        || TRANSLATION_NAME.has(first) && language(second)
        // A region or a script is written in capitals: `hr-HR`, `zh-Hans`.
        || language(first)
            && parts.all(|part| {
                part.len() <= 4 && part.first().is_some_and(u8::is_ascii_uppercase)
                    || language(part)
            })
        || is_in_folder(path, &TRANSLATION_FOLDER)
}

/// Tells whether a file lies in a folder of tests, fixtures or examples.
pub(crate) fn is_of_tests(path: &[u8]) -> bool {
    folders(path).any(|folder| {
        // The whole name, too: `e2e` is split at its digit.
        TEST_WORD.has(folder) || Words::of(folder).any_in(&TEST_WORD)
    })
}

/// Tells whether a table at this path is made by hand or for tests, and not the result of a query.
pub(crate) fn is_hand_made(path: &[u8]) -> bool {
    let made = |part: &[u8]| HAND_MADE_WORD.has(part) || Words::of(part).any_in(&HAND_MADE_WORD);
    let area = area(&Fragment::content(path, b""));
    matches!(area, Area::Test | Area::Translation | Area::Foreign)
        || path.split(|&b| b == b'/').any(made)
}

fn is_in_folder(path: &[u8], names: &List) -> bool {
    folders(path).any(|folder| names.has(folder))
}

/// Returns the names of the folders of a path.
fn folders(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let name = path.iter().rposition(|&b| b == b'/').unwrap_or(0);
    path[..name].split(|&b| b == b'/')
}
