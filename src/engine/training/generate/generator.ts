// Answers with a key/value cache: the prompt but its last token in chunks that need no logits, then token by token, greedy or sampled,
// adapter on or off. Greedy tokens are found on the device: passes follow one another there, and what was said is read a few at a time.
// Names and meaning of the options: transformers.GenerationConfig.
import { idleStep } from '../../../shaders/lib/step.ts';
import type { Tokenizer } from '../../data/tokenizer.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import type { ModelSizes } from '../../models/modelSizes.ts';
import { recordForward } from '../../models/recordForward.ts';
import { makePlan } from '../../torch/autograd/plan.ts';
import { Tape } from '../../torch/autograd/tape.ts';
import { likeliest } from '../../torch/ops/likeliest.ts';
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

/** Tokens of the smallest chunk, and all others' divisor. */
const CHUNK = 16;
/** Greedy tokens are read together as far as they come within this time, at most so many. */
const [READ_MS, MOST_READ] = [32, 8];
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
  return new Map([...layers, ['logits', config.vocabSize], ['said', contextTokens(config)]]);
}

/** Widths of the chunks that a prompt is read in, the widest first: a training row's, and halves of it. */
function chunkWidths(rowTokens: number): readonly number[] {
  const widths = [Math.max(CHUNK, Math.floor(rowTokens / CHUNK) * CHUNK)];
  for (let width = CHUNK; width < (widths[0] ?? 0); width *= 2) widths.splice(1, 0, width);
  return widths;
}

export interface GeneratorInputs {
  readonly backend: Backend;
  readonly config: ModelConfig;
  readonly model: WiredModel;
  readonly layout: AdapterLayout;
  readonly tokenizer: Pick<Tokenizer, 'padId' | 'encode' | 'decode' | 'render'>;
  readonly stopIds: ReadonlySet<number>;
  /** Tokens of a training row: there is room for passes as long. */
  readonly rowTokens?: number;
  readonly now: () => number;
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
        if (tokens > 1) return;
        logits(recording, final);
        likeliest(tape, config.vocabSize, model.tables.head);
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

export interface TextOptions {
  readonly adapter: boolean;
  readonly generation: GenerationOptions;
  /** Whoever asks does other work on the device between two tokens: no pass runs ahead, and none relies on what another left. */
  readonly interleaved?: boolean;
}

export interface AnswerOptions extends TextOptions {
  /** Text so far, after each token; answering false stops. */
  readonly onText: (text: string) => boolean | Promise<boolean>;
}

export class Generator {
  readonly #inputs: GeneratorInputs;
  readonly #maxTokens: number;
  readonly #widths: readonly number[];
  readonly #executables = new Map<string, Executable>();

