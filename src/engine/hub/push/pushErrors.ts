// What a hub tells people who hand something to it. What any answer of a hub can be stands in hubErrors.ts.
import { defineError } from '../../ground/errors.ts';
import type { Text } from '../../ground/text.ts';

export const noWriteToken = defineError('hub-write-token', ({ host }: { readonly host: string }) => ({
  en: [
    `Handing something to ${host} takes an access token that begins with hf_, and none is given.`,
    'Make one there with the right to write (Settings, Access Tokens), and give it here. It stays in this session.',
  ],
  zh: [
    `向 ${host} 上传需要以 hf_ 开头的访问令牌，目前没有。`,
    '请在该站创建有写入权限的令牌（Settings → Access Tokens）并填到这里，它只保留在本次会话中。',
  ],
}));

interface Place {
  /** owner/name */
  readonly id: string;
  /** Of the hub, without a path. */
  readonly host: string;
}

export const mayNotWrite = defineError('hub-write', ({ id, host }: Place) => ({
  en: [
    `${id}: ${host} does not let the token write there.`,
    'Check the owner before the slash: your own name, or an organisation that lets you write; and give the token the right to write.',
  ],
  zh: [
    `${id}：${host} 不允许该令牌写入。`,
    '请检查斜杠前的拥有者：应是你自己的用户名，或允许你写入的组织；并给令牌写入权限。',
  ],
}));

export const notTaken = defineError('hub-push', ({ id, host, said }: Place & { readonly said: Text }) => ({
  en: [
    `${id}: ${host} did not take the files (${said.en}).`,
    'Try again; the run stays as it is, and its files can be downloaded meanwhile.',
  ],
  zh: [`${id}：${host} 没有收下文件（${said.zh}）。`, '请再试一次；训练结果保持不变，也可先下载文件。'],
}));

export const badRepositoryName = defineError('hub-push-name', ({ got }: { readonly got: string }) => ({
  en: [
    `Repository: expected owner/name, got ${got}.`,
    'Write your name on the hub, a slash and a name of letters, digits, hyphens, dots and underscores.',
  ],
  zh: [
    `仓库：应为 拥有者/名称，得到 ${got}。`,
    '请填写你在该站的用户名、斜杠，再加由字母、数字、-、.、_ 组成的名称。',
  ],
}));

export const pushErrors = [noWriteToken, mayNotWrite, notTaken, badRepositoryName] as const;
