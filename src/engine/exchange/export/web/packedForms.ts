// Matrices that stay packed in a web export, where an operator decodes them to the very numbers that were trained on: ggml's blocks of 32 for
// MatMulNBits, bitsandbytes' blocks of 64 for MatMulBnb4. Formats that no operator decodes stand as float16, which is heldWeights.ts's.
import type { Quantised4 } from '../../../../shaders/quant/blockwise4.ts';
import { halfToFloat } from '../../../../shaders/quant/halves.ts';
import { invariant } from '../../../ground/errors.ts';
import type { Graph, Tensor } from '../../../torch/autograd/graph.ts';
import { inOrder } from '../../../torch/ops/frozenForms.ts';
import type { DataPart } from './dataFiles.ts';

export type BlockForm = 'q4_0' | 'q4_1' | 'q8_0';
export type PackedForm = BlockForm | 'nf4' | 'fp4';

const BLOCK = 32;
const CONTRIB = 'com.microsoft';
/** Bits of a code, bytes of a block in a file, and where its codes begin there. */
const blocks = {
  q4_0: { bits: 4, bytes: 18, codesAt: 2 },
  q4_1: { bits: 4, bytes: 20, codesAt: 4 },
  q8_0: { bits: 8, bytes: 34, codesAt: 2 },
} as const;

export const isBlockForm = (form: string): form is BlockForm => Object.hasOwn(blocks, form);

interface Matrix {
  readonly name: string;
  /** [OUT, K] */
  readonly shape: readonly number[];
}

/** Whether every row is whole blocks. */
export const fits = ({ shape: [out = 0, k = 0] }: Matrix, form: PackedForm): boolean =>
  isBlockForm(form) ? k % BLOCK === 0 : (out * k) % 64 === 0;

export function packedParts({ name, shape }: Matrix, form: PackedForm): DataPart[] {
  const [out = 0, k = 0] = shape;
  const count = out * k;
  if (!isBlockForm(form))
    return [
      { name, type: 'uint8', dims: [count / 2], length: count / 2 },
      { name: `${name}.absmax`, type: 'float', dims: [count / 64], length: count / 16 },
    ];
  const bytes = 4 * blocks[form].bits;
  const perBlock = { type: 'float', dims: [out, k / BLOCK], length: (4 * count) / BLOCK } as const;
  return [
    { name, type: 'uint8', dims: [out, k / BLOCK, bytes], length: (bytes * count) / BLOCK },
    { name: `${name}.scales`, ...perBlock },
    ...(form === 'q4_1' ? [{ name: `${name}.offsets`, ...perBlock }] : []),
  ];
}

const bytesOf = (floats: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);

/** Bytes of the parts of bitsandbytes' codes, in their order. */
export const fourBitBytes = ({ packed, absmax }: Quantised4): Uint8Array<ArrayBuffer>[] => [
  Uint8Array.from(packed),
  bytesOf(Float32Array.from(absmax)),
];

/** Bytes of the parts of a file's blocks, in their order. An operator takes a half, or a quarter of the range, off every code by itself. */
export function blockBytes(form: BlockForm, file: Uint8Array): Uint8Array<ArrayBuffer>[] {
  const { bits, bytes, codesAt } = blocks[form];
  const count = file.length / bytes;
  const codes = new Uint8Array(count * 4 * bits);
  const scales = new Float32Array(count);
  const offsets = new Float32Array(form === 'q4_1' ? count : 0);
  const half = (at: number): number => halfToFloat((file[at] ?? 0) | ((file[at + 1] ?? 0) << 8));
  for (let block = 0; block < count; block++) {
    const at = block * bytes;
    const scale = half(at);
    scales[block] = scale;
    const own = codes.subarray(block * 4 * bits, (block + 1) * 4 * bits);
    own.set(file.subarray(at + codesAt, at + bytes));
    if (bits === 4) inOrder(own);
    else for (let i = 0; i < own.length; i++) own[i] = (own[i] ?? 0) ^ 128;
    if (form === 'q4_1') offsets[block] = half(at + 2) + 8 * scale;
  }
  return [codes, bytesOf(scales), ...(form === 'q4_1' ? [bytesOf(offsets)] : [])];
}

/** x [N, K] Wᵀ */
export function packedProduct(graph: Graph, { name, shape }: Matrix, form: PackedForm, x: Tensor): Tensor {
  const [out = 0, k = 0] = shape;
  const sizes = { K: k, N: out };
  if (!isBlockForm(form)) {
    const numbers = { ...sizes, block_size: 64, quant_type: form === 'nf4' ? 1 : 0 };
    return graph.op('MatMulBnb4', [x, name, `${name}.absmax`], numbers, CONTRIB);
  }
  const numbers = { ...sizes, bits: blocks[form].bits, block_size: BLOCK };
  const product = graph.op('MatMulNBits', [x, name, `${name}.scales`], numbers, CONTRIB);
  if (form !== 'q4_1') return product;
  // What every weight of a block has in common meets the sum of x over it.
  const sums = graph.sum(graph.reshape(x, [-1, k / BLOCK, BLOCK]), [2], false);
  return graph.add(product, graph.matmulTransposed(sums, `${name}.offsets`));
}

/** The numbers that codes [N, K / 32, bytes] stand for, before their scale: [N, K / 32, 32]. Two of four bits share a byte, the first in its low half. */
function codesOf(graph: Graph, bytes: Tensor, bits: 4 | 8, k: number): Tensor {
  const numbers = graph.cast(bytes, 'float');
  if (bits === 8) return graph.plus(numbers, -128);
  const high = graph.op('Floor', [graph.times(numbers, 1 / 16)]);
  const low = graph.sub(numbers, graph.times(high, 16));
  const pairs = [low, high].map((half) => graph.op('Unsqueeze', [half, graph.integers([3])]));
  return graph.plus(graph.reshape(graph.concat(pairs, 3), [-1, k / BLOCK, BLOCK]), -8);
}

/**
 * Rows [N, K] of a table of blocks. By plain operators: the builds of ONNX Runtime Web that have WebGPU, which are what transformers.js brings, have no
 * GatherBlockQuantized on the processor (1.30, and 1.31.0-dev.20260914).
 */
export function packedRows(graph: Graph, { name, shape }: Matrix, form: PackedForm, rows: Tensor): Tensor {
  const [, k = 0] = shape;
  invariant(isBlockForm(form), `export: '${name}' is a table of ${form}`);
  const ofBlocks = (part: string): Tensor =>
    graph.op('Unsqueeze', [graph.op('Gather', [`${name}.${part}`, rows]), graph.integers([2])]);
  const codes = codesOf(graph, graph.op('Gather', [name, rows]), blocks[form].bits, k);
  const scaled = graph.mul(codes, ofBlocks('scales'));
  return graph.reshape(form === 'q4_1' ? graph.add(scaled, ofBlocks('offsets')) : scaled, [-1, k]);
}
