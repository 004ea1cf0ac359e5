// Which causes an error or a log leads to, and how the signs around it move them; every cause in both languages, with what tells it apart.

import { describe, expect, test } from 'vitest';
import { readTraceback } from '../../python/paste/traceback.ts';
import { emptyReading } from '../../testing/emptyReading.ts';
import { numberAdvice } from '../doctor/entries/advice.ts';
import { frozenEntries } from '../doctor/entries/frozen.ts';
import { graphCutEntries } from '../doctor/entries/graphCut.ts';
import { numberEntries } from '../doctor/entries/numbers.ts';
import { refusedEntries } from '../doctor/entries/refused.ts';
import { targetAdvice, targetEntries } from '../doctor/entries/targets.ts';
import type { SaidVersions } from './causes.ts';
import { causesOf, compareWith } from './causes.ts';
import type { ScriptReading } from './scriptReading.ts';
import { withEvidence } from './withEvidence.ts';

function ranked(text: string, versions: SaidVersions = {}) {
  const traceback = readTraceback(text);
  if (!traceback) throw new Error(`nothing read in ${text}`);
  return causesOf(traceback, versions);
}
const ids = (text: string, versions: SaidVersions = {}): string[] =>
  ranked(text, versions).causes.map(({ id }) => id);

const element0 = 'RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn';
const warning = 'UserWarning: None of the inputs have requires_grad=True. Gradients will be None';
const zero = 'trainable params: 0 || all params: 6,738,415,616 || trainable%: 0.0';

describe('element 0', () => {
  test('alone: checkpointing first; the warning before it makes it surer', () => {
    expect(ids(element0)[0]).toBe('reentrant-without-hook');
    expect(ids(`${warning}\n${element0}`)[0]).toBe('reentrant-without-hook');
  });

  test('with zero trainable parameters: what froze them', () => {
    const found = ids(`${zero}\n${element0}`);
    expect(found[0]).toBe('loaded-frozen');
    expect(found.indexOf('reentrant-without-hook')).toBe(-1);
  });

  test('transformers 5 has the hook: another cause', () => {
    expect(ids(element0, { transformers: '5.15.0' })[0]).not.toBe('reentrant-without-hook');
  });

  test('TRL between 0.20 and 0.23.0 freezes; others don’t', () => {
    expect(ids(element0, { trl: '0.20.0' }).slice(0, 2)).toContain('trainer-prepares-again');
    expect(ids(element0, { trl: '0.19.1' })).not.toContain('trainer-prepares-again');
    expect(ids(element0, { trl: '0.23.1' })).not.toContain('trainer-prepares-again');
  });

  test('a loop of their own: no_grad and a detached loss come up', () => {
    const found = ids(
      `Traceback (most recent call last):\n  File "loop.py", line 9, in <module>\n    loss.backward()\n  File "/x/site-packages/torch/_tensor.py", line 500, in backward\n    torch.autograd.backward(\n${element0}`,
    );
    expect(found.slice(0, 3)).toContain('no-grad-context');
    expect(found.slice(0, 3)).toContain('detached-loss');
  });
});

