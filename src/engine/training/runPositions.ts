// How far the positions of a run go: what its tables of rotations are made for. A context that a model could have and no batch reaches
// costs nothing.
import type { LargestBatches } from '../data/prepareData.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import { lastPosition } from '../models/modelConfig.ts';
import type { ModelSizes } from '../models/modelSizes.ts';
import { contextTokens } from './generate/generator.ts';
import { rowsTooLong } from './trainingErrors.ts';

type Batches = Pick<LargestBatches, 'train' | 'test'>;

/** Positions from 0 that batches and answers come to. */
export const runPositions = (config: ModelSizes, { train, test }: Batches): number =>
  Math.max(contextTokens(config), train.tokens, test?.tokens ?? 0);

/** Throws UserError 'rows-too-long' for a batch beyond where a model's positions end. */
export function assertPositions(config: ModelConfig, { train, test }: Batches): void {
  const last = lastPosition(config);
  const tokens = Math.max(train.tokens, test?.tokens ?? 0);
  if (last !== null && tokens > last) throw rowsTooLong({ tokens, most: last });
}
