// The steps over what is in a bundle beside the document, in the order of CE-221. `found` collects what they find.

const newFound = () => ({
  dimensions: {
    integrity: 'unreadable',
    authenticity: 'unknown',
    time: 'claimed_only',
    content: 'not_checked',
    evidence: 'not_included',
    log: 'missing',
    consent: 'unknown',
  },
  facts: {
    preserved: false,
    certificateExpired: false,
    revokedLater: false,
    trustPinned: false,
    logAsked: false,
    mismatched: [],
    withheld: [],
    paper: null,
  },
  steps: [],
  step(step, result, code, params = []) {
    this.steps.push(params.length > 0 ? { step, result, code, params } : { step, result, code });
  },
  differs(names) {
    this.dimensions.evidence = 'mismatch';
    for (const name of names) if (!this.facts.mismatched.includes(name)) this.facts.mismatched.push(name);
  },
});

// What `work` gives, or null where something in it is refused.
const attempt = async (work) => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
};

const MANIFEST_LONGEST = 64 << 10;
const TEMPLATE_LONGEST = 2 << 20;
const SECTION_LONGEST = 2 << 20;
const LOG_FILE_LONGEST = 1 << 20;

const checkManifest = async (found, zip, bundled) => {
  const say = (result, code, params) => found.step('manifest', result, code, params);
  if (!bundled) return say('not_checked', 'no_bundle');
  if (zip === null) return say('failed', 'bundle_unreadable');
  const bytes = zip.files.get('manifest.json');
  if (!bytes) {
    found.differs(['manifest.json']);
    return say('missing', 'manifest_missing');
  }
  const listed = await attempt(() => {
    if (bytes.length > MANIFEST_LONGEST) refuse('too large');
    const manifest = members(parseJson(bytes), 'files', 'schema', 'versions');
    if (manifest.schema !== 'consent-bundle/1') refuse('schema');
    if (typeof members(manifest.versions, 'muan').muan !== 'string') refuse('versions');
    return list(manifest.files).map((file) => {
      members(file, 'name', 'sha256', 'size');
      const known = typeof file.name === 'string' && typeof file.sha256 === 'string' && Number.isInteger(file.size);
      if (!known || file.size < 0) refuse('a file');
      return file;
    });
  });
  const differs = new Set(zip.damaged);
  const names = [...zip.files.keys()].filter((name) => name !== 'manifest.json').sort();
  for (const name of listed === null ? [] : names) {
    const body = zip.files.get(name);
    const sha = hex(await sha256(body));
    if (!listed.some((file) => file.name === name && file.sha256 === sha && file.size === body.length)) {
      differs.add(name);
    }
  }
  for (const file of listed ?? []) if (!zip.files.has(file.name)) differs.add(file.name);
  const inOrder = listed !== null && listed.map((file) => file.name).join('\n') === names.join('\n');
  if (listed === null || (differs.size === 0 && !inOrder)) {
    found.differs(['manifest.json']);
    return say('failed', 'manifest_unreadable');
  }
  if (differs.size === 0) return say('passed', 'manifest_matches');
  found.differs([...differs].sort());
  return say('failed', 'manifest_differs', [...differs].sort());
};

// The sections by name: { body, digest }, where the body is undefined when it is withheld.
const readSections = async (files) => {
  const sections = { any: false, read: new Map() };
  for (const [at, name] of SECTIONS.entries()) {
    const bytes = files.get(sectionFile(at + 1, name));
    if (!bytes) continue;
    sections.any = true;
    const section = await attempt(async () => {
      const file = readCanonical(bytes, SECTION_LONGEST);
      if (!isObject(file) || file.name !== name) refuse('another section');
      if ('sha256' in file) {
        members(file, 'name', 'sha256');
        return { digest: unhex(file.sha256, 32) };
      }
      members(file, 'body', 'name', 'salt');
      const hashed = utf8(canonical({ body: file.body, name }));
      return { body: file.body, digest: await tagged('consent/section/v1', join(unhex(file.salt, 16), hashed)) };
    });
    if (section !== null) sections.read.set(name, section);
  }
  return sections;
};

const bodyOf = (sections, name) => sections.read.get(name)?.body;
const isWithheld = (sections, name) => sections.read.has(name) && bodyOf(sections, name) === undefined;
const memberOf = (value, name) => (isObject(value) ? value[name] : undefined);
const textOf = (value, name) => {
  const member = memberOf(value, name);
  return typeof member === 'string' ? member : null;
};

const checkTemplate = async (found, files, sections) => {
  const say = (result, code, params) => found.step('template', result, code, params);
  const bytes = files.get('template.json');
  if (!bytes) return say('missing', 'template_missing');
  const said = textOf(bodyOf(sections, 'header'), 'template_id');
  if (said === null) return say('not_checked', 'header_withheld');
  const id = await attempt(async () => {
    if (bytes.length > TEMPLATE_LONGEST) refuse('too large');
    const document = parseJson(bytes);
    const everyText = (value) =>
      typeof value === 'string'
        ? value.normalize('NFC') === value
        : value === null || typeof value !== 'object' || Object.values(value).every(everyText);
    if (!everyText(document)) refuse('not NFC');
    return `ct1:sha256:${hex(await tagged('consent/template/v1', utf8(canonical(document))))}`;
  });
  if (id === said) return say('passed', 'template_matches', [said]);
  found.differs(['template.json']);
  return say('failed', 'template_differs');
};

