// What a hub of models tells people: names that are none, repositories that can't be had, files that are not what they should be. What
// any server can answer stands in ground/fetching.
import { counted } from '../ground/counted.ts';
import { defineError } from '../ground/errors.ts';
import type { Text } from '../ground/text.ts';

export const wishUnread = defineError('hub-name', ({ got }: { readonly got: string }) => ({
  en: [
    `Model: expected owner/name, or an https address of a .gguf or .safetensors file, got ${got}.`,
    'Write it as its page does, such as HuggingFaceTB/SmolLM2-135M-Instruct; @ and a revision, : and a file may follow.',
  ],
  zh: [
    `模型：应为 拥有者/名称，或 .gguf、.safetensors 文件的 https 地址，得到 ${got}。`,
    '请按其页面的写法填写，例如 HuggingFaceTB/SmolLM2-135M-Instruct；后面可加 @ 版本、: 文件。',
  ],
}));

export const hubAddressUnread = defineError('hub-address', ({ got }: { readonly got: string }) => ({
  en: [
    `Address of the hub: expected https:// and the name of a server, got ${got}.`,
    'Use https://huggingface.co, or the address of a mirror that speaks the same protocol.',
  ],
  zh: [
    `模型站地址：应为 https:// 加服务器名，得到 ${got}。`,
    '请使用 https://huggingface.co，或采用相同协议的镜像地址。',
  ],
}));

interface Named {
  /** owner/name */
  readonly id: string;
  /** Of the hub, without a path. */
  readonly host: string;
}

export const noRepository = defineError(
  'hub-none',
  ({ id, host, revision }: Named & { readonly revision: string | null }) => ({
    en: [
      revision === null
        ? `${id}: ${host} has no such model, or it is private.`
        : `${id}: ${host} has no such model, or not at revision ${revision}.`,
      'Check how owner and name are written; a private model needs a read token of someone who may see it.',
    ],
    zh: [
      revision === null
        ? `${id}：${host} 上没有这个模型，或它是私有的。`
        : `${id}：${host} 上没有这个模型，或没有版本 ${revision}。`,
      '请检查拥有者和名称的写法；私有模型需要有权查看者的读取令牌。',
    ],
  }),
);

interface Gated extends Named {
  readonly page: string;
  readonly hasToken: boolean;
}

export const gatedModel = defineError('hub-gated', ({ id, page, hasToken }: Gated) => ({
  en: [
    `${id}: its owner hands it out only to people who accepted the licence${hasToken ? '; the token given is of nobody who did' : ''}.`,
    `Accept it at ${page}, make a read token there (Settings, Access Tokens), and give it here: it shows who you are. It stays in this session.`,
  ],
  zh: [
    `${id}：只有接受其许可的人才能获取${hasToken ? '；所给令牌的主人尚未接受' : ''}。`,
    `请在 ${page} 接受许可，在那里创建读取令牌（Settings → Access Tokens）并填到这里：它说明你是谁，只保留在本次会话中。`,
  ],
}));

export const tokenRefused = defineError('hub-token', ({ host }: { readonly host: string }) => ({
  en: [
    `${host} does not take the read token.`,
    'Copy it once more, or make another with the right to read; a public model needs none.',
  ],
  zh: [`${host} 不接受该读取令牌。`, '请重新复制，或另建一个有读取权限的令牌；公开模型不需要令牌。'],
}));

export const oddAnswer = defineError(
  'hub-answer',
  ({ name, found }: { readonly name: string; readonly found: Text }) => ({
    en: [
      `${name}: expected what a model hub answers, got ${found.en}.`,
      'Check the address of the hub in the settings; a network may also put a page of its own in between.',
    ],
    zh: [
      `${name}：应为模型站的回答，得到${found.zh}。`,
      '请检查设置中的模型站地址；网络也可能插入了自己的页面。',
    ],
  }),
);

