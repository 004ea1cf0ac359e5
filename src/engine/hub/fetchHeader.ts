// The headers of a GGUF model of a repository, by themselves: what a model is and needs, told where no config.json says it and before any of
// its weights is fetched. They are read in ranges; a server that knows none leaves it open.
import { UserError } from '../ground/errors.ts';
import { fetchRange } from '../ground/fetching/fetchErrors.ts';
import type { Net } from '../ground/fetching/net.ts';
import type { ReadOptions } from '../ground/fetching/progress.ts';
import { rangedSource } from '../ground/fetching/rangedSource.ts';
import { ggufHeader } from '../models/gguf/ggufModel.ts';
import { partNames } from '../models/gguf/splits.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import type { HubSettings } from './hubNet.ts';
import { hubNet } from './hubNet.ts';

export interface ModelHeader {
  readonly config: ModelConfig;
  readonly formatOf: ModelFiles['formatOf'];
}

/** At a commit; `file`: of a split model the first. Throws UserError 'fetch-…', 'gguf-…' or 'model-…', and Cancelled. */
export async function fetchHeader(
  net: Net,
  settings: HubSettings,
  asked: { readonly id: string; readonly revision: string; readonly file: string },
  options: ReadOptions = {},
): Promise<ModelHeader | null> {
  const base = `${settings.address}/${asked.id}/resolve/${asked.revision}`;
  const of = (path: string): string => `${base}/${path.split('/').map(encodeURIComponent).join('/')}`;
  try {
    const sources = await Promise.all(
      partNames(asked.file).map((path) => rangedSource(hubNet(net, settings), of(path), options)),
    );
    const { config, formatOf } = await ggufHeader(sources);
    return { config, formatOf };
  } catch (error) {
    if (error instanceof UserError && error.code === fetchRange.code) return null;
    throw error;
  }
}
