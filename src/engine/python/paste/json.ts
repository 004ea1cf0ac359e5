// JSON that people paste, some of it with the faults of a hand: a cut end is no business of ours, a trailing comma is.
export { isRecord } from '../../ground/isRecord.ts';

/** The value, or undefined where the text is no JSON. */
export function parseJson(text: string): unknown {
  const bare = text.trim();
  if (!/^[[{]/.test(bare)) return undefined;
  for (const candidate of [bare, bare.replace(/,(\s*[}\]])/g, '$1')]) {
    try {
      return JSON.parse(candidate);
    } catch {
      // The next one.
    }
  }
  return undefined;
}
