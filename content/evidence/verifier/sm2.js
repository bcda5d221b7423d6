// The national algorithms, which no browser has of its own: SM3 (GB/T 32905) and SM2 signatures with it (GB/T 32918).

const SM3_START = [
  0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
];
const rotl = (word, by) => (word << by % 32) | (word >>> (32 - (by % 32)) % 32);

const sm3 = (bytes) => {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, bytes.length * 8);
  let state = SM3_START;
  for (let block = 0; block < padded.length; block += 64) {
    const w = Array.from({ length: 16 }, (_, at) => view.getUint32(block + 4 * at));
    for (let at = 16; at < 68; at += 1) {
      const mixed = w[at - 16] ^ w[at - 9] ^ rotl(w[at - 3], 15);
      w.push(mixed ^ rotl(mixed, 15) ^ rotl(mixed, 23) ^ rotl(w[at - 13], 7) ^ w[at - 6]);
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let at = 0; at < 64; at += 1) {
      const early = at < 16;
      const first = rotl((rotl(a, 12) + e + rotl(early ? 0x79cc4519 : 0x7a879d8a, at)) | 0, 7);
      const upper = early ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
      const lower = early ? e ^ f ^ g : (e & f) | (~e & g);
      const left = (upper + d + (first ^ rotl(a, 12)) + (w[at] ^ w[at + 4])) | 0;
      const right = (lower + h + first + w[at]) | 0;
      [d, c, b, a] = [c, rotl(b, 9), a, left];
      [h, g, f, e] = [g, rotl(f, 19), e, right ^ rotl(right, 9) ^ rotl(right, 17)];
    }
    state = [a, b, c, d, e, f, g, h].map((word, at) => word ^ state[at]);
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, at) => digest.setUint32(4 * at, word >>> 0));
  return new Uint8Array(digest.buffer);
};

const SM2_P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const SM2_A = SM2_P - 3n;
const SM2_B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
const SM2_N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const SM2_G = [
  0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
];
const SM2_IDENTIFIER = '1234567812345678';
// What stands before the point in a SubjectPublicKeyInfo.
const SM2_HEAD = '3059301306072a8648ce3d020106082a811ccf5501822d034200';

const sm2Number = (bytes) => BigInt(`0x${hex(bytes) || '0'}`);
const sm2Bytes = (number) => unhex(number.toString(16).padStart(64, '0'), 32);
const sm2Modulo = (number, by) => ((number % by) + by) % by;

const sm2Inverse = (number, by) => {
  let [a, b, x, y] = [sm2Modulo(number, by), by, 1n, 0n];
  while (b !== 0n) {
    const times = a / b;
    [a, b, x, y] = [b, a - times * b, y, x - times * y];
  }
  return sm2Modulo(x, by);
};

// Points are pairs; null is the one at infinity.
const sm2Add = (one, other) => {
  if (one === null) return other;
  if (other === null) return one;
  const [[x, y], [u, v]] = [one, other];
  if (x === u && sm2Modulo(y + v, SM2_P) === 0n) return null;
  const slope =
    x === u ? (3n * x * x + SM2_A) * sm2Inverse(2n * y, SM2_P) : (v - y) * sm2Inverse(sm2Modulo(u - x, SM2_P), SM2_P);
  const sum = sm2Modulo(slope * slope - x - u, SM2_P);
  return [sum, sm2Modulo(slope * (x - sum) - y, SM2_P)];
};

const sm2Times = (times, point) => {
  let sum = null;
  for (const bit of times.toString(2)) {
    sum = sm2Add(sum, sum);
    if (bit === '1') sum = sm2Add(sum, point);
  }
  return sum;
};

// The point of a public key in DER: 65 bytes.
const sm2Point = (spki) => {
  const point = spki.subarray(SM2_HEAD.length / 2);
  return hex(spki).startsWith(`${SM2_HEAD}04`) && point.length === 65 ? point : refuse('not an SM2 key');
};

// Does the signature over an evidence root hold under this point?
const sm2Holds = (root, signature, point) => {
  const [px, py] = [point.subarray(1, 33), point.subarray(33)];
  const [x, y] = [sm2Number(px), sm2Number(py)];
  const onCurve = x < SM2_P && y < SM2_P && sm2Modulo(y * y - (x * x * x + SM2_A * x + SM2_B), SM2_P) === 0n;
  const walk = Walk.only(signature, SEQUENCE);
  const [r, s] = [sm2Number(walk.unsigned()), sm2Number(walk.unsigned())];
  walk.finish();
  const t = sm2Modulo(r + s, SM2_N);
  if (!onCurve || r < 1n || r >= SM2_N || s < 1n || s >= SM2_N || t === 0n) return false;
  const curve = [SM2_A, SM2_B, ...SM2_G].map(sm2Bytes);
  const signer = sm3(join([0, SM2_IDENTIFIER.length * 8], utf8(SM2_IDENTIFIER), ...curve, px, py));
  const e = sm2Number(sm3(join(signer, root)));
  const sum = sm2Add(sm2Times(s, SM2_G), sm2Times(t, [x, y]));
  return sum !== null && sm2Modulo(e + sum[0], SM2_N) === r;
};
