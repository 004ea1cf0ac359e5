// A weight that bitsandbytes quantised to four bits, out of the tensors that stand for it. Source: bitsandbytes 0.50 functional.py
// (QuantState.as_dict, from_dict); numerics reference 1.1. Other block sizes than 64 become blocks of 64 with the same scales.
import type { DoubleQuantised, FourBitType, Quantised4 } from '../../../shaders/quant/blockwise4.ts';
import { BLOCK, restoreAbsmax } from '../../../shaders/quant/blockwise4.ts';
import { FP4_CODE, NF4_CODE } from '../../../shaders/quant/codebooks.ts';
import type { FourBitFormat } from '../../../shaders/quant/weightFormat.ts';
import { recordOf } from '../../ground/isRecord.ts';
import { quote } from '../../ground/quote.ts';
import { readJson } from '../../ground/strictJson.ts';
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import { quantisedWeight } from './checkpointErrors.ts';
import type { PlacedWeight } from './placedWeight.ts';
import { bytesOf, countOf, floatsIn } from './placedWeight.ts';
import type { ShardTable, ShardTensor } from './shards.ts';

const stateOf = (name: string, type: FourBitType): string => `${name}.quant_state.bitsandbytes__${type}`;

interface Parts {
  readonly packed: ShardTensor;
  readonly absmax: ShardTensor;
  readonly map: ShardTensor;
  readonly state: ShardTensor;
  /** Of double quantisation. */
  readonly nested: { readonly absmax: ShardTensor; readonly map: ShardTensor } | null;
}

const broken = (name: string, parts: Parts, found: Text) =>
  quantisedWeight({ file: parts.packed.source.name, name, found });

/** Longer than any quant_state. */
const MOST_STATE_BYTES = 4096;

/** The numbers of a quant_state's JSON; its type is in the tensor's name, its maps are tensors. */
async function readState(name: string, shape: readonly number[], parts: Parts) {
  const written = parts.state.bytes > MOST_STATE_BYTES ? new Uint8Array() : await bytesOf(parts.state);
  const json = recordOf(readJson(new TextDecoder().decode(written)).value);
  const { blocksize, nested_blocksize: inner, nested_offset: offset, shape: own } = json;
  if (JSON.stringify(own) !== JSON.stringify(shape))
    throw broken(
      name,
      parts,
      text(
        `its quant_state says the shape ${quote(JSON.stringify(own ?? null))}, the model has [${shape.join(', ')}]`,
        `quant_state 给出的形状是 ${quote(JSON.stringify(own ?? null))}，模型为 [${shape.join(', ')}]`,
      ),
    );
  if (typeof blocksize !== 'number' || blocksize < BLOCK || blocksize % BLOCK !== 0)
    throw broken(
      name,
      parts,
      text(
        `its blocks of ${quote(blocksize)} are no multiple of ${BLOCK}`,
        `块大小 ${quote(blocksize)} 不是 ${BLOCK} 的倍数`,
      ),
    );
  if (parts.nested && (inner !== 256 || typeof offset !== 'number'))
    throw broken(
      name,
      parts,
      text(
        `its scales are quantised in blocks of ${quote(inner)}, not 256, or have no offset`,
        `缩放的块大小是 ${quote(inner)} 而不是 256，或者没有偏移`,
      ),
    );
  return { blocksize, offset: typeof offset === 'number' ? offset : 0 };
}

/** Scales of blocks of 64, from those of larger ones. */
function spread(absmax: Float32Array, blocks: number, each: number): Float32Array {
  return each === 1
    ? absmax
    : Float32Array.from({ length: blocks }, (_, i) => absmax[Math.floor(i / each)] ?? 0);
}

async function read(
  name: string,
  shape: readonly number[],
  type: FourBitType,
  parts: Parts,
): Promise<Quantised4> {
  const { blocksize, offset } = await readState(name, shape, parts);
  const count = countOf(shape);
  const blocks = Math.ceil(count / BLOCK);
  const scales = Math.ceil(count / blocksize);
  const fits =
    parts.absmax.dtype === (parts.nested ? 'U8' : 'F32') &&
    countOf(parts.absmax.shape) === scales &&
    (parts.nested === null || countOf(parts.nested.absmax.shape) === Math.ceil(scales / 256));
  if (!fits)
    throw broken(
      name,
      parts,
      text(
        `blocks of ${blocksize} want ${scales} scales, it has ${countOf(parts.absmax.shape)}`,
        `块大小 ${blocksize} 需要 ${scales} 个缩放，实际为 ${countOf(parts.absmax.shape)}`,
      ),
    );
  const code = type === 'nf4' ? NF4_CODE : FP4_CODE;
  const map = await floatsIn(parts.map);
  // Which of two zeros a code stands for makes no difference.
  if (map.length !== 16 || map.some((value, i) => value !== code[i] && value + 0 !== (code[i] ?? 0) + 0))
    throw broken(name, parts, text(`its quant_map is not that of ${type}`, `quant_map 不是 ${type} 的码表`));
  const packed = await bytesOf(parts.packed);
  const each = blocksize / BLOCK;
  if (!parts.nested)
    return { packed, absmax: spread(await floatsIn(parts.absmax), blocks, each), double: null };
  const double: DoubleQuantised = {
    codes: await bytesOf(parts.absmax),
    nested: await floatsIn(parts.nested.absmax),
    map: await floatsIn(parts.nested.map),
    offset,
  };
  const absmax = restoreAbsmax(double);
  return each === 1
    ? { packed, absmax, double }
    : { packed, absmax: spread(absmax, blocks, each), double: null };
}

/** The weight, or null where its tensors are not bitsandbytes'. */
export function bitsandbytesWeight(
  { tensors }: ShardTable,
  name: string,
  shape: readonly number[],
): PlacedWeight | null {
  const type = (['nf4', 'fp4'] as const).find((one) => tensors.has(stateOf(name, one)));
  const packed = tensors.get(name);
  const state = type && tensors.get(stateOf(name, type));
  const [absmax, map] = [tensors.get(`${name}.absmax`), tensors.get(`${name}.quant_map`)];
  if (!packed || !type || !state || !absmax || !map) return null;
  const nestedAbsmax = tensors.get(`${name}.nested_absmax`);
  const nestedMap = tensors.get(`${name}.nested_quant_map`);
  const nested = nestedAbsmax && nestedMap ? { absmax: nestedAbsmax, map: nestedMap } : null;
  const parts: Parts = { packed, absmax, map, state, nested };
  const count = countOf(shape);
  if (packed.bytes < Math.ceil(count / 2))
    throw broken(
      name,
      parts,
      text(
        `[${shape.join(', ')}] in four bits takes ${Math.ceil(count / 2)} bytes, it has ${packed.bytes}`,
        `[${shape.join(', ')}] 的四位权重需要 ${Math.ceil(count / 2)} 字节，实际为 ${packed.bytes}`,
      ),
    );
  // Larger blocks lose the second level here: their scales are restored.
  const double = nested !== null && countOf(absmax.shape) === Math.ceil(count / BLOCK);
  const format: FourBitFormat = double ? `${type}-double` : type;
  return {
    format,
    parts: [packed, absmax, map, state, ...(nested ? [nested.absmax, nested.map] : [])],
    read: async () => ({ format, quantised: await read(name, shape, type, parts), count }),
  };
}
