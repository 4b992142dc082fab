#!/usr/bin/env python3
"""Fits the judge's weights to the lines of tests/corpus: logistic regression, regularised towards the start values.

usage: tools/fit_weights.py          prints the table as it stands in src/detect/judge/weights.rs
       tools/fit_weights.py --check  exit 1 when the table there is another
Both print precision and recall of the part that is fitted and of the part that is held out, before and after, on stderr.

Start values: "model" is a linear model measured on labelled lines of public repositories (standardised weights, grouped
cross-validation, real values), in tenths of a logit; "by hand" is what such data cannot tell, chosen on a corpus and on
packages in which nobody planted anything. Data: tests/corpus/features.tsv, written by the suite
(HEXGUARD_BLESS=1 cargo test --test suite corpus): part, mark, number of fillings, features held. Only lines of the part
`fit` are fitted.

Each line asks for a score on one side of a limit. The loss is the logistic loss of its distance to the limit, plus the
squared distance of each weight to its start. A line that the start values put far on the wrong side is left out: it lacks a
feature or a veto, and the weights of other features must not make up for it. The result is rounded to whole points. Newton's
method, no randomness: the same data gives the same table.
"""
import collections, math, os, re, sys

HERE = os.path.dirname(os.path.abspath(__file__))
# How far a weight may move: the standard deviation of the prior, in points.
DEVIATION = 2
# How many points a factor e of the odds is.
TEMPERATURE = 8
# Lines that the start values put more points than this on the wrong side are left out.
FAR = 20
# A planted line counts as many innocent ones: in real commits most candidates are innocent, and half measured best on the
# part that is held out.
PLANTED = 0.5
# Fillings of each line: together they count as one line.
SEEDS = 5
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
    ("Page", 0, "by hand: counts for the limit only"),
    ("Translation", -30, "by hand: labels"),
    ("TestFile", 0, "model: test paths are no sign of falsity; counts for the limit only"),
    ("LocalHost", -8, "by hand"),
    ("Minified", -30, "by hand"),
]

NAMES = [name for name, _, _ in START]


def limits(source):
    return [int(re.search(name + r": i32 = (-?\d+)", source).group(1)) for name in ("WARN", "BLOCK", "IN_TESTS")]


class Rows:
    """The lines of features.tsv, and what the limits ask of each."""

    def __init__(self, warn, block, in_tests):
        self.warn, self.block, self.in_tests = warn, block, in_tests
        self.test, self.page, self.host = (NAMES.index(name) for name in ("TestFile", "Page", "RealHost"))
        self.rows = []
        with open(os.path.join(HERE, "../tests/corpus/features.tsv")) as f:
            for line in f:
                part, mark, count, held = line.rstrip("\n").split("\t")
                pairs = [tuple(map(int, pair.split(":"))) for pair in held.split()]
                self.rows.append((part, mark, int(count), pairs))

    def stop(self, x):
        """The limit from which on a line stops the commit; none does in a page of documentation (warn_only.rs)."""
        held = [i for i, _ in x]
        if self.page in held and self.host not in held:
            return math.inf
        return self.block + (self.in_tests if any(i == self.test for i, _ in x) else 0)

    def constraints(self, start):
        """(sign, limit, weight, features): the score must be at least the limit, or below it."""
        for part, mark, count, x in self.rows:
            if part != "fit":
                continue
            sign = 1 if mark in "!+" else -1
            limit = self.stop(x) if mark in "!~" else self.warn
            if limit < math.inf and sign * (score(start, x) - limit) >= -FAR:
                yield sign, limit, count / SEEDS * (PLANTED if sign > 0 else 1), x

    def figures(self, weights, part):
        """Recall and precision of stopping, of finding anything, in percent."""
        stopped, found = [0, 0, 0], [0, 0, 0]
        for p, mark, count, x in self.rows:
            if p != part:
                continue
            points = score(weights, x)
            for figure, planted, neutral, limit in ((stopped, "!", "+", self.stop(x)), (found, "!+", "~", self.warn)):
                if mark in planted:
                    figure[0] += count * (points >= limit)
                    figure[1] += count
                elif mark not in neutral:
                    figure[2] += count * (points >= limit)
        return [100 * n / max(1, d) for a, b, c in (stopped, found) for n, d in ((a, b), (a, a + c))]


def score(weights, x):
    return sum(weights[i] * times for i, times in x)


def solved(matrix, right):
    """The solution of a system of linear equations (Gaussian elimination)."""
    n = len(right)
    rows = [row + [value] for row, value in zip(matrix, right)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(i + 1, n):
            factor = rows[r][i] / rows[i][i]
            if factor:
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (rows[i][n] - sum(rows[i][c] * x[c] for c in range(i + 1, n))) / rows[i][i]
    return x


def fit(rows, start):
    data = list(rows.constraints(start))
    n = len(start)

    def margin(w, sign, limit, x):
        # Half a point: a score is a whole number.
        return sign * (score(w, x) - limit + 0.5) / TEMPERATURE

    def loss(w):
        total = sum((a - b) ** 2 for a, b in zip(w, start)) / (2 * DEVIATION**2)
        for sign, limit, weight, x in data:
            m = margin(w, sign, limit, x)
            total += weight * (math.log1p(math.exp(-m)) if m > -30 else -m)
        return total

    w, last = list(map(float, start)), loss(start)
    for _ in range(50):
        gradient = [(a - b) / DEVIATION**2 for a, b in zip(w, start)]
        hessian = [[(i == j) / DEVIATION**2 for j in range(n)] for i in range(n)]
        for sign, limit, weight, x in data:
            wrong = 1 / (1 + math.exp(min(500, margin(w, sign, limit, x))))
            curve = weight * wrong * (1 - wrong) / TEMPERATURE**2
            for i, times in x:
                gradient[i] -= sign * weight * wrong * times / TEMPERATURE
                for j, other in x:
                    hessian[i][j] += curve * times * other
        step, scale = solved(hessian, gradient), 1.0
        while True:
            moved = [a - scale * b for a, b in zip(w, step)]
            now = loss(moved)
            if now < last or scale < 1e-6:
                break
            scale /= 2
        if last - now < 1e-6:
            break
        w, last = moved, now
    return [round(a) for a in w]


with open(os.path.join(HERE, "../src/detect/judge/weights.rs")) as f:
    source = f.read()
table = re.findall(r'weight\(Feature::(\w+), (-?\d+), "([^"]+)"\)', source)
rows = Rows(*limits(source))
start = [points for _, points, _ in START]
fitted = fit(rows, start)
print("candidates the judge weighs      stopped: recall precision   found: recall precision", file=sys.stderr)
for part in ("fit", "held-out"):
    for name, weights in (("start", start), ("fitted", fitted)):
        a, b, c, d = rows.figures(weights, part)
        print(f"{part:<10} {name:<10} {a:>26.1f} {b:>9.1f} {c:>15.1f} {d:>9.1f}", file=sys.stderr)
if "--check" in sys.argv:
    sys.exit([(n, int(p)) for n, p, _ in table] != [(s[0], p) for s, p in zip(START, fitted)])
for (name, _, says), points in zip(table, fitted):
    print(f'    weight(Feature::{name}, {points}, "{says}"),')
