// Weights of a model → the backend, told in bytes, bytes a second and time left; gives up between two groups when asked to.

import type { LargestBatches } from '../data/prepareData.ts';
import { Cancelled } from '../ground/errors.ts';
import type { FileProgress } from '../ground/fetching/progress.ts';
import { loadWeights } from '../models/loadModel.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import type { WeightOptions } from '../models/weightSource.ts';
import type { Event } from '../protocol.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { OpenedBackend } from '../training/backends/openDevice.ts';
import { assertPositions, runPositions } from '../training/runPositions.ts';

export interface LoadOptions {
  readonly opened: OpenedBackend;
  readonly recipe: Recipe;
  readonly emit: (event: Event) => void;
  readonly now: () => number;
  /** True once the run should give up what it is doing (reset, stop while answering). */
  readonly cancelled: () => boolean;
  /** Aborted when it should: for what is being fetched. */
  readonly signal?: AbortSignal | undefined;
  /** Lets messages in. */
  readonly breathe: () => Promise<void>;
}

/** A part of loading that counts kernels, if it counts: the comparing of backends, those that are measured, those of the first step as they are compiled. What it gives throws Cancelled. */
export const tellKernels =
  (
    { emit, cancelled }: Pick<LoadOptions, 'emit' | 'cancelled'>,
    note: 'comparing' | 'tuning' | 'compiling',
  ) =>
  (done: number, total: number): void => {
    if (cancelled()) throw new Cancelled();
    emit({ type: 'phase', phase: 'loading', done, total, note });
  };

/** Throws Cancelled, and UserError 'rows-too-long'. */
export async function loadFiles(
  options: Omit<LoadOptions, 'opened' | 'recipe'> & { readonly opened: Pick<OpenedBackend, 'backend'> },
  files: ModelFiles,
  stored: WeightOptions,
  largest: LargestBatches,
): Promise<void> {
  const { emit, opened, now, breathe, cancelled, signal } = options;
  assertPositions(files.config, largest);
  const started = now();
  const onProgress = ({ file, done, total, waitMs }: FileProgress): void => {
    const bytesPerSecond = (done / Math.max(1, now() - started)) * 1000;
    const rate = { bytesPerSecond, etaMs: ((total - done) / Math.max(1, bytesPerSecond)) * 1000 };
    const known = done > 0 && waitMs === 0 ? { rate } : {};
    emit({ type: 'phase', phase: 'loading', done, total, note: '', file: { name: file, waitMs }, ...known });
  };
  const weights = await files.weights({ onProgress, signal });
  await loadWeights(
    files.config,
    weights,
    { ...stored, positions: runPositions(files.config, largest) },
    opened.backend,
    async () => {
      await breathe();
      if (cancelled()) throw new Cancelled();
    },
  );
}
