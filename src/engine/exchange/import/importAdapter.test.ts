// Adapters that PEFT wrote (tests/golden/peft_adapter.json) give PEFT's logits here; wrong, damaged and hostile ones are refused by name.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../ground/formats/safetensors.ts';
import type { AdapterSummary } from '../../protocol.ts';
import { recipeOfPreset } from '../../recipe/presets.ts';
import { withPatch } from '../../recipe/recipe.ts';
import { Assets } from '../../session/assets.ts';
import { openAdapter } from '../../session/openAdapter.ts';
import { TrainingRun } from '../../session/run.ts';
import { memoryStore } from '../../session/snapshot.ts';
import { BOUNDS } from '../../testing/agreement.ts';
import { readPublic } from '../../testing/embedded.ts';
import { openBackend } from '../../training/backends/openDevice.ts';
import type { NamedBytes } from './unpack.ts';

interface Row {
  readonly files: Readonly<Record<string, string>>;
  readonly prompt: string;
  readonly logits: readonly number[];
}
interface Golden {
  readonly versions: Readonly<Record<string, string>>;
  readonly stack: { readonly of: readonly string[]; readonly logits: readonly number[] };
  readonly rows: Readonly<Record<string, Row>>;
}
const { stack, rows }: Golden = JSON.parse(readFileSync('tests/golden/peft_adapter.json', 'utf8'));
const filesOf = ({ files }: Row): NamedBytes[] =>
  Object.entries(files).map(([name, text]) => ({
    name,
    bytes: Uint8Array.from(gunzipSync(Buffer.from(text, 'base64'))),
  }));

const assets = new Assets(readPublic);
const preset = recipeOfPreset(await assets.presets(), 'ships-log');
const recipe = {
  ...preset,
  values: withPatch(preset.values, { 'bnb.bnb_4bit_quant_type': 'none', 'train.max_steps': 1 }),
};
const openAll = (sets: readonly (readonly NamedBytes[])[]) =>
  openAdapter(
    assets,
    sets.map((files) => ({ name: 'mine', files })),
    recipe,
  );
const open = (files: readonly NamedBytes[]) => openAll([files]);

/** Logits of the token that follows `prompt`, from the adapter that is open. */
async function scoresWith({ name, digest, patch }: AdapterSummary, prompt: string): Promise<Float32Array> {
  const now = (): number => 0;
  const run = await TrainingRun.begin({
    assets,
    recipe: { ...recipe, adapter: { name, digest }, values: withPatch(recipe.values, patch) },
    opened: await openBackend({ gpu: null, choice: 'cpu', now }),
    store: memoryStore(),
    emit: () => {},
    now,
    cancelled: () => false,
    breathe: () => Promise.resolve(),
  });
  return run.scores(prompt);
}
/** Largest distance to every eighth value. */
const farthest = (want: readonly number[], logits: Float32Array): number =>
  Math.max(...want.map((value, i) => Math.abs(value - (logits[8 * i] ?? 0))));

it.each(Object.entries(rows))('%s: the logits of PEFT', async (_name, row) => {
  const opened = await open(filesOf(row));
  expect(farthest(row.logits, await scoresWith(opened, row.prompt))).toBeLessThan(BOUNDS.logits);
});

describe('stacked', () => {
  const rowOf = (name: string): Row => {
    const row = rows[name];
    if (!row) throw new Error(`no golden adapter '${name}'`);
    return row;
  };

  it('two are what PEFT joins with add_weighted_adapter, cat', async () => {
    const opened = await openAll(stack.of.map((name) => filesOf(rowOf(name))));
    expect(opened.name).toBe('mine + mine');
    const { prompt } = rowOf('plain');
    expect(farthest(stack.logits, await scoresWith(opened, prompt))).toBeLessThan(BOUNDS.logits);
  });

  it('more than LoRA on linears is refused', async () => {
    await expect(openAll(['plain', 'dora'].map((name) => filesOf(rowOf(name))))).rejects.toThrow(
      /lora_magnitude_vector', which can't be stacked/,
    );
  });
});

