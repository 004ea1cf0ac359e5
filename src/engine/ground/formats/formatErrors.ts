// What can be wrong with a file that is read here, in ranges or whole.
import type { UserError } from '../errors.ts';
import { defineError } from '../errors.ts';
import type { Text } from '../text.ts';

interface Range {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
  readonly cause: Text;
}

export const fileUnreadable = defineError('file', ({ file, offset, length, cause }: Range) => ({
  en: [
    `${file}: bytes ${offset} to ${offset + length} can't be read (${cause.en}).`,
    'Was the file moved, changed or cut? Open it again.',
  ],
  zh: [
    `${file}：无法读取第 ${offset} 到 ${offset + length} 字节（${cause.zh}）。`,
    '文件是否被移动、改动或截断了？请重新打开。',
  ],
}));

export const fileClosed = defineError(
  'file-closed',
  ({ path, cause }: { readonly path: string; readonly cause: string }) => ({
    en: [`${path}: can't be read (${cause}).`, 'Name a file that is there.'],
    zh: [`${path}：无法读取（${cause}）。`, '请指定一个存在的文件。'],
  }),
);

interface Place {
  readonly file: string;
  readonly section: keyof typeof sections;
  readonly offset: number;
  readonly found: Text;
}

/** An error at a place of a GGUF file's header. */
export type GgufError = (place: Place) => UserError;

/** Parts of a GGUF file, in its order. */
const sections = {
  header: '文件头',
  metadata: '元数据',
  'tensor table': '张量表',
  data: '数据',
} as const;
export type Section = keyof typeof sections;

const at = ({ file, section, offset, found }: Place): { readonly en: string; readonly zh: string } => ({
  en: `${file}, byte ${offset} (${section}): ${found.en}.`,
  zh: `${file}，第 ${offset} 字节（${sections[section]}）：${found.zh}。`,
});

export const ggufDamaged = defineError('gguf-damaged', (place: Place) => ({
  en: [at(place).en, 'The file is damaged; download it again.'],
  zh: [at(place).zh, '文件已损坏，请重新下载。'],
}));

export const ggufCut = defineError('gguf-cut', (place: Place) => ({
  en: [at(place).en, 'The file is cut short; download it again.'],
  zh: [at(place).zh, '文件不完整，请重新下载。'],
}));

export const ggufNoGguf = defineError('gguf-none', (place: Place) => ({
  en: [at(place).en, 'Open a file that ends in .gguf.'],
  zh: [at(place).zh, '请打开以 .gguf 结尾的文件。'],
}));

export const ggufVersion = defineError('gguf-version', (place: Place) => ({
  en: [at(place).en, 'Convert the file with a current llama.cpp.'],
  zh: [at(place).zh, '请用最新的 llama.cpp 重新转换。'],
}));

export const ggufUnknownType = defineError('gguf-type', (place: Place) => ({
  en: [
    at(place).en,
    'Use a file quantised as Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q3_K, Q4_K, Q5_K, Q6_K or IQ4_NL, or in F16, BF16 or F32.',
  ],
  zh: [
    at(place).zh,
    '请使用 Q4_0、Q4_1、Q5_0、Q5_1、Q8_0、Q3_K、Q4_K、Q5_K、Q6_K、IQ4_NL 量化的文件，或 F16、BF16、F32 的文件。',
  ],
}));

export const ggufBeyond = defineError('gguf-beyond', (place: Place) => ({
  en: [at(place).en, 'The file is damaged, or newer or larger than this page reads.'],
  zh: [at(place).zh, '文件已损坏，或者比本页能读的更新、更大。'],
}));

interface Broken {
  /** null: one that came without a name. */
  readonly file: string | null;
  readonly found: Text;
}

export const brokenSafetensors = defineError('safetensors', ({ file, found }: Broken) => ({
  en: [`${file ?? 'safetensors file'}: ${found.en}.`, 'Download the file again.'],
  zh: [`${file ?? 'safetensors 文件'}：${found.zh}。`, '请重新下载该文件。'],
}));

interface BrokenAt {
  readonly file: string;
  readonly byte: number;
  readonly found: Text;
}

export const brokenOnnx = defineError('onnx', ({ file, byte, found }: BrokenAt) => ({
  en: [
    `${file}, byte ${byte}: ${found.en}.`,
    'Download the file again, with the files of the same export that lie beside it.',
  ],
  zh: [`${file}，第 ${byte} 字节：${found.zh}。`, '请重新下载该文件，以及同一次导出中与它放在一起的文件。'],
}));

/** All of these, for the list of errors. */
export const formatErrors = [
  fileUnreadable,
  fileClosed,
  ggufDamaged,
  ggufCut,
  ggufNoGguf,
  ggufVersion,
  ggufUnknownType,
  ggufBeyond,
  brokenSafetensors,
  brokenOnnx,
] as const;
