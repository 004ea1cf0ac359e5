// Settings whose value is a JSON object: arguments of a schedule, ranks by module. As text they stand in links and forms.
import { isRecord } from '../isRecord.ts';
import { quote, shortened } from '../quote.ts';
import { readJson } from '../strictJson.ts';
import type { Text } from '../text.ts';
import { text } from '../text.ts';
import { badSettings } from './settingErrors.ts';

export type JsonObject = Readonly<Record<string, number | string>>;

interface Parsed {
  readonly object: JsonObject;
  readonly problem: Text | null;
}

const refused = (en: string, zh: string): Parsed => ({ object: {}, problem: text(en, zh) });

function parse(written: string): Parsed {
  const { value, problem } = readJson(written.trim() === '' ? '{}' : written.replaceAll("'", '"'), {
    deepest: 2,
  });
  if (problem || !isRecord(value)) {
    const [en, zh] = problem ? [` (${problem.en})`, `（${problem.zh}）`] : ['', ''];
    return refused(
      `expected a JSON object such as {"name": 1}, got ${quote(written)}${en}.`,
      `应为 JSON 对象，例如 {"name": 1}，得到 ${quote(written)}${zh}。`,
    );
  }
  const entries: [string, number | string][] = [];
  for (const [name, entry] of Object.entries(value)) {
    if (typeof entry !== 'number' && typeof entry !== 'string')
      return refused(
        `${shortened(name, 60)} should be a number or a text, got ${quote(entry)}.`,
        `${shortened(name, 60)} 应为数或文本，得到 ${quote(entry)}。`,
      );
    entries.push([name, entry]);
  }
  return { object: Object.fromEntries(entries), problem: null };
}

/** Says in words why a text is none, or null. */
export const jsonObjectProblem = (written: string): Text | null => parse(written).problem;

/** The object of a text; '' is {}. Throws UserError 'settings'. */
export function jsonObject(written: string): JsonObject {
  const { object, problem } = parse(written);
  if (problem) throw badSettings({ problems: [problem] });
  return object;
}
