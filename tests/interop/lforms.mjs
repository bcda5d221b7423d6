// Every served form in LHC-Forms, in a browser that reaches nothing but this machine: it shows what it should, takes a
// completed response, gives the same one back, works out our scores, and drops what is no longer asked.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

import { enabled, isHidden, known, quietly, respond } from './lib/answers.mjs';
import { login, questionnaires, register } from './lib/client.mjs';
import { check, finish } from './lib/tally.mjs';
import { here, load, tools } from './lib/tools.mjs';

const { chromium } = load('playwright-core');

// Not a woman's own form, or one that staff do not fill in for her.
const NOT_ENTERED = ['facility-readiness', 'pre-analgesia-staff', 'satisfaction'];
const KINDS = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript; charset=utf-8' };

const server = http.createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const file = pathname === '/' ? path.join(here, 'lib/forms.html') : path.join(tools, path.normalize(pathname));
  if (pathname === '/favicon.ico' || !fs.existsSync(file)) {
    response.statusCode = pathname === '/favicon.ico' ? 204 : 404;
    response.end();
    return;
  }
  response.setHeader('content-type', KINDS[path.extname(file)] ?? 'application/octet-stream');
  fs.createReadStream(file).pipe(response);
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const base = `http://127.0.0.1:${server.address().port}/`;

