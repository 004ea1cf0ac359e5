// A run as a web export holds it: which form each tensor has, known before a weight is read, and the bytes of each, read when its turn comes.
// In 'float32' and 'float16' the adapter is merged; in 'packed' the base stays as it was trained on, and the adapter stands beside it.
import { quantise4 } from '../../../../shaders/quant/blockwise4.ts';
import { invariant } from '../../../ground/errors.ts';
import { decoderOf } from '../../../models/families.ts';
import { modelTensors, offsetsOf } from '../../../models/weightPlaces.ts';
import type { StoredFormat, WeightOptions, WeightSource } from '../../../models/weightSource.ts';
import { floatsOf } from '../../../models/weightSource.ts';
import type { ExportedAdapter } from '../adapterTensors.ts';
import { trainedTensors } from '../adapterTensors.ts';
import { floatBytes } from '../floatBytes.ts';
import { projectionsOf, readMerged, tiedMerged } from '../mergedTensors.ts';
import { besideBytes, besideOf, besideParts, listed } from './beside.ts';
import type { Held, HeldForm, HeldModel } from './heldWeights.ts';
import { held } from './heldWeights.ts';
import type { PackedForm } from './packedForms.ts';
import { blockBytes, fits, fourBitBytes, isBlockForm } from './packedForms.ts';

export type WebType = 'float32' | 'float16' | 'packed';

export interface WebModel extends HeldModel {
  /** Bytes of each part of the base, then of what stands beside it, in their order. */
  parts(source: WeightSource): AsyncGenerator<PartBytes>;
}

export interface PartBytes {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

interface Frozen {
  readonly formatOf: (name: string) => StoredFormat | null;
  readonly options: WeightOptions;
  /** Weights of projections. */
  readonly projections: ReadonlySet<string>;
}

/** What a frozen matrix is in, where an operator decodes it. */
function packedForm(name: string, { formatOf, options, projections }: Frozen): PackedForm | null {
  const stored = formatOf(name);
  if (options.quantType !== null && projections.has(name)) return options.quantType;
  if (stored === null) return null;
  if (isBlockForm(stored)) return stored;
  return stored === 'nf4' || stored === 'fp4' || stored === 'nf4-double' || stored === 'fp4-double'
    ? stored.slice(0, 3) === 'nf4'
      ? 'nf4'
      : 'fp4'
    : null;
}

/** `formatOf`: of the files that were frozen. */
export function webModel(
  adapter: ExportedAdapter,
  formatOf: Frozen['formatOf'],
  options: WeightOptions,
  type: WebType,
): WebModel {
  const trained = trainedTensors(adapter);
  const tied = tiedMerged(adapter, trained);
  const config = { ...adapter.config, tied };
  const paths = projectionsOf(config);
  const beside = type === 'packed' ? besideOf(trained, paths) : [];
  const apart = new Set(beside.map(({ module }) => module));
  const merged = trained.filter(({ module }) => !apart.has(module));
  const touched = new Set(merged.map(({ module }) => `${module}.weight`));
  const frozen: Frozen = {
    formatOf,
    options,
    projections: new Set([...paths].map((path) => `${path}.weight`)),
  };
  const formOf = (name: string, shape: readonly number[]): HeldForm => {
    if (shape.length === 1) return 'float32';
    if (type !== 'packed') return type;
    // What was merged is no half: rounding it would undo a part of the training.
    if (touched.has(name)) return 'float32';
    const packed = packedForm(name, frozen);
    return packed && fits({ name, shape }, packed) ? packed : 'float16';
  };
  const shapes = modelTensors(config);
  const tensors = [...shapes].map(([name, shape]) => held(name, shape, formOf(name, shape)));
  const { embedding, head } = decoderOf(config).paths;
  const offsets = offsetsOf(config);
  return {
    tensors,
    beside,
    merged: touched,
    tied: new Map(tied ? [[`${head}.weight`, `${embedding}.weight`]] : []),
    parts: async function* (source) {
      const read = readMerged(adapter, source, options, merged);
      const bytesOf = async ({ name, shape, form }: Held): Promise<readonly Uint8Array<ArrayBuffer>[]> => {
        if (form === 'float32' || form === 'float16') {
          const offset = offsets.get(name) ?? 0;
          const values = await read(name, shape);
          return [floatBytes(offset === 0 ? values : values.map((value) => value + offset), form)];
        }
        const stored = await source.read(name, shape);
        if (isBlockForm(form)) {
          invariant('bytes' in stored, `export: '${name}' came as ${stored.format}`);
          return blockBytes(form, stored.bytes);
        }
        if ('quantised' in stored && options.quantType === null) return fourBitBytes(stored.quantised);
        return fourBitBytes(quantise4(floatsOf(stored), form, options.doubleQuant));
      };
      for (const tensor of tensors) {
        const bytes = await bytesOf(tensor);
        for (const [i, { name }] of tensor.parts.entries())
          yield { name, bytes: bytes[i] ?? new Uint8Array() };
      }
      for (const own of beside) {
        const name = `${own.module}.weight`;
        const bytes = await besideBytes(own, () => read(name, shapes.get(name) ?? []));
        for (const [i, one] of listed(besideParts(own)).entries())
          yield { name: one.name, bytes: bytes[i] ?? new Uint8Array() };
      }
    },
  };
}
