#!/usr/bin/env bash
# Our seals, time-stamps, revocation lists and national signatures against openssl, theirs against ours, keys in SoftHSM, and a
# bundle with all of it by hand.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

for program in openssl softhsm2-util pkcs11-tool unzip pdfdetach; do
    if ! command -v "$program" >/dev/null; then
        echo "missing: $program; as root: apt-get install --no-install-recommends openssl softhsm2 opensc unzip poppler-utils" >&2
        exit 1
    fi
done
module=$(ls /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so 2>/dev/null | head -1)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

passed=0
failed=0
# check "what holds" "what must be printed" command…: the command ends well and prints it.
check() {
    local what=$1 text=$2
    shift 2
    if "$@" >log 2>&1 && grep -qF -- "$text" log; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "failed: $what" >&2
        sed 's/^/    /' log >&2
    fi
}
refuses() {
    local what=$1
    shift
    if "$@" >log 2>&1; then
        failed=$((failed + 1))
        echo "not refused: $what" >&2
    else
        passed=$((passed + 1))
    fi
}
# ours TEST: runs one of our halves.
ours() {
    (cd "$root" && MUAN_TEST_FOREIGN=$work MUAN_TEST_PKCS11_MODULE=$module SOFTHSM2_CONF=$work/softhsm.conf \
        cargo test --locked --lib "evidence::foreign_tests::$1" -- --ignored --exact)
}

# A root and certificates of somebody else.
cat >x.cnf <<'CNF'
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[seal]
keyUsage = critical, digitalSignature, nonRepudiation
[time]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = answers
[answers]
serial = serial
signer_digest = sha256
default_policy = 1.3.6.1.4.1.32473.3161.2
digests = sha256
ordering = yes
tsa_name = yes
ess_cert_id_alg = sha256
[ca]
default_ca = lists
[lists]
database = revoked.txt
crlnumber = revoked.number
default_md = sha256
default_crl_days = 2
CNF
key() { openssl genpkey -out "$1.pem" "${@:2}" 2>/dev/null; }
issue() {
    openssl req -new -config x.cnf -key "$1.pem" -subj "/O=TEST/CN=TEST $1" |
        openssl x509 -req -CA foreign-root.crt -CAkey foreign-root.pem -CAcreateserial -days 2 -sha256 \
            -extfile x.cnf -extensions "$2" -out "$1.crt" 2>/dev/null
    openssl x509 -in "$1.crt" -outform DER -out "$1.cer"
}
key foreign-root -algorithm RSA -pkeyopt rsa_keygen_bits:3072
openssl req -x509 -new -config x.cnf -key foreign-root.pem -subj "/O=TEST/CN=TEST root" -days 2 -sha256 \
    -extensions root -out foreign-root.crt
openssl x509 -in foreign-root.crt -outform DER -out foreign-root.cer
key foreign-time -algorithm RSA -pkeyopt rsa_keygen_bits:3072
issue foreign-time time
key foreign-seal -algorithm RSA -pkeyopt rsa_keygen_bits:3072
issue foreign-seal seal
key sm -algorithm SM2
openssl pkcs8 -topk8 -nocrypt -in sm.pem -outform DER -out sm.key.der
openssl pkey -in sm.pem -pubout -out sm.pub
printf 'an evidence root of 32 bytes ...' >root.bin

check "our half: a seal, a token, questions" "1 passed" ours other_programs_are_given_a_seal_a_token_and_questions
for name in root seal time; do
    openssl x509 -inform DER -in $name.cer -out $name.crt
done

check "no changed byte of ten thousand leaves it authentic" "1 passed" \
    bash -c "cd '$root' && cargo test --locked --lib of_ten_thousand_changed_bytes -- --ignored"

check "the request reads as it was meant" "Certificate required: yes" openssl ts -query -in request.tsq -text
check "the token holds" "Verification: OK" \
    openssl ts -verify -data sigvalue.bin -in token.der -token_in -CAfile root.crt -untrusted time.crt
check "the answer is the one to the request" "Verification: OK" \
    openssl ts -verify -queryfile request.tsq -in answer.tsr -CAfile root.crt
refuses "the token of another signature" openssl ts -verify -data content.bin -in token.der -token_in -CAfile root.crt
refuses "a token under another root" \
    openssl ts -verify -data sigvalue.bin -in token.der -token_in -CAfile foreign-root.crt
