// Where in a model something stands, by its path: before the layers, in one of them, or behind them.
import type { DecoderPaths } from '../../models/decoder.ts';
import type { Region } from './opinionShapes.ts';

/** `path` may begin anywhere above the causal LM, as the names of parameters do. */
export function regionOf(path: string, { layers, norm, head }: DecoderPaths): Region {
  const at = `.${path}`.indexOf(`.${layers}.`);
  const number = at < 0 ? Number.NaN : Number.parseInt(path.slice(at + layers.length + 1), 10);
  if (Number.isInteger(number)) return number;
  return [norm, head].some((one) => `.${path}.`.includes(`.${one}.`)) ? 'head' : 'embedding';
}
