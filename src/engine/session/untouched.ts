// What the untouched base says to a question, before there is a run: on this thread's own processor, so that no graphics device is opened or
// measured for it. Only a small model is asked; the others answer when a run begins.
import { loadWeights } from '../models/loadModel.ts';
import { weightFormatsOf } from '../models/weightPlaces.ts';
import type { Command, Event } from '../protocol.ts';
import { weightOptions, wire } from '../python/run/wire.ts';
import { CpuBackend } from '../training/backends/cpuBackend.ts';
import { contextTokens, Generator } from '../training/generate/generator.ts';
import { generationOptions } from '../training/options.ts';
import { adapterLayoutOf } from '../training/recordTraining.ts';
import type { Assets } from './assets.ts';

type AskUntouched = Extract<Command, { type: 'ask-untouched' }>;

/** Bytes of the weights of a model that answers at once on any machine. */
const MOST_BYTES = 8_000_000;
const BREATHE_EVERY_MS = 40;

interface Machine {
  readonly assets: Assets;
  readonly emit: (event: Event) => void;
  readonly breathe: () => Promise<void>;
  readonly now: () => number;
}

/** The answer to each question; null: this base is not asked here, or nobody waits for it any more. Throws UserError. */
async function askUntouched(
  { assets, breathe, now }: Machine,
  { recipe, prompts }: Pick<AskUntouched, 'recipe' | 'prompts'>,
  given: () => boolean,
): Promise<readonly string[] | null> {
  const files = await assets.model(recipe);
  if (files.info.bytes > MOST_BYTES || recipe.program) return null;
  let last = now();
  const backend = new CpuBackend({
    precision: 'float32',
    breathe: () => {
      if (now() - last < BREATHE_EVERY_MS) return null;
      last = now();
      return breathe();
    },
  });
  try {
    const { config, tokenizer, stopIds } = files;
    const stored = weightOptions(recipe.values);
    const positions = contextTokens(config);
    await loadWeights(config, await files.weights(), { ...stored, positions }, backend, breathe);
    const weightFormat = weightFormatsOf(config, files.formatOf, stored);
    const model = { ...wire(config, recipe.values), weightFormat };
    const layout = adapterLayoutOf(model);
    const generator = new Generator({ backend, config, model, layout, tokenizer, stopIds, now });
    const answers: string[] = [];
    for (const prompt of prompts) {
      const generation = generationOptions(recipe.values);
      const onText = (): boolean => !given();
      answers.push(await generator.answer(prompt, { adapter: false, generation, onText }));
      if (given()) return null;
    }
    return answers;
  } finally {
    backend.destroy();
  }
}

/** Takes such questions, the newest alone, while there is nothing else to do. */
export class UntouchedDesk {
  readonly #machine: Machine;
  #newest = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** What is being asked is given up. */
  rest(): void {
    this.#newest += 1;
  }

  /** Never rejects: what can't be answered here is answered by a run. */
  async ask(command: AskUntouched): Promise<void> {
    this.rest();
    const own = this.#newest;
    const answers = await askUntouched(this.#machine, command, () => own !== this.#newest).catch(() => null);
    this.#machine.emit({ type: 'untouched', id: command.id, answers });
  }
}
