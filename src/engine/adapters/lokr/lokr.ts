// LoKr: an update that is the Kronecker product of two matrices, each whole or itself a product where its rank is small enough; the first
// (or its first factor) is zero at first. Source: PEFT 0.7 to 0.21 tuners/lokr/layer.py. Left out: init_weights="lycoris".
import type { JudgedMethod, Part } from '../judgedMethod.ts';

/** The two factors of a dimension nearest to each other, the smaller first; with a factor, that one where it divides it. */
export function factorization(dimension: number, factor: number): readonly [number, number] {
  if (factor > 0 && dimension % factor === 0)
    return factor <= dimension / factor ? [factor, dimension / factor] : [dimension / factor, factor];
  const most = factor === -1 ? dimension : factor;
  let [m, n] = [1, dimension];
  let length = m + n;
  while (m < n) {
    let next = m + 1;
    while (dimension % next !== 0) next++;
    const other = dimension / next;
    if (next + other > length || next > most) break;
    [m, n] = [next, other];
    length = m + n;
  }
  return m > n ? [n, m] : [m, n];
}

const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

export const lokr: JudgedMethod = {
  type: 'LOKR',
  name: 'LoKr',
  configClass: 'LoKrConfig',
  modelClass: 'LoKrModel',
  prefix: 'lokr_',
  layerClass: 'lokr.Linear',
  defaultTargets: {},
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
