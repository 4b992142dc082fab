# What the scripts here share: a hermetic git, instructions and peak memory of a command. To be sourced.

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 LC_ALL=C
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.com

root=$(cd "$(dirname "$0")/.." && pwd)
profile=${PROFILE:-release}
HEXGUARD=${HEXGUARD_BIN:-$root/target/$profile/hexguard}
BASELINE=${BASELINE_BIN:-$root/target/$profile/examples/baseline}

command -v valgrind >/dev/null || { echo "valgrind is needed: it counts instructions" >&2; exit 1; }
[ -x "$HEXGUARD" ] && [ -x "$BASELINE" ] || {
    echo "not built yet: cargo build --release, then cargo build --release --example baseline (together they would be built with what only tests need)" >&2
    exit 1
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# instructions COMMAND...: how many instructions it takes, children included only where they are part of the command.
instructions() {
    valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null --trace-children=no "$@" 2>&1 >/dev/null |
        sed -n 's/.*I *refs: *//p' | tr -d ','
}

# peak COMMAND...: the most memory it holds, in KiB.
peak() {
    /usr/bin/time -f 'peak %M' "$@" 2>&1 >/dev/null | sed -n 's/^peak //p'
}

millions() {
    awk -v n="$1" 'BEGIN { printf "%.2f", n / 1e6 }'
}

ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'
}

# measure NAME COMMAND...: prints a line; leaves the count in $count and the peak, in KiB, in $memory.
measure() {
    name=$1
    shift
    count=$(instructions "$@")
    memory=$(peak "$@")
    printf '  %-44s %10s M instructions %8s MB\n' "$name" "$(millions "$count")" \
        "$(awk -v k="$memory" 'BEGIN { printf "%.1f", k / 1024 }')"
}

failed=0
# within WHAT VALUE BAR: compares, and remembers a failure.
within() {
    if awk -v a="$2" -v b="$3" 'BEGIN { exit !(a <= b) }'; then verdict=ok; else verdict="TOO MUCH" failed=1; fi
    printf '  %-44s %10s (at most %s) %s\n' "$1" "$2" "$3" "$verdict"
}

# tree FILES LINES: makes $folder/FILES, a repository of so many files of so many lines, twenty in each folder.
tree() {
    git init -q -b main "$folder/$1"
    cd "$folder/$1" || exit 1
    awk -v files="$1" -v lines="$2" 'BEGIN {
        print "commit refs/heads/main\ncommitter C <c@example.com> 0 +0000\ndata 5\nstart"
        for (n = 0; n < files; n++) {
            text = ""
            for (line = 0; line < lines; line++)
                text = text sprintf("value_%d = %d  # a line of text, so that there is something to read\n", line, n * line)
            printf "M 100644 inline d%d/e%d/f%d.py\ndata %d\n%s\n", n / 2000, n / 20, n, length(text), text
        }
    }' | git fast-import --quiet
    git read-tree HEAD
}

# change COUNT LINES: stages a change of so many files, of so many lines; afterwards the index does not know its tree.
change() {
    case $PWD in
    "$folder"/*) ;;
    *) echo "not in a repository made here" >&2 && exit 1 ;;
    esac
    # Never in another repository than one of ours.
    case $PWD in "$folder"/*) ;; *) echo "change: not in a repository of this script" >&2; exit 1 ;; esac
    git ls-files -s | awk -v count="$1" -v step="$(($(git ls-files | wc -l) / $1))" '
        NR % step == 1 || step == 1 { if (done++ < count) print $4 }' >"$folder/paths"
    mkdir -p "$folder/texts"
    rm -f "$folder/texts/"*
    awk -v folder="$folder/texts" -v lines="$2" '{ f = folder "/" NR; for (i = 0; i < lines; i++) print "changed = " NR * 100 + i "  # some more text" >f; close(f); print f }' \
        "$folder/paths" | git hash-object -w --stdin-paths --no-filters |
        paste -d ' ' - "$folder/paths" | sed 's/^\([0-9a-f]*\) /100644 \1\t/' | git update-index --index-info
}
