// The command line of `npm run train`: what was asked for, checked.
import { decimal } from '../../src/engine/ground/decimal.ts';
import { own } from '../../src/engine/ground/own.ts';
import { DEFAULT_HUB } from '../../src/engine/hub/wish.ts';
import type { ExportFormat, FloatType } from '../../src/engine/protocol.ts';
import type { SweepAxis } from '../../src/engine/recipe/sweep.ts';
import { isAxis, MOST_RUNS, readAxis } from '../../src/engine/recipe/sweep.ts';
import type { BackendChoice } from '../../src/engine/training/backends/deviceInfo.ts';
import { isBackendChoice } from '../../src/engine/training/backends/deviceInfo.ts';
import type { Command, UsageError } from '../commandLine.ts';
import { readArguments, usageError, whole } from '../commandLine.ts';
import type { CheckKind } from './opinion.ts';
import { checks, isCheck } from './opinion.ts';

export interface CliOptions {
  readonly link: string | null;
  readonly recipe: string | null;
  readonly preset: string | null;
  readonly data: string | null;
  readonly model: string | null;
  /** Address of the hub that models come from by name. */
  readonly hub: string;
  /** Folders, zips or files of adapters to go on with; several are stacked. */
  readonly adapter: readonly string[];
  /** Folder in which the run saves itself. */
  readonly checkpoint: string | null;
  /** Folder for the trained adapter and the log. */
  readonly export: string | null;
  /** Zip file for the Python script with its rows and model. */
  readonly bundle: string | null;
  /** Repository of the hub that the run goes to: owner/name. */
  readonly push: string | null;
  /** Whether everybody may see one that is made for it. */
  readonly public: boolean;
  /** Float type of a merged model to write there too. */
  readonly merge: FloatType | null;
  /** Types of the folder for the web to write there too. */
  readonly web: readonly ExportFormat[];
  readonly steps: number | null;
  /** How many rows with the highest and with the lowest loss are printed; 0: none. */
  readonly rows: number;
  /** What is computed a second time when the run has ended. */
  readonly check: CheckKind | null;
  /** Settings with their values, as `key=a,b`; none: one run. */
  readonly sweep: readonly SweepAxis[];
  readonly atMost: number;
  /** Whether runs that fall behind are given up. */
  readonly stopEarly: boolean;
  readonly backend: BackendChoice;
  readonly listPresets: boolean;
  readonly listModels: boolean;
  /** A kept model to delete, as it is listed. */
  readonly deleteModel: string | null;
  readonly json: boolean;
  readonly profile: boolean;
}

/** Of `train` and `lab`. A read token is no option: a command line is seen by others, and kept by shells. */
export const hubOption = {
  type: 'string',
  value: 'ADDRESS',
  help: 'where models are fetched by name (otherwise HF_ENDPOINT, or https://huggingface.co); HF_TOKEN is the read token',
} as const;

export const hubOf = (given: string | undefined): string => given ?? process.env.HF_ENDPOINT ?? DEFAULT_HUB;

export const command = {
  call: 'npm run -s train --',
  about: 'Trains on the command line: the same engine, recipe and numbers as the page.',
  options: {
    link: { type: 'string', value: 'URL', help: "the recipe behind a link's #" },
    recipe: { type: 'string', value: 'FILE', help: 'a recipe saved by the page' },
    preset: { type: 'string', value: 'NAME', help: 'a preset (otherwise the first)' },
    'list-presets': { type: 'boolean', help: 'name the presets', default: false },
    'list-models': {
      type: 'boolean',
      help: 'name the models that were fetched and kept, with their bytes',
      default: false,
    },
    'delete-model': {
      type: 'string',
      value: 'MODEL',
      help: 'delete this kept model, by its name or the beginning that --list-models gives it: owner/name is every revision',
    },
    data: {
      type: 'string',
      value: 'FILE',
      help: "train on these rows instead of the preset's: CSV, TSV, JSON, JSON lines, Parquet or text",
    },
    model: {
      type: 'string',
      value: 'MODEL',
      help: 'train this model instead of the embedded one: a GGUF file, a folder, owner/name[@revision][:file] on the hub, or an https address of a file',
    },
    hub: hubOption,
    adapter: {
      type: 'string',
      value: 'PATH',
      help: 'go on with this PEFT adapter: its folder, or a zip of it (several times: stacked into one)',
      multiple: true,
    },
    checkpoint: {
      type: 'string',
      value: 'DIR',
      help: 'save the run here as it goes, and go on with it when it was ended',
    },
    export: {
      type: 'string',
      value: 'DIR',
      help: 'write the adapter (DIR/peft, DIR/adapter.gguf for llama.cpp, DIR/mlx) and the log (DIR/log)',
    },
    bundle: {
      type: 'string',
      value: 'FILE',
      help: 'write the same run in Python as a zip before the first step: script, requirements.txt, rows, and the model where it is small',
    },
    merge: {
      type: 'string',
      value: 'DTYPE',
      help: 'write the merged model too: DIR/merged for transformers, DIR/model.gguf; float32, float16 or bfloat16',
    },
    push: {
      type: 'string',
      value: 'OWNER/NAME',
      help: 'hand adapter, card, script and log to this repository of the hub, made where it is not there; HF_TOKEN needs the right to write',
    },
    public: {
      type: 'boolean',
      help: 'let everybody see a repository that --push makes (otherwise its owner alone)',
      default: false,
    },
    web: {
      type: 'string',
      value: 'TYPE',
      help: 'write DIR/web for transformers.js and ONNX Runtime too: float32, float16, or q4 with the adapter beside its packed base (several times: several types)',
      multiple: true,
    },
    check: {
      type: 'string',
      value: 'HOW',
      help: 'at the end compute a batch on ONNX Runtime too, with every gradient, and say the largest differences: ort, or ort-layers to find the operation (a run on ONNX Runtime is held to TypeScript)',
    },
    steps: { type: 'string', value: 'N', help: 'at most N optimiser steps' },
    sweep: {
      type: 'string',
      value: 'KEY=A,B',
      help: 'a run for each of these values of a setting, called as in a recipe: train.learning_rate=1e-4,1e-3 (several times: their grid)',
      multiple: true,
    },
    'at-most': {
      type: 'string',
      value: 'N',
      help: `of a larger grid N runs, drawn by the recipe's seed (at most ${MOST_RUNS})`,
    },
    'stop-early': {
      type: 'boolean',
      help: 'give up a run of the sweep whose best loss is above the median of the others (median stopping rule of Google Vizier)',
      default: false,
    },
    rows: {
      type: 'string',
      value: 'N',
      help: 'after the run, the N eval rows with the highest loss and the N with the lowest (rows that it trained on where there is no eval split)',
    },
    backend: {
      type: 'string',
      value: 'NAME',
      help: 'webgpu, ort (ONNX Runtime), ort-webgpu (its own WebGPU, to compare with) or cpu (otherwise webgpu where there is a GPU, and the faster of webgpu and ort where its adapter computes on the processor)',
    },
    json: { type: 'boolean', help: 'one JSON object a line', default: false },
    profile: {
      type: 'boolean',
      help: 'dispatches, submits and readbacks a step, time per kernel',
      default: false,
    },
  },
} as const satisfies Command;

