// Windows of attention as config.json says them: a width, and which layers have it.
import type { ConfigReader } from './family.ts';
import { mostOf } from './modelSizes.ts';

/** Keys that a query sees, its own among them; null: all before it. */
export const readWindow = (read: ConfigReader): number | null =>
  read.has('sliding_window') ? read.size('sliding_window', mostOf.maxPositions) : null;

export interface WindowedLayers {
  readonly layers: number;
  /** Of the layers that have one. */
  readonly window: number;
  /** Whether a layer has one where `layer_types` says nothing. */
  readonly windowed: (index: number) => boolean;
}

/** Of every layer, whether it sees a window: by `layer_types` where the file has it. Throws UserError for a kind of layer that isn't here. */
export function readLayerTypes(
  read: ConfigReader,
  { layers, windowed }: Omit<WindowedLayers, 'window'>,
): boolean[] {
  const types = read.list('layer_types');
  return Array.from({ length: layers }, (_, i) => {
    const type = types?.[i] ?? (windowed(i) ? 'sliding_attention' : 'full_attention');
    if (type !== 'sliding_attention' && type !== 'full_attention') return read.refuse('layer_types', type);
    return type === 'sliding_attention';
  });
}
