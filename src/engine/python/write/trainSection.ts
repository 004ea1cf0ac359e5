// The part of the script that holds the rows, the arguments and the training itself: SFTTrainer, Trainer or a plain loop.

import type { Dialect } from '../../libraries/spelling.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import { passesConfig } from '../run/wire.ts';
import { trlClasses } from '../trlClasses.ts';
import { argumentsOf } from './argument.ts';
import { hookLine, loopLines } from './loopSection.ts';
import { loraPlusLines } from './optimizerSection.ts';
import type { Argument } from './python.ts';
import { call, expression, indent } from './python.ts';
import type { ScriptRows } from './rowsSection.ts';
import { rowsSection } from './rowsSection.ts';
import { encodeTemplate, RENDER_TEMPLATE, RESPONSE } from './templateLines.ts';
import type { RowFormat } from './trainingArguments.ts';
import { callbackArguments, trainingArguments, trlArguments } from './trainingArguments.ts';

/** What the step does to the loss, as a subclass of the trainer; null when it does nothing. */
function patchedTrainer(
  values: RecipeValues,
  base: string,
): { readonly name: string; readonly source: string } | null {
  const step = values['wiring.step'];
  const inherited = 'super().compute_loss(model, inputs, return_outputs=True, **kwargs)';
  const bodies: Readonly<Partial<Record<typeof step, string>>> = {
    no_grad: `with torch.no_grad():\n    loss, outputs = ${inherited}`,
    inference_mode: `with torch.inference_mode():\n    loss, outputs = ${inherited}`,
    detach: `loss, outputs = ${inherited}\nloss = loss.detach()`,
    item: `loss, outputs = ${inherited}\nloss = torch.tensor(loss.item())`,
    requires_grad_: `loss, outputs = ${inherited}\nloss.requires_grad_(True)`,
  };
  const body = bodies[step];
  if (body === undefined) return null;
  const method = `def compute_loss(self, model, inputs, return_outputs=False, **kwargs):\n${indent(`${body}\nreturn (loss, outputs) if return_outputs else loss`)}`;
  return { name: 'PatchedTrainer', source: `class PatchedTrainer(${base}):\n${indent(method)}\n` };
}

const RENDER = `def render(row):
    """ChatML by hand: this TRL wants a column of text, or this transformers does not know the template's generation tag."""
    if "messages" in row:
        messages = row["messages"]
    elif "prompt" in row:
        messages = [{"role": "user", "content": row["prompt"]}, {"role": "assistant", "content": row["completion"]}]
    else:
        return {"text": row["text"]}
    return {"text": "".join(f"<|im_start|>{m['role']}\\n{m['content']}<|im_end|>\\n" for m in messages)}`;

const ENCODE = `def encode(row):
    """Ids of the conversation; labels of everything but the answers are -100."""
    if "text" in row:
        ids = tokenizer(row["text"], truncation=True, max_length=MAX_LENGTH)["input_ids"]
        return {"input_ids": ids, "labels": list(ids), "attention_mask": [1] * len(ids)}
    messages = row.get("messages") or [
        {"role": "user", "content": row["prompt"]}, {"role": "assistant", "content": row["completion"]},
    ]
    ids, labels = [], []
    for message in messages:
        head = tokenizer(f"<|im_start|>{message['role']}\\n", add_special_tokens=False)["input_ids"]
        body = tokenizer(f"{message['content']}<|im_end|>", add_special_tokens=False)["input_ids"]
        tail = tokenizer("\\n", add_special_tokens=False)["input_ids"]
        trained = message["role"] == "assistant" or not ANSWERS_ONLY
        ids += head + body + tail
        labels += [-100] * len(head) + (body if trained else [-100] * len(body)) + [-100] * len(tail)
    return {
        "input_ids": ids[:MAX_LENGTH], "labels": labels[:MAX_LENGTH], "attention_mask": [1] * len(ids[:MAX_LENGTH]),
    }`;

const COLLATE = `def collate(rows):
    """Pads to the longest row of the batch."""
    longest = max(len(row["input_ids"]) for row in rows)
    blank = tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id
    fill = {"input_ids": blank, "labels": -100, "attention_mask": 0}
    return {key: torch.tensor([row[key] + [pad] * (longest - len(row[key])) for row in rows]) for key, pad in fill.items()}`;

/** Rows whose prompt and completion are turns, for the functions that write ChatML by hand. */
const takesTurns = (source: string): string =>
  source
    .replace(
      '    elif "prompt" in row:',
      '    elif isinstance(row.get("prompt"), list):\n        messages = row["prompt"] + row["completion"]\n    elif "prompt" in row:',
    )
    .replace(
      'row.get("messages") or [',
      'row.get("messages") or (row["prompt"] + row["completion"] if isinstance(row["prompt"], list) else None) or [',
    );

/** Whether functions of the script render conversations. */
export const rendersItself = (values: RecipeValues, dialect: Dialect): boolean =>
  values['wiring.trainer'] !== 'SFTTrainer' || !dialect.rendersTemplate || dialect.textField;

