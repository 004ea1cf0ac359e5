// Many adapters as one: factors side by side, each with its scale in A, so that the sum of what they do is what the one does. Modules
// that an adapter lacks get zeros. Source: PEFT 0.21 tuners/lora/model.py add_weighted_adapter(combination_type="cat").

import { modulePattern, patternAt } from '../../adapters/modulePatterns.ts';
import { digest64 } from '../../ground/digest.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { changesBase, notStackable, stackShapes, stackTooWide } from './adapterErrors.ts';
import type { ImportedAdapter, ImportedTensor } from './importedAdapter.ts';

/** Both factors of a module and its scale. */
interface Factors {
  readonly a: ImportedTensor;
  readonly b: ImportedTensor;
  readonly scale: number;
}

const MOST_RANK = 128;

/** s of a module under an adapter's own settings. */
function scaleAt({ patch }: ImportedAdapter, module: string, rank: number): number {
  const alpha = patternAt(
    modulePattern(patch['lora.alpha_pattern'] ?? '{}'),
    module,
    patch['lora.lora_alpha'] ?? 8,
  );
  return alpha / (patch['lora.use_rslora'] ? Math.sqrt(rank) : rank);
}

/** Throws UserError 'stack-…' for what is more than LoRA on linears. */
function factorsOf(adapter: ImportedAdapter): ReadonlyMap<string, Factors> {
  const found = new Map<string, Factors>();
  for (const [key, a] of adapter.tensors) {
    const module = /^(.+)\.lora_A$/.exec(key)?.[1];
    const b = module === undefined ? undefined : adapter.tensors.get(`${module}.lora_B`);
    if (module !== undefined && b) {
      found.set(module, { a, b, scale: scaleAt(adapter, module, a.shape[0] ?? 1) });
      continue;
    }
    if (!key.endsWith('.lora_B')) throw notStackable({ name: adapter.name, part: key });
  }
  const init = adapter.patch['lora.init_lora_weights'] ?? 'true';
  if (init !== 'true') throw changesBase({ name: adapter.name, init });
  return found;
}

/** Last names where each stands in every layer, else whole paths: what target_modules must say. */
function targets(modules: readonly string[], layers: number): string {
  const last = (path: string): string => path.split('.').at(-1) ?? path;
  const names = [...new Set(modules.map(last))];
  const everywhere = names.every((name) => modules.filter((path) => last(path) === name).length === layers);
  return JSON.stringify(everywhere ? names : modules);
}

/** One adapter that does what all do together. `layers`: of the model. Throws UserError 'stack-…'. */
export function stackAdapters(adapters: readonly ImportedAdapter[], layers: number): ImportedAdapter {
  const all = adapters.map(factorsOf);
  const ranks = all.map((one) => Math.max(...[...one.values()].map(({ a }) => a.shape[0] ?? 0)));
  const rank = ranks.reduce((sum, r) => sum + r, 0);
  if (rank > MOST_RANK) throw stackTooWide({ rank, most: MOST_RANK });
  const modules = [...new Set(all.flatMap((one) => [...one.keys()]))].sort();
  const tensors = new Map<string, ImportedTensor>();
  for (const module of modules) {
    const present = all.flatMap((one) => one.get(module) ?? []);
    const [width, out] = [present[0]?.a.shape[1] ?? 0, present[0]?.b.shape[0] ?? 0];
    const a = new Float32Array(rank * width);
    const b = new Float32Array(out * rank);
    let column = 0;
    for (const { a: own, b: ownB, scale } of present) {
      const r = own.shape[0] ?? 0;
      if (own.shape[1] !== width || ownB.shape[0] !== out)
        throw stackShapes({
          name: module,
          one: [ownB.shape[0] ?? 0, own.shape[1] ?? 0],
          other: [out, width],
        });
      a.set(
        own.values.map((value) => value * scale),
        column * width,
      );
      for (let o = 0; o < out; o++) b.set(ownB.values.subarray(o * r, (o + 1) * r), o * rank + column);
      column += r;
    }
    tensors.set(`${module}.lora_A`, { module, shape: [rank, width], values: a });
    tensors.set(`${module}.lora_B`, { module, shape: [out, rank], values: b });
  }
  const [first] = adapters;
  const patch: RecipePatch = {
    ...first?.patch,
    'lora.r': rank,
    'lora.lora_alpha': rank,
    'lora.use_rslora': false,
    'lora.rank_pattern': '{}',
    'lora.alpha_pattern': '{}',
    'lora.layers_to_transform': '',
    'lora.exclude_modules': '',
    'lora.target_modules': targets(modules, layers),
  };
  return {
    name: adapters.map(({ name }) => name).join(' + '),
    digest: digest64(adapters.map(({ digest }) => new TextEncoder().encode(digest))),
    base: first?.base ?? '',
    patch,
    tensors,
  };
}
