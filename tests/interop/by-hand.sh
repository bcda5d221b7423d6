#!/usr/bin/env bash
# Runs every command of today's README.txt in the unpacked bundle; then changes a file for each step and expects it to fail.
# The text inside a bundle of before may fail by chance: `pipefail` and a `head` that closed the pipe before `tail` was done.
# Needs unzip, openssl 3 and pdfdetach.
set -euo pipefail
bundle=$(realpath "$1")
readme=$(dirname "${BASH_SOURCE[0]}")/../../content/evidence/README.txt
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0

# The manifest is made to fit a file.
fit() {
    local file=$1 sha size
    sha=$(sha256sum <"$folder/bundle/$file" | cut -d ' ' -f 1)
    size=$(stat -c %s "$folder/bundle/$file")
    sed -i "s|\"name\":\"$file\",\"sha256\":\"[0-9a-f]*\",\"size\":[0-9]*|\"name\":\"$file\",\"sha256\":\"$sha\",\"size\":$size|" \
        "$folder/bundle/manifest.json"
}

unpack() {
    rm -rf "$folder/bundle"
    unzip -q "$bundle" -d "$folder/bundle"
    cp "$readme" "$folder/bundle/README.txt"
    fit README.txt
}

# The commands are what is indented by four spaces.
by_hand() {
    (cd "$folder/bundle" && sed -n 's/^    //p' README.txt >"$folder/commands" && bash "$folder/commands") >"$folder/out" 2>&1
}

unpack
if ! by_hand; then
    cat "$folder/out"
    echo "the commands of README.txt do not verify a good bundle"
    exit 1
fi
passed=$((passed + 1))

# A former key of the log beside the one that signs now.
unpack
former='{"from":"2020-01-01T00:00:00Z","name":"former.example/log","public":"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}'
sed -i "s|\"log_keys\":\[\({[^}]*}\)\]|\"log_keys\":[\1,$former]|" "$folder/bundle/trust.json"
grep -q former "$folder/bundle/trust.json"
fit trust.json
if ! by_hand; then
    cat "$folder/out"
    echo "a bundle does not verify by hand beside a former key of the log"
    exit 1
fi
passed=$((passed + 1))

# Past the first step everything depends on what is changed here; the manifest is made to fit.
changed() {
    local file=$1 expression=$2
    unpack
    LC_ALL=C sed -i "$expression" "$folder/bundle/$file"
    if unzip -p "$bundle" "$file" | cmp -s - "$folder/bundle/$file"; then
        echo "nothing of $file was changed"
        exit 1
    fi
    fit "$file"
    if by_hand; then
        echo "a changed $file passes by hand"
        exit 1
    fi
    passed=$((passed + 1))
}

unpack
printf x >>"$folder/bundle/template.json"
if by_hand; then
    echo "a file that the manifest does not fit passes by hand"
    exit 1
fi
passed=$((passed + 1))
changed consent.pdf 's/(zh-CN)/(zh-TW)/'
changed template.json 's/zh-CN/zh-TW/'
changed presented.json 's/low_/no__/'
changed evidence/08-identity.json 's/none/some/'
changed log/entries.json 's/system/nobody/'
changed log/inclusion.json 's/"path":\["[0-9a-f]/"path":["x/'
changed log/checkpoint.txt '2s/7/8/'
changed log/checkpoint.txt '4s/2026/2027/'
echo "$passed passed, 0 failed"
