// Names that releases export, each library's as its own release has it.
import { describe, expect, it } from 'vitest';
import { stackOf, stacks } from '../stacks.ts';
import type { Exports } from './exports.ts';
import { exportsFor, importRules } from './exports.ts';

const has = (exports: Exports, module: string, name: string): boolean | string | undefined => {
  const found = exports.get(module);
  return found && ('missing' in found ? found.missing : found.names.has(name));
};

describe('exports', () => {
  it('of an old stack', async () => {
    const old = await exportsFor(stackOf('trl-0.7.1'));
    expect(has(old, 'peft', 'prepare_model_for_int8_training')).toBe(true);
    expect(has(old, 'transformers', 'AdamW')).toBe(true);
    expect(has(old, 'transformers', 'Qwen3ForCausalLM')).toBe(false);
    expect(has(old, 'trl', 'SFTConfig')).toBe(false);
    expect(has(old, 'trl.core', 'LengthSampler')).toBe(true);
    expect(has(old, 'trl.experimental', 'x')).toBe("ModuleNotFoundError: No module named 'trl.experimental'");
  });

  it('of a new one', async () => {
    const now = await exportsFor(stackOf('trl-1.16.0'));
    expect(has(now, 'peft', 'prepare_model_for_int8_training')).toBe(false);
    expect(has(now, 'transformers', 'AdamW')).toBe(false);
    expect(has(now, 'transformers', 'Qwen3ForCausalLM')).toBe(true);
    expect(has(now, 'trl', 'DataCollatorForCompletionOnlyLM')).toBe(false);
    expect(has(now, 'torch.optim', 'AdamW')).toBe(true);
    expect(has(now, 'never.asked', 'x')).toBeUndefined();
  });

  it('what decides an import: all names, those that are gone, or that there is no such module', async () => {
    const rules = importRules(await exportsFor(stackOf('trl-1.16.0')));
    expect(rules.transformers?.all).toContain('Trainer');
    expect(rules['transformers.trainer_utils']?.gone).not.toContain('IntervalStrategy');
    expect(rules['trl.core']?.missing).toMatch(/^ModuleNotFoundError/);
    const old = importRules(await exportsFor(stackOf('trl-0.7.1')));
    expect(old['trl.trainer']?.gone).toContain('SFTConfig');
  });

  it('each library by itself', async () => {
    const mixed = await exportsFor({ ...stackOf('trl-0.7.1'), peft: '0.21.1' });
    expect(has(mixed, 'peft', 'prepare_model_for_int8_training')).toBe(false);
    expect(has(mixed, 'transformers', 'AdamW')).toBe(true);
  });

  it('says nothing of a minor version that was not asked', async () => {
    const between = await exportsFor({ ...stackOf('trl-0.7.1'), transformers: '4.33.0' });
    expect(has(between, 'transformers', 'AdamW')).toBeUndefined();
  });

  it.each(stacks)('$id: top level of transformers and TRL', async (stack) => {
    const found = await exportsFor(stack);
    expect(has(found, 'transformers', 'AutoModelForCausalLM')).toBe(true);
    expect(has(found, 'trl', 'SFTTrainer')).toBe(true);
  });
});
