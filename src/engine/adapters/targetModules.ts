// How PEFT decides which modules a LoRA adapter wraps: "all-linear", a list (full path or suffix), a full-match regex.
// Source: PEFT 0.17 tuners/tuners_utils.py check_target_module_exists, _maybe_include_all_linear_layers.
import { causeOf } from '../ground/errors.ts';
import { quote, shortened } from '../ground/quote.ts';
import type { Text } from '../ground/text.ts';
import { text } from '../ground/text.ts';
import { fullMatch, javaScriptPattern } from './pythonPattern.ts';

export type TargetModules =
  | { readonly form: 'all-linear' }
  | { readonly form: 'list'; readonly names: readonly string[] }
  | { readonly form: 'regex'; readonly pattern: string }
  | { readonly form: 'default' };

/**
 * Reads the setting's text: `all-linear` in any case, a JSON list of strings, `None`/`null`, or a regular expression.
 * A text that starts like a list but isn't one is refused by `targetModulesProblem`.
 */
export function parseTargetModules(written: string): TargetModules {
  const trimmed = written.trim();
  if (trimmed.toLowerCase() === 'all-linear') return { form: 'all-linear' };
  if (trimmed === 'None' || trimmed === 'null') return { form: 'default' };
  if (trimmed.startsWith('[')) {
    const value: unknown = JSON.parse(trimmed.replaceAll("'", '"'));
    if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
      return { form: 'list', names: value };
  }
  return { form: 'regex', pattern: trimmed };
}

export function targetModulesProblem(written: string): Text | null {
  const trimmed = written.trim();
  try {
    if (trimmed.startsWith('[')) {
      const value: unknown = JSON.parse(trimmed.replaceAll("'", '"'));
      if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
        return text('expected a JSON list of names.', '应为名称的 JSON 列表。');
      return null;
    }
    javaScriptPattern(trimmed);
    return null;
  } catch (error) {
    return text(
      `expected "all-linear", a JSON list of names or a regular expression, got ${quote(written)} (${shortened(causeOf(error))}).`,
      `应为 "all-linear"、名称的 JSON 列表或正则表达式，得到 ${quote(written)}（${shortened(causeOf(error))}）。`,
    );
  }
}

/** Whether the module at `path` (such as `model.layers.0.self_attn.q_proj`) matches a list or regex target. */
export function matchesTarget(target: TargetModules, path: string): boolean {
  if (target.form === 'list') return target.names.some((name) => path === name || path.endsWith(`.${name}`));
  if (target.form === 'regex') return target.pattern !== '' && fullMatch(target.pattern, path);
  return false;
}
