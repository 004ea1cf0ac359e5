// Which modules target_modules means, and PEFT's refusals when it means nothing usable.
// Source: PEFT 0.17 tuners/tuners_utils.py inject_adapter, _maybe_include_all_linear_layers; lora/model.py.

import './linearPatterns.ts';
import { describeModule } from '../torch/nn/describe.ts';
import type { Module } from '../torch/nn/module.ts';
import type { AttachingScript, Target } from './method.ts';
import type { Narrowing } from './modulePatterns.ts';
import { isExcluded, isInLayers } from './modulePatterns.ts';
import type { TargetModules } from './targetModules.ts';
import { matchesTarget } from './targetModules.ts';

/** Python's repr of a string that holds no quotes or control characters beyond these. */
const pythonString = (text: string): string =>
  text.includes("'") && !text.includes('"')
    ? `"${text}"`
    : `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function printedTarget(target: TargetModules, form: 'list' | 'set'): string {
  if (target.form === 'regex') return target.pattern;
  if (target.form !== 'list') return 'all-linear';
  const unique = form === 'set' ? [...new Set(target.names)] : target.names;
  const inside = unique.map(pythonString).join(', ');
  if (form === 'list') return `[${inside}]`;
  return unique.length === 0 ? 'set()' : `{${inside}}`;
}

/** Everything an adapter can be hung on: not what an earlier adapter or a saved copy holds inside. */
function* outsideAdapters(module: Module, path = ''): Generator<[path: string, module: Module]> {
  yield [path, module];
  if (module.kind.type === 'adapted') return;
  for (const [name, child] of module.children)
    yield* outsideAdapters(child, path === '' ? name : `${path}.${name}`);
}

const isLinear = (module: Module): boolean =>
  module.kind.type === 'linear' ||
  (module.kind.type === 'adapted' && module.child('base_layer').kind.type === 'linear');
const isLinearOrTable = (module: Module): boolean =>
  isLinear(module) || /^(embedding|convolution|adapted)$/.test(module.kind.type);

/** Linears of quantisers that are no nn.Linear, and that 'all-linear' passes over. */
const OTHER_LINEARS = /^(QuantLinear|WQLinear_GEMM|HQQLinear)$/;

/** The head that 'all-linear' leaves out: the output embedding, or from PEFT 0.13 on that of a sequence classifier. */
function headOf(root: Module, script: AttachingScript): string | null {
  const head = script.places?.head ?? 'lm_head';
  if (head !== '') return head;
  const classifies = root.className.endsWith('ForSequenceClassification');
  if (!classifies || !script.behaves('allLinearSparesClassifier')) return null;
  return ['score', 'classifier'].find((name) => root.children.has(name)) ?? null;
}

function allLinear(root: Module, script: AttachingScript): Target[] {
  const linears = [...outsideAdapters(root)].filter(
    ([, module]) => isLinear(module) && !OTHER_LINEARS.test(module.className),
  );
  if (!root.className.startsWith('Peft')) {
    const head = headOf(root, script);
    return linears.filter(([path]) => path !== head);
  }
  if (script.behaves('allLinear') === 'pretrained-only')
    script.raise('ValueError', "Only instances of PreTrainedModel support `target_modules='all-linear'`");
  return linears;
}

/** What a configuration says of its targets, and what its method makes of that. */
export interface Targeting {
  readonly target: TargetModules;
  readonly narrowing: Narrowing;
  /** peft_type */
  readonly method: string;
  /** What target_modules is where it is None, by config.model_type. */
  readonly supports: 'linears and embeddings' | 'any module';
}

/** Raises the error of a configuration that means no module at all. */
function nothingMatched(
  { target, narrowing }: Targeting,
  resolved: TargetModules,
  excluded: boolean,
  script: AttachingScript,
): never {
  const layers =
    narrowing.layers === null || !script.behaves('noMatchTellsLayers')
      ? ''
      : ` Note: You specified 'layers_to_transform': [${narrowing.layers.join(', ')}].`;
  const printed = printedTarget(
    target.form === 'default' ? resolved : target,
    script.behaves('targetsPrinted'),
  );
  const saved = script.behaves('savedNotTargeted')
    ? ' You may also have only targeted modules that are marked to be saved (`modules_to_save`).'
    : '';
  const text = excluded
    ? `No modules were targeted for adaptation. This might be caused by a combination of mismatched target modules and excluded modules. Please check your \`target_modules\` and \`exclude_modules\` configuration.${saved}`
    : `Target modules ${printed} not found in the base model. Please check the target modules and try again.`;
  return script.raise(script.behaves('noMatchError'), `${text}${layers}`);
}

/** What the target alone means, before anything narrows it. */
function namedModules(root: Module, resolved: TargetModules, script: AttachingScript): Target[] {
  if (resolved.form === 'all-linear' && script.behaves('allLinear') !== 'a-name')
    return allLinear(root, script);
  // The empty string is a regex that matches the root's own name, ''.
  return [...outsideAdapters(root)].filter(([path]) =>
    path === ''
      ? resolved.form === 'regex' && resolved.pattern === '' && script.behaves('rootIsTarget')
      : matchesTarget(resolved, path),
  );
}

function warnUnusedExclusion(script: AttachingScript, exclude: TargetModules): void {
  script.warn(
    `UserWarning: You have passed exclude_modules=${printedTarget(exclude, 'set')} but no modules were excluded. Please check that exclude_modules was set correctly.`,
  );
}

/**
 * The modules below `root` that get an adapter, in module order. Throws PythonError as PEFT does: nothing given, nothing
 * matched, or a module that the method can't wrap.
 */
export function targetedModules(root: Module, targeting: Targeting, script: AttachingScript): Target[] {
  const { target, narrowing, method } = targeting;
  const empty =
    (target.form === 'list' && target.names.length === 0) ||
    (target.form === 'regex' && target.pattern === '');
  if (empty && script.behaves('emptyTargets') === 'nothing-passed') {
    const message =
      'No `target_modules` passed but also no `target_parameters` found. Please check the values for these arguments.';
    script.raise(script.behaves('noMatchError'), message);
  }
  const names = script.defaultTargets(method, script.modelType);
  if (target.form === 'default' && names === null)
    script.raise('ValueError', script.behaves('unspecifiedTargets'));
  const resolved: TargetModules = target.form === 'default' ? { form: 'list', names: names ?? [] } : target;
  const named = namedModules(root, resolved, script);
  const excluded = [...outsideAdapters(root)].some(([path]) => isExcluded(narrowing, path));
  if (narrowing.exclude !== null && !excluded && named.length > 0)
    warnUnusedExclusion(script, narrowing.exclude);
  const matches = named.filter(
    ([path]) =>
      !isExcluded(narrowing, path) && isInLayers(narrowing, resolved, path, script.behaves('layerIndexLast')),
  );
  const supported = targeting.supports === 'any module' ? () => true : isLinearOrTable;
  const unsupported = matches.find(([, module]) => !supported(module));
  if (unsupported)
    script.raise(
      'ValueError',
      `Target module ${describeModule(unsupported[1])} is not supported. ${script.behaves('unsupportedTarget')}`,
    );
  if (matches.length === 0) nothingMatched(targeting, resolved, excluded, script);
  return matches;
}
