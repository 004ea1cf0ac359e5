// References of `likeliest_parts` and `likeliest`: the first of the largest, as greedy decoding takes it.
import type { FloatArray } from '../declaration.ts';
import type { StepNumbers } from '../lib/step.ts';

/** -3.4e38 in float32, below which a score is none. */
const LEAST = -(2 - 2 ** -23) * 2 ** 127;

function best(values: FloatArray, from: number, to: number): number {
  let place = -1;
  let most = LEAST;
  for (let i = from; i < to; i++) {
    const value = values[i] ?? 0;
    if (!(value > most || (place < 0 && value === most))) continue;
    place = i;
    most = value;
  }
  return place;
}

export interface PartsArguments {
  readonly scores: FloatArray;
  readonly values: FloatArray;
  readonly places: FloatArray;
  readonly v: number;
  readonly PARTS: number;
}

export function likeliestPartsReference({ scores, values, places, v, PARTS }: PartsArguments): void {
  const width = Math.ceil(v / PARTS);
  for (let part = 0; part < PARTS; part++) {
    const place = best(scores, part * width, Math.min((part + 1) * width, v));
    values[part] = place < 0 ? LEAST : (scores[place] ?? LEAST);
    places[part] = Math.max(0, place);
  }
}

export interface LikeliestArguments {
  readonly values: FloatArray;
  readonly places: FloatArray;
  readonly step: StepNumbers;
  readonly ids: Uint32Array;
  readonly said: FloatArray;
  readonly PARTS: number;
}

export function likeliestReference({ values, places, step, ids, said, PARTS }: LikeliestArguments): void {
  const place = places[Math.max(0, best(values, 0, PARTS))] ?? 0;
  ids[0] = place;
  said[step.position] = place;
}
