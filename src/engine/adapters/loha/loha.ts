// LoHa: an update that is the product, element by element, of two low-rank ones; the last of the four factors is zero at first.
// Source: PEFT 0.7 to 0.21 tuners/loha/layer.py (the same in all of them).
import type { JudgedMethod } from '../judgedMethod.ts';

const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

export const loha: JudgedMethod = {
  type: 'LOHA',
  name: 'LoHa',
  configClass: 'LoHaConfig',
  modelClass: 'LoHaModel',
  prefix: 'hada_',
  layerClass: 'loha.Linear',
  takes: { packed: false, transposed: false },
  penalises: false,
  parts: ({ inFeatures, outFeatures }, given) => {
    const rank = number(given('r'), 8);
    const zero = given('init_weights') !== false;
    return [
      { name: 'hada_w1_a', shape: [outFeatures, rank] },
      { name: 'hada_w1_b', shape: [rank, inFeatures] },
      { name: 'hada_w2_a', shape: [outFeatures, rank] },
      { name: 'hada_w2_b', shape: [rank, inFeatures], zero },
    ];
  },
};
