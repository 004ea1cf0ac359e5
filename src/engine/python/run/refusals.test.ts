// What a release refuses that no signature tells: fields read of None, arguments handed on, hooks and scalers that somebody else called.
import { describe, expect, it } from 'vitest';
import type { StackId } from '../../libraries/stacks.ts';
import { stackOf } from '../../libraries/stacks.ts';
import { benchConfig } from '../../testing/goldenBench.ts';
import type { ProgramValue } from '../program/program.ts';
import type { TrainingEvent } from './acting.ts';
import { Machine } from './machine.ts';
import { modelsOf } from './wire.ts';

type Call = readonly [
  callee: string,
  kwargs?: Record<string, ProgramValue>,
  on?: string,
  args?: readonly ProgramValue[],
];

/** What the calls raise, and what was trained before. */
function run(stack: StackId, calls: readonly Call[]) {
  const trained: TrainingEvent[] = [];
  const machine = new Machine({
    stack: stackOf(stack),
    models: modelsOf(benchConfig),
    judge: (event) => {
      trained.push(event);
      return null;
    },
  });
  const error = machine.replay(
    calls.map(([callee, kwargs = {}, on, args = []], at) => {
      const [ref, path] = (on ?? '').split(':');
      const receiver = on === undefined ? null : { ref: Number(ref), ...(path ? { path } : {}) };
      return { line: at + 1, callee, receiver, args: [...args], kwargs };
    }),
  );
  return { error: error && `${error.type}: ${error.message}`, trained };
}

const load: Call = [
  'transformers.AutoModelForCausalLM.from_pretrained',
  { torch_dtype: { dtype: 'float16' } },
];
const config: Call = ['peft.LoraConfig', { target_modules: ['q_proj'] }];

describe('SFTTrainer of 2023 and 2024', () => {
  const sft = (stack: StackId, given: Record<string, ProgramValue>) =>
    run(stack, [
      load,
      config,
      ['transformers.TrainingArguments', { output_dir: 'out' }],
      ['trl.SFTTrainer', { model: { ref: 0 }, train_dataset: { placeholder: 'rows' }, ...given }],
    ]).error;
  const peft = { peft_config: { ref: 1 } };
  const field = { dataset_text_field: 'text' };

  it('reads a field of None when it wraps a model without args', () => {
    expect(sft('trl-0.7.10', { ...peft, ...field })).toBe(
      "AttributeError: 'NoneType' object has no attribute 'bf16'",
    );
    expect(sft('trl-0.7.10', { ...peft, ...field, args: { ref: 2 } })).toBeNull();
    expect(sft('trl-0.7.10', field)).toBeNull();
    expect(sft('trl-0.7.1', { ...peft, ...field })).toBeNull();
    expect(sft('trl-0.8.6', { ...peft, ...field })).toBeNull();
  });

  it('wants to be told how to read its rows', () => {
    const refused = /^ValueError: You passed `packing=False` to the SFTTrainer, but/;
    expect(sft('trl-0.8.6', peft)).toMatch(refused);
    expect(sft('trl-0.7.1', { args: { ref: 2 } })).toMatch(refused);
    expect(sft('trl-0.8.6', { ...peft, packing: true })).toBeNull();
    expect(sft('trl-0.8.6', { ...peft, formatting_func: { callable: 'f' } })).toBeNull();
    expect(sft('trl-0.9.6', peft)).toBeNull();
  });
});

it('Trainer before 4.37 finds no columns for a PeftModel without a task', () => {
  const sft = (stack: StackId, task: ProgramValue, more: Record<string, ProgramValue> = {}) =>
    run(stack, [
      load,
      ['peft.LoraConfig', { target_modules: ['q_proj'], task_type: task }],
      ['transformers.TrainingArguments', { output_dir: 'out', ...more }],
      [
        'trl.SFTTrainer',
        {
          model: { ref: 0 },
          args: { ref: 2 },
          train_dataset: { placeholder: 'rows' },
          dataset_text_field: 'text',
          peft_config: { ref: 1 },
        },
      ],
      ['transformers.Trainer.train', {}, '3'],
    ]).error;
  expect(sft('trl-0.7.1', null)).toMatch(/^IndexError: Invalid key: \d+ is out of bounds for size 0$/);
  expect(sft('trl-0.7.10', null)).toMatch(/^IndexError/);
  expect(sft('trl-0.7.1', 'CAUSAL_LM')).toBeNull();
  expect(sft('trl-0.7.1', null, { remove_unused_columns: false })).toBeNull();
  expect(sft('trl-0.8.6', null)).toBeNull();
});

