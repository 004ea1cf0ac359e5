// The readers of what a hub of models says, of names that people and links give models, and of the notes in the cache.
import { testNet } from '../../../src/engine/ground/fetching/testing/hostileServer.ts';
import { memoryFolder, memoryLocks } from '../../../src/engine/hub/cache/memoryFolder.ts';
import { keptModels, writeRecord } from '../../../src/engine/hub/cache/shelf.ts';
import { choicesOf } from '../../../src/engine/hub/choices.ts';
import type { DatasetConfig } from '../../../src/engine/hub/datasets/splits.ts';
import { configsOf } from '../../../src/engine/hub/datasets/splits.ts';
import { lookAt } from '../../../src/engine/hub/repository.ts';
import type { HubFile } from '../../../src/engine/hub/repositoryFile.ts';
import { searchHub } from '../../../src/engine/hub/search.ts';
import { DEFAULT_HUB, readWish } from '../../../src/engine/hub/wish.ts';
import type { Input, Reader } from '../reader.ts';
import { asJson, asText, bytesOf, textOf } from '../reader.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';
const wish = { kind: 'repository', id: 'a/b', revision: null, file: null } as const;

/** Answers each address with what stands under the first of these words in it. */
const answering = (parts: Readonly<Record<string, unknown>>) =>
  testNet((address) => {
    const word = Object.keys(parts).find((one) => address.includes(one));
    const body = word === undefined ? '' : JSON.stringify(parts[word] ?? null);
    return Promise.resolve(new Response(body, { headers: { 'content-type': 'application/json' } }));
  });

const partsOf = (input: Input): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(textOf(input));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
};

/** As an address is resolved: a path that leads elsewhere is no file of the repository. */
function leadsOut(files: readonly HubFile[]): string | null {
  const base = `https://h.org/a/b/resolve/${commit}/`;
  const out = files.find(({ path }) => {
    const { href, search, hash } = new URL(path, base);
    return !href.startsWith(base) || search !== '' || hash !== '' || href.endsWith('/');
  });
  return out === undefined ? null : `a path that leads out: ${out.path}`;
}

const looksAt = (address: string) => async (input: Input) => {
  const found = await lookAt(answering(partsOf(input)), { address, token: null }, wish);
  return { found, choices: choicesOf(found) };
};
const forbids = (_: Input, value: unknown): string | null => {
  const { found, choices } = Object(value);
  const total = choices.reduce((sum: number, { bytes }: { bytes: number }) => sum + bytes, 0);
  return Number.isFinite(total) && total >= 0 ? leadsOut(found.files) : 'sizes that are none';
};

const files = ['config.json', 'tokenizer.json', 'model.safetensors', 'q/m-00001-of-00002.gguf'];
const listed = files.map((path, i) => ({
  type: 'file',
  path,
  size: 9,
  oid: commit,
  ...(i > 1 ? { lfs: { oid: commit.padEnd(64, '0'), size: 9, pointerSize: 3 } } : {}),
}));
const info = {
  _id: 'x',
  id: 'a/b',
  sha: commit,
  gated: 'auto',
  private: false,
  downloads: 1,
  likes: 0,
  lastModified: '2026-01-02T03:04:05.000Z',
  tags: ['license:mit'],
  cardData: { license: 'other', license_name: 'mine' },
};
const scope = {
  Code: 200,
  Data: {
    Files: files.map((Path) => ({
      Type: 'blob',
      Path,
      Size: 9,
      Sha256: commit.padEnd(64, '0'),
      Revision: commit,
    })),
    LatestCommitter: { ShortId: commit.slice(0, 8) },
  },
};

const kept = {
  id: 'a/b',
  revision: commit,
  file: null,
  licence: 'mit',
  files: [{ path: 'config.json', key: `git-${commit}`, sizeBytes: 9 }],
  usedAt: 1,
};

const rowFiles = [
  'data/train-00000-of-00001.parquet',
  'en/test.jsonl',
  'en/a/b.csv',
  'zh/dev.csv',
  'notes.pdf',
].map((path): HubFile => ({ path, sizeBytes: 9, sha256: null, gitName: commit }));
const readmes = [
  '---\nlicense: mit\nconfigs:\n- config_name: en\n  data_files:\n  - split: test\n    path: en/**/*.jsonl\n- config_name: zh\n  data_dir: zh\n---\n# Rows\n',
  "---\nconfigs:\n- config_name: default\n  data_files: '**/[a-d]?*.csv'\n---\n",
];

/** Splits hold files of the repository, each once, and never none. */
function oddSplits(_: Input, value: unknown): string | null {
  const configs: readonly DatasetConfig[] = Array.isArray(value) ? value : [];
  const splits = configs.flatMap((config) => config.splits);
  const odd = splits.find(
    ({ files: some }) =>
      some.length === 0 || new Set(some).size < some.length || some.some((one) => !rowFiles.includes(one)),
  );
  return odd === undefined ? null : `split ${odd.split} without files, or with others`;
}

export const hubReaders: readonly Reader[] = [
  {
    name: 'the README of a data set',
    corpus: readmes,
    mutate: asText,
    read: (input) => configsOf(textOf(input), rowFiles),
    forbids: oddSplits,
  },
  {
    name: "a hub's answers",
    corpus: [JSON.stringify({ '/revision/': info, '/tree/': listed })],
    mutate: asJson,
    read: looksAt('https://h.org'),
    forbids,
  },
  {
    name: "ModelScope's answers",
    corpus: [JSON.stringify({ '/repo/files': scope })],
    mutate: asJson,
    read: looksAt('https://h.org/models'),
    forbids,
  },
  {
    name: "a hub's search",
    corpus: [JSON.stringify({ '/api/models': [info, { ...info, config: { model_type: 'llama' } }] })],
    mutate: asJson,
    read: (input) => searchHub(answering(partsOf(input)), { address: 'https://h.org', token: null }, 'a'),
    forbids: (_, value) =>
      Array.isArray(value) &&
      value.every(({ id, downloads }) => typeof id === 'string' && Number(downloads) >= 0)
        ? null
        : 'a model without a name or with no count',
  },
  {
    name: 'names of models',
    corpus: [
      'a/b',
      `a/b@${commit}:q/m.gguf`,
      'https://huggingface.co/a/b/resolve/main/m.gguf',
      'https://h.org/m.gguf?a',
    ],
    mutate: asText,
    read: (input) => readWish(textOf(input), DEFAULT_HUB),
    forbids: (_, value) => {
      const { kind, id, revision, file } = Object(value);
      if (kind === 'file') return null;
      const url = new URL(
        `https://h.org/${id}/resolve/${encodeURIComponent(revision ?? 'x')}/${file ?? 'x'}`,
      );
      return url.pathname.split('/').length >= 6 && url.search === '' ? null : 'a name that leads elsewhere';
    },
  },
  {
    name: 'notes of the cache',
    corpus: [JSON.stringify(kept)],
    mutate: asJson,
    read: async (input) => {
      const cache = { folder: memoryFolder(), locks: memoryLocks() };
      await writeRecord(cache, kept);
      const [name = ''] = await cache.folder.names();
      const writer = await cache.folder.write(name);
      await writer.clear();
      await writer.append(bytesOf(input));
      return keptModels(cache);
    },
    forbids: (_, value) =>
      Array.isArray(value) && value.every(({ bytes, whole }) => bytes >= 0 && whole === false)
        ? null
        : 'a model that is not there',
  },
];
