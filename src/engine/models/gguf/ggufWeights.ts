// Tensors of a GGUF file under their PyTorch names, read one at a time. Arch llama stores the rows of q and k permuted for
// adjacent-pair rotation; here they come back in the order of the two halves. Source: numerics reference 1.5.

import type { MemberFormat } from '../../../shaders/quant/weightFormat.ts';
import type { ByteSource } from '../../ground/formats/byteSource.ts';
import type { Gguf, GgufTensor } from '../../ground/formats/gguf/types.ts';
import { own as ownOf } from '../../ground/own.ts';
import { text } from '../../ground/text.ts';
import type { LlamaConfig } from '../llamaConfig.ts';
import { ggufFormat, ggufMissing, ggufShape } from '../modelErrors.ts';
import type { StoredTensor, WeightSource } from '../weightSource.ts';
import { llamaTensors } from '../weightSource.ts';

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

const inLayer: Readonly<Record<string, string>> = {
  input_layernorm: 'attn_norm',
  post_attention_layernorm: 'ffn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};
const outside: Readonly<Record<string, string>> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
};

/** `model.layers.3.mlp.up_proj.weight` → `blk.3.ffn_up.weight`. */
export function ggufName(name: string): string {
  const layer = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name);
  if (!layer) return ownOf(outside, name) ?? name;
  return `blk.${layer[1] ?? ''}.${ownOf(inLayer, layer[2] ?? '') ?? layer[2] ?? ''}.weight`;
}

/** Rows in file order (head, pair, half) → (head, half, pair). */
export function unpermuteRows(bytes: Uint8Array, rows: number, heads: number): Uint8Array {
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

/** The tensor of a name, of this shape and a readable type. */
function find(file: string, gguf: Gguf, name: string, shape: readonly number[]): GgufTensor {
  const own = ggufName(name);
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
  config: LlamaConfig,
): (onBytes: (done: number, total: number) => void) => WeightSource {
  const wanted = llamaTensors(config);
  for (const [name, shape] of wanted) find(source.name, gguf, name, shape);
  const total = [...wanted].reduce(
    (sum, [name, shape]) => sum + find(source.name, gguf, name, shape).bytes,
    0,
  );
  return (onBytes) => {
    let done = 0;
    return {
      formatOf: (name) => {
        const type = gguf.tensors.get(ggufName(name))?.type.name;
        return type === undefined ? null : (ownOf(formats, type) ?? null);
      },
      read: async (name, shape): Promise<StoredTensor> => {
        const tensor = find(source.name, gguf, name, shape);
        const bytes = await source.read(tensor.offset, tensor.bytes);
        done += tensor.bytes;
        onBytes(done, total);
        const [rows = 1] = shape;
        const permuted = /self_attn\.(q|k)_proj/.exec(name)?.[1];
        const heads = permuted === 'q' ? config.heads : config.kvHeads;
        return {
          format: ownOf(formats, tensor.type.name) ?? 'none',
          bytes: permuted === undefined ? bytes : unpermuteRows(bytes, rows, heads),
          count: shape.reduce((product, size) => product * size, 1),
        };
      },
    };
  };
}