it('transformers 5 hands load_in_4bit on to a model that does not know it', () => {
  const bits = (stack: StackId) =>
    run(stack, [['transformers.AutoModelForCausalLM.from_pretrained', { load_in_4bit: true }]]).error;
  expect(bits('trl-1.16.0')).toBe(
    "TypeError: LlamaForCausalLM.__init__() got an unexpected keyword argument 'load_in_4bit'",
  );
  expect(bits('trl-0.29.1')).toBeNull();
});

describe("accelerate's scaler", () => {
  const loop = (precision: string, last: Call) =>
    run('trl-0.11.4', [
      load,
      config,
      ['peft.get_peft_model', { model: { ref: 0 }, peft_config: { ref: 1 }, autocast_adapter_dtype: false }],
      ['torch.optim.AdamW', { params: { placeholder: 'params' } }],
      ['accelerate.Accelerator', { mixed_precision: precision }],
      ['accelerate.Accelerator.prepare', {}, '4', [{ ref: 2 }, { ref: 3 }]],
      ['torch.nn.Module.__call__', {}, '2'],
      ['torch.Tensor.backward', {}, '6:loss'],
      last,
    ]);
  const refused = 'ValueError: Attempting to unscale FP16 gradients.';

  it('refuses float16 gradients where they are clipped and where a prepared optimiser steps', () => {
    const clip: Call = ['accelerate.Accelerator.clip_grad_norm_', {}, '4'];
    const step: Call = ['torch.optim.Optimizer.step', {}, '3'];
    expect(loop('fp16', clip)).toMatchObject({ error: refused, trained: [{ trainer: 'loop' }] });
    expect(loop('fp16', step).error).toBe(refused);
    expect(loop('no', clip).error).toBeNull();
    expect(loop('no', step).error).toBeNull();
  });
});

it('a hook counts that makes the output require grad, as long as it is there', () => {
  const hooks = (grads: boolean, ...then: Call[]) =>
    run('trl-0.11.4', [
      load,
      ['torch.nn.Module.register_forward_hook', { requires_grad: grads }, '0:model.embed_tokens'],
      ...then,
      ['transformers.Trainer', { model: { ref: 0 } }],
      ['transformers.Trainer.train', {}, String(2 + then.length)],
    ]).trained[0]?.model.script.inputGradHooks;
  expect(hooks(true)).toBe(1);
  expect(hooks(false)).toBe(0);
  expect(hooks(true, ['torch.utils.hooks.RemovableHandle.remove', {}, '1'])).toBe(0);
});

describe('words and releases that don’t fit', () => {
  const attach = (stack: StackId, word: string) =>
    run(stack, [
      load,
      ['peft.LoraConfig', { target_modules: ['q_proj'], init_lora_weights: word }],
      ['peft.get_peft_model', { model: { ref: 0 }, peft_config: { ref: 1 } }],
    ]).error;

  it('a first value of another release is unknown', () => {
    const unknown = (word: string) => `ValueError: Unknown initialization init_lora_weights='${word}'`;
    expect(attach('trl-0.8.6', 'pissa_niter_4')).toBe(unknown('pissa_niter_4'));
    expect(attach('trl-0.9.6', 'pissa_niter_4')).toBeNull();
    expect(attach('trl-0.9.6', 'olora')).toBe(unknown('olora'));
    expect(attach('trl-0.11.4', 'olora')).toBeNull();
    expect(attach('trl-0.12.2', 'eva')).toBe(unknown('eva'));
    expect(attach('trl-1.16.0', 'gausian')).toBe(unknown('gausian'));
    expect(attach('trl-0.7.1', 'gausian')).toBeNull();
  });

  it('TRL’s own samplers meet a transformers that hands them a data set', () => {
    const kto = (stack: StackId) =>
      run(stack, [
        load,
        config,
        ['trl.KTOConfig', { output_dir: 'out' }],
        ['trl.KTOTrainer', { model: { ref: 0 }, args: { ref: 2 }, peft_config: { ref: 1 } }],
        ['transformers.Trainer.train', {}, '3'],
      ]).error;
    const taken = 'TypeError: KTOTrainer._get_train_sampler() takes 1 positional argument but 2 were given';
    expect(kto('trl-0.17.0')).toBe(taken);
    expect(kto('trl-0.15.2')).toBeNull();
    expect(kto('trl-0.19.1')).toBeNull();
  });
});
