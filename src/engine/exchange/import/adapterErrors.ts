// What can be wrong with an adapter that a person brings, or with several that are to be one.
import { defineError } from '../../ground/errors.ts';
import type { Text } from '../../ground/text.ts';

const adapter = (en: string, zh: string): { readonly en: string; readonly zh: string } => ({
  en: `Adapter: ${en}.`,
  zh: `适配器：${zh}。`,
});

const say = (problem: { readonly en: string; readonly zh: string }, en: string, zh: string) =>
  ({ en: [problem.en, en], zh: [problem.zh, zh] }) as const;

interface Name {
  readonly name: string;
}

export const isPickle = defineError('adapter-pickle', ({ name }: Name) =>
  say(
    adapter(
      `${name} is a pickle, which can run code when it is opened`,
      `${name} 是 pickle，打开时可能执行代码`,
    ),
    'Save the adapter as safetensors (PEFT does by default) and open that.',
    '请把适配器保存为 safetensors（PEFT 默认如此）再打开。',
  ),
);

export const leadsOut = defineError('adapter-path', ({ path }: { readonly path: string }) =>
  say(
    adapter(
      `the archive holds the path '${path}', which leads out of its folder`,
      `压缩包中的路径 '${path}' 指向其文件夹之外`,
    ),
    'Archives made for adapters hold plain names; do not trust this one.',
    '为适配器制作的压缩包只含普通文件名；不要信任这一个。',
  ),
);

interface Swollen {
  readonly path: string;
  readonly bytes: number;
  readonly most: number;
}

export const swollen = defineError('adapter-size', ({ path, bytes, most }: Swollen) =>
  say(
    adapter(
      `'${path}' claims ${bytes} bytes unpacked, more than the ${most} that are read`,
      `'${path}' 声称解压后有 ${bytes} 字节，超过可读取的 ${most}`,
    ),
    'Open the adapter’s files themselves.',
    '请直接打开适配器的文件。',
  ),
);

export const damagedZip = defineError('adapter-zip', ({ name, cause }: Name & { readonly cause: Text }) =>
  say(
    adapter(
      `${name} is a zip archive that can't be opened: ${cause.en}`,
      `${name} 是无法打开的 zip 压缩包：${cause.zh}`,
    ),
    'Download it again, or open the adapter’s files themselves.',
    '请重新下载，或直接打开适配器的文件。',
  ),
);

interface Missing {
  readonly missing: string;
  readonly among: readonly string[];
  /** What is to be chosen together. */
  readonly wanted: readonly [string, string];
}

export const fileMissing = defineError('adapter-files', ({ missing, among, wanted }: Missing) =>
  say(
    adapter(
      `${missing} is missing among ${among.join(', ') || 'no files'}`,
      among.length > 0 ? `${among.join('、')} 之中缺少 ${missing}` : `没有文件，缺少 ${missing}`,
    ),
    `Choose ${wanted[0]} and ${wanted[1]} together, their folder, or a zip of it.`,
    `请同时选择 ${wanted[0]} 与 ${wanted[1]}、它们所在的文件夹，或其 zip。`,
  ),
);

export const configNoJson = defineError('adapter-config', ({ cause }: { readonly cause: Text }) =>
  say(
    adapter(
      `adapter_config.json is not a JSON object that is read here (${cause.en})`,
      `adapter_config.json 不是可读取的 JSON 对象（${cause.zh}）`,
    ),
    'Save the adapter again with PEFT.',
    '请用 PEFT 重新保存适配器。',
  ),
);

export const otherMethod = defineError(
  'adapter-method',
  ({ got, opened }: { readonly got: string | null; readonly opened: readonly string[] }) =>
    say(
      adapter(
        `adapter_config.json: peft_type is ${got ?? 'missing'}, ${opened.join(' or ')} can be opened`,
        `adapter_config.json：${got === null ? '没有 peft_type' : `peft_type 为 ${got}`}，只能打开 ${opened.join(' 或 ')}`,
      ),
      'Other methods are not read yet.',
      '目前还不能读取别的方法。',
    ),
);

export const untrained = defineError('adapter-feature', ({ name, got }: Name & { readonly got: string }) =>
  say(
    adapter(
      `adapter_config.json: ${name} is ${got}, which this engine does not train`,
      `adapter_config.json：${name} 为 ${got}，本引擎不能训练`,
    ),
    'Open an adapter without it, or merge it into the base with PEFT.',
    '请打开不含它的适配器，或用 PEFT 把它合并进底座。',
  ),
);

export const noPart = defineError('adapter-tensor', ({ name }: Name) =>
  say(
    adapter(
      `tensor '${name}' is no part of an adapter that this engine trains`,
      `张量 '${name}' 不属于本引擎能训练的适配器`,
    ),
    'LoRA on linears and embeddings, and copies of the embedding and the head, can be opened.',
    '可以打开线性层与嵌入上的 LoRA，以及嵌入与输出头的副本。',
  ),
);

export const notFinite = defineError('adapter-nan', ({ name }: Name) =>
  say(
    adapter(`tensor '${name}' holds NaN or infinity`, `张量 '${name}' 含有 NaN 或无穷大`),
    'The run that made it diverged: open one that did not.',
    '产生它的训练已发散：请打开没有发散的。',
  ),
);

export const noTensors = defineError('adapter-empty', (_: object) =>
  say(
    adapter('adapter_model.safetensors holds no tensors', 'adapter_model.safetensors 不含任何张量'),
    'Save the adapter again.',
    '请重新保存适配器。',
  ),
);

