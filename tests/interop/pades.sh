#!/usr/bin/env bash
# What pyHanko, poppler with NSS, and qpdf make of sealed documents, with signatures and tokens of pyHanko and of our own; and
# whether they are PDF/A-3u as far as their objects tell.
# Needs poppler-utils, qpdf, openssl and libnss3-tools.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/lib/place.sh"
"$here/setup.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$INTEROP_TOOLS/venv/bin/python
pyhanko=$INTEROP_TOOLS/venv/bin/pyhanko
printf '#!/bin/sh\nexec "%s" "%s" "%s" "$1"\n' "$python" "$here/pades/cms.py" "$work" >"$work/cms"
chmod +x "$work/cms"
"$work/cms" make </dev/null
(
    cd "$root"
    MUAN_TEST_PADES=$work cargo test --locked --lib evidence::pades::tests >"$work/tests" 2>&1
) || {
    cat "$work/tests" >&2
    exit 1
}

passed=0
failed=0
said=$work/said

# The command's answer must have each of the words, and none behind `not`; status 0 unless `status N` comes first.
judge() {
    local name=$1 wanted=0 sense=1 word status=0
    shift
    if [[ $1 == status ]]; then
        wanted=$2
        shift 2
    fi
    local words=()
    while [[ $1 != -- ]]; do
        words+=("$1")
        shift
    done
    shift
    "$@" >"$said" 2>&1 || status=$?
    local wrong=
    [[ $status == "$wanted" ]] || wrong="status $status"
    for word in "${words[@]}"; do
        if [[ $word == not ]]; then
            sense=0
        elif ((sense == 1)) && ! grep -qF -e "$word" "$said"; then
            wrong+=" no $word"
        elif ((sense == 0)) && grep -qF -e "$word" "$said"; then
            wrong+=" has $word"
        fi
    done
    if [[ -z $wrong ]]; then
        passed=$((passed + 1))
        echo "ok    $name"
    else
        failed=$((failed + 1))
        echo "FAIL  $name:$wrong"
        sed 's/^/      /' "$said"
    fi
}

validate() {
    "$pyhanko" sign validate --trust-replace --trust "$work/$1.pem" --no-revocation-check "$work/$2.pdf"
}

certutil -N -d "sql:$work" --empty-password
certutil -A -d "sql:$work" -n root -t CT,C,C -i "$work/root.pem"
openssl x509 -inform DER -in "$work/own-root.der" -out "$work/own-root.pem"
certutil -A -d "sql:$work" -n own -t CT,C,C -i "$work/own-root.pem"

token='TIMESTAMP_TOKEN<INTACT:TRUSTED>'
judge 'pyHanko: sealed' INTACT:TRUSTED,UNTOUCHED not TIMESTAMP -- validate root sealed
for name in timed late; do
    judge "pyHanko: $name" "INTACT:TRUSTED,$token,UNTOUCHED" -- validate root "$name"
done
for name in stamped preserved; do
    judge "pyHanko: $name" "INTACT:TRUSTED,$token,EXTENDED_WITH_LTA_UPDATES" not INVALID -- validate root "$name"
done
judge 'pyHanko: own-sealed' INTACT:TRUSTED,UNTOUCHED not TIMESTAMP -- validate own-root own-sealed
judge 'pyHanko: own-attested' "INTACT:TRUSTED,$token,UNTOUCHED" -- validate own-root own-attested
for name in own-stamped own-preserved; do
    judge "pyHanko: $name" "INTACT:TRUSTED,$token,EXTENDED_WITH_LTA_UPDATES" not INVALID -- validate own-root "$name"
done
judge 'pyHanko: own-attested, another root' status 1 UNTRUSTED not :TRUSTED -- validate root own-attested
for name in sealed timed stamped; do
    judge "pyHanko: $name, another root" status 1 UNTRUSTED not :TRUSTED -- validate other "$name"
done
judge 'pyHanko: the time-stamp' 'Muan time-stamp 1 INTACT:TRUSTED' ENTIRE_FILE -- \
    "$python" "$here/pades/stamps.py" "$work/root.der" "$work/stamped.pdf"
judge 'pyHanko: both time-stamps' 'Muan time-stamp 1 INTACT:TRUSTED' 'Muan time-stamp 2 INTACT:TRUSTED' ENTIRE_FILE -- \
    "$python" "$here/pades/stamps.py" "$work/root.der" "$work/preserved.pdf"
judge 'pyHanko: both our time-stamps' 'Muan time-stamp 1 INTACT:TRUSTED' 'Muan time-stamp 2 INTACT:TRUSTED' ENTIRE_FILE -- \
    "$python" "$here/pades/stamps.py" "$work/own-root.der" "$work/own-preserved.pdf"
judge 'pyHanko: appended' INTACT:TRUSTED not UNTOUCHED -- validate root appended
judge 'pyHanko: signed again' status 1 ILLEGAL_MODIFICATIONS -- validate root again
judge 'pyHanko: changed' status 1 INVALID -- validate root changed
for name in sealed timed late own-sealed own-attested; do
    judge "pdfsig: $name" 'Signature is Valid.' 'Certificate is Trusted.' 'Total document signed' 'ETSI.CAdES.detached' \
        -- pdfsig -nssdir "sql:$work" "$work/$name.pdf"
done
for name in stamped preserved own-preserved; do
    judge "pdfsig: $name" 'Signature is Valid.' 'Certificate is Trusted.' 'Not total document signed' \
        -- pdfsig -nssdir "sql:$work" "$work/$name.pdf"
done
judge 'pdfsig: appended' 'Signature is Valid.' 'Not total document signed' -- pdfsig -nssdir "sql:$work" "$work/appended.pdf"
judge 'pdfsig: changed' 'Digest Mismatch.' -- pdfsig -nssdir "sql:$work" "$work/changed.pdf"

pdfdetach -save 1 -o "$work/manifest.json" "$work/printed.pdf"
pdftotext "$work/printed.pdf" "$work/printed.txt"
pages=$(pdfinfo "$work/printed.pdf" 2>/dev/null | sed -n 's/^Pages: *//p')
for name in sealed timed late stamped preserved own-attested own-preserved; do
    judge "qpdf: $name" 'No syntax or stream encoding errors found' not WARNING -- qpdf --check "$work/$name.pdf"
    judge "pdfdetach: $name" -- pdfdetach -save 1 -o "$work/taken.json" "$work/$name.pdf"
    judge "pdfdetach: $name: the manifest" -- cmp "$work/manifest.json" "$work/taken.json"
    judge "pdffonts: $name" 'yes yes yes' not ' no ' -- pdffonts "$work/$name.pdf"
    judge "pdfinfo: $name" 'Form:            AcroForm' 'Tagged:          yes' "Pages:           $pages" -- pdfinfo "$work/$name.pdf"
    judge "pdftotext: $name" -- pdftotext "$work/$name.pdf" "$work/text"
    judge "pdftotext: $name: every word" -- cmp "$work/printed.txt" "$work/text"
done

for name in printed sealed timed late stamped preserved own-sealed own-attested own-preserved; do
    judge "PDF/A: $name" 'PDF/A-3u holds' -- "$python" "$here/pades/pdfa.py" "$work/$name.pdf"
done
judge 'PDF/A: what is broken is found' '13 of 13 defects caught' -- "$python" "$here/pades/pdfa.py" --defects "$work/printed.pdf"

echo "$passed passed, $failed failed"
((failed == 0))
