// IA3: a vector beside each target, on its input where it is a feedforward module, else on its output. The operations train it by their
// scales of inputs and outputs. Source: PEFT 0.21 tuners/ia3/{config,model,layer}.py.

import { parseNames } from '../../ground/settings/names.ts';
import { text } from '../../ground/text.ts';
import type { Adapter, Module } from '../../torch/nn/module.ts';
import { parameter } from '../../torch/nn/module.ts';
import type { AdapterMethod, TrainedTensor } from '../method.ts';
import { lastName } from '../paths.ts';
import { parseTargetModules } from '../targetModules.ts';
import { setAdapterOf, shellAround, warnFanIn, wrapEach } from '../wrap.ts';
import { ia3Settings } from './settings.ts';

const SUBSET = '`feedforward_modules` should be a subset of `target_modules`';

/** The vector, all ones: [1, in] for a feedforward module, else [out, 1]. */
function fill(wrapper: Module, path: string, adapterName: string, feedforwardNames: readonly string[]): void {
  const base = wrapper.child('base_layer');
  if (base.kind.type !== 'linear') return;
  const feedforward = feedforwardNames.some((name) => path.endsWith(name));
  const shape = feedforward ? [1, base.kind.inFeatures] : [base.kind.outFeatures, 1];
  const vector = parameter(adapterName, shape, { init: 'ones' });
  wrapper.child('ia3_l').parameters.set(adapterName, vector);
  setAdapterOf(wrapper, adapterName, {
    type: 'IA3',
    trained: [vector],
    lowRank: null,
    inputScale: feedforward ? vector : null,
    outputScale: feedforward ? null : { vector, overRowNorms: false, module: null },
    instead: null,
  });
}

/** Scales rows of `weight` [out, in] by l [out, 1], or columns by l [1, in]. */
function scaleBy(weight: Float32Array<ArrayBuffer>, { shape, values }: TrainedTensor) {
  const columns = shape[0] === 1;
  const width = columns ? values.length : weight.length / values.length;
  for (let i = 0; i < weight.length; i++)
    weight[i] = (weight[i] ?? 0) * (values[columns ? i % width : Math.floor(i / width)] ?? 0);
  return weight;
}

/** Projections that are computed together with others on one input. */
const sharesInput = (path: string): boolean => /\.(q|k|v|gate|up)_proj$/.test(path);

export const ia3: AdapterMethod<'IA3', typeof ia3Settings> = {
  type: 'IA3',
  prefix: 'ia3_',
  name: 'IA3',
  help: {
    en: 'IA3 only multiplies by a vector: far fewer parameters, a larger learning rate (1e-2), usual targets k_proj, v_proj and down_proj; r, lora_alpha and what follows do not apply.',
    zh: 'IA3 只乘一个向量：参数少得多，学习率更大（1e-2），通常作用于 k_proj、v_proj 与 down_proj；r、lora_alpha 等不适用。',
  },
  settings: ia3Settings,
  config: {
    className: 'IA3Config',
    arguments: [
      { name: 'task_type', form: 'constant', value: 'CAUSAL_LM', written: true, read: 'anything' },
      { name: 'target_modules', form: 'targets', setting: 'lora.target_modules', always: true },
      { name: 'feedforward_modules', form: 'names', setting: 'ia3.feedforward_modules', always: true },
      { name: 'exclude_modules', form: 'excluded', setting: 'lora.exclude_modules' },
      { name: 'modules_to_save', form: 'names', setting: 'lora.modules_to_save' },
      { name: 'inference_mode', form: 'value', setting: 'lora.inference_mode' },
      { name: 'init_ia3_weights', form: 'constant', value: true, written: false, read: 'the same' },
    ],
  },
  modelClass: 'IA3Model',
  supports: 'linears and embeddings',

  construct: (script, values) => {
    script.call = 'IA3Config(...)';
    const target = parseTargetModules(values['lora.target_modules']);
    const feedforward = parseNames(values['ia3.feedforward_modules']) ?? [];
    if (target.form === 'list' && feedforward.some((name) => !target.names.includes(name)))
      script.raise('ValueError', SUBSET);
  },
  attach: (root, targets, { values, adapterName, fanIn }, script) => {
    warnFanIn(targets, fanIn, script);
    const feedforward = parseNames(values['ia3.feedforward_modules']) ?? [];
    const shell = (module: Module): Module =>
      shellAround(module, module.className, [['ia3_l', 'ParameterDict']]);
    wrapEach(root, targets, shell, (wrapper, path) => {
      fill(wrapper, path, adapterName, feedforward);
    });
  },

  draw: ({ trained }, tensorOf) => {
    for (const vector of trained) tensorOf(vector).fill(1);
  },
  limit: (path, { inputScale }) =>
    inputScale && sharesInput(path)
      ? {
          found: text(
            'is a feedforward module, but it shares its input with others, which this engine computes together',
            '是 feedforward 模块，但它与别的模块共用输入，而本引擎把它们合在一起计算',
          ),
          remedy: text(
            'Keep feedforward_modules to o_proj and down_proj.',
            'feedforward_modules 请只含 o_proj 与 down_proj。',
          ),
        }
      : null,

  configJson: (shared, tensors) => {
    const isFeedforward = ({ adapter }: TrainedTensor): boolean => isOnInput(adapter);
    const feedforward = tensors.filter(isFeedforward).map(({ module }) => lastName(module));
    const own = { feedforward_modules: [...new Set(feedforward)], init_ia3_weights: true };
    return { ...shared, ...own, peft_type: 'IA3' };
  },
  nouns: { part: text('a vector', '向量'), whole: () => 'Vectors' },
  merge: (weight, tensors) => tensors.reduce(scaleBy, weight),
  opens: [],
};

const isOnInput = (adapter: Adapter | null): boolean => (adapter?.inputScale ?? null) !== null;
