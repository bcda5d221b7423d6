// Recognizes a sealed document: each revision is determined by what is before it, so it is written again and compared.

const PDF_LONGEST = 32 * 1024 * 1024;
const SEAL_MARK = ' 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(';
const FIELD_MARK = '/T(Muan seal)';
const RANGE_LENGTH = 34;
const MOST_OBJECTS = 8388607;
const MOST_LATER = 256;
const MOST_RESERVE = 64 * 1024;

const references = (numbers) => numbers.map((number) => `${number} 0 R`).join(' ');

// The document as it was printed; throws where it is not as the engine prints it.
const readPrinted = (pdf) => {
  const need = (value) => (value === null || value === undefined || value === false ? refuse('not as printed') : value);
  need(pdf.startsWith('%PDF-1.7\n'));
  const end = need(/\nstartxref\n([0-9]{1,10})\n%%EOF$/.exec(pdf.slice(-40)));
  const xref = Number(end[1]);
  const head = need(/^xref\n0 ([0-9]{1,9})\n/.exec(pdf.slice(xref, xref + 24)));
  const size = Number(head[1]);
  const lines = xref + head[0].length;
  const behind = lines + 20 * size;
  need(pdf.startsWith('trailer\n', behind));
  const cursor = new Cursor(pdf.slice(behind + 8, behind + 8 + PDF_OBJECT));
  const trailer = need(cursor.dictionary());
  need(trailer.every(([key]) => ['Size', 'Root', 'Info', 'ID'].includes(key)));
  need(entryOf(trailer, 'Size') === String(size));
  need(pdf.slice(behind + 8 + cursor.at) === `\nstartxref\n${xref}\n%%EOF`);
  const dictionary = (number, kind) => {
    const line = /^([0-9]{10}) 00000 n\r\n$/.exec(pdf.slice(lines + 20 * number, lines + 20 * number + 20));
    const entries = line && number < size ? dictionaryObject(pdf, Number(line[1]), number) : null;
    return entries !== null && entryOf(entries, 'Type') === kind ? entries : null;
  };
  const root = need(referenceIn(need(entryOf(trailer, 'Root'))));
  const catalog = need(dictionary(root, '/Catalog'));
  need(['AcroForm', 'Perms', 'DSS'].every((key) => entryOf(catalog, key) === null));
  let page = need(referenceIn(need(entryOf(catalog, 'Pages'))));
  let found = false;
  for (let depth = 0; depth < 16 && !found; depth += 1) {
    const node = dictionary(page, '/Pages');
    if (node === null) found = true;
    else {
      const kids = need(entryOf(node, 'Kids'));
      need(kids.startsWith('['));
      page = need(new Cursor(kids.slice(1)).reference());
    }
  }
  need(found);
  const entries = need(dictionary(page, '/Page'));
  const annotations = entryOf(entries, 'Annots');
  return {
    length: pdf.length,
    xref,
    size,
    trailer: trailer.filter(([key]) => key !== 'Size'),
    root,
    catalog,
    page,
    pageEntries: entries.filter(([key]) => key !== 'Annots'),
    annotations: annotations === null ? '' : need(insideArray(annotations)),
    fields: [],
    validation: null,
  };
};

// The bytes of one revision; the digits of the gap are counted, not held.
class Revision {
  constructor(state) {
    this.state = state;
    this.start = state.length;
    this.text = '\n';
    this.objects = [];
    this.gap = null;
  }

  get here() {
    return this.start + this.text.length + (this.gap ? this.gap.reserve * 2 + 2 : 0);
  }

  number() {
    this.state.size += 1;
    if (this.state.size > MOST_OBJECTS) refuse('too many objects');
    return this.state.size - 1;
  }

  object(number, body) {
    this.objects.push([number, this.here]);
    this.text += `${number} 0 obj\n${body}\nendobj\n`;
  }

  signature(reserve, head, tail, name) {
    const { state } = this;
    const [value, field] = [this.number(), this.number()];
    this.objects.push([value, this.here]);
    this.text += `${value} 0 obj\n${head}/ByteRange[`;
    const range = this.text.length;
    this.text += `${' '.repeat(RANGE_LENGTH)}]/Contents`;
    this.gap = { range, at: this.text.length, reserve };
    this.text += `${tail}\nendobj\n`;
    this.object(
      field,
      `<</Type/Annot/Subtype/Widget/FT/Sig/T(${name})/V ${value} 0 R/F 132/Rect[0 0 0 0]/P ${state.page} 0 R>>`,
    );
    state.fields.push(field);
    const annotations = `${state.annotations}${state.annotations ? ' ' : ''}${references(state.fields)}`;
    const entries = [...state.pageEntries, ['Annots', `[${annotations}]`]];
    this.object(state.page, `<<${entries.map(writeEntry).join('')}>>`);
    return this.finish();
  }

