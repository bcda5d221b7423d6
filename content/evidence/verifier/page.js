// The page around the verifier: takes files, shows the report in big letters. Text is only ever set as text.

const state = { locale: 'zh-CN', file: null, trust: null, newer: null, accepted: null, report: null };

const wordOf = (group, key) => WORDS[state.locale][group]?.[key] ?? key;

const shownParam = (param) => {
  // What moves a line or turns the direction of writing is not shown: somebody else chose it.
  const acts = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$/.test(param)) return param.replace(acts, '\ufffd');
  const east8 = new Date(Date.parse(param) + 8 * 3600 * 1000).toISOString();
  return `${east8.slice(0, 10)} ${east8.slice(11, 19)} (UTC+08:00)`;
};

const sentence = (group, code, params = []) => {
  const shown = params.map(shownParam);
  const filled = wordOf(group, code).replace('{*}', () => shown.join(', '));
  return filled.replace('{0}', () => shown[0] ?? '').replace('{1}', () => shown[1] ?? '').trimEnd();
};

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

// The bundle's own table of trust may be believed after its fingerprint was compared by hand.
const fingerprintOf = (report) => {
  const box = make('input', { type: 'checkbox', id: 'same' });
  box.checked = state.accepted === report.fingerprint;
  box.addEventListener('change', () => {
    state.accepted = box.checked ? report.fingerprint : null;
    run();
  });
  return [
    make('p', {}, wordOf('title', 'fingerprint')),
    make('p', {}, make('code', { id: 'fingerprint' }, report.fingerprint)),
    make('label', { class: 'check' }, box, make('span', {}, wordOf('title', 'same'))),
  ];
};

const show = () => {
  document.documentElement.lang = state.locale;
  document.title = wordOf('title', 'page');
  for (const element of document.querySelectorAll('[data-word]')) {
    element.textContent = wordOf('title', element.dataset.word);
  }
  const place = document.getElementById('report');
  place.replaceChildren();
  const { report } = state;
  if (report === null) return;
  const title = (key) => make('h2', {}, wordOf('title', key));
  const dimensions = Object.keys(WORDS[state.locale].dimension);
  const order = ['integrity', 'authenticity', 'time', 'content', 'evidence', 'log', 'consent'];
  place.append(
    title('verdict'),
    make('p', { class: `verdict ${report.overall}`, id: 'overall' }, wordOf('overall', report.overall)),
    ...(report.fingerprint === null ? [] : fingerprintOf(report)),
    title('meaning'),
    make('ul', {}, ...report.messages.map((one) => make('li', {}, sentence('message', one.code, one.params)))),
    title('dimensions'),
    make(
      'dl',
      {},
      ...order
        .filter((name) => dimensions.includes(name))
        .map((name) =>
          make('div', {}, make('dt', {}, wordOf('dimension', name)), make('dd', {}, wordOf(name, report[name]))),
        ),
    ),
    title('steps'),
    make(
      'ol',
      {},
      ...report.steps.map((step) =>
        make(
          'li',
          { class: step.result },
          make('span', { class: 'name' }, wordOf('step', step.step)),
          ' · ',
          make('span', { class: 'result' }, wordOf('result', step.result)),
          make('div', { class: 'why' }, sentence('code', step.code, step.params)),
        ),
      ),
    ),
  );
};

const fault = (text) => {
  const place = document.getElementById('fault');
  place.textContent = text ?? '';
  place.hidden = text === null;
};

// What is on the page is about the files that are chosen now: of several checks only the last one is shown.
let latest = 0;

const run = async () => {
  latest += 1;
  const mine = latest;
  state.report = null;
  fault(null);
  show();
  if (state.file === null) return;
  if (!globalThis.crypto?.subtle || !globalThis.DecompressionStream) {
    fault(wordOf('title', 'failed'));
    return;
  }
  try {
    const report = await verifyAccepted({ ...state });
    if (mine === latest) state.report = report;
  } catch (error) {
    const said = error.message === 'trust_unreadable' ? wordOf('code', 'trust_unreadable') : wordOf('title', 'failed');
    if (mine === latest) fault(said);
  }
  if (mine === latest) show();
};

const verifyAccepted = async ({ file, trust, newer, accepted }) => {
  const asked = { trust, newer, now: Date.now() };
  const report = await verify(file, asked);
  if (report.fingerprint === null || report.fingerprint !== accepted) return report;
  const own = (await attempt(() => readZip(file)))?.files.get('trust.json') ?? null;
  return { ...(await verify(file, { ...asked, trust: own })), fingerprint: report.fingerprint };
};

if (typeof document !== 'undefined') {
  for (const name of ['file', 'trust', 'newer']) {
    document.getElementById(name).addEventListener('change', async (event) => {
      const { target } = event;
      const [chosen] = target.files;
      // While the new one is being read the old one says nothing any more.
      latest += 1;
      state.report = null;
      show();
      const bytes = chosen ? new Uint8Array(await chosen.arrayBuffer()) : null;
      if (target.files[0] !== chosen) return;
      state[name] = bytes;
      if (name === 'file') state.accepted = null;
      await run();
    });
  }
  document.getElementById('language').addEventListener('click', () => {
    state.locale = state.locale === 'en' ? 'zh-CN' : 'en';
    show();
  });
  show();
}
