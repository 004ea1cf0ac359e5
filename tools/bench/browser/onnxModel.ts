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

export function matMulNBitsModel({ n, k, m, quants, scales }: MatMulNBits): Uint8Array<ArrayBuffer> {
  const attribute = (name: string, i: number): Message =>
    new Message().text(1, name).number(3, i).number(20, INT_ATTRIBUTE);
  const node = new Message().text(1, 'A').text(1, 'B').text(1, 'scales').text(2, 'Y').text(4, 'MatMulNBits');
  for (const [name, i] of [
    ['K', k],
    ['N', m],
    ['bits', 4],
    ['block_size', 32],
  ] as const)
    node.message(5, attribute(name, i));
  node.text(7, 'com.microsoft');
  const scaleBytes = new Uint8Array(scales.buffer, scales.byteOffset, scales.byteLength);
  const graph = new Message()
    .message(1, node)
    .text(2, 'product')
    .message(5, tensor('B', UINT8, [m, k / 32, 16], quants))
    .message(5, tensor('scales', FLOAT, [(m * k) / 32], scaleBytes))
    .message(11, value('A', [n, k]))
    .message(12, value('Y', [n, m]));
  return new Message()
    .number(1, 10)
    .message(7, graph)
    .message(8, new Message().text(1, '').number(2, 21))
    .message(8, new Message().text(1, 'com.microsoft').number(2, 1))
    .done();
}
