// A training loop written by hand, as people write it: optimiser, schedule, forward, backward.

import { jsonObject } from '../../ground/settings/jsonObject.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import { enableCheckpointing, scriptWraps } from './modelSection.ts';
import { optimizerLine } from './optimizerSection.ts';
import { dictionary, indent } from './python.ts';

export const hookLine = (values: RecipeValues): string[] =>
  values['wiring.enable_input_require_grads'] ? ['model.enable_input_require_grads()'] : [];

function lossLines(values: RecipeValues): string {
  const disabled = values['wiring.after_attach'] === 'disable_adapter' && scriptWraps(values);
  const forward = 'loss = model(**batch).loss';
  switch (values['wiring.step']) {
    case 'no_grad':
      return `with torch.no_grad():\n    ${forward}\nloss.backward()`;
    case 'inference_mode':
      return `with torch.inference_mode():\n    ${forward}\nloss.backward()`;
    case 'detach':
      return `${forward}\nloss = loss.detach()\nloss.backward()`;
    case 'item':
      return `${forward}\nloss = torch.tensor(loss.item())\nloss.backward()`;
    case 'requires_grad_':
      return `${forward}\nloss.requires_grad_(True)\nloss.backward()`;
    case 'twice':
      return `${forward}\nloss.backward()\nloss.backward()`;
    default:
      return disabled
        ? `with model.disable_adapter():\n    ${forward}\nloss.backward()`
        : `${forward}\nloss.backward()`;
  }
}

/** From the model to the saved adapter, without a trainer. */
export function loopLines(values: RecipeValues): string[] {
  const batch = values['train.per_device_train_batch_size'];
  const total =
    values['train.max_steps'] > 0
      ? String(values['train.max_steps'])
      : `math.ceil(${values['train.num_train_epochs']} * len(batches))`;
  const clip = values['train.max_grad_norm'];
  const kwargs = jsonObject(values['train.lr_scheduler_kwargs']);
  const specific =
    Object.keys(kwargs).length > 0 ? `, scheduler_specific_kwargs=${dictionary(kwargs).source}` : '';
  const warmup = values['train.warmup_steps'];
  const schedule = `get_scheduler("${values['train.lr_scheduler_type']}", optimizer, ${warmup < 1 ? `math.ceil(${warmup} * steps)` : warmup}, steps${specific})`;
  const accumulate = values['train.gradient_accumulation_steps'];
  const update = ['optimizer.step()', 'schedule.step()', 'optimizer.zero_grad()'];
  if (clip > 0) update.unshift(`torch.nn.utils.clip_grad_norm_(model.parameters(), ${literalNumber(clip)})`);
  const guarded = accumulate > 1 ? [`if (i + 1) % ${accumulate} == 0:`, indent(update.join('\n'))] : update;
  return [
    ...(values['train.gradient_checkpointing'] ? [enableCheckpointing(values)] : []),
    ...hookLine(values),
    'device = model.device',
    `torch.manual_seed(${values['train.seed']})`,
    `batches = DataLoader(dataset.to_list(), batch_size=${batch}, shuffle=True, collate_fn=collate)`,
    `steps = ${total}`,
    `optimizer = ${optimizerLine(values, 'model')}`,
    `schedule = ${schedule}`,
    ...(values['wiring.train_mode'] ? ['model.train()'] : []),
    `for i, batch in zip(range(steps${accumulate > 1 ? ` * ${accumulate}` : ''}), itertools.chain.from_iterable(itertools.repeat(batches))):`,
    indent(
      [
        'batch = {key: value.to(device) for key, value in batch.items()}',
        lossLines(values),
        'print(f"step {i + 1}: loss {loss.item():.4f}")',
        ...guarded,
      ].join('\n'),
    ),
    'model.save_pretrained("adapter")',
  ];
}

const literalNumber = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));
