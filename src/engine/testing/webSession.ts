// Test-only: an export for the web in ONNX Runtime's WebAssembly, fed as transformers.js feeds it: a text at first, then a token at a time with
// what came out before.
import type * as Ort from 'onnxruntime-web';
import type { ExportFile } from '../exchange/export/adapterTensors.ts';
import { cacheNames } from '../exchange/export/web/decoderGraph.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import { openOrt } from '../training/backends/ort/openOrt.ts';

const ort = await openOrt();
const words = (values: readonly number[]): Ort.Tensor =>
  new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);

export class WebSession {
  readonly #session: Ort.InferenceSession;
  readonly #config: ModelConfig;
  #cache: Record<string, Ort.Tensor> = {};
  #length = 0;

  private constructor(session: Ort.InferenceSession, config: ModelConfig) {
    this.#session = session;
    this.#config = config;
  }

  static async open(files: readonly ExportFile[], model: string, config: ModelConfig): Promise<WebSession> {
    const bytes = files.find(({ name }) => name === `onnx/${model}`)?.bytes ?? new Uint8Array();
    const externalData = files
      .filter(({ name }) => name.startsWith(`onnx/${model}_data`))
      .map(({ name, bytes: data }) => ({ path: name.slice('onnx/'.length), data }));
    const session = await ort.createSession(bytes, {
      executionProviders: ['wasm'],
      externalData,
      logSeverityLevel: 3,
    });
    return new WebSession(session, config);
  }

  /** Logits [V] of the token after these, which stand behind those that were fed before. */
  async feed(ids: readonly number[]): Promise<Float32Array> {
    const { layers, kvHeads, headDim, vocabSize } = this.#config;
    const empty = new ort.Tensor('float32', new Float32Array(), [1, kvHeads, 0, headDim]);
    const names = Array.from({ length: layers }, (_, layer) => cacheNames(layer)).flat();
    const past = this.#length;
    this.#length += ids.length;
    const made = await this.#session.run({
      input_ids: words(ids),
      attention_mask: words(Array.from({ length: this.#length }, () => 1)),
      position_ids: words(ids.map((_, i) => past + i)),
      ...Object.fromEntries(names.map(({ past: name }) => [name, this.#cache[name] ?? empty])),
    });
    this.#cache = {};
    for (const { past: name, present } of names) {
      const tensor = made[present];
      if (tensor) this.#cache[name] = tensor;
    }
    const logits = made.logits?.data;
    if (!(logits instanceof Float32Array)) throw new Error('no logits');
    return logits.slice(-vocabSize);
  }

  /** The likeliest tokens, one after another. */
  async greedy(ids: readonly number[], count: number): Promise<number[]> {
    const said: number[] = [];
    let scores = await this.feed(ids);
    while (said.length < count) {
      const next = scores.indexOf(Math.max(...scores));
      said.push(next);
      if (said.length < count) scores = await this.feed([next]);
    }
    return said;
  }
}

/** Largest distance of two rows of logits. */
export const distance = (got: Float32Array, want: Float32Array): number =>
  Math.max(...want.map((one, i) => Math.abs(one - (got[i] ?? Number.NaN))));
