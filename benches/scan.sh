#!/bin/sh
# Bytes per second of CPU time over a tree of ordinary source, beside wc and grep as the scale.
# usage: benches/scan.sh [FOLDER]      without one: the sources of the crates that cargo has unpacked, some 100 MB
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
HEXGUARD=${HEXGUARD_BIN:-$root/target/release/hexguard}
[ -x "$HEXGUARD" ] || { echo "not built yet: cargo build --release" >&2; exit 1; }
folder=${1:-${CARGO_HOME:-$HOME/.cargo}/registry/src}
size=$(find "$folder" -type f -print0 | xargs -0 cat | wc -c)
printf '%s: %s MB\n' "$folder" "$((size / 1000000))"

# rate NAME COMMAND...: user time, and bytes of the tree for each second of it. The fastest of three, for the machine may be busy.
rate() {
    name=$1
    shift
    best=$(for _ in 1 2 3; do { /usr/bin/time -f '%U' "$@" >/dev/null; } 2>&1 | tail -n 1 || true; done | sort -n | head -n 1) || true
    awk -v n="$name" -v s="$best" -v b="$size" 'BEGIN { rate = s + 0 ? b / s / 1e6 : 0; printf "  %-12s %6.2f s  %8.0f MB/s\n", n, s, rate }'
}
rate 'wc -l' sh -c "find '$folder' -type f -print0 | xargs -0 wc -l"
rate 'grep -c' sh -c "find '$folder' -type f -print0 | xargs -0 grep -c password"
rate hexguard "$HEXGUARD" scan --ignored --format compact --exit-zero "$folder"
