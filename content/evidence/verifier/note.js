// Checkpoints of the log as signed notes (C2SP tlog-checkpoint with one line for the time), and receipts.

const NOTE_LONGEST = 64 * 1024;
const NOTE_MOST_SIGNATURES = 64;

const mayName = (name) => name.length > 0 && !/[\s\p{Cc}+]/u.test(name);

const splitNote = (note) => {
  // eslint-disable-next-line no-control-regex
  if (utf8(note).length > NOTE_LONGEST || /[\u0000-\u0009\u000b-\u001f]/.test(note)) refuse('not a note');
  const at = note.lastIndexOf('\n\n');
  const lines = note.slice(at + 2);
  if (at < 0 || lines === '' || !lines.endsWith('\n')) refuse('not a note');
  return [note.slice(0, at + 1), lines.slice(0, -1).split('\n')];
};

// Whether one of these keys signed the note. A wrong line of a known key condemns it.
const openNote = async (note, keys) => {
  const [signed, lines] = splitNote(note);
  if (lines.length > NOTE_MOST_SIGNATURES) refuse('many signatures');
  let known = false;
  for (const line of lines) {
    const parts = /^— ([^ ]+) ([^ ]+)$/.exec(line);
    if (!parts || !mayName(parts[1])) refuse('a signature line');
    const value = unbase64(parts[2]);
    if (value.length < 5) refuse('a signature line');
    const key = keys.find((one) => one.name === parts[1] && same(one.id, value.subarray(0, 4)));
    if (!key) continue;
    if (!(await verifiesEd25519(key.key, utf8(signed), value.subarray(4)))) return false;
    known = true;
  }
  return known;
};

const readCheckpoint = (note) => {
  const [signed] = splitNote(note);
  const parts = /^([^\n]+)\n(0|[1-9][0-9]*)\n([^\n]+)\ntime ([^\n]+)\n$/.exec(signed);
  if (!parts || !mayName(parts[1]) || !Number.isSafeInteger(Number(parts[2]))) refuse('not a checkpoint');
  const root = unbase64(parts[3]);
  const at = instant(parts[4]);
  if (root.length !== 32 || stamp(at) !== parts[4]) refuse('not a checkpoint');
  return { origin: parts[1], size: Number(parts[2]), root, at };
};

// A checkpoint that a trusted key signed in its time, under an origin of its own; null when none did.
const openCheckpoint = async (note, trust) => {
  const checkpoint = readCheckpoint(note);
  const inTime = (key) => key.from <= checkpoint.at && checkpoint.at <= key.until;
  const own = (key) => checkpoint.origin.startsWith(`${key.name}/`);
  const keys = trust.logKeys.filter((key) => inTime(key) && own(key));
  return (await openNote(note, keys)) ? checkpoint : null;
};

// A newer checkpoint as somebody hands it over: alone, or behind "old <size>", the proof and an empty line.
const readNewer = (bytes) => {
  if (bytes.length > NOTE_LONGEST) refuse('too large');
  const said = text(bytes);
  const parts = /^old (0|[1-9][0-9]*)\n((?:[A-Za-z0-9+/=]+\n)*)\n/.exec(said);
  if (!parts) return { note: said, proof: null };
  const path = parts[2].split('\n').slice(0, -1).map(unbase64);
  if (path.some((step) => step.length !== 32) || path.length > 64) refuse('not a proof');
  return { note: said.slice(parts[0].length), proof: { size: Number(parts[1]), path } };
};

const readReceipt = (receipt) => {
  members(receipt, 'entry_digest', 'include_by', 'key_name', 'key_id', 'signature');
  if (Object.values(receipt).some((value) => typeof value !== 'string')) refuse('a receipt');
  if (stamp(instant(receipt.include_by)).replace('.000Z', 'Z') !== receipt.include_by) refuse('a time');
  return receipt;
};

// How long after its entry a promise ends.
const WITHIN = 24 * 3600 * 1000;

// Did a trusted key promise to include the entry with this digest?
const receiptHolds = async (receipt, entryDigest, trust) => {
  if (receipt.entry_digest !== hex(entryDigest)) return false;
  const by = stamp(instant(receipt.include_by));
  const promise = await tagged('audit/receipt/v1', join(entryDigest, utf8(by)));
  const signature = unbase64(receipt.signature);
  // A key that was retired by then may be in anybody's hands.
  const given = instant(receipt.include_by) - WITHIN;
  for (const key of trust.logKeys) {
    const named = key.name === receipt.key_name && hex(key.id) === receipt.key_id;
    const inTime = key.from <= given && given <= key.until;
    if (named && inTime && (await verifiesEd25519(key.key, promise, signature))) return true;
  }
  return false;
};