export const pageInPlace = defineError('hub-page', ({ name }: { readonly name: string }) => ({
  en: [
    `${name}: a web page came in place of the file.`,
    'Sign in to the network if it asks for it, check the address of the hub, and try again.',
  ],
  zh: [`${name}：收到的是网页而不是文件。`, '若网络要求登录，请先登录；检查模型站地址后再试一次。'],
}));

export const noWeights = defineError(
  'hub-files',
  ({
    id,
    pickles,
    others,
  }: {
    readonly id: string;
    readonly pickles: readonly string[];
    readonly others: number;
  }) => ({
    en: [
      pickles.length > 0
        ? `${id}: its weights are ${pickles.join(', ')}: pickles, which can run a program when they are opened.`
        : `${id}: ${others === 1 ? 'its one file is no model' : `none of its ${counted(others, 'file')} is a model`}: neither .safetensors with a config.json nor .gguf.`,
      'Look for the same model as safetensors or GGUF.',
    ],
    zh: [
      pickles.length > 0
        ? `${id}：其权重是 ${pickles.join('、')}：这种 pickle 文件打开时可能运行程序。`
        : `${id}：它的 ${others} 个文件都不是模型：既没有带 config.json 的 .safetensors，也没有 .gguf。`,
      '请寻找同一模型的 safetensors 或 GGUF 版本。',
    ],
  }),
);

export const severalFiles = defineError(
  'hub-several',
  ({
    id,
    files,
    got,
  }: {
    readonly id: string;
    readonly files: readonly string[];
    readonly got: string | null;
  }) => ({
    en: [
      got === null
        ? `${id}: holds several models: ${files.join(', ')}.`
        : `${id}: expected one of ${files.join(', ')}, got ${got}.`,
      `Choose one: ${id}:FILE, or a part of its name that no other has, such as Q4_K_M.`,
    ],
    zh: [
      got === null
        ? `${id}：含有多个模型：${files.join('、')}。`
        : `${id}：应为 ${files.join('、')} 之一，得到 ${got}。`,
      `请选择其中一个：${id}:文件名，或只有它才有的名称片段，例如 Q4_K_M。`,
    ],
  }),
);

interface Spoilt {
  readonly name: string;
  readonly id: string;
  /** null: nobody knew. */
  readonly wantedBytes: number | null;
  readonly gotBytes: number | null;
}

const ofLength = ({ wantedBytes, gotBytes }: Spoilt): boolean =>
  wantedBytes !== null && gotBytes !== null && wantedBytes !== gotBytes;

export const spoiltFile = defineError('hub-checksum', (file: Spoilt) => ({
  en: [
    ofLength(file)
      ? `${file.name} of ${file.id}: expected ${file.wantedBytes} bytes, ${file.gotBytes} came; they were removed.`
      : `${file.name} of ${file.id}: what came is not what the hub names (its checksum is another); it was removed.`,
    'Try again; if it stays so, the server or the network changes the file: use another address of the hub.',
  ],
  zh: [
    ofLength(file)
      ? `${file.id} 的 ${file.name}：应为 ${file.wantedBytes} 字节，收到 ${file.gotBytes} 字节，已删除。`
      : `${file.id} 的 ${file.name}：收到的内容与模型站所列不符（校验和不同），已删除。`,
    '请再试一次；若仍然如此，说明服务器或网络改动了文件：请换用模型站的其他地址。',
  ],
}));

