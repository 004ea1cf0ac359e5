// A weight that GPTQ or AWQ stored in four bits: w = scale · (q − zero), a scale in half precision and a whole zero for every group of inputs. Both
// store the matrix transposed to nn.Linear's; here it becomes blocks of 32 (format int4), the same numbers. With inputs in the order of their activations a
// block has several groups: then the numbers stand in floats. Source: numerics reference 1.6.
import { floatToHalf } from '../../../shaders/quant/halves.ts';
import type { MemberFormat } from '../../../shaders/quant/weightFormat.ts';
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import type { StoredTensor } from '../weightSource.ts';
import { quantisedWeight } from './checkpointErrors.ts';
import type { PlacedWeight } from './placedWeight.ts';
import { countOf, floatsIn, wordsIn } from './placedWeight.ts';
import type { ShardTable, ShardTensor } from './shards.ts';

/** What a config.json says of such a quantisation. */
export interface WholeZeros {
  readonly method: 'gptq' | 'awq';
  /** Inputs that share a scale; null: all. */
  readonly groupSize: number | null;
  /** Inputs sorted by their activations: groups are named by g_idx. */
  readonly actOrder: boolean;
  /** Zeros are stored less one. */
  readonly lessOne: boolean;
}

const BLOCK = 32;
/** Which nibble of a word has column 0, 1, … 7 of its eight. */
const nibbleOf = { gptq: [0, 1, 2, 3, 4, 5, 6, 7], awq: [0, 4, 1, 5, 2, 6, 3, 7] } as const;

interface Parts {
  readonly qweight: ShardTensor;
  readonly qzeros: ShardTensor;
  readonly scales: ShardTensor;
  readonly order: ShardTensor | null;
}

/** The codes of a weight [out, in], and the scale and the zero of each. */
interface Codes {
  quant(output: number, input: number): number;
  scale(output: number, group: number): number;
  zero(output: number, group: number): number;
  readonly groupOf: ArrayLike<number>;
}

async function codesOf(
  parts: Parts,
  [out, inputs]: readonly [number, number],
  how: WholeZeros,
): Promise<Codes> {
  const { method, groupSize, lessOne, actOrder } = how;
  const [words, zeros, scales] = await Promise.all([
    wordsIn(parts.qweight),
    wordsIn(parts.qzeros),
    floatsIn(parts.scales),
  ]);
  const own = parts.order ? await wordsIn(parts.order) : null;
  const size = groupSize ?? inputs;
  const groupOf = own ?? Int32Array.from({ length: inputs }, (_, i) => Math.floor(i / size));
  const groups = countOf(parts.scales.shape) / out;
  if (
    groupOf.some((group, i) => group < 0 || group >= groups || (!actOrder && group !== Math.floor(i / size)))
  )
    throw quantisedWeight({
      file: parts.qweight.source.name,
      name: parts.order?.name ?? parts.qweight.name,
      found: text(
        `its groups are not those of group_size ${size}, ${groups} in all`,
        `分组与 group_size ${size}（共 ${groups} 组）不符`,
      ),
    });
  const nibbles = nibbleOf[method];
  const wide = out / 8;
  const column = (from: Int32Array, row: number, output: number): number =>
    ((from[row * wide + (output >> 3)] ?? 0) >>> (4 * (nibbles[output & 7] ?? 0))) & 15;
  return {
    quant: (output, input) =>
      method === 'awq'
        ? column(words, input, output)
        : ((words[(input >> 3) * out + output] ?? 0) >>> (4 * (input & 7))) & 15,
    scale: (output, group) => scales[group * out + output] ?? 0,
    zero: (output, group) => (column(zeros, group, output) + (lessOne ? 1 : 0)) & 15,
    groupOf,
  };
}

