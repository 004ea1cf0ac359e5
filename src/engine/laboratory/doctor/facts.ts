// What the doctor looks at: the recipe, the examination of its first step, and counts read off the tape. No opinions.

import { isAdapterParameter } from '../../adapters/methods.ts';
import type { RowFacts } from '../../data/rowFacts.ts';
import type { ModelSizes } from '../../models/modelSizes.ts';
import type { Trace } from '../../python/run/scriptModel.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import type { Examination } from '../inspect/examine.ts';
import type { StripCell } from '../inspect/inspection.ts';
import { stripOf } from '../inspect/strip.ts';

export interface DoctorFacts {
  readonly config: ModelSizes;
  readonly values: RecipeValues;
  readonly examination: Examination;
  readonly strip: readonly StripCell[];
  readonly rows: RowFacts | null;
  readonly isElement0: boolean;
  readonly isSilent: boolean;
  readonly trainable: number;
  /** Adapter tensors, trainable or not. */
  readonly adapterTensors: number;
  /** Layers that ran as reentrant checkpoints. */
  readonly reentrantLayers: number;
  /** Trainable tensors inside decoder layers, and how many of them got no gradient. */
  readonly layerTensors: number;
  readonly layerNone: number;
  readonly embeddingRequiresGrad: boolean;
  /** The call after which adapters were frozen, if one froze them all. */
  readonly frozenBy: Trace | null;
}

export function factsOf(
  config: ModelSizes,
  values: RecipeValues,
  examination: Examination,
  rows: RowFacts | null,
): DoctorFacts {
  const { outcome, script, step, gradientOf } = examination;
  const strip = stripOf(examination);
  const named = [...script.root.namedParameters()];
  const layers = `.${examination.paths.layers}.`;
  const inLayers = named.filter(([name, tensor]) => tensor.requiresGrad && `.${name}`.includes(layers));
  return {
    config,
    values,
    examination,
    strip,
    rows,
    isElement0: outcome.error?.message.startsWith('element 0 of tensors') ?? false,
    isSilent: outcome.kind === 'silent',
    trainable: outcome.trainableTensors,
    adapterTensors: named.filter(([name]) => isAdapterParameter(name)).length,
    reentrantLayers: strip.filter((cell) => cell.checkpoint === 'reentrant').length,
    layerTensors: inLayers.length,
    layerNone: inLayers.filter(([, tensor]) => gradientOf(tensor) === 'none').length,
    embeddingRequiresGrad: step?.embedding.requiresGrad ?? false,
    frozenBy: script.history.findLast((trace) => trace.before > 0 && trace.after === 0) ?? null,
  };
}
