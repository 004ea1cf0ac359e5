// A template's mistakes are told with their line, and none of them hangs or fills the memory.
import { expect, it } from 'vitest';
import { ChatTemplate } from './chatTemplate.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const rendered = (source: string): string =>
  new ChatTemplate(source).render({ messages, add_generation_prompt: true, eos_token: '</s>' }).text;

it('renders with the globals that transformers gives', () => {
  expect(rendered('{% for i in range(1, 6, 2) %}{{ i }}{% endfor %}{{ True }}{{ eos_token }}')).toBe(
    '135True</s>',
  );
  expect(rendered('{{ strftime_now("%Y-%m") }}')).toMatch(/^\d{4}-\d{2}$/);
  expect(rendered('{%- for m in messages -%}\n{{ m.content }}\n{%- endfor -%}')).toBe('Hi');
});

it.each([
  ['a statement that is none', 'a\nb\n{% fro x in y %}\nc', /line 3: Unknown statement type: fro/],
  ['an operator without its right side', '{{ 1 }}\n{{ 1 + }}', /line 2: /],
  ['a block that does not end', '{% if true %}\na\n', /line \d: /],
  ['a name that is not there, as it is used', 'x\n{# {{ not this }} #}\n\n{{ nobody + 1 }}', /line 4: /],
  [
    'a filter that is not there',
    "{{ '{%' }}\n{% for m in messages %}\n{{ m.content | nonsense }}\n{% endfor %}",
    /line 3: .*nonsense/,
  ],
])('names the line of %s', (_, source, words) => {
  expect(() => rendered(source)).toThrow(words);
});

it('says what it refuses as said of the messages', () => {
  expect(() => rendered("\n{{ raise_exception('Roles must alternate') }}")).toThrow(
    /refuses these messages: Roles must/,
  );
});

it.each([
  [
    'two nested loops of 30,000',
    '{% for i in range(30000) %}{% for j in range(30000) %}{% endfor %}{% endfor %}',
    /line 1: it does not end/,
  ],
  ['range(10**9)', 'a\n{% for i in range(10**9) %}x{% endfor %}', /line 2: it does not end/],
  ['range without a step', '{{ range(0, 5, 0) | length }}', /line 1: it does not end/],
  [
    'a text that doubles',
    "{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
    /does not end/,
  ],
  [
    'a macro that calls itself',
    '{% macro f(g) %}{{ g(g) }}{% endmacro %}{{ f(f) }}',
    /nests too deep|does not end/,
  ],
  ['{% if true %} 5,000 times', '{% if true %}'.repeat(5000) + '{% endif %}'.repeat(5000), null],
  ['100,000 brackets', `{{ ${'('.repeat(1e5)}1${')'.repeat(1e5)} }}`, /longer|nests too deep/],
  ['60,000 brackets', `{{ ${'['.repeat(6e4)} }}`, /nests too deep|line 1/],
  ['100,000 blanks', `{{ 1 }}${' '.repeat(1e5)}x`, /longer than any/],
  ['200,000 letters', 'a'.repeat(2e5), /longer than any/],
  ['20,000 expressions', '{{ 1 }}'.repeat(1e4), null],
])('ends with %s', (_, source, words) => {
  let said = '';
  try {
    rendered(source);
  } catch (error) {
    said = String(error);
  }
  if (words) expect(said).toMatch(words);
  expect(said).not.toMatch(/^RangeError|^TypeError/);
});
