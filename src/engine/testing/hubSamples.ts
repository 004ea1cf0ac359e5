// Test-only: one message of every command of the hub and every event, with a value in each of its fields; the other messages stand in
// messageSamples.ts.
import type { HubSettings } from '../hub/hubNet.ts';
import type { HubCommand, HubEvent } from '../hub/messages.ts';
import { defaultValues } from '../recipe/recipe.ts';

export type Samples<T extends { readonly type: string }> = {
  readonly [K in T['type']]: Extract<T, { readonly type: K }>;
};

const id = 1;
const file = new Blob(['x']);
const hub: HubSettings = { address: 'https://h.org', token: 'hf_a' };
export const hubCommands: Samples<HubCommand> = {
  'hub-look': { type: 'hub-look', id, wish: 'a/b', hub },
  'hub-weigh': {
    type: 'hub-weigh',
    id,
    repository: 'a/b',
    revision: 'c',
    gguf: null,
    values: defaultValues,
    onOrt: true,
    hub,
  },
  'hub-look-rows': { type: 'hub-look-rows', id, wish: 'a/b', hub },
  'hub-fetch-rows': {
    type: 'hub-fetch-rows',
    id,
    wanted: { hub: 'a/b', revision: 'c', config: 'd', split: 'train', rows: 9 },
    hub,
  },
  'hub-open': { type: 'hub-open', id, wish: 'a/b', hub },
  'hub-push': {
    type: 'hub-push',
    id,
    wish: { repository: 'a/b', private: true, title: 'c', files: [{ name: 'd', file }] },
    hub,
  },
  'hub-cancel': { type: 'hub-cancel', id },
  'hub-search': { type: 'hub-search', id, words: 'a', hub },
  'hub-list': { type: 'hub-list', id },
  'hub-forget': { type: 'hub-forget', id, name: 'a' },
};

export const hubEvents: Samples<HubEvent> = {
  'hub-push-progress': { type: 'hub-push-progress', id, file: 'a', done: 1, total: 2 },
  'hub-pushed': { type: 'hub-pushed', id, page: 'https://h.org/a/b', commit: 'c' },
  'hub-rows-seen': {
    type: 'hub-rows-seen',
    id,
    view: {
      id: 'a/b',
      revision: 'c',
      gated: true,
      licence: 'mit',
      page: 'https://h.org/datasets/a/b',
      configs: [{ name: 'd', splits: [{ split: 'train', files: 1, bytes: 2, inParts: true }] }],
    },
  },
  'hub-rows': {
    type: 'hub-rows',
    id,
    name: 'a/b d train',
    file,
    source: {
      hub: 'a/b',
      revision: 'c',
      config: 'd',
      split: 'train',
      rows: 9,
      load: { arguments: {}, texts: true },
    },
  },
  'hub-seen': {
    type: 'hub-seen',
    id,
    view: {
      id: 'a/b',
      revision: 'c',
      gated: true,
      licence: 'mit',
      page: 'https://h.org/a/b',
      choices: [{ file: 'a.gguf', bytes: 2, keptBytes: 1 }],
    },
  },
  'hub-progress': {
    type: 'hub-progress',
    id,
    file: 'a.gguf',
    done: 1,
    total: 2,
    waitMs: 3,
    elsewhere: false,
    rate: { bytesPerSecond: 1, etaMs: 1 },
  },
  'hub-opened': {
    type: 'hub-opened',
    id,
    name: 'b',
    source: { hub: 'a/b', revision: 'c', file: 'a.gguf' },
    files: [{ name: 'a.gguf', file }],
  },
  'hub-found': {
    type: 'hub-found',
    id,
    models: [{ id: 'a/b', gated: false, downloads: 1, licence: 'mit', modelType: 'llama', parameters: 2 }],
  },
  'hub-kept': {
    type: 'hub-kept',
    id,
    models: [
      {
        id: 'a/b',
        revision: 'c',
        file: 'a.gguf',
        licence: 'mit',
        files: [{ path: 'a.gguf', key: 'sha256-0', sizeBytes: 2 }],
        usedAt: 1,
        name: 'model-0.json',
        bytes: 2,
        keptBytes: 1,
        whole: false,
      },
    ],
    roomBytes: 1,
    lasts: true,
  },
};