  constructor(inputs: GeneratorInputs) {
    this.#inputs = inputs;
    const { config, backend, rowTokens = CHUNK } = inputs;
    this.#maxTokens = contextTokens(config);
    this.#widths = chunkWidths(Math.min(rowTokens, this.#maxTokens));
    makeBuffers(backend, generationBuffers(config));
    if (!backend.has('ids')) backend.upload('ids', new Uint32Array(this.#widths[0] ?? CHUNK));
  }

  /** The answer to one question, by the chat template. Throws UserError 'prompt-too-long'. */
  async answer(prompt: string, options: AnswerOptions): Promise<string> {
    let text = '';
    for await (text of this.texts(prompt, options)) if (!(await options.onText(text))) break;
    return text;
  }

  /** The answer so far, after each token. Throws UserError 'prompt-too-long'. */
  async *texts(prompt: string, options: TextOptions): AsyncGenerator<string> {
    const { tokenizer, stopIds } = this.#inputs;
    const { maxNewTokens } = options.generation;
    const ids = tokenizer.encode(tokenizer.render([{ role: 'user', content: prompt }], true).text);
    const made: number[] = [];
    const limit = Math.min(maxNewTokens, this.#maxTokens - ids.length);
    for await (const next of this.continued(ids, limit, options)) {
      if (stopIds.has(next)) return;
      made.push(next);
      yield tokenizer.decode(made);
    }
  }

  /** The tokens after `ids`, at most `limit`; whoever stops asking leaves passes behind that nobody reads. */
  continued(
    ids: readonly number[],
    limit: number,
    { generation, adapter, interleaved = false }: TextOptions,
  ): AsyncGenerator<number> {
    return generation.doSample
      ? this.#sampled(ids, limit, generation, adapter)
      : this.#greedy(ids, limit, adapter, interleaved);
  }

  async *#sampled(
    ids: readonly number[],
    limit: number,
    generation: GenerationOptions,
    adapter: boolean,
  ): AsyncGenerator<number> {
    const random = new TorchGenerator(generation.seed);
    let scores = await this.prefill(ids, adapter);
    for (let made = 0; made < limit; made++) {
      const next = pickToken(scores, generation, random);
      yield next;
      if (made + 1 < limit) scores = await this.advance(next, ids.length + made, adapter);
    }
  }

  /** A pass finds its token's successor, which is the next pass's token without anyone here knowing it. */
  async *#greedy(
    ids: readonly number[],
    limit: number,
    adapter: boolean,
    interleaved: boolean,
  ): AsyncGenerator<number> {
    const { backend, now } = this.#inputs;
    const last = ids.length - 1;
    await this.#start(ids, adapter);
    let [read, queued, together, newest] = [0, 1, 0, 0];
    const queue = async (passes: number): Promise<void> => {
      const until = Math.min(limit, queued + passes);
      for (; queued < until; queued++) await this.#pass(1, last + queued, adapter);
    };
    while (read < limit) {
      const started = now();
      if (queued === read) {
        if (interleaved) backend.write('ids', new Uint32Array([newest]));
        await queue(1);
      }
      const count = queued - read;
      const said = backend.read('said', last + read, count);
      // A device that is slow gains nothing by passes ahead, and would make some in vain.
      const [tokens] = await Promise.all([said, queue(together)]);
      const tokenMs = (now() - started) / count;
      const fits = Math.min(MOST_READ, Math.floor(READ_MS / tokenMs));
      // The first one's time is the prompt's too, and what is no device has nothing to go on with meanwhile.
      together = interleaved || read === 0 || backend.kind !== 'webgpu' || fits < 2 ? 0 : fits;
      read += count;
      newest = tokens.at(-1) ?? 0;
      yield* tokens;
    }
  }

  /** Scores of the token after `ids`. Throws UserError 'prompt-too-long'. */
  async prefill(ids: readonly number[], adapter: boolean): Promise<Float32Array<ArrayBuffer>> {
    await this.#start(ids, adapter);
    return this.#scores();
  }

  /** Feeds one token that stands at `position`; the scores of the next. */
  async advance(token: number, position: number, adapter: boolean): Promise<Float32Array<ArrayBuffer>> {
    await this.#feed([token], 1, position, adapter);
    return this.#scores();
  }

  #scores(): Promise<Float32Array<ArrayBuffer>> {
    return this.#inputs.backend.read('logits', 0, this.#inputs.config.vocabSize);
  }

  /** Feeds a prompt, the widest chunks first and the last token alone. */
  async #start(ids: readonly number[], adapter: boolean): Promise<void> {
    if (ids.length >= this.#maxTokens) {
      throw promptTooLong({ tokens: ids.length, most: this.#maxTokens - 1 });
    }
    if (adapter) await this.#inputs.refresh?.();
    const last = ids.length - 1;
    for (let at = 0; at < last; ) {
      const width = this.#widthFor(last - at, at);
      await this.#feed(ids.slice(at, Math.min(at + width, last)), width, at, adapter);
      at += width;
    }
    await this.#feed(ids.slice(last), 1, last, adapter);
  }

  /** The widest chunk that is filled, or nearly: a pass decodes every weight, which costs as much as some rows of padding. */
  #widthFor(rest: number, at: number): number {
    const fits = (width: number): boolean =>
      width <= rest || (8 * rest >= 7 * width && at + width <= this.#maxTokens);
    return this.#widths.find(fits) ?? CHUNK;
  }

  /** One token with logits, or some without. Padding lands on places written later. */
  async #feed(tokens: readonly number[], width: number, position: number, adapter: boolean): Promise<void> {
    const { backend, tokenizer } = this.#inputs;
    const padded = new Uint32Array(width).fill(tokenizer.padId);
    padded.set(tokens);
    backend.write('ids', padded);
    await this.#pass(width, position, adapter);
  }

  async #pass(width: number, position: number, adapter: boolean): Promise<void> {
    await this.#inputs.backend.run(await this.#executable(width, adapter), { ...idleStep, position });
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
