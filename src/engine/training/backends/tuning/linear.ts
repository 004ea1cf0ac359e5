// Which kernel multiplies by packed weights, for products of few, some and many rows: forward and the gradient of the input together.
import type { LinearVariant } from '../../../torch/autograd/kernelVariants.ts';
import { linearVariants } from '../../../torch/autograd/kernelVariants.ts';
import type { ByRows, RowClass } from '../../../torch/autograd/rowClasses.ts';
import { MOST_ROWS } from '../../../torch/autograd/rowClasses.ts';
import type { Variants } from '../variants.ts';
import { productWorkload } from './products.ts';
import type { TuningBench } from './tuningBench.ts';

/** Rows of the product that stands for a class. */
const ROWS: ByRows<number> = { few: MOST_ROWS.few, some: 128, many: 1024 };

const candidates = (soFar: Variants): (readonly [LinearVariant, Variants])[] =>
  linearVariants.map((linear) => [linear, { ...soFar, linear }]);

/** An adapter that some rows keep busy gains nothing by more of them: it takes one kernel for all. */
export async function chooseLinear(bench: TuningBench, soFar: Variants): Promise<Variants['linear']> {
  const fastest = (rows: RowClass): Promise<LinearVariant> =>
    bench.fastest(candidates(soFar), productWorkload(bench, ROWS[rows], 'both'));
  const some = await fastest('some');
  return bench.fast ? { few: await fastest('few'), some, many: await fastest('many') } : some;
}