const checkPresented = async (found, files, sections) => {
  const say = (result, code, params) => found.step('presented', result, code, params);
  const body = bodyOf(sections, 'presented');
  if (body === undefined) {
    return say('missing', isWithheld(sections, 'presented') ? 'presented_withheld' : 'presented_missing');
  }
  if (memberOf(body, 'pages') !== undefined) {
    found.facts.paper = textOf(body, 'original_place');
    return say('not_checked', 'on_paper');
  }
  const file = files.get('presented.json');
  const said = textOf(body, 'sha256');
  if (!file || said === null) return say('missing', 'presented_missing');
  const document = memberOf(body, 'document');
  const shown = document === undefined ? null : hex(await sha256(utf8(canonical(document))));
  const sent = hex(await sha256(file));
  if (shown === said && textOf(body, 'echoed_sha256') === said && sent === said) {
    return say('passed', 'presented_matches', [sent]);
  }
  found.differs(['presented.json']);
  return say('failed', 'presented_differs');
};

// Do the files that travel beside a section have the digests that it names?
const APPENDED = [
  [3, 'response', (sections) => memberOf(bodyOf(sections, 'assessment'), 'response_sha256')],
  [
    10,
    'handwritten',
    (sections) => memberOf(memberOf(bodyOf(sections, 'signature'), 'handwritten'), 'strokes_sha256'),
  ],
  [10, 'strokes', (sections) => memberOf(bodyOf(sections, 'signature'), 'strokes_sha256')],
];

const appendedFits = async (files, sections, no) => {
  for (const [of, name, named] of APPENDED) {
    const bytes = of === no ? files.get(sectionFile(of, name)) : undefined;
    if (!bytes) continue;
    const [salt, said] = [textOf(named(sections), 'salt'), textOf(named(sections), 'sha256')];
    const salted = salt === null ? null : await attempt(async () => hex(await sha256(join(unhex(salt), bytes))));
    if (said === null || salted !== said) return false;
  }
  return true;
};

// The steps over sections and root; gives the root that is signed with the document, or else that of the sections.
const checkSections = async (found, files, sections, attached) => {
  const printed = attached === null ? null : await attempt(() => unhex(attached.root, 32));
  if (!sections.any) {
    found.step('sections', 'missing', 'sections_missing');
    if (printed === null) found.step('printed_root', 'missing', 'root_missing');
    else found.step('printed_root', 'not_checked', 'sections_missing');
    return printed;
  }
  const [digests, differ, withheld] = [[], [], []];
  for (const [at, name] of SECTIONS.entries()) {
    const section = sections.read.get(name);
    if (!section) {
      differ.push(name);
      continue;
    }
    digests.push(section.digest);
    const listed = (one) => one.no === at + 1 && one.name === name && one.sha256 === hex(section.digest);
    const fits = attached === null || attached.sections.some(listed);
    if (!fits || !(await appendedFits(files, sections, at + 1))) differ.push(name);
    else if (isWithheld(sections, name)) withheld.push(name);
  }
  const root = digests.length === SECTIONS.length ? await merkleRoot(digests) : null;
  const shown = root === null ? '' : hex(root);
  if (differ.length > 0) {
    found.differs(differ);
    found.step('sections', 'failed', 'sections_differ', differ);
  } else if (withheld.length === 0) {
    found.step('sections', 'passed', 'sections_match', [shown]);
  } else {
    found.facts.withheld = withheld;
    found.step('sections', 'passed', 'sections_withheld', withheld);
  }
  if (printed === null) {
    found.step('printed_root', 'missing', 'root_missing');
  } else if (root !== null && same(printed, root)) {
    if (found.dimensions.evidence !== 'mismatch') {
      found.dimensions.evidence = withheld.length === 0 ? 'complete' : 'redacted';
    }
    found.step('printed_root', 'passed', 'root_printed', [shown]);
  } else {
    if (found.facts.mismatched.length === 0) found.differs(['consent.pdf']);
    found.step('printed_root', 'failed', 'root_differs');
  }
  return printed ?? root;
};

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
    if ('payload' in one) members(one.payload, 'detail', 'salt');
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

// What an entry says was sealed; null where it says nothing of the kind, or its detail does not fit its digest.
const sealOf = (entry) =>
  attempt(async () => {
    if (textOf(entry.entry, 'type') !== 'consent.seal' || !entry.payload) return null;
    const { detail, salt } = entry.payload;
    const payload = await tagged('audit/payload/v1', join(unhex(salt, 16), utf8(canonical(detail))));
    if (textOf(entry.entry, 'payload_sha256') !== hex(payload)) return null;
    const [root, signed] = [textOf(detail, 'root_sha256'), textOf(detail, 'signed_sha256')];
    return root === null || signed === null ? null : { root, signed };
  });

const checkSealEntry = async (found, entries, signed, root) => {
  const all = entries === null ? [] : entries.entries;
  let fitting = null;
  for (const entry of all) {
    const seal = await sealOf(entry);
    const fits = seal && signed && root && seal.signed === hex(signed) && seal.root === hex(root);
    if (fits && fitting === null) fitting = entry;
  }
  if (fitting !== null && seqOf(fitting) === null) fitting = null;
  if (fitting !== null) found.step('seal_entry', 'passed', 'entry_matches', [String(seqOf(fitting))]);
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
  const checkpoint = trust === null ? null : await attempt(() => openCheckpoint(note, trust));
  if (checkpoint === null) return [null, ['checkpoint', 'failed', 'checkpoint_fails']];
  return [checkpoint, ['checkpoint', 'passed', 'checkpoint_signed', [stamp(checkpoint.at)]]];
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
  const consistent = await checkConsistency(found, files, trust, newer, checkpoint);
  found.dimensions.log = consistent ? included : 'inconsistent';
};
