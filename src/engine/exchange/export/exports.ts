// Everything a run hands out, by name of the format: the adapter for PEFT, llama.cpp and MLX, the merged model, the log, and what a
// repository of the hub is made of: adapter, card, script and log.

import type { ModelFiles } from '../../models/modelFiles.ts';
import type { Wired } from '../../python/run/wire.ts';
import { weightOptions } from '../../python/run/wire.ts';
import type { ModelSource } from '../../recipe/modelSource.ts';
import type { Recipe } from '../../recipe/recipe.ts';
import { withoutEmbeddings } from '../../torch/nn/counts.ts';
import type { AdapterLayout } from '../../torch/trainedLayout.ts';
import type { Best } from '../../training/bestState.ts';
import type { StepMetrics } from '../../training/metrics.ts';
import type { ExportedAdapter, ExportFile } from './adapterTensors.ts';
import { textFile } from './adapterTensors.ts';
import { modelCard } from './card.ts';
import type { FloatType } from './floatBytes.ts';
import type { ExportFormat } from './formats.ts';
import { ggufAdapter } from './ggufAdapter.ts';
import { mergedGguf } from './mergedGguf.ts';
import { mergedModelFiles, tokenizerFilesOf } from './mergedModel.ts';
import { mergedTensors } from './mergedTensors.ts';
import { mlxFiles } from './mlxAdapter.ts';
import { peftDirectory } from './peftDirectory.ts';
import type { ExportPiece } from './pieces.ts';
import { collected } from './pieces.ts';
import { logFiles } from './runLog.ts';
import { webFiles } from './web/webFolder.ts';

/** A run as it stands. */
export interface ExportedRun {
  readonly recipe: Recipe;
  /** The recipe as a link's text behind '#', with '#'. */
  readonly link: string;
  readonly wired: Wired;
  readonly layout: AdapterLayout;
  /** The flat adapter buffer. */
  readonly adapter: Float32Array;
  /** First values of an adapter that was taken out of the base; null for any other. */
  readonly taken: Float32Array | null;
  /** What the run froze: without what was taken out. */
  readonly files: ModelFiles;
  readonly metrics: readonly StepMetrics[];
  readonly totalSteps: number;
  readonly finished: boolean;
  /** null when nothing was evaluated. */
  readonly best: Best | null;
  /** The same run in Python; asked for where a format holds it. */
  readonly script: () => Promise<string>;
}

/** As PEFT's loaders take it: a repository that holds the checkpoint by its id, any other model by its own title. */
function baseOf(
  { kind, name, title }: ModelFiles['info'],
  source: ModelSource | undefined,
): Pick<ExportedAdapter, 'base' | 'revision'> {
  // By its folder beside the page: model, model-zh.
  if (kind === 'embedded') return { base: name.replace(/^model/, 'lora-playground-embedded') };
  // transformers reads no ONNX: what was made of the model has its name.
  if (kind !== 'checkpoint' || source === undefined || source.file !== null) return { base: title };
  return { base: source.hub, revision: source.revision };
}

const adapterOf = ({ wired, layout, adapter, taken, files, link, recipe }: ExportedRun): ExportedAdapter => ({
  root: wired.root,
  layout,
  values: adapter,
  taken,
  quantised: weightOptions(recipe.values).quantType !== null,
  config: files.config,
  ...baseOf(files.info, recipe.model?.source),
  peftVersion: wired.script.stack.peft,
  recipe: link,
});

const webTypes = { 'web-f32': 'float32', 'web-f16': 'float16', 'web-q4': 'packed' } as const;

const isWeb = (format: ExportFormat): format is keyof typeof webTypes => Object.hasOwn(webTypes, format);

/** The files of one format in pieces: large ones are never whole in memory. Throws UserError 'export-…' for what a format can't say. */
export async function* exportPieces(
  run: ExportedRun,
  format: ExportFormat,
  type: FloatType,
): AsyncGenerator<ExportPiece> {
  if (!isWeb(format)) yield* await exportFiles(run, format, type);
  else yield* webFiles(run.files, adapterOf(run), weightOptions(run.recipe.values), webTypes[format]);
}

/** The files of one format. `type`: float type of a merged model. Throws UserError 'export-…' for what a format can't say. */
async function exportFiles(
  run: ExportedRun,
  format: ExportFormat,
  type: FloatType,
): Promise<readonly ExportFile[]> {
  const { files, recipe } = run;
  const adapter = adapterOf(run);
  const weights = weightOptions(recipe.values);
  const merged = async () => mergedTensors(adapter, await files.weights(), weights);
  switch (format) {
    case 'peft': {
      const { files: directory, summary } = peftDirectory(adapter);
      // The base's repository has its own template; TRL saves the tokenizer beside the adapter as well.
      const tokenizer = recipe.chatTemplate === undefined ? [] : tokenizerFilesOf(files);
      return [...directory, ...tokenizer, await modelCard(adapter, summary)];
    }
    case 'gguf':
      return [ggufAdapter(adapter)];
    case 'mlx':
      return mlxFiles(adapter);
    case 'merged':
      return mergedModelFiles(files, await merged(), type);
    case 'merged-gguf':
      return [await mergedGguf(files, await merged(), type, `${adapter.base} with LoRA`)];
    case 'repository':
      return [
        ...(await exportFiles(run, 'peft', type)),
        textFile('train.py', await run.script()),
        ...(await exportFiles(run, 'log', type)),
      ];
    case 'web-f32':
    case 'web-f16':
    case 'web-q4':
      return collected(exportPieces(run, format, type));
    case 'log':
      return logFiles({
        ...run,
        asked: {
          batchSize: recipe.values['train.per_device_train_batch_size'],
          accumulation: recipe.values['train.gradient_accumulation_steps'],
          evalSteps: recipe.values['train.eval_steps'],
          saveSteps: recipe.values['train.save_steps'],
        },
        // ORPOTrainer's batches have no input_ids, so Trainer counts nothing.
        parameters: recipe.values['train.objective'] === 'orpo' ? 0 : withoutEmbeddings(run.wired.root),
        writtenAt: Date.now() / 1000,
      });
  }
}
