// A pad token that is also the end token, under a collator that masks every pad: the end is never a label, and the model never learns to
// stop. Packing that lets documents see one another. Sources: transformers data/data_collator.py DataCollatorForLanguageModeling
// (labels[labels == pad_token_id] = -100, every release); trl sft_trainer.py, whose own collator pads labels by itself, read in 0.15.2
// (not there yet) and 0.17.0; packing: sft_trainer.py of 0.17.0, 0.19.1, 0.20.0 and 0.22.2.
import type { Text } from '../../../../ground/text.ts';
import { same, text } from '../../../../ground/text.ts';
import type { ProgramValue } from '../../../../python/program/program.ts';
import { entriesOf, textOf, truthOf } from '../../../../python/program/values.ts';
import { shortName } from '../../../../python/run/objects.ts';
import type { Finding, Match } from '../finding.ts';
import type { Indexed, ProgramFacts } from '../programFacts.ts';
import { argumentEdit, boundOf, trainingArgument } from '../proposals.ts';
import type { ScriptEdit } from '../scriptEdit.ts';

const END = /^(<\/s>|<\|endoftext\|>|<\|im_end\|>|<\|eot_id\|>|<\|end_of_text\|>|<eos>)$/;

function isEnd(value: ProgramValue | undefined): boolean {
  const origin =
    typeof value === 'object' && value !== null && 'placeholder' in value ? value.placeholder : null;
  return origin === null ? END.test(textOf(value) ?? '') : /(^|\.)eos_token(_id)?$/.test(origin);
}

/** The call that made pad the same as eos. */
function padIsEnd(facts: ProgramFacts): Indexed | null {
  const set = facts.callsTo(/^setattr$|add_special_tokens$/).filter((call) => {
    if (call.callee === 'setattr') return /^pad_token(_id)?$/.test(textOf(call.args[0]) ?? '');
    return entriesOf(call.args[0] ?? call.kwargs.special_tokens_dict ?? null)?.has('pad_token') ?? false;
  });
  const last = set.at(-1);
  const value =
    last?.callee === 'setattr' ? last.args[1] : entriesOf(last?.args[0] ?? null)?.get('pad_token');
  // An id is a number by the time that it is set.
  const byId = /\.pad_token_id\s*=\s*[\w.]*\.eos_token_id\b/.test(
    facts.source.split('\n')[(last?.line ?? 0) - 1] ?? '',
  );
  return last && (byId || isEnd(value)) ? last : null;
}

const written = (call: Indexed | null, facts: ProgramFacts): ProgramValue | undefined =>
  call ? (call.kwargs.packing ?? undefined) : facts.trainers.at(-1)?.call.kwargs.packing;

function packs(facts: ProgramFacts): boolean {
  const found = facts.trainers.at(-1);
  if (!found) return false;
  const value = written(found.call, facts) ?? facts.valueOf(found.trainer.args, 'packing');
  return truthOf(value) ?? false;
}

/** Name of a function, or of an object of a class, that was passed. */
const callableOf = (value: ProgramValue): string | null =>
  typeof value === 'object' && value !== null && 'callable' in value ? value.callable : null;

/** What masks pads: the collator, or the trainer's own; null: nothing does. */
function masks(facts: ProgramFacts): string | null {
  const found = facts.trainers.at(-1);
  if (!found) return null;
  const given = facts.argument(found.call, 'data_collator', 2) ?? null;
  const collator = facts.makerOf(given)?.callee ?? callableOf(given) ?? '';
  if (collator !== '')
    return /DataCollatorFor(LanguageModeling|CompletionOnlyLM)$/.test(collator) ? shortName(collator) : null;
  if (given !== null || shortName(found.call.callee) !== 'SFTTrainer') return null;
  return facts.since('trl', '0.17') || packs(facts) ? null : `SFTTrainer of TRL ${facts.versions.trl}`;
}

