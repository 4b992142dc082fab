#!/bin/sh
# Instructions for each byte of texts made to be slow: one thing over and over, and nothing that ends. Twice the text may cost
# twice as much.
set -eu
. "$(dirname "$0")/measure.sh"

# cost COMMAND FILE: the instructions of reading a file.
cost() {
    case $1 in
    redact) instructions "$HEXGUARD" redact <"$folder/$2" ;;
    *) instructions "$HEXGUARD" "$1" --exit-zero "$folder/$2" ;;
    esac
}

# shape COMMAND FILE HEAD UNIT: compares a text of the head and the unit over and over with one twice as long.
shape() {
    generated 100000 "$3" "$4" >"$folder/$2"
    once=$(cost "$1" "$2")
    generated 200000 "$3" "$4" >"$folder/$2"
    twice=$(cost "$1" "$2")
    rm "$folder/$2"
    within "$1 $2: $3$4: $(((twice - once) / 100000)) for each byte; twice" "$(ratio "$twice" "$once")" 2.2
}

# shapes COMMAND: compares each shape of standard input, a line `FILE|HEAD|UNIT`.
shapes() {
    while IFS='|' read -r file head unit; do
        case $file in '' | '#'*) ;; *) shape "$1" "$file" "$head" "$unit" </dev/null ;; esac
    done
}

# One key over and over, on an endless line.
for unit in 'key' 'api_key-' 'stripe_key=' 'alconost_key-' 'secret_token = ' 'https://' '"password":"' 'eyJ' '-----BEGIN '; do
    shape scan text.txt '' "$unit"
