// Arguments of LoraConfig against PEFT (tests/golden/lora_config.json): which modules, rank, scaling, first numbers, errors, warnings.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { initialiseAdapter } from '../../adapters/initialise.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { benchConfig, benchPatch } from '../../testing/goldenBench.ts';
import { layoutAdapters } from '../../torch/trainedLayout.ts';
import { runScript } from './wire.ts';

interface Row {
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly modules?: readonly {
    readonly path: string;
    readonly r: number;
    readonly scaling: number;
    readonly a: string;
    readonly b: string;
  }[];
  readonly error?: string;
  readonly warnings: readonly string[];
}

const { rows }: { readonly rows: readonly Row[] } = JSON.parse(
  readFileSync('tests/golden/lora_config.json', 'utf8'),
);

const patchOf = (row: Row): RecipePatch =>
  Object.fromEntries(
    Object.entries(row.arguments).map(([name, value]) => [
      `lora.${name}`,
      typeof value === 'object' || name === 'layers_to_transform'
        ? JSON.stringify(value)
        : name === 'init_lora_weights'
          ? String(value)
          : value,
    ]),
  );

const sha16 = (values: Float32Array): string =>
  createHash('sha256').update(new Uint8Array(values.slice().buffer)).digest('hex').slice(0, 16);

/** PEFT prints sets in Python's arbitrary order. */
const sorted = (text: string): string => text.replace(/\{[^}]*\}/g, (set) => [...set].sort().join(''));

it.each(rows.map((row) => [JSON.stringify(row.arguments), row] as const))('%s', (_, row) => {
  const { script, error } = runScript(
    benchConfig,
    withPatch(defaultValues, {
      ...benchPatch,
      'wiring.stack': 'trl-1.16.0',
      'model.dtype': 'float32',
      'wiring.attach': 'get_peft_model',
      'wiring.trainer': 'loop',
      ...patchOf(row),
    }),
  );
  expect(error ? sorted(`${error.type}: ${error.message}`) : undefined).toBe(row.error && sorted(row.error));
  // The golden rows hold PEFT's own warnings; transformers' deprecation is the wiring goldens' matter.
  const own = script.warnings.filter(({ category }) => category !== 'FutureWarning');
  expect(own.map(({ category, message }) => `${category}: ${message}`)).toEqual(row.warnings);
  if (!row.modules) return;
  const layout = layoutAdapters({ root: script.root, tables: script.places });
  const values = initialiseAdapter(layout, 42);
  const hashOf = (name: string): string => {
    const tensor = layout.tensors.find((one) => one.name.endsWith(`${name}.default.weight`));
    if (!tensor) throw new Error(`no ${name}`);
    return sha16(values.subarray(tensor.offset, tensor.offset + tensor.length));
  };
  const wrapped = [...script.root.namedModules()].flatMap(([path, { kind }]) => {
    const adapter = kind.type === 'adapted' ? kind.adapters.get('default') : undefined;
    if (!adapter?.lowRank) return [];
    const { rank: r, scale: scaling } = adapter.lowRank;
    const short = path.replace('base_model.model.', '');
    return [{ path: short, r, scaling, a: hashOf(`${path}.lora_A`), b: hashOf(`${path}.lora_B`) }];
  });
  expect(wrapped).toEqual(row.modules);
});
