// Every form of others below a directory, read in both modes.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { check, finish } from './lib/tally.mjs';

const SLOW_MS = 50;
const folder = path.resolve(process.argv[2]);
const taken = path.join(process.env.INTEROP_WORK, 'taken');

function read(mode, ...more) {
  const args = ['content', 'import', folder, '--json', mode, ...more];
  const run = spawnSync(process.env.INTEROP_BIN, args, { encoding: 'utf8', maxBuffer: 1 << 28, env: { PATH: process.env.PATH } });
  check(run.status === 0 || run.status === 1, `${mode} ends with ${run.status}: ${run.stderr.slice(0, 500)}`);
  check(!run.stderr, `${mode} has nothing to complain of: ${run.stderr.slice(0, 500)}`);
  return run.stdout.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

function* below(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* below(file);
    else if (entry.name.endsWith('.json')) yield path.relative(path.resolve(process.argv[2]), file);
  }
}

const lenient = read('--lenient', '--out', taken);
const strict = read('--strict');
const files = [...below(folder)].sort();
check(files.length > 0, 'there are forms');
for (const [mode, lines] of [['lenient', lenient], ['strict', strict]]) {
  check(isDeepStrictEqual(lines.map(({ file }) => file).sort(), files), `${mode} reads every file`);
}
const sums = {};
for (const line of lenient) {
  const codes = [...new Set(line.defects.map(({ code }) => code))].sort();
  const other = strict.find(({ file }) => file === line.file);
  console.log(`${line.outcome.padEnd(9)} ${other.outcome.padEnd(9)} ${line.file}  ${codes.join(', ')}`);
  sums[line.outcome] = (sums[line.outcome] ?? 0) + 1;
  check(line.ms < SLOW_MS && other.ms < SLOW_MS, `${line.file} takes ${line.ms} and ${other.ms} ms`);
  check((line.outcome === 'accepted') === (codes.length === 0), `${line.file}: every defect has a code`);
  check(other.outcome === (codes.length === 0 ? 'accepted' : 'refused'), `${line.file}: strict takes no defect`);
  const written = path.join(taken, line.file);
  if (line.outcome === 'refused') {
    check(!fs.existsSync(written), `${line.file} is not written`);
  } else {
    const parse = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));
    check(isDeepStrictEqual(parse(written), parse(path.join(folder, line.file))), `${line.file} is written as it was`);
  }
}
console.log(Object.entries(sums).map(([outcome, count]) => `${count} ${outcome}`).join(', '));
finish();
