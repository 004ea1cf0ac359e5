// Weights of a model → the backend, told in bytes, bytes a second and time left; gives up between two groups when asked to.

import { Cancelled } from '../ground/errors.ts';
import { loadWeights } from '../models/loadModel.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import type { WeightOptions } from '../models/weightSource.ts';
import type { Event } from '../protocol.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { OpenedBackend } from '../training/backends/openDevice.ts';

export interface LoadOptions {
  readonly opened: OpenedBackend;
  readonly recipe: Recipe;
  readonly emit: (event: Event) => void;
  readonly now: () => number;
  /** True once the run should give up what it is doing (reset, stop while answering). */
  readonly cancelled: () => boolean;
  /** Lets messages in. */
  readonly breathe: () => Promise<void>;
}

/** Throws Cancelled. */
export async function loadFiles(
  options: LoadOptions,
  files: ModelFiles,
  stored: WeightOptions,
): Promise<void> {
  const { emit, opened, now, breathe, cancelled } = options;
  let read = 0;
  let total = 0;
  const started = now();
  const say = (): void => {
    const bytesPerSecond = (read / Math.max(1, now() - started)) * 1000;
    const rate = { bytesPerSecond, etaMs: ((total - read) / Math.max(1, bytesPerSecond)) * 1000 };
    emit({ type: 'phase', phase: 'loading', done: read, total, note: '', ...(read > 0 ? { rate } : {}) });
  };
  const weights = await files.weights((done, all) => {
    read = done;
    total = all;
    say();
  });
  await loadWeights(
    files.config,
    weights,
    stored,
    (name, data) => opened.backend.upload(name, data),
    async () => {
      await breathe();
      if (cancelled()) throw new Cancelled();
    },
  );
}
