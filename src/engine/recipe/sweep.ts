// Several runs of one recipe that differ in a few settings: values read from a line of text, their grid, at most so many of it, and names that
// say what differs. Pure; who runs them, and one after another, is elsewhere.
import { decimal } from '../ground/decimal.ts';
import type { Text } from '../ground/text.ts';
import { text } from '../ground/text.ts';
import { TorchGenerator } from '../torch/random/mt19937.ts';
import type { Recipe, RecipePatch, SettingKey } from './recipe.ts';
import { isSettingKey, readSettings, settingOf, withPatch } from './recipe.ts';
import { noSuchSetting } from './recipeErrors.ts';

/** The settings that the page offers a sweep over; the command line takes any. */
export const sweptKeys = [
  'train.learning_rate',
  'lora.r',
  'lora.target_modules',
  'train.seed',
] as const satisfies readonly SettingKey[];

export interface SweepAxis {
  readonly key: SettingKey;
  /** In the order they were written, none twice. */
  readonly values: readonly (string | number | boolean)[];
}

export interface SweepRun {
  /** The settings that the sweep is over, as this run has them. */
  readonly patch: RecipePatch;
  readonly recipe: Recipe;
  /** What this run has and others don't: `learning_rate 0.001 · r 8`. */
  readonly name: string;
}

/** Runs of one sweep; no grid is drawn that is larger. */
export const MOST_RUNS = 64;
const MOST_GRID = 10_000;

/** The parts between commas; those inside brackets or quotes part nothing. */
function partsOf(written: string): readonly string[] {
  const parts: string[] = [''];
  let depth = 0;
  let quoted = false;
  for (const letter of written) {
    if (letter === '"') quoted = !quoted;
    if (!quoted && '[({'.includes(letter)) depth += 1;
    if (!quoted && '])}'.includes(letter)) depth -= 1;
    if (letter === ',' && depth <= 0 && !quoted) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function readValue(key: SettingKey, written: string): string | number | boolean {
  const { kind } = settingOf(key).type;
  if (kind === 'number') return decimal(written) ?? written;
  if (kind === 'boolean') return written === 'true' ? true : written === 'false' ? false : written;
  return written;
}

/** The values that a text names between commas, or what is wrong with one of them in words. */
export function readAxis(key: string, written: string): SweepAxis | Text {
  if (!isSettingKey(key)) return noSuchSetting(key);
  const values = [...new Set(partsOf(written).map((part) => readValue(key, part)))];
  if (values.length === 0)
    return text(
      `${key}: expected values with commas between them, got none.`,
      `${key}：应为以逗号分隔的值，一个也没有。`,
    );
  for (const value of values) {
    const [problem] = readSettings({ [key]: value }).problems;
    if (problem) return problem;
  }
  return { key, values };
}

export const isAxis = (read: SweepAxis | Text): read is SweepAxis => 'key' in read;

/** As the recipe's own settings are called, without the part before the dot: `r 8`. */
const namePart = (key: SettingKey, value: string | number | boolean): string =>
  `${key.slice(key.indexOf('.') + 1)} ${String(value)}`;

/** Runs that the axes give in all. */
export const gridSize = (axes: readonly SweepAxis[]): number =>
  axes.reduce((all, { values }) => all * values.length, 1);

/** Places of `most` of `count`, in their order: all, or those that the seed draws, so that no axis is seen at its beginning alone. */
function chosen(count: number, most: number, seed: number): readonly number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return new TorchGenerator(seed)
    .randperm(count)
    .slice(0, most)
    .sort((a, b) => a - b);
}

/** The runs of a grid in its order, the last axis the fastest; where there are more than `atMost`, so many of them, drawn by the recipe's seed. */
export function sweepRuns(base: Recipe, axes: readonly SweepAxis[], atMost: number): readonly SweepRun[] {
  const size = Math.min(gridSize(axes), MOST_GRID);
  const most = Math.max(1, Math.min(atMost, MOST_RUNS));
  return chosen(size, most, base.values['train.seed']).map((place) => {
    let rest = place;
    const picked = axes
      .toReversed()
      .map(({ key, values }) => {
        const value = values[rest % values.length] ?? '';
        rest = Math.floor(rest / values.length);
        return [key, value] as const;
      })
      .toReversed();
    const { patch } = readSettings(Object.fromEntries(picked));
    return {
      patch,
      recipe: { ...base, values: withPatch(base.values, patch) },
      name: picked.map(([key, value]) => namePart(key, value)).join(' · '),
    };
  });
}
