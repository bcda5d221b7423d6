// The verifier's page as the service writes it: the parts in the order that the source names, with the words of both
// languages.

import fs from 'node:fs';
import path from 'node:path';

import { root } from './tools.mjs';

const read = (name) => fs.readFileSync(path.join(root, name), 'utf8');

function words(locale) {
  const groups = {};
  let group;
  for (const line of read(`content/evidence/${locale}.toml`).split('\n')) {
    const [, head] = /^\[(.*)\]$/.exec(line) ?? [];
    const [, key, value] = /^([a-z0-9_]+) = (".*")$/.exec(line) ?? [];
    if (head) group = groups[head] = {};
    else if (key) group[key] = JSON.parse(value);
  }
  return groups;
}

export function verifierPage() {
  const parts = [...read('src/evidence/verify/page.rs').matchAll(/include_str!\("[./]*(content[^"]*)"\)/g)];
  const [page, style, ...scripts] = parts.map(([, name]) => read(name));
  const all = JSON.stringify({ 'zh-CN': words('zh-CN'), en: words('en') }).replaceAll('<', '\\u003c');
  const script = `'use strict';\nconst WORDS = ${all};\n${scripts.join('\n')}`;
  return page.replace('/*style*/', () => style).replace('/*script*/', () => script);
}
