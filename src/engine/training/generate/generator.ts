// Answers with a key/value cache: the prompt but its last token in chunks of 16 that need no logits, then token by token,
// greedy or sampled, adapter on or off.
// Names and meaning of the options: transformers.GenerationConfig.
import { idleStep } from '../../../shaders/lib/step.ts';
import type { Tokenizer } from '../../data/tokenizer.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import type { ModelSizes } from '../../models/modelSizes.ts';
import { recordForward } from '../../models/recordForward.ts';
import { makePlan } from '../../torch/autograd/plan.ts';
import { Tape } from '../../torch/autograd/tape.ts';
import { logits } from '../../torch/ops/logits.ts';
import { TorchGenerator } from '../../torch/random/mt19937.ts';
import type { WiredModel } from '../../torch/recording.ts';
import { Recording } from '../../torch/recording.ts';
import type { AdapterLayout } from '../../torch/trainedLayout.ts';
import type { Backend, Executable } from '../backends/backend.ts';
import type { NamedBuffers } from '../namedBuffers.ts';
import { makeBuffers } from '../namedBuffers.ts';
import { inEvalMode, withoutAdapters } from '../recordTraining.ts';
import { promptTooLong } from '../trainingErrors.ts';
import type { SamplingOptions } from './pickToken.ts';
import { pickToken } from './pickToken.ts';

const CHUNK = 16;
/** Bounds of the cache: tokens, and bytes over all layers. */
const [LEAST_CONTEXT, MOST_CONTEXT, MOST_CACHE_BYTES] = [256, 1024, 2 ** 25];

/** Floats of keys and values of one token in one layer. */
const cacheFloats = (config: ModelSizes): number => 2 * config.kvHeads * config.headDim;

/** Tokens that the cache holds. */
export function contextTokens(config: ModelSizes): number {
  const fits = Math.floor(MOST_CACHE_BYTES / (config.layers * cacheFloats(config) * 4) / 64) * 64;
  return Math.min(config.maxPositions, Math.max(LEAST_CONTEXT, Math.min(MOST_CONTEXT, fits)));
}

/** What generation holds beside weights and plans. */
export function generationBuffers(config: ModelSizes): NamedBuffers {
  const cache = contextTokens(config) * cacheFloats(config);
  const layers = Array.from({ length: config.layers }, (_, layer) => [`kv/${layer}`, cache] as const);
  return new Map([...layers, ['logits', config.vocabSize]]);
}

export interface GeneratorInputs {
  readonly backend: Backend;
  readonly config: ModelConfig;
  readonly model: WiredModel;
  readonly layout: AdapterLayout;
  readonly tokenizer: Pick<Tokenizer, 'padId' | 'encode' | 'decode' | 'render'>;
  readonly stopIds: ReadonlySet<number>;
  /** Called before an answer with the adapter. */
  readonly refresh?: () => Promise<void>;
}

/** One pass over `tokens` of a text behind what the cache holds; a single one gives the logits of the next. */
export function recordGeneration(
  { model, config, layout }: Pick<GeneratorInputs, 'model' | 'config' | 'layout'>,
  tokens: number,
  adapter: boolean,
): Tape {
  const tape = new Tape();
  const record = (): void =>
    inEvalMode(model, () =>
      tape.withGrad(false, () => {
        const recording = new Recording(tape, model, layout);
        const batch = { rows: 1, tokens };
        const { final } = recordForward(recording, config, batch, { maxTokens: contextTokens(config) });
        if (tokens === 1) logits(recording, final);
      }),
    );
  if (adapter) record();
  else withoutAdapters(model, record);
  return tape;
}

export interface GenerationOptions extends SamplingOptions {
  readonly seed: number;
  readonly maxNewTokens: number;
}

export interface AnswerOptions {
  readonly adapter: boolean;
  readonly generation: GenerationOptions;
  /** Text so far, after each token; answering false stops. */
  readonly onText: (text: string) => boolean | Promise<boolean>;
}

export class Generator {
  readonly #inputs: GeneratorInputs;
  readonly #maxTokens: number;
  readonly #executables = new Map<string, Executable>();

  constructor(inputs: GeneratorInputs) {
    this.#inputs = inputs;
    const { config, backend } = inputs;
    this.#maxTokens = contextTokens(config);
    makeBuffers(backend, generationBuffers(config));
    if (!backend.has('ids')) backend.upload('ids', new Uint32Array(CHUNK));
  }

  /** The answer to one question, by the chat template. Throws UserError 'prompt-too-long'. */
  async answer(prompt: string, options: AnswerOptions): Promise<string> {
    const { tokenizer, stopIds } = this.#inputs;
    const { generation } = options;
    const ids = tokenizer.encode(tokenizer.render([{ role: 'user', content: prompt }], true).text);
    const random = new TorchGenerator(generation.seed);
    const made: number[] = [];
    let scores = await this.prefill(ids, options.adapter);
    const limit = Math.min(generation.maxNewTokens, this.#maxTokens - ids.length);
    while (made.length < limit) {
      const next = pickToken(scores, generation, random);
      if (stopIds.has(next)) break;
      made.push(next);
      if (!(await options.onText(tokenizer.decode(made)))) break;
      if (made.length < limit)
        scores = await this.advance(next, ids.length + made.length - 1, options.adapter);
    }
    return tokenizer.decode(made);
  }

  /** Scores of the token after `ids`. Throws UserError 'prompt-too-long'. */
  async prefill(ids: readonly number[], adapter: boolean): Promise<Float32Array<ArrayBuffer>> {
    if (ids.length >= this.#maxTokens) {
      throw promptTooLong({ tokens: ids.length, most: this.#maxTokens - 1 });
    }
    if (adapter) await this.#inputs.refresh?.();
    const last = ids.length - 1;
    for (let at = 0; at < last; at += CHUNK)
      await this.#feed(ids.slice(at, Math.min(at + CHUNK, last)), at, adapter);
    return this.advance(ids[last] ?? 0, last, adapter);
  }

  /** Feeds one token that stands at `position`; the scores of the next. */
  async advance(token: number, position: number, adapter: boolean): Promise<Float32Array<ArrayBuffer>> {
    await this.#feed([token], position, adapter);
    return this.#inputs.backend.read('logits', 0, this.#inputs.config.vocabSize);
  }

  /** One token with logits, or up to 16 without. Padding lands on places written later. */
  async #feed(tokens: readonly number[], position: number, adapter: boolean): Promise<void> {
    const { backend, tokenizer } = this.#inputs;
    const width = tokens.length === 1 ? 1 : CHUNK;
    const padded = new Uint32Array(width).fill(tokenizer.padId);
    padded.set(tokens);
    backend.write('ids', padded);
    await backend.run(await this.#executable(width, adapter), { ...idleStep, position });
  }

  async #executable(tokens: number, adapter: boolean): Promise<Executable> {
    const key = `${tokens} ${adapter}`;
    const known = this.#executables.get(key);
    if (known) return known;
    const { backend } = this.#inputs;
    const tape = recordGeneration(this.#inputs, tokens, adapter);
    const made = await backend.prepare(makePlan(tape, backend.profile));
    this.#executables.set(key, made);
    return made;
  }
}
