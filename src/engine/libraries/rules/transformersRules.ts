// Where the modelled transformers versions differ: gradient_checkpointing_enable, Trainer, add_adapter.
import type { RuleTable } from './rule.ts';

const library = 'transformers';
const enable = 'modeling_utils.py gradient_checkpointing_enable';
const trainer = 'trainer.py Trainer._inner_training_loop';
const cacheLog = '`use_cache=True` is incompatible with gradient checkpointing. Setting `use_cache=False`';

export const transformersRules = {
  checkpointingDefault: [
    { id: 'checkpointingDefault', library, versions: '<4.38', value: 'nothing', source: enable },
    { id: 'checkpointingDefault', library, versions: '>=4.38 <5', value: 'reentrant', source: enable },
    { id: 'checkpointingDefault', library, versions: '>=5', value: 'non-reentrant', source: enable },
  ],
  checkpointingKwargs: [
    { id: 'checkpointingKwargs', library, versions: '<4.35', value: false, source: enable },
    { id: 'checkpointingKwargs', library, versions: '>=4.35', value: true, source: enable },
  ],
  checkpointingHook: [
    { id: 'checkpointingHook', library, versions: '<4.34', value: 'never', source: enable },
    {
      id: 'checkpointingHook',
      library,
      versions: '>=4.34 <5',
      value: 'after-add-adapter',
      source: `${enable}, _hf_peft_config_loaded`,
    },
    {
      id: 'checkpointingHook',
      library,
      versions: '>=5',
      value: 'always',
      source: `${enable}, every model with input_ids`,
    },
  ],
  trainerKwargs: [
    { id: 'trainerKwargs', library, versions: '<4.35', value: 'none', source: trainer },
    {
      id: 'trainerKwargs',
      library,
      versions: '>=4.35 <4.45',
      value: 'empty',
      source: `${trainer}: passes {}, so torch decides and warns`,
    },
    {
      id: 'trainerKwargs',
      library,
      versions: '>=4.45',
      value: 'none',
      source: `${trainer}: passes None, so transformers decides`,
    },
  ],
  trainerCacheOff: [
    { id: 'trainerCacheOff', library, versions: '<5', value: false, source: 'run on 4.57.1' },
    { id: 'trainerCacheOff', library, versions: '>=5', value: true, source: 'run on 5.15.0 and 5.24.0' },
  ],
  trainerRefusesQuantised: [
    {
      id: 'trainerRefusesQuantised',
      library,
      versions: '<4.34.1',
      value: false,
      source: 'trainer.py Trainer.__init__',
    },
    {
      id: 'trainerRefusesQuantised',
      library,
      versions: '>=4.34.1',
      value: true,
      source: 'trainer.py Trainer.__init__',
    },
  ],
  addAdapter: [
    {
      id: 'addAdapter',
      library,
      versions: '<4.34',
      value: 'missing',
      source: 'integrations/peft.py PeftAdapterMixin',
    },
    {
      id: 'addAdapter',
      library,
      versions: '>=4.34 <5.24',
      value: 'works',
      source: 'integrations/peft.py add_adapter',
    },
    {
      id: 'addAdapter',
      library,
      versions: '>=5.24',
      value: 'refuses-peft',
      source: 'integrations/peft.py: wants PEFT 0.22, which is not released',
    },
  ],
  checkpointingDeprecated: [
    {
      id: 'checkpointingDeprecated',
      library,
      versions: '<5.24',
      value: false,
      source: 'run on 5.15: no warning',
    },
    { id: 'checkpointingDeprecated', library, versions: '>=5.24', value: true, source: enable },
  ],
  useCacheLog: [
    {
      id: 'useCacheLog',
      library,
      versions: '<4.38',
      value: `${cacheLog}...`,
      source: 'models/llama/modeling_llama.py',
    },
    {
      id: 'useCacheLog',
      library,
      versions: '>=4.38',
      value: `${cacheLog}.`,
      source: 'models/llama/modeling_llama.py',
    },
  ],
  trainerChatter: [
    {
      id: 'trainerChatter',
      library,
      versions: '<4.32',
      value: [
        'FutureWarning: This implementation of AdamW is deprecated and will be removed in a future version. Use the PyTorch implementation torch.optim.AdamW instead, or set `no_deprecation_warning=True` to disable this warning',
      ],
      source: 'run on 4.31.0 with the default optimiser',
    },
    {
      id: 'trainerChatter',
      library,
      versions: '>=4.32 <4.40',
      value: [],
      source: 'run on 4.36.2',
    },
    {
      id: 'trainerChatter',
      library,
      versions: '>=4.40 <4.46',
      value: ['log: max_steps is given, it will override any value given in num_train_epochs'],
      source: 'run on 4.41.2 with max_steps',
    },
    { id: 'trainerChatter', library, versions: '>=4.46', value: [], source: 'run on 4.57.1, 5.15.0, 5.24.0' },
  ],
  moduleClasses: [
    {
      id: 'moduleClasses',
      library,
      versions: '<4.36',
      value: { attention: 'LlamaAttention', activation: 'SiLUActivation', rotaryPerLayer: true },
      source: 'run on 4.31.0',
    },
    {
      id: 'moduleClasses',
      library,
      versions: '>=4.36 <4.48',
      value: { attention: 'LlamaSdpaAttention', activation: 'SiLU', rotaryPerLayer: true },
      source: 'run on 4.41.2',
    },
    {
      id: 'moduleClasses',
      library,
      versions: '>=4.48',
      value: { attention: 'LlamaAttention', activation: 'SiLUActivation', rotaryPerLayer: false },
      source: 'run on 4.57.1, 5.15.0, 5.24.0',
    },
  ],
} as const satisfies Partial<RuleTable>;
