// `npm run lab`: what a recipe or a script does before anything is trained: the outcome under the chosen versions, the causes with
// their evidence, and repairs. Touches no device. Exit status 1 only when the question can't be answered.

import type { JudgedProgram } from '../../src/engine/laboratory/script/judgeProgram.ts';
import { formatLink } from '../../src/engine/recipe/link.ts';
import { presetValues } from '../../src/engine/recipe/presets.ts';
import { Assets } from '../../src/engine/session/assets.ts';
import { laboratory } from '../../src/engine/session/laboratory.ts';
import type { Command } from '../commandLine.ts';
import { helped, readArguments, usageError } from '../commandLine.ts';
import { cliError } from './cliErrors.ts';
import { labScript } from './labScript.ts';
import { hubOf, hubOption } from './options.ts';
import { readPublic } from './readPublic.ts';
import { recipeOf } from './recipeOf.ts';

export const command = {
  call: 'npm run -s lab --',
  about: 'Says what a recipe or a script does before anything is trained: the outcome, its causes, repairs.',
  options: {
    link: { type: 'string', value: 'URL', help: "the recipe behind a link's #" },
    recipe: { type: 'string', value: 'FILE', help: 'a recipe saved by the page' },
    preset: {
      type: 'string',
      value: 'NAME',
      help: 'a preset (npm run -s train -- --list-presets names them)',
    },
    python: {
      type: 'string',
      value: 'FILE',
      help: 'a script, a notebook, a configuration or an error',
    },
    fix: { type: 'string', value: 'OUT', help: 'with --python: writes the text after its best repair here' },
    out: {
      type: 'string',
      value: 'OUT',
      help: 'with --python: writes it as a recipe for --recipe here, on the rows of the first preset',
    },
    data: {
      type: 'string',
      value: 'FILE',
      help: "these rows (CSV, JSON, Parquet, …) instead of the preset's",
    },
    model: {
      type: 'string',
      value: 'MODEL',
      help: 'this model instead of the embedded one: a GGUF file, a folder, owner/name[@revision][:file], an address',
    },
    hub: hubOption,
    json: { type: 'boolean', help: 'one JSON object' },
  },
} as const satisfies Command;

interface Options {
  readonly link: string | null;
  readonly recipe: string | null;
  readonly preset: string | null;
  readonly python: string | null;
  readonly fix: string | null;
  readonly out: string | null;
  readonly data: string | null;
  readonly model: string | null;
  readonly hub: string;
  readonly json: boolean;
}

function readOptions(args: readonly string[]): Options {
  const values = readArguments(command, args);
  const { link, recipe, preset, python } = values;
  if ([link, recipe, preset, python].filter((one) => one !== undefined).length !== 1)
    throw usageError(command, 'Give one of --link, --recipe, --preset and --python.');
  if (values.fix !== undefined && python === undefined)
    throw usageError(command, '--fix mends the script of --python.');
  if (values.out !== undefined && python === undefined)
    throw usageError(command, '--out writes the recipe of --python.');
  return {
    link: link ?? null,
    recipe: recipe ?? null,
    preset: preset ?? null,
    python: python ?? null,
    fix: values.fix ?? null,
    out: values.out ?? null,
    data: values.data ?? null,
    model: values.model ?? null,
    hub: hubOf(values.hub),
    json: values.json === true,
  };
}

async function report(options: Options): Promise<object> {
  if (options.python !== null) return labScript({ ...options, python: options.python });
  const assets = new Assets(readPublic);
  const notes: string[] = [];
  const recipe = await recipeOf({ ...options, adapter: [], steps: null }, assets, (text) => notes.push(text));
  const { outcome, trainableLine, trainableParams, allParams, cutAt, diagnoses, program } = await laboratory(
    assets,
    recipe,
  );
  const presets = presetValues(await assets.presets());
  const { error } = outcome;
  return {
    outcome: outcome.kind,
    type: error?.type ?? null,
    message: error?.message ?? null,
    call: error?.call ?? null,
    warnings: outcome.warnings.map(({ category, message, call }) => ({ category, message, call })),
    trainable: trainableParams,
    all: allParams,
    trainable_line: trainableLine,
    trainable_tensors: outcome.trainableTensors,
    gradients: {
      none: outcome.noneGradients,
      zero: outcome.zeroGradients,
      nonzero: outcome.nonzeroGradients,
    },
    cut_at: cutAt,
    causes: diagnoses.map(({ id, cause, evidence, notTheCause, fixes }) => ({
      id,
      cause: cause.en,
      evidence: evidence.map(({ en }) => en),
      not_the_cause: notTheCause.map(({ en }) => en),
      fixes: fixes.map(({ code, why, patch: change, program: after }) => ({
        code,
        why: why.en,
        ...(after ? { script_changes: after.changes } : { patch: change }),
      })),
    })),
    ...(program ? { script: scriptReport(program) } : {}),
    notes,
    link: await formatLink(recipe, presets, {
      includeData: false,
      includeProgram: true,
      includeTemplate: true,
      fingerprint: null,
    }),
  };
}

/** Of a recipe that carries a script: what it says, and what of it is judged alone. */
const scriptReport = ({ verdict, unsaid, model, onOurs, unfit }: JudgedProgram): object => ({
  says: verdict.text.en,
  line: verdict.line,
  model,
  in_its_place: onOurs ? "this page's model" : null,
  settings_cannot_say: unsaid.map(({ line, text }) => ({ line, text: text.en })),
  not_trained_here: unfit?.message ?? null,
});

function printText(found: object): void {
  for (const [key, value] of Object.entries(found)) {
    if (value === null || (Array.isArray(value) && value.length === 0)) continue;
    const lines = typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
    process.stdout.write(`${key}: ${lines}\n`);
  }
}

export async function main(args: readonly string[]): Promise<number> {
  if (helped(command, args)) return 0;
  const json = args.includes('--json');
  try {
    const found = await report(readOptions(args));
    if (json) process.stdout.write(`${JSON.stringify(found)}\n`);
    else printText(found);
    return 0;
  } catch (error) {
    const { code, message } = cliError(error);
    if (json) process.stdout.write(`${JSON.stringify({ event: 'error', code, message })}\n`);
    else process.stderr.write(`${code}: ${message}\n`);
    return 1;
  }
}
