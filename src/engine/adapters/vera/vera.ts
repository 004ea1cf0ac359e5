// VeRA: two vectors beside each target, on random matrices that all targets share. Factors are made of them before a step, so that the
// operations train it as LoRA. Source: PEFT 0.21 tuners/vera/{config,model,layer}.py.

import { text } from '../../ground/text.ts';
import { compareVersions } from '../../libraries/version.ts';
import type { Adapter, Module } from '../../torch/nn/module.ts';
import { parameter, Module as TorchModule } from '../../torch/nn/module.ts';
import { addDelta } from '../addDelta.ts';
import type { AdapterMethod, AttachOptions, MethodValues, Target, TrainedTensor } from '../method.ts';
import { setAdapterOf, shellAround, warnFanIn, wrapEach } from '../wrap.ts';
import { veraDerived } from './derived.ts';
import type { SharedMatrices } from './projections.ts';
import { drawProjections, factorsOf } from './projections.ts';
import { veraSettings } from './settings.ts';
import type { VeraAdapter } from './veraAdapter.ts';
import { isVera } from './veraAdapter.ts';

type Options = AttachOptions<MethodValues<typeof veraSettings>>;

const NO_VERA = "cannot import name 'VeraConfig' from 'peft'";

/** The matrices that these targets share: as wide as the widest. */
function sharedBy(targets: readonly Target[], r: number, key: number): SharedMatrices {
  let [inFeatures, outFeatures] = [0, 0];
  for (const [, module] of targets) {
    const { kind } = module.kind.type === 'adapted' ? module.child('base_layer') : module;
    if (kind.type !== 'linear') continue;
    inFeatures = Math.max(inFeatures, kind.inFeatures);
    outFeatures = Math.max(outFeatures, kind.outFeatures);
  }
  return { key, r, inFeatures, outFeatures };
}

/** The vectors: b [out] of zeros, d [r] of `d_initial`. */
function fill(wrapper: Module, { values, adapterName: name }: Options, shared: SharedMatrices): void {
  const { kind } = wrapper.child('base_layer');
  if (kind.type !== 'linear') return;
  const [r, dropout, initial] = [values['lora.r'], values['lora.lora_dropout'], values['vera.d_initial']];
  const dropoutLayer = new TorchModule(dropout > 0 ? 'Dropout' : 'Identity');
  dropoutLayer.training = wrapper.training;
  wrapper.child('vera_dropout').children.set(name, dropoutLayer);
  const b = parameter(name, [kind.outFeatures], { init: 'zeros', zeroAtStart: true });
  const d = parameter(name, [r], { init: { fill: initial }, zeroAtStart: initial === 0 });
  wrapper.child('vera_lambda_b').parameters.set(name, b);
  wrapper.child('vera_lambda_d').parameters.set(name, d);
  const made = { inFeatures: kind.inFeatures, outFeatures: kind.outFeatures };
  const adapter: VeraAdapter = {
    type: 'VERA',
    trained: [b, d],
    lowRank: { a: d, b, rank: r, scale: 1, dropout, made, modules: null },
    inputScale: null,
    outputScale: null,
    instead: null,
    shared,
  };
  setAdapterOf(wrapper, name, adapter);
}

const shell = (module: Module): Module =>
  shellAround(module, `vera.${module.className}`, [
    ['vera_dropout', 'ModuleDict'],
    ['vera_lambda_b', 'ParameterDict'],
    ['vera_lambda_d', 'ParameterDict'],
  ]);

const sharedOf = (adapters: readonly (Adapter | null)[]): SharedMatrices | null =>
  adapters.find(isVera)?.shared ?? null;

