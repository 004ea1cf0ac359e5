// Lists of names in a setting's text: `["lm_head"]`, as JSON or as Python writes it.
import { quote } from '../quote.ts';
import type { Text } from '../text.ts';
import { text } from '../text.ts';

/** The names, or null when the text is not a list of strings. */
export function parseNames(list: string): readonly string[] | null {
  const trimmed = list.trim();
  if (trimmed === '' || trimmed === 'None' || trimmed === 'null') return [];
  try {
    const value: unknown = JSON.parse(trimmed.replaceAll("'", '"'));
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
  } catch {
    return null;
  }
}

export const identifierProblem = (name: string): Text | null =>
  /^[A-Za-z_]\w*$/.test(name)
    ? null
    : text(
        `expected a name of letters, digits and _, got ${quote(name)}.`,
        `应为由字母、数字和 _ 组成的名称，得到 ${quote(name)}。`,
      );

export const namesProblem = (names: string): Text | null =>
  parseNames(names) === null
    ? text(
        `expected a JSON list of names such as ["lm_head"], got ${quote(names)}.`,
        `应为名称的 JSON 列表，例如 ["lm_head"]，得到 ${quote(names)}。`,
      )
    : null;
