// What templates use, one feature at a time, against transformers (tests/golden/template-features.json): text, spans, and what is refused.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChatTemplate } from './chatTemplate.ts';

type Spans = readonly (readonly [number, number])[];
interface Golden {
  readonly now: string;
  readonly special: Readonly<Record<string, string>>;
  readonly messages: readonly object[];
  readonly tools: readonly object[];
  /** The template, then its text and spans, or what transformers said of it. */
  readonly cases: readonly (readonly [string, string] | readonly [string, string, Spans])[];
}

const golden: Golden = JSON.parse(readFileSync('tests/golden/template-features.json', 'utf8'));

function rendered(template: string): readonly unknown[] {
  const { messages, tools, special } = golden;
  try {
    const { text, spans } = new ChatTemplate(template).render({
      messages,
      tools,
      add_generation_prompt: true,
      ...special,
    });
    return [text, spans];
  } catch (error) {
    return [`refused: ${String(error)}`];
  }
}

/** What the library's parser doesn't know is refused by its line; transformers prints it. No template of a family here has any of it. */
const UNKNOWN = [
  'raw %}',
  '{%+',
  '1e3',
  "('a',)",
  "'a' < 'b'",
  "3 * 'ab'",
  "'%s-%d'",
  'isalpha',
  "'=='",
  '| max',
  '[] | first',
  'dict(',
  '(3,)',
  "select('odd')",
  'groupby',
  'batch(',
  'loop.cycle',
  '{% with',
  'recursive',
  'divisibleby',
  'is eq',
  'round(2)',
  '| escape',
  'wordcount',
  "attr('a')",
];
/** Printed otherwise: pairs as lists, and in JSON a float without its point. */
const OTHERWISE = ['| items | list', 'items() | list', '[1.0, 1, 1e20'];

describe('a template', () => {
  beforeAll(() => {
    vi.useFakeTimers({ now: new Date(golden.now), toFake: ['Date'] });
  });
  afterAll(() => {
    vi.useRealTimers();
  });
  const has = (template: string) => (word: string) => template.includes(word);
  const cases = golden.cases.filter(([template]) => !OTHERWISE.some(has(template)));
  it.each(cases.map((one) => [one[0], one] as const))('%j', (template, [, text, spans]) => {
    const made = rendered(template);
    if (!spans || UNKNOWN.some(has(template))) expect(made).toEqual([expect.stringMatching(/^refused/)]);
    else expect(made).toEqual([text, spans]);
  });
});
