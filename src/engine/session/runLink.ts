// The link that replays a run, with what it came to: rows stay where they are, program and template come along.
import type { Fingerprint } from '../recipe/fingerprint.ts';
import { formatLink } from '../recipe/link.ts';
import { presetValues } from '../recipe/presets.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Assets } from './assets.ts';

/** The text behind the '#', without it. */
export async function runLink(
  assets: Assets,
  recipe: Recipe,
  fingerprint: Fingerprint | null,
): Promise<string> {
  const presets = presetValues(await assets.presets());
  const parts = { includeData: false, includeProgram: true, includeTemplate: true };
  return formatLink(recipe, presets, { ...parts, fingerprint });
}
