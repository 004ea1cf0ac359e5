// An export for the web in ONNX Runtime, fed as transformers.js feeds it: a text at first, then a token at a time with what came out before. One
// text at a time; who brings ONNX Runtime, and what a text is, others know.
import type * as Ort from 'onnxruntime-web';
import { invariant } from '../../../ground/errors.ts';
import type { ModelConfig } from '../../../models/modelConfig.ts';
import type { OrtRuntime } from '../../../training/backends/ort/ortBackend.ts';
import { cacheNames } from './decoderGraph.ts';

/** What runs an export: the processor, or the browser's GPU. */
export type WebDevice = 'wasm' | 'webgpu';

export interface WebModelOptions {
  /** Name of the graph under onnx/. */
  readonly model: string;
  readonly config: ModelConfig;
  readonly device?: WebDevice;
}

/** What comes out only to go in again stays where it is. */
const cachesOnGpu = ({ layers }: ModelConfig) =>
  Object.fromEntries(
    Array.from({ length: layers }, (_, layer) => cacheNames(layer))
      .flat()
      .map(({ present }) => [present, 'gpu-buffer'] as const),
  );

export class WebSession {
  readonly #ort: OrtRuntime;
  readonly #session: Ort.InferenceSession;
  readonly #config: ModelConfig;
  #cache = new Map<string, Ort.Tensor>();
  #length = 0;

  private constructor(ort: OrtRuntime, session: Ort.InferenceSession, config: ModelConfig) {
    this.#ort = ort;
    this.#session = session;
    this.#config = config;
  }

  static async open(
    ort: OrtRuntime,
    files: readonly { readonly name: string; readonly file: Blob }[],
    { model, config, device = 'wasm' }: WebModelOptions,
  ): Promise<WebSession> {
    const graph = files.find(({ name }) => name === `onnx/${model}`);
    invariant(graph, `export: no graph '${model}'`);
    const bytes = new Uint8Array(await graph.file.arrayBuffer());
    const externalData = files
      .filter(({ name }) => name.startsWith(`onnx/${model}_data`))
      .map(({ name, file }) => ({ path: name.slice('onnx/'.length), data: file }));
    // Below errors it tells of every input that has a value already.
    const onGpu = device === 'webgpu' ? { preferredOutputLocation: cachesOnGpu(config) } : {};
    const options = { executionProviders: [device], externalData, logSeverityLevel: 3, ...onGpu } as const;
    return new WebSession(ort, await ort.createSession(bytes, options), config);
  }

  /** Forgets the text. */
  begin(): void {
    for (const tensor of this.#cache.values()) tensor.dispose();
    this.#cache = new Map();
    this.#length = 0;
  }

  /** Logits [V] of the token after these, which stand behind those that were fed before. */
  async feed(ids: readonly number[]): Promise<Float32Array> {
    const { layers, kvHeads, headDim, vocabSize } = this.#config;
    const empty = new this.#ort.Tensor('float32', new Float32Array(), [1, kvHeads, 0, headDim]);
    const names = Array.from({ length: layers }, (_, layer) => cacheNames(layer)).flat();
    const before = this.#length;
    this.#length += ids.length;
    const made = await this.#session.run({
      input_ids: this.#words(ids),
      attention_mask: this.#words(Array.from({ length: this.#length }, () => 1)),
      position_ids: this.#words(ids.map((_, i) => before + i)),
      ...Object.fromEntries(names.map(({ past }) => [past, this.#cache.get(past) ?? empty])),
    });
    for (const { past, present } of names) {
      const tensor = made[present];
      invariant(tensor, `export: the graph gave no '${present}'`);
      this.#cache.get(past)?.dispose();
      this.#cache.set(past, tensor);
    }
    const logits = made.logits?.data;
    invariant(logits instanceof Float32Array, 'export: the graph gave no logits');
    return logits.slice(-vocabSize);
  }

  release(): Promise<void> {
    this.begin();
    return this.#session.release();
  }

  #words(values: readonly number[]): Ort.Tensor {
    return new this.#ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
  }
}
