// A weight that ONNX Runtime stores in four or eight bits: w = scale · (q − zero), a scale and a zero for every block of inputs, of a matrix
// (MatMulNBits) or of a table (GatherBlockQuantized). Four bits with whole zeros become blocks of 32 (formats int4 and int4_f32, by the type of the
// scales), the same numbers; all else floats. Source: numerics reference 1.2.
import { floatToHalf } from '../../../shaders/quant/halves.ts';
import { text } from '../../ground/text.ts';
import type { StoredTensor } from '../weightSource.ts';
import { quantisedWeight } from './checkpointErrors.ts';
import type { PlacedWeight } from './placedWeight.ts';
import { bytesOf, floatsIn } from './placedWeight.ts';
import type { ShardTensor } from './shards.ts';

/** A matrix [rows, columns], of which a weight may be some rows. */
export interface OnnxBlocks {
  readonly rows: number;
  readonly columns: number;
  readonly bits: number;
  /** Inputs that share a scale. */
  readonly block: number;
  /** Bytes of a row of codes. */
  readonly rowBytes: number;
  readonly data: ShardTensor;
  readonly scales: ShardTensor;
  /** Packed as the codes are, or in the type of the scales. */
  readonly zeros: ShardTensor | null;
  /** Codes of four bits that are signed numbers: stored less eight. */
  readonly signed: boolean;
  /** Where there are no zeros. */
  readonly zero: number;
}

const BLOCK = 32;
const packedTypes = new Set(['U8', 'I8', 'U4', 'I4']);

/** These rows of a tensor that has so many bytes for each. */
const rowsOf = (tensor: ShardTensor, bytes: number, first: number, count: number): ShardTensor => ({
  ...tensor,
  offset: tensor.offset + first * bytes,
  bytes: count * bytes,
});

const groupsIn = ({ columns, block }: OnnxBlocks): number => Math.ceil(columns / block);
const zeroBytes = (own: OnnxBlocks): number => Math.ceil((groupsIn(own) * own.bits) / 8);
const sizeOf = ({ dtype }: ShardTensor): number => (dtype === 'F32' ? 4 : 2);

/** Some rows of it, where several weights stand in one. */
export function someRows(own: OnnxBlocks, first: number, count: number): OnnxBlocks {
  const { data, scales, zeros } = own;
  const eachZero = zeros && (packedTypes.has(zeros.dtype) ? zeroBytes(own) : groupsIn(own) * sizeOf(zeros));
  return {
    ...own,
    rows: count,
    data: rowsOf(data, own.rowBytes, first, count),
    scales: rowsOf(scales, groupsIn(own) * sizeOf(scales), first, count),
    zeros: zeros && eachZero ? rowsOf(zeros, eachZero, first, count) : null,
  };
}

/** One code of a row that begins at a byte. */
const codeAt = (bytes: Uint8Array, row: number, bits: number, i: number): number =>
  bits === 8 ? (bytes[row + i] ?? 0) : ((bytes[row + (i >> 1)] ?? 0) >> (4 * (i & 1))) & 15;

interface Codes {
  code(row: number, column: number): number;
  scale(row: number, group: number): number;
  zero(row: number, group: number): number;
}

async function codesOf(own: OnnxBlocks): Promise<Codes> {
  const { bits, rowBytes, signed } = own;
  const packed = own.zeros !== null && packedTypes.has(own.zeros.dtype);
  const data = await bytesOf(own.data);
  const scales = await floatsIn(own.scales);
  const zeros = own.zeros && packed ? await bytesOf(own.zeros) : null;
  const floats = own.zeros && !packed ? await floatsIn(own.zeros) : null;
  const groups = groupsIn(own);
  const each = zeroBytes(own);
  /** Of signed nibbles, so that eight is nought. */
  const flip = signed ? 8 : 0;
  return {
    code: (row, column) => codeAt(data, row * rowBytes, bits, column) ^ flip,
    scale: (row, group) => scales[row * groups + group] ?? 0,
    zero: (row, group) =>
      floats
        ? (floats[row * groups + group] ?? 0) + flip
        : zeros
          ? codeAt(zeros, row * each, bits, group) ^ flip
          : own.zero + flip,
  };
}

async function asFloats(own: OnnxBlocks): Promise<StoredTensor> {
  const { rows, columns, block } = own;
  const codes = await codesOf(own);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let first = 0, group = 0; first < columns; first += block, group++) {
      const [scale, zero] = [codes.scale(row, group), codes.zero(row, group)];
      for (let i = first; i < Math.min(columns, first + block); i++)
        values[row * columns + i] = Math.fround(codes.code(row, i) - zero) * scale;
    }
  return { format: 'none', bytes: new Uint8Array(values.buffer), count: values.length };
}

/** Blocks as ggml.ts lays them out: the scale, the zero, sixteen bytes of which byte j holds elements j and j + 16. */
async function asBlocks(own: OnnxBlocks, format: 'int4' | 'int4_f32'): Promise<StoredTensor> {
  const { rows, columns, block } = own;
  const codes = await codesOf(own);
  const [size, quants] = format === 'int4' ? [20, 4] : [24, 8];
  const bytes = new Uint8Array(size * ((rows * columns) / BLOCK));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (let row = 0; row < rows; row++)
    for (let first = 0; first < columns; first += BLOCK) {
      const group = Math.floor(first / block);
      const scale = codes.scale(row, group);
      if (format === 'int4') view.setUint16(at, floatToHalf(scale), true);
      else view.setFloat32(at, scale, true);
      view.setUint16(at + quants / 2, codes.zero(row, group), true);
      for (let j = 0; j < 16; j++)
        bytes[at + quants + j] = codes.code(row, first + j) | (codes.code(row, first + j + 16) << 4);
      at += size;
    }
  return { format, bytes, count: rows * columns };
}

function assertSizes(own: OnnxBlocks): void {
  const { data, scales, zeros, rows, rowBytes } = own;
  const groups = rows * groupsIn(own);
  const wanted: readonly (readonly [ShardTensor, number])[] = [
    [data, rows * rowBytes],
    [scales, groups * sizeOf(scales)],
    ...(zeros
      ? [[zeros, packedTypes.has(zeros.dtype) ? rows * zeroBytes(own) : groups * sizeOf(zeros)] as const]
      : []),
  ];
  for (const [tensor, bytes] of wanted)
    if (tensor.bytes !== bytes)
      throw quantisedWeight({
        file: tensor.source.name,
        name: tensor.name,
        found: text(
          `it should have ${bytes} bytes for ${own.bits} bits in blocks of ${own.block}, got ${tensor.bytes}`,
          `按 ${own.bits} 位、块大小 ${own.block} 应有 ${bytes} 字节，得到 ${tensor.bytes}`,
        ),
      });
}

/** Throws UserError 'model-quantised-tensor' where its parts do not belong together. */
export function onnxWeight(own: OnnxBlocks): PlacedWeight {
  assertSizes(own);
  const { bits, block, columns, scales, zeros, data } = own;
  const whole = (zeros === null || packedTypes.has(zeros.dtype)) && scales.dtype !== 'BF16';
  const inBlocks = bits === 4 && whole && block % BLOCK === 0 && columns % BLOCK === 0;
  const format = inBlocks ? (scales.dtype === 'F32' ? 'int4_f32' : 'int4') : 'none';
  return {
    format,
    parts: [data, scales, ...(zeros ? [zeros] : [])],
    read: () => (format === 'none' ? asFloats(own) : asBlocks(own, format)),
  };
}