const webFormats = { float32: 'web-f32', float16: 'web-f16', q4: 'web-q4' } as const;

/** Throws UsageError for a setting that there is none of, or a value that it refuses. */
function axisOf(written: string): SweepAxis {
  const [key = '', ...values] = written.split('=');
  const axis = readAxis(key.trim(), values.join('='));
  if (isAxis(axis)) return axis;
  throw usageError(command, `--sweep: ${axis.en}`);
}

/** Throws UsageError for what the command does not know. */
export function readOptions(args: readonly string[]): CliOptions {
  const values = readArguments(command, args);
  const wrong = (message: string): UsageError => usageError(command, message);
  const sources = [values.link, values.recipe, values.preset].filter((source) => source !== undefined);
  if (sources.length > 1) throw wrong('Give one of --link, --recipe and --preset.');
  const steps = values.steps === undefined ? null : (decimal(values.steps) ?? Number.NaN);
  if (steps !== null && !(Number.isInteger(steps) && steps > 0))
    throw wrong(`--steps: expected a whole number above 0, got '${values.steps}'.`);
  const { backend = 'auto' } = values;
  if (!isBackendChoice(backend))
    throw wrong(`--backend: expected webgpu, ort, ort-webgpu or cpu, got '${backend}'.`);
  const { merge } = values;
  if (values.sweep !== undefined && (values.push !== undefined || values.checkpoint !== undefined))
    throw wrong('--sweep: expected without --push and --checkpoint, which are of one run.');
  if (merge !== undefined && merge !== 'float32' && merge !== 'float16' && merge !== 'bfloat16')
    throw wrong(`--merge: expected float32, float16 or bfloat16, got '${merge}'.`);
  const web = (values.web ?? []).map((type) => {
    const format = own(webFormats, type);
    if (!format) throw wrong(`--web: expected ${Object.keys(webFormats).join(' or ')}, got '${type}'.`);
    return format;
  });
  const { check } = values;
  if (check !== undefined && !isCheck(check))
    throw wrong(`--check: expected ${Object.keys(checks).join(' or ')}, got '${check}'.`);
  return {
    check: check ?? null,
    link: values.link ?? null,
    recipe: values.recipe ?? null,
    preset: values.preset ?? null,
    data: values.data ?? null,
    model: values.model ?? null,
    hub: hubOf(values.hub),
    adapter: values.adapter ?? [],
    checkpoint: values.checkpoint ?? null,
    export: values.export ?? null,
    bundle: values.bundle ?? null,
    merge: merge ?? null,
    web,
    push: values.push ?? null,
    public: values.public,
    steps,
    rows: whole(command, 'rows', values.rows, 0, 1),
    sweep: (values.sweep ?? []).map(axisOf),
    atMost: whole(command, 'at-most', values['at-most'], MOST_RUNS, 1),
    stopEarly: values['stop-early'],
    backend,
    listPresets: values['list-presets'],
    listModels: values['list-models'],
    deleteModel: values['delete-model'] ?? null,
    json: values.json,
    profile: values.profile,
  };
}