describe('refusals', () => {
  test.each([
    [
      'ValueError: Target modules q_proj,k_proj not found in the base model. Please check',
      'targets-comma-joined',
    ],
    ['ValueError: Target modules query_key_value not found in the base model.', 'targets-bare-string'],
    ["ValueError: Target modules ['q_proj', 'v_proj'] not found in the base model.", 'targets-not-found'],
    ["ValueError: Target modules {'q_proj'} not found in the base model.", 'targets-not-found'],
    ['ValueError: Target modules [] not found in the base model.', 'targets-empty'],
    ['ValueError: Target modules all-linear not found in the base model.', 'targets-word-unknown'],
    ['ValueError: Please specify `target_modules` in `peft_config`', 'targets-unspecified'],
    ['ValueError: Target module LlamaMLP() is not supported. Currently, only', 'target-unsupported'],
    [
      'ValueError: You cannot perform fine-tuning on purely quantized models. Please attach',
      'purely-quantised',
    ],
    ['ValueError: Attempting to unscale FP16 gradients.', 'fp16-unscale'],
    [
      'RuntimeError: only Tensors of floating point and complex dtype can require gradients',
      'requires-grad-on-integers',
    ],
    ['RuntimeError: Trying to backward through the graph a second time (or', 'backward-twice'],
    [
      'ValueError: You passed a `PeftModel` instance together with a `peft_config` to the',
      'peft-model-and-config',
    ],
    ['ValueError: optimizer got an empty parameter list', 'loaded-frozen'],
    ['ValueError: TrainableTokensLayer wraps an unknown layer type', 'trainable-tokens-clash'],
    [
      'ValueError: Must flatten tensors with uniform `requires_grad` when `use_orig_params=False`',
      'fsdp-mixed-flags',
    ],
    ["AttributeError: 'LlamaForCausalLM' object has no attribute 'add_adapter'", 'add-adapter-missing'],
    ["ImportError: cannot import name 'prepare_model_for_int8_training' from 'peft'", 'name-missing'],
    [
      "TypeError: LlamaForCausalLM.gradient_checkpointing_enable() got an unexpected keyword argument 'gradient_checkpointing_kwargs'",
      'checkpointing-kwargs-unknown',
    ],
  ])('%s', (error, id) => {
    expect(ids(error)[0]).toBe(id);
  });

  test('PEFT from 0.12 casts adapters: what trains beside them is likelier', () => {
    expect(ids('ValueError: Attempting to unscale FP16 gradients.', { peft: '0.15.2' })[0]).toBe(
      'fp16-saved-copy',
    );
  });

  test.each([
    ["SFTTrainer.__init__() got an unexpected keyword argument 'tokenizer'", 'processing_class'],
    ["SFTTrainer.__init__() got an unexpected keyword argument 'dataset_text_field'", 'SFTConfig'],
    [
      "TrainingArguments.__init__() got an unexpected keyword argument 'evaluation_strategy'",
      'eval_strategy',
    ],
    ["Trainer.__init__() got an unexpected keyword argument 'processing_class'", 'tokenizer='],
    ["MyTrainer.compute_loss() got an unexpected keyword argument 'num_items_in_batch'", 'compute_loss'],
    ["LoraConfig.__init__() got an unexpected keyword argument 'corda_config'", 'adapter_config.json'],
    ["f() got an unexpected keyword argument 'zzz'", 'zzz'],
    ["f() got an unexpected keyword argument 'constructor'", 'constructor'],
  ])('%s', (message, says) => {
    const [first] = ranked(`TypeError: ${message}`).causes;
    expect(first?.cause.en).toContain(says);
  });

  test('what isn’t about training is said to be something else, without causes', () => {
    for (const error of [
      'torch.cuda.OutOfMemoryError: CUDA out of memory. Tried',
      "ModuleNotFoundError: No module named 'trl'",
      "KeyError: 'text'",
    ]) {
      const found = ranked(error);
      expect(found.causes, error).toEqual([]);
      expect(found.symptom, error).toMatch(/^elsewhere/);
    }
    expect(ranked('ZeroDivisionError: division by zero').symptom).toBe('unknown');
  });
});

describe('logs', () => {
  test.each([
    ["{'loss': 0.0, 'grad_norm': 0.0}", 'labels-masked'],
    ["{'loss': 0.0, 'grad_norm': nan}", 'half-precision-overflow'],
    ["{'loss': nan, 'grad_norm': nan}", 'half-precision-overflow'],
    ["UserWarning: Could not find response key `x` in the following\n{'loss': 0.0}", 'labels-masked'],
    ["{'loss': 1.4, 'grad_norm': 0.0}", 'loaded-frozen'],
    [warning, 'reentrant-without-hook'],
    [zero, 'loaded-frozen'],
  ])('%s', (log, id) => {
    expect(ids(log)[0]).toBe(id);
  });

  test('a warning alone may be harmless', () => {
    expect(ids(warning)).toContain('warning-is-harmless');
  });
});

