#!/usr/bin/env bash
# For each pair X-q.json and X-qr.json below a directory a line of JSON: the codes that we report. Where X-codes.json
# stands beside them, it says what they have to be.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/lib/place.sh"
find_muan
node "$here/pairs.mjs" "${1:-$here/pairs}"
