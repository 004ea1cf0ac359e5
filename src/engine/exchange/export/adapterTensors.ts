// What every export of an adapter starts from: the active adapter's tensors under the base model's module names, each with the adapter
// that it belongs to.

import type { TrainedTensor } from '../../adapters/method.ts';
import type { Method } from '../../adapters/methods.ts';
import { methodOf, methods } from '../../adapters/methods.ts';
import { inCausalLm } from '../../adapters/paths.ts';
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import { decoderOf } from '../../models/families.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import type { LowRank, Module } from '../../torch/nn/module.ts';
import type { AdapterLayout } from '../../torch/trainedLayout.ts';
import { layersOnly as notLayersOnly } from '../exchangeErrors.ts';

export interface ExportFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface ExportedAdapter {
  readonly root: Module;
  readonly layout: AdapterLayout;
  /** The flat adapter buffer. */
  readonly values: Float32Array;
  /** First values of an adapter that was taken out of the base; null for any other. */
  readonly taken?: Float32Array | null;
  /** Whether the base was quantised on load. */
  readonly quantised?: boolean;
  readonly config: ModelConfig;
  /** Name of the base model, for the configuration and the card. */
  readonly base: string;
  /** Its commit, where the base is a repository of the hub. */
  readonly revision?: string;
  readonly peftVersion: string;
  /** What the card says of how it was made. */
  readonly recipe: string;
}

/** Tensors of the active adapter as they were trained, in the tree's order. */
export function trainedTensors({ root, layout, values }: ExportedAdapter): TrainedTensor[] {
  return layout.tensors.flatMap((tensor) => {
    const { module, adapter, adapterName, part, parameter, offset, length } = tensor;
    const kind = root.at(module)?.kind;
    if (kind?.type === 'adapted' && !kind.active.includes(adapterName)) return [];
    const numbers = values.slice(offset, offset + length);
    return [{ module: inCausalLm(module), part, shape: parameter.shape, values: numbers, adapter }];
  });
}

/** The method that the tensors belong to; of copies alone, or of none, what a recipe has by default. */
export function methodOfTensors(tensors: readonly TrainedTensor[]): Method {
  const adapter = tensors.find((tensor) => tensor.adapter !== null)?.adapter;
  return adapter ? methodOf(adapter) : methods[0];
}

/**
 * Tensors of the active adapter for the untouched base: what was taken out of it is taken off again. Throws UserError 'export-base' where
 * that says something else than what was trained.
 */
export function adapterTensors(adapter: ExportedAdapter): readonly TrainedTensor[] {
  const tensors = trainedTensors(adapter);
  const { taken, quantised = false } = adapter;
  if (!taken) return tensors;
  const before = trainedTensors({ ...adapter, values: taken });
  return methodOfTensors(tensors).forUntouchedBase?.(tensors, before, quantised) ?? tensors;
}

/** Factors of one module, and its column scales if it has some. */
export interface LowRankTensors {
  readonly module: string;
  readonly lowRank: LowRank;
  readonly a: TrainedTensor;
  readonly b: TrainedTensor;
  readonly scales: TrainedTensor | null;
}

/** Throws UserError 'export-layers' for a format that holds LoRA on the linears of layers and nothing else. */
export function layersOnly(
  format: Text,
  { config }: Pick<ExportedAdapter, 'config'>,
  tensors: readonly TrainedTensor[],
): LowRankTensors[] {
  const { layers } = decoderOf(config).paths;
  const modules = new Map<string, TrainedTensor[]>();
  for (const tensor of tensors) modules.set(tensor.module, [...(modules.get(tensor.module) ?? []), tensor]);
  return [...modules].map(([module, own]) => {
    const [a, b, scales = null] = own;
    const adapter = a?.adapter ?? null;
    const lowRank = adapter?.lowRank ?? null;
    if (a && b && lowRank && !lowRank.made && module.startsWith(`${layers}.`))
      return { module, lowRank, a, b, scales };
    const found = adapter ? methodOf(adapter).nouns.part : text('a whole copy', '完整副本');
    throw notLayersOnly({ format, what: found, module });
  });
}

export const textFile = (name: string, content: string): ExportFile => ({
  name,
  bytes: Uint8Array.from(new TextEncoder().encode(content)),
});

export const jsonFile = (name: string, content: unknown): ExportFile =>
  textFile(name, `${JSON.stringify(content, null, 2)}\n`);
