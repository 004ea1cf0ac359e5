// The bytes of an ONNX model with one node, com.microsoft MatMulNBits: Y [N, M] = A [N, K] · dequantised B [M, K]ᵀ, 4 bits in
// blocks of 32 along K, zero point 8. Source: onnx.proto (field numbers), numerics reference 1.2.

import { Message } from '../../../src/engine/ground/formats/protobuf.ts';

const [FLOAT, UINT8, INT_ATTRIBUTE] = [1, 2, 2];

function tensor(name: string, type: number, dims: readonly number[], raw: Uint8Array): Message {
  const made = new Message();
  for (const dim of dims) made.number(1, dim);
  return made.number(2, type).text(8, name).bytes(9, raw);
}

function value(name: string, dims: readonly number[]): Message {
  const shape = new Message();
  for (const dim of dims) shape.message(1, new Message().number(1, dim));
  const type = new Message().message(1, new Message().number(1, FLOAT).message(2, shape));
  return new Message().text(1, name).message(2, type);
}

export interface MatMulNBits {
  readonly n: number;
  readonly k: number;
  readonly m: number;
  /** [M, K/32, 16], low nibble first along K. */
  readonly quants: Uint8Array;
  /** [M · K/32] */
  readonly scales: Float32Array;
}

/** One product: names of its tensors, which the graph holds. */
function productNode(
  { k, m }: Pick<MatMulNBits, 'k' | 'm'>,
  inputs: readonly string[],
  output: string,
): Message {
  const attribute = (name: string, i: number): Message =>
    new Message().text(1, name).number(3, i).number(20, INT_ATTRIBUTE);
  const node = new Message();
  for (const input of inputs) node.text(1, input);
  node.text(2, output).text(4, 'MatMulNBits');
  for (const [name, i] of [
    ['K', k],
    ['N', m],
    ['bits', 4],
    ['block_size', 32],
  ] as const)
    node.message(5, attribute(name, i));
  return node.text(7, 'com.microsoft');
}

/** B and scales under a suffix. */
function withWeights(graph: Message, { k, m, quants, scales }: MatMulNBits, suffix = ''): Message {
  const bytes = new Uint8Array(scales.buffer, scales.byteOffset, scales.byteLength);
  return graph
    .message(5, tensor(`B${suffix}`, UINT8, [m, k / 32, 16], quants))
    .message(5, tensor(`scales${suffix}`, FLOAT, [(m * k) / 32], bytes));
}

const modelOf = (graph: Message): Uint8Array<ArrayBuffer> =>
  new Message()
    .number(1, 10)
    .message(7, graph)
    .message(8, new Message().text(1, '').number(2, 21))
    .message(8, new Message().text(1, 'com.microsoft').number(2, 1))
    .done();

export function matMulNBitsModel(product: MatMulNBits): Uint8Array<ArrayBuffer> {
  const { n, k, m } = product;
  const graph = new Message().message(1, productNode(product, ['A', 'B', 'scales'], 'Y')).text(2, 'product');
  withWeights(graph, product)
    .message(11, value('A', [n, k]))
    .message(12, value('Y', [n, m]));
  return modelOf(graph);
}

/** A chain of `layers` pairs of products, up and down again, all with the same two matrices: A [N, K] to Y [N, K]. */
export function matMulChain(up: MatMulNBits, down: MatMulNBits, layers: number): Uint8Array<ArrayBuffer> {
  const { n, k } = up;
  const graph = new Message();
  for (let layer = 0; layer < layers; layer++) {
    const [from, to] = [layer === 0 ? 'A' : `y${layer}`, layer === layers - 1 ? 'Y' : `y${layer + 1}`];
    graph.message(1, productNode(up, [from, 'B_up', 'scales_up'], `z${layer}`));
    graph.message(1, productNode(down, [`z${layer}`, 'B_down', 'scales_down'], to));
  }
  graph.text(2, 'chain');
  withWeights(withWeights(graph, up, '_up'), down, '_down')
    .message(11, value('A', [n, k]))
    .message(12, value('Y', [n, k]));
  return modelOf(graph);
}
