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
import { nodePython } from './nodePython.ts';
import { readText as textOf } from './recipeOf.ts';

async function openWorld(): Promise<ScriptWorld> {
  const [models, host] = await Promise.all([openKnownModels(), nodePython()]);
  return { host, signatures: signaturesFor, models: knownSource(models) };
}

/** What is said about the text of a file; with `fix`, the mended text is written there when a repair was found. */
export async function labScript(file: string, fix: string | null): Promise<object> {
  const reading = await readText(await textOf(file), await openWorld(), { name: basename(file) });
  const [best] = reading.fixes;
  if (fix !== null && best) await writeFile(fix, best.source);
  return { ...report(reading), ...(fix === null ? {} : { fixed: best ? fix : null }) };
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
    settings_say_all: reading.patchIsWhole,
    output: reading.output,
  };
}
