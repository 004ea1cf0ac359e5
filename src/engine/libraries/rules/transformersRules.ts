// Where the modelled transformers versions differ: gradient_checkpointing_enable, Trainer, add_adapter.
import type { Since } from '../since.ts';
import type { Rule, RulesOf } from './rule.ts';

const enable = 'modeling_utils.py gradient_checkpointing_enable';
const trainer = 'trainer.py Trainer._inner_training_loop';
const cacheLog = '`use_cache=True` is incompatible with gradient checkpointing. Setting `use_cache=False`';

const transformers = <V>(...since: Since<V>): Rule<'transformers', V> => ({ library: 'transformers', since });

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
    ['4.46', [], 'run on 4.57.1, 5.15.0, 5.24.0'],
  ),
  moduleClasses: transformers(
    [
      '0',
      { attention: 'LlamaAttention', activation: 'SiLUActivation', rotaryPerLayer: true },
      'run on 4.31.0',
    ],
    ['4.36', { attention: 'LlamaSdpaAttention', activation: 'SiLU', rotaryPerLayer: true }, 'run on 4.41.2'],
    [
      '4.48',
      { attention: 'LlamaAttention', activation: 'SiLUActivation', rotaryPerLayer: false },
      'run on 4.57.1, 5.15.0, 5.24.0',
    ],
  ),
};
