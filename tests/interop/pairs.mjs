// The codes that we report on the answers of others to the forms of others.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { check, finish } from './lib/tally.mjs';

const folder = path.resolve(process.argv[2]);
const names = fs.readdirSync(folder).filter((file) => file.endsWith('-q.json')).map((file) => file.slice(0, -'-q.json'.length));
check(names.length > 0, 'there are pairs');
for (const name of names.sort()) {
  const file = (kind) => path.join(folder, `${name}-${kind}.json`);
  const run = spawnSync(process.env.INTEROP_BIN, ['content', 'judge', file('q'), file('qr')], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  if (!check((run.status === 0 || run.status === 1) && !run.stderr, `${name} ends with ${run.status}: ${run.stderr}`)) continue;
  const told = JSON.parse(run.stdout);
  const codes = Object.fromEntries(
    Object.entries(told).map(([kind, all]) => [kind, [...new Set(all.map((one) => one.code ?? one))].sort()]),
  );
  console.log(JSON.stringify({ pair: name, ...codes }));
  if (fs.existsSync(file('codes'))) {
    const wanted = JSON.parse(fs.readFileSync(file('codes'), 'utf8'));
    check(isDeepStrictEqual(codes, wanted), `${name}: ${JSON.stringify(codes)}, not ${JSON.stringify(wanted)}`);
  }
}
finish();
