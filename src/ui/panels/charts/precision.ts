// Where the libraries would compute in another precision than this engine, which computes in float32 whatever the recipe says: read off
// the tree and the settings. Pure; the words are in Charts.tsx.
import type { Inspection, ModuleInfo, ParameterInfo, RecipeValues } from '../../../engine/index.ts';

const half: ReadonlySet<string> = new Set(['bfloat16', 'float16']);

function parameters(tree: ModuleInfo): readonly ParameterInfo[] {
  return [...tree.parameters, ...tree.children.flatMap(parameters)];
}

export interface Precision {
  /** dtype that the libraries keep the trained tensors in, where it is none of float32's. */
  readonly adapter: string | null;
  /** The same of what is frozen and not quantised. */
  readonly base: string | null;
  readonly fp16: boolean;
}

export function precisionOf(
  { tree }: Pick<Inspection, 'tree'>,
  values: Pick<RecipeValues, 'train.fp16'>,
): Precision | null {
  const all = parameters(tree);
  const dtypeOf = (trained: boolean): string | null =>
    all.find((one) => one.requiresGrad === trained && one.quantised === null && half.has(one.dtype))?.dtype ??
    null;
  const found = { adapter: dtypeOf(true), base: dtypeOf(false), fp16: values['train.fp16'] };
  return found.adapter === null && found.base === null && !found.fp16 ? null : found;
}
