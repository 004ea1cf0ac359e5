// Writes the bytes of an ONNX model: nodes, constants, inputs and outputs. Constants that are large stand outside of the model, under
// their own name, and are handed over beside it. Knows no operator. Source: onnx.proto3 (field numbers, enums).

import { Message } from './protobuf.ts';

/** onnx.TensorProto.DataType */
const types = {
  float: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  double: 11,
  uint4: 21,
} as const;

export type OnnxType = keyof typeof types;

/** A whole number, a fraction, a text, or whole numbers; what a fraction is by its value alone is said. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

export interface OnnxOperation {
  readonly operator: string;
  /** Empty: ONNX's own. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxConstant {
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly number[];
  /** Its bytes, little-endian; a number: how many there are, handed over beside the model; or where they lie in a file beside it. */
  readonly content: Uint8Array | number | OnnxStretch;
}

/** Bytes of a file beside the model. */
export interface OnnxStretch {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

export interface OnnxPlace {
  readonly name: string;
  readonly type: OnnxType;
  /** A name for a size that a run decides, the same for the same size; null: the graph says how many there are. */
  readonly dims: readonly (number | string)[] | null;
}

export interface OnnxModel {
  readonly operations: readonly OnnxOperation[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxPlace[];
  readonly outputs: readonly OnnxPlace[];
}

const IR_VERSION = 10;
const OPSET = 21;
const CONTRIB = 'com.microsoft';
const [FLOAT, INT, STRING, INTS] = [1, 2, 3, 7];
const EXTERNAL = 1;

/** Type code of a tensor, as ONNX numbers them. */
export const onnxTypeCode = (type: OnnxType): number => types[type];

function attributeMessage(name: string, value: OnnxAttribute): Message {
  const made = new Message().text(1, name);
  if (typeof value === 'string') return made.text(4, value).number(20, STRING);
  if (typeof value === 'number') return made.number(3, value).number(20, INT);
  if ('float' in value) return made.float(2, value.float).number(20, FLOAT);
  for (const one of value) made.number(8, one);
  return made.number(20, INTS);
}

function operationMessage({ operator, domain, inputs, outputs, attributes }: OnnxOperation): Message {
  const made = new Message();
  for (const name of inputs) made.text(1, name);
  for (const name of outputs) made.text(2, name);
  made.text(4, operator);
  for (const [name, value] of Object.entries(attributes)) made.message(5, attributeMessage(name, value));
  return domain === '' ? made : made.text(7, domain);
}

function constantMessage({ name, type, dims, content }: OnnxConstant): Message {
  const made = new Message();
  for (const dim of dims) made.number(1, dim);
  made.number(2, types[type]).text(8, name);
  if (content instanceof Uint8Array) return made.bytes(9, content);
  const { file, offset, length } =
    typeof content === 'number' ? { file: name, offset: 0, length: content } : content;
  const entry = (key: string, value: string): Message => new Message().text(1, key).text(2, value);
  made.message(13, entry('location', file));
  if (offset > 0) made.message(13, entry('offset', String(offset)));
  return made.message(13, entry('length', String(length))).number(14, EXTERNAL);
}

function placeMessage({ name, type, dims }: OnnxPlace): Message {
  const tensor = new Message().number(1, types[type]);
  if (dims) {
    const shape = new Message();
    for (const dim of dims)
      shape.message(1, typeof dim === 'string' ? new Message().text(2, dim) : new Message().number(1, dim));
    tensor.message(2, shape);
  }
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}

export function writeOnnx({ operations, constants, inputs, outputs }: OnnxModel): Uint8Array<ArrayBuffer> {
  const graph = new Message();
  for (const operation of operations) graph.message(1, operationMessage(operation));
  graph.text(2, 'graph');
  for (const constant of constants) graph.message(5, constantMessage(constant));
  for (const place of inputs) graph.message(11, placeMessage(place));
  for (const place of outputs) graph.message(12, placeMessage(place));
  return new Message()
    .number(1, IR_VERSION)
    .message(7, graph)
    .message(8, new Message().text(1, '').number(2, OPSET))
    .message(8, new Message().text(1, CONTRIB).number(2, 1))
    .done();
}
