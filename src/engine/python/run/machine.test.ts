// Programs executed call by call: what each call leaves, several models, what a version refuses.
import { describe, expect, it } from 'vitest';
import { signaturesFor } from '../../libraries/signatures/signatures.ts';
import type { StackId } from '../../libraries/stacks.ts';
import { stackOf } from '../../libraries/stacks.ts';
import { benchConfig } from '../../testing/goldenBench.ts';
import type { ProgramCall, ProgramValue } from '../program/program.ts';
import type { Signatures } from '../program/signatures.ts';
import { signaturesOf } from '../program/signatures.ts';
import type { TrainingEvent } from './acting.ts';
import { Machine } from './machine.ts';
import { modelsOf } from './wire.ts';

const models = modelsOf(benchConfig);

const tables = new Map<StackId, Signatures>();
for (const id of ['trl-0.7.1', 'trl-0.19.1', 'trl-0.22.2'] as const)
  tables.set(id, signaturesOf(await signaturesFor(stackOf(id))));

class Script {
  readonly events: TrainingEvent[] = [];
  readonly machine: Machine;

  constructor(stack: StackId) {
    this.machine = new Machine({
      stack: stackOf(stack),
      models,
      signatures: tables.get(stack) ?? null,
      judge: (event) => {
        this.events.push(event);
        return null;
      },
    });
  }

  call(callee: string, kwargs: Record<string, ProgramValue> = {}, on: number | string | null = null) {
    const [ref, path] = String(on ?? 0).split(':');
    const call: ProgramCall = {
      line: this.machine.calls.length + 1,
      callee,
      receiver: on === null ? null : { ref: Number(ref), ...(path ? { path } : {}) },
      args: [],
      kwargs,
    };
    return this.machine.call(call);
  }

  /** Loads, makes a configuration and wraps: refs 0, 1 and 2. */
  wrapped(config: Record<string, ProgramValue> = {}): this {
    this.call('transformers.AutoModelForCausalLM.from_pretrained', { torch_dtype: { dtype: 'bfloat16' } });
    this.call('peft.LoraConfig', { target_modules: ['q_proj'], task_type: 'CAUSAL_LM', ...config });
    this.call('peft.get_peft_model', { model: { ref: 0 }, peft_config: { ref: 1 } });
    return this;
  }

  trainable(ref: number) {
    const reply = this.machine.ask({ ref, path: '', what: 'parameters' });
    const rows = 'value' in reply && Array.isArray(reply.value) ? reply.value : [];
    return rows.flatMap((row) => (Array.isArray(row) && row[3] === true ? [String(row[0])] : []));
  }
}

describe('a program', () => {
  it('loads, wraps, and shows what requires grad under both roots', () => {
    const script = new Script('trl-0.19.1').wrapped();
    expect(script.trainable(2)).toHaveLength(4);
    expect(script.trainable(2)[0]).toBe(
      'base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight',
    );
    expect(script.trainable(0)[0]).toBe('model.layers.0.self_attn.q_proj.lora_A.default.weight');
    expect(script.machine.effects.at(-1)).toMatchObject({ trainable: { before: 21, after: 4 } });
    expect(script.call('peft.PeftModel.print_trainable_parameters', {}, 2)).toMatchObject({
      value: null,
      printed: expect.stringMatching(/^trainable params: 2,048 \|\| all params/),
    });
  });

  it('has the defaults of the version, not of the page', () => {
    const script = new Script('trl-0.22.2').wrapped({ target_modules: null });
    expect(script.trainable(2)).toHaveLength(8);
    script.call('trl.SFTConfig', { output_dir: 'out' });
    script.call('trl.SFTTrainer', { model: { ref: 2 }, args: { ref: 3 } });
    script.call('transformers.Trainer.train', {}, 4);
    expect(script.events[0]?.model.script.checkpointing).toMatchObject({ useReentrant: true });
  });

  it('takes attributes that are set, and what is set on the arguments of a trainer', () => {
    const script = new Script('trl-0.19.1').wrapped();
    script.call('transformers.TrainingArguments', { output_dir: 'out' });
    script.call('transformers.Trainer', { model: { ref: 2 }, args: { ref: 3 } });
    script.machine.call({
      line: 9,
      callee: 'setattr',
      receiver: { ref: 4, path: 'args' },
      args: ['gradient_checkpointing', true],
      kwargs: {},
    });
    script.call('transformers.Trainer.train', {}, 4);
    expect(script.events[0]?.model.script.checkpointing).not.toBeNull();
  });

  it('raises what the version does not know, in its words', () => {
    const script = new Script('trl-0.7.1').wrapped();
    const kwargs = { gradient_checkpointing_kwargs: { dict: [['use_reentrant', false]] } } as const;
    expect(script.call('transformers.TrainingArguments', { output_dir: 'out', ...kwargs })).toMatchObject({
      raise: {
        type: 'TypeError',
        message:
          "TrainingArguments.__init__() got an unexpected keyword argument 'gradient_checkpointing_kwargs'",
      },
    });
    expect(script.call('peft.get_peft_model', { model: { ref: 0 } })).toMatchObject({
      raise: { message: "get_peft_model() missing 1 required positional argument: 'peft_config'" },
    });
  });

  it('freezes and thaws by flags, and refuses integers', () => {
    const script = new Script('trl-0.19.1').wrapped();
    script.call('torch.nn.Module.requires_grad_', { requires_grad: false }, 2);
    expect(script.trainable(2)).toEqual([]);
    expect(script.machine.effects.at(-1)).toMatchObject({ trainable: { before: 4, after: 0 } });
    script.call('torch.nn.Module.requires_grad_', {}, '2:base_model.model.lm_head');
    expect(script.trainable(2)).toEqual(['base_model.model.lm_head.weight']);
    const packed = new Script('trl-0.19.1');
    packed.call('transformers.BitsAndBytesConfig', { load_in_4bit: true });
    packed.call('transformers.AutoModelForCausalLM.from_pretrained', { quantization_config: { ref: 0 } });
    expect(packed.call('torch.nn.Module.requires_grad_', {}, 1)).toMatchObject({
      raise: { message: 'only Tensors of floating point dtype can require gradients' },
    });
  });

  it('tells several models apart', () => {
    const script = new Script('trl-0.19.1').wrapped();
    script.call('transformers.AutoModelForCausalLM.from_pretrained', {});
    expect(script.trainable(3)).toHaveLength(21);
    script.call('peft.LoraModel.merge_and_unload', {}, 2);
    expect(script.trainable(4)).toEqual([]);
    expect(script.machine.effects.at(-1)?.trainable).toEqual({ before: 4, after: 0 });
  });

  it('answers an unknown call with a placeholder, and notes what it does not model', () => {
    const script = new Script('trl-0.19.1').wrapped();
    expect(script.call('datasets.load_dataset', { path: 'imdb' })).toEqual({
      value: { placeholder: 'datasets.load_dataset' },
    });
    script.call('trl.GRPOConfig', { output_dir: 'out' });
    script.call('trl.GRPOTrainer', {
      model: { ref: 2 },
      reward_funcs: { callable: 'score' },
      args: { ref: 4 },
    });
    expect(script.machine.notes.at(-1)).toMatchObject({
      kind: 'not-modelled',
      text: { en: 'What GRPOTrainer does is not modelled.' },
    });
  });
});
