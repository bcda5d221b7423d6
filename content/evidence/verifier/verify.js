// The verifier: a file in, a report out, the same as `muan verify --json` gives. `asked` has `trust` (the bytes of a
// trust.json from elsewhere, or null), `newer` (another checkpoint, or null) and `now` (milliseconds).

// Whom to believe, and on whose word: { table, pinned, code, fingerprint }.
const chooseTrust = async (asked, files) => {
  if (asked.trust !== null) {
    const table = await attempt(() => readTrust(asked.trust));
    if (table === null) throw new Error('trust_unreadable');
    return { table, pinned: true };
  }
  const bytes = files.get('trust.json');
  if (!bytes) return { table: null, pinned: false, code: 'trust_missing' };
  const table = await attempt(() => readTrust(bytes));
  if (table === null) return { table: null, pinned: false, code: 'trust_unreadable' };
  return { table, pinned: false, fingerprint: hex(await sha256(bytes)) };
};

const checkSignature = async (found, file, table) => {
  const say = (integrity, result, code) => {
    found.dimensions.integrity = integrity;
    found.step('signature', result, code);
  };
  if (file.kind === 'unreadable') say('unreadable', 'failed', 'unreadable');
  else if (file.kind === 'unsigned') say('unsigned', 'missing', 'unsigned');
  else if (file.kind === 'foreign') {
    found.dimensions.authenticity = 'other_signer';
    say('unreadable', 'failed', 'foreign');
  } else if (file.kind === 'damaged') say('modified', 'failed', 'changed');
  else {
    // A token that cannot be found makes the whole message unreadable.
    const message = await attempt(async () => {
      const read = await readMessage(file.contents);
      return { ...read, token: tokenOf(read) };
    });
    const flaw = message === null ? 'unreadable' : await checkSeal(message, file.digest);
    if (flaw !== null) {
      say('modified', 'failed', flaw === 'digest' ? 'changed' : 'signature_fails');
    } else if (file.later.length === 0) {
      say('intact', 'passed', 'signed');
    } else {
      const preserved = table !== null && (await isPreserved(file.later, message, table));
      found.facts.preserved = preserved;
      if (preserved) say('intact', 'passed', 'signed_and_preserved');
      else say('appended', 'failed', 'appended');
    }
    return message;
  }
  return null;
};

// Anybody can append what looks like preservation. A time-stamp must hold; validation data must be covered by one, or be
// certificates that are known anyway.
const isPreserved = async (later, message, table) => {
  const known = [...table.roots, ...table.timeRoots, ...table.issuers, ...message.certificates];
  let covered = false;
  for (const revision of [...later].reverse()) {
    if (revision.kind === 'time_stamp') {
      const holds = async () => tokenHolds(await readToken(revision.contents), revision.digest, table);
      covered = (await attempt(holds)) === true;
      if (!covered) return false;
    } else if (revision.kind === 'validation_data') {
      const { Certs, OCSPs, CRLs } = revision.added;
      const plain = OCSPs.length === 0 && CRLs.length === 0;
      const all = Certs.every((blob) => known.some((one) => same(one.der, fromLatin1(blob))));
      if (!covered && !(plain && all)) return false;
    } else return false;
  }
  return true;
};

// Does the token attest this signature? { time, at, step }.
const checkToken = async (files, message, table) => {
  const beside = files.get('tsa/seal.tsr');
  if (message.token === null) {
    return beside
      ? { time: 'invalid', at: null, step: ['failed', 'token_differs'] }
      : { time: 'claimed_only', at: null, step: ['missing', 'token_missing'] };
  }
  if (table === null) return { time: 'claimed_only', at: null, step: ['not_checked', 'trust_missing'] };
  const at = await attempt(async () => {
    if (beside && !same(grantedToken(beside), message.token)) return null;
    const token = await readToken(message.token);
    return (await tokenHolds(token, await sha256(message.signature), table)) ? token.time : null;
  });
  if (at === null) return { time: 'invalid', at, step: ['failed', 'token_differs'] };
  return { time: 'attested', at, step: ['passed', 'token_holds', [stamp(at)]] };
};

