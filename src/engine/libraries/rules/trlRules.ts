// Where the modelled TRL versions differ: what SFTTrainer does to the model it is given, before it trains it.
import type { RuleTable } from './rule.ts';

const library = 'trl';
const init = 'trainer/sft_trainer.py SFTTrainer.__init__';
const prepare = 'trainer/sft_trainer.py _prepare_peft_model; from 0.22 models/utils.py prepare_peft_model';

export const trlRules = {
  sftConfigOnPeftModel: [
    { id: 'sftConfigOnPeftModel', library, versions: '<0.20', value: 'ignores', source: prepare },
    { id: 'sftConfigOnPeftModel', library, versions: '>=0.20 <0.22', value: 'wraps-again', source: prepare },
    {
      id: 'sftConfigOnPeftModel',
      library,
      versions: '>=0.22 <0.27',
      value: 'merges',
      source: `${prepare}: merge_and_unload`,
    },
    { id: 'sftConfigOnPeftModel', library, versions: '>=0.27', value: 'refuses', source: init },
  ],
  sftPreparation: [
    { id: 'sftPreparation', library, versions: '<0.20', value: 'base-with-config', source: prepare },
    {
      id: 'sftPreparation',
      library,
      versions: '>=0.20 <0.23.1',
      value: 'all',
      source: `${prepare}: adapters of a PeftModel are frozen too`,
    },
    { id: 'sftPreparation', library, versions: '>=0.23.1 <0.26', value: 'not-peft-model', source: prepare },
    { id: 'sftPreparation', library, versions: '>=0.26', value: 'none', source: init },
  ],
  sftPreparationEndsCheckpointing: [
    { id: 'sftPreparationEndsCheckpointing', library, versions: '<0.7.2', value: false, source: init },
    {
      id: 'sftPreparationEndsCheckpointing',
      library,
      versions: '>=0.7.2 <0.12',
      value: true,
      source: `${init}: replaces its own args`,
    },
    {
      id: 'sftPreparationEndsCheckpointing',
      library,
      versions: '>=0.12 <0.23',
      value: false,
      source: `${prepare}: changes a copy of args`,
    },
    {
      id: 'sftPreparationEndsCheckpointing',
      library,
      versions: '>=0.23',
      value: true,
      source: `${prepare}: changes args themselves`,
    },
  ],
  sftPreparationArguments: [
    {
      id: 'sftPreparationArguments',
      library,
      versions: '<0.7.2',
      value: false,
      source: `${init}: prepare_model_for_int8_training(model)`,
    },
    { id: 'sftPreparationArguments', library, versions: '>=0.7.2', value: true, source: prepare },
  ],
  sftHook: [
    { id: 'sftHook', library, versions: '<0.7.5', value: 'never', source: init },
    { id: 'sftHook', library, versions: '>=0.7.5 <0.20', value: 'base-with-config', source: prepare },
    { id: 'sftHook', library, versions: '>=0.20 <0.26', value: 'config-or-peft-model', source: prepare },
    { id: 'sftHook', library, versions: '>=0.26', value: 'peft-model', source: init },
  ],
  sftEnablesCheckpointing: [
    { id: 'sftEnablesCheckpointing', library, versions: '<0.22', value: false, source: prepare },
    {
      id: 'sftEnablesCheckpointing',
      library,
      versions: '>=0.22 <0.26',
      value: true,
      source: 'models/utils.py enable_gradient_checkpointing',
    },
    { id: 'sftEnablesCheckpointing', library, versions: '>=0.26', value: false, source: init },
  ],
  sftCastsAdapter: [
    { id: 'sftCastsAdapter', library, versions: '<0.26', value: false, source: prepare },
    {
      id: 'sftCastsAdapter',
      library,
      versions: '>=0.26',
      value: true,
      source: `${init}: trainable weights of a k-bit model become bfloat16`,
    },
  ],
  sftDefaultsToNonReentrant: [
    { id: 'sftDefaultsToNonReentrant', library, versions: '<0.28', value: false, source: init },
    {
      id: 'sftDefaultsToNonReentrant',
      library,
      versions: '>=0.28',
      value: true,
      source: `${init}: only with transformers before 5`,
    },
  ],
  sftCacheOff: [
    {
      id: 'sftCacheOff',
      library,
      versions: '<0.22',
      value: false,
      source: 'trainer/sft_trainer.py compute_loss',
    },
    {
      id: 'sftCacheOff',
      library,
      versions: '>=0.22',
      value: true,
      source: 'trainer/sft_trainer.py compute_loss',
    },
  ],
  sftHeadAdapter: [
    { id: 'sftHeadAdapter', library, versions: '<1.6', value: null, source: init },
    {
      id: 'sftHeadAdapter',
      library,
      versions: '>=1.6 <1.16',
      value:
        "`loss_type='chunked_nll'` is not supported when `lm_head` is wrapped by a PEFT adapter (e.g. `target_modules='all-linear'` or explicitly including `'lm_head'`). Either remove `lm_head` from `target_modules`, or switch to `loss_type='nll'`. If this is a real use case for you, please open an issue at https://github.com/huggingface/trl/issues.",
      source: `${init}, read in 1.9.0`,
    },
    {
      id: 'sftHeadAdapter',
      library,
      versions: '>=1.16',
      value:
        "Applying a PEFT adapter to `lm_head` is not supported: the log-probabilities are computed from `lm_head.weight` directly, so the adapter would never be trained. Remove `'lm_head'` from your `target_modules`.",
      source: `${init}, read in 1.16.0`,
    },
  ],
  sftChatter: [
    {
      id: 'sftChatter',
      library,
      versions: '<0.8',
      value: [
        "log: You're using a PreTrainedTokenizerFast tokenizer. Please note that with a fast tokenizer, using the `__call__` method is faster than using a method to encode the text followed by a call to the `pad` method to get a padded encoding.",
      ],
      source: 'run on 0.7.1: its collator pads',
    },
    { id: 'sftChatter', library, versions: '>=0.8', value: [], source: 'run on 0.8.6 and later' },
  ],
} as const satisfies Partial<RuleTable>;
