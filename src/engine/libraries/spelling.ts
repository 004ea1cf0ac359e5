// How releases spell the same script: names of arguments that came, went or were renamed.
import type { Since } from './since.ts';
import { valueAt } from './since.ts';
import type { Library } from './version.ts';

/** Names of TRL's packing strategies, by what they do; null where packing has none to choose from. */
export type PackingStrategies = Readonly<Record<'bfd' | 'bfd_split' | 'wrapped', string>> | null;

export interface Dialect {
  readonly dtype: 'dtype' | 'torch_dtype';
  /** Whether there is a SFTConfig; before, TrainingArguments and arguments of SFTTrainer itself. */
  readonly sftConfig: boolean;
  /** What SFTConfig, or before it SFTTrainer, calls the length at which rows are cut. */
  readonly maxLength: 'max_length' | 'max_seq_length';
  /** Whether SFTTrainer wants one column of text and its name; later it tokenises rows of any format itself. */
  readonly textField: boolean;
  /** How answers alone are trained. */
  readonly answersOnly: 'arguments' | 'collator';
  readonly tokenizerArgument: 'processing_class' | 'tokenizer';
  readonly evalStrategy: 'eval_strategy' | 'evaluation_strategy';
  /** Takes a share of the run; warmup_steps itself where it may be below 1. */
  readonly warmupShare: 'warmup_ratio' | 'warmup_steps';
  /** Whether the chat template's `{% generation %}` is understood; before, the script renders itself. */
  readonly rendersTemplate: boolean;
  /** SFTTrainer's own chunked loss, which knows no label smoothing, is the default of some TRL 1.x. */
  readonly chunkedLoss: boolean;
  readonly packingStrategies: PackingStrategies;
}

const signature = 'inspect.signature in each installed version';
const template = 'tokenization_utils_base.py apply_chat_template: return_assistant_tokens_mask';

interface Spelling<V> {
  readonly library: 'transformers' | 'trl';
  readonly since: Since<V>;
}

const transformers = <V>(...since: Since<V>): Spelling<V> => ({ library: 'transformers', since });
const trl = <V>(...since: Since<V>): Spelling<V> => ({ library: 'trl', since });

export const spellings: { readonly [K in keyof Dialect]: Spelling<Dialect[K]> } = {
  dtype: transformers(['0', 'torch_dtype', signature], ['4.56', 'dtype', signature]),
  sftConfig: trl(['0', false, signature], ['0.9', true, signature]),
  maxLength: trl(['0', 'max_seq_length', signature], ['0.16', 'max_length', signature]),
  textField: trl(['0', true, `${signature}: dataset_text_field of SFTTrainer`], ['0.13', false, signature]),
  answersOnly: trl(['0', 'collator', signature], ['0.19', 'arguments', `${signature}: assistant_only_loss`]),
  tokenizerArgument: transformers(['0', 'tokenizer', signature], ['4.46', 'processing_class', signature]),
  evalStrategy: transformers(['0', 'evaluation_strategy', signature], ['4.41', 'eval_strategy', signature]),
  warmupShare: transformers(['0', 'warmup_ratio', signature], ['5', 'warmup_steps', signature]),
  rendersTemplate: transformers(['0', false, template], ['4.42', true, template]),
  chunkedLoss: trl(['0', false, signature], ['1.0', true, `${signature}: loss_type`]),
  packingStrategies: trl(
    ['0', null, signature],
    ['0.18', { bfd: 'ffd', bfd_split: 'ffd', wrapped: 'wrapped' }, signature],
    ['0.20', { bfd: 'bfd', bfd_split: 'bfd', wrapped: 'wrapped' }, signature],
    ['0.29', { bfd: 'bfd', bfd_split: 'bfd-requeue', wrapped: 'wrapped' }, signature],
    ['1.0', { bfd: 'bfd', bfd_split: 'bfd_split', wrapped: 'wrapped' }, signature],
  ),
};

/** What one thing is called in any version. */
export const namesOf = <V extends string>({ since }: Spelling<V>): readonly V[] =>
  since.map(([, name]) => name);

export function dialectOf(versions: Readonly<Record<Library, string>>): Dialect {
  const at = <K extends keyof Dialect>(key: K): Dialect[K] => {
    const { library, since } = spellings[key];
    return valueAt(since, versions[library]);
  };
  return {
    dtype: at('dtype'),
    sftConfig: at('sftConfig'),
    maxLength: at('maxLength'),
    textField: at('textField'),
    answersOnly: at('answersOnly'),
    tokenizerArgument: at('tokenizerArgument'),
    evalStrategy: at('evalStrategy'),
    warmupShare: at('warmupShare'),
    rendersTemplate: at('rendersTemplate'),
    chunkedLoss: at('chunkedLoss'),
    packingStrategies: at('packingStrategies'),
  };
}
