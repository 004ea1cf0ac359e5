// The signatures of the real libraries: an entry for every stack, and what is known of the versions read out of them.
import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { behaviour } from '../../src/engine/libraries/rules/behaviours.ts';
import { dialectOf } from '../../src/engine/libraries/spelling.ts';
import type { StackId } from '../../src/engine/libraries/stacks.ts';
import { stackOf, stacks } from '../../src/engine/libraries/stacks.ts';
import { compareVersions } from '../../src/engine/libraries/version.ts';
import { argumentsOf, entries, entryOf, folder, shared } from '../../src/engine/testing/signatures.ts';

const takes = (stack: StackId, name: string, argument: string): boolean =>
  argumentsOf(stack, name).has(argument);

const version = (stack: StackId, library: 'transformers' | 'trl' | 'peft', other: string): number =>
  compareVersions(stackOf(stack)[library], other);

const ids = stacks.map(({ id }) => id);

describe('signatures', () => {
  it('has an entry for every stack and no other, of the versions that the stack names', () => {
    expect(Object.keys(entries)).toEqual(ids);
    for (const { id, torch, transformers, peft, trl } of stacks) {
      const file = entries[id];
      expect({ ...file?.versions, torch: file?.versions.torch?.split('+')[0] }).toMatchObject({
        torch,
        transformers,
        peft,
        trl,
      });
    }
  });

  it('tells of no package that an environment lacks', () => {
    const texts = Object.values(shared).flatMap((variants) =>
      variants.flatMap(({ missing }) => missing ?? []),
    );
    const others = texts.filter(
      (text) => !/^(ImportError: cannot import name|AttributeError: type object) '/.test(text),
    );
    expect([...new Set(others)].sort()).toEqual([
      "ModuleNotFoundError: No module named 'trl.experimental'",
      "ModuleNotFoundError: No module named 'trl.experimental.ppo'",
    ]);
  });

  it('stays small, and every variant is some stack’s', () => {
    // 300 kB without the types of fields, what settings refuse, and the stacks of 2024; 590 kB while four stacks lacked those. 54 kB compressed.
    const bytes = ['shared', 'stacks'].map((name) => statSync(`${folder}/${name}.json`).size);
    expect(bytes.reduce((sum, one) => sum + one)).toBeLessThan(720_000);
    for (const [name, variants] of Object.entries(shared)) {
      const used = new Set(
        Object.values(entries).map(({ differs }) => differs[name] ?? (name in differs ? null : 0)),
      );
      expect(
        variants.map((_, index) => used.has(index)),
        name,
      ).not.toContain(false);
    }
  });

  it.each(ids)('%s: names are those that the rules and spellings state', (id) => {
    const stack = stackOf(id);
    const spelling = dialectOf(stack);
    expect(takes(id, 'transformers.Trainer', spelling.tokenizerArgument)).toBe(true);
    expect(takes(id, 'trl.SFTTrainer', spelling.tokenizerArgument)).toBe(true);
    expect(takes(id, 'transformers.TrainingArguments', spelling.evalStrategy)).toBe(true);
    expect('missing' in entryOf(id, 'trl.SFTConfig')).toBe(!spelling.sftConfig);
    const enable = 'transformers.PreTrainedModel.gradient_checkpointing_enable';
    const kwargs = behaviour(stack, 'checkpointingKwargs');
    expect(takes(id, enable, 'gradient_checkpointing_kwargs')).toBe(kwargs);
    expect(takes(id, 'transformers.TrainingArguments', 'gradient_checkpointing_kwargs')).toBe(kwargs);
    expect(takes(id, 'peft.prepare_model_for_kbit_training', 'gradient_checkpointing_kwargs')).toBe(
      behaviour(stack, 'prepareKwargs'),
    );
    const lora = argumentsOf(id, 'peft.LoraConfig');
    for (const lacking of behaviour(stack, 'loraConfigLacks'))
      expect([...lora.keys()]).not.toContain(lacking);
    expect(lora.get('target_modules')).toBeNull();
    expect('missing' in entryOf(id, 'transformers.PreTrainedModel.add_adapter')).toBe(
      behaviour(stack, 'addAdapter') === 'missing',
    );
  });

  it.each(ids)('%s: tokenizer of Trainer until transformers 5, by a decorator from 4.46 on', (id) => {
    const { renamed } = entryOf(id, 'transformers.Trainer');
    const old = renamed?.find(([name]) => name === 'tokenizer');
    expect(takes(id, 'transformers.Trainer', 'tokenizer')).toBe(version(id, 'transformers', '4.46') < 0);
    const decorated = version(id, 'transformers', '4.46') >= 0 && version(id, 'transformers', '5') < 0;
    expect(old ?? null).toEqual(
      decorated
        ? [
            'tokenizer',
            'processing_class',
            'FutureWarning: `tokenizer` is deprecated and will be removed in version 5.0.0 for `Trainer.__init__`. Use `processing_class` instead.',
          ]
        : null,
    );
  });

  it.each(ids)('%s: max_seq_length on SFTTrainer, then on SFTConfig until TRL 0.20', (id) => {
    expect(takes(id, 'trl.SFTTrainer', 'max_seq_length')).toBe(version(id, 'trl', '0.13') < 0);
    expect(takes(id, 'trl.SFTTrainer', 'dataset_text_field')).toBe(version(id, 'trl', '0.13') < 0);
    if (version(id, 'trl', '0.9') < 0) return;
    expect(takes(id, 'trl.SFTConfig', 'max_seq_length')).toBe(version(id, 'trl', '0.20') < 0);
    expect(takes(id, 'trl.SFTConfig', dialectOf(stackOf(id)).maxLength)).toBe(true);
    expect(takes(id, 'trl.SFTConfig', 'max_length')).toBe(version(id, 'trl', '0.16') >= 0);
    expect(argumentsOf(id, 'trl.SFTConfig').get('num_train_epochs')).toBe(3);
    // requires-grad: the column "default GC" of SFTTrainer by version.
    expect(argumentsOf(id, 'trl.SFTConfig').get('gradient_checkpointing')).toBe(
      version(id, 'trl', '0.22') >= 0,
    );
  });

  it.each(ids)('%s: evaluation_strategy until transformers 4.49', (id) => {
    expect(takes(id, 'transformers.TrainingArguments', 'evaluation_strategy')).toBe(
      version(id, 'transformers', '4.50') < 0,
    );
    // transformers 5.24 makes it the old name of activation_checkpointing.
    const renamed = takes(id, 'transformers.TrainingArguments', 'activation_checkpointing');
    const theirs = argumentsOf(id, 'transformers.TrainingArguments').get('gradient_checkpointing');
    expect(theirs).toBe(renamed ? null : false);
  });

  it.each(ids)('%s: types of fields, and what settings refuse', (id) => {
    const theirs = entryOf(id, 'transformers.TrainingArguments');
    expect(theirs.types?.data_seed).toMatch(/^(Optional\[int\]|int \| None)$/);
    expect(theirs.types?.seed).toBeUndefined();
    const refusal = (name: string, text: RegExp) =>
      entryOf(id, name).refuses?.find(([, , said]) => text.test(said));
    const pattern = refusal('peft.LoraConfig', /^When `layers_pattern` is specified/);
    expect(pattern !== undefined).toBe(version(id, 'peft', '0.14') >= 0);
    expect(refusal('transformers.TrainingArguments', /^At most one of fp16 and bf16/)?.slice(0, 2)).toEqual([
      ['self.fp16 and self.bf16'],
      'ValueError',
    ]);
    const matches = refusal(
      'transformers.TrainingArguments',
      /requires the save and eval(uation)? strategy to match/,
    );
    expect(matches?.[0].join(' ')).toMatch(/self\.load_best_model_at_end/);
  });

  it.each(ids)('%s: what is gone says what Python says to the import', (id) => {
    const gone = entryOf(id, 'peft.prepare_model_for_int8_training').missing;
    expect(gone).toBe(
      version(id, 'peft', '0.10') < 0
        ? undefined
        : "ImportError: cannot import name 'prepare_model_for_int8_training' from 'peft' (<site-packages>/peft/__init__.py)",
    );
    expect(entryOf(id, 'trl.DataCollatorForCompletionOnlyLM').missing !== undefined).toBe(
      version(id, 'trl', '0.20') >= 0,
    );
  });
});
