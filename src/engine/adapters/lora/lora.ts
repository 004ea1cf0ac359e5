// LoRA on the module tree: which modules are wrapped and what a wrapper holds, as PEFT injects it.
// Sees names and shapes, never packed bytes; what differs between PEFT versions comes in as a LoraDialect.
// Source: PEFT 0.17 tuners/lora/{model,layer,bnb}.py, tuners/tuners_utils.py inject_adapter.

import type { SettingValue } from '../../ground/settings/setting.ts';
import { PythonError } from '../../torch/autograd/pythonError.ts';
import type { DType } from '../../torch/autograd/value.ts';
import type { LoraAdapter, Parameter } from '../../torch/nn/module.ts';
import { Module, parameter } from '../../torch/nn/module.ts';
import { ia3Shell, updateIa3 } from '../ia3/ia3.ts';
import type { ModulePattern, Narrowing } from '../modulePatterns.ts';
import { patternAt, unusedKeys } from '../modulePatterns.ts';
import { wrapSavedModules } from '../saved/savedModules.ts';
import type { loraSettings } from '../settings.ts';
import type { TargetModules } from '../targetModules.ts';
import type { LoraDialect } from '../targets.ts';
import { targetedModules } from '../targets.ts';
import type { VeraOptions } from '../vera/vera.ts';
import { updateVera, veraShare, veraShell } from '../vera/vera.ts';

export interface LoraOptions {
  /** IA3: modules whose input is scaled; null: LoRA. */
  readonly ia3: { readonly feedforward: readonly string[] } | null;
  /** VeRA; null: LoRA. */
  readonly vera: VeraOptions | null;
  readonly r: number;
  readonly loraAlpha: number;
  readonly loraDropout: number;
  readonly target: TargetModules;
  readonly narrowing: Narrowing;
  /** lora_alpha / √r. */
  readonly useRslora: boolean;
  readonly initLoraWeights: SettingValue<(typeof loraSettings)['lora.init_lora_weights']>;
  readonly useDora: boolean;
  readonly rankPattern: ModulePattern;
  readonly alphaPattern: ModulePattern;
  /** LoraConfig(inference_mode=True): attached and active, but frozen. */
  readonly inferenceMode: boolean;
  readonly adapterName: string;
  readonly bias: 'none' | 'all' | 'lora_only';
  /** Names (suffixes) of modules that get a trainable copy. */
  readonly modulesToSave: readonly string[];
  /** dtype of new adapter weights on a base weight of the given dtype. */
  readonly dtypeOn: (base: DType) => DType;
}

function emptyDict(className: string): Module {
  return new Module(className);
}

/** The shell around one module, without any adapter yet: base_layer and the dictionaries PEFT keeps. */
function shell(module: Module): { readonly wrapper: Module; readonly adapters: Map<string, LoraAdapter> } {
  const adapters = new Map<string, LoraAdapter>();
  const wrapper = new Module(`lora.${module.className}`, {
    type: 'lora',
    adapters,
    active: [],
    disabled: false,
  });
  wrapper.children.set('base_layer', module);
  for (const name of ['lora_dropout', 'lora_A', 'lora_B'])
    wrapper.children.set(name, emptyDict('ModuleDict'));
  for (const name of ['lora_embedding_A', 'lora_embedding_B'])
    wrapper.children.set(name, emptyDict('ParameterDict'));
  return { wrapper, adapters };
}

function factor(inFeatures: number, outFeatures: number, dtype: DType, init: Parameter['init']): Module {
  const module = new Module('Linear', { type: 'linear', inFeatures, outFeatures });
  module.parameters.set(
    'weight',
    parameter('weight', [outFeatures, inFeatures], { dtype, init, zeroAtStart: init === 'zeros' }),
  );
  return module;
}

/** The dictionary of DoRA's magnitudes, made at the first of them. */
function magnitudes(wrapper: Module): Module {
  const known = wrapper.children.get('lora_magnitude_vector');
  if (known) return known;
  const made = emptyDict('ModuleDict');
  wrapper.children.set('lora_magnitude_vector', made);
  return made;
}

