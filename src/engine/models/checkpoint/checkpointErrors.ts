// What can be wrong with a model as Hugging Face keeps it: files that are not there or not of one model. What a tensor must be says
// modelErrors.ts.
import { defineError } from '../../ground/errors.ts';
import type { Text } from '../../ground/text.ts';

interface Lacking {
  /** The folder, or the one file that was chosen. */
  readonly model: string;
  /** What is missing, by name. */
  readonly missing: string;
  /** What stands in its place, if something does. */
  readonly instead: Text | null;
}

export const filesMissing = defineError('model-files', ({ model, missing, instead }: Lacking) => ({
  en: [
    `${model}: ${missing} is missing${instead === null ? '' : `; ${instead.en}`}.`,
    'Choose the whole folder: config.json, tokenizer.json, tokenizer_config.json and the .safetensors files.',
  ],
  zh: [
    `${model}：缺少 ${missing}${instead === null ? '' : `；${instead.zh}`}。`,
    '请选择整个文件夹：config.json、tokenizer.json、tokenizer_config.json 和 .safetensors 文件。',
  ],
}));

interface Shards {
  /** The index, or what stands for it. */
  readonly file: string;
  readonly missing: readonly string[];
  /** Of all that there should be. */
  readonly of: number;
}

/** Names that a message can hold. */
const named = (names: readonly string[]): { readonly en: string; readonly zh: string } => {
  const rest = names.length - 3;
  const shown = names.slice(0, 3);
  return {
    en: `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`,
    zh: `${shown.join('、')}${rest > 0 ? ` 等 ${names.length} 个` : ''}`,
  };
};

export const shardsMissing = defineError('model-shards', ({ file, missing, of }: Shards) => ({
  en: [
    `${file}: ${missing.length} of ${of} weight files are not there: ${named(missing).en}.`,
    'Download them and choose all files of the model together.',
  ],
  zh: [
    `${file}：${of} 个权重文件中缺 ${missing.length} 个：${named(missing).zh}。`,
    '请下载它们，并把模型的全部文件一起选中。',
  ],
}));

interface Found {
  readonly file: string;
  readonly found: Text;
}

export const indexBroken = defineError('model-index', ({ file, found }: Found) => ({
  en: [`${file}: ${found.en}.`, 'Download the index again, from the same revision as the weights.'],
  zh: [`${file}：${found.zh}。`, '请重新下载与权重同一版本的索引文件。'],
}));

export const severalWeights = defineError(
  'model-several',
  ({ model, names }: { readonly model: string; readonly names: readonly string[] }) => ({
    en: [
      `${model}: several weight files and no index says which belong to the model: ${named(names).en}.`,
      'Choose one, or add model.safetensors.index.json.',
    ],
    zh: [
      `${model}：有多个权重文件，但没有索引说明哪些属于该模型：${named(names).zh}。`,
      '请只选一个，或加上 model.safetensors.index.json。',
    ],
  }),
);

export const noJson = defineError('model-file-json', ({ file, found }: Found) => ({
  en: [`${file}: expected JSON (${found.en}).`, 'Download the file again.'],
  zh: [`${file}：应为 JSON（${found.zh}）。`, '请重新下载该文件。'],
}));

interface Extra {
  readonly file: string;
  readonly name: string;
  /** How many are of no part, with this one. */
  readonly count: number;
}

export const extraTensors = defineError('model-tensor-extra', ({ file, name, count }: Extra) => ({
  en: [
    `${file}: tensor '${name}'${count > 1 ? ` and ${count - 1} more are` : ' is'} of no part of the model that config.json describes.`,
    'Use the config.json that belongs to the weights; a part that is not computed here would change every answer.',
  ],
  zh: [
    `${file}：张量 '${name}'${count > 1 ? ` 等 ${count} 个` : ''}不属于 config.json 所描述的模型。`,
    '请使用与权重配套的 config.json；没有被计算的部分会改变每一个回答。',
  ],
}));

interface OtherType {
  readonly file: string;
  readonly name: string;
  readonly dtype: string;
}

export const tensorType = defineError('model-tensor-type', ({ file, name, dtype }: OtherType) => ({
  en: [
    `${file}: tensor '${name}' is ${dtype}; F32, F16 and BF16 can be trained on.`,
    'Save the model as one of these: model.to(torch.bfloat16).save_pretrained(folder).',
  ],
  zh: [
    `${file}：张量 '${name}' 是 ${dtype}；可以在 F32、F16 和 BF16 上训练。`,
    '请以其中一种保存模型：model.to(torch.bfloat16).save_pretrained(folder)。',
  ],
}));

export const otherQuantisation = defineError(
  'model-quantised',
  ({ method, found }: { readonly method: string; readonly found: Text | null }) => ({
    en: [
      `config.json: the weights are quantised with ${method}${found === null ? '' : ` (${found.en})`}, which is not read here.`,
      'Use the model in float, a GGUF file of it, or a 4-bit checkpoint of bitsandbytes, GPTQ or AWQ.',
    ],
    zh: [
      `config.json：权重以 ${method} 量化${found === null ? '' : `（${found.zh}）`}，此处无法读取。`,
      '请使用浮点模型、它的 GGUF 文件，或 bitsandbytes、GPTQ、AWQ 的 4 位检查点。',
    ],
  }),
);

interface Quantised extends Found {
  readonly name: string;
}

export const quantisedWeight = defineError('model-quantised-tensor', ({ file, name, found }: Quantised) => ({
  en: [
    `${file}: quantised tensor '${name}': ${found.en}.`,
    'Download the file again, with the config.json of the same revision.',
  ],
  zh: [`${file}：量化张量 '${name}'：${found.zh}。`, '请重新下载该文件，并使用同一版本的 config.json。'],
}));

/** All of these, for the list of errors. */
export const checkpointErrors = [
  filesMissing,
  shardsMissing,
  indexBroken,
  severalWeights,
  noJson,
  extraTensors,
  tensorType,
  otherQuantisation,
  quantisedWeight,
] as const;
