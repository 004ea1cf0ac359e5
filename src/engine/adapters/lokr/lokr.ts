// LoKr: an update that is the Kronecker product of two matrices, each whole or itself a product where its rank is small enough; the first
// (or its first factor) is zero at first. Source: PEFT 0.7 to 0.21 tuners/lokr/layer.py. Left out: init_weights="lycoris".
import type { JudgedMethod, Part } from '../judgedMethod.ts';

/** The two factors of a dimension nearest to each other, the smaller first; with a factor that divides it, that one first. */
function factorization(dimension: number, factor: number): readonly [number, number] {
  if (factor > 0 && dimension % factor === 0) return [factor, dimension / factor];
  let less = Math.floor(Math.sqrt(dimension));
  while (dimension % less !== 0 || (factor !== -1 && less > factor && less > 1)) less--;
  return [less, dimension / less];
}

const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

export const lokr: JudgedMethod = {
  type: 'LOKR',
  name: 'LoKr',
  configClass: 'LoKrConfig',
  modelClass: 'LoKrModel',
  prefix: 'lokr_',
  layerClass: 'lokr.Linear',
  takes: { packed: false, transposed: false },
  penalises: false,
  parts: ({ inFeatures, outFeatures }, given) => {
    const rank = number(given('r'), 8);
    const factor = number(given('decompose_factor'), -1);
    const zero = given('init_weights') !== false;
    const [inLess, inMore] = factorization(inFeatures, factor);
    const [outLess, outMore] = factorization(outFeatures, factor);
    const split = given('decompose_both') === true && rank < Math.max(outLess, inLess) / 2;
    const first: readonly Part[] = split
      ? [
          { name: 'lokr_w1_a', shape: [outLess, rank], zero },
          { name: 'lokr_w1_b', shape: [rank, inLess] },
        ]
      : [{ name: 'lokr_w1', shape: [outLess, inLess], zero }];
    const second: readonly Part[] =
      rank < Math.max(outMore, inMore) / 2
        ? [
            { name: 'lokr_w2_a', shape: [outMore, rank] },
            { name: 'lokr_w2_b', shape: [rank, inMore] },
          ]
        : [{ name: 'lokr_w2', shape: [outMore, inMore] }];
    return [...first, ...second];
  },
};
