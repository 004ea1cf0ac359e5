// The chip of a weight says what its bytes stand in: the blocks of the open file, not the float32 that a script would have.
import { expect, it } from 'vitest';
import type { ParameterInfo } from '../../../engine/index.ts';
import type { ModelSummary } from '../../../engine/protocol.ts';
import { presetRecipe } from '../../state/recipeEdits.ts';
import { emptyState } from '../../state/store.ts';
import { presetEntries } from '../../testing/presetEntries.ts';
import { packedAs } from './packedAs.ts';

const q = 'model.layers.0.self_attn.q_proj.weight';
const summary: ModelSummary = {
  kind: 'gguf',
  name: 'tiny.gguf',
  title: 'Tiny',
  digest: '0123456789abcdef',
  bytes: 1,
  storedAs: 'Q4_1',
  unused: [],
  parameters: 1,
  layers: 1,
  hiddenSize: 1,
  vocabSize: 1,
  packed: [{ name: q, format: 'q4_1' }],
};
const parameter = (name: string, quantised: ParameterInfo['quantised'] = null): ParameterInfo => ({
  name,
  shape: [1, 1],
  dtype: 'float32',
  quantised,
  requiresGrad: false,
  gradient: 'frozen',
  bytes: 4,
  normIndex: null,
});

function page(digest: string) {
  const state = emptyState('en', 'system');
  const recipe = { ...presetRecipe(presetEntries, 'ships-log'), model: { name: summary.name, digest } };
  return { ...state, recipe, model: { ...state.model, summary } };
}

it('says the blocks of the file, whatever PEFT puts around the name', () => {
  const open = page(summary.digest);
  for (const name of [
    q,
    `base_model.model.${q}`,
    `base_model.model.${q.replace('.weight', '.base_layer.weight')}`,
  ])
    expect(packedAs(open, parameter(name))).toBe('q4_1');
  expect(packedAs(open, parameter('base_model.model.model.norm.weight'))).toBeNull();
  expect(
    packedAs(open, parameter(`base_model.model.${q.replace('.weight', '.lora_A.default.weight')}`)),
  ).toBeNull();
});

it('says bitsandbytes’ type where the script asks for it, and nothing of a file that is not the recipe’s', () => {
  expect(packedAs(page(summary.digest), parameter(q, 'nf4'))).toBe('nf4');
  expect(packedAs(page('another'), parameter(q))).toBeNull();
  expect(packedAs(page(summary.digest), null)).toBeNull();
});
