// FSDP over a 4-bit base: what its weights are packed in decides whether they go into one tensor with the others. Texts as torch 2.1 to 2.15
// have them (distributed/fsdp/_flat_param.py _validate_tensors_to_flatten).
import { expect, it } from 'vitest';
import type { StackId } from '../../libraries/stacks.ts';
import { stackOf } from '../../libraries/stacks.ts';
import { benchConfig } from '../../testing/goldenBench.ts';
import type { ProgramValue } from '../program/program.ts';
import { Machine } from './machine.ts';
import { modelsOf } from './wire.ts';

/** What the training raises, and what is noted on the way. */
function trained(
  storage: ProgramValue | undefined,
  fsdp: readonly (readonly [string, ProgramValue])[] = [],
  stack: StackId = 'trl-0.11.4',
) {
  const machine = new Machine({ stack: stackOf(stack), models: modelsOf(benchConfig), judge: () => null });
  const bits = storage === undefined ? {} : { bnb_4bit_quant_storage: storage };
  const config = { dict: [['use_orig_params', 'true'], ...fsdp] } as const;
  const calls = [
    ['transformers.BitsAndBytesConfig', { load_in_4bit: true, ...bits }],
    [
      'transformers.AutoModelForCausalLM.from_pretrained',
      { quantization_config: { ref: 0 }, torch_dtype: { dtype: 'bfloat16' } },
    ],
    ['peft.LoraConfig', { target_modules: ['q_proj'] }],
    ['peft.get_peft_model', { model: { ref: 1 }, peft_config: { ref: 2 }, autocast_adapter_dtype: false }],
    [
      'transformers.TrainingArguments',
      { output_dir: 'o', bf16: true, fsdp: 'full_shard auto_wrap', fsdp_config: config },
    ],
    ['transformers.Trainer', { model: { ref: 3 }, args: { ref: 4 }, train_dataset: { placeholder: 'r' } }],
    ['transformers.Trainer.train', {}],
  ] as const;
  const error = machine.replay(
    calls.map(([callee, kwargs], at) => ({
      line: at + 1,
      callee,
      receiver: at === 6 ? { ref: 5 } : null,
      args: [],
      kwargs,
    })),
  );
  return {
    error: error?.message ?? null,
    notes: machine.notes.map(({ text }) => (typeof text === 'string' ? text : text.en)),
  };
}

it('packed in the dtype of the rest, it is flattened', () => {
  expect(trained({ dtype: 'bfloat16' }).error).toBeNull();
  expect(trained('bfloat16').error).toBeNull();
});

it('packed in integers or in another dtype, torch refuses with its own words', () => {
  expect(trained(undefined).error).toBe('Cannot flatten integer dtype tensors');
  expect(trained('float32').error).toMatch(
    /^Must flatten tensors with uniform dtype but got torch\.float32 and torch\.bfloat16$/,
  );
});

it('what nobody knows is said to be unknown', () => {
  const { error, notes } = trained({ placeholder: 'settings.storage' });
  expect(error).toBeNull();
  expect(notes.join()).toContain('what bnb_4bit_quant_storage is isn’t known');
});

it.each([
  ['version', 2],
  ['fsdp_version', '2'],
] as const)('%s %s flattens nothing, and is noted', (name, value) => {
  const { error, notes } = trained(undefined, [[name, value]], 'trl-0.26.2');
  expect(error).toBeNull();
  expect(notes.join()).toContain('its shards change no gradient');
});
