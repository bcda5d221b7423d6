#!/usr/bin/env bash
# The verifier's page in headless Chromium, and the steps by hand with openssl and sha256sum.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/lib/place.sh"
"$here/setup.sh"
"$here/by-hand.sh" "$root/tests/fixtures/sealed/v1/given.zip"
node "$here/verify.mjs"
