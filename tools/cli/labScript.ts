// `npm run lab -- --python`: what a script, a notebook, a configuration or an error comes to. CPython runs it in this process against
// stand-in libraries, as the page does; `--fix` writes the text after its best repair.
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ScriptWorld } from '../../src/engine/laboratory/script/readScript.ts';
import { readText } from '../../src/engine/laboratory/script/readText.ts';
import type { ScriptReading } from '../../src/engine/laboratory/script/scriptReading.ts';
import { signaturesFor } from '../../src/engine/libraries/signatures/signatures.ts';
import { openKnownModels } from '../../src/engine/models/known/knownModels.ts';
import { knownSource } from '../../src/engine/python/run/knownSource.ts';
import { recipeJson } from '../../src/engine/recipe/link.ts';
import { presetValues, recipeOfPreset } from '../../src/engine/recipe/presets.ts';
import { recipeOfReading } from '../../src/engine/recipe/recipeOfReading.ts';
import { Assets } from '../../src/engine/session/assets.ts';
import { nodePython } from './nodePython.ts';
import { readPublic } from './readPublic.ts';
import { readText as textOf } from './recipeOf.ts';

async function openWorld(): Promise<ScriptWorld> {
  const [models, host] = await Promise.all([openKnownModels(), nodePython()]);
  return { host, signatures: signaturesFor, models: knownSource(models) };
}

/** What is said about the text of a file; with `fix`, the mended text is written there when a repair was found. */
export async function labScript({ python, fix, out }: Files): Promise<object> {
  const reading = await readText(await textOf(python), await openWorld(), { name: basename(python) });
  const [best] = reading.fixes;
  if (fix !== null && best) await writeFile(fix, best.source);
  if (out !== null) await writeFile(out, await recipeText(reading));
  return {
    ...report(reading),
    ...(fix === null ? {} : { fixed: best ? fix : null }),
    ...(out === null ? {} : { recipe: out }),
  };
}

interface Files {
  readonly python: string;
  readonly fix: string | null;
  readonly out: string | null;
}

/** The reading as a recipe file: its settings, and the script itself where they don't say all of it. */
async function recipeText(reading: ScriptReading): Promise<string> {
  const presets = await new Assets(readPublic).presets();
  const plain = recipeOfPreset(presets, presets[0]?.id ?? '');
  return recipeJson(recipeOfReading(plain, reading), presetValues(presets));
}

function report(reading: ScriptReading): object {
  const { verdict, outcome } = reading;
  return {
    kind: reading.kind,
    verdict: verdict.kind,
    line: verdict.line,
    says: verdict.text.en,
    type: verdict.error?.type ?? null,
    message: verdict.error?.message ?? null,
    versions: Object.fromEntries(
      reading.versions.map(({ library, version, said, line, modelled }) => [
        library,
        { version, said, line, modelled },
      ]),
    ),
    trainable_line: reading.trainableLine,
    trainable_tensors: outcome?.trainableTensors ?? null,
    gradients: outcome && {
      none: outcome.noneGradients,
      zero: outcome.zeroGradients,
      nonzero: outcome.nonzeroGradients,
    },
    causes: reading.diagnoses.map(({ id, severity, lines, cause, evidence }) => ({
      id,
      severity,
      lines,
      cause: cause.en,
      evidence: evidence.map(({ en }) => en),
    })),
    lines: reading.lines.map(({ line, trainable, effects, warnings, raises, cut }) => ({
      line,
      ...(reading.configLines[line - 1] ? { config_line: reading.configLines[line - 1] } : {}),
      ...(trainable ? { trainable: `${trainable.before} → ${trainable.after}` } : {}),
      ...(effects.length > 0 ? { effects: effects.map(({ en }) => en) } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(raises ? { raises: `${raises.type}: ${raises.message}` } : {}),
      ...(cut ? { cut } : {}),
    })),
    assumed: reading.assumptions.map(({ line, text }) => ({ line, text: text.en })),
    not_modelled: reading.notModelled.map(({ line, text }) => ({ line, text: text.en })),
    precision: reading.precision.map(({ en }) => en),
    fixes: reading.fixes.map(({ why, verdict: after }) => ({ why: why.en, verdict: after })),
    settings: reading.patch,
    settings_say_all: reading.unsaid.length === 0,
    settings_cannot_say: reading.unsaid.map(({ line, text }) => ({ line, text: text.en })),
    output: reading.output,
  };
}
