// LN tuning: a trainable copy of each target, which runs in its place; meant for the norms. Source: Zhao et al., Tuning LayerNorm in
// Attention, 2023; PEFT 0.21 tuners/ln_tuning/{config,layer,model}.py.
import { text } from '../../ground/text.ts';
import { compareVersions } from '../../libraries/version.ts';
import { isFloating } from '../../torch/autograd/value.ts';
import type { Module } from '../../torch/nn/module.ts';
import type { AdapterMethod, AttachingScript } from '../method.ts';
import { copyOf } from '../saved/savedModules.ts';
import { setAdapterOf, shellAround, wrapEach } from '../wrap.ts';

const NO_LN_TUNING = "cannot import name 'LNTuningConfig' from 'peft'";
const PACKED = 'only Tensors of floating point dtype can require gradients';

const shell = (module: Module): Module =>
  shellAround(module, 'LNTuningLayer', [['ln_tuning_layers', 'ModuleDict']]);

/** update_layer: a deep copy of the module, in its own dtype. */
function fill(wrapper: Module, name: string, frozen: boolean, script: AttachingScript): void {
  const copy = copyOf(wrapper.child('base_layer'), true);
  const trained = [...copy.allParameters()];
  if (!frozen && trained.some(({ dtype }) => !isFloating(dtype))) script.raise('RuntimeError', PACKED);
  wrapper.child('ln_tuning_layers').children.set(name, copy);
  const instead = `ln_tuning_layers.${name}`;
  const none = { lowRank: null, inputScale: null, outputScale: null };
  setAdapterOf(wrapper, name, { type: 'LN_TUNING', trained, ...none, instead });
}

export const lnTuning: AdapterMethod<'LN_TUNING', Record<never, never>> = {
  type: 'LN_TUNING',
  prefix: 'ln_tuning_',
  name: 'LN tuning',
  help: {
    en: 'LN tuning trains copies of the norms and nothing else: target_modules None, or input_layernorm, post_attention_layernorm and norm, and a larger learning rate; the settings of LoRA do not apply.',
    zh: 'LN tuning 只训练归一化层的副本：target_modules 为 None，或 input_layernorm、post_attention_layernorm 与 norm，学习率更大；LoRA 的设置不适用。',
  },
  settings: {},
  config: {
    className: 'LNTuningConfig',
    arguments: [
      { name: 'task_type', form: 'constant', value: 'CAUSAL_LM', written: true, read: 'anything' },
      { name: 'target_modules', form: 'targets', setting: 'lora.target_modules', always: true },
      { name: 'exclude_modules', form: 'excluded', setting: 'lora.exclude_modules' },
      { name: 'modules_to_save', form: 'names', setting: 'lora.modules_to_save' },
      { name: 'inference_mode', form: 'value', setting: 'lora.inference_mode' },
    ],
  },
  modelClass: 'LNTuningModel',
  supports: 'any module',

  construct: (script) => {
    script.call = 'from peft import LNTuningConfig';
    if (compareVersions(script.stack.peft, '0.11') < 0) script.raise('ImportError', NO_LN_TUNING);
  },
  attach: (root, targets, { adapterName, inferenceMode }, script) => {
    wrapEach(root, targets, shell, (wrapper) => {
      fill(wrapper, adapterName, inferenceMode, script);
    });
  },

  // The copies are read with the base.
  draw: () => {},
  limit: () => null,

  configJson: (shared) => ({ ...shared, peft_type: 'LN_TUNING' }),
  nouns: { part: text('a copy', '副本'), whole: () => 'Copies of the norms' },
  merge: (weight, tensors) => Float32Array.from(tensors[0]?.values ?? weight),
  opens: [],
};
