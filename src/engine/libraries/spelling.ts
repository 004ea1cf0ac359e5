// How the versions of a stack spell the same script: names of arguments that came, went or were renamed.
// Looked up with inspect.signature in each installed version.
import type { Stack } from './stacks.ts';
import { compareVersions } from './version.ts';

export interface Dialect {
  /** dtype= since transformers 4.56. */
  readonly dtype: 'dtype' | 'torch_dtype';
  /** SFTConfig since TRL 0.9; before, TrainingArguments and arguments of SFTTrainer itself. */
  readonly sftConfig: boolean;
  /** How answers alone are trained: assistant_only_loss since TRL 0.19, a collator before. */
  readonly answersOnly: 'arguments' | 'collator';
  readonly tokenizerArgument: 'processing_class' | 'tokenizer';
  readonly evalStrategy: 'eval_strategy' | 'evaluation_strategy';
  /** Shares of the run: warmup_steps below 1 since transformers 5, warmup_ratio before. */
  readonly warmupRatio: boolean;
  /** The chat template's `{% generation %}` is understood since transformers 4.42; before, the script renders itself. */
  readonly rendersTemplate: boolean;
  /** SFTTrainer's own chunked loss, which knows no label smoothing, is the default of some TRL 1.x. */
  readonly chunkedLoss: boolean;
  /** Name of a packing strategy; null where packing has none to choose from. */
  readonly packingStrategy: (packing: string) => string | null;
}

export function dialectOf(stack: Stack): Dialect {
  const from = (library: 'transformers' | 'trl', version: string): boolean =>
    compareVersions(stack[library], version) >= 0;
  return {
    dtype: from('transformers', '4.56') ? 'dtype' : 'torch_dtype',
    sftConfig: from('trl', '0.9'),
    answersOnly: from('trl', '0.19') ? 'arguments' : 'collator',
    tokenizerArgument: from('transformers', '4.46') ? 'processing_class' : 'tokenizer',
    evalStrategy: from('transformers', '4.41') ? 'eval_strategy' : 'evaluation_strategy',
    warmupRatio: !from('transformers', '5'),
    rendersTemplate: from('transformers', '4.42'),
    chunkedLoss: from('trl', '1.0'),
    packingStrategy: (packing) => {
      if (!from('trl', '0.18')) return null;
      if (packing === 'wrapped') return packing;
      if (!from('trl', '0.20')) return 'ffd';
      if (packing === 'bfd' || !from('trl', '0.29')) return 'bfd';
      return from('trl', '1.0') ? 'bfd_split' : 'bfd-requeue';
    },
  };
}
