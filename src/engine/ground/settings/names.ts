// Lists of names in a setting's text: `["lm_head"]`, as JSON or as Python writes it.

/** The names, or null when the text is not a list of strings. */
export function parseNames(text: string): readonly string[] | null {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === 'None' || trimmed === 'null') return [];
  try {
    const value: unknown = JSON.parse(trimmed.replaceAll("'", '"'));
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
  } catch {
    return null;
  }
}

export const identifierProblem = (text: string): string | null =>
  /^[A-Za-z_]\w*$/.test(text) ? null : `expected a name of letters, digits and _, got '${text}'.`;

export const namesProblem = (text: string): string | null =>
  parseNames(text) === null ? `expected a JSON list of names such as ["lm_head"], got '${text}'.` : null;
