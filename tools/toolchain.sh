# Finds what a build needs, or says in one line what is missing. To be sourced; sets RUSTUP_HOME where that helps.

missing() {
  echo "$(basename "$0"): $1" >&2
  exit 1
}

command -v git >/dev/null || missing "git is missing: install it, then run this again"
command -v cargo >/dev/null || missing "cargo is missing: install Rust 1.89 or newer from https://rustup.rs, then run this again"
command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null ||
  missing "a C compiler is missing: install one (Debian: apt install gcc; macOS: xcode-select --install), then run this again"

# rustup looks for its toolchains below HOME, which need not be the one it was installed under.
if ! cargo --version >/dev/null 2>&1; then
  toolchains=$(cd "$(dirname "$(command -v cargo)")/../.." && pwd)/.rustup
  [ -d "$toolchains" ] && export RUSTUP_HOME=$toolchains
  cargo --version >/dev/null 2>&1 || missing "cargo does not run: 'cargo --version' says why; mend that, then run this again"
fi
