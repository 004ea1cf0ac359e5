// Which argument of which Python class is which setting, where the setting's own declaration does not say it: other spellings of a
// value, arguments that change nothing here. The reverse of the script: used to read a pasted one.

import { settingProblem } from '../../ground/settings/setting.ts';
import { namesOf, spellings } from '../../libraries/spelling.ts';
import { settingOf } from '../../recipe/recipe.ts';
import { trlClasses } from '../trlClasses.ts';
import type { ArgumentReader, ArgumentTable } from './argumentReaders.ts';
import { argumentsOf, as, literal, nothing, offers } from './argumentReaders.ts';

/** Adam in any dress is AdamW here; what is no optimiser of ours is told. */
const optim: ArgumentReader = (value) => {
  const name = String(literal(value));
  if (offers('train.optim', name)) return [{ key: 'train.optim', value: name }];
  return /^(paged_)?adamw_(torch(_fused)?|hf|bnb_8bit|8bit|32bit)$/.test(name)
    ? [{ key: 'train.optim', value: 'adamw_torch' }]
    : null;
};

/** Where a run writes and logs changes nothing here. */
const irrelevant: readonly string[] = [
  ...namesOf(spellings.evalStrategy),
  'output_dir',
  'logging_dir',
  'logging_strategy',
  'logging_first_step',
  'report_to',
  'run_name',
  'save_strategy',
  'save_total_limit',
  'per_device_eval_batch_size',
  'bf16',
  'tf32',
  'push_to_hub',
  'hub_model_id',
  'disable_tqdm',
  'remove_unused_columns',
  'dataset_text_field',
  'overwrite_output_dir',
  'do_train',
  'do_eval',
  'metric_for_best_model',
  'greater_is_better',
  'dataloader_num_workers',
];

/** Names of packing strategies in any version, by what they do here. */
const strategies: ReadonlyMap<string, string> = new Map(
  spellings.packingStrategies.since
    .flatMap(([, names]) => Object.entries(names ?? {}))
    // Where one name stands for many, it is the plain one.
    .toSorted(([a], [b]) => b.length - a.length)
    .map(([packing, name]) => [name, packing]),
);

export const trainingArguments: ArgumentTable = {
  ...Object.fromEntries(irrelevant.map((name) => [name, nothing])),
  ...argumentsOf(...Object.values(trlClasses).map(({ config }) => config)),
  optim,
  // A share of the run, and what no run here is as long as, changes nothing that is trained.
  logging_steps: (value) => {
    const plain = literal(value);
    return plain !== undefined &&
      settingProblem('logging_steps', settingOf('train.logging_steps'), plain) === null
      ? as('train.logging_steps')(value)
      : [];
  },
  loss_type: (value) => {
    const name = String(literal(value));
    if (offers('train.dpo_loss_type', name)) return [{ key: 'train.dpo_loss_type', value: name }];
    return /^(nll|chunked_nll)$/.test(name) ? [] : null;
  },
  // The strategy's default; packing_strategy says more.
  packing: (value) => (literal(value) === true ? [{ key: 'train.packing', value: 'bfd' }] : []),
  packing_strategy: (value) => {
    const packing = strategies.get(String(literal(value)));
    return packing === undefined ? null : [{ key: 'train.packing', value: packing }];
  },
  // A share of the run stands in warmup_steps below 1.
  warmup_ratio: (value) => {
    const plain = literal(value);
    return typeof plain === 'number' && plain < 1
      ? plain === 0
        ? []
        : [{ key: 'train.warmup_steps', value: plain }]
      : null;
  },
};
