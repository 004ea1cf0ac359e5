// The presets as the page fetches them: apart from its first load, for nothing is drawn with them. The worker reads the same file by itself.
import { pageFiles } from 'virtual:page-files';
import { openNet } from './ground/fetching/net.ts';
import { ownFiles } from './ground/fetching/ownFiles.ts';
import type { PresetInfo } from './recipe/presets.ts';
import { loadPresets } from './recipe/presets.ts';
import { unknownPreset } from './recipe/recipeErrors.ts';

/** `folder`: address of the page's folder, with a slash at its end. Throws UserError 'fetch-…', 'preset-settings' or 'presets'. */
export function pagePresets(folder: string): Promise<PresetInfo[]> {
  return loadPresets(ownFiles(openNet(), folder, pageFiles));
}

/** Rejects with UserError 'fetch-…' or 'unknown-preset'. */
export async function presetRows(
  folder: string,
  id: string,
): Promise<{ readonly name: string; readonly text: string }> {
  const read = ownFiles(openNet(), folder, pageFiles);
  const presets = await loadPresets(read);
  const name = presets.find((preset) => preset.id === id)?.file;
  if (name === undefined) throw unknownPreset({ known: presets.map((preset) => preset.id), got: id });
  return { name, text: new TextDecoder().decode(await read(`presets/${name}`)) };
}
