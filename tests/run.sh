#!/usr/bin/env bash
# Builds everything and runs all tests. Arguments go to cargo test.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/toolchain.sh
exec cargo test --locked "$@"