export const vera: AdapterMethod<'VERA', typeof veraSettings> = {
  type: 'VERA',
  prefix: 'vera_lambda_',
  name: 'VeRA',
  help: {
    en: 'VeRA trains two vectors a target on random matrices that all targets share; lora_alpha, bias and patterns do not apply.',
    zh: 'VeRA 在所有目标共享的随机矩阵上为每个目标训练两个向量；lora_alpha、bias 与各种 pattern 不适用。',
  },
  settings: veraSettings,
  config: {
    className: 'VeraConfig',
    arguments: [
      { name: 'task_type', form: 'constant', value: 'CAUSAL_LM', written: true, read: 'anything' },
      { name: 'r', form: 'value', setting: 'lora.r', always: true },
      { name: 'vera_dropout', form: 'float', setting: 'lora.lora_dropout', always: true },
      { name: 'target_modules', form: 'targets', setting: 'lora.target_modules', always: true },
      { name: 'd_initial', form: 'float', setting: 'vera.d_initial', always: true },
      { name: 'projection_prng_key', form: 'value', setting: 'vera.projection_prng_key', always: true },
      { name: 'layers_to_transform', form: 'layers', setting: 'lora.layers_to_transform' },
      { name: 'exclude_modules', form: 'excluded', setting: 'lora.exclude_modules' },
      { name: 'modules_to_save', form: 'names', setting: 'lora.modules_to_save' },
      { name: 'inference_mode', form: 'value', setting: 'lora.inference_mode' },
      { name: 'bias', form: 'constant', value: 'none', written: false, read: 'the same' },
      { name: 'init_weights', form: 'constant', value: true, written: false, read: 'the same' },
      { name: 'save_projection', form: 'constant', value: true, written: false, read: 'anything' },
    ],
  },
  modelClass: 'VeraModel',
  supports: 'linears and embeddings',

  construct: (script) => {
    script.call = 'from peft import VeraConfig';
    if (compareVersions(script.stack.peft, '0.11') < 0) script.raise('ImportError', NO_VERA);
  },
  attach: (root, targets, options, script) => {
    const { values } = options;
    warnFanIn(targets, options.fanIn, script);
    const shared = sharedBy(targets, values['lora.r'], values['vera.projection_prng_key']);
    wrapEach(root, targets, shell, (wrapper) => {
      const base = wrapper.child('base_layer');
      if (base.kind.type !== 'linear')
        script.raise(
          'ValueError',
          `Target module ${base.className} is not supported. Currently, only the following modules are supported: \`torch.nn.Linear\`, \`transformers.pytorch_utils.Conv1D\`.`,
        );
      fill(wrapper, options, shared);
    });
  },

  draw: ({ trained }, tensorOf) => {
    for (const vector of trained)
      if (typeof vector.init === 'object') tensorOf(vector).fill(vector.init.fill);
  },
  derived: veraDerived,
  limit: () => null,

  sharedTensors: (adapters) => {
    const shared = sharedOf(adapters);
    if (!shared) return [];
    const { r, inFeatures, outFeatures } = shared;
    const flat = drawProjections(shared);
    return [
      { name: 'base_model.vera_A', shape: [r, inFeatures], values: flat.slice(0, r * inFeatures) },
      { name: 'base_model.vera_B', shape: [outFeatures, r], values: flat.slice(r * inFeatures) },
    ];
  },
  configJson: (shared, tensors) => {
    const matrices = sharedOf(tensors.map(({ adapter }) => adapter));
    return {
      ...shared,
      bias: 'none',
      init_weights: true,
      peft_type: 'VERA',
      projection_prng_key: matrices?.key ?? 0,
      r: matrices?.r ?? 0,
      save_projection: true,
      vera_dropout: tensors[0]?.adapter?.lowRank?.dropout ?? 0,
    };
  },
  nouns: {
    part: text('vectors', '向量'),
    whole: (tensors) => `Rank ${sharedOf(tensors.map(({ adapter }) => adapter))?.r ?? 0}`,
  },
  merge: (weight, tensors) => {
    const part = (name: string): TrainedTensor | undefined => tensors.find((tensor) => tensor.part === name);
    const [d, b] = [part('vera_lambda_d'), part('vera_lambda_b')];
    const shared = sharedOf(tensors.map(({ adapter }) => adapter));
    if (shared && d && b)
      addDelta(weight, factorsOf(shared, d.values, b.values, weight.length / b.values.length), 1);
    return weight;
  },
  opens: [],
};
