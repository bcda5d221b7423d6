#!/usr/bin/env bash
# Our scores against two FHIRPath engines, on the expressions that we give for them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/lib/place.sh"
"$here/setup.sh"
find_muan
# The engines count days where they run; the scores count them at the clinic.
TZ=Asia/Shanghai node "$here/fhirpath.mjs"
