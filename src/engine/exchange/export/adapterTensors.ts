// What every export of an adapter starts from: the active adapter's tensors under the base model's module names, with rank, alpha
// and scaling.

import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import type { ModelConfig } from '../../models/families.ts';
import type { Module, VeraShare } from '../../torch/nn/module.ts';
import type { AdapterLayout } from '../../torch/trainedLayout.ts';
import { layersOnly, notAsLora } from '../exchangeErrors.ts';

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
  readonly peftVersion: string;
  /** What the card says of how it was made. */
  readonly recipe: string;
}

type Part =
  | 'A'
  | 'B'
  | 'magnitude_vector'
  | 'embedding_A'
  | 'embedding_B'
  | 'copy'
  | 'ia3_l'
  | 'vera_lambda_b'
  | 'vera_lambda_d';

export interface AdapterTensor {
  /** `model.layers.0.self_attn.q_proj`, `model.embed_tokens`, `lm_head` */
  readonly module: string;
  /**
   * Factors, DoRA's magnitudes [out], factors of an embedding, [r, V] and [C, r], a whole weight of modules_to_save, IA3's vector,
   * [out, 1] or of a feedforward module [1, in], and VeRA's, [out] and [r].
   */
  readonly part: Part;
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly r: number;
  readonly alpha: number;
  readonly rslora: boolean;
  readonly scaling: number;
  readonly dropout: number;
  readonly dora: boolean;
  readonly init: string;
  readonly ia3: { readonly feedforward: boolean } | null;
  readonly vera: VeraShare | null;
}

const places: readonly (readonly [pattern: RegExp, part: (letter: string) => Part])[] = [
  [/^(.*)\.lora_([AB])\.([^.]+)\.weight$/, (letter) => (letter === 'A' ? 'A' : 'B')],
  [/^(.*)\.lora_(magnitude_vector)\.([^.]+)\.weight$/, () => 'magnitude_vector'],
  [/^(.*)\.lora_embedding_([AB])\.([^.]+)$/, (letter) => (letter === 'A' ? 'embedding_A' : 'embedding_B')],
  [/^(.*)\.(ia3_l)\.([^.]+)$/, () => 'ia3_l'],
  [/^(.*)\.vera_lambda_([bd])\.([^.]+)$/, (letter) => (letter === 'b' ? 'vera_lambda_b' : 'vera_lambda_d')],
  [/^(.*)\.(modules_to_save)\.([^.]+)\.weight$/, () => 'copy'],
];

/** What a copy of a whole module has of a LoRA: nothing. */
const noLora = {
  r: 0,
  alpha: 0,
  rslora: false,
  scaling: 0,
  dropout: 0,
  dora: false,
  init: 'true',
  ia3: null,
  vera: null,
};

/** Tensors of the active adapter as they were trained, in the tree's order. */
export function trainedTensors({ root, layout, values }: ExportedAdapter): AdapterTensor[] {
  return layout.tensors.flatMap(({ name, parameter, offset, length }): AdapterTensor[] => {
    for (const [pattern, partOf] of places) {
      const [, path = '', letter = '', adapter = ''] = pattern.exec(name) ?? [];
      const module = /(?:^|\.)(model\.layers\..+|model\.embed_tokens|lm_head)$/.exec(path)?.[1];
      const kind = root.at(path)?.kind;
      if (module === undefined || !kind) continue;
      const own = {
        module,
        part: partOf(letter),
        shape: parameter.shape,
        values: values.slice(offset, offset + length),
      };
      if (kind.type === 'saved') return [{ ...own, ...noLora }];
      const options =
        kind.type === 'lora' && kind.active.includes(adapter) ? kind.adapters.get(adapter) : null;
      return options ? [{ ...own, ...options }] : [];
    }
    return [];
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
function whyNotAsLora(first: AdapterTensor, quantised: boolean): Text | null {
  if (first.init === 'loftq')
    return text(
      'LoftQ rounded the base, and only on the rounded one does it hold',
      ' LoftQ 舍入了底座，它只在舍入后的底座上成立',
    );
  if (quantised)
    return text(
      `${first.init} left a rest that was quantised anew, and only on that does it hold`,
      ` ${first.init} 留下的余量又经过了量化，它只在那样的底座上成立`,
    );
  return first.dora
    ? text(
        `${first.init} with DoRA scales a base that nobody else has`,
        ` ${first.init} 加 DoRA 缩放的是别人没有的底座`,
      )
    : null;
}

/**
 * Tensors of the active adapter for the untouched base. What was taken out of it (PiSSA, OLoRA) is taken off again: the change
 * s·(B·A − B₀·A₀) as a LoRA of twice the rank, as PEFT 0.21 subtract_mutated_init makes it. Throws UserError 'export-base' where
 * that says something else than what was trained.
 */
export function adapterTensors(adapter: ExportedAdapter): AdapterTensor[] {
  const tensors = trainedTensors(adapter);
  const [first] = tensors;
  const { taken, quantised = false } = adapter;
  if (!taken || !first) return tensors;
  const reason = whyNotAsLora(first, quantised);
  if (reason !== null) throw notAsLora({ reason });
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
    if (tensor.part !== 'A' && tensor.part !== 'B') return tensor;
    return tensor.part === 'A'
      ? { ...wider, shape: [2 * rows, columns], values: below(tensor.values, values) }
      : { ...wider, shape: [rows, 2 * columns], values: beside(tensor.values, values, rows) };
  });
}

const named: Readonly<Partial<Record<Part, Text>>> = {
  copy: text('a whole copy', '完整副本'),
  ia3_l: text('a vector', '向量'),
  vera_lambda_b: text('vectors', '向量'),
  vera_lambda_d: text('vectors', '向量'),
};

/** Throws UserError 'export-layers' for a format that holds LoRA on the linears of layers and nothing else. */
export function assertLayersOnly(format: Text, tensors: readonly AdapterTensor[]): void {
  const other = tensors.find(({ module, part }) => !module.startsWith('model.layers.') || part in named);
  if (other)
    throw layersOnly({
      format,
      what: named[other.part] ?? text('an adapter', '适配器'),
      module: other.module,
    });
}

export const textFile = (name: string, content: string): ExportFile => ({
  name,
  bytes: Uint8Array.from(new TextEncoder().encode(content)),
});

export const jsonFile = (name: string, content: unknown): ExportFile =>
  textFile(name, `${JSON.stringify(content, null, 2)}\n`);
