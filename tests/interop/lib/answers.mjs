// Answers to a form, made from its definition: a quiet woman's, or any that a seed gives.

const standard = 'http://hl7.org/fhir/StructureDefinition/';

export const isHidden = (item) =>
  (item.extension ?? []).some((one) => one.url === `${standard}questionnaire-hidden` && one.valueBoolean);

const limit = (item, name) => {
  const found = (item.extension ?? []).find((one) => one.url === standard + name);
  return found && Object.entries(found).find(([member]) => member.startsWith('value'))[1];
};

export function* questions(items, path = []) {
  for (const item of items ?? []) {
    if (item.type === 'group') yield* questions(item.item, [...path, item]);
    else if (item.type !== 'display') yield { item, path };
  }
}

// The seeded numbers of mulberry32: the same on every machine.
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const value = (answer) => Object.values(answer)[0];

function same(one, other) {
  if (typeof one === 'object') return one.code === other.code && (other.system === undefined || one.system === other.system);
  return one === other;
}

// Whether an item is asked, given the answers to the questions that are asked.
export function enabled(item, given) {
  const holds = (condition) => {
    const answers = (given.get(condition.question) ?? []).map(value);
    const wanted = Object.entries(condition).find(([member]) => member.startsWith('answer'))[1];
    switch (condition.operator) {
      case 'exists':
        return answers.length > 0 === wanted;
      case '=':
        return answers.some((answer) => same(answer, wanted));
      case '>':
        return answers.some((answer) => answer > wanted);
      case '<':
        return answers.some((answer) => answer < wanted);
      case '>=':
        return answers.some((answer) => answer >= wanted);
      case '<=':
        return answers.some((answer) => answer <= wanted);
      default:
        throw new Error(`operator ${condition.operator}`);
    }
  };
  const conditions = item.enableWhen ?? [];
  if (conditions.length === 0) return true;
  return item.enableBehavior === 'any' ? conditions.some(holds) : conditions.every(holds);
}

// A response with what `choose` answers to each question that is asked: a list of values of the item's type, or nothing.
// Conditions may look forward, so it goes round until nothing changes; a question that is no longer asked loses its answers.
export function respond(form, choose) {
  const given = new Map();
  const chosen = new Map();
  for (let round = 0; round < 10; round += 1) {
    const before = JSON.stringify([...given]);
    for (const { item, path } of questions(form.item)) {
      const asked = [...path, item].every((one) => enabled(one, given));
      if (!asked || isHidden(item)) {
        given.delete(item.linkId);
        continue;
      }
      if (!chosen.has(item.linkId)) chosen.set(item.linkId, choose(item) ?? []);
      const answers = chosen.get(item.linkId);
      if (answers.length > 0) given.set(item.linkId, answers);
    }
    if (JSON.stringify([...given]) === before) break;
  }
  const write = (items) =>
    (items ?? []).flatMap((item) => {
      if (item.type === 'group') {
        const inside = write(item.item);
        return inside.length > 0 ? [{ linkId: item.linkId, item: inside }] : [];
      }
      return given.has(item.linkId) ? [{ linkId: item.linkId, answer: given.get(item.linkId) }] : [];
    });
  return {
    resourceType: 'QuestionnaireResponse',
    questionnaire: `${form.url}|${form.version}`,
    status: 'completed',
    item: write(form.item),
  };
}

const day = (shift) => new Date(Date.now() + shift * 86_400_000).toISOString().slice(0, 10);

// What a woman without any trouble would say; `texts` has what no definition tells.
export function quietly(item, texts = {}) {
  const one = (answer) => [answer];
  if (item.linkId in texts) {
    const told = [texts[item.linkId]].flat();
    return told.map((text) => typed(item, text));
  }
  switch (item.type) {
    case 'boolean':
      return one({ valueBoolean: false });
    case 'integer':
    case 'decimal': {
      const [min, max] = [limit(item, 'minValue') ?? 0, limit(item, 'maxValue') ?? 10];
      const middle = Math.floor((min + max) / 2);
      return one(item.type === 'integer' ? { valueInteger: middle } : { valueDecimal: middle });
    }
    case 'date':
      return one({ valueDate: day(-1) });
    case 'dateTime':
      return one({ valueDateTime: `${day(-1)}T08:30:00+08:00` });
    case 'string':
    case 'text':
      return one({ valueString: '无' });
    case 'choice':
    case 'open-choice': {
      const options = item.answerOption.map((option) => option.valueCoding);
      const quiet = options.find(({ code }) => ['none', 'no', 'normal', 'yes'].includes(code)) ?? options[0];
      return one({ valueCoding: quiet });
    }
    default:
      return [];
  }
}

function typed(item, text) {
  switch (item.type) {
    case 'choice':
    case 'open-choice':
      return { valueCoding: item.answerOption.map((option) => option.valueCoding).find(({ code }) => code === text) };
    case 'string':
    case 'text':
      return { valueString: text };
    case 'dateTime':
      return { valueDateTime: text };
    default:
      return { [`value${item.type[0].toUpperCase()}${item.type.slice(1)}`]: text };
  }
}

// What the definitions of our forms do not say by themselves.
export const known = {
  'id.name': '测试甲',
  'id.birth_date': '1996-03-12',
  'id.phone': '13800000001',
  'preg.edd': day(49),
  'preg.gravida': 1,
  'preg.para': 0,
  'preg.fetus_count': 1,
  'preg.height_cm': 162.5,
  'preg.weight_kg': 66.5,
  'preg.prepreg_weight_kg': 54.5,
};
