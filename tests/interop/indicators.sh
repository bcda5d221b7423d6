#!/usr/bin/env bash
# The national indicators made again by another program from the births that the service hands out: sixty women of the
# demo, whole and month by month.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/lib/place.sh"
find_muan

work=$(mktemp -d)
stop() {
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    rm -rf "$work"
}
env -i PATH="$PATH" "$INTEROP_BIN" demo --data "$work/data" --addr 127.0.0.1:0 >"$work/log" 2>&1 &
server=$!
trap stop EXIT
for _ in {1..1800}; do
    if [[ -s $work/data/demo.json ]] || ! kill -0 "$server" 2>/dev/null; then
        break
    fi
    sleep 0.2
done
if [[ ! -s $work/data/demo.json ]]; then
    cat "$work/log" >&2
    echo "the demo did not start" >&2
    exit 1
fi
python3 "$here/indicators.py" "$work/data/demo.json"
