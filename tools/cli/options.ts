// The command line of `npm run train`: what was asked for, checked.
import { parseArgs } from 'node:util';
import type { FloatType } from '../../src/engine/protocol.ts';
import type { BackendChoice } from '../../src/engine/training/backends/deviceInfo.ts';
import { UsageError } from './cliErrors.ts';

export interface CliOptions {
  readonly link: string | null;
  readonly recipe: string | null;
  readonly preset: string | null;
  readonly data: string | null;
  readonly model: string | null;
  /** Folders, zips or files of adapters to go on with; several are stacked. */
  readonly adapter: readonly string[];
  /** Folder in which the run saves itself. */
  readonly checkpoint: string | null;
  /** Folder for the trained adapter and the log. */
  readonly export: string | null;
  /** Float type of a merged model to write there too. */
  readonly merge: FloatType | null;
  readonly steps: number | null;
  readonly backend: BackendChoice;
  readonly listPresets: boolean;
  readonly json: boolean;
  readonly profile: boolean;
}

const usage = `npm run -s train -- [--link URL | --recipe FILE | --preset NAME] [options]
  --link URL       the recipe behind a link's #
  --recipe FILE    a recipe saved by the page
  --preset NAME    a preset (default: the first); --list-presets lists them
  --data FILE      train on these rows (JSONL) instead of the preset's
  --model FILE     train this GGUF model (or an http address that answers ranges) instead of the embedded one
  --adapter PATH   go on with this PEFT adapter: its folder, or a zip of it (several times: stacked into one)
  --checkpoint DIR save the run here as it goes, and go on with it when it was ended
  --export DIR     write the adapter (DIR/peft, DIR/adapter.gguf for llama.cpp, DIR/mlx) and the log (DIR/log)
  --merge DTYPE    write the merged model too: DIR/merged for transformers, DIR/model.gguf; float32, float16 or bfloat16
  --steps N        at most N optimiser steps
  --backend NAME   webgpu or cpu (default: webgpu where there is an adapter)
  --json           one JSON object a line
  --profile        dispatches, submits and readbacks a step, time per kernel`;

const usageError = (problem: string): UsageError => new UsageError(problem, usage);

export function readOptions(args: readonly string[]): CliOptions {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  let values: ReturnType<typeof parse>;
  function parse() {
    return parseArgs({
      args: [...args],
      options: {
        link: text,
        recipe: text,
        preset: text,
        data: text,
        model: text,
        adapter: { ...text, multiple: true },
        checkpoint: text,
        export: text,
        merge: text,
        steps: text,
        backend: text,
        'list-presets': flag,
        json: flag,
        profile: flag,
      },
    }).values;
  }
  try {
    values = parse();
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
  const sources = [values.link, values.recipe, values.preset].filter((source) => source !== undefined);
  if (sources.length > 1) throw usageError('Give one of --link, --recipe and --preset.');
  const steps = values.steps === undefined ? null : Number(values.steps);
  if (steps !== null && !(Number.isInteger(steps) && steps > 0))
    throw usageError(`--steps: expected a whole number above 0, got '${values.steps}'.`);
  const { backend = 'auto' } = values;
  if (backend !== 'auto' && backend !== 'webgpu' && backend !== 'cpu')
    throw usageError(`--backend: expected webgpu or cpu, got '${backend}'.`);
  const { merge } = values;
  if (merge !== undefined && merge !== 'float32' && merge !== 'float16' && merge !== 'bfloat16')
    throw usageError(`--merge: expected float32, float16 or bfloat16, got '${merge}'.`);
  return {
    link: values.link ?? null,
    recipe: values.recipe ?? null,
    preset: values.preset ?? null,
    data: values.data ?? null,
    model: values.model ?? null,
    adapter: values.adapter ?? [],
    checkpoint: values.checkpoint ?? null,
    export: values.export ?? null,
    merge: merge ?? null,
    steps,
    backend,
    listPresets: values['list-presets'],
    json: values.json,
    profile: values.profile,
  };
}
