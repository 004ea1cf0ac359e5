// A recipe as Markdown for an issue or a chat: the settings that differ, the losses, the link. Pure.
import type { Recipe, SettingKey } from '../../../engine/index.ts';
import { pythonLabel, settingOf } from '../../../engine/index.ts';
import type { Run } from '../../state/state.ts';
import { figureText } from '../../texts/numbers.ts';

export interface MarkdownWords {
  readonly setting: string;
  readonly value: string;
  /** Sentence with the losses, or null when nothing ran. */
  readonly result: string | null;
}

/** Markdown with a table of `keys`, and the address last. */
export function recipeMarkdown(
  recipe: Recipe,
  keys: readonly SettingKey[],
  link: string,
  words: MarkdownWords,
): string {
  const rows = keys.map(
    (key) => `| \`${pythonLabel(settingOf(key).python)}\` | \`${String(recipe.values[key])}\` |`,
  );
  const table =
    rows.length === 0 ? [] : [`| ${words.setting} | ${words.value} |`, '| --- | --- |', ...rows, ''];
  const result = words.result === null ? [] : [words.result, ''];
  return [
    `**LoRA Playground**, preset \`${recipe.preset}\``,
    '',
    ...table,
    ...result,
    `[${link.length > 80 ? `${link.slice(0, 77)}…` : link}](${link})`,
    '',
  ].join('\n');
}

/** First and last loss of a run, as figures; null before the first step. */
export function lossSpan(
  run: Run | null,
): { readonly first: string; readonly last: string; readonly steps: number } | null {
  const first = run?.steps[0];
  const last = run?.steps.at(-1);
  if (first === undefined || last === undefined) return null;
  return { first: figureText(first.loss), last: figureText(last.loss), steps: last.step };
}
