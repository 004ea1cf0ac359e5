// What a format of files can't say of a run, and what can be wrong with an adapter that a person brings.
import { notAsLora } from '../adapters/adapterErrors.ts';
import { defineError } from '../ground/errors.ts';
import type { Text } from '../ground/text.ts';
import { unnamedSplit } from '../models/modelErrors.ts';

interface Layers {
  readonly format: Text;
  readonly what: Text;
  readonly module: string;
}

export const layersOnly = defineError('export-layers', ({ format, what, module }: Layers) => ({
  en: [
    `${format.en}: expected LoRA on the linears of the layers alone, got ${what.en} of ${module}.`,
    'Take the merged model, or the adapter for PEFT.',
  ],
  zh: [
    `${format.zh}：只能保存各层线性层上的 LoRA，得到 ${module} 的${what.zh}。`,
    '请导出合并后的模型，或 PEFT 的适配器。',
  ],
}));

export const doraInGguf = defineError('export-dora', (_: object) => ({
  en: [
    'GGUF adapter: expected plain LoRA, got DoRA, whose magnitudes llama.cpp has no tensor for.',
    'Take the merged model as GGUF, or the adapter for PEFT.',
  ],
  zh: [
    'GGUF 适配器：应为普通的 LoRA，得到 DoRA，llama.cpp 没有存放其幅度的张量。',
    '请以 GGUF 导出合并后的模型，或导出 PEFT 的适配器。',
  ],
}));

interface Ranks {
  readonly rank: number;
  readonly module: string;
  readonly other: number;
}

export const ranksInMlx = defineError('export-ranks', ({ rank, module, other }: Ranks) => ({
  en: [
    `MLX: expected one rank for all modules, got ${rank} and, at ${module}, ${other}.`,
    'Take the adapter for PEFT or GGUF, or train without rank_pattern.',
  ],
  zh: [
    `MLX：所有模块的秩应相同，得到 ${rank}，而 ${module} 是 ${other}。`,
    '请导出 PEFT 或 GGUF 的适配器，或不用 rank_pattern 训练。',
  ],
}));

interface Unsaid {
  readonly architecture: string;
  readonly what: Text;
}

export const unsaidInGguf = defineError('export-gguf-config', ({ architecture, what }: Unsaid) => ({
  en: [
    `GGUF: files of architecture ${architecture} can't say ${what.en}, so llama.cpp would compute another model.`,
    'Take the merged model as safetensors, or the adapter for PEFT.',
  ],
  zh: [
    `GGUF：${architecture} 架构的文件无法表示${what.zh}，llama.cpp 会算成另一个模型。`,
    '请导出 safetensors 的合并模型，或 PEFT 的适配器。',
  ],
}));

/** Whether a format can't say what was trained; the run itself is well. */
export const isExportRefusal = (error: unknown): error is Error =>
  [notAsLora, layersOnly, doraInGguf, ranksInMlx, unnamedSplit, unsaidInGguf].some((kind) => kind.is(error));
