// The steps on the log: the entry of the seal, its inclusion, the checkpoint, and that the log continues what it was.

const readLogFile = (files, name, read) => {
  const bytes = files.get(name);
  return bytes ? attempt(() => read(readCanonical(bytes, LOG_FILE_LONGEST))) : null;
};

const count = (value) => (Number.isInteger(value) && value >= 0 ? value : refuse('a number'));

const pathOf = (path) => {
  const digests = list(path).map((step) => unhex(step, 32));
  return digests.length > 64 ? refuse('a long path') : digests;
};

const readEntries = (file) => {
  const said = members(file, 'entries', 'receipt?');
  const entries = list(said.entries).map((one) => {
    members(one, 'entry', 'payload?');
    if ('payload' in one) members(one.payload, 'detail', 'patient?', 'salt');
    if ('payload' in one && 'patient' in one.payload) uuidBytes(one.payload.patient);
    return one;
  });
  if (said.receipt !== undefined) readReceipt(said.receipt);
  return { entries, receipt: said.receipt ?? null };
};

const readInclusions = (file) => {
  const said = members(file, 'proofs', 'size');
  const proofs = list(said.proofs).map((proof) => {
    members(proof, 'path', 'seq');
    if (!list(proof.path).every((step) => typeof step === 'string')) refuse('a path');
    return { path: proof.path, seq: count(proof.seq) };
  });
  return { proofs, size: count(said.size) };
};

const readConsistencies = (file) => {
  const said = members(file, 'proofs', 'size');
  const proofs = list(said.proofs).map((proof) => {
    members(proof, 'old_root', 'old_size', 'path');
    const texts = typeof proof.old_root === 'string' && list(proof.path).every((step) => typeof step === 'string');
    if (!texts) refuse('a proof');
    return { oldRoot: proof.old_root, oldSize: count(proof.old_size), path: proof.path };
  });
  return { proofs, size: count(said.size) };
};

const seqOf = (entry) => {
  const seq = memberOf(entry.entry, 'seq');
  return Number.isInteger(seq) && seq > 0 ? seq : null;
};

// The first form did not cover the woman whom an entry concerns; without that member it is that form.
const payloadDigest = ({ detail, patient, salt }) => {
  const said = utf8(canonical(detail));
  if (patient === undefined) return tagged('audit/payload/v1', join(unhex(salt, 16), said));
  return tagged('audit/payload/v2', join(unhex(salt, 16), uuidBytes(patient), said));
};

const uuidBytes = (id) =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? unhex(id.replaceAll('-', ''), 16) : refuse('an id');

// Is what is told beside an entry what was logged? True where nothing is told.
const isToldTruly = async (entry) => {
  if (!entry.payload) return true;
  const payload = await attempt(() => payloadDigest(entry.payload));
  return payload !== null && textOf(entry.entry, 'payload_sha256') === hex(payload);
};

// What an entry says was sealed; null where it says nothing of the kind, or its detail does not fit its digest.
const sealOf = (entry) =>
  attempt(async () => {
    if (textOf(entry.entry, 'type') !== 'consent.seal' || !entry.payload) return null;
    if (!(await isToldTruly(entry))) return null;
    const { detail } = entry.payload;
    const [root, signed] = [textOf(detail, 'root_sha256'), textOf(detail, 'signed_sha256')];
    const told = signed !== null && (root !== null || (memberOf(detail, 'root_sha256') ?? null) === null);
    return told ? { root, signed } : null;
  });

const checkSealEntry = async (found, entries, signed, root) => {
  const all = entries === null ? [] : entries.entries;
  let fitting = null;
  for (const entry of all) {
    const seal = await sealOf(entry);
    const fits = seal && signed && seal.signed === hex(signed) && (!root || seal.root === hex(root));
    if (fits && fitting === null) fitting = entry;
  }
  if (fitting !== null && seqOf(fitting) === null) fitting = null;
  let told = true;
  for (const entry of all) told = (await isToldTruly(entry)) && told;
  if (!told) {
    found.differs(['log/entries.json']);
    found.step('seal_entry', 'failed', 'payload_differs');
  } else if (fitting !== null) found.step('seal_entry', 'passed', 'entry_matches', [String(seqOf(fitting))]);
  else if (all.some((entry) => textOf(entry.entry, 'type') === 'consent.seal')) {
    found.step('seal_entry', 'failed', 'entry_differs');
  } else found.step('seal_entry', 'missing', 'entry_missing');
  return fitting;
};

// The digest of an entry before it had a place in the log.
const unsequenced = (entry) => {
  const { seq, prev, type, ...rest } = entry.entry;
  return tagged('audit/unsequenced/v1', utf8(canonical({ ...rest, act: type })));
};

const checkReceipt = async (found, entries, sealed, trust, now) => {
  const { receipt } = entries;
  const by = await attempt(() => stamp(instant(receipt.include_by)));
  const holds = await attempt(
    async () => sealed !== null && trust !== null && (await receiptHolds(receipt, await unsequenced(sealed), trust)),
  );
  if (!holds) {
    found.step('inclusion', 'failed', 'receipt_fails');
    return 'missing';
  }
  if (Date.parse(by) < now) {
    found.step('inclusion', 'failed', 'receipt_overdue', [by]);
    return 'missing';
  }
  found.step('inclusion', 'passed', 'receipt_holds', [by]);
  return 'pending_checkpoint';
};

