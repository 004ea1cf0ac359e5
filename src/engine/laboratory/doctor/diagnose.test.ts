// The doctor on every golden combination that does not train: it names a cause, and what it offers leads to training.
// Also one recipe for each entry.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { methods } from '../../adapters/methods.ts';
import type { RowFacts } from '../../data/rowFacts.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { doctorSamples } from '../../testing/doctorSamples.ts';
import type { Cell, Product } from '../../testing/goldenBench.ts';
import { benchConfig, benchPatch, recipeOf } from '../../testing/goldenBench.ts';
import { examine } from '../inspect/examine.ts';
import { diagnose } from './diagnose.ts';

const options = { batch: { rows: 2, tokens: 8 }, allMasked: false };
const good: RowFacts = {
  allMasked: false,
  rows: 40,
  maskedRows: 0,
  truncatedRows: 0,
  longestTokens: 60,
  packing: false,
  rowsEndingWithEos: 40,
  steps: 60,
};

function patchedKind(
  values: RecipeValues,
  patch: Readonly<Record<string, unknown>>,
  allMasked: boolean,
): string {
  return examine(benchConfig, { ...values, ...patch }, { ...options, allMasked }).outcome.kind;
}

describe('every combination that does not train', () => {
  // Each combination under every other stack: under at least two of them.
  for (const [offset, stack] of [
    'trl-0.7.1',
    'trl-0.19.1',
    'trl-0.20.0',
    'trl-0.29.1',
    'trl-1.16.0',
  ].entries()) {
    it(`${stack}: has a named cause and a repair that was tried`, () => {
      const { rows, columns }: Product = JSON.parse(
        readFileSync(`tests/golden/wiring/${stack}.json`, 'utf8'),
      );
      const helpless: string[] = [];
      let examined = 0;
      for (const row of rows.filter((_, i) => (i + offset) % 2 === 0)) {
        const cell = (name: string): Cell => row[columns.indexOf(name)];
        if (cell('outcome') === 'trains') continue;
        examined++;
        const values = recipeOf(stack, cell);
        const [first] = diagnose({ config: benchConfig, values, options, rows: null });
        const fix = first?.fixes[0];
        const ends = fix ? patchedKind(values, fix.patch, false) : 'nothing offered';
        if (ends !== 'trains')
          helpless.push(`${row.slice(0, 7).join(' ')}: ${first?.id ?? 'no cause'}, ${ends}`);
      }
      expect(examined).toBeGreaterThan(100);
      expect(helpless.slice(0, 10), `${helpless.length} of ${examined}`).toEqual([]);
    });
  }
});

/** Entries that are told without a repair: the rows themselves have to change. */
const withoutFix = new Set(['eos-never-learnt', 'packed-across-documents']);

describe('each entry', () => {
  for (const { id, patch, rows, config = benchConfig } of doctorSamples) {
    it(`${id}: ${
      Object.entries(patch)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(' ') || 'rows'
    }`, () => {
      const values = withPatch(
        withPatch(defaultValues, { ...benchPatch, 'bnb.bnb_4bit_quant_type': 'nf4' }),
        patch,
      );
      const rowFacts = { ...good, ...rows };
      const diagnoses = diagnose({
        config,
        values,
        options: { ...options, allMasked: rowFacts.allMasked },
        rows: rowFacts,
      });
      const [first] = diagnoses;
      expect(first?.id).toBe(id);
      expect(first?.cause.en).not.toBe('');
      expect(first?.cause.zh).toMatch(/[\u4e00-\u9fff]/);
      expect(first?.evidence.length).toBeGreaterThan(0);
      if (withoutFix.has(id)) return;
      const unmasked =
        rowFacts.allMasked &&
        first?.fixes.every(
          (fix) => 'train.max_length' in fix.patch || 'train.completion_only_loss' in fix.patch,
        );
      expect(first?.fixes.length).toBeGreaterThan(0);
      for (const fix of first?.fixes ?? [])
        expect(patchedKind(values, fix.patch, rowFacts.allMasked && !unmasked)).toBe('trains');
    });
  }

  it('says nothing about a healthy recipe', () => {
    expect(diagnose({ config: benchConfig, values: defaultValues, options, rows: good })).toEqual([]);
  });
});

describe('an adapter of any method that is attached frozen', () => {
  it.each(methods.map(({ type }) => type))('%s: the doctor sees it, and what froze it', (type) => {
    const patch = {
      ...benchPatch,
      'peft.peft_type': type,
      'lora.target_modules': '["k_proj","down_proj"]',
      'lora.inference_mode': true,
      'wiring.stack': 'trl-1.16.0',
    } as const;
    const values = withPatch(defaultValues, patch);
    const [first] = diagnose({ config: benchConfig, values, options, rows: null });
    expect(first?.id).toBe('inference-mode');
    expect(patchedKind(values, first?.fixes[0]?.patch ?? {}, false)).toBe('trains');
  });
});

it('a repair names the configuration class of the method', () => {
  const values = withPatch(withPatch(defaultValues, benchPatch), {
    'peft.peft_type': 'VERA',
    'lora.target_modules': '["query_key_value"]',
  });
  const [first] = diagnose({ config: benchConfig, values, options, rows: good });
  expect(first?.fixes.map(({ code }) => code).join()).toContain('VeraConfig(target_modules');
  expect(first?.fixes.map(({ code }) => code).join()).not.toContain('LoraConfig(');
});
