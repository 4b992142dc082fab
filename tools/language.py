#!/usr/bin/env python3
"""Makes src/language/tables.rs: how programs, texts of interfaces and prose are written, as a table of character pairs
and a list of words.

usage: tools/language.py > src/language/tables.rs      (or --check: exit 1 when the checked-in file differs)
       tools/language.py --sample                             the table of one sentence, for the suite
       tools/language.py --score [FILE]                       bits of chance a character of kinds of values, of lines of FILE

The text is tools/language/*.txt: common words and short sentences of English, German, French, Spanish, Portuguese, Italian,
Dutch and Polish in Latin letters, and identifiers of programs, written for this purpose. Every file teaches the pairs; the
words of the files in LISTED that have five letters or more are the list of words. Everyday nouns are not in it: people make
passwords of them.

A pair's number is 8 * log2(P(b|a) in that text / P(b) in a random token), clamped to a byte. Symbols: a-z folded, a digit,
the end of a word (also: start, and everything that is neither letter nor digit), a step from small letter to capital.
"""
import collections, glob, math, os, random, re, string, sys

HERE = os.path.dirname(os.path.abspath(__file__))
DIGIT, END, STEP = 26, 27, 28
# What a random token of letters of both cases and digits looks like: letters folded, digits as one class.
RANDOM = [1 / 36] * 26 + [10 / 36, 1 / 36, 0.3]
# Files whose words are common in programs, comments and messages.
LISTED = ("english-common", "python", "javascript", "java", "go", "sql", "names")
# The list of words is no longer than this many bytes.
MOST = 16 << 10


def sources():
    """Yields the name and the text of each file, without its comment."""
    for path in sorted(glob.glob(os.path.join(HERE, "language/*.txt"))):
        with open(path, encoding="utf-8") as f:
            lines = [line for line in f if not line.startswith("#")]
        yield os.path.basename(path)[:-4], "".join(lines)


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
    for name, text in texts:
        # A letter of another alphabet ends a word, as it does for the judge.
        tokens = re.findall(r"[A-Za-z0-9][A-Za-z0-9_]*", text)
        count.update(tokens)
        if name in LISTED:
            words = {w.lower() for t in tokens for w in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", t) if 5 <= len(w) <= 14}
            seen.update({word: 100 if name == LISTED[0] else 1 for word in words})
    pairs = [[0.5] * 29 for _ in range(29)]
    for token, n in sorted(count.items()):
        s = symbols(token)
        weight = math.log2(1 + n)  # damped: the hundredth `de` says little
        for a, b in zip(s, s[1:]):
            pairs[a][b] += weight
    table = []
    for row in pairs:
        total = sum(row)
        table.append([max(-127, min(127, round(8 * math.log2(n / total / RANDOM[b])))) for b, n in enumerate(row)])
    # Common English first, then words of several files: what the list has no room for is a word of one framework alone.
    words, size = [], 0
    for word, _ in sorted(seen.items(), key=lambda x: (-x[1], x[0])):
        if size + len(word) + 1 <= MOST:
            words.append(word)
            size += len(word) + 1
    return table, sorted(words)


def rust(table, words):
    rows = "\n".join("    [" + ", ".join(map(str, row)) + "]," for row in table)
    text, line = [], ""
    for word in words:
        if len(line) + len(word) > 110:
            text.append(line)
            line = ""
        line += word + " "
    text.append(line.rstrip())
    return f"""//! How programs, messages and prose are written, as pairs of characters and as words. Made by tools/language.py.

/// For each pair of symbols, 8 * log2 of how much likelier it is in language than in a random token.
#[rustfmt::skip]
pub(super) const PAIRS: [[i8; 29]; 29] = [
{rows}
];

/// Words of five letters and more that are common in programs and messages, sorted.
#[rustfmt::skip]
pub(crate) const WORDS: &str = "\\
""" + "\\\n".join(text) + '";\n'


def chance(table, value):
    """Bits that a value is likelier as a random token than as language, as the judge counts them."""
    total, last, small = 0, END, False
    for c in value:
        if small and c.isupper():
            total += table[last][STEP]
            last = STEP
        symbol = ord(c.lower()) - 97 if c.isascii() and c.isalpha() else DIGIT if c.isdigit() else END
        if last != symbol or symbol < DIGIT:
            total += table[last][symbol]
        last, small = symbol, c.isascii() and c.islower()
    return -total / 8


def scores(table, path):
    """Prints the bits of chance a character for kinds of values, ten, fifty and ninety of a hundred below."""
    drawn = random.Random(1)
    kinds = {
        f"{name} {length}": ["".join(drawn.choice(alphabet) for _ in range(length)) for _ in range(2000)]
        for name, alphabet in (
            ("alnum", string.ascii_letters + string.digits),
            ("lower+digits", string.ascii_lowercase + string.digits),
            ("upper+digits", string.ascii_uppercase + string.digits),
            ("base64", string.ascii_letters + string.digits + "+/"),
            ("letters", string.ascii_letters),
            ("lower", string.ascii_lowercase),
            ("hex", "0123456789abcdef"),
        )
        for length in (12, 20, 40)
    }
    for name, text in sources():
        kinds[name] = [token for token in re.findall(r"[A-Za-z][A-Za-z0-9_]*", text) if len(token) >= 8]
    if path:
        with open(path, encoding="utf-8") as f:
            kinds[os.path.basename(path)] = f.read().splitlines()
    for name, values in kinds.items():
        bits = sorted(chance(table, value) / max(1, len(value)) for value in values)
        print(f"{name:<20} " + " ".join(f"{bits[len(bits) * part // 100]:>6.2f}" for part in (10, 50, 90)))


if sys.argv[1:] == ["--sample"]:
    print(rust(*build([("go", "The quick brownFox jumps over 13 lazy dogs; getBrownFox returns a brown_fox.")])), end="")
    sys.exit()
table, words = build(list(sources()))
if sys.argv[1:2] == ["--score"]:
    scores(table, (sys.argv[2:] or [None])[0])
    sys.exit()
made = rust(table, words)
if sys.argv[1:] == ["--check"]:
    with open(os.path.join(HERE, "../src/language/tables.rs")) as f:
        sys.exit(made != f.read())
print(made, end="")
