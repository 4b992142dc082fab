#!/bin/sh
# Instructions for each byte of texts made to be slow: one thing over and over, and nothing that ends. Twice the text may cost
# twice as much.
set -eu
. "$(dirname "$0")/measure.sh"

# repeated FILE BYTES HEAD UNIT: a file of the head, and the unit over and over. `\n`, `\t`, `\\` and `\033` are escapes.
repeated() {
    { printf '%b' "$3" && printf '%b' "$4" | awk -v bytes="$2" 'BEGIN { RS = "\001" } {
        sub(/\n$/, "&"); while (size < bytes) { printf "%s", $0; size += length($0) }
    }'; } >"$folder/$1"
}

# shape FILE HEAD UNIT: compares a text and twice the text.
shape() {
    repeated "$1" 100000 "$2" "$3"
    once=$(instructions "$HEXGUARD" scan --exit-zero "$folder/$1")
    repeated "$1" 200000 "$2" "$3"
    twice=$(instructions "$HEXGUARD" scan --exit-zero "$folder/$1")
    rm "$folder/$1"
    within "$1: $2$3: $(((twice - once) / 100000)) for each byte; twice" "$(ratio "$twice" "$once")" 2.2
}

# One key over and over, on an endless line.
for unit in 'key' 'api_key-' 'stripe_key=' 'alconost_key-' 'secret_token = ' 'https://' '"password":"' 'eyJ' '-----BEGIN '; do
    shape text.txt '' "$unit"
done
# A comment, as the file's extension says; FILE, HEAD and UNIT of each shape.
while IFS='|' read -r file head unit; do
    [ -z "$file" ] || shape "$file" "$head" "$unit"
done <<'SHAPES'
a.py|password = "|a b
a.py|password = """|a b\n
a.py|password = |password = ("
a.py|x = |(password, 
a.py||password = [\n
a.py||# password = \n
a.js|password = `|${a
a.js|/*|password: "a" 
a.js|password = |/a
a.js||{password: {
a.js||password || 
a.go||password := `a\n
a.rb||password = <<A + <<B\n
a.rb|password = %q(|(
a.pl||password = q{
a.sh|cat <<EOF\n|PASSWORD=a b\n
a.sh||PASSWORD="a"'b'
a.sh||--password 
a.sql|INSERT INTO t (password) VALUES |('a b c d', 'e'), 
a.sql||password = $a$
a.sql||IDENTIFIED BY '
a.lua|password = [==[|]=]
a.rs|let password = r#"|" 
a.html||<password 
a.html|<!--|<password>
a.yml||password:\n 
a.yml|password: \174\n|  a b\n
a.yml||- name: password\n
a.csv|password|,password
a.csv|password,token\n|a b,c d\n
a.md||\174 password 
a.md||```sh\n
a.json||{"password":
a.json|{"data": {|"password": "a b", 
a.properties||password=\\\n
a.tf||password = <<A\n
a.ipynb|{"cells": [|{"source": ["%env PASSWORD=a b"]}, 
a.txt||,
a.txt||\033[35m
a.txt||%22\\u0022
a.txt||password is 
a.txt||postgres://u:p@
a.txt||curl -u a:b 
SHAPES

echo '50 MB of a keyword'
repeated text.txt 50000000 '' 'key'
/usr/bin/time -f '  %e s, %M KiB' "$HEXGUARD" scan --exit-zero "$folder/text.txt" 2>&1 | tail -n 2
exit "$failed"
