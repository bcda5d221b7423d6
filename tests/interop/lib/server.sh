# A server of its own for one command: a new data directory, one hospital, an account of each role that is needed.
# Sets INTEROP_URL and INTEROP_ACCOUNTS for the programs that are started after it. Sourced.

# Nothing of the machine's settings: a variable that the service does not know would keep it from starting.
choose_settings() {
    muan=(env -i PATH="$PATH" MUAN_DATA="$work/data" MUAN_ADDR=127.0.0.1:0 MUAN_ADMIN_ADDR=127.0.0.1:0
        MUAN_KEYS__FILE="$work/key" MUAN_RATE_PER_MINUTE=1000000 MUAN_WECHAT__APP_ID=wx0123456789abcdef
        MUAN_WECHAT__APP_SECRET=none MUAN_SESSIONS__SECOND_FACTOR=optional "$INTEROP_BIN")
}

start_server() {
    find_muan
    work=$(mktemp -d)
    trap stop_server EXIT
    (umask 077 && printf '5a%.0s' {1..32} >"$work/key")
    mkdir "$work/data"
    choose_settings
    "${muan[@]}" admin facility add interop 互通医院 010-10000000 >/dev/null
    local role
    for role in midwife anesthesiologist quality; do
        "${muan[@]}" admin staff add interop "$role" "$role" "$role" >>"$work/accounts"
    done
    : >"$work/log"
    "${muan[@]}" serve >/dev/null 2>"$work/log" &
    server=$!
    local tries url=
    for tries in {1..300}; do
        url=$(sed -n 's/.*"serving".*"addr":"\([0-9.:]*\)".*/http:\/\/\1/p' "$work/log" | head -1)
        if [[ -n $url ]] || ! kill -0 "$server" 2>/dev/null; then
            break
        fi
        sleep 0.1
    done
    if [[ -z $url ]]; then
        cat "$work/log" >&2
        echo "the server did not start" >&2
        return 1
    fi
    export INTEROP_URL=$url INTEROP_ACCOUNTS=$work/accounts INTEROP_WORK=$work
}

stop_server() {
    if [[ -n ${server:-} ]]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
