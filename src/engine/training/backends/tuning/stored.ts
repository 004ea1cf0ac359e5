// Whether decoded weights stand in scratch as half precision, where a kernel decodes to scratch at all.
import type { StoredVariant } from '../../../torch/autograd/kernelVariants.ts';
import { storedVariants } from '../../../torch/autograd/kernelVariants.ts';
import { forRows } from '../../../torch/autograd/rowClasses.ts';
import type { Variants } from '../variants.ts';
import { productWorkload } from './products.ts';
import type { TuningBench } from './tuningBench.ts';

const ROWS = 128;

export function chooseStored(bench: TuningBench, soFar: Variants): Promise<StoredVariant> {
  const offered = storedVariants.filter((stored) => stored === 'f32' || bench.features.has('shader-f16'));
  const linear = forRows(soFar.linear, ROWS);
  const toScratch = linear === 'narrow' || linear === 'wide';
  // In software both halves of a word cost as much as a word: what little is gained would change with the machine's load, and numbers with it.
  const candidates = (toScratch && bench.fast ? offered : storedVariants.slice(0, 1)).map(
    (stored) => [stored, { ...soFar, stored }] as const,
  );
  return bench.fastest(candidates, productWorkload(bench, ROWS, 'both'));
}
