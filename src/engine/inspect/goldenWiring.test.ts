// Every combination of the wiring knobs against the real libraries: tests/golden/wiring/<stack>.json, whose meaning is in
// tools/golden/README.md. One test a stack; a difference names the combination.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LlamaConfig } from '../models/llamaConfig.ts';
import type { RecipePatch, RecipeValues } from '../recipe/recipe.ts';
import { defaultValues, withPatch } from '../recipe/recipe.ts';
import { stacks } from '../wiring/stacks.ts';
import type { Examination } from './examine.ts';
import { examine } from './examine.ts';

/** The model of the golden values (tools/golden/bench_model.py). */
const config: LlamaConfig = {
  hiddenSize: 64,
  intermediateSize: 128,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  vocabSize: 64,
  ropeTheta: 10_000,
  rmsNormEps: 1e-6,
  maxPositions: 64,
  tied: false,
};

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
    'model.dtype': 'bfloat16',
    'lora.target_modules': '["q_proj","k_proj","v_proj","o_proj","gate_proj","up_proj","down_proj"]',
    'lora.r': 4,
    'lora.lora_alpha': 8,
  };
  return withPatch(defaultValues, patch);
}

/** What we found, in the golden file's words. */
function found({ outcome, step }: Examination): Record<string, unknown> {
  const { error } = outcome;
  const [stage, inner] = error ? error.call.split(' → ') : [];
  const isBackward = error?.call.endsWith('loss.backward()') ?? false;
  const reached = step !== null && error === null;
  return {
    outcome: outcome.kind,
    error: error ? `${error.type}: ${error.message}` : null,
    stage: error ? stage : null,
    inner: isBackward ? 'backward' : (inner ?? null),
    warnings: outcome.warnings.map((warning) => `${warning.category}: ${warning.message}`),
    trainable: step ? outcome.trainableTensors : null,
    none: reached ? outcome.noneGradients : null,
    zero: reached ? outcome.zeroGradients : null,
    nonzero: reached ? outcome.nonzeroGradients : null,
    lossRequiresGrad: step ? step.loss.requiresGrad : null,
  };
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
    const ours = found(
      examine(config, recipeOf(stack, cell), { batch: { rows: 2, tokens: 8 }, allMasked: false }),
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
