#!/usr/bin/env bash
# Every served form in LHC-Forms, in headless Chromium.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/lib/place.sh"
source "$here/lib/server.sh"
"$here/setup.sh"
start_server
node "$here/lforms.mjs"
