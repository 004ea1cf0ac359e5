// "Why?" names the first place where the graph is cut, the call that froze, or says that all is well.
import { expect, it } from 'vitest';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { benchConfig } from '../../testing/goldenBench.ts';
import { examine } from './examine.ts';
import { why } from './why.ts';

const ask = (patch: RecipePatch, path: string) =>
  why(
    examine(benchConfig, withPatch(defaultValues, patch), {
      batch: { rows: 1, tokens: 8 },
      allMasked: false,
    }),
    path,
  );
const B = (layer: number): string =>
  `base_model.model.model.layers.${layer}.self_attn.q_proj.lora_B.default.weight`;

it('names the reentrant layer under no_grad', () => {
  const found = ask({ 'wiring.attach': 'get_peft_model', 'train.gradient_checkpointing': true }, B(1));
  expect(found?.cutAt).toBe('base_model.model.model.layers.1');
  expect(found?.words.en).toMatch(/layers\.1 ran under no_grad, as a reentrant checkpoint/);
  expect(found?.gradient).toBe('none');
});

it('names the call that froze the adapter', () => {
  const found = ask(
    { 'wiring.attach': 'get_peft_model', 'wiring.prepare_model_for_kbit_training': 'after' },
    B(0),
  );
  expect(found?.words.en).toMatch(/until prepare_model_for_kbit_training set requires_grad to False/);
});

it.each([
  ['IA3', 'k_proj.ia3_l.default'],
  ['VERA', 'k_proj.vera_lambda_b.default'],
] as const)('names the call that froze an adapter of %s', (type, part) => {
  const recipe: RecipePatch = {
    'peft.peft_type': type,
    'lora.target_modules': '["k_proj","down_proj"]',
    'wiring.attach': 'get_peft_model',
  };
  const path = `base_model.model.model.layers.0.self_attn.${part}`;
  expect(ask({ ...recipe, 'wiring.prepare_model_for_kbit_training': 'after' }, path)?.words.en).toMatch(
    /until prepare_model_for_kbit_training set requires_grad to False/,
  );
  expect(ask({ ...recipe, 'lora.inference_mode': true }, path)?.words.en).toMatch(/attached frozen/);
});

it('tells the loss, the normal zero, the base and the healthy apart', () => {
  expect(
    ask({ 'wiring.attach': 'get_peft_model', 'wiring.trainer': 'loop', 'wiring.step': 'detach' }, B(0))
      ?.cutAt,
  ).toBe('');
  expect(ask({}, B(0).replace('lora_B', 'lora_A'))?.words.en).toMatch(/lora_B starts at zero/);
  expect(ask({}, B(0))?.words.en).toMatch(/a gradient arrives/);
  expect(ask({}, 'base_model.model.model.layers.0.self_attn.q_proj.base_layer.weight')?.words.en).toMatch(
    /packed 4-bit integers/,
  );
  expect(ask({ 'bnb.bnb_4bit_quant_type': 'none' }, 'base_model.model.model.norm.weight')?.words.en).toMatch(
    /belongs to the base/,
  );
});

it('a module stands for its first trainable tensor; what names nothing gets no answer', () => {
  expect(ask({}, 'base_model.model.model.layers.0')?.path).toMatch(/layers\.0\..*lora_/);
  expect(ask({}, 'no.such.module')).toBeNull();
});