const checkInclusion = async (found, files, entries, sealed, checkpoint) => {
  const proofs = await readLogFile(files, 'log/inclusion.json', readInclusions);
  if (proofs === null || entries === null || checkpoint === null) {
    found.step('inclusion', 'missing', 'inclusion_missing');
    return 'missing';
  }
  const leads = (entry) =>
    attempt(async () => {
      const seq = seqOf(entry);
      const proof = proofs.proofs.find((one) => one.seq === seq);
      if (seq === null || !proof) return false;
      const hash = await tagged('audit/entry/v1', utf8(canonical(entry.entry)));
      return verifyInclusion(hash, seq - 1, checkpoint.size, pathOf(proof.path), checkpoint.root);
    });
  let all = proofs.size === checkpoint.size;
  for (const entry of entries.entries) all = (await leads(entry)) === true && all;
  if (!all) found.step('inclusion', 'failed', 'inclusion_fails');
  else if (sealed === null) found.step('inclusion', 'missing', 'inclusion_missing');
  else found.step('inclusion', 'passed', 'included', [String(checkpoint.size)]);
  return all && sealed !== null ? 'included' : 'missing';
};

// The checkpoint that a trusted key signed, and the step that says so.
const checkCheckpoint = async (files, trust) => {
  const bytes = files.get('log/checkpoint.txt');
  if (!bytes) return [null, ['checkpoint', 'missing', 'checkpoint_missing']];
  const note = await attempt(() => {
    if (bytes.length > NOTE_LONGEST) refuse('too large');
    const said = text(bytes);
    readCheckpoint(said);
    return said;
  });
  if (note === null) return [null, ['checkpoint', 'failed', 'checkpoint_unreadable']];
  if (trust !== null && trust.logKeys.length === 0) return [null, ['checkpoint', 'not_checked', 'log_keyless']];
  const checkpoint = trust === null ? null : await attempt(() => openCheckpoint(note, trust));
  if (checkpoint === null) return [null, ['checkpoint', 'failed', 'checkpoint_fails']];
  return [checkpoint, ['checkpoint', 'passed', 'checkpoint_signed', [stamp(checkpoint.at)]]];
};

// Does the time-stamp beside the checkpoint attest it? Said only where there is one.
const checkCheckpointTime = async (found, files, table) => {
  const response = files.get('tsa/checkpoint.tsr');
  if (!response) return;
  const say = (...step) => found.step('checkpoint_time', ...step);
  if (table === null) {
    say('not_checked', 'trust_missing');
    return;
  }
  const at = await attempt(async () => {
    const token = await readToken(grantedToken(response));
    const note = files.get('log/checkpoint.txt') ?? refuse('no checkpoint');
    return (await tokenHolds(token, await sha256(note), table)) ? token.time : null;
  });
  if (at === null) say('failed', 'checkpoint_stamp_fails');
  else say('passed', 'checkpoint_stamped', [stamp(at)]);
};

// Are both checkpoints of one history? null when that cannot be said.
const compareCheckpoints = async (ours, other, proof, earlier) => {
  if (other.size === ours.size) return same(other.root, ours.root);
  if (other.at > ours.at !== other.size > ours.size) return false;
  if (other.size > ours.size) {
    if (proof === null || proof.size !== ours.size) return null;
    return verifyConsistency(ours.size, other.size, proof.path, ours.root, other.root);
  }
  const known = earlier === null ? undefined : earlier.proofs.find((one) => one.oldSize === other.size);
  return known ? known.oldRoot === hex(other.root) : null;
};

// False only when the log is not the same one as at other checkpoints.
const checkConsistency = async (found, files, trust, newer, checkpoint) => {
  const say = (result, code) => found.step('consistency', result, code);
  const given = files.has('log/consistency.json');
  const earlier = await readLogFile(files, 'log/consistency.json', readConsistencies);
  if (!given && newer === null) say('not_checked', 'no_other_checkpoint');
  else if (given && earlier === null) say('failed', 'consistency_unreadable');
  else if (checkpoint === null) say('missing', 'checkpoint_missing');
  else {
    const leads = (proof) =>
      attempt(() =>
        verifyConsistency(
          proof.oldSize,
          checkpoint.size,
          pathOf(proof.path),
          unhex(proof.oldRoot, 32),
          checkpoint.root,
        ),
      );
    let whole = earlier === null || earlier.size === checkpoint.size;
    for (const proof of earlier === null ? [] : earlier.proofs) whole = (await leads(proof)) === true && whole;
    if (!whole) {
      say('failed', 'inconsistent');
      return false;
    }
    if (newer === null) {
      say('passed', 'consistent');
      return true;
    }
    const other = await attempt(async () => {
      const { note, proof } = readNewer(newer);
      const opened = trust === null ? null : await openCheckpoint(note, trust);
      return opened !== null && opened.origin === checkpoint.origin ? [opened, proof] : null;
    });
    if (other === null) say('failed', 'newer_unreadable');
    else {
      const consistent = await compareCheckpoints(checkpoint, ...other, earlier);
      if (consistent === null) say('missing', 'newer_unproved');
      else if (consistent) say('passed', 'consistent');
      else {
        say('failed', 'inconsistent');
        return false;
      }
    }
  }
  return true;
};

const checkLog = async (found, files, trust, { newer, now }, signed, root) => {
  const entries = await readLogFile(files, 'log/entries.json', readEntries);
  const sealed = await checkSealEntry(found, entries, signed, root);
  const [checkpoint, step] = await checkCheckpoint(files, trust);
  const promised = !files.has('log/checkpoint.txt') && entries !== null && entries.receipt !== null;
  const included = promised
    ? await checkReceipt(found, entries, sealed, trust, now)
    : await checkInclusion(found, files, entries, sealed, checkpoint);
  found.step(...step);
  await checkCheckpointTime(found, files, trust);
  const consistent = await checkConsistency(found, files, trust, newer, checkpoint);
  found.dimensions.log = consistent ? included : 'inconsistent';
};
