// One certificate, read strictly. Reading says what it states; whether to believe it is said in trust.js.

const HARMLESS = ['2.5.29.14', '2.5.29.17', '2.5.29.32', '2.5.29.35'];
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const NAME_PARTS = {
  '2.5.4.3': 'CN',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
};

const readCertificate = async (der) => {
  if (der.length > 16 << 10) refuse('a large certificate');
  const outer = Walk.only(der, SEQUENCE);
  const signed = outer.expect(SEQUENCE);
  const algorithm = outer.expect(SEQUENCE).whole;
  const bits = outer.expect(BIT_STRING).content;
  outer.finish();
  if (bits.length < 1 || bits[0] !== 0) refuse('a signature');

  const fields = signed.walk();
  const version = fields.expect(context(0)).walk();
  if (version.small() !== 2) refuse('not version 3');
  version.finish();
  const serial = fields.unsigned();
  if (!same(fields.expect(SEQUENCE).whole, algorithm)) refuse('two algorithms');
  const issuer = fields.expect(SEQUENCE).whole;
  const validity = fields.sequence();
  const notBefore = certificateTime(validity.element());
  const notAfter = certificateTime(validity.element());
  validity.finish();
  const subject = fields.expect(SEQUENCE).whole;
  const key = readKey(fields.expect(SEQUENCE).whole);
  for (const unique of [0x81, 0x82]) fields.optional(unique);
  const listed = fields.optional(context(3));
  fields.finish();
  const certificate = {
    der,
    sha256: await sha256(der),
    signed: signed.whole,
    algorithm,
    signature: bits.subarray(1),
    serial,
    issuer,
    subject,
    subjectText: nameText(subject),
    notBefore,
    notAfter,
    key,
    signs: false,
    certifies: false,
    extended: 'absent',
    authority: null,
    unknownCritical: false,
  };
  if (listed) readExtensions(certificate, listed.walk().sequence());
  return certificate;
};

const readExtensions = (certificate, walk) => {
  const seen = [];
  while (!walk.empty) {
    const extension = walk.sequence();
    const oid = extension.oid();
    const critical = extension.optional(BOOLEAN);
    const isCritical = critical !== null && critical.content[0] === 0xff;
    const value = extension.expect(OCTETS).content;
    extension.finish();
    if (seen.includes(oid)) refuse('an extension twice');
    seen.push(oid);
    if (oid === '2.5.29.15') {
      const [unused, first = 0] = new Walk(value).expect(BIT_STRING).content;
      if (unused > 7) refuse('key usage');
      certificate.signs = (first & 0xc0) !== 0;
      certificate.certifies = (first & 0x04) !== 0;
    } else if (oid === '2.5.29.19') {
      const basic = Walk.only(value, SEQUENCE);
      const authority = basic.optional(BOOLEAN);
      const limit = basic.empty ? Infinity : basic.small();
      basic.finish();
      if (authority && authority.content[0] === 0xff) certificate.authority = limit;
    } else if (oid === '2.5.29.37') {
      const purposes = [];
      for (const list = Walk.only(value, SEQUENCE); !list.empty; ) purposes.push(list.oid());
      if (purposes.length === 1 && purposes[0] === TIME_STAMPING && isCritical) certificate.extended = 'only_stamps';
      else certificate.extended = purposes.includes(TIME_STAMPING) ? 'also_stamps' : 'others';
    } else if (isCritical && !HARMLESS.includes(oid)) {
      certificate.unknownCritical = true;
    }
  }
};

// For people to read; nothing is decided by it.
const nameText = (name) => {
  try {
    const parts = [];
    for (const walk = Walk.only(name, SEQUENCE); !walk.empty; ) {
      const part = walk.expect(SET).walk().sequence();
      const oid = part.oid();
      parts.unshift(`${NAME_PARTS[oid] ?? oid}=${new TextDecoder().decode(part.element().content)}`);
    }
    return parts.join(',');
  } catch {
    return '?';
  }
};

const maySign = (certificate) =>
  certificate.signs && !certificate.unknownCritical && ['absent', 'others'].includes(certificate.extended);
const mayStamp = (certificate) =>
  certificate.signs && !certificate.unknownCritical && certificate.extended === 'only_stamps';
const mayIssue = (certificate, below) =>
  certificate.authority !== null &&
  below <= certificate.authority &&
  certificate.certifies &&
  !certificate.unknownCritical;

const equalCertificates = (one, other) => same(one.der, other.der);

const signedBy = async (certificate, issuer) => {
  if (issuer.key === null) return false;
  let hash = null;
  try {
    hash = readAlgorithm(certificate.algorithm, issuer.key, null);
  } catch {
    return false;
  }
  return verifies(issuer.key, hash, certificate.signed, certificate.signature);
};
