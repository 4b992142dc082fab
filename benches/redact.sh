#!/bin/sh
# Bytes per second and instructions per byte of `hexguard redact`, on ordinary logs without and with secrets.
#
# usage: benches/redact.sh [BINARY]     (default: target/release/hexguard)
set -eu
binary=${1:-target/release/hexguard}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# 64 MiB of the lines that services write; the second log holds a token (made up here) in every thousandth line.
awk -v folder="$folder" 'BEGIN {
    srand(7); size = 0; n = 0
    split("GET /api/v1/projects|POST /login|user signed in|cache miss for key|query finished|retrying connection to db-3", what, "|")
    while (size < 67108864) {
        kind = n % 3
        at = sprintf("2026-03-%02dT%02d:%02d:%02d.%03dZ", n % 28 + 1, n % 24, n % 60, n % 59, n % 1000)
        text = what[n % 6 + 1]
        if (kind == 0) line = sprintf("{\"ts\":\"%s\",\"level\":\"info\",\"msg\":\"%s\",\"user\":\"u%06d\",\"ms\":%d,\"status\":200}", at, text, rand() * 999999, rand() * 900)
        if (kind == 1) line = sprintf("ts=%s level=warn caller=server.go:%d msg=\"%s\" trace=%08x%08x", at, n % 900, text, rand() * 2147483647, rand() * 2147483647)
        if (kind == 2) line = sprintf("%s [worker-%d] INFO  com.example.jobs.Runner - %s (%d rows, attempt %d)", at, n % 16, text, rand() * 100000, n % 4)
        print line > (folder "/clean.log")
        if (n % 1000 == 0) {
            body = ""; for (i = 0; i < 96; i++) body = body sprintf("%x", int(rand() * 16))
            line = line " hxt" "p_" body
        }
        print line > (folder "/secrets.log")
        size += length(line) + 1; n++
    }
}'

for log in clean secrets; do
    bytes=$(wc -c <"$folder/$log.log")
    best=
    for _ in 1 2 3 4 5; do
        start=$(date +%s%N)
        "$binary" redact <"$folder/$log.log" >/dev/null
        took=$(($(date +%s%N) - start))
        if [ -z "$best" ] || [ "$took" -lt "$best" ]; then best=$took; fi
    done
    echo "$log: $bytes bytes, best of 5: $((bytes * 1000 / best)) MB/s"
    if command -v valgrind >/dev/null; then
        head -c 4194304 "$folder/$log.log" >"$folder/part.log"
        count() { valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null "$@" 2>&1 >/dev/null | sed -n 's/,//g; s/.*I *refs: *//p'; }
        empty=$(count "$binary" redact </dev/null)
        full=$(count "$binary" redact <"$folder/part.log")
        echo "$log: $(((full - empty) * 100 / 4194304)) instructions per 100 bytes; start-up $empty"
    fi
done
