// The signatures of any set of releases: each library's from the stack nearest to it.
import { describe, expect, it } from 'vitest';
import { stackOf } from '../stacks.ts';
import { signaturesFor } from './signatures.ts';

const fieldNames = (fields: readonly unknown[] | undefined): readonly unknown[] =>
  (fields ?? []).map((one) => (Array.isArray(one) ? one[0] : one));

describe('signatures of releases', () => {
  it('each library follows its own release', async () => {
    const mixed = await signaturesFor({
      transformers: '4.31.0',
      peft: '0.21.2',
      trl: '0.20.0',
      torch: '2.15.0',
      bitsandbytes: null,
    });
    expect(fieldNames(mixed['transformers.TrainingArguments']?.fields)).toContain('evaluation_strategy');
    expect(mixed['peft.prepare_model_for_int8_training']?.missing).toMatch(
      /^ImportError: cannot import name/,
    );
    expect(fieldNames(mixed['trl.SFTConfig']?.fields)).toContain('max_length');
    expect(mixed['bitsandbytes.nn.Linear4bit']?.parameters).toBeDefined();
  });

  it('one that no stack has is as the nearest', async () => {
    const stack = stackOf('trl-0.22.2');
    const near = { ...stack, trl: '0.22.1', transformers: '4.57.6', peft: '0.17.0', torch: '2.8.0' };
    expect(await signaturesFor(near)).toEqual(await signaturesFor(stack));
  });

  it('between two releases, an argument ends where the earlier one says', async () => {
    const at = async (trl: string) => {
      const found = await signaturesFor({ ...stackOf('trl-0.12.2'), trl });
      return fieldNames(found['trl.SFTTrainer']?.parameters ?? []);
    };
    expect(await at('0.12.1')).toContain('dataset_text_field');
    expect(await at('0.13.0')).not.toContain('dataset_text_field');
    expect(await at('0.13.0')).toContain('formatting_func');
  });

  it('every base stands there too', async () => {
    const found = await signaturesFor(stackOf('trl-1.16.0'));
    const bases = Object.values(found).flatMap(({ base }) => base ?? []);
    expect(bases.length).toBeGreaterThan(20);
    expect(bases.filter((base) => !found[base])).toEqual([]);
  });
});
