// What PEFT says of weights that are kept as [in, out], in the words that the real libraries printed (tests/golden/scripts-truth), and what is left in the
// configuration that is saved.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { buildModel, parseConfig } from '../models/families.ts';
import { wire } from '../python/run/wire.ts';
import type { RecipePatch } from '../recipe/recipe.ts';
import { defaultValues, withPatch } from '../recipe/recipe.ts';
import { goldenFamilies } from '../testing/familyCases.ts';
import type { Target } from './method.ts';
import { warnFanIn } from './wrap.ts';

const truth: { readonly warnings: readonly string[] } = JSON.parse(
  readFileSync('tests/golden/scripts-truth/held2__gpt2_head_and_wte.py.trl-0.11.4.json', 'utf8'),
);
const [turnedTold, plainTold] = truth.warnings;
const config = parseConfig(goldenFamilies.cases.find(({ name }) => name === 'gpt2')?.config);

const told = (patch: RecipePatch): string[] =>
  wire(config, withPatch(withPatch(defaultValues, { 'bnb.bnb_4bit_quant_type': 'none' }), patch))
    .script.warnings.map(({ category, message }) => `${category}: ${message}`)
    .filter((text) => text.includes('fan_in_fan_out'));

it.each([
  ['LoRA', { 'lora.target_modules': '["c_attn"]' }, [turnedTold]],
  [
    'LoRA on the head too',
    { 'lora.target_modules': '["c_attn", "wte", "lm_head"]' },
    [turnedTold, plainTold],
  ],
  ['IA3', { 'peft.peft_type': 'IA3', 'lora.target_modules': 'None' }, [turnedTold]],
  ['VeRA', { 'peft.peft_type': 'VERA', 'lora.target_modules': 'None' }, [turnedTold]],
  ['over 4-bit weights', { 'lora.target_modules': '["c_attn"]', 'bnb.bnb_4bit_quant_type': 'nf4' }, []],
  ['LN tuning', { 'peft.peft_type': 'LN_TUNING', 'lora.target_modules': 'None' }, []],
] as const)('%s', (_, patch, wanted) => {
  expect(told(patch)).toEqual(wanted);
});

it('a configuration that has it right is told nothing of a Conv1D', () => {
  const root = buildModel(config, { dtype: 'float32', quantType: null, doubleQuant: false });
  const at = (path: string): Target => [path, root.at(path) ?? root];
  const said: string[] = [];
  const script = { warn: (text: string) => void said.push(text) };
  warnFanIn([at('transformer.h.0.attn.c_attn')], true, script);
  expect(said).toEqual([]);
  warnFanIn([at('transformer.h.0.attn.c_attn'), at('lm_head')], true, script);
  expect(said).toEqual([plainTold]);
});
