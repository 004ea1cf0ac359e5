// What is asked of whoever fetches models, and what it tells: a part of the messages of the worker (protocol.ts), each with the check of
// its fields. What can't be had is told there, as the errors of every part are.
import type { Checks, Of } from '../ground/messages.ts';
import type { Check } from '../ground/shapes.ts';
import { blob, boolean, list, nullable, number, optional, shape, string, whole } from '../ground/shapes.ts';
import type { ModelSource } from '../recipe/modelSource.ts';
import { commitOf, modelSource, repositoryId } from '../recipe/modelSource.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import { recipeValues } from '../recipe/recipeShapes.ts';
import type { DataSource } from '../recipe/rows/dataSource.ts';
import { dataSource, MOST_SOURCE_ROWS } from '../recipe/rows/dataSource.ts';
import type { CostEstimate } from '../training/cost.ts';
import type { KeptModel, ShelfFile } from './cache/shelf.ts';
import type { DatasetView, WantedRows } from './datasets/dataset.ts';
import type { HubView } from './hub.ts';
import type { HubSettings } from './hubNet.ts';
import type { Pushed, PushProgress, PushWish } from './push/pushFiles.ts';
import type { FoundModel } from './search.ts';

export type HubCommand =
  /** What a repository offers. Answers `hub-seen` or `hub-failed` with the same id. `wish`: as a person writes it. */
  | { readonly type: 'hub-look'; readonly id: number; readonly wish: string; readonly hub: HubSettings }
  /**
   * What training a repository at a commit would take, from its config.json alone, or where it has none from the header of this GGUF file. Answers `hub-weighed` or `hub-failed` with the same id.
   */
  | {
      readonly type: 'hub-weigh';
      readonly id: number;
      readonly repository: string;
      readonly revision: string;
      /** null: it has none. */
      readonly gguf: string | null;
      readonly values: RecipeValues;
      /** ONNX Runtime would run it, and hold weights of its own. */
      readonly onOrt: boolean;
      readonly hub: HubSettings;
    }
  /** Fetches a model's files, those that are not kept. Answers `hub-progress`, then `hub-opened` or `hub-failed`, with the same id. */
  | { readonly type: 'hub-open'; readonly id: number; readonly wish: string; readonly hub: HubSettings }
  /** Which configurations and splits a data set has. Answers `hub-rows-seen` or `hub-failed` with the same id. */
  | { readonly type: 'hub-look-rows'; readonly id: number; readonly wish: string; readonly hub: HubSettings }
  /** Fetches rows of a split. Answers `hub-progress`, then `hub-rows` or `hub-failed`, with the same id. */
  | {
      readonly type: 'hub-fetch-rows';
      readonly id: number;
      readonly wanted: WantedRows;
      readonly hub: HubSettings;
    }
  /** Hands files to a repository of the hub, made where it is not there. Answers `hub-push-progress`, then `hub-pushed` or `hub-failed`, with the same id. */
  | {
      readonly type: 'hub-push';
      readonly id: number;
      readonly wish: PushWish;
      readonly hub: HubSettings;
    }
  /** Gives up what has this id; nothing more is answered to it, and what came stays. */
  | { readonly type: 'hub-cancel'; readonly id: number }
  /** Models whose names have these words. Answers `hub-found` or `hub-failed` with the same id; a newer one takes its place. */
  | { readonly type: 'hub-search'; readonly id: number; readonly words: string; readonly hub: HubSettings }
  /** What is kept here. Answers `hub-kept` or `hub-failed` with the same id. */
  | { readonly type: 'hub-list'; readonly id: number }
  /** Deletes a model that is kept, by the name that the list gave it. Answers `hub-kept` or `hub-failed` with the same id. */
  | { readonly type: 'hub-forget'; readonly id: number; readonly name: string };

export type { FoundModel, HubSettings, HubView, KeptModel, PushWish };

export interface HubRate {
  readonly bytesPerSecond: number;
  readonly etaMs: number;
}

/** Its check stands with that of estimates (eventShapes.ts). */
export interface HubWeighed {
  readonly type: 'hub-weighed';
  readonly id: number;
  /** null: nobody knows before its files are here, or nothing would be trained. */
  readonly estimate: CostEstimate | null;
}

export type HubEvent =
  | ({ readonly type: 'hub-push-progress'; readonly id: number } & PushProgress)
  | ({ readonly type: 'hub-pushed'; readonly id: number } & Pushed)
  | { readonly type: 'hub-rows-seen'; readonly id: number; readonly view: DatasetView }
  | {
      readonly type: 'hub-rows';
      readonly id: number;
      readonly name: string;
      readonly file: Blob;
      readonly source: DataSource;
    }
  | { readonly type: 'hub-seen'; readonly id: number; readonly view: HubView }
  | {
      readonly type: 'hub-progress';
      readonly id: number;
      readonly file: string;
      readonly done: number;
      readonly total: number;
      /** Milliseconds until it is asked for again; 0: it comes. */
      readonly waitMs: number;
      /** Another tab fetches it. */
      readonly elsewhere: boolean;
      readonly rate?: HubRate;
    }
  | {
      readonly type: 'hub-opened';
      readonly id: number;
      readonly name: string;
      readonly source: ModelSource | null;
      readonly files: readonly { readonly name: string; readonly file: Blob }[];
    }
  | { readonly type: 'hub-found'; readonly id: number; readonly models: readonly FoundModel[] }
  | {
      readonly type: 'hub-kept';
      readonly id: number;
      readonly models: readonly KeptModel[];
      /** Bytes that may still be kept; null: nobody knows. */
      readonly roomBytes: number | null;
      /** Whether what is kept is there at the next visit. */
      readonly lasts: boolean;
    };

