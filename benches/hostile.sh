#!/bin/sh
# Instructions for each byte of texts made to be slow: one keyword over and over. Twice the text may cost twice as much.
set -eu
. "$(dirname "$0")/measure.sh"

# repeated UNIT BYTES: a file of one line.
repeated() {
    awk -v unit="$1" -v bytes="$2" 'BEGIN { while (size < bytes) { printf "%s", unit; size += length(unit) } }' >"$folder/text.txt"
}

for unit in 'key' 'api_key-' 'stripe_key=' 'alconost_key-' 'secret_token = ' 'https://' '"password":"' 'eyJ' '-----BEGIN '; do
    repeated "$unit" 100000
    once=$(instructions "$HEXGUARD" scan --exit-zero "$folder/text.txt")
    repeated "$unit" 200000
    twice=$(instructions "$HEXGUARD" scan --exit-zero "$folder/text.txt")
    printf '%s: %s instructions for each byte\n' "$unit" "$(((twice - once) / 100000))"
    within 'twice the text / the text' "$(ratio "$twice" "$once")" 2.2
done

echo '50 MB of a keyword'
repeated 'key' 50000000
/usr/bin/time -f '  %e s, %M KiB' "$HEXGUARD" scan --exit-zero "$folder/text.txt" 2>&1 | tail -n 2
exit "$failed"
