#!/usr/bin/env python3
"""Fits the judge's weights: moves each as little from where it starts as the lines of tests/corpus demand.

usage: tools/fit_weights.py          prints the table as it stands in src/detect/judge/weights.rs
       tools/fit_weights.py --check  exit 1 when the table there is another, or when a line is on the wrong side

The start: "model" is a linear model measured on labelled lines of public repositories (standardised weights, grouped
cross-validation, real values), in tenths of a logit; "by hand" is what such data cannot tell, chosen on this corpus and on
packages in which nobody planted anything. The data: tests/corpus/features.tsv, which the suite writes
(HEXGUARD_BLESS=1 cargo test --test suite corpus) from the lines beside it. The rule: for a line on the wrong side of its
limit, the smallest change of the weights that hold there which brings it over (passive-aggressive learning), over all lines
until none is left, then rounded.
"""
import os, re, sys

HERE = os.path.dirname(os.path.abspath(__file__))
START = [
    ("PasswordKey", 40, "model: strong key, the heaviest"),
    ("SecretKey", 36, "model: strong key"),
    ("WeakKey", 8, "model: a weak key needs a random value"),
    ("BuriedKey", -12, "model: negative last words; unknown ones by hand"),
    ("MadeUpKey", -10, "by hand"),
    ("PhraseKey", -14, "by hand: labels of forms"),
    ("VendorKey", 50, "by hand: a shape and a key of its own"),
    ("VendorNear", 20, "by hand"),
    ("Login", 50, "by hand: as a strong key and a literal"),
    ("AnyUrl", -12, "by hand: tests of URL parsers"),
    ("Encoded", 18, "by hand"),
    ("Loose", -14, "by hand"),
    ("PlainLogin", -10, "by hand"),
    ("RealHost", 22, "by hand"),
    ("SampleUser", -12, "by hand"),
    ("Literal", 12, "model: quoted +.45"),
    ("DataFile", 10, "model: config file +.19"),
    ("Prose", -8, "by hand"),
    ("InText", -4, "by hand"),
    ("Element", 8, "by hand"),
    ("Compared", -8, "by hand"),
    ("Argument", -6, "by hand"),
    ("DefaultValue", 2, "by hand"),
    ("Wrapped", -12, "model: code -.53"),
    ("Joined", -24, "model: code -.53"),
    ("Chance", 3, "by hand: real passwords and tokens, never replaced values"),
    ("Language", -2, "by hand, as chance"),
    ("Worded", -9, "model: word of five letters -.49"),
    ("Mixed", 10, "model: digit share +.48"),
    ("Marks", 8, "by hand: people put them into passwords"),
    ("OddCase", 6, "by hand"),
    ("Spaces", -16, "model: blanks -.32"),
    ("Numeric", -12, "model: numeric -.43"),
    ("Tiny", -12, "model: shorter than 8 -.32"),
    ("Short", -6, "model: shorter than 8 -.32"),
    ("Medium", 4, "model: length +.20"),
    ("Long", 4, "model: length +.20"),
    ("Letters", -14, "model: digit share"),
    ("Identifier", -15, "model: identifier, weak"),
    ("Capitalised", -8, "by hand: labels"),
    ("Speaks", -16, "model: duplicate of the key -.27"),
    ("Digest", -4, "by hand"),
    ("Hexadecimal", 0, "counts for the limit only"),
    ("Signed", 0, "counts for the limit only"),
    ("Uuid", -14, "by hand"),
    ("Counted", -18, "by hand: defaults of tutorials"),
    ("Sample", -20, "by hand: defaults of tutorials"),
    ("Settings", 6, "model: config file +.19"),
    ("Pattern", -20, "by hand"),
    ("Docs", -6, "by hand"),
    ("Translation", -30, "by hand: labels"),
    ("TestFile", 0, "model: test paths are no sign of falsity; counts for the limit only"),
    ("LocalHost", -8, "by hand"),
    ("Minified", -30, "by hand"),
]


def limits(source):
    return [int(re.search(name + r": i32 = (-?\d+)", source).group(1)) for name in ("WARN", "BLOCK", "IN_TESTS")]


def cases(warn, block, in_tests):
    """(sign, limit, features): the score must be at least the limit, or below it."""
    test = [name for name, _, _ in START].index("TestFile")
    with open(os.path.join(HERE, "../tests/corpus/features.tsv")) as f:
        for line in f:
            wanted, _, held = line.rstrip("\n").split("\t")
            x = [0] * len(START)
            for pair in filter(None, held.split(" ")):
                number, times = pair.split(":")
                x[int(number)] = int(times)
            if wanted == "!":
                yield 1, block + (in_tests if x[test] else 0), x
            else:
                yield (1 if wanted == "+" else -1), warn, x


def fit(data):
    w = [float(points) for _, points, _ in START]
    for _ in range(200):
        wrong = 0
        for sign, limit, x in data:
            score = sum(round(a) * b for a, b in zip(w, x))
            short = (limit - score) if sign > 0 else (score - limit + 1)
            if short > 0:
                wrong += 1
                step = sign * short / sum(b * b for b in x)
                w = [a + step * b for a, b in zip(w, x)]
        if not wrong:
            break
    return [round(a) for a in w], wrong


with open(os.path.join(HERE, "../src/detect/judge/weights.rs")) as f:
    source = f.read()
table = re.findall(r'weight\(Feature::(\w+), (-?\d+), "([^"]+)"\)', source)
data = list(cases(*limits(source)))
fitted, wrong = fit(data)
print(f"{len(data)} candidates, {wrong} on the wrong side", file=sys.stderr)
if "--check" in sys.argv:
    sys.exit(wrong > 0 or [(n, int(p)) for n, p, _ in table] != [(s[0], p) for s, p in zip(START, fitted)])
for (name, _, says), points in zip(table, fitted):
    print(f'    weight(Feature::{name}, {points}, "{says}"),')
