// Settings whose value is a JSON object: arguments of a schedule, ranks by module. As text they stand in links and forms.
import { UserError } from '../errors.ts';
import { isRecord } from '../isRecord.ts';

export type JsonObject = Readonly<Record<string, number | string>>;

function parse(text: string): JsonObject | string {
  try {
    const value: unknown = JSON.parse(text.trim() === '' ? '{}' : text.replaceAll("'", '"'));
    if (!isRecord(value)) return `expected a JSON object such as {"name": 1}, got '${text}'.`;
    const entries: [string, number | string][] = [];
    for (const [name, entry] of Object.entries(value)) {
      if (typeof entry !== 'number' && typeof entry !== 'string')
        return `${name} should be a number or a text, got ${JSON.stringify(entry)}.`;
      entries.push([name, entry]);
    }
    return Object.fromEntries(entries);
  } catch (error) {
    return `expected a JSON object such as {"name": 1}, got '${text}' (${String(error)}).`;
  }
}

/** Says in words why a text is none, or null. */
export function jsonObjectProblem(text: string): string | null {
  const parsed = parse(text);
  return typeof parsed === 'string' ? parsed : null;
}

/** The object of a text; '' is {}. Throws UserError 'recipe'. */
export function jsonObject(text: string): JsonObject {
  const parsed = parse(text);
  if (typeof parsed === 'string') throw new UserError('recipe', parsed);
  return parsed;
}