function floatsOfCodes(codes: Codes, out: number, inputs: number): StoredTensor {
  const values = new Float32Array(out * inputs);
  for (let o = 0; o < out; o++)
    for (let i = 0; i < inputs; i++) {
      const group = codes.groupOf[i] ?? 0;
      values[o * inputs + i] = codes.scale(o, group) * (codes.quant(o, i) - codes.zero(o, group));
    }
  return { format: 'none', bytes: new Uint8Array(values.buffer), count: values.length };
}

/** Blocks as ggml.ts lays int4 out: the scale, the zero, sixteen bytes of which byte j holds elements j and j + 16. */
function blocksOfCodes(codes: Codes, out: number, inputs: number): StoredTensor {
  const blocks = (out * inputs) / BLOCK;
  const bytes = new Uint8Array(20 * blocks);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (let o = 0; o < out; o++)
    for (let first = 0; first < inputs; first += BLOCK) {
      const group = codes.groupOf[first] ?? 0;
      view.setUint16(at, floatToHalf(codes.scale(o, group)), true);
      view.setUint16(at + 2, codes.zero(o, group), true);
      for (let j = 0; j < 16; j++)
        bytes[at + 4 + j] = codes.quant(o, first + j) | (codes.quant(o, first + j + 16) << 4);
      at += 20;
    }
  return { format: 'int4', bytes, count: out * inputs };
}

/** Shapes that the parts must have. */
function assertShapes(parts: Parts, [out, inputs]: readonly [number, number], how: WholeZeros): void {
  const groups = Math.ceil(inputs / (how.groupSize ?? inputs));
  const wanted: readonly (readonly [ShardTensor, string, readonly number[]])[] = [
    [parts.qweight, 'I32', how.method === 'gptq' ? [inputs / 8, out] : [inputs, out / 8]],
    [parts.qzeros, 'I32', [groups, out / 8]],
    [parts.scales, parts.scales.dtype, [groups, out]],
    ...(parts.order ? [[parts.order, 'I32', [inputs]] as const] : []),
  ];
  for (const [tensor, dtype, shape] of wanted) {
    const known = tensor.dtype === dtype && /^(I32|F16|BF16|F32)$/.test(dtype);
    if (known && tensor.shape.join('×') === shape.join('×')) continue;
    const found = (of: Pick<ShardTensor, 'dtype' | 'shape'>): string =>
      `${of.dtype} [${of.shape.join(', ')}]`;
    const words: Text = text(
      `it should be ${found({ dtype, shape })} for groups of ${how.groupSize ?? inputs}, got ${found(tensor)}`,
      `按分组大小 ${how.groupSize ?? inputs} 应为 ${found({ dtype, shape })}，得到 ${found(tensor)}`,
    );
    throw quantisedWeight({ file: tensor.source.name, name: tensor.name, found: words });
  }
}

/** The weight [out, in], or null where it has no tensors of the kind. */
export function wholeZerosWeight(
  { tensors }: ShardTable,
  name: string,
  shape: readonly number[],
  how: WholeZeros,
): PlacedWeight | null {
  const at = name.replace(/weight$/, '');
  const [qweight, qzeros, scales] = ['qweight', 'qzeros', 'scales'].map((part) =>
    tensors.get(`${at}${part}`),
  );
  const [out = 0, inputs = 0] = shape;
  if (!qweight || !qzeros || !scales || shape.length !== 2) return null;
  const parts: Parts = { qweight, qzeros, scales, order: tensors.get(`${at}g_idx`) ?? null };
  assertShapes(parts, [out, inputs], how);
  const sorted = how.actOrder && parts.order !== null && how.groupSize !== null;
  const inBlocks = !sorted && scales.dtype === 'F16' && (how.groupSize ?? inputs) % BLOCK === 0;
  const format: MemberFormat = inBlocks ? 'int4' : 'none';
  return {
    format,
    parts: [qweight, qzeros, scales, ...(parts.order ? [parts.order] : [])],
    read: async () => {
      const codes = await codesOf(parts, [out, inputs], { ...how, actOrder: sorted });
      return inBlocks ? blocksOfCodes(codes, out, inputs) : floatsOfCodes(codes, out, inputs);
    },
  };
}
