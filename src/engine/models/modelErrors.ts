// What can be wrong with a base model: the embedded one's files, or a GGUF file whose header could be read.
import { defineError } from '../ground/errors.ts';
import type { Text } from '../ground/text.ts';

interface Found {
  readonly file: string;
  readonly found: Text;
}
const metadata = ({ file, found }: Found): { readonly en: string; readonly zh: string } => ({
  en: `${file} (metadata): ${found.en}.`,
  zh: `${file}（元数据）：${found.zh}。`,
});

export const ggufMetadata = defineError('gguf-metadata', (found: Found) => ({
  en: [metadata(found).en, 'Convert the model again.'],
  zh: [metadata(found).zh, '请重新转换该模型。'],
}));

export const ggufNoTokenizer = defineError('gguf-tokenizer', (found: Found) => ({
  en: [
    metadata(found).en,
    'The file carries no usable tokenizer; convert the model again with its tokenizer beside it.',
  ],
  zh: [metadata(found).zh, '文件里没有可用的分词器，请把分词器放在旁边，重新转换该模型。'],
}));

export const ggufOtherTokenizer = defineError('gguf-tokenizer-kind', (found: Found) => ({
  en: [metadata(found).en, 'Use a model with such a tokenizer, for example SmolLM2 or Llama 3.'],
  zh: [metadata(found).zh, '请使用带有这种分词器的模型，例如 SmolLM2 或 Llama 3。'],
}));

export const ggufPreTokenizer = defineError('gguf-pre-tokenizer', (found: Found) => ({
  en: [
    metadata(found).en,
    'Another one would split text wrongly, so the model is not loaded: use a model with a known one.',
  ],
  zh: [metadata(found).zh, '换用别的会切错文本，因此没有载入：请使用预分词器已知的模型。'],
}));

const table = ({ file, found }: Found): { readonly en: string; readonly zh: string } => ({
  en: `${file} (tensor table): ${found.en}.`,
  zh: `${file}（张量表）：${found.zh}。`,
});

export const ggufMissing = defineError('gguf-tensor-missing', (found: Found) => ({
  en: [table(found).en, 'The file is incomplete; download it again.'],
  zh: [table(found).zh, '文件不完整，请重新下载。'],
}));

export const ggufShape = defineError('gguf-tensor-shape', (found: Found) => ({
  en: [table(found).en, 'Convert the model again.'],
  zh: [table(found).zh, '请重新转换该模型。'],
}));

export const ggufFormat = defineError('gguf-tensor-type', (found: Found) => ({
  en: [
    table(found).en,
    'Use a file quantised as Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q3_K, Q4_K, Q5_K, Q6_K or IQ4_NL, or in F16, BF16 or F32.',
  ],
  zh: [
    table(found).zh,
    '请使用 Q4_0、Q4_1、Q5_0、Q5_1、Q8_0、Q3_K、Q4_K、Q5_K、Q6_K、IQ4_NL 量化的文件，或 F16、BF16、F32 的文件。',
  ],
}));

export const unnamedSplit = defineError('export-tokenizer', (_: object) => ({
  en: [
    'GGUF: this model splits text in a way that llama.cpp has no name for.',
    'Take the merged model as safetensors.',
  ],
  zh: ['GGUF：该模型切分文本的方式在 llama.cpp 里没有名字。', '请改为导出 safetensors 的合并模型。'],
}));

interface OtherFamily {
  readonly file: string;
  readonly key: string;
  readonly got: string | null;
  /** Models of the families that are here. */
  readonly known: readonly string[];
}

export const otherFamily = defineError('model-family', ({ file, key, got, known }: OtherFamily) => ({
  en: [
    got === null ? `${file}: names no ${key}.` : `${file}: ${key} ${got} is not supported.`,
    `Use a model of one of these families: ${known.join(', ')}.`,
  ],
  zh: [
    got === null ? `${file}：没有给出 ${key}。` : `${file}：不支持 ${key} ${got}。`,
    `请使用这些家族的模型：${known.join('、')}。`,
  ],
}));

interface BadSize {
  readonly key: string;
  /** null: whatever is above 0. */
  readonly most: number | null;
  readonly got: string | null;
}

export const badConfig = defineError('model-config', ({ key, most, got }: BadSize) => ({
  en: [
    `config.json: '${key}' must be a positive number${most === null ? '' : `, whole and at most ${most}`}, got ${got ?? 'nothing'}.`,
    'Use the config.json that belongs to the model.',
  ],
  zh: [
    `config.json：'${key}' 应为正数${most === null ? '' : `，且为不超过 ${most} 的整数`}，${got === null ? '但没有给出' : `得到 ${got}`}。`,
    '请使用该模型自己的 config.json。',
  ],
}));

interface Heads {
  readonly file: string;
  readonly headDim: number;
  readonly heads: number;
  readonly kvHeads: number;
}

export const badHeads = defineError('model-heads', ({ file, headDim, heads, kvHeads }: Heads) => ({
  en: [
    `${file}: head_dim ${headDim} must be a multiple of 4, and ${heads} heads a multiple of ${kvHeads} kv heads.`,
    'Use another model.',
  ],
  zh: [
    `${file}：head_dim ${headDim} 应为 4 的倍数，头数 ${heads} 应为 kv 头数 ${kvHeads} 的倍数。`,
    '请使用别的模型。',
  ],
}));

interface Unknown {
  readonly file: string;
  readonly key: string;
  /** null: nothing. */
  readonly got: string | null;
}

export const unknownInConfig = defineError('model-setting', ({ file, key, got }: Unknown) => ({
  en: [`${file}: '${key}' ${got ?? 'without a value'} is not supported.`, 'Use another model.'],
  zh: [`${file}：不支持 '${key}' ${got ?? '没有值'}。`, '请使用别的模型。'],
}));

interface OtherRope {
  readonly file: string;
  readonly got: string;
  /** Kinds of scaling that are here. */
  readonly known: readonly string[];
}

export const otherRope = defineError('model-rope', ({ file, got, known }: OtherRope) => ({
  en: [
    `${file}: rope_type ${got} is not supported.`,
    `Use a model whose rope_type is one of these: ${known.join(', ')}; long-context models often have a sibling of a shorter context.`,
  ],
  zh: [
    `${file}：不支持 rope_type ${got}。`,
    `请使用 rope_type 为 ${known.join('、')} 之一的模型；长上下文模型常有上下文较短的同系列版本。`,
  ],
}));

export const assetNoJson = defineError(
  'model-json',
  ({ path, cause }: { readonly path: string; readonly cause: Text }) => ({
    en: [`${path}: expected JSON (${cause.en}).`, 'Serve the whole folder of the page.'],
    zh: [`${path}：应为 JSON（${cause.zh}）。`, '请提供本页的整个文件夹。'],
  }),
);

interface Unfit {
  /** null: the file is not known by name. */
  readonly file: string | null;
  readonly name: string;
  readonly wanted: readonly number[];
  /** null: the tensor is missing. */
  readonly got: readonly number[] | null;
}

export const unfitTensor = defineError('model-tensor', ({ file, name, wanted, got }: Unfit) => ({
  en: [
    `${file ?? 'Model file'}: tensor '${name}' should be [${wanted.join(', ')}], got ${got ? `[${got.join(', ')}]` : 'none'}.`,
    'Use the weights that belong to this config.json.',
  ],
  zh: [
    `${file ?? '模型文件'}：张量 '${name}' 应为 [${wanted.join(', ')}]，${got ? `得到 [${got.join(', ')}]` : '但没有这个张量'}。`,
    '请使用与该 config.json 配套的权重。',
  ],
}));
