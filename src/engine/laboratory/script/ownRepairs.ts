// Repairs that no setting states: an argument that a version calls otherwise or doesn't know, flags set by hand, a list in one string.
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import type { Edit, PythonFailure } from '../../python/host/host.ts';
import type { ProgramCall } from '../../python/program/program.ts';
import { textOf } from '../../python/program/values.ts';
import { callText, lineAt } from './callText.ts';
import type { Subject } from './patchEdits.ts';

export interface Repair {
  readonly why: Text;
  readonly edits: readonly Edit[];
}

const short = ({ callee }: ProgramCall): string => callee.split('.').at(-1) ?? '';

/** What arguments are called in another release. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  tokenizer: ['processing_class'],
  processing_class: ['tokenizer'],
  evaluation_strategy: ['eval_strategy'],
  eval_strategy: ['evaluation_strategy'],
  max_seq_length: ['max_length'],
  max_length: ['max_seq_length'],
  torch_dtype: ['dtype'],
  dtype: ['torch_dtype'],
};
/** Arguments that SFTTrainer handed on to its configuration. */
const moved =
  /^(dataset_text_field|max_seq_length|max_length|packing|dataset_num_proc|dataset_kwargs|neftune_noise_alpha|num_of_sequences|dataset_batch_size|eval_packing|model_init_kwargs|beta|max_prompt_length|loss_type|label_smoothing)$/;

const isKnown = (subject: Subject, callee: string, argument: string): boolean =>
  subject.machine.signatures?.of(callee)?.parameters?.some(({ name }) => name === argument) ?? false;

function unknownArgument(subject: Subject, failure: PythonFailure): Repair[] {
  const { machine, source } = subject;
  const found = /^(?:(\w+)\.)?(\w+)\(\) got an unexpected keyword argument '(\w+)'/.exec(failure.message);
  const line = failure.line;
  if (!found || line === null) return [];
  const [, owner = '', method = '', argument = ''] = found;
  const callee = method === '__init__' ? owner : method;
  const full = machine.calls[machine.calls.length - 1]?.callee ?? '';
  const written = callText(source, line, callee)?.named.get(argument);
  const repairs: Repair[] = [];
  const names = ['transformers', 'trl', 'peft'].map((library) => `${library}.${callee}`);
  for (const other of otherNames[argument] ?? [])
    if (names.some((name) => isKnown(subject, name, other)))
      repairs.push({
        why: text(`this version calls it ${other}`, `该版本中名为 ${other}`),
        edits: [{ line, callee, argument, to: other }],
      });
  const config = machine.calls.findLast(
    (call) =>
      call.line > 0 &&
      /(Config|TrainingArguments)$/.test(call.callee) &&
      /^(trl|transformers)\./.test(call.callee) &&
      !/BitsAndBytes|Auto/.test(call.callee),
  );
  if (/Trainer$/.test(callee) && moved.test(argument) && config && written !== undefined) {
    const target = [argument, ...(otherNames[argument] ?? [])].find((name) =>
      isKnown(subject, config.callee, name),
    );
    if (target !== undefined)
      repairs.push({
        why: text(`${target} stands in ${short(config)} now`, `${target} 现在属于 ${short(config)}`),
        edits: [
          { line, callee, argument, value: null },
          { line: config.line, callee: short(config), argument: target, value: written },
        ],
      });
  }
  repairs.push({
    why: text(`this version has no ${argument}`, `该版本没有 ${argument}`),
    edits: [{ line, callee, argument, value: null }],
  });
  return full === '' && repairs.length === 0 ? [] : repairs;
}

/** Flags that were set by hand, where they froze everything. */
export function frozenByHand({ machine, source, model }: Subject): Repair | null {
  const trainsNothing =
    model !== null && ![...model.root.allParameters()].some(({ requiresGrad }) => requiresGrad);
  const froze = machine.effects.findLast(
    ({ script, trainable, line }) =>
      line > 0 &&
      script === model?.script &&
      trainable !== null &&
      trainable.before > 0 &&
      trainable.after === 0,
  );
  if (!froze || !/requires_grad_?$|^setattr$/.test(froze.callee)) return null;
  if (!trainsNothing) return null;
  const line = lineAt(source, froze.line).trim();
  return {
    why: text(`line ${froze.line} (${line}) froze the adapter`, `第 ${froze.line} 行（${line}）冻结了适配器`),
    edits: [{ line: froze.line, place: 'instead', statement: '' }],
  };
}

/** `"q_proj,v_proj"`, `"query_key_value"`: one string where a list was meant. */
function stringTargets({ machine }: Subject): Repair[] {
  const made = machine.calls.findLast((call) => call.line > 0 && /^peft\.\w+Config$/.test(call.callee));
  const written = made && textOf(made.kwargs.target_modules);
  const repairs: Repair[] = [];
  if (made && typeof written === 'string' && written !== 'all-linear' && !/[\\*|()[\]]/.test(written)) {
    const names = written.split(/[,\s]+/).filter((name) => name !== '');
    repairs.push({
      why: text(
        'a list of names; one string is one regular expression',
        '写成名称列表；单个字符串会被当作一个正则表达式',
      ),
      edits: [
        {
          line: made.line,
          callee: short(made),
          argument: 'target_modules',
          value: `[${names.map((name) => JSON.stringify(name)).join(', ')}]`,
        },
      ],
    });
  }
  if (made && 'target_modules' in made.kwargs)
    repairs.push({
      why: text("without a list: PEFT's own default for this model", '不写列表：使用 PEFT 对该模型的默认值'),
      edits: [{ line: made.line, callee: short(made), argument: 'target_modules', value: null }],
    });
  return repairs;
}

/** Repairs by what the exception says or who froze what. */
export function ownRepairs(subject: Subject, failure: PythonFailure | null): Repair[] {
  if (failure?.type === 'TypeError') return unknownArgument(subject, failure);
  if (failure && /^Target modules .* not found/s.test(failure.message)) return stringTargets(subject);
  const byHand = frozenByHand(subject);
  return byHand ? [byHand] : [];
}
