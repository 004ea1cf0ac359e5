// A base model in the few facts that the page shows.
import type { ModelFiles } from '../models/modelFiles.ts';
import { modelTensors } from '../models/weightPlaces.ts';
import type { ModelSummary } from '../protocol.ts';

export function modelSummary({ info, config, formatOf }: ModelFiles): ModelSummary {
  const tensors = modelTensors(config);
  const sizes = [...tensors.values()].map((shape) => shape.reduce((product, size) => product * size, 1));
  const packed = [...tensors.keys()].flatMap((name) => {
    const format = formatOf(name) ?? 'none';
    return format === 'none' ? [] : [{ name, format }];
  });
  return {
    ...info,
    parameters: sizes.reduce((sum, size) => sum + size, 0),
    layers: config.layers,
    hiddenSize: config.hiddenSize,
    vocabSize: config.vocabSize,
    packed,
  };
}
