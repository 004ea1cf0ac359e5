// What fetching tells people. Each names the file, never with its query or its password (address.ts), says what was found, and what to do.
import { counted } from '../counted.ts';
import { defineError } from '../errors.ts';
import type { Text } from '../text.ts';

interface Named {
  /** A path of the page's own, or an address without its secrets. */
  readonly name: string;
}

interface Status extends Named {
  readonly status: number;
}

interface Tried extends Named {
  readonly tries: number;
}

export const addressUnread = defineError('fetch-address', (_: object) => ({
  en: [
    'Address: expected http:// or https:// and the name of a server.',
    'Check how the address is written.',
  ],
  zh: ['地址：应为 http:// 或 https:// 加服务器名。', '请检查地址的写法。'],
}));

export const fetchMissing = defineError('fetch-missing', ({ name, status }: Status) => ({
  en: [
    `${name}: the server has no such file (${status}).`,
    'Was the file moved? Check the address; the files of the page itself must all lie in its folder.',
  ],
  zh: [
    `${name}：服务器上没有这个文件（${status}）。`,
    '文件是否被移动了？请检查地址；本页自己的文件必须都在它的文件夹里。',
  ],
}));

export const fetchLogin = defineError('fetch-login', ({ name, status }: Status) => ({
  en: [
    `${name}: the server asks who you are (${status}).`,
    'Sign in there and try again; the command line takes https://USER:PASSWORD@… .',
  ],
  zh: [
    `${name}：服务器要求登录（${status}）。`,
    '请先在那里登录，再试一次；命令行可以使用 https://USER:PASSWORD@… 。',
  ],
}));

export const fetchForbidden = defineError('fetch-forbidden', ({ name, status }: Status) => ({
  en: [
    `${name}: the server knows the request and refuses it (${status}).`,
    'Ask whoever runs it for access, or check that the login or the signed address still holds.',
  ],
  zh: [
    `${name}：服务器拒绝了这个请求（${status}）。`,
    '请向管理者申请权限，或检查登录或带签名的地址是否仍然有效。',
  ],
}));

interface Busy extends Tried {
  readonly status: number;
  /** What the server said of when to come back. */
  readonly waitSeconds: number | null;
}

export const fetchBusy = defineError('fetch-busy', ({ name, status, tries, waitSeconds }: Busy) => ({
  en: [
    `${name}: the server can't answer now (${status}, asked ${tries === 1 ? 'once' : `${tries} times`}).`,
    waitSeconds === null
      ? 'Wait a while and try again.'
      : `Try again in ${counted(waitSeconds, 'second')}: the server says so.`,
  ],
  zh: [
    `${name}：服务器现在无法回答（${status}，已请求 ${tries} 次）。`,
    waitSeconds === null ? '请稍候再试一次。' : `请在 ${waitSeconds} 秒后再试一次：这是服务器给出的时间。`,
  ],
}));

export const fetchStatus = defineError('fetch-status', ({ name, status }: Status) => ({
  en: [
    `${name}: expected a file, the server answered ${status}.`,
    'Check the address, and whether that server hands files out.',
  ],
  zh: [`${name}：应为文件，服务器的回答是 ${status}。`, '请检查地址，以及该服务器是否提供文件。'],
}));

interface Offline extends Tried {
  /** A word of the system such as ECONNREFUSED, or nothing. */
  readonly cause: string;
}

export const fetchOffline = defineError('fetch-offline', ({ name, tries, cause }: Offline) => ({
  en: [
    `${name}: no answer came${cause === '' ? '' : ` (${cause})`}, asked ${counted(tries, 'time')}.`,
    'Check the connection and the name of the server, and try again.',
  ],
  zh: [
    `${name}：没有得到回答${cause === '' ? '' : `（${cause}）`}，已请求 ${tries} 次。`,
    '请检查网络连接和服务器名，再试一次。',
  ],
}));

interface Part extends Named {
  readonly doneBytes: number;
  readonly totalBytes: number | null;
}

const partOf = ({ doneBytes, totalBytes }: Part): { readonly en: string; readonly zh: string } => ({
  en: totalBytes === null ? `after ${doneBytes} bytes` : `at ${doneBytes} of ${totalBytes} bytes`,
  zh: totalBytes === null ? `已收到 ${doneBytes} 字节` : `已收到 ${doneBytes} 字节，共 ${totalBytes} 字节`,
});

