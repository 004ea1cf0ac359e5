// Tensors of a GGUF file under their PyTorch names, read one at a time. Some architectures store the rows of q and k permuted for
// adjacent-pair rotation; here they come back in the order of the two halves. Source: numerics reference 1.5.

import type { MemberFormat } from '../../../shaders/quant/weightFormat.ts';
import type { ByteSource } from '../../ground/formats/byteSource.ts';
import type { Gguf, GgufTensor } from '../../ground/formats/gguf/types.ts';
import { own as ownOf } from '../../ground/own.ts';
import { text } from '../../ground/text.ts';
import { decoderOf, familyOf } from '../families.ts';
import type { ModelConfig } from '../modelConfig.ts';
import { ggufFormat, ggufMissing, ggufShape } from '../modelErrors.ts';
import { inLayer, modelTensors, offsetsOf } from '../weightPlaces.ts';
import type { StoredTensor, WeightSource } from '../weightSource.ts';
import { floatsOf } from '../weightSource.ts';

const formats: Readonly<Record<string, MemberFormat>> = {
  F32: 'none',
  F16: 'f16',
  BF16: 'bf16',
  Q4_0: 'q4_0',
  Q4_1: 'q4_1',
  Q5_0: 'q5_0',
  Q5_1: 'q5_1',
  Q8_0: 'q8_0',
  Q3_K: 'q3_k',
  Q4_K: 'q4_k',
  Q5_K: 'q5_k',
  Q6_K: 'q6_k',
  IQ4_NL: 'iq4_nl',
};

/** `model.layers.3.mlp.up_proj.weight` → `blk.3.ffn_up.weight`. */
export function ggufName(config: ModelConfig, name: string): string {
  const { paths } = decoderOf(config);
  const dot = name.lastIndexOf('.');
  const [module, part] = [name.slice(0, dot), name.slice(dot)];
  const outside: ReadonlyMap<string, string> = new Map([
    [paths.embedding, 'token_embd'],
    ...(paths.positions === undefined ? [] : [[paths.positions, 'position_embd'] as const]),
    [paths.norm, 'output_norm'],
    [paths.head, 'output'],
  ]);
  const [layer, inside] = inLayer(paths.layers, module);
  if (inside === '') return `${outside.get(module) ?? module}${part}`;
  const own = ownOf(familyOf(config).gguf.inLayer, inside) ?? inside;
  return `blk.${layer.slice(paths.layers.length + 1)}.${own}${part}`;
}

/** Heads of the tensor's rows where the file keeps them as neighbouring pairs, else null. */
export function pairedHeadsOf(config: ModelConfig, name: string): number | null {
  const [, inside] = inLayer(decoderOf(config).paths.layers, name.slice(0, name.lastIndexOf('.')));
  return familyOf(config).gguf.pairedHeads(config, inside);
}

/** Rows in file order (head, pair, half) → (head, half, pair). */
export function unpermuteRows(bytes: Uint8Array, rows: number, heads: number): Uint8Array<ArrayBuffer> {
  const rowBytes = bytes.byteLength / rows;
  const headDim = rows / heads;
  const half = headDim / 2;
  const out = new Uint8Array(bytes.byteLength);
  for (let row = 0; row < rows; row++) {
    const head = Math.floor(row / headDim);
    const at = row - head * headDim;
    const to = head * headDim + (at % 2) * half + Math.floor(at / 2);
    out.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), to * rowBytes);
  }
  return out;
}

/** The tensor of a name in the file, of this shape and a readable type. */
function find(file: string, gguf: Gguf, own: string, shape: readonly number[]): GgufTensor {
  const tensor = gguf.tensors.get(own);
  if (!tensor) throw ggufMissing({ file, found: text(`tensor '${own}' is missing`, `缺少张量 '${own}'`) });
  if (tensor.shape.join('×') !== shape.join('×'))
    throw ggufShape({
      file,
      found: text(
        `tensor '${own}' should be [${shape.join(', ')}] by the metadata, got [${tensor.shape.join(', ')}]`,
        `按元数据，张量 '${own}' 应为 [${shape.join(', ')}]，得到 [${tensor.shape.join(', ')}]`,
      ),
    });
  if (ownOf(formats, tensor.type.name) === undefined)
    throw ggufFormat({
      file,
      found: text(
        `tensor '${own}' has type ${tensor.type.name}, which can't be trained on`,
        `张量 '${own}' 的类型是 ${tensor.type.name}，无法在其上训练`,
      ),
    });
  return tensor;
}

/** Every tensor of the model is checked before any is read. `onBytes` counts what has been read of the tensors. */
export function ggufWeights(
  source: ByteSource,
  gguf: Gguf,
  config: ModelConfig,
): (onBytes: (done: number, total: number) => void) => WeightSource {
  const found = [...modelTensors(config)].map(([name, shape]) => {
    const own = ggufName(config, name);
    return { name, own, bytes: find(source.name, gguf, own, shape).bytes };
  });
  const names = new Map(found.map(({ name, own }) => [name, own]));
  const offsets = offsetsOf(config);
  const total = found.reduce((sum, { bytes }) => sum + bytes, 0);
  return (onBytes) => {
    let done = 0;
    return {
      formatOf: (name) => {
        const type = gguf.tensors.get(names.get(name) ?? '')?.type.name;
        return type === undefined ? null : (ownOf(formats, type) ?? null);
      },
      read: async (name, shape): Promise<StoredTensor> => {
        const tensor = find(source.name, gguf, names.get(name) ?? name, shape);
        const bytes = await source.read(tensor.offset, tensor.bytes);
        done += tensor.bytes;
        onBytes(done, total);
        const [rows = 1] = shape;
        const heads = pairedHeadsOf(config, name);
        const stored = {
          format: ownOf(formats, tensor.type.name) ?? 'none',
          bytes: heads === null ? bytes : unpermuteRows(bytes, rows, heads),
          count: shape.reduce((product, size) => product * size, 1),
        };
        const offset = offsets.get(name) ?? 0;
        if (offset === 0) return stored;
        const plain = floatsOf(stored).map((value) => value - offset);
        return { format: 'none', bytes: new Uint8Array(plain.buffer), count: stored.count };
      },
    };
  };
}
