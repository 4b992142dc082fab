#!/bin/sh
# Peak memory and time of what is large: a text of 500 MB, a line of 64 MiB, a text of 500 MB that is staged, texts of 31 MiB that
# hold very many of one thing, a folder of many files. `FILES=100000` makes the folder smaller.
set -eu
. "$(dirname "$0")/measure.sh"
files=${FILES:-1000000}

# lines MB: so many megabytes of words, other ones on each line.
lines() {
    awk -v bytes="$(($1 * 1000000))" 'BEGIN {
        srand(7)
        for (n = 0; n < 4000; n++) {
            line = ""
            while (length(line) < 70) { word = ""; for (i = 2 + rand() * 8; i > 0; i--) word = word sprintf("%c", 97 + int(rand() * 26)); line = line word " " }
            text[n] = line
        }
        while (size < bytes) { line = n++ " " text[int(rand() * 4000)]; print line; size += length(line) + 1 }
    }'
}

# large NAME SECONDS COMMAND...: measures a command; its memory may be 128 MB above that of the empty process.
large() {
    name=$1 limit=$2
    shift 2
    used=$(/usr/bin/time -f 'used %U %S %M' "$@" 2>&1 >/dev/null | sed -n 's/^used //p')
    seconds=$(echo "$used" | awk '{ print $1 + $2 }')
    memory=$(echo "$used" | awk -v base="$base" '{ printf "%.1f", ($3 - base) / 1024 }')
    within "$name, MB of memory" "$memory" 128
    within "$name, seconds of CPU" "$seconds" "$limit"
}

base=$(peak "$HEXGUARD" --version)
lines 500 >"$folder/large.txt"
lines 67 | tr '\n' ' ' >"$folder/line.txt"
lines 100 | iconv -t UTF-16 >"$folder/wide.txt"

echo "Texts"
large "500 MB of text" 15 "$HEXGUARD" scan "$folder/large.txt"
large "one line of 64 MiB" 3 "$HEXGUARD" scan "$folder/line.txt"
large "200 MB in UTF-16" 10 "$HEXGUARD" scan "$folder/wide.txt"

echo "31 MiB of one thing over and over"
while IFS='|' read -r file seconds head unit tail; do
    generated 32505856 "$head" "$unit" "$tail" >"$folder/$file" </dev/null
    large "$file: $head$unit" "$seconds" "$HEXGUARD" scan --exit-zero "$folder/$file" </dev/null
    rm "$folder/$file"
done <<'SHAPES'
a.yaml|10|kind: Secret\ndata:\n| a: YWJj\n|
a.txt|60||glpat-{s}abcd |
a.env|60||PASSWORD{n}={s}\n|
a.toml|60||[[s]]\nname = "password"\nvalue = "{s}"\n|
a.js|10|x=|"a"+|
a.py|10||""\n|password="$1"\n
a.json|10|{"a":"|\\"|"}
a.txt|10||%41 |
a.ipynb|10|{"cells":[{"cell_type":"code","source":["a"]}],"metadata":{|"a":"b",|"z":"z"}}
a.ipynb|10|{"cells":[{"cell_type":"code","source":[|"a\\n",|"a"]}]}
SHAPES

# drawing NAME MB TEXT: a drawing of so many megabytes, as draw.io stores one: deflated, in base64.
drawing() {
    printf '<mxfile><diagram id="a">' >"$folder/$1"
    # Without the head and the end of gzip.
    yes "$3" | head -c "$(($2 << 20))" | gzip -9n | tail -c +11 | head -c -8 | base64 -w0 >>"$folder/$1"
    printf '</diagram></mxfile>' >>"$folder/$1"
}
echo "Drawings that unpack to 60 MiB"
drawing letters.drawio 60 '%3Cmx%41%41%41%41'
large "one of escapes" 10 "$HEXGUARD" scan "$folder/letters.drawio"

mkdir "$folder/parallel"
for number in 1 2 3 4 5 6 7 8 9 10; do
    head -c 30000000 "$folder/large.txt" >"$folder/parallel/$number.txt"
done
large "ten files of 30 MB" 15 "$HEXGUARD" scan "$folder/parallel"

git init -q "$folder/staged"
cd "$folder/staged"
# One that git stores small: it maps what it stores, and its memory counts here.
head -c 20000 "$folder/large.txt" >part.txt
for _ in $(seq 50); do cat part.txt; done >more.txt
for _ in $(seq 500); do cat more.txt; done >large.txt
git add large.txt
large "500 MB of text, staged" 20 "$HEXGUARD"

echo "Files"
mkdir "$folder/many"
awk -v files="$files" -v folder="$folder/many" 'BEGIN {
    for (n = 0; n < files; n++) {
        if (n % 1000 == 0) system("mkdir " folder "/" n / 1000)
        file = folder "/" int(n / 1000) "/f" n ".sql"
        print "select " n >file
        close(file)
    }
}'
large "a folder of $files files" $((files / 10000)) "$HEXGUARD" scan "$folder/many"
exit $failed
