// Settings whose value is a JSON object: arguments of a schedule, ranks by module. As text they stand in links and forms.
import { isRecord } from '../isRecord.ts';
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
  try {
    const value: unknown = JSON.parse(written.trim() === '' ? '{}' : written.replaceAll("'", '"'));
    if (!isRecord(value))
      return refused(
        `expected a JSON object such as {"name": 1}, got '${written}'.`,
        `应为 JSON 对象，例如 {"name": 1}，得到 '${written}'。`,
      );
    const entries: [string, number | string][] = [];
    for (const [name, entry] of Object.entries(value)) {
      if (typeof entry !== 'number' && typeof entry !== 'string')
        return refused(
          `${name} should be a number or a text, got ${JSON.stringify(entry)}.`,
          `${name} 应为数或文本，得到 ${JSON.stringify(entry)}。`,
        );
      entries.push([name, entry]);
    }
    return { object: Object.fromEntries(entries), problem: null };
  } catch (error) {
    return refused(
      `expected a JSON object such as {"name": 1}, got '${written}' (${String(error)}).`,
      `应为 JSON 对象，例如 {"name": 1}，得到 '${written}'（${String(error)}）。`,
    );
  }
}

/** Says in words why a text is none, or null. */
export const jsonObjectProblem = (written: string): Text | null => parse(written).problem;

/** The object of a text; '' is {}. Throws UserError 'settings'. */
export function jsonObject(written: string): JsonObject {
  const { object, problem } = parse(written);
  if (problem) throw badSettings({ problems: [problem] });
  return object;
}
