// Bytes, digests and numbers. Everything here and in the files beside it runs without a network; what cannot be read
// throws a Refused, which only the steps in verify.js catch.

class Refused extends Error {}

const refuse = (why) => {
  throw new Refused(why);
};

const utf8 = (text) => new TextEncoder().encode(text);

// Strict: what is not UTF-8 is refused, a byte order mark stays what it is.
const text = (bytes) => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse('not UTF-8');
  }
};

// One character a byte, so that texts can be searched in files that are none.
const latin1 = (bytes) => {
  let result = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    result += String.fromCharCode.apply(null, bytes.subarray(at, at + 0x8000));
  }
  return result;
};

const fromLatin1 = (string) => Uint8Array.from(string, (character) => character.charCodeAt(0));

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

// Lower case only: a digest has one spelling.
const unhex = (string, length) => {
  if (typeof string !== 'string' || !/^([0-9a-f]{2})*$/.test(string)) refuse('not hexadecimal');
  const bytes = new Uint8Array(string.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = parseInt(string.substr(2 * at, 2), 16);
  if (length !== undefined && bytes.length !== length) refuse('a digest of another length');
  return bytes;
};

const base64 = (bytes) => btoa(latin1(bytes));

const unbase64 = (string) => {
  let bytes;
  try {
    bytes = fromLatin1(atob(string));
  } catch {
    refuse('not base64');
  }
  if (base64(bytes) !== string) refuse('another spelling of base64');
  return bytes;
};

const join = (...parts) => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

const digest = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes));

const sha256 = (bytes) => digest('SHA-256', bytes);

// T(tag, bytes) of CE-142.
const tagged = (tag, bytes) => sha256(join(utf8(tag), [0], bytes));
