// As much of the syntax of PDF as it takes to copy a dictionary and add to it, in strings of one character a byte.
// Whatever the document engine does not write is refused; null means refused here.

const PDF_DEPTH = 32;
const PDF_ENTRIES = 64;
const PDF_OBJECT = 128 * 1024;

class Cursor {
  constructor(source) {
    this.source = source;
    this.at = 0;
  }

  // One match of a sticky expression, or null.
  run(expression) {
    expression.lastIndex = this.at;
    const found = expression.exec(this.source);
    if (!found || found[0] === '') return null;
    this.at += found[0].length;
    return found[0];
  }

  eat(word) {
    if (!this.source.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  // [kind, value], or null.
  token() {
    this.run(/[ \n\r\t]+/y);
    for (const [word, kind] of [['<<', 'open'], ['>>', 'close'], ['[', 'open'], [']', 'close']]) {
      if (this.eat(word)) return [kind, word === '<<' || word === '>>' ? 'dictionary' : 'array'];
    }
    const next = this.source[this.at];
    if (next === '<') return this.run(/<[0-9A-Fa-f]*>/y) ? ['other'] : null;
    if (next === '(') return this.parentheses() ? ['other'] : null;
    if (next === '/') {
      const name = this.run(/\/[!-~]+?(?=[^!-~]|[()<>[\]{}/%#]|$)/y);
      return name && !/[()<>[\]{}/%#]/.test(name.slice(1)) ? ['name', name.slice(1)] : null;
    }
    const number = this.run(/[0-9.-]+/y);
    if (number !== null) {
      const whole = /^[0-9]+$/.test(number) && Number(number) <= 0xffffffff;
      return whole ? ['integer', Number(number)] : ['other'];
    }
    const word = this.run(/[A-Za-z]+/y);
    return word === null ? null : ['word', word];
  }

  parentheses() {
    let open = 0;
    let escaped = false;
    for (let at = this.at; at < this.source.length; at += 1) {
      const character = this.source[at];
      if (escaped) escaped = false;
      else if (character === '\\') escaped = true;
      else if (character === '(') open += 1;
      else if (character === ')') open -= 1;
      if (open === 0) {
        this.at = at + 1;
        return true;
      }
    }
    return false;
  }

  // One value as it is written, a reference included.
  value() {
    this.run(/[ \n\r\t]+/y);
    const begin = this.at;
    const open = [];
    for (;;) {
      const token = this.token();
      if (token === null) return null;
      const [kind, what] = token;
      if (kind === 'open') {
        if (open.length >= PDF_DEPTH) return null;
        open.push(what);
      } else if (kind === 'close') {
        if (open.pop() !== what) return null;
      } else if (kind === 'integer' && open.length === 0) {
        const behind = this.at;
        if (!this.restOfReference()) this.at = behind;
      }
      if (open.length === 0) return this.source.slice(begin, this.at);
    }
  }

  restOfReference() {
    const generation = this.token();
    if (generation === null || generation[0] !== 'integer' || generation[1] !== 0) return false;
    const word = this.token();
    return word !== null && word[0] === 'word' && word[1] === 'R';
  }

  reference() {
    const token = this.token();
    return token !== null && token[0] === 'integer' && this.restOfReference() ? token[1] : null;
  }

  // Pairs of key and value in their order.
  dictionary() {
    const entries = [];
    const first = this.token();
    if (first === null || first[0] !== 'open' || first[1] !== 'dictionary') return null;
    for (;;) {
      const token = this.token();
      if (token === null) return null;
      const [kind, what] = token;
      if (kind === 'close' && what === 'dictionary') return entries;
      if (kind !== 'name' || entries.length >= PDF_ENTRIES || entryOf(entries, what) !== null) return null;
      const value = this.value();
      if (value === null) return null;
      entries.push([what, value]);
    }
  }
}

const entryOf = (entries, key) => (entries.find(([name]) => name === key) ?? [key, null])[1];

const dictionaryObject = (source, at, number) => {
  const cursor = new Cursor(source.slice(at, at + PDF_OBJECT));
  if (!cursor.eat(`${number} 0 obj\n`)) return null;
  const entries = cursor.dictionary();
  return entries !== null && cursor.eat('\nendobj\n') ? entries : null;
};

const referenceIn = (value) => {
  const cursor = new Cursor(value);
  const number = cursor.reference();
  return cursor.at === value.length ? number : null;
};

const insideArray = (value) => (value.startsWith('[') && value.endsWith(']') && value.length > 1 ? value.slice(1, -1) : null);

const writeEntry = ([key, value]) => `/${key}${'/<[('.includes(value[0]) ? '' : ' '}${value}`;
