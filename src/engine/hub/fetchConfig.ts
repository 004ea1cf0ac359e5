// The config.json of a repository, by itself: what a model is and needs is told from it before any of its weights is fetched.
import { UserError } from '../ground/errors.ts';
import { readAddress } from '../ground/fetching/address.ts';
import { fetchBytes } from '../ground/fetching/download.ts';
import { fetchMissing } from '../ground/fetching/fetchErrors.ts';
import type { Net } from '../ground/fetching/net.ts';
import type { ReadOptions } from '../ground/fetching/progress.ts';
import { readJson } from '../ground/strictJson.ts';
import { text } from '../ground/text.ts';
import { oddAnswer } from './hubErrors.ts';
import type { HubSettings } from './hubNet.ts';
import { hubJudge, hubNet } from './hubNet.ts';

/** Larger than any configuration. */
const MOST_BYTES = 2 ** 22;

/** At a commit. null: the repository has none. Throws UserError 'hub-…' or 'fetch-…', and Cancelled. */
export async function fetchConfig(
  net: Net,
  settings: HubSettings,
  asked: { readonly id: string; readonly revision: string },
  options: ReadOptions = {},
): Promise<unknown> {
  const url = `${settings.address}/${asked.id}/resolve/${asked.revision}/config.json`;
  let bytes: Uint8Array;
  try {
    bytes = await fetchBytes(hubNet(net, settings), readAddress(url), {
      ...options,
      mostBytes: MOST_BYTES,
      judge: hubJudge(settings, asked, url),
      cached: false,
    });
  } catch (error) {
    if (error instanceof UserError && error.code === fetchMissing.code) return null;
    throw error;
  }
  const { value, problem } = readJson(new TextDecoder().decode(bytes), { anyKey: true });
  if (problem)
    throw oddAnswer({ name: url, found: text(`no JSON (${problem.en})`, `不是 JSON（${problem.zh}）`) });
  return value;
}
