// The whole way of a person with a failing link: the link is read, the doctor names the cause, its first repair is applied, and
// the run then trains on the embedded model with a falling loss. One case an entry.

import { describe, expect, it } from 'vitest';
import { UserError } from '../../ground/errors.ts';
import { formatLink, parseLink } from '../../recipe/link.ts';
import { presetValues } from '../../recipe/presets.ts';
import type { Recipe, RecipePatch } from '../../recipe/recipe.ts';
import { withPatch } from '../../recipe/recipe.ts';
import { Assets } from '../../session/assets.ts';
import { laboratory } from '../../session/laboratory.ts';
import { TrainingRun } from '../../session/run.ts';
import { memoryStore } from '../../session/snapshot.ts';
import { doctorSamples } from '../../testing/doctorSamples.ts';
import { readPublic } from '../../testing/embedded.ts';
import { steadyClock } from '../../testing/steadyClock.ts';
import { openBackend } from '../../training/backends/openDevice.ts';

const assets = new Assets(readPublic);
const quick: RecipePatch = {
  'train.max_steps': 3,
  'train.per_device_train_batch_size': 1,
  'train.warmup_steps': 0,
  'data.test_size': 0,
};

/** What the kernels do not train, the run refuses by name; the laboratory shows it all the same. */
const beyond = new Set([
  'reentrant-under-trainable-head',
  'warning-is-harmless',
  'fp16-unscale',
  'whole-model-trains',
]);

async function losses(recipe: Recipe): Promise<number[]> {
  const now = steadyClock();
  const opened = await openBackend({ gpu: null, choice: 'cpu', now });
  const run = await TrainingRun.begin({
    assets,
    recipe,
    opened,
    store: memoryStore(),
    emit: () => {},
    now,
    cancelled: () => false,
    breathe: () => Promise.resolve(),
  });
  const found: number[] = [];
  while (!run.finished) found.push((await run.next()).loss);
  return found;
}

/** Few tokens, the same at every step, where the rows are not the matter. */
const short =
  '{"messages":[{"role":"user","content":"Hi?"},{"role":"assistant","content":"Aye, captain!"}]}\n';
const rowsMatter = new Set(['labels-masked-by-truncation']);

/** Float weights in half precision are what this advice is about. */
const upcast: RecipePatch = { 'bnb.bnb_4bit_quant_type': 'none', 'model.dtype': 'bfloat16' };

const cases = [
  ...doctorSamples
    .filter(({ rows, config }) => rows === undefined && config === undefined)
    .map(({ id, patch }) => ({ id, patch: id === 'base-upcast' ? { ...patch, ...upcast } : patch })),
  {
    id: 'labels-masked-by-truncation',
    patch: { 'train.max_length': 8, 'train.per_device_train_batch_size': 2 },
  },
];

describe('from the failing link to a run that learns', () => {
  it.each(cases.map((sample) => [sample.id, sample] as const))('%s', async (id, { patch }) => {
    const presets = presetValues(await assets.presets());
    const [preset] = presets;
    if (!preset) throw new Error('no presets');
    const values = withPatch(withPatch(preset.values, quick), patch);
    const written = await formatLink({ preset: preset.id, values }, presets, {
      includeData: false,
      fingerprint: null,
    });
    const { recipe, notes } = await parseLink(`#${written}`, presets);
    expect(notes).toEqual([]);
    const { diagnoses, outcome } = await laboratory(assets, recipe);
    const named = diagnoses.find((one) => one.id === id);
    expect(diagnoses.map((one) => one.id)).toContain(id);
    const fix = named?.fixes[0];
    if (!fix) return expect(outcome.kind).toBe('trains');
    const repaired = {
      ...recipe,
      values: withPatch(recipe.values, fix.patch),
      ...(rowsMatter.has(id) ? {} : { data: { name: 'short.jsonl', text: short.repeat(2) } }),
    };
    if (beyond.has(id)) {
      const error: unknown = await losses(repaired).catch((caught: unknown) => caught);
      if (error instanceof UserError) return expect(['beyond-engine', 'method-limit']).toContain(error.code);
    }
    const found = await losses(repaired);
    expect(found.length).toBe(3);
    expect(found.at(-1)).toBeLessThan(found[0] ?? 0);
  });
});
