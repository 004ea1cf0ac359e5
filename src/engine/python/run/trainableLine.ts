// Counts of parameters as PEFT's print_trainable_parameters counts and prints them: elements, tied weights once, a 4-bit
// weight with all the elements it stands for. Source: peft_model.py get_nb_trainable_parameters.

import type { ParameterCounts } from '../../torch/nn/counts.ts';

/** PEFT >= 0.11: `trainable%: 9.0587`; before, as Python prints the float. */
export function trainableLine(
  { trainable, all }: ParameterCounts,
  form: 'four-decimals' | 'unrounded',
): string {
  const grouped = (count: number): string => count.toLocaleString('en-US');
  const percent = (100 * trainable) / all;
  const printed =
    form === 'four-decimals'
      ? percent.toFixed(4)
      : Number.isInteger(percent)
        ? `${percent}.0`
        : String(percent);
  return `trainable params: ${grouped(trainable)} || all params: ${grouped(all)} || trainable%: ${printed}`;
}