describe('refused', () => {
  const [plain] = Object.values(rows);
  if (!plain) throw new Error('no golden adapter');
  const [config, weights] = filesOf(plain);
  if (!config || !weights) throw new Error('no files');
  const json: Record<string, unknown> = JSON.parse(new TextDecoder().decode(config.bytes));
  const changed = (change: Record<string, unknown>): NamedBytes => ({
    name: config.name,
    bytes: Uint8Array.from(strToU8(JSON.stringify({ ...json, ...change }))),
  });
  const tensors = (list: Readonly<Record<string, readonly number[]>>): NamedBytes => ({
    name: weights.name,
    bytes: writeSafetensors(
      Object.entries(list).map(([name, shape]) => ({
        name: `base_model.model.${name}.weight`,
        shape,
        values: new Float32Array((shape[0] ?? 1) * (shape[1] ?? 1)),
      })),
    ),
  });
  const zip = (entries: Record<string, Uint8Array>): NamedBytes => ({
    name: 'adapter.zip',
    bytes: Uint8Array.from(zipSync(entries)),
  });
  const q = 'model.layers.0.self_attn.q_proj';
  const bomb = new Uint8Array(64);
  new DataView(bomb.buffer).setBigUint64(0, 2n ** 40n, true);

  it.each<[string, readonly NamedBytes[], RegExp]>([
    [
      'a rank that differs from the configuration',
      [changed({ r: 4 }), weights],
      /is \[2, 128\] in the file, the model wants \[4, 128\].*rank differs/,
    ],
    [
      'factors of two ranks',
      [config, tensors({ [`${q}.lora_A`]: [2, 128], [`${q}.lora_B`]: [128, 3] })],
      /their ranks differ/,
    ],
    ['a lonely factor', [config, tensors({ [`${q}.lora_A`]: [2, 128] })], /lora_B' is missing beside/],
    [
      'another base',
      [
        config,
        tensors(
          Object.fromEntries(
            [0, 3].flatMap((i) => [
              [`model.layers.${i}.self_attn.q_proj.lora_A`, [2, 576]],
              [`model.layers.${i}.self_attn.q_proj.lora_B`, [576, 2]],
            ]),
          ),
        ),
      ],
      /the model wants \[2, 128\]\. It was trained on '[^']*model': open that model/,
    ],
    [
      'missing tensors',
      [config, tensors({ [`${q}.lora_A`]: [2, 128], [`${q}.lora_B`]: [128, 2] })],
      /has no tensor for 'model\.layers\./,
    ],
    [
      'layers that the model has not',
      [
        changed({ layers_to_transform: null, target_modules: ['q_proj'] }),
        tensors(
          Object.fromEntries(
            Array.from(
              { length: 8 },
              (_i, i) =>
                [
                  [`model.layers.${i}.self_attn.q_proj.lora_A`, [2, 128]],
                  [`model.layers.${i}.self_attn.q_proj.lora_B`, [128, 2]],
                ] as const,
            ).flat(),
          ),
        ),
      ],
      /have no place in this model/,
    ],
    [
      'a raw pickle',
      [config, { name: 'adapter_model.bin', bytes: Uint8Array.of(0x80, 2, 0x7d) }],
      /is a pickle/,
    ],
    ['a pickle in torch’s zip', [zip({ 'archive/data.pkl': strToU8('x') })], /is a pickle/],
    [
      'a path out of the archive',
      [zip({ '../adapter_config.json': strToU8('{}') })],
      /leads out of its folder/,
    ],
    ['an absolute path', [zip({ '/etc/adapter_config.json': strToU8('{}') })], /leads out of its folder/],
    [
      'a configuration of 3 MB',
      [zip({ 'adapter_config.json': new Uint8Array(3_000_000) })],
      /more than the 1048576/,
    ],
    ['a header bomb', [config, { name: weights.name, bytes: bomb }], /header claims 1099511627776 bytes/],
    [
      'a damaged zip',
      [{ name: 'a.zip', bytes: Uint8Array.of(0x50, 0x4b, 3, 4, 1) }],
      /can't be opened: it has no directory/,
    ],
    ['no configuration', [weights], /adapter_config\.json is missing/],
    ['another method', [changed({ peft_type: 'IA3' }), weights], /peft_type is "IA3"/],
    [
      'DoRA without magnitudes',
      [changed({ use_dora: true }), weights],
      /no tensor for '.*lora_magnitude_vector'/,
    ],
    [
      'a copy that is missing',
      [changed({ modules_to_save: ['lm_head'] }), weights],
      /no tensor for 'lm_head'/,
    ],
    [
      'another module',
      [config, tensors({ 'model.norm.modules_to_save': [2, 3] })],
      /no part of an adapter that this engine trains/,
    ],
  ])('%s', async (_name, files, message) => {
    await expect(open(files)).rejects.toThrow(message);
  });

  it('opens a zip with a folder inside', async () => {
    const { modules } = await open([
      zip({
        'adapter/adapter_config.json': config.bytes,
        'adapter/adapter_model.safetensors': weights.bytes,
        'adapter/README.md': strToU8('x'),
      }),
    ]);
    expect(modules).toBe(4);
  });
});
