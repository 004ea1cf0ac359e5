// A setting's place in Python: what the writer makes of it the reader reads back, under every name and in every call it has.
import { describe, expect, it } from 'vitest';
import { pythonLabel } from '../ground/settings/pythonPlace.ts';
import type { Setting } from '../ground/settings/setting.ts';
import type { ArgumentKey } from '../recipe/recipe.ts';
import { defaultValues, isArgumentKey, placeOf, settingKeys, settingOf } from '../recipe/recipe.ts';
import { argumentsOf } from './read/argumentReaders.ts';
import { trainingArguments } from './read/argumentTables.ts';
import type { PythonValue } from './read/pythonValue.ts';
import { ofJson } from './read/pythonValue.ts';
import { trlClasses } from './trlClasses.ts';
import { argumentOf } from './write/argument.ts';
import type { Literal } from './write/python.ts';

/** Values beside the default. */
function others({ type, default: usual }: Setting): readonly (string | number | boolean)[] {
  if (type.kind === 'boolean') return [!usual];
  if (type.kind === 'number') return [type.min, type.max].filter((value) => value !== usual);
  const offered = type.kind === 'choice' ? type.options.map(({ value }) => value) : (type.suggestions ?? []);
  return offered.filter((value) => value !== usual);
}

/** Adapters have readers of their own (argumentTables.ts); nothing reads how a script asks its model. */
const elsewhere = /^(lora|ia3|vera|generate)\./;
/** Said in another way than by this value. */
const unsaid: Readonly<Record<string, string>> = {
  'train.packing': 'none',
  'bnb.bnb_4bit_quant_type': 'none',
  'train.use_reentrant': 'default',
  'wiring.prepare.use_reentrant': 'default',
};

const scripts = settingKeys
  .filter(isArgumentKey)
  .filter((key) => !elsewhere.test(key))
  .flatMap((key: ArgumentKey) =>
    others(settingOf(key))
      .filter((value) => unsaid[key] !== value)
      .flatMap((value) => {
        const [written, literal] = argumentOf({ ...defaultValues, [key]: value }, key);
        const { call: calls, aliases = [] } = placeOf(key);
        return [calls]
          .flat()
          .flatMap((one) =>
            [written, ...aliases].map(
              (name) => [`${one}(${name}=${JSON.stringify(value)})`, one, name, literal, key, value] as const,
            ),
          );
      }),
  );

/** What Python would hold. */
function pythonOf(literal: Literal): PythonValue {
  if (literal === null || typeof literal !== 'object') return { kind: 'literal', value: literal };
  if ('source' in literal) return sourceOf(literal.source);
  return { kind: 'list', items: literal.map((value) => ({ kind: 'literal', value })) };
}

/** Numbers, dictionaries and names as the writer spells them. */
function sourceOf(source: string): PythonValue {
  if (source !== '' && Number.isFinite(Number(source))) return { kind: 'literal', value: Number(source) };
  if (!source.startsWith('{')) return { kind: 'source', text: source };
  const json: unknown = JSON.parse(source.replaceAll('True', 'true').replaceAll('False', 'false'));
  return ofJson(json);
}

const configs: readonly string[] = Object.values(trlClasses).map(({ config }) => config);

describe('an argument', () => {
  it.each(scripts)('%s', (_, one, name, literal, key, value) => {
    const table = configs.includes(one) ? trainingArguments : argumentsOf(one);
    const read = table[name]?.(pythonOf(literal)) ?? [];
    const patch = Object.fromEntries(read.map((found) => [found.key, found.value]));
    // JSON texts come back without blanks.
    const plain = (said: unknown): unknown =>
      placeOf(key).form === 'object' ? JSON.parse(String(said)) : said;
    expect(plain(patch[key])).toEqual(plain(value));
  });

  it('is found for most settings', () => {
    expect(new Set(scripts.map(([, , , , key]) => key)).size).toBeGreaterThan(35);
  });
});

it.each([
  ['lora.r', 'LoraConfig(r=…)'],
  ['train.beta', 'DPOConfig(beta=…) / ORPOConfig(beta=…)'],
  ['train.use_reentrant', 'SFTConfig(gradient_checkpointing_kwargs={"use_reentrant": …})'],
  ['model.dtype', 'AutoModelForCausalLM.from_pretrained(…, dtype=torch.…)'],
  ['train.eval_steps', "SFTConfig(eval_strategy='steps', eval_steps=…)"],
  ['wiring.train_mode', 'model.train()'],
] as const)('%s is shown as %s', (key, label) => {
  expect(pythonLabel(settingOf(key).python)).toBe(label);
});