done
# Literals, comments and structures, as the file's extension says.
shapes scan <<'SHAPES'
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
# Lists and maps below a plural name.
a.yml|passwords:\n|  - {s}\n
a.yml|passwords:\n|  - "{s}\n
a.yml|passwords:\n|  u{n}: {s}\n
a.yml|passwords: [|"{s}", 
a.yml||passwords:\n  - {s}\n
a.py|passwords = {\n|  "u{n}": "{s}",\n
a.py|passwords = {|"u{n}": "{s}", 
a.py|passwords = [\n|  "{s}",\n
a.py|passwords = [\n|  "{s},\n
a.py|passwords = [|"{s}", 
a.py||passwords = ["{s}", 
a.json|{"passwords": {|"u{n}": "{s}", 
a.json|{"passwords": [|"{s}", 
a.json||{"passwords": [
# Settings on one line.
a.txt||password={s} user{n}=a 
a.txt||password="{s} user{n}=a 
a.py|x = "|password={s};user{n}=a;
a.py|x = '|"password": "{s}", "user{n}": "a", 
a.properties|x=|password={s}&user{n}=a&
# Tables.
a.html|<table><tr><th>user</th><th>password</th></tr>\n|<tr><td>u{n}</td><td>{s}</td></tr>\n
a.html|<table><tr><th>user</th><th>password</th></tr>|<tr><td>u{n}</td><td>{s}</td></tr>
a.html|<table><tr><th>user<th>password\n|<tr><td>"u{n}<td>"{s}\n
a.html||<table><tr><th>user</th><th>password</th></tr><tr><td>u{n}</td><td>{s}</td></tr></table>\n
a.html||<table><tr><th>password
a.html|<table><tr>|<th>password</th>
a.md|\174 user \174 password \174\n\174---\174---\174\n|\174 u{n} \174 {s} \174\n
a.md|\174 user \174 password \174\n\174---\174---\174\n|\174 "u{n} \174 "{s} \174\n
a.md||\174 user \174 password \174\n\174---\174---\174\n
a.md|\174 password \174\n|\174---
a.md|\174 password \174\n|\174---\174\n
a.txt| user \174 password\n------+----------\n| u{n} \174 {s}\n
a.txt||+---------+----------+\n\174 user \174 password \174\n
a.txt|+|---+
a.sql|INSERT INTO t (id, password) VALUES\n|({n}, '{s}'),\n
a.sql|INSERT INTO t (id, password) VALUES |({n}, '{s}'), 
a.sql|INSERT INTO t (id, password) VALUES |({n}, '{s}), 
a.sql||INSERT INTO t (id, password) VALUES ({n}, '{s}');\n
a.sql||INSERT INTO t (id, password) 
a.sql|COPY t (id, password) FROM stdin;\n|{n}\t{s}\n
a.sql||COPY t (id, password) FROM stdin;\n
a.py|q = """INSERT INTO t (id, password) VALUES\n|({n}, '{s}'),\n
a.csv|user,password\n|u{n},"{s}\n
a.csv|name,value\n|password,{s}\n
# Cells and sections.
a.ipynb|{"cells": [|{"cell_type": "code", "source": ["password = '{s}'\\n"], "outputs": [{"text": ["{n}\\n"]}]}, 
a.ipynb|{"cells": [|{"cell_type": "code", "source": ["%%bash\\n", "export PASSWORD={s}"]}, 
a.ipynb|{"cells": [{"cell_type": "code", "source": [|"password{n} = '{s}'\\n", 
a.ipynb||{"cells": [{"cell_type": "code", "source": ["
a.ini||[section{n}]\npassword = {s}\n
a.ini||[section{n}]\npassword = "{s}\n
a.ini||[section{n} password 
a.toml||[[section{n}]]\nname = "password"\nvalue = "{s}"\n
# Many secrets.
a.txt||password: {s}\n
a.py||password{n} = "{s}"\n
a.env||TOKEN{n}={s}{s}\n
a.txt||glpat-{s}abcd 
a.txt||-----BEGIN PRIVATE KEY-----{s}
a.txt||https://u{n}:{s}@h{n}.example.com/ 
a.log||{n} GET /v1/projects Authorization: Bearer {c}{c} status=200\n
a.log||{n} GET /v1/projects Authorization: Bearer {s}{s} status=200\n
a.log||Authorization: Bearer {s}{s} status=200; 
a.log||password="{c}"\n
a.log||password="{s}" # hexguard:allow -- made up\n
a.log||password="{s}", user=u{n}; 
a.log||u = "postgres://u:{c}@h{n}.example.com/d"\n
# Pieces of containers in base64.
a.sh||# H4sIAAAAAAAAA{s}{s}{s}{s}\n
a.json|{"x":"|H4sIAAAAAAAAA{s}{s}{s}{s}\\n
a.json|{"x":"H4sIAAAAAAAA\\/|{s}{s}\\/
# Commands.
a.sh|curl |word{n} 
a.sh|curl |-u a:{s} 
a.sh|curl |-u "a:{s} 
a.sh|mysql |-p{s} 
a.sh||mysql -u a -p'{s} 
a.sh|docker run |-e PASSWORD={s} 
a.sh||sshpass -p {s} \\\n
a.bat|setx |PASSWORD {s} 
a.ps1|Connect |-Password "{s} 
SHAPES
# The same of the filter.
shapes redact <<'SHAPES'
a.log||\\"password\\":\\"{s}\\",
a.log|"|{\\"password\\":\\"{s}\\"},
a.log||{\\\\\\"password\\\\\\":\\\\\\"{s}\\\\\\"},
a.log||\\"password\\":\\"{s}
a.log||password={s} user{n}=a 
a.log||"password":"{s}"\n
a.log||"password":[
a.log||"password":{"u{n}":"
a.log||password: "{s}\n
a.log||passwords: ["{s}", 
a.log||<password>{s}
a.log||-----BEGIN PRIVATE KEY-----{s}
a.log||postgres://u:{s}@h{n}/ 
a.log||curl -u "a:{s} 
a.log|password \174 user\n|{s} \174 u{n}\n
a.log|INSERT INTO t (id, password) VALUES |({n}, '{s}'), 
SHAPES

echo '20,000 secrets in 4 MB'
generated 4000000 '' '{n} GET /v1/projects Authorization: Bearer {s}{s} status=200 duration=12ms agent="curl/8.1" and some more words, so that there are two hundred bytes in a line, as in the logs of a service, and no more\n' >"$folder/a.log"
seconds=$(/usr/bin/time -f '%U' "$HEXGUARD" scan --exit-zero "$folder/a.log" 2>&1 >/dev/null | tail -n 1)
within 'seconds of CPU' "$seconds" 1

echo '50 MB of a keyword'
generated 50000000 '' 'key' >"$folder/text.txt"
/usr/bin/time -f '  %e s, %M KiB' "$HEXGUARD" scan --exit-zero "$folder/text.txt" 2>&1 | tail -n 2
exit "$failed"
