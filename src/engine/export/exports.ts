// Everything a run hands out, by name of the format: the adapter for PEFT, llama.cpp and MLX, the merged model, the log.
import type { ModelFiles } from '../models/modelFiles.ts';
import type { WeightOptions } from '../models/weightSource.ts';
import type { ExportedAdapter, ExportFile } from './adapterTensors.ts';
import type { FloatType } from './floatBytes.ts';
import type { ExportFormat } from './formats.ts';
import { ggufAdapter } from './ggufAdapter.ts';
import { mergedGguf } from './mergedGguf.ts';
import { mergedModelFiles } from './mergedModel.ts';
import { mergedTensors } from './mergedTensors.ts';
import { mlxFiles } from './mlxAdapter.ts';
import { peftFiles } from './peftDirectory.ts';
import type { RunLog } from './runLog.ts';
import { logFiles } from './runLog.ts';

export interface ExportedRun {
  readonly adapter: ExportedAdapter;
  readonly files: ModelFiles;
  readonly weights: WeightOptions;
  readonly log: RunLog;
}

/** The files of one format. `type`: float type of a merged model. Throws UserError 'export' for what a format can't say. */
export async function exportFiles(
  run: ExportedRun,
  format: ExportFormat,
  type: FloatType,
): Promise<readonly ExportFile[]> {
  const { adapter, files, weights, log } = run;
  const merged = async () => mergedTensors(adapter, await files.weights(() => {}), weights);
  switch (format) {
    case 'peft':
      return peftFiles(adapter);
    case 'gguf':
      return [ggufAdapter(adapter)];
    case 'mlx':
      return mlxFiles(adapter);
    case 'merged':
      return mergedModelFiles(files, await merged(), type);
    case 'merged-gguf':
      return [await mergedGguf(files, await merged(), type, `${adapter.base} with LoRA`)];
    case 'log':
      return logFiles(log);
  }
}
