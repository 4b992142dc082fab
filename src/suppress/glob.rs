//! Globs over paths as people know them from .gitignore.

use anyhow::{Context, Result, anyhow};
use globset::{Candidate, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::hint::HintExt;
use crate::quote::quoted;

/// More patterns than this take more memory than a hook may have.
const MOST: usize = 150_000;
/// The same of patterns that must be compiled: those with wildcards within a name or a path.
const MOST_COMPILED: usize = 10_000;
/// How many bytes those may have together.
const MOST_BYTES: usize = 512 << 10;

/// Path patterns of which one must match.
pub struct Globs {
    /// Those of files and folders.
    any: GlobSet,
    /// Those that end with a slash: of folders alone.
    folders: GlobSet,
}

impl Globs {
    /// Compiles patterns: `*` stays within a folder, `**` does not; one without `/` matches at any depth, one that ends
    /// with `/` everything below; a leading `/` ties it to the top.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let patterns: Vec<&str> = patterns.into_iter().collect();
        bounded(&patterns)?;
        let (mut any, mut folders) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for pattern in patterns {
            let set = if pattern.ends_with('/') {
                &mut folders
            } else {
                &mut any
            };
            set.add(glob(pattern)?);
        }
        let built = |set: GlobSetBuilder| {
            let set = set.build();
            set.context("the path patterns are too large together")
        };
        Ok(Self {
            any: built(any)?,
            folders: built(folders)?,
        })
    }

    /// Tells whether one of the patterns matches the path of a text or what reports call it: `a.zip/b` and `a.zip!b`.
    pub fn matches_either(&self, path: &[u8], name: &[u8]) -> bool {
        self.matches(path) || path != name && self.matches(name)
    }

    /// Tells whether one of the patterns matches a path as git holds it, or a folder that it lies in.
    pub fn matches(&self, path: &[u8]) -> bool {
        if self.any.is_match_candidate(&Candidate::from_bytes(path)) {
            return true;
        }
        // `exclude = ["vendor"]` means what is in it, too.
        memchr::memchr_iter(b'/', path).any(|at| {
            let folder = Candidate::from_bytes(&path[..at]);
            self.any.is_match_candidate(&folder) || self.folders.is_match_candidate(&folder)
        })
    }
}

/// Returns the pattern that covers a path and no other; for bytes that are no UTF-8, which no pattern can name, a wildcard
/// stands.
pub fn literal(path: &[u8]) -> String {
    let mut out = String::new();
    for chunk in path.utf8_chunks() {
        for c in chunk.valid().chars() {
            let is_exception = c == '!' && out.is_empty();
            if is_exception || matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
                out.push('\\');
            }
            out.push(c);
        }
        if !chunk.invalid().is_empty() {
            out.push('*');
        }
    }
    out
}

/// Refuses more patterns than can be used; counting them is much cheaper than compiling them.
fn bounded(patterns: &[&str]) -> Result<()> {
    let compiled = patterns.iter().filter(|pattern| is_compiled(pattern));
    let (count, bytes) = compiled.fold((0, 0), |(count, bytes), pattern| {
        (count + 1, bytes + pattern.len())
    });
    let error = if patterns.len() > MOST {
        anyhow!(
            "{} path patterns are too many: at most {MOST} can be used",
            patterns.len()
        )
    } else if count > MOST_COMPILED {
        anyhow!(
            "{count} path patterns with wildcards are too many: at most {MOST_COMPILED} can be used"
        )
    } else if bytes > MOST_BYTES {
        anyhow!(
            "path patterns with wildcards of {bytes} bytes are too many: at most {MOST_BYTES} bytes can be used"
        )
    } else {
        return Ok(());
    };
    Err(error).hint("name folders instead of the files in them: \"dist/\"")
}

/// Tells whether a pattern is more than a path, a name, a folder with all in it (`a/**`) or an extension (`*.b`).
fn is_compiled(pattern: &str) -> bool {
    let body = pattern.strip_prefix("**/").unwrap_or(pattern);
    let body = body.strip_suffix("/**").unwrap_or(body);
    let body = body.strip_prefix("*.").unwrap_or(body);
    body.contains(['*', '?', '[', '{', '\\'])
}

