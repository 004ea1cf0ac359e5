// The presets as the page fetches them: apart from its first load, for nothing is drawn with them. The worker reads the same file by itself.
import { pageFiles } from 'virtual:page-files';
import { openNet } from './ground/fetching/net.ts';
import { ownFiles } from './ground/fetching/ownFiles.ts';
import type { PresetInfo } from './recipe/presets.ts';
import { loadPresets } from './recipe/presets.ts';

/** `folder`: address of the page's folder, with a slash at its end. Throws UserError 'fetch-…', 'preset-settings' or 'presets'. */
export function pagePresets(folder: string): Promise<PresetInfo[]> {
  const read = ownFiles(openNet(), folder, pageFiles);
  return loadPresets(read);
}
