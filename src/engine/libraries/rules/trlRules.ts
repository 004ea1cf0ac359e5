// Where the modelled TRL versions differ: what SFTTrainer does to the model it is given, before it trains it.
import type { Since } from '../since.ts';
import type { Rule, RulesOf } from './rule.ts';

const init = 'trainer/sft_trainer.py SFTTrainer.__init__';
const prepare = 'trainer/sft_trainer.py _prepare_peft_model; from 0.22 models/utils.py prepare_peft_model';
const dpo = 'trainer/dpo_trainer.py DPOTrainer.__init__';

const trl = <V>(...since: Since<V>): Rule<'trl', V> => ({ library: 'trl', since });

export const trlRules: RulesOf<'trl'> = {
  sftConfigOnPeftModel: trl(
    ['0', 'ignores', prepare],
    ['0.20', 'wraps-again', prepare],
    ['0.22', 'merges', `${prepare}: merge_and_unload`],
    ['0.27', 'refuses', init],
  ),
  sftPreparation: trl(
    ['0', 'base-with-config', prepare],
    ['0.20', 'all', `${prepare}: adapters of a PeftModel are frozen too`],
    ['0.23.1', 'not-peft-model', prepare],
    ['0.26', 'none', init],
  ),
  sftPreparationEndsCheckpointing: trl(
    ['0', false, init],
    ['0.7.2', true, `${init}: replaces its own args`],
    ['0.15', false, `${prepare}: changes a copy of args`],
    ['0.23', true, `${prepare}: changes args themselves`],
  ),
  sftPreparationArguments: trl(
    ['0', false, `${init}: prepare_model_for_int8_training(model)`],
    ['0.7.2', true, prepare],
  ),
  sftHook: trl(
    ['0', 'never', init],
    ['0.7.5', 'base-with-config', prepare],
    ['0.20', 'config-or-peft-model', prepare],
    ['0.26', 'peft-model', init],
  ),
  preferencePreparation: trl(
    ['0', 'always', `${dpo}: prepare_model_for_int8_training(model)`],
    ['0.7.5', 'by-arguments', `${dpo}, read in 0.7.10 to 0.26.2`],
    ['0.27', 'none', `${dpo}, read in 0.29.1, 1.9.0 and 1.16.0`],
  ),
  preferenceRefusesBoth: trl(
    ['0', false, `${dpo}, read in 0.7.10`],
    ['0.8', true, `${dpo}, read in 0.8.6 to 0.19.1`],
    ['0.27', false, `${dpo}, read in 0.29.1 and 1.16.0`],
  ),
  sftEnablesCheckpointing: trl(
    ['0', false, prepare],
    ['0.22', true, 'models/utils.py enable_gradient_checkpointing'],
    ['0.26', false, init],
  ),
  sftCastsAdapter: trl(
    ['0', false, prepare],
    ['0.26', true, `${init}: trainable weights of a k-bit model become bfloat16`],
  ),
  sftCastsUnderBf16: trl(
    ['0', 'nothing', `${init}, read in 0.7.1`],
    [
      '0.7.10',
      'head-and-adapter',
      'trainer/utils.py peft_module_casting_to_bf16: BaseTunerLayer, read in 0.7.10 and 0.8.6',
    ],
    ['0.9', 'head', 'trainer/utils.py peft_module_casting_to_bf16, read from 0.9.6 to 0.23.1'],
    ['0.26', 'nothing', `${init}: sftCastsAdapter instead`],
  ),
  sftDefaultsToNonReentrant: trl(
    ['0', false, init],
    ['0.28', true, `${init}: only with transformers before 5`],
  ),
  sftCacheOff: trl(
    ['0', false, 'trainer/sft_trainer.py compute_loss'],
    ['0.22', true, 'trainer/sft_trainer.py compute_loss'],
  ),
  sftHeadAdapter: trl(
    ['0', null, init],
    [
      '1.6',
      "`loss_type='chunked_nll'` is not supported when `lm_head` is wrapped by a PEFT adapter (e.g. `target_modules='all-linear'` or explicitly including `'lm_head'`). Either remove `lm_head` from `target_modules`, or switch to `loss_type='nll'`. If this is a real use case for you, please open an issue at https://github.com/huggingface/trl/issues.",
      `${init}, read in 1.9.0`,
    ],
    [
      '1.16',
      "Applying a PEFT adapter to `lm_head` is not supported: the log-probabilities are computed from `lm_head.weight` directly, so the adapter would never be trained. Remove `'lm_head'` from your `target_modules`.",
      `${init}, read in 1.16.0`,
    ],
  ),
  sftWrapsWithoutArguments: trl(
    ['0', null, `${init}, read in 0.7.1`],
    [
      '0.7.10',
      "'NoneType' object has no attribute 'bf16'",
      `${init}: args.bf16, run on 0.7.10; releases between were not looked at`,
    ],
    ['0.8', null, `${init}: args is not None and args.bf16, run on 0.8.6`],
  ),
  sftNeedsTextField: trl(
    [
      '0',
      "You passed `packing=False` to the SFTTrainer, but you didn't pass a `dataset_text_field` or `formatting_func` argument.",
      `${init}, read in 0.7.1, run on 0.7.10 and 0.8.6`,
    ],
    ['0.9', null, `${init}: only with skip_prepare_dataset, read in 0.9.6; gone in 0.11.4`],
  ),
  sftKnowsChatRows: trl(
    ['0', false, `${init}, read in 0.7.1`],
    ['0.7.10', true, 'extras/dataset_formatting.py get_formatting_func_from_dataset'],
  ),
  sftChatter: trl(
    [
      '0',
      [
        "log: You're using a PreTrainedTokenizerFast tokenizer. Please note that with a fast tokenizer, using the `__call__` method is faster than using a method to encode the text followed by a call to the `pad` method to get a padded encoding.",
      ],
      'run on 0.7.1: its collator pads',
    ],
    ['0.8', [], 'run on 0.8.6 and later'],
  ),
};
