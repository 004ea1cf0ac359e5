// The tape that the inspection reads and the tape that the device runs say the same: which tensors get a gradient, and what
// leaves every layer.
import { expect, it } from 'vitest';
import { parseConfig } from '../../models/families.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import { oneRotation } from '../../models/modelConfig.ts';
import { wire } from '../../python/run/wire.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { goldenFamilies } from '../../testing/familyCases.ts';
import { PythonError } from '../../torch/autograd/pythonError.ts';
import { adapterLayoutOf, recordTraining } from '../../training/recordTraining.ts';
import { examine } from './examine.ts';

const config: ModelConfig = {
  hiddenSize: 64,
  intermediateSize: 128,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  vocabSize: 64,
  family: 'llama',
  normEps: 1e-5,
  ...oneRotation(10_000, 16),
  own: {},
  maxPositions: 64,
  tied: true,
};
const batch = { rows: 2, tokens: 16 };

const bits: readonly RecipePatch[] = [{}, { 'bnb.bnb_4bit_quant_type': 'none' }];
const attach: readonly RecipePatch[] = [{}, { 'wiring.attach': 'get_peft_model' }];
const checkpointing: readonly RecipePatch[] = [
  {},
  { 'train.gradient_checkpointing': true, 'train.use_reentrant': 'true' },
  { 'train.gradient_checkpointing': true, 'train.use_reentrant': 'false' },
];
const hook: readonly RecipePatch[] = [{}, { 'wiring.enable_input_require_grads': true }];
const targets: readonly RecipePatch[] = [{}, { 'lora.target_modules': '["q_proj","down_proj"]' }];
const methods: readonly RecipePatch[] = [
  { 'lora.use_dora': true },
  { 'peft.peft_type': 'IA3', 'lora.target_modules': '["k_proj","down_proj"]' },
  { 'peft.peft_type': 'VERA', 'lora.target_modules': '["v_proj","down_proj"]' },
  { 'lora.modules_to_save': '["lm_head","embed_tokens"]' },
  { 'lora.target_modules': '["embed_tokens","v_proj","lm_head"]', 'wiring.trainer': 'Trainer' },
];
const plain = bits.flatMap((a) =>
  attach.flatMap((b) =>
    checkpointing.flatMap((c) => hook.flatMap((d) => targets.map((e) => ({ ...a, ...b, ...c, ...d, ...e })))),
  ),
);

const cases = [
  ...plain,
  ...methods.flatMap((method) =>
    checkpointing.map((c) => ({ 'wiring.attach': 'get_peft_model', ...c, ...method }) satisfies RecipePatch),
  ),
];

/** A float base with an adapter, a checkpointed 4-bit one, and trained copies, in every family. */
const ofFamilies = goldenFamilies.cases.flatMap(({ name, config: json }) =>
  (
    [
      {
        'wiring.attach': 'get_peft_model',
        'bnb.bnb_4bit_quant_type': 'none',
        'lora.target_modules': 'all-linear',
      },
      { 'train.gradient_checkpointing': true, 'lora.target_modules': 'all-linear' },
      {
        'wiring.attach': 'get_peft_model',
        'lora.target_modules': 'all-linear',
        'wiring.enable_input_require_grads': true,
      },
    ] satisfies RecipePatch[]
  ).map((patch) => [`${name} ${JSON.stringify(patch)}`, parseConfig(json), patch] as const),
);

it.each([...cases.map((patch) => [JSON.stringify(patch), config, patch] as const), ...ofFamilies])(
  '%s',
  (_, config, patch) => {
    const values = withPatch(defaultValues, patch);
    const seen = examine(config, values, { batch, allMasked: false });
    const wired = wire(config, values);
    const layout = adapterLayoutOf(wired);
    try {
      const { tape, recording } = recordTraining(wired, config, layout, batch, wired.backwardCall);
      expect(seen.outcome.error).toBeNull();
      const byName = new Map(
        [...(seen.wired?.root.namedParameters() ?? [])].map(([name, parameter]) => [name, parameter]),
      );
      for (const { name, parameter } of layout.tensors) {
        const other = byName.get(name);
        const gradient = recording.gradientOf(parameter);
        const state = !parameter.requiresGrad
          ? 'frozen'
          : !gradient
            ? 'none'
            : gradient.zero
              ? 'zero'
              : 'nonzero';
        expect(other && seen.gradientOf(other), name).toBe(state);
      }
      for (const [path, output] of tape.moduleOutputs) {
        if (!/layers\.\d+$|embed_tokens$|norm$/.test(path)) continue;
        expect(seen.step?.tape.moduleOutputs.get(path)?.requiresGrad, path).toBe(output.requiresGrad);
      }
    } catch (error) {
      if (!(error instanceof PythonError)) throw error;
      expect(seen.outcome.error?.message).toBe(error.message);
    }
  },
);
