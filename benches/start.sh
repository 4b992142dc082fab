#!/bin/sh
# What everybody pays: instructions of a start, of an empty commit and of five changed files, and the size of the binary.
set -eu
. "$(dirname "$0")/measure.sh"

(tree 200 80)
cd "$folder/200"
measure '--version' "$HEXGUARD" --version
within '--version, M instructions' "$(millions "$count")" 0.7
measure 'nothing staged' "$HEXGUARD" hook pre-commit
within 'nothing staged, M instructions' "$(millions "$count")" 3
change 5 160
git write-tree >/dev/null
blobs=$(git diff-index --cached --raw --no-abbrev HEAD | awk '{ print $3; print $4 }')
# shellcheck disable=SC2086
measure 'open, HEAD and the ten blobs, nothing else' "$BASELINE" blobs $blobs
bare=$count
measure 'five changed files' "$HEXGUARD" hook pre-commit
within 'five changed files / the least' "$(ratio "$count" "$bare")" 1.25
# With all readers of containers.
within 'the binary, KB' "$(($(wc -c <"$HEXGUARD") / 1000))" 7200
exit "$failed"
