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
    logKeyless: false,
    mismatched: [],
    withheld: [],
    paper: null,
  },
  steps: [],
  step(step, result, code, params = []) {
    this.steps.push(params.length > 0 ? { step, result, code, params } : { step, result, code });
  },
  differs(names) {
    for (const name of names) {
      this.dimensions.evidence = 'mismatch';
      if (!this.facts.mismatched.includes(name)) this.facts.mismatched.push(name);
    }
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
  if (said === null) {
    // Nobody has signed it: it could be any.
    found.differs(['template.json']);
    return say('failed', 'template_unproved');
  }
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
  const file = files.get('presented.json');
  const unproved = () => {
    // Nobody has signed it: it could be anything.
    found.differs(['presented.json']);
    return say('failed', 'presented_unproved');
  };
  if (body === undefined) {
    if (file) return unproved();
    return say('missing', isWithheld(sections, 'presented') ? 'presented_withheld' : 'presented_missing');
  }
  if (memberOf(body, 'pages') !== undefined) {
    found.facts.paper = textOf(body, 'original_place');
    return say('not_checked', 'on_paper');
  }
  const said = textOf(body, 'sha256');
  if (!file) return say('missing', 'presented_missing');
  if (said === null) return unproved();
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
    // Nothing names their digests.
    found.differs(APPENDED.map(([no, name]) => sectionFile(no, name)).filter((name) => files.has(name)));
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

// Does the national signature over the root hold, by a key of the institution? Said only where there is one.
const checkNational = async (found, files, table, root) => {
  const [signature, key] = [files.get('sm2/root.sig'), files.get('sm2/key.der')];
  if (!signature && !key) return;
  const point = await attempt(() => {
    const read = sm2Point(key ?? refuse('no key'));
    return sm2Holds(root ?? refuse('no root'), signature ?? refuse('no signature'), read) ? hex(read) : null;
  });
  if (point === null) {
    found.differs(['sm2/root.sig']);
    found.step('sm2', 'failed', 'sm2_fails');
  } else if (table !== null && table.sm2Keys.includes(point)) found.step('sm2', 'passed', 'sm2_holds');
  else found.step('sm2', 'missing', 'sm2_key_unknown');
};
