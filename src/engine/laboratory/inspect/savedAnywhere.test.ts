// modules_to_save may name any module of the tree: what comes of it is Python's outcome, never an error of ours.
import { describe, expect, it } from 'vitest';
import { behaviour } from '../../libraries/rules/behaviours.ts';
import type { StackId } from '../../libraries/stacks.ts';
import { stackOf, stacks } from '../../libraries/stacks.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { benchConfig, benchPatch } from '../../testing/goldenBench.ts';
import { estimateCost } from '../../training/estimate.ts';
import { trainerOptions } from '../../training/options.ts';
import { examine } from './examine.ts';

const names =
  'model layers layers.0 embed_tokens norm lm_head self_attn mlp q_proj down_proj act_fn input_layernorm nothing'.split(
    ' ',
  );
/** Run on PEFT 0.14.0, 0.17.1, 0.18.0, 0.20.0 and 0.21.2: what is saved, and what is in it, gets no adapter, so that nothing is left of the target. */
const NONE_LEFT = /^No modules were targeted for adaptation/;
const leavesNone = (id: StackId, name: string): boolean =>
  /^(model|layers|self_attn|q_proj)$/.test(name) && behaviour(stackOf(id), 'savedNotTargeted');

/** The wrapper is there when the target inside it is looked for. Run on PEFT 0.7.1, 0.10.0, 0.11.1, 0.12.0; lists on 0.14.0 too. */
const SWALLOWED =
  /^ModulesToSaveWrapper has no attribute|^modules_to_save cannot be applied to modules of type/;
const swallows = (id: StackId, name: string): boolean =>
  (/^(model|layers|layers.0|self_attn)$/.test(name) &&
    behaviour(stackOf(id), 'savedSwallowsTarget') === 'refuses') ||
  (name === 'layers' && behaviour(stackOf(id), 'savedRefusesLists') !== null);

const batch = { rows: 2, tokens: 8 };

function outcomeOf(patch: RecipePatch): string {
  const values = withPatch(
    withPatch(defaultValues, { ...benchPatch, 'lora.target_modules': '["q_proj"]' }),
    patch,
  );
  const { outcome, wired } = examine(benchConfig, values, { batch, allMasked: false });
  if (wired)
    estimateCost({
      config: benchConfig,
      wired,
      options: trainerOptions(values),
      largest: { train: batch, test: null, microBatches: 1 },
      steps: 1,
    });
  return outcome.error?.message ?? outcome.kind;
}

describe('modules_to_save', () => {
  it.each(names)('%s, under every stack, in bfloat16 and in 4 bits', (name) => {
    const packs = /^(model|layers|layers.0|self_attn|mlp|q_proj|down_proj)$/.test(name);
    for (const { id } of stacks)
      for (const type of ['none', 'nf4'] as const)
        for (const attach of ['get_peft_model', 'peft_config', 'from_pretrained_trainable'] as const) {
          const outcome = outcomeOf({
            'wiring.stack': id,
            'wiring.attach': attach,
            'bnb.bnb_4bit_quant_type': type,
            'lora.modules_to_save': JSON.stringify([name]),
          });
          if (leavesNone(id, name)) expect(outcome, `${id} ${type} ${attach}`).toMatch(NONE_LEFT);
          else if (swallows(id, name)) expect(outcome, `${id} ${type} ${attach}`).toMatch(SWALLOWED);
          else
            expect(
              /^only Tensors of floating point/.test(outcome),
              `${id} ${type} ${attach}: ${outcome}`,
            ).toBe(packs && type === 'nf4');
        }
  });

  it.each(names)('%s: disabled or merged, the model that is left runs', (name) => {
    for (const id of ['trl-0.7.1', 'trl-0.19.1', 'trl-1.16.0'] as const)
      for (const after of ['disable_adapter_layers', 'merge_and_unload', 'unload'] as const)
        for (const attach of ['get_peft_model', 'from_pretrained'] as const) {
          const outcome = outcomeOf({
            'wiring.stack': id,
            'wiring.trainer': 'loop',
            'wiring.attach': attach,
            'wiring.after_attach': after,
            'lora.modules_to_save': JSON.stringify([name]),
          });
          expect(outcome, `${id} ${attach} ${after}`).toMatch(
            leavesNone(id, name)
              ? NONE_LEFT
              : name === 'nothing'
                ? /not found in the base model/
                : /^(trains|silent|element 0 of tensors)/,
          );
        }
  });
});
