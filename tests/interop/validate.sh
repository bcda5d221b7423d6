#!/usr/bin/env bash
# Our forms and what the server says in FHIR, through three validators.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/lib/place.sh"
source "$here/lib/server.sh"
"$here/setup.sh"
start_server
node "$here/validate.mjs"
