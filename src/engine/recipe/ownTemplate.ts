// A chat template of one's own in the model's place, as a recipe holds it: what text may be one, and which are short enough for every link.
// Whether it can be rendered data/chatTemplate.ts says.
import { quote, shortened } from '../ground/quote.ts';
import type { Check } from '../ground/shapes.ts';
import { string } from '../ground/shapes.ts';
import { text } from '../ground/text.ts';

/** Far more than the longest that models ship. */
export const MOST_TEMPLATE = 2 ** 17;

/** Longer ones go into a link only when asked for: chat programs cut it. */
const SHORT = 2000;
export const fitsEveryLink = (template: string): boolean => template.length <= SHORT;

const expected = text(
  `text that is not blank, of at most ${MOST_TEMPLATE} characters`,
  `不为空白、至多 ${MOST_TEMPLATE} 个字符的文本`,
);

export const ownTemplate: Check<string> = (value) => {
  const found = string(value);
  if (found) return found;
  const source = String(value);
  const fits = source.trim() !== '' && source.length <= MOST_TEMPLATE;
  return fits ? null : { at: '', expected, got: quote(shortened(source, 40)) };
};
