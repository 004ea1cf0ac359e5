// A chat template of one's own in the script: whole on the tokenizer before anything reads rows, and used by the functions that render rows.
import { describe, expect, it } from 'vitest';
import { ChatTemplate } from '../../data/chatTemplate.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { pythonScript } from './pythonScript.ts';
import { withoutMarks } from './templateLines.ts';

const template =
  '{% for m in messages %}\n"""\\{{ m.content }}\u202e\n{% generation %}x{% endgeneration %}{% endfor %}';
const scriptOf = (patch: RecipePatch, chatTemplate?: string): string =>
  pythonScript(withPatch(defaultValues, patch), {
    model: 'model',
    data: 'rows.jsonl',
    format: 'messages',
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
  });

describe('the script', () => {
  it('sets the template on the tokenizer, whatever stands in it', () => {
    const script = scriptOf({ 'wiring.stack': 'trl-1.9.0', 'wiring.trainer': 'SFTTrainer' }, template);
    expect(script).toContain(
      [
        'tokenizer = AutoTokenizer.from_pretrained(MODEL)',
        'tokenizer.chat_template = (',
        '    "{% for m in messages %}\\n"',
        '    "\\"\\"\\"\\\\{{ m.content }}\\u202e\\n"',
        '    "{% generation %}x{% endgeneration %}{% endfor %}"',
        ')',
      ].join('\n'),
    );
    expect(script).not.toContain('im_start');
  });

  it.each<[string, RecipePatch]>([
    ['Trainer', { 'wiring.trainer': 'Trainer' }],
    ['a loop', { 'wiring.trainer': 'loop' }],
    ['an older SFTTrainer', { 'wiring.stack': 'trl-0.7.10', 'wiring.trainer': 'SFTTrainer' }],
  ])('renders by it for %s, and by hand without it', (_, patch) => {
    const plain = { ...patch, 'bnb.bnb_4bit_quant_type': 'none' } as const;
    const script = scriptOf(plain, template);
    expect(script).toContain('tokenizer.apply_chat_template(messages, tokenize=False');
    expect(script).toContain('{% if true %}x{% endif %}');
    expect(script).not.toMatch(/im_start|generation %/);
    expect(scriptOf(plain)).toContain('<|im_start|>');
    expect(scriptOf(plain)).not.toContain('chat_template');
  });
});

it.each([
  ['a {%- generation -%} b {% endgeneration %}\nc'],
  ['{% generation %}\n  x\n{%- endgeneration -%}\n y'],
])('prints the same without the tag: %j', (source) => {
  const of = (one: string): string => new ChatTemplate(one).render({ messages: [] }).text;
  expect(of(withoutMarks(source))).toBe(of(source));
});
