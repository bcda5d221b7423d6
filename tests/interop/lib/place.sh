# Where things are. Sourced by every command.

here=${here:?the folder of the commands}
root=$(cd "$here/../.." && pwd)

choose_cache() {
    local cache=${MUAN_CI_CACHE:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/muan-ci}
    if ! mkdir -p "$cache" 2>/dev/null || [[ ! -w $cache ]]; then
        cache=$root/target/ci
    fi
    echo "$cache/interop"
}

export INTEROP_TOOLS=${INTEROP_TOOLS:-$(choose_cache)}

# The program under test: the one that `cargo test` has built, or a fresh build.
find_muan() {
    export INTEROP_BIN=${INTEROP_BIN:-${CARGO_TARGET_DIR:-$root/target}/debug/muan}
    if [[ ! -x $INTEROP_BIN ]]; then
        (cd "$root" && cargo build --locked)
    fi
}
