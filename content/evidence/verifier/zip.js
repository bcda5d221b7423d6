// The bundle as a ZIP: nothing but the one form in which it is written, down to each byte of its headers.

const ZIP_MAX_BYTES = 32 << 20;
const ZIP_MAX_FILES = 96;

const SECTIONS = [
  'header',
  'subject',
  'assessment',
  'presented',
  'reading',
  'comprehension',
  'conversation',
  'identity',
  'device',
  'signature',
  'others',
  'countersignature',
  'data_consents',
  'time',
];

const sectionFile = (no, name) => `evidence/${String(no).padStart(2, '0')}-${name}.json`;

const NAMES = new Set([
  'consent.pdf',
  'manifest.json',
  'template.json',
  'presented.json',
  'log/entries.json',
  'log/inclusion.json',
  'log/consistency.json',
  'log/checkpoint.txt',
  'trust.json',
  'README.txt',
  'verify.html',
  'certs/seal.crl',
  'sm2/root.sig',
  'sm2/key.der',
  ...SECTIONS.map((name, at) => sectionFile(at + 1, name)),
  sectionFile(3, 'response'),
  sectionFile(10, 'handwritten'),
  sectionFile(10, 'strokes'),
]);

const allowedName = (name) => NAMES.has(name) || /^(tsa\/[a-z0-9-]{1,40}\.tsr|certs\/[a-z0-9-]{1,40}\.cer)$/.test(name);

const REMAINDERS = Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  return remainder >>> 0;
});

const crc32 = (bytes) => {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ REMAINDERS[(crc ^ byte) & 0xff];
  return ~crc >>> 0;
};

const le16 = (n) => [n & 0xff, (n >>> 8) & 0xff];
const le32 = (n) => [...le16(n & 0xffff), ...le16(n >>> 16)];

const zipCommon = (entry) => [
  ...[10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0],
  ...le32(entry.crc),
  ...le32(entry.size),
  ...le32(entry.size),
  ...le16(entry.name.length),
  ...[0, 0],
];

const zipLocal = (entry) => join(utf8('PK\x03\x04'), zipCommon(entry), utf8(entry.name));

const zipCentral = (entry) =>
  join(
    utf8('PK\x01\x02'),
    [20, 3],
    zipCommon(entry),
    [0, 0, 0, 0, 0, 0],
    le32(0o100644 * 0x10000),
    le32(entry.offset),
    utf8(entry.name),
  );

const zipDirectory = (entries, offset) => {
  const directory = join(...entries.map(zipCentral));
  const count = le16(entries.length);
  return join(directory, utf8('PK\x05\x06'), [0, 0, 0, 0], count, count, le32(directory.length), le32(offset), [0, 0]);
};

// The files by name, and the names of those whose checksum does not fit.
const readZip = (bytes) => {
  if (bytes.length > ZIP_MAX_BYTES) refuse('too large');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const files = new Map();
  const damaged = [];
  const entries = [];
  let at = 0;
  while (at + 30 <= bytes.length && view.getUint32(at, true) === 0x04034b50) {
    const offset = at;
    const size = view.getUint32(at + 18, true);
    const length = view.getUint16(at + 26, true);
    const name = latin1(bytes.subarray(at + 30, at + 30 + length));
    const entry = { name, crc: view.getUint32(at + 14, true), size, offset };
    if (!/^[\x20-\x7e]*$/.test(name) || name.length !== length) refuse('name');
    const header = zipLocal(entry);
    if (!same(header, bytes.subarray(at, at + header.length))) refuse('form');
    const last = entries[entries.length - 1];
    if ((last && last.name >= name) || !allowedName(name)) refuse('name');
    if (entries.length === ZIP_MAX_FILES) refuse('too many files');
    at += header.length;
    if (at + size > bytes.length) refuse('form');
    const body = bytes.subarray(at, at + size);
    if (crc32(body) !== entry.crc) damaged.push(name);
    files.set(name, body);
    entries.push(entry);
    at += size;
  }
  if (entries.length === 0 || !same(zipDirectory(entries, at), bytes.subarray(at))) refuse('form');
  return { files, damaged };
};
