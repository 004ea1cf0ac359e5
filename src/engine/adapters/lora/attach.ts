// LoRA on the module tree: what a wrapper holds, as PEFT injects it; DoRA's magnitudes, and how init_lora_weights begins each tensor.
// Sees names and shapes, never packed bytes. Source: PEFT 0.17 tuners/lora/{model,layer,bnb}.py.

import type { DType } from '../../torch/autograd/value.ts';
import { isFloating } from '../../torch/autograd/value.ts';
import type { LowRank, OutputScale, Parameter } from '../../torch/nn/module.ts';
import { Module, parameter } from '../../torch/nn/module.ts';
import type { AttachingScript, AttachOptions, MethodValues, Target } from '../method.ts';
import type { ModulePattern } from '../modulePatterns.ts';
import { modulePattern, patternAt, unusedKeys } from '../modulePatterns.ts';
import { setAdapterOf, shellAround, warnFanIn, wrapEach } from '../wrap.ts';
import { isDecomposition } from './decompose.ts';
import type { LoraAdapter } from './loraAdapter.ts';
import type { loraSettings } from './settings.ts';

export type LoraValues = MethodValues<typeof loraSettings>;

/** PEFT's own class around a module: a Conv1D of transformers and every subclass of torch's get that of their kind. */
function layerClass({ className, kind }: Module): string {
  if (kind.type === 'embedding') return 'Embedding';
  return className === 'Conv1D' || /^(NonDynamicallyQuantizableLinear|NormHead)$/.test(className)
    ? 'Linear'
    : className;
}

function shell(module: Module): Module {
  return shellAround(module, `lora.${layerClass(module)}`, [
    ['lora_dropout', 'ModuleDict'],
    ['lora_A', 'ModuleDict'],
    ['lora_B', 'ModuleDict'],
    ['lora_embedding_A', 'ParameterDict'],
    ['lora_embedding_B', 'ParameterDict'],
  ]);
}

function factor(inFeatures: number, outFeatures: number, dtype: DType, init: Parameter['init']) {
  const module = new Module('Linear', { type: 'linear', inFeatures, outFeatures });
  const weight = parameter('weight', [outFeatures, inFeatures], {
    dtype,
    init,
    zeroAtStart: init === 'zeros',
  });
  module.parameters.set('weight', weight);
  return { module, weight };
}

/** The dictionary of DoRA's magnitudes, made at the first of them. */
function magnitudes(wrapper: Module): Module {
  const known = wrapper.children.get('lora_magnitude_vector');
  if (known) return known;
  const made = new Module('ModuleDict');
  wrapper.children.set('lora_magnitude_vector', made);
  return made;
}

function magnitude(wrapper: Module, name: string, outFeatures: number, dtype: DType): OutputScale {
  const module = new Module('lora.dora.DoraLinearLayer');
  const vector = parameter('weight', [outFeatures], { dtype, init: 'row_norm' });
  module.parameters.set('weight', vector);
  magnitudes(wrapper).children.set(name, module);
  return { vector, overRowNorms: true, module: `lora_magnitude_vector.${name}` };
}

/** init_lora_weights: how the two factors of a linear start. */
function factorInits(init: string): { readonly a: Parameter['init']; readonly b: Parameter['init'] } {
  if (isDecomposition(init)) return { a: 'decomposed', b: 'decomposed' };
  if (init === 'false') return { a: 'linear', b: 'linear' };
  return { a: init === 'gaussian' ? 'gaussian' : 'kaiming_uniform', b: 'zeros' };
}

const PISSA_TYPE =
  'Please initialize PiSSA under float32, float16, or bfloat16. Subsequently, re-quantize the residual model to help minimize quantization errors.';

/** init_lora_weights as the version takes it. */
function initOf(script: AttachingScript, values: LoraValues): string {
  const init = values['lora.init_lora_weights'];
  return script.behaves('gaussianInit') || init === 'false' ? init : 'true';
}

interface Ranks {
  readonly init: string;
  readonly r: number;
  readonly alpha: number;
}

type Hooks = Pick<LoraAdapter, 'trained' | 'lowRank' | 'outputScale'>;

interface Convolved {
  readonly name: string;
  readonly r: number;
  readonly init: string;
  readonly shared: Pick<LowRank, 'rank' | 'scale' | 'dropout' | 'made'>;
}

/** A convolution to r channels, as the base's, and one of a single place from there. */
function convolved(wrapper: Module, base: Module, dtype: DType, { name, r, init, shared }: Convolved): Hooks {
  const [out = 0, channels = 0, ...places] = base.parameters.get('weight')?.shape ?? [];
  const inits = factorInits(init);
  const part = (at: string, shape: readonly number[], first: Parameter['init']): Parameter => {
    const module = new Module(base.className, { type: 'convolution' });
    const weight = parameter('weight', shape, { dtype, init: first, zeroAtStart: first === 'zeros' });
    module.parameters.set('weight', weight);
    wrapper.child(at).children.set(name, module);
    return weight;
  };
  const a = part('lora_A', [r, channels, ...places], inits.a);
  const b = part('lora_B', [out, r, ...places.map(() => 1)], inits.b);
  const modules = { a: `lora_A.${name}`, b: `lora_B.${name}` };
  return { trained: [a, b], lowRank: { ...shared, a, b, modules }, outputScale: null };
}

