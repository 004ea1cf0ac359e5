// Answers with a key/value cache: the prompt in chunks of 16, then token by token, greedy or sampled, adapter on or off.
// Names and meaning of the options: transformers.GenerationConfig.
import type { AdapterLayout } from '../adapters/layout.ts';
import type { Backend, Executable } from '../backends/backend.ts';
import type { Tokenizer } from '../data/tokenizer.ts';
import { UserError } from '../errors.ts';
import { recordLlama } from '../models/llama.ts';
import type { LlamaConfig } from '../models/llamaConfig.ts';
import type { WiredModel } from '../models/recording.ts';
import { Recording } from '../models/recording.ts';
import { logits } from '../ops/logits.ts';
import { TorchGenerator } from '../random/mt19937.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import { makePlan } from '../tape/plan.ts';
import { Tape } from '../tape/tape.ts';
import { inEvalMode } from '../train/recordTraining.ts';
import { pickToken } from './pickToken.ts';

const CHUNK = 16;
const MAX_CONTEXT = 1024;

export interface GeneratorInputs {
  readonly backend: Backend;
  readonly config: LlamaConfig;
  readonly model: WiredModel;
  readonly layout: AdapterLayout;
  readonly tokenizer: Tokenizer;
  readonly stopIds: ReadonlySet<number>;
}

export interface AnswerOptions {
  readonly adapter: boolean;
  readonly values: RecipeValues;
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
    this.#maxTokens = Math.min(config.maxPositions, MAX_CONTEXT);
    for (let layer = 0; layer < config.layers; layer++)
      backend.allocate(`kv/${layer}`, 2 * this.#maxTokens * config.kvHeads * config.headDim);
    backend.allocate('logits', CHUNK * config.vocabSize);
    if (!backend.has('ids')) backend.upload('ids', new Uint32Array(CHUNK));
  }

  /** The answer to one question, by the chat template. Throws UserError 'prompt-too-long'. */
  async answer(prompt: string, options: AnswerOptions): Promise<string> {
    const { tokenizer, stopIds } = this.#inputs;
    const { values } = options;
    const ids = tokenizer.encode(tokenizer.render([{ role: 'user', content: prompt }], true).text);
    if (ids.length >= this.#maxTokens) {
      throw new UserError(
        'prompt-too-long',
        `Question: has ${ids.length} tokens, the model reads at most ${this.#maxTokens - 1}. Shorten it.`,
      );
    }
    const random = new TorchGenerator(values['train.seed']);
    const made: number[] = [];
    let scores = await this.#prefill(ids, options.adapter);
    const limit = Math.min(values['generate.max_new_tokens'], this.#maxTokens - ids.length);
    while (made.length < limit) {
      const next = pickToken(scores, values, random);
      if (stopIds.has(next)) break;
      made.push(next);
      if (!(await options.onText(tokenizer.decode(made)))) break;
      if (made.length < limit)
        scores = await this.#advance([next], ids.length + made.length - 1, options.adapter);
    }
    return tokenizer.decode(made);
  }

  async #prefill(ids: readonly number[], adapter: boolean): Promise<Float32Array> {
    let scores = new Float32Array(0);
    for (let at = 0; at < ids.length; at += CHUNK)
      scores = await this.#advance(ids.slice(at, at + CHUNK), at, adapter);
    return scores;
  }

  /** Feeds up to 16 tokens from `position` on; the scores of the last of them. Padding lands on places written later. */
  async #advance(
    tokens: readonly number[],
    position: number,
    adapter: boolean,
  ): Promise<Float32Array<ArrayBuffer>> {
    const { backend, tokenizer, config } = this.#inputs;
    const width = tokens.length === 1 ? 1 : CHUNK;
    const padded = new Uint32Array(width).fill(tokenizer.padId);
    padded.set(tokens);
    backend.write('ids', padded);
    const executable = await this.#executable(width, adapter);
    await backend.run(executable, {
      seed: 0,
      position,
      optimizerStep: 0,
      microBatch: 0,
      learningRate: 0,
      biasCorrection1: 1,
      biasCorrection2: 1,
      lossScale: 0,
    });
    return backend.read('logits', (tokens.length - 1) * config.vocabSize, config.vocabSize);
  }

  async #executable(tokens: number, adapter: boolean): Promise<Executable> {
    const key = `${tokens} ${adapter}`;
    const known = this.#executables.get(key);
    if (known) return known;
    const { backend } = this.#inputs;
    const made = await backend.prepare(makePlan(this.#record(tokens, adapter), backend.profile));
    this.#executables.set(key, made);
    return made;
  }

  #record(tokens: number, adapter: boolean): Tape {
    const { model, config, layout } = this.#inputs;
    const tape = new Tape();
    const wrappers = [...model.root.namedModules()].flatMap(([, { kind }]) =>
      kind.type === 'lora' && !adapter && !kind.disabled ? [kind] : [],
    );
    for (const wrapper of wrappers) wrapper.disabled = true;
    try {
      inEvalMode(model, () =>
        tape.withGrad(false, () => {
          const recording = new Recording(tape, model, layout);
          logits(
            recording,
            recordLlama(recording, config, { rows: 1, tokens }, { maxTokens: this.#maxTokens }).final,
          );
        }),
      );
    } finally {
      for (const wrapper of wrappers) wrapper.disabled = false;
    }
    return tape;
  }
}