export const halfMissing = defineError(
  'adapter-half',
  ({ missing, beside }: { readonly missing: string; readonly beside: string }) =>
    say(
      adapter(`'${missing}' is missing beside '${beside}'`, `有 '${beside}'，却缺少 '${missing}'`),
      'The file is incomplete: save the adapter again.',
      '文件不完整：请重新保存适配器。',
    ),
);

type Shape = readonly number[];
const shown = (shape: Shape): string => `[${shape.join(', ')}]`;

interface Pair {
  readonly name: string;
  readonly shape: Shape;
  readonly other: string;
  readonly otherShape: Shape;
}

export const ranksDiffer = defineError('adapter-ranks', ({ name, shape, other, otherShape }: Pair) =>
  say(
    adapter(
      `'${name}' is ${shown(shape)} and '${other}' ${shown(otherShape)}: their ranks differ`,
      `'${name}' 为 ${shown(shape)}，'${other}' 为 ${shown(otherShape)}：秩不同`,
    ),
    'The file is damaged or was put together by hand: save the adapter again.',
    '文件已损坏，或是手工拼成的：请重新保存适配器。',
  ),
);

export const notUnderstood = defineError('adapter-setting', ({ found }: { readonly found: string }) =>
  say(
    adapter(`adapter_config.json: ${found} is not understood`, `adapter_config.json：无法理解 ${found}`),
    'Save it again.',
    '请重新保存。',
  ),
);

export const lacksTensor = defineError('adapter-lacks', ({ name }: Name) =>
  say(
    adapter(
      `it has no tensor for '${name}', which the settings adapt`,
      `按设置要适配 '${name}'，但其中没有对应的张量`,
    ),
    'Its target_modules belong to it: open it again, and leave the LoRA settings as it sets them.',
    'target_modules 属于适配器本身：请重新打开它，并保留它设置的 LoRA 选项。',
  ),
);

interface Unfit {
  readonly name: string;
  readonly found: Shape;
  readonly wanted: Shape;
}
const unfit = ({ name, found, wanted }: Unfit): { readonly en: string; readonly zh: string } =>
  adapter(
    `'${name}' is ${shown(found)} in the file, the model wants ${shown(wanted)}`,
    `'${name}' 在文件中为 ${shown(found)}，模型需要 ${shown(wanted)}`,
  );

export const otherRank = defineError('adapter-rank', (it: Unfit) =>
  say(
    unfit(it),
    'Its rank differs from lora.r: leave the LoRA settings as the adapter sets them.',
    '它的秩与 lora.r 不同：请保留适配器设置的 LoRA 选项。',
  ),
);

/** `base`: what the configuration calls the base, '' where it doesn't say. */
interface Base {
  readonly base: string;
}
const trainedOn = ({ base }: Base): { readonly en: string; readonly zh: string } => ({
  en: `It was trained on ${base === '' ? 'another model' : `'${base}'`}`,
  zh: base === '' ? '它是在别的模型上训练的' : `它是在 '${base}' 上训练的`,
});

export const otherBase = defineError('adapter-base', (it: Unfit & Base) =>
  say(
    unfit(it),
    `${trainedOn(it).en}: open that model as the base.`,
    `${trainedOn(it).zh}：请打开该模型作为底座。`,
  ),
);

export const noPlace = defineError(
  'adapter-stray',
  ({ name, more, base }: Name & Base & { readonly more: number }) =>
    say(
      adapter(
        `'${name}' and ${more} more have no place in this model`,
        `'${name}' 与另外 ${more} 个张量在此模型中没有位置`,
      ),
      `${trainedOn({ base }).en}, or on more modules than the settings adapt: open that model, and leave target_modules as the adapter sets them.`,
      `${trainedOn({ base }).zh}，或适配的模块比设置的更多：请打开该模型，并保留适配器设置的 target_modules。`,
    ),
);

export const notStackable = defineError('stack-part', ({ name, part }: Name & { readonly part: string }) =>
  say(
    adapter(`'${name}' holds '${part}', which can't be stacked`, `'${name}' 含有 '${part}'，无法叠加`),
    'Stack plain LoRA on linears, and open other adapters alone.',
    '请只叠加线性层上的普通 LoRA，其他适配器单独打开。',
  ),
);

export const changesBase = defineError('stack-base', ({ name, init }: Name & { readonly init: string }) =>
  say(
    adapter(
      `'${name}' was begun with ${init}, which changes the base`,
      `'${name}' 以 ${init} 初始化，会改动底座`,
    ),
    'Convert it to plain LoRA first (save_pretrained with path_initial_model_for_weight_conversion).',
    '请先把它转换为普通 LoRA（save_pretrained 加 path_initial_model_for_weight_conversion）。',
  ),
);

export const stackTooWide = defineError(
  'stack-rank',
  ({ rank, most }: { readonly rank: number; readonly most: number }) =>
    say(
      adapter(
        `the stack has rank ${rank}, at most ${most} is trained`,
        `叠加后的秩为 ${rank}，最多训练 ${most}`,
      ),
      'Stack fewer of them.',
      '请减少叠加的个数。',
    ),
);

export const stackShapes = defineError(
  'stack-shapes',
  ({ name, one, other }: Name & { readonly one: Shape; readonly other: Shape }) =>
    say(
      adapter(
        `'${name}' is ${shown(one)} in one and ${shown(other)} in another`,
        `'${name}' 在一个适配器中为 ${shown(one)}，在另一个中为 ${shown(other)}`,
      ),
      'They were trained on different models: stack those of one model.',
      '它们是在不同的模型上训练的：请叠加同一模型的适配器。',
    ),
);
