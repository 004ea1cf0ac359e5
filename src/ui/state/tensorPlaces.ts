// Which number of a step's norms is which tensor's, by name: read off the tree while the form stands for the run, kept when the form goes on
// to another recipe. Pure.
import type { ModuleInfo } from '../../engine/index.ts';
import { sameTensors } from '../../engine/index.ts';
import type { PageState, Run } from './state.ts';

type Places = ReadonlyMap<string, number>;

/** By tree, which a step after the other asks for. */
const known = new WeakMap<ModuleInfo, Places>();

function gather(module: ModuleInfo, found: Map<string, number>): Places {
  for (const { name, normIndex } of module.parameters) if (normIndex !== null) found.set(name, normIndex);
  for (const child of module.children) gather(child, found);
  return found;
}

/** The places in `run.tensorNorms`: those of the tree where it is the run's own, else as they were. */
export function placesOf(run: Run, { recipe, inspection }: Pick<PageState, 'recipe' | 'inspection'>): Places {
  if (inspection === null || !sameTensors(run.recipe, recipe)) return run.tensorPlaces;
  const places = known.get(inspection.tree) ?? gather(inspection.tree, new Map());
  known.set(inspection.tree, places);
  return places;
}
