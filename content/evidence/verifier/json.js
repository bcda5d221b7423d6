// JSON that is hashed: RFC 8785 behind the narrower rules of CE-141. What breaks a rule is refused, never repaired.

const JSON_DEPTH = 127;

const parseJson = (bytes) => {
  const source = text(bytes);
  let at = 0;
  const space = () => {
    while (at < source.length && ' \t\n\r'.includes(source[at])) at += 1;
  };
  const eat = (word) => {
    if (!source.startsWith(word, at)) refuse('JSON');
    at += word.length;
  };
  const string = () => {
    const begin = at;
    eat('"');
    while (at < source.length && source[at] !== '"') at += source[at] === '\\' ? 2 : 1;
    eat('"');
    let value;
    try {
      value = JSON.parse(source.slice(begin, at));
    } catch {
      refuse('JSON');
    }
    if (!wellFormed(value)) refuse('a lone surrogate');
    return value;
  };
  const value = (depth) => {
    space();
    const first = source[at];
    if (depth > JSON_DEPTH && (first === '{' || first === '[')) refuse('too deep');
    if (first === '{') return object(depth);
    if (first === '[') return array(depth);
    if (first === '"') return string();
    for (const [word, meaning] of [['true', true], ['false', false], ['null', null]]) {
      if (source.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    }
    const number = /^-?(0|[1-9][0-9]{0,15})(?![0-9.eE])/.exec(source.slice(at, at + 20));
    if (!number || number[0] === '-0' || !Number.isSafeInteger(Number(number[0]))) refuse('not an exact integer');
    at += number[0].length;
    return Number(number[0]);
  };
  const array = (depth) => {
    const items = [];
    eat('[');
    space();
    while (source[at] !== ']') {
      if (items.length > 0) eat(',');
      items.push(value(depth + 1));
      space();
    }
    eat(']');
    return items;
  };
  const object = (depth) => {
    const members = Object.create(null);
    let count = 0;
    eat('{');
    space();
    while (source[at] !== '}') {
      if (count > 0) eat(',');
      space();
      const key = string();
      if (!/^[a-z0-9_]+$/.test(key) || key in members) refuse('a member');
      space();
      eat(':');
      members[key] = value(depth + 1);
      space();
      count += 1;
    }
    eat('}');
    return members;
  };
  const whole = value(1);
  space();
  if (at !== source.length) refuse('JSON');
  return whole;
};

const wellFormed = (string) => !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(string);

// Keys are ASCII, so their order by UTF-16 code units is that of sort().
const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.keys(value).sort();
    return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
  }
  return JSON.stringify(value);
};

// A file that must be in its one form.
const readCanonical = (bytes, longest) => {
  if (bytes.length > longest) refuse('too large');
  const value = parseJson(bytes);
  if (!same(utf8(canonical(value)), bytes)) refuse('not in its one form');
  return value;
};

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

// Exactly these members, no more; those that end with a question mark may be absent.
const members = (value, ...names) => {
  if (!isObject(value)) refuse('not an object');
  const known = names.map((name) => name.replace('?', ''));
  if (Object.keys(value).some((key) => !known.includes(key))) refuse('an unknown member');
  if (names.some((name) => !name.endsWith('?') && !(name in value))) refuse('a missing member');
  return value;
};
