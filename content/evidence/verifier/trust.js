// Whom to believe: trust.json, judging certificates at a time, and time-stamps.

const LONGEST_PATH = 6;
const MOST_CHECKS = 24;

const instant = (string) => {
  const form = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$/;
  const at = typeof string === 'string' && form.test(string) ? Date.parse(string) : NaN;
  return Number.isNaN(at) ? refuse('a time') : at;
};

const stamp = (millis) => new Date(millis).toISOString();

const list = (value) => (Array.isArray(value) ? value : refuse('not a list'));

const readTrust = async (bytes) => {
  if (bytes.length > 1 << 20) refuse('too large');
  const said = members(
    parseJson(bytes),
    ...['roots?', 'time_roots?', 'issuers?', 'signers?', 'revoked?', 'policies?', 'log_keys?', 'sm2_keys?'],
  );
  const certificates = (value) => Promise.all(list(value ?? []).map((one) => readCertificate(unbase64(one))));
  return {
    roots: await certificates(said.roots),
    timeRoots: await certificates(said.time_roots),
    issuers: await certificates(said.issuers),
    signers: list(said.signers ?? []).map((one) => hex(unhex(one, 32))),
    revoked: list(said.revoked ?? []).map((one) => {
      members(one, 'certificate', 'at');
      return { certificate: hex(unhex(one.certificate, 32)), at: instant(one.at) };
    }),
    policies: list(said.policies ?? []),
    sm2Keys: list(said.sm2_keys ?? []),
    logKeys: await Promise.all(
      list(said.log_keys ?? []).map(async (one) => {
        members(one, 'name', 'public', 'from', 'until?');
        const key = unbase64(one.public);
        if (key.length !== 32 || typeof one.name !== 'string') refuse('a log key');
        return {
          name: one.name,
          key,
          id: (await sha256(join(utf8(one.name), [0x0a, 1], key))).subarray(0, 4),
          from: instant(one.from),
          until: one.until === undefined || one.until === null ? Infinity : instant(one.until),
        };
      }),
    ),
  };
};

const among = (certificates, one) => certificates.some((other) => equalCertificates(one, other));

// From a certificate to a root: itself first, the root last; null when there is no way.
const pathTo = async (leaf, issuers, roots) => {
  const path = [leaf];
  let checks = MOST_CHECKS;
  const climb = async (from) => {
    if (among(roots, from)) return true;
    if (path.length >= LONGEST_PATH) return false;
    const below = path.length - 1;
    for (const candidate of [...roots, ...issuers]) {
      if (!same(from.issuer, candidate.subject) || !mayIssue(candidate, below) || among(path, candidate)) continue;
      if (checks === 0) return false;
      checks -= 1;
      if (!(await signedBy(from, candidate))) continue;
      path.push(candidate);
      if (await climb(candidate)) return true;
      path.pop();
    }
    return false;
  };
  return (await climb(leaf)) ? path : null;
};

const isRevoked = (trust, certificate, at) =>
  trust.revoked.some((one) => one.certificate === hex(certificate.sha256) && one.at <= at);

const standingOf = (trust, path, at) => {
  if (path.some((certificate) => at < certificate.notBefore)) return 'not_yet';
  if (path.some((certificate) => isRevoked(trust, certificate, at))) return 'revoked';
  if (path.some((certificate) => certificate.notAfter < at)) return 'expired';
  return 'good';
};

// The authenticity of the signer's certificate; `attested` is null where no good token proves a time.
const judge = async (trust, chain, attested, now) => {
  const [signer, ...others] = chain;
  if (trust.signers.length > 0 && !trust.signers.includes(hex(signer.sha256))) return 'other_signer';
  const pinned = (other) => among(trust.issuers, other) || among(trust.roots, other);
  if (!maySign(signer) || !others.every(pinned)) return 'untrusted_chain';
  const path = await pathTo(signer, trust.issuers, trust.roots);
  if (path === null) return 'untrusted_chain';
  const standing = standingOf(trust, path, attested ?? now);
  if (standing === 'good') return 'trusted';
  if (standing === 'not_yet') return 'untrusted_chain';
  if (attested === null) return 'unknown';
  return standing === 'revoked' ? 'revoked' : 'untrusted_chain';
};

// A token that was read, not believed.
const readToken = async (der) => {
  const message = await readMessage(der);
  if (message.version !== 3 || message.contentType !== TST_INFO || message.unsigned || !message.content) {
    refuse('not a token');
  }
  const walk = Walk.only(message.content, SEQUENCE);
  if (walk.small() !== 1) refuse('a token of another version');
  const policy = walk.oid();
  const imprint = walk.sequence();
  if (readHash(imprint.expect(SEQUENCE).whole) !== 'SHA-256') refuse('an imprint of another kind');
  const digested = imprint.expect(OCTETS).content;
  imprint.finish();
  if (digested.length !== 32) refuse('an imprint of another length');
  walk.unsigned();
  const time = generalizedTime(walk.expect(GENERALIZED_TIME).content);
  walk.optional(SEQUENCE);
  walk.optional(BOOLEAN);
  if (!walk.empty && walk.bytes[walk.at] === INTEGER) walk.unsigned();
  walk.optional(context(0));
  walk.optional(context(1));
  walk.finish();
  return { der, message, policy, imprint: digested, time, certificate: message.certificates[0] };
};

// Does a token attest this digest, and is its authority to be believed at its time?
const tokenHolds = async (token, imprint, trust) => {
  const { message } = token;
  if (!same(token.imprint, imprint) || !trust.policies.includes(token.policy) || message.hash === null) return false;
  if (await checkMessage(message, TST_INFO, message.hash, await digest(message.hash, message.content))) return false;
  if (!mayStamp(token.certificate)) return false;
  const path = await pathTo(token.certificate, [...trust.issuers, ...message.certificates], trust.timeRoots);
  if (path === null) return false;
  const checked = (one) => among(path, one) || among(trust.issuers, one) || among(trust.timeRoots, one);
  return message.certificates.every(checked) && standingOf(trust, path, token.time) === 'good';
};

// The token in a response that grants one.
const grantedToken = (response) => {
  const walk = Walk.only(response, SEQUENCE);
  const status = walk.sequence();
  if (status.small() > 1) refuse('not granted');
  status.optional(SEQUENCE);
  status.optional(BIT_STRING);
  status.finish();
  const token = walk.expect(SEQUENCE).whole;
  walk.finish();
  return token;
};