  finish() {
    const { state } = this;
    const catalog = [...state.catalog];
    if (state.fields.length > 0) {
      catalog.push(['AcroForm', `<</Fields[${references(state.fields)}]/SigFlags 3>>`]);
      catalog.push(['Perms', `<</DocMDP ${state.fields[0] - 1} 0 R>>`]);
    }
    if (state.validation) catalog.push(['DSS', `${state.validation.number} 0 R`]);
    this.object(state.root, `<<${catalog.map(writeEntry).join('')}>>`);
    const xref = this.here;
    this.text += 'xref\n';
    const sorted = [...this.objects].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (let at = 0; at < sorted.length; ) {
      let end = at + 1;
      while (end < sorted.length && sorted[end][0] === sorted[end - 1][0] + 1) end += 1;
      this.text += `${sorted[at][0]} ${end - at}\n`;
      for (; at < end; at += 1) this.text += `${String(sorted[at][1]).padStart(10, '0')} 00000 n\r\n`;
    }
    const trailer = [['Size', String(state.size)], ...state.trailer, ['Prev', String(state.xref)]];
    this.text += `trailer\n<<${trailer.map(writeEntry).join('')}>>\nstartxref\n${xref}\n%%EOF`;
    state.xref = xref;
    state.length = this.here;
    if (!this.gap) return { before: this.text, reserve: null, after: '' };
    const { range, at, reserve } = this.gap;
    const before = this.text.slice(0, at);
    const after = this.text.slice(at);
    const first = this.start + before.length;
    const numbers = `0 ${first} ${first + 2 * reserve + 2} ${after.length}`.padEnd(RANGE_LENGTH);
    return { before: before.slice(0, range) + numbers + before.slice(range + RANGE_LENGTH), reserve, after };
  }
}

const sealRevision = (state, reserve, claimed) =>
  new Revision(state).signature(
    reserve,
    `<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(${claimed})`,
    '/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]>>',
    'Muan seal',
  );

const stampRevision = (state, reserve) =>
  new Revision(state).signature(
    reserve,
    '<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161',
    '>>',
    `Muan time-stamp ${state.fields.length}`,
  );

const validationRevision = (state, added) => {
  const update = new Revision(state);
  const known = state.validation ?? { Certs: [], OCSPs: [], CRLs: [] };
  known.number = update.number();
  const streams = [];
  for (const [key, blobs] of Object.entries(added)) {
    for (const blob of blobs) {
      const number = update.number();
      known[key].push(number);
      streams.push([number, blob]);
    }
  }
  const lists = Object.keys(added).filter((key) => known[key].length > 0);
  update.object(known.number, `<</Type/DSS${lists.map((key) => `/${key}[${references(known[key])}]`).join('')}>>`);
  for (const [number, blob] of streams) update.object(number, `<</Length ${blob.length}>>\nstream\n${blob}\nendstream`);
  state.validation = known;
  return update.finish();
};

// The bytes between the brackets of a gap: lower-case digits, one DER sequence, zeros behind it; null otherwise.
const gapContents = (digits) => {
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/.test(digits)) return null;
  const bytes = unhex(digits);
  if (bytes.length < 2 || bytes[0] !== 0x30) return null;
  let length = 2 + bytes[1];
  if (bytes[1] >= 0x80) {
    const count = bytes[1] & 0x7f;
    if (count < 1 || count > 4 || bytes.length < 2 + count) return null;
    let value = 0;
    for (let at = 0; at < count; at += 1) value = value * 256 + bytes[2 + at];
    if (bytes[2] === 0 || value < 0x80) return null;
    length = 2 + count + value;
  }
  if (length > bytes.length || bytes.subarray(length).some((byte) => byte !== 0)) return null;
  return bytes.subarray(0, length);
};

// How many bytes the gap of a revision holds, or null.
const reserveOf = (pdf, start) => {
  const at = pdf.slice(start, start + 256).indexOf('/Contents<');
  if (at < 0) return null;
  const begin = start + at + 10;
  const length = pdf.slice(begin, begin + 2 * MOST_RESERVE + 1).indexOf('>');
  return length > 0 && length % 2 === 0 ? length / 2 : null;
};

// Is this the revision that begins here? Its digits and digest, or null.
const compareRevision = async (pdf, bytes, start, update) => {
  if (!pdf.startsWith(update.before, start)) return null;
  const gap = start + update.before.length;
  if (update.reserve === null) return {};
  const end = gap + 2 * update.reserve + 2;
  if (pdf[gap] !== '<' || pdf[end - 1] !== '>' || !pdf.startsWith(update.after, end)) return null;
  const contents = gapContents(pdf.slice(gap + 1, end - 1));
  if (contents === null) return null;
  const covered = join(bytes.subarray(0, gap), bytes.subarray(end, end + update.after.length));
  return { contents, digest: await sha256(covered) };
};

const readStream = (pdf, at, number) => {
  const head = new RegExp(`^\\nendobj\\n${number} 0 obj\\n<</Length ([0-9]{1,7})>>\\nstream\\n`).exec(pdf.slice(at, at + 80));
  if (!head) return null;
  const begin = at + head[0].length;
  const end = begin + Number(head[1]);
  return pdf.startsWith('\nendstream', end) ? { blob: pdf.slice(begin, end), end: end + 10 } : null;
};

