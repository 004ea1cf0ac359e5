// Which modules target_modules means, and PEFT's refusals when it means nothing usable.
// Source: PEFT 0.17 tuners/tuners_utils.py inject_adapter, _maybe_include_all_linear_layers; lora/model.py.

import { PythonError } from '../torch/autograd/pythonError.ts';
import { describeModule } from '../torch/nn/describe.ts';
import type { Module } from '../torch/nn/module.ts';
import type { Narrowing } from './modulePatterns.ts';
import { isExcluded, isInLayers } from './modulePatterns.ts';
import type { TargetModules } from './targetModules.ts';
import { matchesTarget } from './targetModules.ts';

/** How the PEFT version in question speaks; the wiring fills it from its rules. */
export interface LoraDialect {
  /** The call that raises, as the script writes it. */
  readonly call: string;
  readonly modelType: string;
  readonly allLinear: 'a-name' | 'pretrained-only' | 'any-model';
  readonly targetsPrinted: 'list' | 'set';
  readonly emptyTargets: 'not-found' | 'nothing-passed';
  readonly unspecifiedTargets: string;
  readonly noMatchError: string;
  readonly unsupportedTarget: string;
  /** Called when exclude_modules named nothing. */
  unusedExclusion(exclude: TargetModules): void;
  /** Called with the keys of a pattern that matched no target. */
  unusedPatterns(argument: 'rank_pattern' | 'alpha_pattern', keys: readonly string[]): void;
}

/** PEFT's default for these model types when target_modules is None. */
const defaultTargets: Readonly<Record<string, readonly string[]>> = { llama: ['q_proj', 'v_proj'] };

/** Python's repr of a string that holds no quotes or control characters beyond these. */
const pythonString = (text: string): string =>
  text.includes("'") && !text.includes('"')
    ? `"${text}"`
    : `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

export function printedTarget(target: TargetModules, dialect: Pick<LoraDialect, 'targetsPrinted'>): string {
  if (target.form === 'regex') return target.pattern;
  if (target.form !== 'list') return 'all-linear';
  const unique = dialect.targetsPrinted === 'set' ? [...new Set(target.names)] : target.names;
  const inside = unique.map(pythonString).join(', ');
  if (dialect.targetsPrinted === 'list') return `[${inside}]`;
  return unique.length === 0 ? 'set()' : `{${inside}}`;
}

/** Everything an adapter can be hung on: not what an earlier adapter or a saved copy holds inside. */
function* outsideAdapters(module: Module, path = ''): Generator<[path: string, module: Module]> {
  yield [path, module];
  if (module.kind.type === 'lora') return;
  for (const [name, child] of module.children)
    yield* outsideAdapters(child, path === '' ? name : `${path}.${name}`);
}

const isLinear = (module: Module): boolean =>
  module.kind.type === 'linear' ||
  (module.kind.type === 'lora' && module.child('base_layer').kind.type === 'linear');
const isSupported = (module: Module): boolean =>
  isLinear(module) || module.kind.type === 'embedding' || module.kind.type === 'lora';

function allLinear(root: Module, dialect: LoraDialect): [string, Module][] {
  const linears = [...outsideAdapters(root)].filter(([, module]) => isLinear(module));
  if (!root.className.startsWith('Peft')) return linears.filter(([path]) => path !== 'lm_head');
  if (dialect.allLinear === 'pretrained-only') {
    throw new PythonError(
      'ValueError',
      "Only instances of PreTrainedModel support `target_modules='all-linear'`",
      dialect.call,
    );
  }
  return linears;
}

/** What a target and its narrowing come from: the LoraConfig. */
export interface Targeting {
  readonly target: TargetModules;
  readonly narrowing: Narrowing;
}

/** The error of a configuration that means no module at all. */
function nothingMatched(
  { target, narrowing }: Targeting,
  resolved: TargetModules,
  excluded: boolean,
  dialect: LoraDialect,
): PythonError {
  const layers =
    narrowing.layers === null
      ? ''
      : ` Note: You specified 'layers_to_transform': [${narrowing.layers.join(', ')}].`;
  const text = excluded
    ? 'No modules were targeted for adaptation. This might be caused by a combination of mismatched target modules and excluded modules. Please check your `target_modules` and `exclude_modules` configuration. You may also have only targeted modules that are marked to be saved (`modules_to_save`).'
    : `Target modules ${printedTarget(target.form === 'default' ? resolved : target, dialect)} not found in the base model. Please check the target modules and try again.`;
  return new PythonError(dialect.noMatchError, `${text}${layers}`, dialect.call);
}

/** What the target alone means, before anything narrows it. */
function namedModules(root: Module, resolved: TargetModules, dialect: LoraDialect): [string, Module][] {
  if (resolved.form === 'all-linear' && dialect.allLinear !== 'a-name') return allLinear(root, dialect);
  // Before 0.17 the empty string is a regex that matches the root's own name, ''.
  return [...outsideAdapters(root)].filter(([path]) =>
    path === '' ? resolved.form === 'regex' && resolved.pattern === '' : matchesTarget(resolved, path),
  );
}

/**
 * The modules below `root` that get an adapter, in module order. Throws PythonError as PEFT does: nothing given, nothing
 * matched, or a module that cannot carry LoRA.
 */
export function targetedModules(
  root: Module,
  targeting: Targeting,
  dialect: LoraDialect,
): [string, Module][] {
  const { target, narrowing } = targeting;
  const empty =
    (target.form === 'list' && target.names.length === 0) ||
    (target.form === 'regex' && target.pattern === '');
  if (empty && dialect.emptyTargets === 'nothing-passed') {
    const message =
      'No `target_modules` passed but also no `target_parameters` found. Please check the values for these arguments.';
    throw new PythonError(dialect.noMatchError, message, dialect.call);
  }
  if (target.form === 'default' && !defaultTargets[dialect.modelType]) {
    throw new PythonError('ValueError', dialect.unspecifiedTargets, dialect.call);
  }
  const resolved: TargetModules =
    target.form === 'default' ? { form: 'list', names: defaultTargets[dialect.modelType] ?? [] } : target;
  const named = namedModules(root, resolved, dialect);
  const excluded = [...outsideAdapters(root)].some(([path]) => isExcluded(narrowing, path));
  if (narrowing.exclude !== null && !excluded && named.length > 0) dialect.unusedExclusion(narrowing.exclude);
  const matches = named.filter(
    ([path]) => !isExcluded(narrowing, path) && isInLayers(narrowing, resolved, path),
  );
  const unsupported = matches.find(([, module]) => !isSupported(module));
  if (unsupported) {
    throw new PythonError(
      'ValueError',
      `Target module ${describeModule(unsupported[1])} is not supported. ${dialect.unsupportedTarget}`,
      dialect.call,
    );
  }
  if (matches.length === 0) throw nothingMatched(targeting, resolved, excluded, dialect);
  return matches;
}