const checkChain = async (found, message, trust, attested, now) => {
  const say = (authenticity, result, code, params) => {
    found.dimensions.authenticity = authenticity;
    found.step('chain', result, code, params);
  };
  const [signer] = message.certificates;
  found.facts.trustPinned = trust.pinned;
  found.facts.certificateExpired = signer.notAfter < now;
  if (trust.table === null) return say('unknown', 'missing', trust.code);
  const judged = await judge(trust.table, message.certificates, attested, now);
  if (judged === 'unknown') return say(judged, 'missing', 'certificate_unknown', [signer.subjectText]);
  if (judged !== 'trusted') return say(judged, 'failed', judged, [signer.subjectText]);
  if (!trust.pinned) return say('unknown', 'missing', 'trust_not_pinned', [trust.fingerprint]);
  found.facts.revokedLater = isRevoked(trust.table, signer, now);
  return say('trusted', 'passed', 'trusted', [signer.subjectText, stamp(attested ?? now)]);
};

// The steps from the signature to the token; gives what is signed and the manifest inside the document.
const checkDocument = async (found, files, trust, now) => {
  const unsigned = () => {
    found.step('chain', 'not_checked', 'no_signature');
    found.step('token', 'not_checked', 'no_signature');
  };
  const pdf = files.get('consent.pdf');
  if (!pdf) {
    found.step('signature', 'missing', 'pdf_missing');
    unsigned();
    return { digest: null, attached: null };
  }
  const file = await readSealed(pdf);
  const message = await checkSignature(found, file, trust.table);
  const manifest = await attachedManifest(pdf, file.kind === 'sealed' ? file.unsignedLength : pdf.length);
  const attached = manifest === null ? null : await attempt(() => readAttached(manifest));
  if (message !== null && found.dimensions.integrity !== 'modified') {
    const { time, at, step } = await checkToken(files, message, trust.table);
    found.dimensions.time = time;
    await checkChain(found, message, trust, at, now);
    found.step('token', ...step);
  } else unsigned();
  return { digest: file.kind === 'sealed' ? file.digest : null, attached };
};

const readAttached = (bytes) => {
  const said = members(parseJson(bytes), 'root', 'sections');
  const sections = list(said.sections).map((one) => {
    members(one, 'no', 'name', 'sha256');
    if (typeof one.name !== 'string' || typeof one.sha256 !== 'string') refuse('a section');
    return { no: count(one.no), name: one.name, sha256: one.sha256 };
  });
  return typeof said.root === 'string' ? { root: said.root, sections } : refuse('a root');
};

const verify = async (bytes, asked) => {
  const found = newFound();
  const bundled = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const zip = bundled ? await attempt(() => readZip(bytes)) : { files: new Map([['consent.pdf', bytes]]), damaged: [] };
  const files = zip === null ? new Map() : zip.files;
  await checkManifest(found, zip, bundled);
  const trust = await chooseTrust(asked, files);
  const { digest: signed, attached } = await checkDocument(found, files, trust, asked.now);
  const sections = await readSections(files);
  await checkTemplate(found, files, sections);
  await checkPresented(found, files, sections);
  const root = await checkSections(found, files, sections, attached);
  await checkNational(found, files, trust.table, root);
  await checkLog(found, files, trust.table, asked, signed, root);
  found.facts.logAsked = bundled;
  found.facts.logKeyless = trust.table !== null && trust.table.logKeys.length === 0;
  const { dimensions, facts, steps } = found;
  return {
    overall: overallOf(dimensions),
    ...dimensions,
    messages: messagesOf(dimensions, facts),
    steps,
    fingerprint: trust.fingerprint ?? null,
  };
};
