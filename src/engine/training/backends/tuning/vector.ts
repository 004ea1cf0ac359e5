// Which kernel multiplies one row by packed weights: a token of an answer.
import type { VectorVariant } from '../../../torch/autograd/kernelVariants.ts';
import { vectorVariants } from '../../../torch/autograd/kernelVariants.ts';
import type { Variants } from '../variants.ts';
import { productWorkload } from './products.ts';
import type { TuningBench } from './tuningBench.ts';

const needs: Readonly<Record<VectorVariant, string | null>> = {
  column: null,
  subgroup: 'subgroups',
  workgroup: null,
};

export function chooseVector(bench: TuningBench, soFar: Variants): Promise<VectorVariant> {
  const candidates = vectorVariants
    .filter((vector) => needs[vector] === null || bench.features.has(needs[vector]))
    .map((vector) => [vector, { ...soFar, vector }] as const);
  return bench.fastest(candidates, productWorkload(bench, 1, 'forward'));
}
