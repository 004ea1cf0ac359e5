// What narrows an adapter module by module: rank_pattern and alpha_pattern, layers_to_transform, exclude_modules.
// Source: PEFT 0.21 utils/other.py get_pattern_key, tuners/tuners_utils.py check_target_module_exists.
import { causeOf } from '../ground/errors.ts';
import { quote, shortened } from '../ground/quote.ts';
import { jsonObject, jsonObjectProblem } from '../ground/settings/jsonObject.ts';
import { readJson } from '../ground/strictJson.ts';
import type { Text } from '../ground/text.ts';
import { text } from '../ground/text.ts';
import { fullMatch, javaScriptPattern } from './pythonPattern.ts';
import type { TargetModules } from './targetModules.ts';
import { matchesTarget } from './targetModules.ts';

/** Numbers by name or regular expression; the first key that matches the end of a module's path wins. */
export type ModulePattern = Readonly<Record<string, number>>;

/** The pattern of a setting's text. Throws UserError 'settings' for a text that is no JSON object. */
export function modulePattern(written: string): ModulePattern {
  return Object.fromEntries(Object.entries(jsonObject(written)).map(([key, value]) => [key, Number(value)]));
}

/** Why a text is no pattern of numbers from `least` on, or null. */
export function patternProblem(written: string, least: number): Text | null {
  const problem = jsonObjectProblem(written);
  if (problem !== null) return problem;
  for (const [key, value] of Object.entries(jsonObject(written))) {
    if (typeof value !== 'number' || value < least)
      return text(
        `${shortened(key, 60)}: expected a number from ${least} on, got ${quote(value)}.`,
        `${shortened(key, 60)}：应为不小于 ${least} 的数，得到 ${quote(value)}。`,
      );
    try {
      javaScriptPattern(key);
    } catch (error) {
      return text(
        `${shortened(key, 60)}: expected a name or a regular expression (${shortened(causeOf(error))}).`,
        `${shortened(key, 60)}：应为名称或正则表达式（${shortened(causeOf(error))}）。`,
      );
    }
  }
  return null;
}

const keyMatches = (key: string, path: string): boolean => fullMatch(`(.*\\.)?(${key})`, path);

/** Keys that match none of the paths, sorted. */
export const unusedKeys = (pattern: ModulePattern, paths: readonly string[]): string[] =>
  Object.keys(pattern)
    .filter((key) => !paths.some((path) => keyMatches(key, path)))
    .sort();

/** get_pattern_key: what a pattern says of the module at `path`, or `otherwise`. */
export function patternAt(pattern: ModulePattern, path: string, otherwise: number): number {
  for (const [key, value] of Object.entries(pattern)) if (keyMatches(key, path)) return value;
  return otherwise;
}

/** Layer numbers of a text such as `[0, 2]` or `3`; null when it names none. */
export function layersOf(written: string): readonly number[] | null {
  const trimmed = written.trim();
  if (trimmed === '' || trimmed === 'None' || trimmed === 'null') return null;
  const { value, problem } = readJson(trimmed, { deepest: 2 });
  if (problem) throw new SyntaxError(problem.en);
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const layers = list.filter((item): item is number => typeof item === 'number' && Number.isInteger(item));
  if (layers.length !== list.length) throw new SyntaxError('not whole numbers');
  return layers.length === 0 ? null : layers;
}

export function layersProblem(written: string): Text | null {
  try {
    layersOf(written);
    return null;
  } catch {
    return text(
      `expected a JSON list of layer numbers such as [0, 1], got ${quote(written)}.`,
      `应为层号的 JSON 列表，例如 [0, 1]，得到 ${quote(written)}。`,
    );
  }
}

export interface Narrowing {
  readonly layers: readonly number[] | null;
  readonly exclude: TargetModules | null;
  /** Names of modules_to_save that keep a module, and what is in it, from being adapted. */
  readonly saved?: readonly string[];
}

/** Whether exclude_modules names the module, or modules_to_save one that it is in. */
export const isExcluded = ({ exclude, saved = [] }: Narrowing, path: string): boolean =>
  (exclude !== null && matchesTarget(exclude, path)) ||
  saved.some((name) => fullMatch(`(.*\\.)?${name}(\\..*)?`, path));

/** layers_to_transform: a module that a list reached by the end of its name counts in the named layers only. */
export function isInLayers(
  { layers }: Narrowing,
  target: TargetModules,
  path: string,
  last: boolean,
): boolean {
  // Of a text only VeraConfig takes layers_to_transform, and for 'all-linear' it has become a list by then.
  if (layers === null || target.form === 'regex' || target.form === 'default') return true;
  if (target.form === 'list' && target.names.includes(path)) return true;
  const found = (last ? /^.*\.[^.]*\.(\d+)\./ : /^.*?\.[^.]*\.(\d+)\./).exec(path);
  return found !== null && layers.includes(Number(found[1]));
}
