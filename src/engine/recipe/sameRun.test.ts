// What begins another run and what does not.
import { describe, expect, it } from 'vitest';
import { sampleProgram } from '../testing/sampleProgram.ts';
import type { Recipe } from './recipe.ts';
import { defaultValues, withPatch } from './recipe.ts';
import { sameRun, sameTensors } from './sameRun.ts';

const recipe: Recipe = {
  preset: 'ships-log',
  values: defaultValues,
  data: { name: 'mine.jsonl', text: '{"text":"a"}' },
  model: { name: 'small.gguf', digest: 'm1' },
  adapter: { name: 'first', digest: 'a1' },
};

describe('the same run', () => {
  it.each<[string, Partial<Recipe>]>([
    ['other questions', { prompts: ['Who?'] }],
    ['the same rows under another name', { data: { name: 'yours.jsonl', text: '{"text":"a"}' } }],
    [
      'the same files under other names',
      { model: { name: 'b', digest: 'm1' }, adapter: { name: 'b', digest: 'a1' } },
    ],
    [
      'the same values in another order',
      {
        values: withPatch(
          Object.fromEntries(Object.entries(defaultValues).reverse()) as typeof defaultValues,
          {},
        ),
      },
    ],
    ['answers made otherwise', { values: withPatch(defaultValues, { 'generate.do_sample': true }) }],
  ])('goes on with %s', (_, change) => {
    expect(sameRun(recipe, { ...recipe, ...change })).toBe(true);
  });

  it.each<[string, Partial<Recipe>]>([
    ['another preset', { preset: 'town-facts' }],
    ['a setting', { values: withPatch(defaultValues, { 'lora.r': 3 }) }],
    ['other rows', { data: { name: 'mine.jsonl', text: '{"text":"b"}' } }],
    ['another model', { model: { name: 'small.gguf', digest: 'm2' } }],
    ['a script', { program: sampleProgram }],
    ['a chat template', { chatTemplate: '{{ messages }}' }],
    ['another adapter', { adapter: { name: 'first', digest: 'a2' } }],
  ])('is another with %s', (_, change) => {
    expect(sameRun(recipe, { ...recipe, ...change })).toBe(false);
    expect(sameRun({ ...recipe, ...change }, recipe)).toBe(false);
  });

  it('goes on with the same script, wherever it came from', () => {
    const program = JSON.parse(JSON.stringify(sampleProgram));
    expect(sameRun({ ...recipe, program: sampleProgram }, { ...recipe, program })).toBe(true);
  });

  it('is another without the adapter', () => {
    const { adapter: _, ...fresh } = recipe;
    expect(sameRun(fresh, recipe)).toBe(false);
  });
});

describe('the same tensors', () => {
  it.each<[string, Partial<Recipe>, boolean]>([
    ['another learning rate', { values: withPatch(defaultValues, { 'train.learning_rate': 0.1 }) }, true],
    ['other rows', { data: { name: 'mine.jsonl', text: '{"text":"b"}' } }, true],
    ['another preset', { preset: 'town-facts' }, true],
    ['another rank', { values: withPatch(defaultValues, { 'lora.r': 3 }) }, false],
    ['another wiring', { values: withPatch(defaultValues, { 'wiring.requires_grad_all': true }) }, false],
    ['another model', { model: { name: 'small.gguf', digest: 'm2' } }, false],
    ['a script', { program: sampleProgram }, false],
  ])('%s', (_, change, same) => {
    expect(sameTensors(recipe, { ...recipe, ...change })).toBe(same);
  });
});