export function dataSection(
  values: RecipeValues,
  dialect: Dialect,
  format: RowFormat,
  rows?: ScriptRows,
  template?: string,
): string {
  const sft = values['wiring.trainer'] === 'SFTTrainer';
  const { before, lines: loads } = rowsSection(rows);
  const lines = [...loads];
  const turns = format === 'prompt-completion' && rows?.mapping?.chat === true;
  const withTurns = (source: string): string => (turns ? takesTurns(source) : source);
  const defined = before.flatMap((one) => [one, '', '']);
  if (values['data.test_size'] > 0) {
    lines.push(
      `parts = ${call('dataset.train_test_split', [], argumentsOf(values, ['data.test_size', 'train.seed']))}`,
      'dataset, eval_dataset = parts["train"], parts["test"]',
    );
  }
  const evaluates = values['data.test_size'] > 0;
  const each = (change: string): string[] => [
    `dataset = dataset.${change}`,
    ...(evaluates ? [`eval_dataset = eval_dataset.${change}`] : []),
  ];
  if (!sft) {
    const constants = `MAX_LENGTH = ${values['train.max_length']}\nANSWERS_ONLY = ${answersOnly(values, format) ? 'True' : 'False'}`;
    return [
      constants,
      '',
      '',
      ...defined,
      withTurns(template === undefined ? `${ENCODE}\n\n\n${COLLATE}` : encodeTemplate(COLLATE)),
      '',
      '',
      ...lines,
      ...each('map(encode, remove_columns=dataset.column_names)'),
    ].join('\n');
  }
  if (rendersItself(values, dialect)) {
    const render = withTurns(template === undefined ? RENDER : RENDER_TEMPLATE);
    return [...defined, render, '', '', ...lines, ...each('map(render)')].join('\n');
  }
  return [...defined, ...lines].join('\n');
}

/** Whether only answers are trained, by the mask that rows of this format have. */
const answersOnly = (values: RecipeValues, format: RowFormat): boolean =>
  format !== 'text' &&
  values[format === 'messages' ? 'train.assistant_only_loss' : 'train.completion_only_loss'];

const usesCollator = (values: RecipeValues, dialect: Dialect, format: RowFormat): boolean =>
  dialect.answersOnly === 'collator' && answersOnly(values, format);

function sftTrainer(values: RecipeValues, dialect: Dialect, format: RowFormat, template?: string): string[] {
  const classes = trlClasses[values['train.objective']];
  const patched = patchedTrainer(values, classes.trainer);
  const args = [
    ...trainingArguments(values, dialect),
    ...(dialect.sftConfig ? trlArguments(values, dialect, format) : []),
  ];
  const collator = usesCollator(values, dialect, format);
  const named: Argument[] = [
    ['model', expression('model')],
    ['args', expression('args')],
    ['train_dataset', expression('dataset')],
    ...(values['data.test_size'] > 0
      ? ([['eval_dataset', expression('eval_dataset')]] satisfies Argument[])
      : []),
    [dialect.tokenizerArgument, expression('tokenizer')],
    ...(passesConfig(values) ? ([['peft_config', expression('peft_config')]] satisfies Argument[]) : []),
    ...(dialect.sftConfig
      ? []
      : ([
          ['dataset_text_field', 'text'],
          [dialect.maxLength, values['train.max_length']],
        ] satisfies Argument[])),
    ...(collator
      ? ([
          [
            'data_collator',
            expression(
              `DataCollatorForCompletionOnlyLM(${template === undefined ? '"<|im_start|>assistant\\n"' : 'response'}, tokenizer=tokenizer)`,
            ),
          ],
        ] satisfies Argument[])
      : []),
    ...callbackArguments(values),
  ];
  return [
    ...(patched ? [patched.source] : []),
    ...hookLine(values),
    ...(collator && template !== undefined ? [RESPONSE] : []),
    `args = ${call(dialect.sftConfig ? classes.config : 'TrainingArguments', [], args)}`,
    `trainer = ${call(patched?.name ?? classes.trainer, [], named)}`,
    ...loraPlusLines(values),
    'trainer.train()',
    'trainer.save_model("adapter")',
  ];
}

function plainTrainer(values: RecipeValues, dialect: Dialect): string[] {
  const patched = patchedTrainer(values, 'Trainer');
  const named: Argument[] = [
    ['model', expression('model')],
    ['args', expression('args')],
    ['train_dataset', expression('dataset')],
    ...(values['data.test_size'] > 0
      ? ([['eval_dataset', expression('eval_dataset')]] satisfies Argument[])
      : []),
    ['data_collator', expression('collate')],
    ...callbackArguments(values),
  ];
  return [
    ...(patched ? [patched.source] : []),
    ...hookLine(values),
    `args = ${call('TrainingArguments', [], trainingArguments(values, dialect))}`,
    `trainer = ${call(patched?.name ?? 'Trainer', [], named)}`,
    ...loraPlusLines(values),
    'trainer.train()',
    'trainer.save_model("adapter")',
  ];
}

export function trainSection(
  values: RecipeValues,
  dialect: Dialect,
  format: RowFormat,
  template?: string,
): string {
  const trainer = values['wiring.trainer'];
  if (trainer === 'SFTTrainer') return sftTrainer(values, dialect, format, template).join('\n');
  return (trainer === 'Trainer' ? plainTrainer(values, dialect) : loopLines(values)).join('\n');
}
