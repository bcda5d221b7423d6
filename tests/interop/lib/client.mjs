// The server as a clinic's program meets it.

import fs from 'node:fs';

const url = process.env.INTEROP_URL;
const passwords = Object.fromEntries(
  fs
    .readFileSync(process.env.INTEROP_ACCOUNTS, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ')),
);

let keys = 0;

export async function login(role) {
  const body = JSON.stringify({ facility: 'interop', username: role, password: passwords[role] });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/staff/v1/sessions`, { method: 'POST', headers, body });
  if (answer.status !== 201) throw new Error(`${role} can't log in: ${answer.status} ${await answer.text()}`);
  const { token } = await answer.json();
  const ask = async (path, options = {}) => {
    const { body, method = body === undefined ? 'GET' : 'POST', ...rest } = options;
    const answer = await fetch(`${url}${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(body === undefined ? {} : { 'idempotency-key': `interop-${process.pid}-${(keys += 1)}` }),
        ...rest.headers,
      },
    });
    return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.json() };
  };
  return {
    ask,
    fhir: (path, options) => ask(`/fhir/R4${path}`, options),
    staff: (path, options) => ask(`/api/staff/v1${path}`, options),
    // The pages of a search, one after the other.
    async pages(path) {
      const pages = [];
      let next = path;
      while (next) {
        const page = await ask(`/fhir/R4${next}`);
        if (page.status !== 200) throw new Error(`${next}: ${page.status}`);
        pages.push(page.body);
        const link = page.body.link.find((one) => one.relation === 'next')?.url;
        next = link?.slice(link.indexOf('/fhir/R4') + '/fhir/R4'.length);
      }
      return pages;
    },
  };
}

// The newest version of every form, as it is served.
export async function questionnaires(client) {
  const pages = await client.pages('/Questionnaire?_count=4');
  const forms = pages.flatMap((page) => page.entry.map((entry) => entry.resource));
  return forms.filter((form) => !/-v\d/.test(form.id));
}

// A woman who is 33 weeks on, registered by the midwife.
export async function register(midwife, phone) {
  const edd = new Date(Date.now() + 49 * 86_400_000).toISOString().slice(0, 10);
  const body = { name: '测试甲', phone, birth_date: '1996-03-12', edd };
  const answer = await midwife.staff('/patients', { body });
  if (answer.status !== 201) throw new Error(`not registered: ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}
