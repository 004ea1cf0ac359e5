// The reader of a model's folder: its weights are changed, quantised by bitsandbytes or by GPTQ, and everything that was accepted is read.

import { blobSource } from '../../../src/engine/ground/formats/byteSource.ts';
import { Message } from '../../../src/engine/ground/formats/protobuf.ts';
import type { SavedTensor } from '../../../src/engine/ground/formats/safetensors.ts';
import { writeTensors } from '../../../src/engine/ground/formats/safetensors.ts';
import { openModel } from '../../../src/engine/models/openModel.ts';
import { modelTensors } from '../../../src/engine/models/weightPlaces.ts';
import { floatsOf } from '../../../src/engine/models/weightSource.ts';
import { NF4_CODE } from '../../../src/shaders/quant/codebooks.ts';
import type { Input, Reader } from '../reader.ts';
import { asBytes, bytesOf } from '../reader.ts';
import { safetensorsHeader } from './files.ts';
import { smallVocabulary, tokenizerConfig, tokenizerJson } from './tokenizers.ts';

const vocabulary = smallVocabulary.tokens.length;
const config = {
  model_type: 'llama',
  hidden_size: 8,
  intermediate_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  vocab_size: vocabulary,
  tie_word_embeddings: true,
};
const at = 'model.layers.0';
const projections = ['q', 'k', 'v', 'o'].map((one) => `${at}.self_attn.${one}_proj`);
const all = [...projections, ...['gate', 'up', 'down'].map((one) => `${at}.mlp.${one}_proj`)];

const zeros = (name: string, dtype: string, shape: readonly number[], width: number): SavedTensor => ({
  name,
  dtype,
  shape,
  bytes: new Uint8Array(shape.reduce((product, size) => product * size, width)),
});
const floats = [
  zeros('model.embed_tokens.weight', 'F32', [vocabulary, 8], 4),
  ...['model.norm', `${at}.input_layernorm`, `${at}.post_attention_layernorm`].map((name) =>
    zeros(`${name}.weight`, 'F32', [8], 4),
  ),
];
const state = bytesOf(JSON.stringify({ quant_type: 'nf4', blocksize: 64, dtype: 'float32', shape: [8, 8] }));
const bitsandbytes = all.flatMap((name): SavedTensor[] => [
  zeros(`${name}.weight`, 'U8', [32, 1], 1),
  zeros(`${name}.weight.absmax`, 'F32', [1], 4),
  { name: `${name}.weight.quant_map`, dtype: 'F32', shape: [16], bytes: new Uint8Array(NF4_CODE.buffer) },
  { name: `${name}.weight.quant_state.bitsandbytes__nf4`, dtype: 'U8', shape: [state.length], bytes: state },
]);
const gptq = all.flatMap((name): SavedTensor[] => [
  zeros(`${name}.qweight`, 'I32', [1, 8], 4),
  zeros(`${name}.qzeros`, 'I32', [1, 1], 4),
  zeros(`${name}.scales`, 'F16', [1, 8], 2),
  zeros(`${name}.g_idx`, 'I32', [8], 4),
]);

/** An operation of a graph; inputs and attributes that are whole numbers. */
function operation(
  op: string,
  name: string,
  inputs: readonly string[],
  numbers: Readonly<Record<string, number>>,
): Message {
  const made = new Message();
  for (const input of inputs) made.text(1, input);
  made.text(2, 'out').text(3, name).text(4, op);
  for (const [key, value] of Object.entries(numbers))
    made.message(5, new Message().text(1, key).number(3, value));
  return made;
}
const tensor = (name: string, shape: readonly number[], type: number, bytes: Uint8Array): Message => {
  const made = new Message();
  for (const size of shape) made.number(1, size);
  return made.number(2, type).text(8, name).bytes(9, bytes);
};

/** Projections in four bits, everything else in floats. */
function onnxGraph(): Uint8Array<ArrayBuffer> {
  const graph = new Message();
  for (const name of all) {
    const path = `/${name.replace('.layers.', '/layers.').replace('.self_attn.', '/self_attn/').replace('.mlp.', '/mlp/')}`;
    const inputs = ['x', `${name}_Q4`, `${name}_scales`];
    graph.message(
      1,
      operation('MatMulNBits', `${path}/MatMul_Q4`, inputs, { K: 8, N: 8, bits: 4, block_size: 32 }),
    );
    graph.message(5, tensor(`${name}_Q4`, [8, 1, 16], 2, new Uint8Array(128)));
    graph.message(5, tensor(`${name}_scales`, [8], 1, new Uint8Array(32)));
  }
  for (const { name, shape, bytes } of floats) graph.message(5, tensor(name, shape, 1, bytes));
  return new Message().message(7, graph).done();
}

interface Weights {
  readonly file: string;
  readonly corpus: Uint8Array<ArrayBuffer>;
  readonly mutate: Reader['mutate'];
}
const inSafetensors = (tensors: readonly SavedTensor[]): Weights => ({
  file: 'model.safetensors',
  corpus: writeTensors([...floats, ...tensors]),
  mutate: safetensorsHeader,
});

const readerOf = (name: string, { file, corpus, mutate }: Weights, extra: object): Reader => ({
  name,
  corpus: [corpus],
  mutate,
  read: async (input: Input) => {
    const files = [
      ['config.json', JSON.stringify({ ...config, ...extra })],
      ['tokenizer.json', JSON.stringify(tokenizerJson)],
      ['tokenizer_config.json', JSON.stringify(tokenizerConfig)],
      [file, input],
    ] as const;
    const model = await openModel(
      'tiny',
      files.map(([each, content]) => blobSource(each, new Blob([bytesOf(content)]))),
    );
    const weights = await model.weights();
    let elements = 0;
    for (const [weight, shape] of modelTensors(model.config))
      elements += floatsOf(await weights.read(weight, shape)).length;
    return elements;
  },
  forbids: (_, elements) => {
    const wanted = vocabulary * 8 + 3 * 8 + 7 * 64;
    return elements === wanted ? null : `${String(elements)} of ${wanted} numbers`;
  },
});

export const checkpointReaders: readonly Reader[] = [
  readerOf("a model's folder, bitsandbytes", inSafetensors(bitsandbytes), {
    quantization_config: { quant_method: 'bitsandbytes', load_in_4bit: true },
  }),
  readerOf("a model's folder, GPTQ", inSafetensors(gptq), {
    quantization_config: { quant_method: 'gptq', bits: 4, group_size: -1 },
  }),
  readerOf("a model's folder, ONNX", { file: 'model_q4.onnx', corpus: onnxGraph(), mutate: asBytes }, {}),
];
