// The loss of a row and of each of its tokens, by the model as it stands or without its adapters. Reads what a run has made and writes only
// what the next batch overwrites, so that a run's numbers are the same with and without it.
import { idleStep } from '../../shaders/lib/step.ts';
import { largestShape, makeBatch, shapeOf } from '../data/batches.ts';
import type { Example } from '../data/tokenize.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import type { Wired } from '../python/run/wire.ts';
import { makePlan } from '../torch/autograd/plan.ts';
import { TOKEN_FLOATS, TOKEN_LOSSES } from '../torch/ops/tokenLosses.ts';
import type { BatchShape } from '../torch/recording.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import type { Backend, Executable } from './backends/backend.ts';
import { LEAST_FLOATS } from './namedBuffers.ts';
import { recordTokenLosses } from './recordTraining.ts';

export interface RowScorerInputs {
  readonly backend: Backend;
  readonly config: ModelConfig;
  readonly wired: Wired;
  readonly layout: AdapterLayout;
  /** All that may be scored: there is room for the longest. */
  readonly examples: readonly Example[];
  readonly padId: number;
  /** label_smoothing_factor: the losses are those that an evaluation takes the mean of. */
  readonly smoothing: number;
  /** Brings what follows from the adapter up to it. */
  readonly refresh: () => Promise<void>;
}

/** Of each token of a sequence its loss in nats; null: no label counts there. */
export type TokenLosses = readonly (number | null)[];

export interface ExampleLosses {
  /** By token of the row; of a pair, of the better one. */
  readonly tokens: TokenLosses;
  /** Of a pair: of the worse one. */
  readonly rejected: TokenLosses | null;
  /** Mean over the row's labels, in nats a token; of a pair, over those of the better one. */
  readonly loss: number;
}

const counted = (losses: TokenLosses): readonly number[] => losses.flatMap((loss) => loss ?? []);

export const meanLoss = (losses: TokenLosses): number => {
  const all = counted(losses);
  return all.reduce((sum, loss) => sum + loss, 0) / all.length;
};

export class RowScorer {
  readonly #inputs: RowScorerInputs;
  readonly #executables = new Map<string, Promise<Executable>>();

  constructor(inputs: RowScorerInputs) {
    this.#inputs = inputs;
  }

  async score(example: Example, adapter: boolean): Promise<ExampleLosses> {
    const { backend, padId, refresh } = this.#inputs;
    const batch = makeBatch([example], padId);
    this.#makeRoom();
    if (adapter) await refresh();
    const executable = await this.#executable(shapeOf(batch), adapter);
    backend.write('ids', batch.ids);
    backend.write('labels', batch.labels);
    if (batch.documents) backend.write('documents', batch.documents);
    await backend.run(executable, idleStep);
    const numbers = await backend.read(TOKEN_LOSSES, 0, batch.rows * batch.tokens * TOKEN_FLOATS);
    // Labels come shifted: what row i says is of the token after it.
    const lossesOf = (row: number, length: number): TokenLosses =>
      Array.from({ length }, (_, i) => {
        const at = (row * batch.tokens + i - 1) * TOKEN_FLOATS;
        return i > 0 && numbers[at + 2] === 1 ? (numbers[at] ?? Number.NaN) : null;
      });
    const tokens = lossesOf(0, example.ids.length);
    const rejected = example.rejected ? lossesOf(1, example.rejected.ids.length) : null;
    return { tokens, rejected, loss: meanLoss(tokens) };
  }

  #makeRoom(): void {
    const { backend, examples } = this.#inputs;
    if (backend.has(TOKEN_LOSSES)) return;
    const { rows, tokens } = largestShape(examples, 1) ?? { rows: 1, tokens: 1 };
    backend.allocate(TOKEN_LOSSES, Math.max(LEAST_FLOATS, rows * tokens * TOKEN_FLOATS));
  }

  #executable(shape: BatchShape, adapter: boolean): Promise<Executable> {
    const key = `${shape.rows}×${shape.tokens} ${adapter}`;
    const made = this.#executables.get(key) ?? this.#prepare(shape, adapter);
    this.#executables.set(key, made);
    return made;
  }

  #prepare(shape: BatchShape, adapter: boolean): Promise<Executable> {
    const { backend, wired, config, layout, smoothing } = this.#inputs;
    const tape = recordTokenLosses(wired, config, layout, shape, { adapter, smoothing });
    return backend.prepare(makePlan(tape, backend.profile));
  }
}
