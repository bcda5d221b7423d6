// The pinned libraries, which lie outside the clone.

import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const tools = process.env.INTEROP_TOOLS;
export const load = createRequire(path.join(tools, 'package.json'));
export const here = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const root = path.resolve(here, '../..');
export const python = path.join(tools, 'venv/bin/python');
