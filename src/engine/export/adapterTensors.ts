// What every export of an adapter starts from: the active adapter's tensors under the base model's module names, with rank, alpha
// and scaling.
import type { AdapterLayout } from '../adapters/layout.ts';
import { UserError } from '../errors.ts';
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
  /** First values of an adapter that was taken out of the base; null for any other. */
  readonly taken?: Float32Array | null;
  /** Whether the base was quantised on load. */
  readonly quantised?: boolean;
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
  /** Factors, and DoRA's magnitudes [out]. */
  readonly part: 'A' | 'B' | 'magnitude_vector';
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly r: number;
  readonly alpha: number;
  readonly rslora: boolean;
  readonly scaling: number;
  readonly dropout: number;
  readonly dora: boolean;
  readonly init: string;
}

/** Tensors of the active adapter as they were trained, in the tree's order: A, B, then magnitudes. */
export function trainedTensors({ root, layout, values }: ExportedAdapter): AdapterTensor[] {
  return layout.tensors.flatMap(({ name, parameter, offset, length }): AdapterTensor[] => {
    const found = /^(?:.*?)(model\.layers\..+)\.lora_(A|B|magnitude_vector)\.([^.]+)\.weight$/.exec(name);
    const wrapper = root.at(name.slice(0, name.search(/\.lora_(A|B|magnitude_vector)\./)));
    const [, module = '', part, adapter = ''] = found ?? [];
    if (wrapper?.kind.type !== 'lora' || !wrapper.kind.active.includes(adapter)) return [];
    const options = wrapper.kind.adapters.get(adapter);
    if (!options || (part !== 'A' && part !== 'B' && part !== 'magnitude_vector')) return [];
    const own = values.slice(offset, offset + length);
    return [{ module, part, shape: parameter.shape, values: own, ...options }];
  });
}

/** [a; b] of two matrices with as many columns. */
function below(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** [a | −b] of two matrices of `rows` rows. */
function beside(a: Float32Array, b: Float32Array, rows: number): Float32Array {
  const width = a.length / rows;
  const out = new Float32Array(2 * a.length);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < width; i++) {
      out[2 * row * width + i] = a[row * width + i] ?? 0;
      out[(2 * row + 1) * width + i] = -(b[row * width + i] ?? 0);
    }
  return out;
}

/** Why the change of an adapter that was taken out of the base is no LoRA of the base; null when it is. */
function notAsLora(first: AdapterTensor, quantised: boolean): string | null {
  if (first.init === 'loftq') return 'LoftQ rounded the base, and only on the rounded one does it hold';
  if (quantised) return `${first.init} left a rest that was quantised anew, and only on that does it hold`;
  return first.dora ? `${first.init} with DoRA scales a base that nobody else has` : null;
}

/**
 * Tensors of the active adapter for the untouched base. What was taken out of it (PiSSA, OLoRA) is taken off again: the change
 * s·(B·A − B₀·A₀) as a LoRA of twice the rank, as PEFT 0.21 subtract_mutated_init makes it. Throws UserError 'export' where
 * that says something else than what was trained.
 */
export function adapterTensors(adapter: ExportedAdapter): AdapterTensor[] {
  const tensors = trainedTensors(adapter);
  const [first] = tensors;
  const { taken, quantised = false } = adapter;
  if (!taken || !first) return tensors;
  const reason = notAsLora(first, quantised);
  if (reason !== null)
    throw new UserError(
      'export',
      `Adapter: expected one for the untouched base, but ${reason}. Take the merged model, or train with another init_lora_weights.`,
    );
  const before = trainedTensors({ ...adapter, values: taken });
  return tensors.map((tensor, i) => {
    const values = before[i]?.values ?? new Float32Array(tensor.values.length);
    const [rows = 0, columns = 0] = tensor.shape;
    const wider = {
      ...tensor,
      r: 2 * tensor.r,
      alpha: tensor.alpha * (tensor.rslora ? Math.SQRT2 : 2),
      init: 'true',
    };
    return tensor.part === 'A'
      ? { ...wider, shape: [2 * rows, columns], values: below(tensor.values, values) }
      : { ...wider, shape: [rows, 2 * columns], values: beside(tensor.values, values, rows) };
  });
}

/** Both factors of each adapted module, and its magnitudes if it has DoRA. */
export function adapterPairs(
  tensors: readonly AdapterTensor[],
): ReadonlyMap<
  string,
  { readonly a: AdapterTensor; readonly b: AdapterTensor; readonly m: AdapterTensor | null }
> {
  const ofPart = (part: AdapterTensor['part']) => tensors.filter((tensor) => tensor.part === part);
  const bs = new Map(ofPart('B').map((tensor) => [tensor.module, tensor]));
  const ms = new Map(ofPart('magnitude_vector').map((tensor) => [tensor.module, tensor]));
  return new Map(
    ofPart('A').flatMap((a) => {
      const b = bs.get(a.module);
      return b ? [[a.module, { a, b, m: ms.get(a.module) ?? null }] as const] : [];
    }),
  );
}

export const textFile = (name: string, content: string): ExportFile => ({
  name,
  bytes: Uint8Array.from(new TextEncoder().encode(content)),
});

export const jsonFile = (name: string, content: unknown): ExportFile =>
  textFile(name, `${JSON.stringify(content, null, 2)}\n`);
