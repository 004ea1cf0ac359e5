// Where the modelled transformers versions differ: gradient_checkpointing_enable, Trainer, add_adapter.
import type { Since } from '../since.ts';
import type { PackedWeights, Rule, RulesOf } from './rule.ts';

const enable = 'modeling_utils.py gradient_checkpointing_enable';
const trainer = 'trainer.py Trainer._inner_training_loop';
const cacheLog = '`use_cache=True` is incompatible with gradient checkpointing. Setting `use_cache=False`';

const transformers = <V>(...since: Since<V>): Rule<'transformers', V> => ({ library: 'transformers', since });

const tuples =
  'We detected that you are passing `past_key_values` as a tuple and this is deprecated and will be removed in v4.43. Please use an appropriate `Cache` class (https://huggingface.co/docs/transformers/v4.41.3/en/internal/generation_utils#transformers.Cache)';
const supports = 'quantizers/*: is_trainable, read in the installed releases';
const needsBits =
  'The model you want to train is loaded in 8-bit precision.  if you want to fine-tune an 8-bit model, please make sure that you have installed `bitsandbytes>=0.37.0`. ';
const bits: readonly PackedWeights[] = ['bnb-4bit', 'bnb-8bit'];
const since441: readonly PackedWeights[] = [...bits, 'gptq', 'awq', 'aqlm', 'eetq', 'hqq'];

export const transformersRules: RulesOf<'transformers'> = {
  checkpointingDefault: transformers(
    ['0', 'nothing', enable],
    ['4.38', 'reentrant', enable],
    ['5', 'non-reentrant', enable],
  ),
  checkpointingKwargs: transformers(['0', false, enable], ['4.35', true, enable]),
  checkpointingHook: transformers(
    ['0', 'never', enable],
    ['4.34', 'after-add-adapter', `${enable}, _hf_peft_config_loaded`],
    ['5', 'always', `${enable}, every model with input_ids`],
  ),
  trainerKwargs: transformers(
    ['0', 'none', trainer],
    ['4.35', 'empty', `${trainer}: passes {}, so torch decides and warns`],
    ['4.45', 'none', `${trainer}: passes None, so transformers decides`],
  ),
  trainerCacheOff: transformers(['0', false, 'run on 4.57.1'], ['5', true, 'run on 5.15.0 and 5.24.0']),
  trainerRefusesQuantised: transformers(
    ['0', false, 'trainer.py Trainer.__init__'],
    ['4.34.1', true, 'trainer.py Trainer.__init__'],
  ),
  trainsQuantised: transformers(
    ['0', bits, 'modeling_utils.py _is_quantized_training_enabled, read in 4.31.0'],
    ['4.32', [...bits, 'gptq'], 'modeling_utils.py _is_quantized_training_enabled, read in 4.36.2: not awq'],
    ['4.38', since441, `${supports}; awq with autoawq from 0.2.0 on, aqlm from 1.0.2 on`],
    ['4.45', [...since441, 'quanto', 'torchao'], `${supports}; torchao of 8 bits alone`],
  ),
  quantisedTrainingError: transformers(
    ['0', needsBits, 'trainer.py Trainer.__init__'],
    [
      '4.38',
      'The model you are trying to fine-tune is quantized with {method} but that quantization method do not support training. Please open an issue on GitHub: https://github.com/huggingface/transformers to request the support for training support for {method}',
      'trainer.py Trainer.__init__; from 5 on trainer_utils.py',
    ],
  ),
  quantisedDtype: transformers(
    ['0', 'float16', 'quantizers/quantizer_bnb_8bit.py update_torch_dtype; before 4.38 modeling_utils.py'],
    ['5', 'checkpoint', 'quantizers/quantizer_bnb_8bit.py has no such step in 5.15.0 and 5.24.0'],
  ),
  trainerAsksBaseModel: transformers(
    ['0', false, 'trainer.py _set_signature_columns_if_needed, read in 4.31.0 and 4.36.2'],
    ['4.37', true, 'trainer.py _set_signature_columns_if_needed, read in 4.37.2, 4.38.2 and 4.41.2'],
  ),
  trainerDividesLoss: transformers(
    ['0', false, 'trainer.py Trainer.training_step'],
    ['4.46', true, 'trainer.py Trainer.compute_loss: num_items_in_batch'],
  ),
  addAdapter: transformers(
    ['0', 'missing', 'integrations/peft.py PeftAdapterMixin'],
    ['4.34', 'works', 'integrations/peft.py add_adapter'],
    ['5.24', 'refuses-peft', 'integrations/peft.py: wants PEFT 0.22, which is not released'],
  ),
  checkpointingDeprecated: transformers(['0', false, 'run on 5.15: no warning'], ['5.24', true, enable]),
  useCacheLog: transformers(
    ['0', `${cacheLog}...`, 'models/llama/modeling_llama.py'],
    ['4.38', `${cacheLog}.`, 'models/llama/modeling_llama.py'],
  ),
  cacheTupleLog: transformers(
    ['0', null, 'models/llama/modeling_llama.py'],
    ['4.42', { text: tuples, inTraining: true }, 'models/llama/modeling_llama.py, run on 4.42.4'],
    ['4.44', { text: tuples, inTraining: false }, 'models/llama/modeling_llama.py, run on 4.44.2'],
    ['4.45', null, 'models/llama/modeling_llama.py, run on 4.46.3'],
  ),
  labelNamesLog: transformers(
    ['0', null, 'trainer.py Trainer.__init__'],
    [
      '4.49',
      "No label_names provided for model class `{class}`. Since `PeftModel` hides base models input arguments, if label_names is not given, label_names can't be set automatically within `Trainer`. Note that empty label_names list will be used instead.",
      'trainer.py Trainer.__init__, run on 4.49.0',
    ],
    ['4.57', null, 'trainer.py Trainer.__init__: gone in 4.57.1; those between were not looked at'],
  ),
  trainerChatter: transformers(
    [
      '0',
      [
        'FutureWarning: This implementation of AdamW is deprecated and will be removed in a future version. Use the PyTorch implementation torch.optim.AdamW instead, or set `no_deprecation_warning=True` to disable this warning',
      ],
      'run on 4.31.0 with the default optimiser',
    ],
    ['4.32', [], 'run on 4.36.2'],
    [
      '4.40',
      ['log: max_steps is given, it will override any value given in num_train_epochs'],
      'run on 4.41.2 with max_steps',
    ],
    ['4.47', [], 'run on 4.48.2 and later; 4.46.3 still prints it'],
  ),
  quantisedBiasTrains: transformers(
    ['0', false, 'run on 4.57.1 with a Qwen 2'],
    ['5', true, 'run on 5.15.0 and 5.24.0 with a Qwen 2; no release between 4.57.1 and 5.15.0 was run'],
  ),
  moduleClasses: transformers(
    ['0', { attention: 'Attention', activation: 'SiLUActivation', rotaryPerLayer: true }, 'run on 4.31.0'],
    ['4.36', { attention: 'SdpaAttention', activation: 'SiLU', rotaryPerLayer: true }, 'run on 4.41.2'],
    [
      '4.48',
      { attention: 'Attention', activation: 'SiLU', rotaryPerLayer: false },
      'run on 4.48.2 and 4.49.0',
    ],
    [
      '4.50',
      { attention: 'Attention', activation: 'SiLUActivation', rotaryPerLayer: false },
      'activations.py, run on 4.57.1, 5.15.0, 5.24.0',
    ],
  ),
};
