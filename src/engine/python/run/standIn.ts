// The page's own model in the place of one that a program loads: where both have the same projections and tables by name, the small one is
// wired as the script wires the large one. What has other modules, or is stored as nothing here is, stays what it was.

import { buildModel } from '../../models/families.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import type { Module } from '../../torch/nn/module.ts';
import type { BuiltModel, ModelSource } from './acting.ts';
import { applyModuleClasses } from './moduleClasses.ts';

/** Names of projections and tables, layers not counted; norms, biases and rotary tables differ where adapters don't care. */
function shapeOf(root: Module): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [path, { kind }] of root.namedModules())
    if (kind.type === 'linear' || kind.type === 'embedding') names.add(path.replace(/\.\d+\./g, '.N.'));
  return names;
}

function standsFor(ours: Module, { root, quantisation }: BuiltModel): boolean {
  if (quantisation !== null && quantisation.method !== 'bnb-4bit') return false;
  const [a, b] = [shapeOf(ours), shapeOf(root)];
  return a.size === b.size && [...a].every((name) => b.has(name));
}

/** Float type of what is not quantised. */
const floatOf = ({ root }: BuiltModel) =>
  [...root.allParameters()].find(({ dtype }) => /float/.test(dtype))?.dtype ?? 'float32';

/** As `models` builds them, the page's model where it can be. */
export function standingIn(config: ModelConfig, models: ModelSource): ModelSource {
  return (request) => {
    const built = models(request);
    const load = {
      dtype: floatOf(built),
      quantType: built.quantisation?.type ?? null,
      doubleQuant: request.doubleQuant,
    };
    const root = buildModel(config, load);
    if (!standsFor(root, built)) return built;
    applyModuleClasses(root, request.stack);
    return { ...built, root, architecture: config };
  };
}
