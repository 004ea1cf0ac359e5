// A recipe as Markdown for an issue or a chat: the settings that differ, the losses, the link. Pure.
import type { Recipe, SettingKey } from '../../../engine/index.ts';
import { pythonLabel, settingOf } from '../../../engine/index.ts';
import type { Run } from '../../state/state.ts';
import { figureText } from '../../texts/numbers.ts';
import { loggedSteps } from '../charts/curveSteps.ts';

export interface MarkdownWords {
  readonly setting: string;
  readonly value: string;
  /** What was changed on the way, a line each. */
  readonly changes: readonly string[];
  /** Sentence with the losses, or null when nothing ran. */
  readonly result: string | null;
  /** The curve in letters, or null when nothing ran. */
  readonly curve: string | null;
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
  const changes = words.changes.length === 0 ? [] : [...words.changes.map((one) => `- ${one}`), ''];
  const result = words.result === null ? [] : [words.result, ''];
  const curve = words.curve === null ? [] : ['```', words.curve, '```', ''];
  return [
    `**LoRA Playground**, preset \`${recipe.preset}\``,
    '',
    ...table,
    ...changes,
    ...result,
    ...curve,
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

const bars = '▁▂▃▄▅▆▇█';
const mostBars = 60;

/** The loss as a line of bars, the mean of some steps each, and its ends; × where one was no number. Null before the first step. */
export function curveText(run: Pick<Run, 'steps' | 'recipe'> | null): string | null {
  const steps = run === null ? [] : loggedSteps(run);
  const ends = [steps[0], steps.at(-1)];
  if (steps.length === 0) return null;
  const count = Math.min(mostBars, steps.length);
  const means = Array.from({ length: count }, (_, at) => {
    const some = steps.slice(
      Math.floor((at * steps.length) / count),
      Math.floor(((at + 1) * steps.length) / count),
    );
    return some.reduce((sum, { loss }) => sum + loss, 0) / some.length;
  });
  const known = means.filter(Number.isFinite);
  const low = Math.min(...known);
  const span = Math.max(...known) - low;
  const line = means.map((mean) =>
    Number.isFinite(mean) ? (bars[span > 0 ? Math.round((7 * (mean - low)) / span) : 0] ?? '') : '×',
  );
  const said = ends.map((point) => figureText(point?.loss ?? Number.NaN));
  return `loss ${said[0]} ${line.join('')} ${said[1]}  (${steps[0]?.step}–${steps.at(-1)?.step})`;
}
