#!/usr/bin/env bash
# Puts the pinned validators where the other commands look for them, outside the clone; does nothing when they are there.
# Needs node with npm, python3 with venv, and chromium.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/lib/place.sh"

lforms=lforms@40.1.3
lforms_sha512=58baee4e6f817159da7c2d2b480437fdc36a871bdc941531c811baf1ab9bfee85ad8d68af47f1965c1174d3b8e46e1b3cc2b74c1aedfbe1ba2799b5c0c874fcd

wanted=$(cat "$here"/{package-lock.json,requirements.txt,setup.sh} | sha512sum | cut -d' ' -f1)
if [[ $(cat "$INTEROP_TOOLS/installed" 2>/dev/null) == "$wanted" ]]; then
    echo "the validators are in $INTEROP_TOOLS"
    exit
fi
rm -rf "$INTEROP_TOOLS"
mkdir -p "$INTEROP_TOOLS"
cp "$here"/{package.json,package-lock.json,.npmrc} "$INTEROP_TOOLS"
cd "$INTEROP_TOOLS"
npm ci --ignore-scripts --no-fund --no-audit --loglevel=error

# Only its built files are wanted: an install would bring its whole tree of peers.
npm pack "$lforms" --loglevel=error >/dev/null
echo "$lforms_sha512  lforms-${lforms#*@}.tgz" | sha512sum --check --quiet
mkdir lforms
tar -xzf "lforms-${lforms#*@}.tgz" -C lforms --strip-components=3 \
    package/dist/lforms/webcomponent package/dist/lforms/fhir/R4
rm "lforms-${lforms#*@}.tgz"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt"
echo "$wanted" >installed
echo "the validators are in $INTEROP_TOOLS"
