// The verifier's page in a browser without a network, opened from the disk: for each kept file it tells what the program
// tells, dimension by dimension and step by step; it can be read on a telephone and in both languages.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { check, finish } from './lib/tally.mjs';
import { load, root } from './lib/tools.mjs';
import { verifierPage } from './lib/verifier.mjs';

const { chromium } = load('playwright-core');
const kept = path.join(root, 'tests/fixtures/sealed/v1');
const cases = JSON.parse(fs.readFileSync(path.join(kept, 'cases.json'), 'utf8'));

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'muan-verify-'));
const file = path.join(folder, 'verify.html');
fs.writeFileSync(file, verifierPage());

const browser = await chromium.launch({
  executablePath: process.env.INTEROP_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
});
const context = await browser.newContext({ offline: true, viewport: { width: 360, height: 740 } });
const page = await context.newPage();
const faults = [];
page.on('pageerror', (error) => faults.push(String(error)));
page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
page.on('request', (request) => request.url().startsWith('file:') || faults.push(request.url()));
await page.goto(pathToFileURL(file).href);

// What the program and the page are to agree on; names of people in certificates are written in several ways.
const told = ({ messages, steps, fingerprint, ...dimensions }) => ({
  ...dimensions,
  messages,
  steps: steps.map((step) => (step.step === 'chain' ? { ...step, params: undefined } : step)),
});

const give = (name, file) => page.setInputFiles(`#${name}`, file ? [path.join(kept, file)] : []);

for (const one of cases) {
  await page.clock.setFixedTime(new Date(one.now));
  await give('file', null);
  await give('trust', one.trust);
  await give('newer', one.newer);
  await give('file', one.file);
  await page.waitForSelector('#overall');
  const report = await page.evaluate(() => state.report);
  const [ours, theirs] = [JSON.stringify(told(one.report)), JSON.stringify(told(report))];
  check(ours === theirs, `${one.file}: the page tells\n${theirs}\n  the program\n${ours}`);
  const shown = await page.textContent('main');
  check(!/\{[0-9*]\}|undefined|\[object/.test(shown), `${one.file}: every sentence is whole: ${shown}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  check(!wide, `${one.file}: nothing is wider than a telephone`);
}

// The bundle alone: nothing is more than consistent with itself until its fingerprint was compared by hand.
const own = cases.find((one) => one.file === 'own-trust.zip');
await page.clock.setFixedTime(new Date(own.now));
await give('trust', null);
await give('newer', null);
await give('file', own.file);
await page.waitForSelector('#fingerprint');
check((await page.evaluate(() => state.report.overall)) === 'indeterminate', 'a bundle does not vouch for itself');
await page.check('#same');
await page.waitForFunction(() => state.report?.overall === 'authentic');
check(true, 'a fingerprint that was compared makes its keys count');

// Somebody chooses another file while one is being checked, for a second here: what is shown is about the last one.
const [given, changed] = ['given.zip', 'changed.zip'].map((name) => cases.find((one) => one.file === name));
await page.clock.setFixedTime(new Date(given.now));
await give('trust', given.trust);
await page.evaluate(() => {
  const digest = crypto.subtle.digest.bind(crypto.subtle);
  crypto.subtle.digest = async (...all) => {
    if (window.slow) await new Promise((resolve) => setTimeout(resolve, 1000));
    return digest(...all);
  };
  window.slow = true;
});
await give('file', given.file);
check((await page.$('#overall')) === null, 'the verdict on another file is gone at once');
await page.evaluate(() => (window.slow = false));
await give('file', changed.file);
await page.waitForTimeout(2500);
check((await page.evaluate(() => state.report?.overall)) === 'altered', 'the last file chosen is the one that is shown');

check((await page.textContent('h1')) === '核验知情同意书', 'Chinese comes first');
await page.click('#language');
check((await page.textContent('h1')) === 'Verify a consent', 'English is one tap away');
const size = await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
check(size >= 18, `the type is large: ${size} px`);
const small = await page.evaluate(() => [...document.querySelectorAll('button')].filter((one) => one.offsetHeight < 44).length);
check(small === 0, 'buttons are large enough for a thumb');
check(faults.length === 0, `no page error, nothing from elsewhere: ${faults}`);

await browser.close();
fs.rmSync(folder, { recursive: true });
finish();
