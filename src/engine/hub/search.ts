// Models whose names have some words, as the hub ranks them. What a person may open of one is asked when they choose it (repository.ts).
import type { Net } from '../ground/fetching/net.ts';
import type { ReadOptions } from '../ground/fetching/progress.ts';
import { recordOf } from '../ground/isRecord.ts';
import { readNamed } from '../recipe/modelSource.ts';
import { noSearch } from './hubErrors.ts';
import type { HubSettings } from './hubNet.ts';
import { hubFetch, spoken } from './hubNet.ts';
import { licenceOf } from './licence.ts';
import { isModelScope } from './modelScope.ts';

export interface FoundModel {
  readonly id: string;
  readonly gated: boolean;
  readonly downloads: number;
  readonly licence: string | null;
  /** `model_type` of its configuration, where the hub has read it. */
  readonly modelType: string | null;
  /** Of its safetensors, where the hub has counted them. */
  readonly parameters: number | null;
}

const MOST_FOUND = 20;

const count = (value: unknown): number | null => (typeof value === 'number' && value >= 0 ? value : null);

function foundModel(entry: unknown): FoundModel | null {
  const told = recordOf(entry);
  const { name, gated, downloads } = told;
  if (typeof name !== 'string' || readNamed(name)?.id !== name) return null;
  const { model_type: modelType } = recordOf(told.config);
  const { total } = recordOf(told.safetensors);
  return {
    id: name,
    gated: gated !== false && gated !== undefined,
    downloads: count(downloads) ?? 0,
    licence: licenceOf(told),
    modelType: typeof modelType === 'string' ? modelType : null,
    parameters: count(total),
  };
}

/** Throws UserError 'hub-…' or 'fetch-…', and Cancelled. */
export async function searchHub(
  net: Net,
  settings: HubSettings,
  words: string,
  options: ReadOptions = {},
): Promise<readonly FoundModel[]> {
  if (isModelScope(settings.address)) throw noSearch({ host: new URL(settings.address).host });
  const { listModels } = await import('./library.ts');
  const found: FoundModel[] = [];
  const models = listModels({
    hubUrl: settings.address,
    fetch: hubFetch(net, settings, { id: words, revision: null }, options),
    search: { query: words, task: 'text-generation' },
    sort: 'downloads',
    limit: MOST_FOUND,
    additionalFields: ['config', 'safetensors', 'cardData', 'tags'],
  });
  await spoken(settings, async () => {
    for await (const entry of models) {
      const one = foundModel(entry);
      if (one !== null) found.push(one);
      if (found.length === MOST_FOUND) return;
    }
  });
  return found;
}
