#!/bin/sh
# Instructions and peak memory of the hook in repositories of 200, 100,000 and 1,000,000 files, beside an empty process,
# libgit2's own diff and git's. `SIZES="200 100000"` leaves the largest out.
set -eu
. "$(dirname "$0")/measure.sh"

for size in ${SIZES:-200 100000 1000000}; do
    for changed in 1 5000; do
        [ "$changed" -lt "$size" ] || continue
        (tree "$size" 1)
        cd "$folder/$size"
        change "$changed" 40
        echo "$size files, $changed changed"
        measure 'empty process' "$BASELINE" empty
        measure 'libgit2 diff' "$BASELINE" diff
        measure 'git diff --cached --quiet, root invalid' git diff --cached --quiet
        git_invalid=$count
        measure 'hexguard, root invalid' "$HEXGUARD" hook pre-commit
        invalid=$count
        git write-tree >/dev/null
        measure 'git diff --cached --quiet, root valid' git diff --cached --quiet
        git_valid=$count
        measure 'hexguard, root valid' "$HEXGUARD" hook pre-commit
        valid=$count
        if [ "$changed" = 1 ] && [ "$size" -gt 200 ]; then
            bar=0.15
            [ "$size" -lt 1000000 ] || bar=0.03
            within 'root valid / git' "$(ratio "$valid" "$git_valid")" "$bar"
            within 'root valid, MB' "$((memory / 1024))" 16
            within 'root invalid / git' "$(ratio "$invalid" "$git_invalid")" 1
        fi
        cd "$folder" && rm -rf "${folder:?}/$size"
    done
done
exit "$failed"
