// What every export of an adapter starts from: the active adapter's tensors under the base model's module names, with rank, alpha
// and scaling.
import type { AdapterLayout } from '../adapters/layout.ts';
import type { LlamaConfig } from '../models/llamaConfig.ts';
import type { Module } from '../nn/module.ts';

export interface ExportFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface ExportedAdapter {
  readonly root: Module;
  readonly layout: AdapterLayout;
  /** The flat adapter buffer. */
  readonly values: Float32Array;
  readonly config: LlamaConfig;
  /** Name of the base model, for the configuration and the card. */
  readonly base: string;
  readonly peftVersion: string;
  /** What the card says of how it was made. */
  readonly recipe: string;
}

export interface AdapterTensor {
  /** `model.layers.0.self_attn.q_proj` */
  readonly module: string;
  readonly part: 'A' | 'B';
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly r: number;
  readonly alpha: number;
  readonly rslora: boolean;
  readonly scaling: number;
  readonly dropout: number;
}

/** Tensors of the active adapter, in the tree's order: A before B. */
export function adapterTensors({ root, layout, values }: ExportedAdapter): AdapterTensor[] {
  return layout.tensors.flatMap(({ name, parameter, offset, length }): AdapterTensor[] => {
    const found = /^(?:.*?)(model\.layers\..+)\.lora_([AB])\.([^.]+)\.weight$/.exec(name);
    const wrapper = root.at(name.slice(0, name.search(/\.lora_[AB]\./)));
    const [, module = '', part, adapter = ''] = found ?? [];
    if (wrapper?.kind.type !== 'lora' || !wrapper.kind.active.includes(adapter)) return [];
    const options = wrapper.kind.adapters.get(adapter);
    if (!options || (part !== 'A' && part !== 'B')) return [];
    const own = values.slice(offset, offset + length);
    return [{ module, part, shape: parameter.shape, values: own, ...options }];
  });
}

/** Both factors of each adapted module. */
export function adapterPairs(
  tensors: readonly AdapterTensor[],
): ReadonlyMap<string, { readonly a: AdapterTensor; readonly b: AdapterTensor }> {
  const ofPart = (part: 'A' | 'B') => tensors.filter((tensor) => tensor.part === part);
  const bs = new Map(ofPart('B').map((tensor) => [tensor.module, tensor]));
  return new Map(
    ofPart('A').flatMap((a) => {
      const b = bs.get(a.module);
      return b ? [[a.module, { a, b }] as const] : [];
    }),
  );
}

export const textFile = (name: string, content: string): ExportFile => ({
  name,
  bytes: Uint8Array.from(new TextEncoder().encode(content)),
});

export const jsonFile = (name: string, content: unknown): ExportFile =>
  textFile(name, `${JSON.stringify(content, null, 2)}\n`);