interface Room {
  readonly name: string;
  readonly neededBytes: number;
  /** null: nobody knows. */
  readonly freeBytes: number | null;
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

export const noRoom = defineError('hub-room', ({ name, neededBytes, freeBytes }: Room) => ({
  en: [
    `${name}: ${mebibytes(neededBytes)} are still to come, ${freeBytes === null ? 'and the disk is full' : `and ${mebibytes(freeBytes)} are free for this page`}.`,
    'Delete models that are kept and not needed, or free space on the disk; what came stays, and the download goes on from there.',
  ],
  zh: [
    `${name}：还需下载 ${mebibytes(neededBytes)}，${freeBytes === null ? '但磁盘已满' : `本页可用空间为 ${mebibytes(freeBytes)}`}。`,
    '请删除不再需要的已存模型，或腾出磁盘空间；已下载的部分会保留，之后从那里继续。',
  ],
}));

export const noRows = defineError(
  'hub-rows',
  ({ id, others, script }: { readonly id: string; readonly others: number; readonly script: boolean }) => ({
    en: [
      script
        ? `${id}: its rows are made by a Python script of its own, which nothing here runs.`
        : `${id}: ${others === 1 ? 'its one file holds no rows' : `none of its ${counted(others, 'file')} holds rows`} that are read here: .parquet, .jsonl, .json, .csv, .tsv or .txt.`,
      'Many such data sets have a branch with Parquet files: add @refs/convert/parquet to the name, or choose another.',
    ],
    zh: [
      script
        ? `${id}：它的数据由自带的 Python 脚本生成，这里不运行脚本。`
        : `${id}：它的 ${others} 个文件都不是这里可读取的数据：.parquet、.jsonl、.json、.csv、.tsv 或 .txt。`,
      '许多这类数据集有 Parquet 分支：在名称后加 @refs/convert/parquet，或另选数据集。',
    ],
  }),
);

export const noSplit = defineError(
  'hub-split',
  ({ id, got, known }: { readonly id: string; readonly got: string; readonly known: readonly string[] }) => ({
    en: [
      `${id}: expected one of ${known.join(', ')}, got ${got}.`,
      'Choose a configuration and a split that it has.',
    ],
    zh: [`${id}：应为 ${known.join('、')} 之一，得到 ${got}。`, '请选择它已有的配置与划分。'],
  }),
);

export const inUse = defineError('hub-in-use', ({ name }: { readonly name: string }) => ({
  en: [
    `${name}: it is being downloaded, here or in another tab.`,
    'Give the download up, or wait until it is done; then delete it.',
  ],
  zh: [`${name}：本页或另一个标签页正在下载它。`, '请取消下载，或等待其完成，然后再删除。'],
}));

export const noBlob = defineError('hub-blob', ({ name }: { readonly name: string }) => ({
  en: [`${name}: it is kept where a page can't read it.`, 'Open the file from the disk.'],
  zh: [`${name}：它存放在页面无法读取的位置。`, '请从磁盘打开该文件。'],
}));

export const unreached = defineError('hub-unreached', ({ host }: { readonly host: string }) => ({
  en: [
    `${host} does not answer, or does not let pages of other sites read what it says.`,
    'Check the connection, and the address of the hub in the settings: some mirrors serve command lines alone.',
  ],
  zh: [
    `${host} 没有回答，或不允许其他网站的页面读取其内容。`,
    '请检查网络连接和设置中的模型站地址：有些镜像只供命令行使用。',
  ],
}));

export const noSearch = defineError('hub-search', ({ host }: { readonly host: string }) => ({
  en: [`${host} can't be searched from here.`, 'Look the model up there, and write its name: owner/name.'],
  zh: [`无法从这里搜索 ${host}。`, '请在该站查找模型，并填写其名称：拥有者/名称。'],
}));

export const otherDatasets = defineError(
  'hub-datasets',
  ({ id, host }: { readonly id: string; readonly host: string }) => ({
    en: [
      `Data sets of ${host} (${id}) are listed in a way that isn't read here.`,
      'Download the file of its rows there and open it here, or name the data set at an address of Hugging Face’s protocol.',
    ],
    zh: [
      `${host} 的数据集（${id}）以此处无法读取的方式列出。`,
      '请在该站下载其数据文件并在此打开，或改用 Hugging Face 协议的地址。',
    ],
  }),
);

export const hubErrors = [
  wishUnread,
  hubAddressUnread,
  noRepository,
  gatedModel,
  tokenRefused,
  oddAnswer,
  pageInPlace,
  noWeights,
  severalFiles,
  spoiltFile,
  noRoom,
  noRows,
  noSplit,
  inUse,
  noBlob,
  unreached,
  noSearch,
  otherDatasets,
] as const;
