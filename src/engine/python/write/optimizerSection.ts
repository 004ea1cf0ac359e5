// Optimisers that the script makes itself: in a plain loop, and for LoRA+, which no argument of the trainer offers.
import type { RecipeValues } from '../../recipe/recipe.ts';
import { argumentOf } from './argument.ts';
import type { Argument, Expression } from './python.ts';
import { call, expression, float } from './python.ts';

/** Class of the optimiser and what it takes beside learning rate and decay. */
function optimizerClass(values: RecipeValues): {
  readonly name: Expression;
  readonly takes: readonly Argument[];
} {
  const betas: Argument = [
    'betas',
    expression(`(${values['train.adam_beta1']}, ${values['train.adam_beta2']})`),
  ];
  switch (values['train.optim']) {
    case 'sgd':
      return { name: expression('torch.optim.SGD'), takes: [] };
    case 'lion_32bit':
      return { name: expression('Lion'), takes: [betas] };
    case 'adafactor':
      return {
        name: expression('Adafactor'),
        takes: [
          ['scale_parameter', false],
          ['relative_step', false],
        ],
      };
    default:
      return {
        name: expression('torch.optim.AdamW'),
        takes: [betas, ['eps', float(values['train.adam_epsilon'])]],
      };
  }
}

/** An optimiser over a model's parameters, in a script that makes its own: with LoRA+ two groups of them. */
export function optimizerLine(values: RecipeValues, model: string): string {
  const ratio = values['train.loraplus_lr_ratio'];
  const { name, takes } = optimizerClass(values);
  const rate: Argument = ['lr', float(values['train.learning_rate'])];
  const decay = float(values['train.weight_decay']);
  if (ratio === 0)
    return call(name.source, [`${model}.parameters()`], [rate, ...takes, ['weight_decay', decay]]);
  return call(
    'create_loraplus_optimizer',
    [],
    [
      ['model', expression(model)],
      ['optimizer_cls', name],
      rate,
      argumentOf(values, 'train.loraplus_lr_ratio'),
      ['loraplus_weight_decay', decay],
      ...takes,
    ],
  );
}

/** The trainer's optimiser with a faster lora_B; nothing when LoRA+ is off. */
export const loraPlusLines = (values: RecipeValues): string[] =>
  values['train.loraplus_lr_ratio'] > 0
    ? [`trainer.optimizer = ${optimizerLine(values, 'trainer.model')}`]
    : [];
