#!/usr/bin/env bash
# Reads every form of others below a directory in both modes: no panic, none slow, and what is taken is what it was.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/lib/place.sh"
find_muan
INTEROP_WORK=$(mktemp -d)
export INTEROP_WORK
trap 'rm -rf "$INTEROP_WORK"' EXIT
node "$here/import.mjs" "${1:-$here/forms}"
