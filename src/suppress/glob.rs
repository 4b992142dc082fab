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

    /// Tells whether one of the patterns matches a folder, or one that it lies in.
    fn matches_folder(&self, folder: &str) -> bool {
        let ends = folder.match_indices('/').map(|(at, _)| at);
        ends.chain([folder.len()]).any(|end| {
            let folder = Candidate::new(&folder[..end]);
            self.any.is_match_candidate(&folder) || self.folders.is_match_candidate(&folder)
        })
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

/// Tells whether a pattern matches whatever another one does; no where that is not sure.
pub fn covers(pattern: &str, other: &str) -> bool {
    let is_folder = pattern.ends_with('/');
    let fits = !is_folder || other.ends_with('/');
    let (own, others) = (anchored(pattern), anchored(other));
    if fits && (own == others || matches!(own.as_str(), "**/*" | "**/**")) {
        return true;
    }
    // All below a folder is named by the folder, too.
    let below = own.strip_suffix("/**").filter(|own| *own != "**");
    let folder = below.map(|own| format!("/{own}/"));
    let Ok(globs) = Globs::new([folder.as_deref().unwrap_or(pattern)]) else {
        return false;
    };
    let is_plain = |path: &str| !path.contains(['*', '?', '[', '{', '\\']);
    // Whatever the other one matches lies below the folders that it begins with.
    let mut above = others.match_indices('/').map(|(at, _)| &others[..at]);
    if above.any(|folder| is_plain(folder) && globs.matches_folder(folder)) {
        return true;
    }
    // One name at any depth, or one path.
    let name = others.strip_prefix("**/").unwrap_or(&others);
    let is_anywhere = own.starts_with("**/") && !own[3..].contains('/');
    let same_depth = is_anywhere || !others.starts_with("**/");
    let matches = |set: &GlobSet| set.is_match_candidate(&Candidate::new(name));
    fits && below.is_none()
        && same_depth
        && is_plain(name)
        && (matches(&globs.any) || matches(&globs.folders))
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
    // git's paths begin at the top of the repository, and no part of one is empty or made of dots.
    let is_nowhere = |part: &str| matches!(part, "" | "." | "..");
    if !anchored.contains('{') && anchored.split('/').any(is_nowhere) {
        let mut plain: Vec<&str> = Vec::new();
        for part in pattern.split('/') {
            if part == ".." {
                plain.pop();
            } else if !is_nowhere(part) {
                plain.push(part);
            }
        }
        let instead = match plain.join("/").as_str() {
            "" => "every file is \"**\"".to_owned(),
            plain => format!("from the top of the repository it is \"/{plain}\""),
        };
        return Err(anyhow!("{} matches no path: {instead}", quoted(pattern)));
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
    fn a_pattern_covers_another_where_that_is_sure() {
        for (pattern, other) in [
            ("a", "a"),
            ("**", "a/**/b*"),
            ("*", "a"),
            ("a", "a/"),
            ("a/", "/a/"),
            ("vendor", "vendor/js"),
            ("vendor/", "vendor/js/*.js"),
            ("vendor/**", "vendor/js/**"),
            ("/vendor", "vendor/a.js"),
            ("tests/**", "tests/fixtures/"),
            ("*.js", "a.js"),
            ("*.js", "a/b.js"),
            ("./a/b", "a/b"),
            ("vendor/*", "vendor/js/x"),
        ] {
            assert!(covers(pattern, other), "{pattern} {other}");
        }
        for (pattern, other) in [
            ("a", "b"),
            ("a/", "a"),
            ("/a", "a"),
            ("a/b", "b"),
            ("vendor/js", "vendor"),
            ("vendor/**", "vendor"),
            ("vendor/?", "vendor/**"),
            ("tests/*.py", "tests/**"),
            ("*.js", "*"),
            ("a*", "a?b/.."),
            ("**/", "a"),
            ("vendor/**", "x/vendor/a"),
        ] {
            assert!(!covers(pattern, other), "{pattern} {other}");
        }
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
        for pattern in [
            "", "/", "./", "//", ".//", "!a", "!", ".", "..", "../a", "a/../b", "a//b", "a/./b",
            "././a", "//a", "./",
        ] {
            assert!(check(pattern).is_err(), "{pattern:?}");
        }
        for pattern in [
            "**", "*", "a", "./a", "/a/", ".a", "...", " ", "\\!a", "/!a", "[!a]", "a/**/b",
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