function magnitude(outFeatures: number, dtype: DType): Module {
  const module = new Module('lora.dora.DoraLinearLayer');
  module.parameters.set('weight', parameter('weight', [outFeatures], { dtype, init: 'row_norm' }));
  return module;
}

/** init_lora_weights: how the two factors of a linear start. */
const factorInits: Readonly<
  Record<LoraOptions['initLoraWeights'], { readonly a: Parameter['init']; readonly b: Parameter['init'] }>
> = {
  true: { a: 'kaiming_uniform', b: 'zeros' },
  false: { a: 'linear', b: 'linear' },
  gaussian: { a: 'gaussian', b: 'zeros' },
  pissa: { a: 'decomposed', b: 'decomposed' },
  olora: { a: 'decomposed', b: 'decomposed' },
  loftq: { a: 'decomposed', b: 'decomposed' },
};

const PISSA_TYPE =
  'Please initialize PiSSA under float32, float16, or bfloat16. Subsequently, re-quantize the residual model to help minimize quantization errors.';

/** update_layer: gives the wrapper at `path` the tensors of one adapter, replacing those of the same name. */
function updateLayer(wrapper: Module, path: string, options: LoraOptions, call: string): void {
  const { kind } = wrapper;
  const base = wrapper.child('base_layer');
  if (kind.type !== 'lora') return;
  const { adapterName: name } = options;
  const r = patternAt(options.rankPattern, path, options.r);
  const alpha = patternAt(options.alphaPattern, path, options.loraAlpha);
  const scaling = alpha / (options.useRslora ? Math.sqrt(r) : r);
  kind.adapters.set(name, {
    r,
    alpha,
    rslora: options.useRslora,
    scaling,
    dropout: options.loraDropout,
    dora: options.useDora,
    init: options.initLoraWeights,
    ia3: null,
    vera: null,
  });
  wrapper
    .child('lora_dropout')
    .children.set(name, new Module(options.loraDropout > 0 ? 'Dropout' : 'Identity'));
  if (options.initLoraWeights === 'pissa' && base.parameters.get('weight')?.dtype === 'uint8')
    throw new PythonError('TypeError', PISSA_TYPE, call);
  const inits = factorInits[options.initLoraWeights];
  const dtype = options.dtypeOn(base.parameters.get('weight')?.dtype ?? 'float32');
  if (base.kind.type === 'embedding') {
    const { rows, width } = base.kind;
    const tensor = (shape: readonly number[], init: Parameter['init']): Parameter =>
      parameter(name, shape, { dtype, init, zeroAtStart: init === 'zeros' });
    const drawn = options.initLoraWeights === 'false';
    wrapper.child('lora_embedding_A').parameters.set(name, tensor([r, rows], drawn ? 'linear' : 'zeros'));
    wrapper.child('lora_embedding_B').parameters.set(name, tensor([width, r], drawn ? 'linear' : 'normal'));
  } else if (base.kind.type === 'linear') {
    wrapper.child('lora_A').children.set(name, factor(base.kind.inFeatures, r, dtype, inits.a));
    wrapper.child('lora_B').children.set(name, factor(r, base.kind.outFeatures, dtype, inits.b));
    if (options.useDora) magnitudes(wrapper).children.set(name, magnitude(base.kind.outFeatures, dtype));
  }
  for (const part of ['lora_dropout', 'lora_A', 'lora_B', 'lora_magnitude_vector'])
    wrapper.children.get(part)?.train(wrapper.training);
}

/** Replaces the module at a dotted path below `root`. */
export function replaceModule(root: Module, path: string, module: Module): void {
  const at = path.lastIndexOf('.');
  root.at(at < 0 ? '' : path.slice(0, at))?.children.set(path.slice(at + 1), module);
}

const isAdapterName = (name: string): boolean => /lora_|ia3_|vera_/.test(name);

/** LoRA wrappers below a module. */
export function loraLayers(root: Module): Module[] {
  return [...root.modules()].filter(({ kind }) => kind.type === 'lora');
}

