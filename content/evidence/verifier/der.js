// DER: walking over it without a tree. Lengths are definite and as short as they can be.

const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTETS = 0x04;
const NULL = 0x05;
const OID = 0x06;
const GENERALIZED_TIME = 0x18;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
const context = (number) => 0xa0 | number;

class Walk {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  // The inside of bytes that are exactly one element with this tag.
  static only(bytes, tag) {
    const walk = new Walk(bytes);
    const element = walk.expect(tag);
    walk.finish();
    return element.walk();
  }

  get empty() {
    return this.at === this.bytes.length;
  }

  element() {
    const { bytes, at: begin } = this;
    if (begin + 2 > bytes.length) refuse('DER');
    const tag = bytes[begin];
    if ((tag & 0x1f) === 0x1f) refuse('DER tag');
    let at = begin + 1;
    let length = bytes[at];
    at += 1;
    if (length >= 0x80) {
      const digits = length & 0x7f;
      if (digits < 1 || digits > 3 || at + digits > bytes.length) refuse('DER length');
      length = 0;
      for (let digit = 0; digit < digits; digit += 1) length = length * 256 + bytes[at + digit];
      if (bytes[at] === 0 || length < 0x80) refuse('DER length');
      at += digits;
    }
    if (at + length > bytes.length) refuse('DER length');
    this.at = at + length;
    const content = bytes.subarray(at, this.at);
    return { tag, content, whole: bytes.subarray(begin, this.at), walk: () => new Walk(content) };
  }

  expect(tag) {
    const element = this.element();
    if (element.tag !== tag) refuse('another DER tag');
    return element;
  }

  optional(tag) {
    return this.at < this.bytes.length && this.bytes[this.at] === tag ? this.element() : null;
  }

  sequence() {
    return this.expect(SEQUENCE).walk();
  }

  oid() {
    return oidText(this.expect(OID).content);
  }

  // The bytes of a non-negative integer without the sign's zero.
  unsigned() {
    const { content } = this.expect(INTEGER);
    if (content.length === 1 && content[0] === 0) return content;
    if (content.length > 1 && content[0] === 0 && content[1] >= 0x80) return content.subarray(1);
    if (content.length > 0 && content[0] > 0 && content[0] < 0x80) return content;
    return refuse('integer');
  }

  small() {
    const value = this.unsigned();
    if (value.length !== 1) refuse('a large integer');
    return value[0];
  }

  boolean() {
    const { content } = this.expect(BOOLEAN);
    if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) refuse('boolean');
    return content[0] === 0xff;
  }

  finish() {
    if (!this.empty) refuse('more than expected');
  }
}

const oidText = (content) => {
  if (content.length === 0 || content[content.length - 1] >= 0x80) refuse('OID');
  const arcs = [];
  let value = 0;
  let begins = true;
  for (const byte of content) {
    if (begins && byte === 0x80) refuse('OID');
    value = value * 128 + (byte & 0x7f);
    if (value > 0xffffffff) refuse('OID');
    begins = byte < 0x80;
    if (begins) {
      arcs.push(value);
      value = 0;
    }
  }
  const root = Math.min(2, Math.floor(arcs[0] / 40));
  return [root, arcs[0] - 40 * root, ...arcs.slice(1)].join('.');
};

const oidBytes = (dotted) => {
  const [first, second, ...rest] = dotted.split('.').map(Number);
  const bytes = [];
  for (let arc of [first * 40 + second, ...rest]) {
    const digits = [arc % 128];
    for (arc = Math.floor(arc / 128); arc > 0; arc = Math.floor(arc / 128)) digits.unshift(0x80 | (arc % 128));
    bytes.push(...digits);
  }
  return bytes;
};

const tlv = (tag, ...parts) => {
  const content = join(...parts);
  const { length } = content;
  const digits = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) digits.unshift(left % 256);
  return join([tag], length < 0x80 ? [length] : [0x80 | digits.length, ...digits], content);
};

const tlvOid = (dotted) => tlv(OID, oidBytes(dotted));
const tlvUnsigned = (bytes) => tlv(INTEGER, bytes[0] >= 0x80 ? [0] : [], bytes);

const byBytes = (a, b) => {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    if (a[at] !== b[at]) return a[at] - b[at];
  }
  return a.length - b.length;
};

const tlvSetOf = (tag, elements) => tlv(tag, ...[...elements].sort(byBytes));

// Milliseconds since 1970, of the digits YYYYMMDDhhmmss.
const utcMillis = (digits) => {
  const [year, month, day, hour, minute, second] = [0, 4, 6, 8, 10, 12].map((from, at) =>
    Number(digits.slice(from, [4, 6, 8, 10, 12, 14][at])),
  );
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(at).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  if (back !== digits) refuse('a time');
  return at;
};

// As RFC 3161 has it: UTC, a fraction without trailing zeros or none, cut to milliseconds.
const generalizedTime = (content) => {
  const parts = /^([0-9]{14})(?:\.([0-9]{0,8}[1-9]))?Z$/.exec(latin1(content));
  if (!parts) refuse('a time');
  return utcMillis(parts[1]) + Number((parts[2] ?? '').padEnd(3, '0').slice(0, 3));
};

// A time of a certificate.
const certificateTime = (element) => {
  const said = latin1(element.content);
  if (element.tag === UTC_TIME && /^[0-9]{12}Z$/.test(said)) {
    return utcMillis(`${said < '5' ? '20' : '19'}${said.slice(0, 12)}`);
  }
  if (element.tag === GENERALIZED_TIME && /^[0-9]{14}Z$/.test(said)) return utcMillis(said.slice(0, 14));
  return refuse('a time');
};