const readValidation = (pdf, state) => {
  const start = state.length;
  const dictionary = dictionaryObject(pdf, start + 1, state.size);
  let at = pdf.indexOf('\nendobj\n', start);
  if (dictionary === null || at < 0) return null;
  const added = { Certs: [], OCSPs: [], CRLs: [] };
  let number = state.size;
  for (const key of Object.keys(added)) {
    const value = entryOf(dictionary, key);
    const listed = value === null ? '' : insideArray(value);
    if (listed === null) return null;
    const known = state.validation ? state.validation[key].length : 0;
    const count = Math.floor(listed.split(' ').filter((word) => word !== '').length / 3) - known;
    if (count < 0) return null;
    for (let one = 0; one < count; one += 1) {
      number += 1;
      const stream = readStream(pdf, at, number);
      if (stream === null) return null;
      added[key].push(stream.blob);
      at = stream.end;
    }
  }
  return added;
};

// A sealed document: { unsignedLength, contents, digest, claimed, later }. Throws [kind] for what is none:
// 'unreadable', 'unsigned', 'foreign', 'damaged'.
const readSealed = async (bytes) => {
  if (bytes.length > PDF_LONGEST) return { kind: 'unreadable' };
  const pdf = latin1(bytes);
  if (!pdf.startsWith('%PDF-')) return { kind: 'unreadable' };
  const mark = pdf.indexOf(SEAL_MARK);
  if (mark < 0) {
    if (pdf.includes(FIELD_MARK)) return { kind: 'damaged' };
    return { kind: pdf.includes('/ByteRange') ? 'foreign' : 'unsigned' };
  }
  try {
    return await sealed(pdf, bytes, mark);
  } catch (error) {
    if (error instanceof Refused) return { kind: 'damaged' };
    throw error;
  }
};

const sealed = async (pdf, bytes, mark) => {
  const digits = /[0-9]*$/.exec(pdf.slice(Math.max(0, mark - 8), mark))[0].length;
  const start = mark - digits - 1;
  const claimed = pdf.substr(mark + SEAL_MARK.length, 23);
  const reserve = reserveOf(pdf, start);
  const time = /^D:([0-9]{14})\+08'00'$/.exec(claimed);
  if (start < 0 || pdf[start] !== '\n' || !time || reserve === null) refuse('seal');
  const state = readPrinted(pdf.slice(0, start));
  const seal = await compareRevision(pdf, bytes, start, sealRevision(state, reserve, claimed));
  if (seal === null) refuse('seal');
  const later = [];
  while (state.length < pdf.length) {
    const next = later.length < MOST_LATER ? await nextRevision(pdf, bytes, state) : null;
    later.push(next ?? { kind: 'other' });
    if (next === null) break;
  }
  return { kind: 'sealed', ...seal, unsignedLength: start, claimed: utcMillis(time[1]) - 8 * 3600 * 1000, later };
};

const nextRevision = async (pdf, bytes, state) => {
  const start = state.length;
  const first = `\n${state.size} 0 obj\n<</Type/`;
  if (!pdf.startsWith(first, start)) return null;
  try {
    if (pdf.startsWith('DocTimeStamp', start + first.length)) {
      const reserve = reserveOf(pdf, start);
      if (reserve === null) return null;
      const covered = await compareRevision(pdf, bytes, start, stampRevision(state, reserve));
      return covered && { kind: 'time_stamp', ...covered };
    }
    const added = readValidation(pdf, state);
    if (added === null) return null;
    const fits = await compareRevision(pdf, bytes, start, validationRevision(state, added));
    return fits && { kind: 'validation_data', added };
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
};

// The manifest of the evidence that is attached to the printed document: the one embedded file of it, unpacked; null
// where there is none.
const EMBEDDED_LONGEST = 64 * 1024;

const EMBEDDED =
  /\n[0-9]+ 0 obj\n<<\/Length ([0-9]{1,6})\/Type\/EmbeddedFile(\/Filter\/FlateDecode)?\/Subtype\/application#2Fjson\/Params<<[^<>]*>>>>\nstream\n/y;

const attachedManifest = async (bytes, length) => {
  const pdf = latin1(bytes.subarray(0, length));
  const mark = '/Type/EmbeddedFile';
  const at = pdf.indexOf(mark);
  if (at < 0 || pdf.indexOf(mark, at + 1) >= 0) return null;
  EMBEDDED.lastIndex = pdf.lastIndexOf('\n', pdf.lastIndexOf('\n', at) - 1);
  const head = EMBEDDED.exec(pdf);
  if (!head) return null;
  const from = head.index + head[0].length;
  const to = from + Number(head[1]);
  if (!pdf.startsWith('\nendstream', to)) return null;
  const stream = bytes.subarray(from, to);
  if (head[2]) return unpacked(stream);
  return stream.length <= EMBEDDED_LONGEST ? stream : null;
};

const unpacked = async (stream) => {
  const parts = [];
  let length = 0;
  try {
    const reader = new Blob([stream]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return join(...parts);
      parts.push(value);
      length += value.length;
      if (length > EMBEDDED_LONGEST) return null;
    }
  } catch {
    return null;
  }
};