const id = number;
const hub: Check<HubSettings> = shape<HubSettings>({ address: string, token: nullable(string) });

export const hubCommands: Checks<HubCommand> = {
  'hub-look': shape<Of<HubCommand, 'hub-look'>>({ id, wish: string, hub }),
  'hub-weigh': shape<Of<HubCommand, 'hub-weigh'>>({
    id,
    repository: string,
    revision: string,
    gguf: nullable(string),
    values: recipeValues,
    onOrt: boolean,
    hub,
  }),
  'hub-look-rows': shape<Of<HubCommand, 'hub-look-rows'>>({ id, wish: string, hub }),
  'hub-fetch-rows': shape<Of<HubCommand, 'hub-fetch-rows'>>({
    id,
    wanted: shape<WantedRows>({
      hub: repositoryId,
      revision: commitOf,
      config: string,
      split: string,
      rows: nullable(whole(1, MOST_SOURCE_ROWS)),
    }),
    hub,
  }),
  'hub-open': shape<Of<HubCommand, 'hub-open'>>({ id, wish: string, hub }),
  'hub-push': shape<Of<HubCommand, 'hub-push'>>({
    id,
    wish: shape<PushWish>({
      repository: string,
      private: boolean,
      title: string,
      files: list(shape({ name: string, file: blob })),
    }),
    hub,
  }),
  'hub-cancel': shape<Of<HubCommand, 'hub-cancel'>>({ id }),
  'hub-search': shape<Of<HubCommand, 'hub-search'>>({ id, words: string, hub }),
  'hub-list': shape<Of<HubCommand, 'hub-list'>>({ id }),
  'hub-forget': shape<Of<HubCommand, 'hub-forget'>>({ id, name: string }),
};

const keptModel: Check<KeptModel> = shape<KeptModel>({
  id: string,
  revision: string,
  file: nullable(string),
  licence: nullable(string),
  files: list(shape<ShelfFile>({ path: string, key: string, sizeBytes: number })),
  usedAt: number,
  name: string,
  bytes: number,
  keptBytes: number,
  whole: boolean,
});

export const hubEvents: Checks<HubEvent> = {
  'hub-push-progress': shape<Of<HubEvent, 'hub-push-progress'>>({
    id,
    file: string,
    done: number,
    total: number,
  }),
  'hub-pushed': shape<Of<HubEvent, 'hub-pushed'>>({ id, page: string, commit: string }),
  'hub-rows-seen': shape<Of<HubEvent, 'hub-rows-seen'>>({
    id,
    view: shape<DatasetView>({
      id: string,
      revision: string,
      gated: boolean,
      licence: nullable(string),
      page: string,
      configs: list(
        shape<DatasetView['configs'][number]>({
          name: string,
          splits: list(
            shape<DatasetView['configs'][number]['splits'][number]>({
              split: string,
              files: number,
              bytes: number,
              inParts: boolean,
            }),
          ),
        }),
      ),
    }),
  }),
  'hub-rows': shape<Of<HubEvent, 'hub-rows'>>({ id, name: string, file: blob, source: dataSource }),
  'hub-seen': shape<Of<HubEvent, 'hub-seen'>>({
    id,
    view: shape<HubView>({
      id: string,
      revision: string,
      gated: boolean,
      licence: nullable(string),
      page: string,
      choices: list(
        shape<HubView['choices'][number]>({
          file: nullable(string),
          bytes: nullable(number),
          keptBytes: number,
        }),
      ),
    }),
  }),
  'hub-progress': shape<Of<HubEvent, 'hub-progress'>>({
    id,
    file: string,
    done: number,
    total: number,
    waitMs: number,
    elsewhere: boolean,
    rate: optional(shape<HubRate>({ bytesPerSecond: number, etaMs: number })),
  }),
  'hub-opened': shape<Of<HubEvent, 'hub-opened'>>({
    id,
    name: string,
    source: nullable(modelSource),
    files: list(shape({ name: string, file: blob })),
  }),
  'hub-found': shape<Of<HubEvent, 'hub-found'>>({
    id,
    models: list(
      shape<FoundModel>({
        id: string,
        gated: boolean,
        downloads: number,
        licence: nullable(string),
        modelType: nullable(string),
        parameters: nullable(number),
      }),
    ),
  }),
  'hub-kept': shape<Of<HubEvent, 'hub-kept'>>({
    id,
    models: list(keptModel),
    roomBytes: nullable(number),
    lasts: boolean,
  }),
};
