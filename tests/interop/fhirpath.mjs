// For each score: on seeded random responses, some with missing answers, our number is that of two other engines on the
// expression that we give for it. Kinds of scores that no form has, and the ties of rounding, are tried on `scores/`.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { questions, respond, seeded } from './lib/answers.mjs';
import { check, finish } from './lib/tally.mjs';
import { here, load, python, root } from './lib/tools.mjs';

const fhirpath = load('fhirpath');
const r4 = load('fhirpath/fhir-context/r4');

const RESPONSES = 500;
const muan = process.env.INTEROP_BIN;
const run = (program, args, input) =>
  execFileSync(program, args, { input, encoding: 'utf8', maxBuffer: 1 << 28, env: { PATH: process.env.PATH, TZ: process.env.TZ } });
const lines = (text) => text.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));

const forms = path.join(root, 'content/questionnaires');
for (const name of fs.readdirSync(forms).filter((name) => !name.includes('.')).sort()) {
  const versions = fs.readdirSync(path.join(forms, name)).filter((file) => /^[0-9.]+\.json$/.test(file));
  if (versions.length === 0) continue;
  compare(name, JSON.parse(fs.readFileSync(path.join(forms, name, versions.sort().at(-1)), 'utf8')), []);
}

// Kinds of scores that no form of ours has stand in one of their own, in a copy of the content.
const KINDS = 'score-kinds';
const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'muan-scores-'));
try {
  fs.cpSync(path.join(root, 'content'), copy, { recursive: true });
  const folder = path.join(copy, 'questionnaires', KINDS);
  fs.mkdirSync(folder);
  for (const ending of ['json', 'rules.json']) fs.copyFileSync(path.join(here, 'scores', `${KINDS}.${ending}`), path.join(folder, `1.0.0.${ending}`));
  const form = JSON.parse(fs.readFileSync(path.join(folder, '1.0.0.json'), 'utf8'));
  const expressions = compare(KINDS, form, ['--dir', copy]);
  ties(expressions.rounded, ['--dir', copy]);
} finally {
  fs.rmSync(copy, { recursive: true });
}
finish();

// Ours and theirs on random responses; gives the expressions.
function compare(name, form, options) {
  const expressions = Object.fromEntries(
    lines(run(muan, ['content', 'fhirpath', name, ...options], '')).map(({ score, expression }) => [score, expression]),
  );
  if (Object.keys(expressions).length === 0) return expressions;
  const inputs = inputsOf(form, Object.values(expressions).join(' '));
  const random = seeded(20_250_901);
  const responses = Array.from({ length: RESPONSES }, () => respond(form, (item) => answer(item, inputs, random)));
  const [ours, theirs] = asked(name, responses, expressions, options);
  check(ours.length === RESPONSES && theirs.length === RESPONSES, `${name}: every response is answered`);
  for (const [score, expression] of Object.entries(expressions)) {
    const compiled = fhirpath.compile(expression, r4);
    let [given, missing] = [0, 0];
    const differs = responses.filter((response, number) => {
      const our = ours[number].scores[score];
      const wanted = our === null ? null : Number(our);
      const [js = null] = compiled(response, { resource: response });
      if (wanted === null) missing += 1;
      else given += 1;
      const ok = same(js, wanted) && same(theirs[number][score], wanted);
      if (!ok) console.error(`${name} ${score}: ours ${our}, fhirpath.js ${js}, fhirpathpy ${theirs[number][score]}: ${JSON.stringify(response.item)}`);
      return !ok;
    });
    check(differs.length === 0, `${name} ${score}: ${differs.length} of ${RESPONSES} differ`);
    // A score that skips what is missing seldom has nothing left.
    const few = score.endsWith('_skip') ? 0 : 20;
    check(given > 50 && missing >= few, `${name} ${score}: ${given} with a number, ${missing} without`);
  }
  return expressions;
}

// The ties of the specification: half up in all three.
function ties(expression, options) {
  const wanted = { 2.25: 2.3, 2.35: 2.4, 1.05: 1.1, 27.65: 27.7, 27.6253: 27.6 };
  const responses = Object.keys(wanted).map((value) => ({
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    item: [{ linkId: 'much', answer: [{ valueDecimal: Number(value) }] }],
  }));
  const [ours, theirs] = asked(KINDS, responses, { rounded: expression }, options);
  const compiled = fhirpath.compile(expression, r4);
  Object.entries(wanted).forEach(([value, rounded], number) => {
    const [js] = compiled(responses[number], { resource: responses[number] });
    const all = [ours[number].scores.rounded, js, theirs[number].rounded].map(Number);
    check(all.every((one) => same(one, rounded)), `${value} to one digit is ${rounded}: ${all.join(', ')}`);
  });
}

function asked(name, responses, expressions, options) {
  const ours = lines(run(muan, ['content', 'try', name, '-', ...options], responses.map((one) => JSON.stringify(one)).join('\n')));
  const questions = responses.map((response) => JSON.stringify({ response, expressions })).join('\n');
  return [ours, lines(run(python, [path.join(here, 'fhirpath.py')], questions))];
}

function same(one, other) {
  return one === null || other === null ? one === other : Math.abs(Number(one) - other) < 1e-9;
}

// The questions that the expressions name, and those that their conditions look at.
function inputsOf(form, text) {
  const wanted = new Set();
  const all = [...questions(form.item)];
  for (const { item } of all) if (text.includes(`'${item.linkId}'`)) wanted.add(item.linkId);
  for (const { item, path } of all) {
    if (!wanted.has(item.linkId)) continue;
    for (const one of [...path, item]) for (const condition of one.enableWhen ?? []) wanted.add(condition.question);
  }
  return wanted;
}

function answer(item, inputs, random) {
  if (!inputs.has(item.linkId) || random() < 0.12) return [];
  const day = (from, to) => {
    const at = Date.now() + (from + random() * (to - from)) * 86_400_000;
    return new Date(at).toISOString().slice(0, 10);
  };
  const bound = (name) => {
    const found = item.extension.find((one) => one.url.endsWith(`/${name}`));
    return Object.entries(found).find(([member]) => member.startsWith('value'))[1];
  };
  switch (item.type) {
    case 'boolean':
      return [{ valueBoolean: random() < 0.85 }];
    case 'integer':
      return [{ valueInteger: Math.floor(bound('minValue') + random() * (bound('maxValue') - bound('minValue'))) }];
    case 'decimal': {
      const [min, max] = [bound('minValue'), bound('maxValue')];
      // Whole numbers and halves as well: among them are the ties.
      const steps = [1, 2, 10][Math.floor(random() * 3)];
      return [{ valueDecimal: Math.round((min + random() * (max - min)) * steps) / steps }];
    }
    case 'date': {
      const full = item.linkId.includes('birth') ? day(-55 * 365, 10) : item.linkId.includes('edd') ? day(-20, 290) : day(-12, 1);
      // A date may lack its day.
      return [{ valueDate: random() < 0.06 ? full.slice(0, 7) : full }];
    }
    case 'dateTime': {
      if (random() < 0.15) return [{ valueDateTime: day(-12, 1) }];
      const hours = String(Math.floor(random() * 24)).padStart(2, '0');
      const zone = ['+08:00', 'Z', '-05:00'][Math.floor(random() * 3)];
      return [{ valueDateTime: `${day(-12, 1)}T${hours}:30:00${zone}` }];
    }
    case 'choice': {
      const options = item.answerOption;
      return [{ valueCoding: { code: options[Math.floor(random() * options.length)].valueCoding.code } }];
    }
    default:
      return [];
  }
}