/** Adapter tensors of one adapter in a wrapper. */
function tensorsOf(wrapper: Module, adapter: string): Parameter[] {
  const linear = ['lora_A', 'lora_B', 'lora_magnitude_vector'].flatMap((part) => [
    ...(wrapper.children.get(part)?.children.get(adapter)?.parameters.values() ?? []),
  ]);
  const tables = ['lora_embedding_A', 'lora_embedding_B'].flatMap(
    (part) => wrapper.children.get(part)?.parameters.get(adapter) ?? [],
  );
  const vectors = ['ia3_l', 'vera_lambda_b', 'vera_lambda_d'].flatMap(
    (part) => wrapper.children.get(part)?.parameters.get(adapter) ?? [],
  );
  return [...linear, ...tables, ...vectors];
}

/** set_adapter: one adapter active and trainable (unless inference mode), all others frozen. */
export function activateAdapter(root: Module, adapter: string, trainable: boolean): void {
  for (const wrapper of loraLayers(root)) {
    if (wrapper.kind.type !== 'lora') continue;
    for (const name of wrapper.kind.adapters.keys())
      requireGrad(wrapper, name, name === adapter && trainable);
    wrapper.kind.active = [adapter];
  }
}

/** Sets requires_grad of one adapter's tensors in a wrapper. */
export function requireGrad(wrapper: Module, adapter: string, requiresGrad: boolean): void {
  for (const tensor of tensorsOf(wrapper, adapter)) tensor.requiresGrad = requiresGrad;
}

function applyBias(root: Module, bias: LoraOptions['bias']): void {
  if (bias === 'none') return;
  for (const [, tensor, owner] of root.namedParameters()) {
    if (!tensor.name.includes('bias')) continue;
    if (bias === 'all') tensor.requiresGrad = true;
    else if (loraLayers(root).some((wrapper) => wrapper.children.get('base_layer') === owner))
      tensor.requiresGrad = true;
  }
}

/**
 * inject_adapter: wraps the targets in place, freezes everything that is not an adapter, activates the new adapter.
 * `root` is whatever PEFT was given (a causal LM, or a PeftModel at a second wrap). Throws PythonError with PEFT's texts
 * when nothing or the wrong kind of module is targeted.
 */
export function injectAdapter(root: Module, options: LoraOptions, dialect: LoraDialect): void {
  const matches = targetedModules(root, options, dialect);
  const { ia3, vera } = options;
  const targets = matches.map(([, module]) => module);
  const share = vera && veraShare(targets, options.r, vera.key);
  const wrapped = ia3 ? ia3Shell : vera ? veraShell : (module: Module) => shell(module).wrapper;
  for (const [path, module] of matches) {
    let wrapper = module;
    if (module.kind.type !== 'lora') {
      wrapper = wrapped(module);
      for (const part of wrapper.modules()) if (part !== module) part.training = module.training;
      replaceModule(root, path, wrapper);
    }
    if (ia3) updateIa3(wrapper, path, options, ia3.feedforward);
    else if (vera && share) updateVera(wrapper, options, vera, share, dialect.call);
    else updateLayer(wrapper, path, options, dialect.call);
  }
  const paths = matches.map(([path]) => path);
  for (const [argument, pattern] of [
    ['rank_pattern', options.rankPattern],
    ['alpha_pattern', options.alphaPattern],
  ] as const) {
    const unused = unusedKeys(pattern, paths);
    if (unused.length > 0) dialect.unusedPatterns(argument, unused);
  }
  for (const [name, tensor] of root.namedParameters()) if (!isAdapterName(name)) tensor.requiresGrad = false;
  applyBias(root, options.bias);
}

/** modules_to_save: done by the PeftModel, after the injection. */
export function saveModules(root: Module, options: LoraOptions, originalTrains: boolean): void {
  const saved = wrapSavedModules(root, options.modulesToSave, options.adapterName, {
    trainable: !options.inferenceMode,
    originalTrains,
  });
  if (options.modulesToSave.length > 0 && saved === 0) {
    throw new PythonError(
      'ValueError',
      `Target modules {${options.modulesToSave.map((name) => `'${name}'`).join(', ')}} not found in the base model. Please check the target modules and try again.`,
      'get_peft_model',
    );
  }
}