const browser = await chromium.launch({
  executablePath: process.env.INTEROP_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
const page = await browser.newPage();
const faults = [];
page.on('pageerror', (error) => faults.push(String(error)));
await page.route('**/*', (route) => {
  if (route.request().url().startsWith(base)) return route.continue();
  faults.push(`asked for ${new URL(route.request().url()).host}`);
  return route.abort();
});
await page.goto(base);

// Shows a form, waits until it has settled, gives the ids of what is to be seen.
const show = (form) =>
  page.evaluate(async (form) => {
    const place = document.getElementById('form');
    place.replaceChildren();
    await LForms.Util.addFormToPage(form, place, { fhirVersion: 'R4' });
    await settled();
    return [...place.querySelectorAll('[id^="item-"]')].map((item) => item.id.slice('item-'.length).replace(/(\/1)+$/, ''));
  }, form);

const showMerged = (form, response) =>
  page.evaluate(
    async ([form, response]) => {
      const empty = LForms.Util.convertFHIRQuestionnaireToLForms(form, 'R4');
      const merged = LForms.Util.mergeFHIRDataIntoLForms(response, empty, 'R4');
      const place = document.getElementById('form');
      place.replaceChildren();
      await LForms.Util.addFormToPage(merged, place, { fhirVersion: 'R4' });
      await settled();
    },
    [form, response],
  );

const back = () =>
  page.evaluate(async () => {
    await settled();
    return LForms.Util.getFormFHIRData('QuestionnaireResponse', 'R4', document.getElementById('form'));
  });

// A form has settled when its DOM has not changed for a while.
await page.evaluate(() => {
  window.settled = () =>
    new Promise((done) => {
      let timer;
      const watch = new MutationObserver(wait);
      function wait() {
        clearTimeout(timer);
        timer = setTimeout(() => {
          watch.disconnect();
          done();
        }, 150);
      }
      watch.observe(document.getElementById('form'), { subtree: true, childList: true, attributes: true });
      wait();
    });
});

// Items in the order of the form, answers by what they mean; without what is calculated.
function normal(response) {
  const value = (answer) => {
    const [[member, value]] = Object.entries(answer).filter(([member]) => member.startsWith('value'));
    if (member === 'valueCoding') return `${value.system ?? ''}|${value.code}`;
    if (member === 'valueDateTime' && value.length > 10) return new Date(value).toISOString();
    return value;
  };
  const walk = (items) =>
    (items ?? [])
      .filter((item) => !item.linkId.startsWith('score.'))
      .map((item) => ({ linkId: item.linkId, answer: item.answer?.map(value), item: item.item && walk(item.item) }));
  return JSON.stringify({ questionnaire: response.questionnaire, item: walk(response.item) });
}

function* flat(items) {
  for (const item of items ?? []) {
    yield item;
    yield* flat(item.item);
  }
}

const answersOf = (response, linkId) => [...flat(response.item)].find((item) => item.linkId === linkId)?.answer;

// What is to be seen of an empty form: what its conditions let through, and nothing hidden.
function* seen(items) {
  for (const item of items ?? []) {
    if (isHidden(item) || !enabled(item, new Map())) continue;
    yield item.linkId;
    yield* seen(item.item);
  }
}

const codes = (outcome) => outcome.issue.map((issue) => issue.details.coding[0].code);

// The same form with answers that stand in it from the beginning, as if somebody had typed them.
function begun(form, response) {
  const fill = (items, answered) => {
    for (const item of items) {
      const own = answered?.find((one) => one.linkId === item.linkId);
      if (item.item) fill(item.item, own?.item);
      else if (own) item.initial = own.answer;
    }
  };
  const copy = structuredClone(form);
  fill(copy.item, response.item);
  return copy;
}

const midwife = await login('midwife');
const validate = async (body) => (await midwife.fhir('/QuestionnaireResponse/$validate', { body })).body;
let women = 0;
for (const form of await questionnaires(midwife)) {
  const name = form.id;
  const shown = await show(form);
  const expected = [...seen(form.item)];
  const other = [...expected.filter((id) => !shown.includes(id)), ...shown.filter((id) => !expected.includes(id))];
  check(other.length === 0, `${name}: ${expected.length} items to be seen, ${shown.length} seen: ${other}`);

  const response = respond(form, (item) => quietly(item, known));
  await showMerged(form, response);
  const returned = await back();
  check(normal(returned) === normal(response), `${name}: a merged response comes back the same: ${normal(returned)}`);
  const outcome = await validate(returned);
  check(codes(outcome).join() === 'valid', `${name}: what comes back is right: ${codes(outcome)}`);
  if (!NOT_ENTERED.includes(name)) {
    women += 1;
    const patient = await register(midwife, `1390000${String(women).padStart(4, '0')}`);
    const body = { questionnaire: name, content: returned };
    const entered = await midwife.staff(`/patients/${patient}/responses`, { body });
    const ours = entered.body.response;
    check(entered.status === 201, `${name}: what comes back is taken: ${entered.status} ${JSON.stringify(entered.body).slice(0, 300)}`);
    check(ours && normal(ours.content) === normal(response), `${name}: what is kept is the same`);
  }

  const calculated = form.item.filter((item) => item.linkId.startsWith('score.'));
  if (calculated.length > 0) {
    await show(begun(form, response));
    const worked = await back();
    const line = execFileSync(process.env.INTEROP_BIN, ['content', 'try', name, '-'], {
      input: JSON.stringify(response),
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    });
    const { scores } = JSON.parse(line);
    for (const { linkId } of calculated) {
      const [answer] = answersOf(worked, linkId) ?? [];
      const our = scores[linkId.slice('score.'.length)];
      check(our !== null && answer?.valueDecimal === Number(our), `${name} ${linkId}: ${answer?.valueDecimal}, ours ${our}`);
    }
    const outcome = await validate(worked);
    check(codes(outcome).join() === 'valid', `${name}: its scores are ours: ${codes(outcome)}`);
  }

  // A question that a boolean switches on, where the form has one.
  const items = [...flat(form.item)];
  const child = items.find((item) => {
    const [condition, more] = item.enableWhen ?? [];
    return condition && !more && condition.answerBoolean === true && condition.operator === '=' && item.type !== 'group';
  });
  if (child) {
    const parent = child.enableWhen[0].question;
    const on = respond(form, (item) => quietly(item, { ...known, [parent]: true }));
    await showMerged(form, on);
    const before = answersOf(await back(), child.linkId);
    check(before?.length === 1, `${name}: ${child.linkId} is answered while ${parent} is on`);
    await page.click(`[id="${parent}/1/1|false"]`);
    const after = await back();
    check(answersOf(after, parent)?.[0].valueBoolean === false, `${name}: ${parent} is switched off`);
    check(answersOf(after, child.linkId) === undefined, `${name}: LHC-Forms drops ${child.linkId}`);
    const off = structuredClone(on);
    answersOf(off, parent)[0].valueBoolean = false;
    const told = codes(await validate(off));
    check(told.includes('disabledAnswerDropped'), `${name}: so do we: ${told}`);
  }
}
check(faults.length === 0, `no page error, nothing from elsewhere: ${faults}`);
await browser.close();
server.close();
finish();
