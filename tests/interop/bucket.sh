#!/usr/bin/env bash
# The chapter on attachments again, with the files in a bucket of another program that speaks S3; and copies of checkpoints in
# one with object lock, where nobody can take them away for thirty years.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/lib/place.sh"
"$here/setup.sh"
find_muan

work=$(mktemp -d)
stop() {
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    rm -rf "$work"
}
# Port 0: the system chooses, the server's log tells which.
env -i PATH="$PATH" PYTHONUNBUFFERED=1 NO_COLOR=1 "$INTEROP_TOOLS/venv/bin/moto_server" -H 127.0.0.1 -p 0 >"$work/log" 2>&1 &
server=$!
trap stop EXIT
url=
for _ in {1..300}; do
    url=$(sed -n 's/.*Running on \(http:\/\/[0-9.:]*\).*/\1/p' "$work/log" | head -1)
    if [[ -n $url ]] || ! kill -0 "$server" 2>/dev/null; then
        break
    fi
    sleep 0.1
done
if [[ -z $url ]]; then
    cat "$work/log" >&2
    echo "the bucket's server did not start" >&2
    exit 1
fi
AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "$INTEROP_TOOLS/venv/bin/python" - "$url" <<'PY'
import sys

import boto3

s3 = boto3.client('s3', endpoint_url=sys.argv[1], region_name='us-east-1')
s3.create_bucket(Bucket='muan-test')
s3.create_bucket(Bucket='muan-locked', ObjectLockEnabledForBucket=True)
rule = {'DefaultRetention': {'Mode': 'COMPLIANCE', 'Years': 30}}
lock = {'ObjectLockEnabled': 'Enabled', 'Rule': rule}
s3.put_object_lock_configuration(Bucket='muan-locked', ObjectLockConfiguration=lock)
PY

cd "$root"
MUAN_TEST_BUCKET=$url cargo test --locked --test it -- forms::attachments journal::restored 2>&1 | tee "$work/tests"
sed -n 's/^test result: ok\. \([0-9]*\) passed; 0 failed.*/\1 passed, 0 failed/p' "$work/tests"
# The bucket was really written to and cleared.
grep -q '"PUT /muan-test/.* 200' "$work/log"
grep -q '"POST /muan-test?delete .* 200' "$work/log"
# Each copy of a checkpoint came with its checksum, is locked, and stays when somebody deletes it.
grep -q '"PUT /muan-locked/.* 200' "$work/log"
AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "$INTEROP_TOOLS/venv/bin/python" - "$url" <<'PY'
import datetime
import sys

import boto3
from botocore.exceptions import ClientError

s3 = boto3.client('s3', endpoint_url=sys.argv[1], region_name='us-east-1')
copies = s3.list_object_versions(Bucket='muan-locked').get('Versions', [])
assert copies
for copy in copies:
    one = {'Bucket': 'muan-locked', 'Key': copy['Key'], 'VersionId': copy['VersionId']}
    head = s3.head_object(**one, ChecksumMode='ENABLED')
    assert head['ObjectLockMode'] == 'COMPLIANCE', head
    until = head['ObjectLockRetainUntilDate'] - datetime.datetime.now(datetime.timezone.utc)
    assert until.days > 29 * 365, until
    assert head.get('ChecksumSHA256'), head
    try:
        s3.delete_object(**one)
        raise SystemExit('a locked copy was deleted')
    except ClientError:
        pass
print(f'{len(copies)} copies locked, 0 failed')
PY