/** The tensors of one adapter on a linear or an embedding; nothing on another module. */
function tensorsFor(wrapper: Module, options: AttachOptions<LoraValues>, { init, r, alpha }: Ranks): Hooks {
  const { values, adapterName: name } = options;
  const base = wrapper.child('base_layer');
  const dtype = options.dtypeOn(base.parameters.get('weight')?.dtype ?? 'float32');
  const scale = alpha / (values['lora.use_rslora'] ? Math.sqrt(r) : r);
  const shared = { rank: r, scale, dropout: values['lora.lora_dropout'], made: null };
  if (base.kind.type === 'embedding') {
    const { rows, width } = base.kind;
    const drawn = init === 'false';
    const a = parameter(name, [r, rows], { dtype, init: drawn ? 'linear' : 'zeros', zeroAtStart: !drawn });
    const b = parameter(name, [width, r], { dtype, init: drawn ? 'linear' : 'normal' });
    wrapper.child('lora_embedding_A').parameters.set(name, a);
    wrapper.child('lora_embedding_B').parameters.set(name, b);
    return { trained: [a, b], lowRank: { ...shared, a, b, modules: null }, outputScale: null };
  }
  if (base.kind.type === 'convolution') return convolved(wrapper, base, dtype, { name, r, init, shared });
  if (base.kind.type !== 'linear') return { trained: [], lowRank: null, outputScale: null };
  const { inFeatures, outFeatures } = base.kind;
  const inits = factorInits(init);
  const [a, b] = [factor(inFeatures, r, dtype, inits.a), factor(r, outFeatures, dtype, inits.b)];
  wrapper.child('lora_A').children.set(name, a.module);
  wrapper.child('lora_B').children.set(name, b.module);
  const modules = { a: `lora_A.${name}`, b: `lora_B.${name}` };
  const lowRank = { ...shared, a: a.weight, b: b.weight, modules };
  if (!values['lora.use_dora']) return { trained: [a.weight, b.weight], lowRank, outputScale: null };
  const outputScale = magnitude(wrapper, name, outFeatures, dtype);
  return { trained: [a.weight, b.weight, outputScale.vector], lowRank, outputScale };
}

/** update_layer: gives a wrapper the tensors of one adapter, replacing those of the same name. */
function updateLayer(
  wrapper: Module,
  options: AttachOptions<LoraValues>,
  ranks: Ranks,
  script: AttachingScript,
): void {
  const { values, adapterName: name } = options;
  const dropout = new Module(values['lora.lora_dropout'] > 0 ? 'Dropout' : 'Identity');
  wrapper.child('lora_dropout').children.set(name, dropout);
  const stored = wrapper.child('base_layer').parameters.get('weight')?.dtype;
  const isPacked = stored !== undefined && !isFloating(stored);
  if (ranks.init === 'pissa' && isPacked) script.raise('TypeError', PISSA_TYPE);
  const adapter: LoraAdapter = {
    type: 'LORA',
    ...tensorsFor(wrapper, options, ranks),
    inputScale: null,
    instead: null,
    alpha: ranks.alpha,
    rslora: values['lora.use_rslora'],
    dora: values['lora.use_dora'],
    init: ranks.init,
  };
  setAdapterOf(wrapper, name, adapter);
  for (const part of ['lora_dropout', 'lora_A', 'lora_B', 'lora_magnitude_vector'])
    wrapper.children.get(part)?.train(wrapper.training);
}

function warnUnused(
  argument: string,
  pattern: ModulePattern,
  targets: readonly Target[],
  script: AttachingScript,
) {
  const unused = unusedKeys(
    pattern,
    targets.map(([path]) => path),
  );
  if (unused.length === 0 || !script.behaves('unusedPatternWarning')) return;
  const keys = unused.map((key) => `'${key}'`).join(', ');
  script.warn(
    `RuntimeWarning: The following ${argument} keys did not match any targeted module and were ignored: [${keys}].`,
  );
}

/** Wraps the targets; rank_pattern and alpha_pattern say where r and lora_alpha differ. */
export function attachLora(
  root: Module,
  targets: readonly Target[],
  options: AttachOptions<LoraValues>,
  script: AttachingScript,
): void {
  const { values } = options;
  const init = initOf(script, values);
  const ranks = modulePattern(values['lora.rank_pattern']);
  const alphas = modulePattern(values['lora.alpha_pattern']);
  warnFanIn(targets, options.fanIn, script);
  wrapEach(root, targets, shell, (wrapper, path) => {
    const r = patternAt(ranks, path, values['lora.r']);
    const alpha = patternAt(alphas, path, values['lora.lora_alpha']);
    updateLayer(wrapper, options, { init, r, alpha }, script);
  });
  warnUnused('rank_pattern', ranks, targets, script);
  warnUnused('alpha_pattern', alphas, targets, script);
}

/** bias="all" or "lora_only". */
export function thawBias(root: Module, values: LoraValues): void {
  const bias = values['lora.bias'];
  if (bias !== 'all' && bias !== 'lora_only') return;
  const wrapped = new Set(
    [...root.modules()].flatMap(({ kind, children }) =>
      kind.type === 'adapted' ? (children.get('base_layer') ?? []) : [],
    ),
  );
  for (const [, parameter, owner] of root.namedParameters())
    if (parameter.name.includes('bias') && (bias === 'all' || wrapped.has(owner)))
      parameter.requiresGrad = true;
}