/// Returns the reason why a pattern cannot be used, if there is one; much cheaper than compiling it.
pub fn check(pattern: &str) -> Result<()> {
    glob(pattern).map(drop)
}

fn glob(pattern: &str) -> Result<Glob> {
    let anchored = anchored(pattern);
    // Such a text comes from a variable that is not set: it must not mean everything.
    if anchored.is_empty() || anchored == "**/" {
        let what = match pattern {
            "" => "an empty text".to_owned(),
            _ => quoted(pattern),
        };
        return Err(anyhow!(
            "{what} is no path pattern: \"**\" names every file"
        ));
    }
    // Passed over, it would leave out what somebody wanted to be scanned.
    if let Some(name) = pattern.strip_prefix('!') {
        return Err(anyhow!(
            "! before {} is no path pattern: exceptions are not known here, and a name that begins with ! is written \\!",
            quoted(name)
        ));
    }
    GlobBuilder::new(&anchored)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        // The kind only: the error itself repeats the pattern.
        .map_err(|error| anyhow!("{} is no path pattern: {}", quoted(pattern), error.kind()))
}

fn anchored(pattern: &str) -> String {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let body = pattern.strip_suffix('/').unwrap_or(pattern);
    match body.strip_prefix('/') {
        Some(body) => body.to_owned(),
        None if body.contains('/') => body.to_owned(),
        None => format!("**/{body}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_patterns_than_can_be_used_are_refused() {
        let many = |count: usize, made: &dyn Fn(usize) -> String| {
            let patterns: Vec<String> = (0..count).map(made).collect();
            Globs::new(patterns.iter().map(String::as_str))
                .map(drop)
                .map_err(|error| crate::hint::message(&error))
        };
        assert_eq!(many(100_000, &|n| format!("a{n}/b.txt")), Ok(()));
        let plain = many(150_001, &|n| format!("a{n}/b.txt"));
        assert!(plain.is_err_and(|error| error.contains("150001 path patterns")));
        assert_eq!(many(8000, &|n| format!("a{n}/**/b*")), Ok(()));
        let globs = many(10_001, &|n| format!("a{n}/**/b*"));
        assert!(globs.is_err_and(|error| error.contains("10001 path patterns with wildcards")));
        let long = many(2, &|n| format!("{n}{}", "*a".repeat(200_000)));
        assert!(long.is_err_and(|error| error.contains("bytes")));
    }

    #[test]
    fn a_slash_at_the_end_means_folders() {
        for (pattern, path, matches) in [
            ("a/", "a/b.txt", true),
            ("a/", "x/a/b.txt", true),
            ("a/", "a", false),
            ("/a/", "x/a/b.txt", false),
            ("*/", "a.env", false),
            ("*/", "a/b.env", true),
            ("**/", "a.env", false),
            ("a", "a", true),
        ] {
            let globs = Globs::new([pattern]);
            let found = globs.is_ok_and(|globs| globs.matches(path.as_bytes()));
            assert_eq!(found, matches, "{pattern} {path}");
        }
    }

    #[test]
    fn a_pattern_of_nothing_or_of_an_exception_is_refused() {
        for pattern in ["", "/", "./", "//", ".//", "!a", "!"] {
            assert!(check(pattern).is_err(), "{pattern:?}");
        }
        for pattern in [
            "**", "*", "a", "./a", "/a/", ".", " ", "\\!a", "/!a", "[!a]",
        ] {
            assert!(check(pattern).is_ok(), "{pattern:?}");
        }
    }

    #[test]
    fn only_wildcards_within_a_path_must_be_compiled() {
        for pattern in ["a", "a/b.txt", "a/**", "a/", "**/a", "*.min.js", "/a"] {
            assert!(!is_compiled(pattern), "{pattern}");
        }
        for pattern in ["a*", "a/*/b", "a/**/b", "?", "{a,b}", "[ab]", "*.a*"] {
            assert!(is_compiled(pattern), "{pattern}");
        }
    }
}
