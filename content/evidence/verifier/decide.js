// What follows from the dimensions: the verdict in the order of CE §13.2, and the sentences of §13.3.

const overallOf = (found) => {
  const foreign = ['other_signer', 'revoked'].includes(found.authenticity);
  const altered = ['modified', 'appended'].includes(found.integrity);
  if (foreign || found.log === 'inconsistent') return 'not_authentic';
  if (altered || found.evidence === 'mismatch') return 'altered';
  const authentic =
    found.integrity === 'intact' &&
    found.authenticity === 'trusted' &&
    found.time !== 'invalid' &&
    found.content !== 'unknown_here' &&
    ['included', 'pending_checkpoint'].includes(found.log);
  return authentic ? 'authentic' : 'indeterminate';
};

const missingOf = (found, facts) => {
  if (found.integrity === 'unreadable') return [['unreadable']];
  if (found.integrity === 'unsigned') return [['unsigned']];
  const said = [];
  if (found.authenticity === 'untrusted_chain') said.push(['untrusted_chain']);
  if (found.authenticity === 'unknown') {
    if (!facts.trustPinned) said.push(['trust_not_pinned']);
    else said.push([facts.certificateExpired ? 'time_unproved' : 'signer_unknown']);
  }
  if (found.time === 'invalid') said.push(['time_differs']);
  if (found.log === 'missing' && found.authenticity === 'trusted') {
    const asked = facts.logKeyless ? 'log_key_unknown' : 'not_recorded';
    said.push([facts.logAsked ? asked : 'log_not_given']);
  }
  if (found.content === 'unknown_here') said.push(['unknown_here']);
  return said;
};

const remarksOf = (found, facts) => {
  const said = [];
  if (facts.preserved) said.push(['preserved']);
  if (facts.revokedLater) said.push(['revoked_later']);
  if (facts.certificateExpired && found.time === 'attested') said.push(['certificate_expired']);
  if (found.time === 'pending') said.push(['time_pending']);
  if (found.time === 'claimed_only') said.push(['time_claimed']);
  if (found.log === 'pending_checkpoint') said.push(['log_pending']);
  if (found.evidence === 'redacted') said.push(['section_withheld', facts.withheld]);
  return said;
};

const messagesOf = (found, facts) => {
  const said = [];
  const overall = overallOf(found);
  if (overall === 'not_authentic') {
    if (found.authenticity === 'other_signer') said.push(['other_signer']);
    if (found.authenticity === 'revoked') said.push(['revoked_before']);
    if (found.log === 'inconsistent') said.push(['log_changed']);
  } else if (overall === 'altered') {
    if (found.integrity === 'modified') said.push(['changed']);
    if (found.integrity === 'appended') said.push(['appended']);
    if (found.evidence === 'mismatch') said.push(['section_differs', facts.mismatched]);
  } else if (overall === 'indeterminate') {
    said.push(...missingOf(found, facts));
  }
  const trusted = found.authenticity === 'trusted';
  if (trusted) said.push(...remarksOf(found, facts));
  // Section 4 of a bundle may be anybody's.
  if (trusted && facts.paper !== null && found.evidence !== 'mismatch') said.push(['paper', [facts.paper]]);
  // Off line nobody knows what became of the consent.
  if (trusted && found.integrity !== 'modified') said.push(['standing_unknown']);
  return said.map(([code, params]) => (params && params.length > 0 ? { code, params } : { code }));
};
