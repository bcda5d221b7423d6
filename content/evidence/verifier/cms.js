// The signed message (CMS) in a document's signature and in a time-stamp: one signer, signed attributes, strict DER.

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const DATA = '1.2.840.113549.1.7.1';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';
const TIME_STAMP_TOKEN = '1.2.840.113549.1.9.16.2.14';
const MOST_CERTIFICATES = 10;
const MOST_ATTRIBUTES = 32;

const readMessage = async (der) => {
  if (der.length > 128 << 10) refuse('a large message');
  const info = Walk.only(der, SEQUENCE);
  if (info.oid() !== SIGNED_DATA) refuse('not signed data');
  const data = Walk.only(info.expect(context(0)).content, SEQUENCE);
  info.finish();
  const version = data.small();
  const hashes = data.expect(SET).walk();
  const announced = readHash(hashes.expect(SEQUENCE).whole);
  hashes.finish();
  const encapsulated = data.sequence();
  const contentType = encapsulated.oid();
  const explicit = encapsulated.optional(context(0));
  encapsulated.finish();
  let content = null;
  if (explicit) {
    const inside = explicit.walk();
    content = inside.expect(OCTETS).content;
    inside.finish();
  }
  const listed = data.expect(context(0)).walk();
  const signers = data.expect(SET).walk();
  const walk = signers.sequence();
  signers.finish();
  data.finish();

  if (walk.small() !== 1) refuse('a signer of another version');
  const name = walk.sequence();
  const issuer = name.expect(SEQUENCE).whole;
  const serial = name.unsigned();
  name.finish();
  const hash = readHash(walk.expect(SEQUENCE).whole);
  if (announced !== hash) refuse('two hashes');
  const attributes = walk.expect(context(0)).whole;
  const identifier = walk.expect(SEQUENCE).whole;
  const signature = walk.expect(OCTETS).content;
  const unsigned = walk.optional(context(1));
  walk.finish();

  let signer = null;
  const others = [];
  while (!listed.empty) {
    const certificate = await readCertificate(listed.expect(SEQUENCE).whole);
    const named = same(certificate.issuer, issuer) && same(certificate.serial, serial);
    if (others.some((other) => equalCertificates(other, certificate))) refuse('a certificate twice');
    if (!named) others.push(certificate);
    else if (signer) refuse('two signers');
    else signer = certificate;
    if (others.length >= MOST_CERTIFICATES) refuse('many certificates');
  }
  if (!signer) refuse('no signer');
  return {
    der,
    version,
    contentType,
    content,
    certificates: [signer, ...others],
    hash,
    attributes: join([SET], attributes.subarray(1)),
    algorithm: signer.key === null ? null : readAlgorithm(identifier, signer.key, hash),
    signature,
    unsigned: unsigned ? unsigned.whole : null,
  };
};

// The one value of the attribute with this name, or null. No name may occur twice.
const findAttribute = (attributes, name) => {
  const whole = new Walk(attributes);
  const walk = whole.element().walk();
  whole.finish();
  const names = [];
  let found = null;
  while (!walk.empty) {
    const attribute = walk.sequence();
    const oid = attribute.oid();
    const values = attribute.expect(SET).walk();
    attribute.finish();
    const value = values.element().whole;
    values.finish();
    if (names.includes(oid) || names.length === MOST_ATTRIBUTES) refuse('an attribute twice');
    if (oid === name) found = value;
    names.push(oid);
  }
  return found;
};

const attributeOf = (message, name) => findAttribute(message.attributes, name) ?? refuse('a missing attribute');

// Does signing-certificate-v2 name this certificate?
const namesSigner = async (value, certificate) => {
  const id = Walk.only(value, SEQUENCE).sequence().sequence();
  const algorithm = id.optional(SEQUENCE);
  const hash = algorithm ? readHash(algorithm.whole) : 'SHA-256';
  const said = id.expect(OCTETS).content;
  const issuerSerial = id.optional(SEQUENCE);
  id.finish();
  if (issuerSerial) {
    const walk = issuerSerial.walk();
    const names = walk.sequence();
    const directoryName = names.expect(context(4)).content;
    names.finish();
    const serial = walk.unsigned();
    walk.finish();
    if (!same(directoryName, certificate.issuer) || !same(serial, certificate.serial)) return false;
  }
  return hash !== null && same(said, await digest(hash, certificate.der));
};

// Does the signature hold over a content of this kind with this digest? 'digest' when only the content differs.
const checkMessage = async (message, kind, hash, contentDigest) => {
  try {
    const signer = message.certificates[0];
    const types = new Walk(attributeOf(message, CONTENT_TYPE));
    const type = types.oid();
    types.finish();
    const digests = new Walk(attributeOf(message, MESSAGE_DIGEST));
    const said = digests.expect(OCTETS).content;
    digests.finish();
    const names = await namesSigner(attributeOf(message, SIGNING_CERTIFICATE_V2), signer);
    if (message.contentType !== kind || type !== kind) return 'kind';
    if (signer.key === null || message.algorithm === null || message.hash !== hash) return 'algorithm';
    if (!same(said, contentDigest)) return 'digest';
    if (!names) return 'certificate';
    const holds = await verifies(signer.key, message.algorithm, message.attributes, message.signature);
    return holds ? null : 'signature';
  } catch (error) {
    if (error instanceof Refused) return 'attributes';
    throw error;
  }
};

// The token in the unsigned attributes, or null.
const tokenOf = (message) => (message.unsigned ? findAttribute(message.unsigned, TIME_STAMP_TOKEN) : null);

// The message as it would be written: what is not signed has one form only.
const writeMessage = (message) => {
  const [signer] = message.certificates;
  const hash = tlv(SEQUENCE, tlvOid(HASH_OIDS[message.algorithm]));
  const ec = signer.key.kind !== 'RSA';
  const names = ec ? ECDSA : RSA_WITH;
  const oid = Object.keys(names).find((name) => names[name] === message.algorithm);
  const algorithm = tlv(SEQUENCE, tlvOid(oid), ec ? [] : tlv(NULL));
  const token = tokenOf(message);
  const attribute = token ? tlv(SEQUENCE, tlvOid(TIME_STAMP_TOKEN), tlv(SET, token)) : null;
  const info = tlv(
    SEQUENCE,
    tlvUnsigned([1]),
    tlv(SEQUENCE, signer.issuer, tlvUnsigned(signer.serial)),
    hash,
    join([context(0)], message.attributes.subarray(1)),
    algorithm,
    tlv(OCTETS, message.signature),
    attribute ? tlv(context(1), attribute) : [],
  );
  const data = tlv(
    SEQUENCE,
    tlvUnsigned([1]),
    tlv(SET, hash),
    tlv(SEQUENCE, tlvOid(DATA)),
    tlvSetOf(context(0), message.certificates.map((certificate) => certificate.der)),
    tlv(SET, info),
  );
  return tlv(SEQUENCE, tlvOid(SIGNED_DATA), tlv(context(0), data));
};

// Does the seal hold for a content with this SHA-256, in the form that seals have? null, or what is wrong.
const checkSeal = async (message, contentDigest) => {
  const flaw = await checkMessage(message, DATA, 'SHA-256', contentDigest);
  if (flaw) return flaw;
  try {
    return same(writeMessage(message), message.der) ? null : 'form';
  } catch (error) {
    if (error instanceof Refused) return 'form';
    throw error;
  }
};