for seal in seal seal-early; do
    check "$seal holds" "CAdES Verification successful" \
        openssl cms -verify -cades -binary -inform DER -in $seal.der -content content.bin -CAfile root.crt -out /dev/null
    refuses "$seal over other content" \
        openssl cms -verify -binary -inform DER -in $seal.der -content root.bin -CAfile root.crt -out /dev/null
    refuses "$seal under another root" \
        openssl cms -verify -binary -inform DER -in $seal.der -content content.bin -CAfile foreign-root.crt -out /dev/null
done
check "the seal is DER with the token inside" "id-smime-aa-timeStampToken" openssl asn1parse -inform DER -in seal.der

for list in list revoked; do
    openssl crl -inform DER -in $list.crl -out $list.pem
done
check "the certificate of the seal is not on our list" "seal.crt: OK" \
    openssl verify -crl_check -CRLfile list.pem -CAfile root.crt seal.crt
check "a revoked one is" "certificate revoked" \
    bash -c "! openssl verify -crl_check -CRLfile revoked.pem -CAfile root.crt seal.crt"
touch revoked.txt
echo 01 >revoked.number
authority=(-config x.cnf -keyfile foreign-root.pem -cert foreign-root.crt)
openssl ca "${authority[@]}" -revoke foreign-seal.crt 2>/dev/null
openssl ca "${authority[@]}" -gencrl 2>/dev/null | openssl crl -outform DER -out foreign.crl

echo 01 >serial
check "openssl answers our request" "Response has been generated" \
    openssl ts -reply -config x.cnf -section answers -queryfile request.tsq -signer foreign-time.crt \
    -inkey foreign-time.pem -chain foreign-root.crt -out foreign.tsr
sm=(-rawin -digest sm3 -pkeyopt distid:1234567812345678)
check "our SM2 signature holds" "Signature Verified Successfully" \
    openssl pkeyutl -verify -pubin -inkey sm.pub -in root.bin -sigfile sm-ours.sig "${sm[@]}"
refuses "our SM2 signature over something else" \
    openssl pkeyutl -verify -pubin -inkey sm.pub -in content.bin -sigfile sm-ours.sig "${sm[@]}"
openssl pkeyutl -sign -inkey sm.pem -in root.bin -out sm-theirs.sig "${sm[@]}"
check "our half: their answer, their list and their SM2 signature hold" "1 passed" ours what_other_programs_gave_back_holds

# Keys that are made elsewhere and put into a token, each with its certificate and the issuer's.
mkdir tokens
printf 'directories.tokendir = %s/tokens\nlog.level = ERROR\n' "$work" >softhsm.conf
export SOFTHSM2_CONF=$work/softhsm.conf
softhsm2-util --init-token --free --label muan-test --pin 1234 --so-pin 12345678 >/dev/null
put() {
    pkcs11-tool --module "$module" --token-label muan-test --login --pin 1234 \
        --write-object "$1" --type "$2" --id "$3" --label "$4" >/dev/null 2>&1
}
put foreign-root.cer cert ff root
key p256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
key p384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
key rsa -algorithm RSA -pkeyopt rsa_keygen_bits:3072
id=1
for name in p256 p384 rsa; do
    issue $name seal
    softhsm2-util --import $name.pem --token muan-test --pin 1234 --id 0$id --label $name >/dev/null
    put $name.cer cert 0$id $name
    id=$((id + 1))
done
check "our half: keys in a token seal" "1 passed" ours keys_in_a_token_seal
for name in p256 p384 rsa; do
    check "the seal of the token's $name key holds" "CAdES Verification successful" \
        openssl cms -verify -cades -binary -inform DER -in token-$name.der -content token-$name.bin \
        -CAfile foreign-root.crt -out /dev/null
done

# A bundle of the service with a list, a stamped checkpoint and an SM2 signature, by the steps of its README.txt.
check "our half: a bundle with everything" "1 passed" \
    bash -c "cd '$root' && MUAN_TEST_FOREIGN='$work' cargo test --locked --test it -- --ignored --exact \
        consent::issuers::a_bundle_with_everything_is_written_for_other_programs"
unzip -q everything.zip -d everything
for member in certs/seal.crl tsa/checkpoint.tsr sm2/root.sig; do
    check "the bundle has $member" "$member" ls "everything/$member"
done
sed -n 's/^    //p' everything/README.txt >by-hand
steps() { (cd everything && bash ../by-hand); }
check "every step by hand holds" "Signature Verified Successfully" steps
printf '0' | dd of=everything/sm2/root.sig bs=1 seek=20 conv=notrunc 2>/dev/null
refuses "by hand: a changed SM2 signature" steps

echo "$passed passed, $failed failed"
((failed == 0))
