// The algorithms of CE-165 and checking signatures with them; what is not named here does not exist.

const HASHES = {
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
};
const HASH_OIDS = Object.fromEntries(Object.entries(HASHES).map(([oid, name]) => [name, oid]));
const ECDSA = { '1.2.840.10045.4.3.2': 'SHA-256', '1.2.840.10045.4.3.3': 'SHA-384' };
const RSA = '1.2.840.113549.1.1.1';
const RSA_WITH = {
  '1.2.840.113549.1.1.11': 'SHA-256',
  '1.2.840.113549.1.1.12': 'SHA-384',
  '1.2.840.113549.1.1.13': 'SHA-512',
};
const CURVES = { '1.2.840.10045.3.1.7': ['P-256', 64], '1.3.132.0.34': ['P-384', 96] };

// The name in an algorithm identifier whose parameters are absent or NULL; null for others.
const plainIdentifier = (whole) => {
  const walk = Walk.only(whole, SEQUENCE);
  const oid = walk.oid();
  if (walk.empty) return oid;
  const parameters = walk.element();
  walk.finish();
  return parameters.tag === NULL && parameters.content.length === 0 ? oid : null;
};

const readHash = (whole) => HASHES[plainIdentifier(whole)] ?? null;

// The key of a SubjectPublicKeyInfo; null when it is of another kind or too weak.
const readKey = (spki) => {
  const info = Walk.only(spki, SEQUENCE);
  const algorithm = info.sequence();
  const bits = info.expect(BIT_STRING).content;
  info.finish();
  const oid = algorithm.oid();
  if (bits.length < 1 || bits[0] !== 0) refuse('a key');
  if (oid === '1.2.840.10045.2.1') {
    let curve = null;
    try {
      curve = CURVES[algorithm.oid()];
    } catch {
      return null;
    }
    return curve && bits[1] === 4 && bits.length === curve[1] + 2 ? { kind: curve[0], spki } : null;
  }
  if (oid !== RSA) return null;
  const numbers = Walk.only(bits.subarray(1), SEQUENCE);
  const modulus = numbers.unsigned();
  numbers.unsigned();
  numbers.finish();
  const length = modulus.length * 8 - Math.clz32(modulus[0]) + 24;
  return length >= 3072 && length <= 8192 ? { kind: 'RSA', spki } : null;
};

// The hash of a signature algorithm that fits the key and the hash named beside it; null when there is none.
const readAlgorithm = (identifier, key, hash) => {
  const oid = plainIdentifier(identifier);
  if (oid === null || key === null) return null;
  let found = null;
  if (key.kind !== 'RSA') found = ECDSA[oid] ?? null;
  else if (oid === RSA && hash) found = hash;
  else found = RSA_WITH[oid] ?? null;
  return hash && found !== hash ? null : found;
};

// r and s of a DER signature side by side, as the browser wants them.
const rawEcdsa = (signature, length) => {
  const walk = Walk.only(signature, SEQUENCE);
  const parts = [walk.unsigned(), walk.unsigned()];
  walk.finish();
  if (parts.some((part) => part.length > length)) refuse('a signature');
  return join(...parts.flatMap((part) => [new Uint8Array(length - part.length), part]));
};

const verifies = async (key, hash, message, signature) => {
  if (key === null || hash === null) return false;
  try {
    const ec = key.kind !== 'RSA';
    const kind = ec ? { name: 'ECDSA', namedCurve: key.kind } : { name: 'RSASSA-PKCS1-v1_5', hash };
    const value = ec ? rawEcdsa(signature, key.kind === 'P-256' ? 32 : 48) : signature;
    const imported = await crypto.subtle.importKey('spki', key.spki, kind, false, ['verify']);
    return await crypto.subtle.verify(ec ? { name: 'ECDSA', hash } : kind, imported, value, message);
  } catch {
    return false;
  }
};

// Ed25519 after RFC 8032 in numbers, because many browsers do not have it. It only verifies, so its time may tell what
// it works on.
const FIELD = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (value, by = FIELD) => ((value % by) + by) % by;

const power = (base, exponent) => {
  let [result, factor] = [1n, base];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = mod(result * factor);
    factor = mod(factor * factor);
  }
  return result;
};

const CURVE_D = mod(-121665n * power(121666n, FIELD - 2n));
const ROOT_OF_MINUS_1 = power(2n, (FIELD - 1n) / 4n);
const little = (bytes) => BigInt(`0x${hex([...bytes].reverse())}`);

const addPoints = (p, q) => {
  const a = mod((p[1] - p[0]) * (q[1] - q[0]));
  const b = mod((p[1] + p[0]) * (q[1] + q[0]));
  const c = mod(2n * p[3] * q[3] * CURVE_D);
  const d = mod(2n * p[2] * q[2]);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
};

const timesPoint = (scalar, point) => {
  let [result, factor] = [[0n, 1n, 1n, 0n], point];
  for (let left = scalar; left > 0n; left >>= 1n) {
    if (left & 1n) result = addPoints(result, factor);
    factor = addPoints(factor, factor);
  }
  return result;
};

const readPoint = (bytes) => {
  const number = little(bytes);
  const y = number & (2n ** 255n - 1n);
  const sign = number >> 255n;
  if (y >= FIELD) return null;
  const x2 = mod((y * y - 1n) * power(mod(CURVE_D * y * y + 1n), FIELD - 2n));
  let x = power(x2, (FIELD + 3n) / 8n);
  if (mod(x * x - x2) !== 0n) x = mod(x * ROOT_OF_MINUS_1);
  if (mod(x * x - x2) !== 0n || (x === 0n && sign === 1n)) return null;
  if ((x & 1n) !== sign) x = FIELD - x;
  return [x, y, 1n, mod(x * y)];
};

const BASE_POINT = readPoint(unhex(`58${'66'.repeat(31)}`));

const verifiesEd25519 = async (key, message, signature) => {
  if (signature.length !== 64 || key.length !== 32) return false;
  const [r, s] = [signature.subarray(0, 32), little(signature.subarray(32))];
  const [point, start] = [readPoint(key), readPoint(r)];
  if (point === null || start === null || s >= ORDER) return false;
  const challenge = mod(little(await digest('SHA-512', join(r, key, message))), ORDER);
  const [left, right] = [timesPoint(s, BASE_POINT), addPoints(start, timesPoint(challenge, point))];
  return mod(left[0] * right[2] - right[0] * left[2]) === 0n && mod(left[1] * right[2] - right[1] * left[2]) === 0n;
};