test('the script is asked for, with the line that failed', () => {
  const { asks } = ranked(
    `Traceback (most recent call last):\n  File "my_train.py", line 61, in <module>\n    t.train()\n${element0}`,
  );
  expect(asks.en).toContain('my_train.py, line 61');
  expect(asks.zh).toContain('my_train.py 第 61 行');
});

test('causes that the doctor knows carry its names; all are in both languages, none is offered twice', () => {
  const doctor = new Set(
    [
      frozenEntries,
      graphCutEntries,
      numberEntries,
      refusedEntries,
      targetEntries,
      targetAdvice,
      numberAdvice,
    ].flatMap((entries) => entries.map(({ id }) => id)),
  );
  const texts = [
    element0,
    `${zero}\n${element0}`,
    warning,
    zero,
    "{'loss': 0.0}",
    "{'loss': 1.0, 'grad_norm': 0.0}",
    'ValueError: Attempting to unscale FP16 gradients.',
  ];
  for (const found of texts.map((text) => ranked(text))) {
    const names = found.causes.map(({ id }) => id);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((id) => doctor.has(id)).length).toBeGreaterThan(0);
    for (const { cause, tells } of found.causes)
      for (const { en, zh } of [cause, tells]) {
        expect(en).toMatch(/[.!]$/);
        expect(zh).toMatch(/[\u4e00-\u9fff].*。$/);
      }
  }
});

describe('with the script', () => {
  const traceback = readTraceback(
    `Traceback (most recent call last):\n  File "a.py", line 7, in <module>\n    t.train()\n${element0}`,
  );
  const said = (verdict: Parameters<typeof compareWith>[1]): string =>
    traceback ? compareWith(traceback, verdict).en : '';
  const error = {
    type: 'RuntimeError',
    message: 'element 0 of tensors does not require grad and does not have a grad_fn',
  };

  test('the same, the same elsewhere, another one first, none', () => {
    expect(said({ kind: 'raises', line: 7, error })).toBe('The same error as in your traceback.');
    expect(said({ kind: 'raises', line: 9, error })).toContain('names line 7; here it is line 9');
    expect(said({ kind: 'raises', line: 2, error: { type: 'TypeError', message: 'x' } })).toContain(
      'Mend this one first',
    );
    expect(said({ kind: 'trains', line: null, error: null })).toContain('doesn’t raise it');
  });

  test('what can’t be told is compared with nothing', () => {
    const stopped = { type: 'TimeoutError', message: '' };
    expect(said({ kind: 'cannot-tell', line: 3, error: stopped })).toBe(
      'Your run ended in RuntimeError; whether the script does can’t be told here.',
    );
    // A script that trains nothing was run to its end.
    expect(said({ kind: 'nothing', line: null, error: null })).toContain('doesn’t raise it');
  });

  test('a warning alone is no training that learns nothing', () => {
    const log = readTraceback(warning);
    const trains = { kind: 'trains', line: null, error: null };
    expect(log && compareWith(log, trains).en).toContain('may be harmless');
    const dead = readTraceback(zero);
    expect(dead && compareWith(dead, trains).en).toContain('learns nothing');
    const nothing = { kind: 'nothing', line: null, error: null } as const;
    expect(dead && compareWith(dead, nothing).en).toContain('so another file did');
  });

  const reading = (kind: ScriptReading['verdict']['kind']): ScriptReading => ({
    ...emptyReading,
    kind: 'script',
    versions: [{ library: 'trl', version: '0.20.0', said: 'trl==0.20.0', line: 1, modelled: null }],
    verdict: { ...emptyReading.verdict, kind },
  });

  test('a fault that the run doesn’t show leads to causes; one that it shows stands alone', () => {
    const unseen = withEvidence(reading('trains'), element0);
    expect(unseen.diagnoses.map(({ id }) => id)).toContain('trainer-prepares-again');
    expect(unseen.assumptions[0]?.text.en).toContain('doesn’t raise it');
    expect(withEvidence(reading('silent'), element0).diagnoses).toEqual([]);
    expect(withEvidence(reading('trains'), '')).toEqual(reading('trains'));
  });
});
