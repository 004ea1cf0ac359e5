// inspect(): what the page gets. Outcomes are checked against the libraries elsewhere; here the shape (the work it takes: work.test.ts).
import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../models/modelConfig.ts';
import { oneRotation } from '../../models/modelConfig.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { inspect } from '../inspect.ts';
import type { Inspection, ModuleInfo, ParameterInfo } from './inspection.ts';

/** SmolLM2-135M: 30 layers, tied head. */
const deep: ModelConfig = {
  hiddenSize: 576,
  intermediateSize: 1536,
  layers: 30,
  heads: 9,
  kvHeads: 3,
  headDim: 64,
  vocabSize: 49_152,
  family: 'llama',
  normEps: 1e-5,
  ...oneRotation(10_000, 64),
  own: {},
  maxPositions: 2048,
  tied: true,
};

const inspected = (patch: RecipePatch, config = deep): Inspection =>
  inspect(config, withPatch(defaultValues, patch));
const parametersOf = (module: ModuleInfo): ParameterInfo[] => [
  ...module.parameters,
  ...module.children.flatMap(parametersOf),
];
const classical: RecipePatch = { 'wiring.attach': 'get_peft_model', 'train.gradient_checkpointing': true };

describe('inspect', () => {
  it('shows the default recipe training, tensors in the order of the norms', () => {
    const { outcome, strip, tree, diagnosis, script } = inspected({});
    expect(outcome).toMatchObject({
      kind: 'trains',
      error: null,
      trainableTensors: 420,
      noneGradients: 0,
      zeroGradients: 210,
      nonzeroGradients: 210,
    });
    expect(strip.map((cell) => cell.id)).toEqual([
      'embed',
      ...Array.from({ length: 30 }, (_, i) => String(i)),
      'norm',
      'head',
      'loss',
    ]);
    expect(strip.some((cell) => cell.cut)).toBe(false);
    expect(diagnosis).toBeNull();
    const indices = parametersOf(tree).flatMap((parameter) =>
      parameter.normIndex === null ? [] : [parameter.normIndex],
    );
    expect(indices).toEqual(Array.from({ length: 420 }, (_, i) => i));
    expect(script).toContain('peft_config=peft_config');
  });

  it('cuts the classical failure at the first layer and offers repairs', () => {
    const { outcome, strip, diagnosis } = inspected(classical);
    expect(outcome.error).toEqual({
      type: 'RuntimeError',
      message: 'element 0 of tensors does not require grad and does not have a grad_fn',
      call: 'trainer.train() → loss.backward()',
    });
    expect(
      outcome.warnings.filter((warning) => warning.message.startsWith('None of the inputs')),
    ).toHaveLength(1);
    expect(strip.filter((cell) => cell.cut).map((cell) => cell.id)).toEqual(['0']);
    expect(strip.find((cell) => cell.id === '5')).toMatchObject({
      checkpoint: 'reentrant',
      underNoGrad: true,
      received: 'none',
      requiresGrad: false,
    });
    expect(diagnosis?.id).toBe('reentrant-without-hook');
  });

  it('shows a tree without a step when the script stops at attaching', () => {
    const { outcome, tree, strip, estimate } = inspect(
      deep,
      withPatch(defaultValues, { 'lora.target_modules': '["c_attn"]' }),
      {
        estimate: () => {
          throw new Error('not to be asked');
        },
      },
    );
    expect(outcome.error?.call).toBe('SFTTrainer(...)');
    expect(tree.className).toBe('LlamaForCausalLM');
    expect(strip.every((cell) => cell.gradFn === null)).toBe(true);
    expect(estimate).toBeNull();
  });

  it('counts packed weights with the elements they stand for and tied weights once', () => {
    const quantised = inspected({});
    const floats = inspected({ 'bnb.bnb_4bit_quant_type': 'none' });
    expect(quantised.allParams).toBe(floats.allParams);
    expect(parametersOf(quantised.tree).filter((one) => one.name.endsWith('lm_head.weight'))).toEqual([]);
  });
});