export const fetchCut = defineError('fetch-cut', (part: Part & Tried) => ({
  en: [
    `${part.name}: the connection ended ${partOf(part).en}, ${counted(part.tries, 'time')}.`,
    'Check the connection, and try again.',
  ],
  zh: [`${part.name}：连接中断（${partOf(part).zh}），共 ${part.tries} 次。`, '请检查网络连接，再试一次。'],
}));

export const fetchSilent = defineError('fetch-silent', (part: Part & { readonly seconds: number }) => ({
  en: [
    `${part.name}: nothing came for ${counted(part.seconds, 'second')}, ${partOf(part).en}.`,
    'Check the connection, and try again.',
  ],
  zh: [
    `${part.name}：${part.seconds} 秒内没有收到任何数据（${partOf(part).zh}）。`,
    '请检查网络连接，再试一次。',
  ],
}));

export const fetchTooLong = defineError(
  'fetch-length',
  ({ name, mostBytes }: Named & { readonly mostBytes: number }) => ({
    en: [
      `${name}: more came than the ${mostBytes} bytes that were announced or allowed.`,
      'Something stands in place of the file: try again, or tell whoever runs the server.',
    ],
    zh: [
      `${name}：收到的数据超过了声明或允许的 ${mostBytes} 字节。`,
      '收到的不是这个文件：请再试一次，或告诉服务器的管理者。',
    ],
  }),
);

export const fetchRange = defineError('fetch-range', ({ name, found }: Named & { readonly found: Text }) => ({
  en: [
    `${name}: asked for a part of the file, ${found.en}.`,
    'Download the file and open it from the disk, or use a server that answers ranges.',
  ],
  zh: [
    `${name}：请求文件的一部分，但${found.zh}。`,
    '请先下载文件，再从磁盘打开，或使用支持范围请求的服务器。',
  ],
}));

export const fetchChanged = defineError(
  'fetch-changed',
  ({ name, found }: Named & { readonly found: Text }) => ({
    en: [
      `${name}: the file changed while it was read (${found.en}).`,
      'Begin again: what came before belongs to another file.',
    ],
    zh: [`${name}：读取期间文件发生了变化（${found.zh}）。`, '请重新开始：之前收到的属于另一个文件。'],
  }),
);

interface Digest extends Named {
  readonly wantedBytes: number | null;
  readonly gotBytes: number;
}

export const fetchDigest = defineError('fetch-digest', ({ name, wantedBytes, gotBytes }: Digest) => ({
  en: [
    wantedBytes === null || wantedBytes === gotBytes
      ? `${name}: its ${gotBytes} bytes are not the ones that belong there (SHA-256 differs).`
      : `${name}: expected ${wantedBytes} bytes, the server has ${gotBytes}.`,
    'Reload: page and files may be of different versions. If it stays, the file must be put there again.',
  ],
  zh: [
    wantedBytes === null || wantedBytes === gotBytes
      ? `${name}：收到的 ${gotBytes} 字节不是应有的内容（SHA-256 不同）。`
      : `${name}：应为 ${wantedBytes} 字节，服务器上是 ${gotBytes} 字节。`,
    '请刷新：页面与文件的版本可能不同。若仍然如此，需要重新上传该文件。',
  ],
}));

const programs = {
  engine: { en: 'The engine', zh: '引擎' },
  reader: { en: 'The reader of scripts', zh: '脚本阅读器' },
  part: { en: 'A part of the page', zh: '本页的一部分' },
} as const;

/** Scripts and tables that the browser itself fetches: it says no more than that they did not come. */
export const programMissing = defineError(
  'fetch-program',
  ({ what }: { readonly what: keyof typeof programs }) => ({
    en: [
      `${programs[what].en} could not be fetched: its program did not come.`,
      'Check the connection and reload the page; its files must all lie in its folder.',
    ],
    zh: [
      `${programs[what].zh}无法取得：它的程序没有传来。`,
      '请检查网络连接并刷新页面；本页的文件必须都在它的文件夹里。',
    ],
  }),
);

/** Chromium's, Firefox's and Safari's words for an import that did not come. */
const importFailed =
  /^(Failed to fetch dynamically imported module|error loading dynamically imported module|Importing a module script failed)/i;

/** Told as what it is where a part of the program did not come; anything else as it was thrown. */
export const asMissingPart = (error: unknown): unknown =>
  error instanceof TypeError && importFailed.test(error.message) ? programMissing({ what: 'part' }) : error;
