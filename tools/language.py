#!/usr/bin/env python3
"""Makes src/detect/judge/language.rs: how programs and their comments are written, as a table of character pairs and a list of words.

usage: tools/language.py > src/detect/judge/language.rs      (or --check: exit 1 when the checked-in file differs, 77 when the sources are missing)

The text comes from the sources of a few of this package's own dependencies, as cargo keeps them; no credential is in them.
A pair's number is 8 * log2(P(b|a) in that text / P(b) in a random token), clamped to a byte. Symbols: a-z folded, a digit,
the end of a word (also: start, and everything that is neither letter nor digit), a step from small letter to capital.
"""
import collections, glob, math, os, re, sys

CRATES = ["libgit2-sys-0.18.8+1.9.7", "clap_builder-4.6.7", "git2-0.21.0", "regex-automata-0.4.19", "bstr-1.14.0", "tempfile-3.27.0",
          "serde_core-1.0.229", "toml-1.2.2+spec-1.1.0", "proptest-1.12.0", "memchr-2.8.3"]
DIGIT, END, STEP = 26, 27, 28
# What a random token of letters of both cases and digits looks like: letters folded, digits as one class.
RANDOM = [1 / 36] * 26 + [10 / 36, 1 / 36, 0.3]
WORDS = 1200


def sources():
    home = os.environ.get("CARGO_HOME", os.path.expanduser("~/.cargo"))
    for crate in CRATES:
        found = glob.glob(os.path.join(home, "registry/src/*", crate))
        if not found:
            return None
        for root, dirs, files in sorted(os.walk(sorted(found)[0])):
            dirs.sort()
            for name in sorted(files):
                if name.endswith((".rs", ".c", ".h", ".md", ".txt")) and "test" not in root and "data" not in root and "unicode" not in root + name:
                    with open(os.path.join(root, name), encoding="utf-8", errors="replace") as f:
                        yield f.read()


def symbols(token):
    out, last = [END], ""
    for c in token:
        if last.islower() and c.isupper():
            out.append(STEP)
        out.append(ord(c.lower()) - 97 if c.isalpha() else DIGIT if c.isdigit() else END)
        last = c
    return out + [END]


def build(texts):
    count, seen = collections.Counter(), collections.Counter()
    for text in texts:
        tokens = re.findall(r"[A-Za-z][A-Za-z0-9_]*", text)
        count.update(tokens)
        seen.update({w.lower() for t in tokens for w in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", t) if 5 <= len(w) <= 14})
    pairs = [[0.5] * 29 for _ in range(29)]
    for token, n in sorted(count.items()):
        s = symbols(token)
        weight = math.log2(1 + n)  # damped: the thousandth `self` says little
        for a, b in zip(s, s[1:]):
            pairs[a][b] += weight
    table = []
    for row in pairs:
        total = sum(row)
        table.append([max(-127, min(127, round(8 * math.log2(n / total / RANDOM[b])))) for b, n in enumerate(row)])
    words = sorted(w for w, _ in sorted(seen.items(), key=lambda x: (-x[1], x[0]))[:WORDS])
    return table, words


def rust(table, words):
    rows = "\n".join("    [" + ", ".join(map(str, row)) + "]," for row in table)
    text, line = [], ""
    for word in words:
        if len(line) + len(word) > 110:
            text.append(line)
            line = ""
        line += word + " "
    text.append(line.rstrip())
    return f"""//! How programs and their comments are written, as pairs of characters and as words. Made by tools/language.py.

/// For each pair of symbols, 8 * log2 of how much likelier it is in language than in a random token.
#[rustfmt::skip]
pub(super) const PAIRS: [[i8; 29]; 29] = [
{rows}
];

/// Words of five letters and more that are common in programs, sorted.
#[rustfmt::skip]
pub(super) const WORDS: &str = "\\
""" + "\\\n".join(text) + '";\n'


if sys.argv[1:] == ["--sample"]:
    print(rust(*build(["The quick brownFox jumps over 13 lazy dogs; getBrownFox returns a brown_fox."])), end="")
    sys.exit()
texts = list(sources() or [])
if not texts or any(not glob.glob(os.path.join(os.environ.get("CARGO_HOME", os.path.expanduser("~/.cargo")), "registry/src/*", c)) for c in CRATES):
    print("the sources are not here: cargo fetch, at the versions named in this script", file=sys.stderr)
    sys.exit(77)
made = rust(*build(texts))
if sys.argv[1:] == ["--check"]:
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../src/detect/judge/language.rs")) as f:
        sys.exit(made != f.read())
print(made, end="")
