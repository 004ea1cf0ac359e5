// Every combination of the wiring knobs against the real libraries: tests/golden/wiring/<stack>.json, whose meaning is in
// tools/golden/README.md. One test a stack; a difference names the combination.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RecipePatch, RecipeValues } from '../recipe/recipe.ts';
import { defaultValues, withPatch } from '../recipe/recipe.ts';
import { stacks } from '../wiring/stacks.ts';
import { examine } from './examine.ts';
import { benchConfig, benchPatch, observed } from './goldenBench.ts';

interface Golden {
  readonly columns: readonly string[];
  readonly texts: readonly string[];
  readonly warningLists: readonly (readonly number[])[];
  readonly rows: readonly (readonly (string | number | boolean | null)[])[];
}

type Cell = string | number | boolean | null | undefined;
const trainers: Readonly<Record<string, string>> = {
  plain: 'loop',
  Trainer: 'Trainer',
  SFTTrainer: 'SFTTrainer',
};

function recipeOf(stack: string, knob: (name: string) => Cell): RecipeValues {
  const prepare = String(knob('prepare'));
  const reentrant = String(knob('reentrant'));
  const patch: RecipePatch = {
    ...benchPatch,
    'wiring.stack': stack,
    'wiring.trainer': trainers[String(knob('trainer'))] ?? '',
    'wiring.attach': String(knob('attach')),
    'wiring.prepare_model_for_kbit_training': prepare.split('-')[0] ?? '',
    'wiring.prepare.use_gradient_checkpointing': !prepare.endsWith('no-gc'),
    'wiring.prepare.use_reentrant': prepare.endsWith('reentrant-false') ? 'false' : 'default',
    'train.gradient_checkpointing': knob('checkpointing') === true,
    'train.use_reentrant': reentrant === 'unset' ? 'default' : reentrant,
    'wiring.enable_input_require_grads': knob('hook') === true,
    'bnb.bnb_4bit_quant_type': knob('base') === '4-bit' ? 'nf4' : 'none',
  };
  return withPatch(defaultValues, patch);
}

function compare(stack: string): { readonly count: number; readonly differences: string[] } {
  const golden: Golden = JSON.parse(readFileSync(`tests/golden/wiring/${stack}.json`, 'utf8'));
  const text = (index: Cell): string | null =>
    typeof index === 'number' && index >= 0 ? (golden.texts[index] ?? null) : null;
  const differences: string[] = [];
  for (const row of golden.rows) {
    const cell = (name: string): Cell => row[golden.columns.indexOf(name)];
    const expected: Record<string, unknown> = {
      outcome: cell('outcome'),
      error: text(cell('error')),
      stage: text(cell('stage')),
      inner: text(cell('inner')),
      warnings: (golden.warningLists[Number(cell('warnings'))] ?? []).map(text),
      trainable: cell('trainable'),
      none: cell('none'),
      zero: cell('zero'),
      nonzero: cell('nonzero'),
      lossRequiresGrad: cell('lossRequiresGrad'),
    };
    const ours = observed(
      examine(benchConfig, recipeOf(stack, cell), { batch: { rows: 2, tokens: 8 }, allMasked: false }),
    );
    const wrong = Object.keys(expected).filter(
      (key) => JSON.stringify(expected[key]) !== JSON.stringify(ours[key]),
    );
    if (wrong.length > 0) {
      const knobs = row.slice(0, golden.columns.indexOf('outcome')).join(' ');
      differences.push(
        `${knobs}: ${wrong.map((key) => `${key} ${JSON.stringify(ours[key])}, libraries ${JSON.stringify(expected[key])}`).join('; ')}`,
      );
    }
  }
  return { count: golden.rows.length, differences };
}

describe('wiring as the real libraries', () => {
  for (const { id } of stacks) {
    it(`${id}: every combination`, { timeout: 60_000 }, () => {
      const { count, differences } = compare(id);
      expect(count).toBeGreaterThan(200);
      expect(differences.slice(0, 10), `${differences.length} of ${count} differ`).toEqual([]);
    });
  }
});
