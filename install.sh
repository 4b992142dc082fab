#!/usr/bin/env bash
# Builds hexguard, puts it on a stable path, installs its hooks into a repository, and shows a first scan.
#
# usage: ./install.sh [REPOSITORY]      installs into REPOSITORY (default: the repository this is run in)
#        ./install.sh --global          installs for all of your repositories
#        ./install.sh --no-hook         only builds and copies the binary
#
# HEXGUARD_BIN_DIR names the folder for the binary (default: ~/.local/bin).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin_dir=${HEXGUARD_BIN_DIR:-${HOME:?HOME is not set}/.local/bin}
target=.
mode=repository

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

case ${1-} in
  -h | --help) sed -n '2,/^set /{s/^# \{0,1\}//;/^set /d;p}' "$0"; exit 0 ;;
  --global) mode=global ;;
  --no-hook) mode=none ;;
  -*) fail "unknown option $1 (see ./install.sh --help)" ;;
  ?*) target=$1 ;;
esac

. "$here/tools/toolchain.sh"
if [ "$mode" = repository ]; then
  git -C "$target" rev-parse --git-dir >/dev/null 2>&1 ||
    fail "$target is not in a git repository: run this inside one, or name one: ./install.sh PATH"
fi

echo "Building hexguard (the first time takes a minute or two) ..."
cargo build --release --locked --quiet --manifest-path "$here/Cargo.toml" ||
  fail "the build failed; the messages above say why"
built=${CARGO_TARGET_DIR:-$here/target}/release/hexguard

# Into the same folder first, then renamed: a hook that runs meanwhile finds the old binary or the new one.
mkdir -p "$bin_dir"
bin_dir=$(cd "$bin_dir" && pwd)
cp "$built" "$bin_dir/.hexguard.new"
mv -f "$bin_dir/.hexguard.new" "$bin_dir/hexguard"
hexguard=$bin_dir/hexguard
echo "Installed $("$hexguard" --version) as $hexguard"

# Completions and the manual page go where shells and man look; a shell that is not there does not mind.
data=${XDG_DATA_HOME:-$HOME/.local/share}
fish=${XDG_CONFIG_HOME:-$HOME/.config}/fish/completions
mkdir -p "$data/bash-completion/completions" "$data/zsh/site-functions" "$fish"
"$hexguard" completions bash >"$data/bash-completion/completions/hexguard"
"$hexguard" completions zsh >"$data/zsh/site-functions/_hexguard"
"$hexguard" completions fish >"$fish/hexguard.fish"
"$hexguard" man "$data/man/man1" >/dev/null

case $mode in
  none) exit 0 ;;
  global) "$hexguard" install --global ;;
  repository) (cd "$target" && "$hexguard" install) ;;
esac

if [ "$mode" = repository ]; then
  echo
  echo "A first scan of the files here, without those that git ignores:"
  # What the scan finds is for reading; the installation has succeeded all the same.
  (cd "$target" && "$hexguard" scan .) || true
fi

echo
echo "From now on every commit is checked. Try: hexguard status"
case :$PATH: in
  *":$bin_dir:"*) ;;
  *) echo "To call it by name, add it to your PATH:  export PATH=\"$bin_dir:\$PATH\"" ;;
esac
