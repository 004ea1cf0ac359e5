// How sums over a wide side are shared out: the three narrow products of an adapter, where a step spends most of them.
import type { SumsVariant } from '../../../torch/autograd/kernelVariants.ts';
import { sumsVariants } from '../../../torch/autograd/kernelVariants.ts';
import type { Variants } from '../variants.ts';
import { productWorkload } from './products.ts';
import type { TuningBench } from './tuningBench.ts';

const ROWS = 128;

export function chooseSums(bench: TuningBench, soFar: Variants): Promise<SumsVariant> {
  const candidates = sumsVariants.map((sums) => [sums, { ...soFar, sums }] as const);
  return bench.fastest(candidates, productWorkload(bench, ROWS, 'adapter'));
}