/** Another pad for the model: one that its vocabulary has, else a new one with a row of its own. */
function otherPad(facts: ProgramFacts, call: Indexed): ScriptEdit[][] {
  const line = facts.source.split('\n')[call.line - 1] ?? '';
  const found = /([A-Za-z_][\w.]*?)\.pad_token(?:_id)?\s*=\s*[^;#]*[^;#\s]/.exec(line);
  const [statement = '', variable = ''] = found ?? [];
  const name = facts.machine.models[0]?.name ?? '';
  if (statement === '') return [];
  const known = /llama-?2|mistral|mixtral/i.test(name)
    ? `${variable}.pad_token = ${variable}.unk_token`
    : /llama-?3\.[1-9]/i.test(name)
      ? `${variable}.pad_token = "<|finetune_right_pad_id|>"`
      : /pythia|neox/i.test(name)
        ? `${variable}.pad_token = "<|padding|>"`
        : null;
  const model = facts.machine.models[0] ? facts.loadOf(facts.machine.models[0]) : null;
  const bound = model && boundOf(facts, model);
  const later = model && model.line > call.line ? model.line : call.line;
  const own: ScriptEdit[] = bound
    ? [
        {
          line: call.line,
          word: statement,
          becomes: `${variable}.add_special_tokens({"pad_token": "<pad>"})`,
        },
        { line: later, place: 'after', statement: `${bound}.resize_token_embeddings(len(${variable}))` },
      ]
    : [];
  return [...(known === null ? [] : [[{ line: call.line, word: statement, becomes: known }]]), own].filter(
    (way) => way.length > 0,
  );
}

function neverStops(facts: ProgramFacts): Match | null {
  const call = padIsEnd(facts);
  const masker = call && masks(facts);
  if (!call || masker === null || masker === undefined) return null;
  return {
    lines: [...new Set([call.line, facts.trainers.at(-1)?.call.line ?? call.line])],
    severity: 'warning',
    cause: text(
      `Line ${call.line} makes the end token the pad token, and ${masker} masks every pad in the labels: the end of an answer is masked too. It trains, and never learns to stop.`,
      `第 ${call.line} 行把结束符用作填充符，而 ${masker} 会屏蔽标签中的所有填充：回答末尾的结束符也被屏蔽。它能训练，却学不会停下来。`,
    ),
    evidence: [same('labels[labels == tokenizer.pad_token_id] = -100')],
    proposals: [{ why: text('a pad token of its own', '另用一个填充符'), ways: otherPad(facts, call) }],
  };
}

function attention(facts: ProgramFacts): string | null {
  const model = facts.model ?? facts.machine.models[0] ?? null;
  const load = model && facts.loadOf(model);
  if (load && truthOf(load.kwargs.use_flash_attention_2) === true) return 'flash_attention_2';
  return textOf(load?.kwargs.attn_implementation);
}

function packed(facts: ProgramFacts): Match | null {
  const found = facts.trainers.findLast(({ call }) => shortName(call.callee) === 'SFTTrainer');
  if (!found || !packs(facts)) return null;
  const flash = /flash/.test(attention(facts) ?? '');
  const strategy = textOf(facts.valueOf(found.trainer.args, 'packing_strategy'));
  if (strategy !== null && strategy !== 'wrapped' && flash) return null;
  const inTrainer = found.call.kwargs.packing !== undefined;
  const made = facts.calls.find((call) => facts.made(call) === found.trainer.args);
  const old = facts.takes('trl.SFTConfig', 'packing_strategy') !== true;
  const cause: Text = old
    ? text(
        `packing=True joins documents into one sequence, and TRL ${facts.versions.trl} makes no mask between them: a row attends to the rows before it, which are other people's answers. Releases with packing_strategy keep documents apart under flash attention.`,
        `packing=True 把多个文档拼成一个序列，而 TRL ${facts.versions.trl} 不在其间加掩码：一行会注意到它前面无关的行。有 packing_strategy 的版本配合 flash attention 才会分开。`,
      )
    : text(
        `packing=True joins documents into one sequence, and only flash attention keeps them apart; ${strategy === 'wrapped' ? "packing_strategy='wrapped' never does" : `this model runs with ${attention(facts) ?? 'the default attention'}`}.`,
        `packing=True 把多个文档拼成一个序列，只有 flash attention 会把它们分开；${strategy === 'wrapped' ? "packing_strategy='wrapped' 从不分开" : `此模型使用 ${attention(facts) ?? '默认注意力'}`}。`,
      );
  const load = facts.model && facts.loadOf(facts.model);
  return {
    lines: [inTrainer ? found.call.line : (made?.line ?? found.call.line)],
    severity: 'warning',
    cause,
    evidence: [same('packing=True')],
    proposals: [
      ...(!old && strategy !== 'wrapped' && load
        ? [
            {
              why: text('keeps documents apart', '使文档相互隔开'),
              ways: [argumentEdit(facts, load, 'attn_implementation', '"flash_attention_2"')].filter(
                (way) => way.length > 0,
              ),
            },
          ]
        : []),
      {
        why: text('one document a row', '每行一个文档'),
        ways: inTrainer
          ? [argumentEdit(facts, found.call, 'packing', 'False')].filter((way) => way.length > 0)
          : trainingArgument(facts, 'packing', 'False'),
      },
    ],
  };
}

export const paddingAdvice: readonly Finding[] = [
  { id: 'pad-is-end', match: neverStops },
  { id: 'packed-across-documents', match: packed },
];
