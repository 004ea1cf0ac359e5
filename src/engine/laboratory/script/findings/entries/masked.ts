// Labels that a collator or unsloth masks by a marker which isn't in the rows: every label is -100 and nothing is learnt. Sources: trl
// trainer/utils.py DataCollatorForCompletionOnlyLM.torch_call (masks the whole row where it finds no response_template, up to its removal
// in 0.20); unsloth chat_templates.py train_on_responses_only.
import type { Text } from '../../../../ground/text.ts';
import { same, text } from '../../../../ground/text.ts';
import type { Template } from '../../../../python/chatMarkers.ts';
import { holdsResponse, templateOf, templateWith } from '../../../../python/chatMarkers.ts';
import { isRef, reprOf, textOf } from '../../../../python/program/values.ts';
import type { Finding, Match } from '../finding.ts';
import type { Indexed, ProgramFacts } from '../programFacts.ts';
import { argumentEdit } from '../proposals.ts';
import { codeOf, quoted, stringsOf, writtenCall } from '../pythonText.ts';

interface Prompts {
  /** Strings that the script itself builds rows from. */
  readonly built: readonly string[];
  /** The template that the tokenizer renders rows with; null: not used, or not known. */
  readonly template: Template | null;
  readonly rendered: boolean;
}

const LOOKS_BUILT = /\{\w*[^}]*\}|###|<\|?\w+\|?>|\[INST\]|\w+:\s*(\n|$)|\n/;

/** Names that a plain string is assigned to, with it. */
function namedStrings(source: string): ReadonlyMap<string, string> {
  const named = stringsOf(source).flatMap(({ start, value, comment }) => {
    const before = source.slice(source.lastIndexOf('\n', start - 1) + 1, start);
    const name = comment ? null : /^\s*(\w+)\s*(?::\s*\w+\s*)?=\s*\(?\s*$/.exec(before)?.[1];
    return name ? [[name, value] as const] : [];
  });
  return new Map(named);
}

/** Whether the script puts a name of this string into something else than the call: rows may hold it then. */
function isUsedElsewhere(facts: ProgramFacts, value: string, { line }: Indexed): boolean {
  const { source } = facts;
  const behind = line + (facts.statement(line)?.text.split('\n').length ?? 1);
  const names = [...namedStrings(source)].filter(([, one]) => one === value).map(([name]) => name);
  const lines = codeOf(source).split('\n');
  return names.some((name) =>
    lines.some(
      (one, i) =>
        (i + 1 < line || i + 1 >= behind) &&
        // Handing it to the collator by its keyword is no other use.
        new RegExp(`\\b${name}\\b(?!\\s*(:\\s*\\w+\\s*)?=[^=])`).test(
          one.replace(/\bresponse_template\s*=\s*\w+(?=\s*[,)]|\s*$)/g, ''),
        ),
    ),
  );
}

function promptsOf(facts: ProgramFacts, besides: readonly string[]): Prompts {
  const texts = [facts.source, ...Object.values(facts.files)].flatMap((one) => stringsOf(one));
  const strings = namedStrings(facts.source);
  const built = texts
    .filter(
      ({ comment, value }) =>
        !comment && value.length > 2 && LOOKS_BUILT.test(value) && !besides.includes(value),
    )
    .map(({ value }) => value.replace(/\{(\w+)\}/g, (whole, name: string) => strings.get(name) ?? whole));
  const rendered = /apply_chat_template|"messages"|'messages'|conversations/.test(facts.source);
  const named = textOf(facts.callsTo(/get_chat_template$/).at(-1)?.kwargs.chat_template);
  const model = facts.model?.name ?? facts.machine.models[0]?.name ?? '';
  return { built, rendered, template: rendered || named !== null ? templateOf(named ?? model) : null };
}

/** Where rows are made with strings of the script's own, a marker that is in none of them is in no row. */
const makesRows = (facts: ProgramFacts): boolean =>
  /formatting_func|\.map\(|from_list\(|from_dict\(/.test(facts.source);

function collators(facts: ProgramFacts): readonly { call: Indexed; template: string | null }[] {
  return facts.callsTo(/DataCollatorForCompletionOnlyLM$/).map((call) => ({
    call,
    template: textOf(facts.argument(call, 'response_template', 0)),
  }));
}

const gone = (template: string): Text =>
  text(
    `The collator trains only what follows ${quoted(template)}, and that stands in none of the strings that the script builds its rows from. Where it isn't found, every label of the row is -100: the loss is 0 or nan, and nothing is learnt.`,
    `整理器只训练 ${quoted(template)} 之后的内容，而脚本拼装数据行的字符串中没有它。找不到时整行标签都是 -100：损失为 0 或 nan，什么都学不到。`,
  );

function nearest(template: string, prompts: Prompts): string | null {
  if (prompts.template) return prompts.template.response.trim();
  const lines = prompts.built
    .flatMap((one) => one.split('\n'))
    .map((one) => one.replace(/\{[\s\S]*$/, '').trim());
  const candidates = lines.filter(
    (one) => /^(###|<\||\[\/?INST|[A-Z]\w*\s?\w*:)/.test(one) && one !== template.trim(),
  );
  return candidates.at(-1) ?? null;
}

function completionOnly(facts: ProgramFacts): Match | null {
  for (const { call, template } of collators(facts)) {
    if (template === null || template.trim() === '' || isUsedElsewhere(facts, template, call)) continue;
    const prompts = promptsOf(facts, [template]);
    const wanted = template.trim();
    const inStrings = prompts.built.some((one) => one.includes(wanted));
    const inTemplate = prompts.template?.response.includes(wanted) ?? false;
    if (inStrings || inTemplate) continue;
    const other = templateWith(wanted);
    const sure =
      prompts.template !== null
        ? other === null || other.name !== prompts.template.name
        : makesRows(facts) && prompts.built.some((one) => /\{\w*[^}]*\}|###|<\||INST/.test(one));
    if (!sure) continue;
    const found = nearest(template, prompts);
    return {
      lines: [call.line],
      severity: 'cause',
      cause: gone(template),
      ends: { kind: 'silent', error: null },
      evidence: [
        prompts.template
          ? text(
              `the rows are rendered as ${prompts.template.name}: ${quoted(prompts.template.response)}`,
              `数据行按 ${prompts.template.name} 渲染：${quoted(prompts.template.response)}`,
            )
          : same(quoted(prompts.built.find((one) => /###|<\||INST|\{/.test(one))?.slice(0, 80) ?? '')),
      ],
      proposals:
        found === null
          ? []
          : [
              {
                why: text('the marker that the rows have', '数据行中实际的标记'),
                ways: [templateEdit(facts, call, found)].filter((way) => way.length > 0),
              },
            ],
    };
  }
  return null;
}

/** The template by name or by position, wherever the text has it. */
function templateEdit(facts: ProgramFacts, call: Indexed, value: string) {
  if (!isRef(call.args[0] ?? null) && call.kwargs.response_template === undefined) {
    const name = facts.writtenName(call);
    const written =
      name === null ? null : writtenCall(facts.statement(call.line)?.text ?? '', name)?.arguments[0];
    return written ? [{ line: call.line, word: written.value, becomes: quoted(value) }] : [];
  }
  return argumentEdit(facts, call, 'response_template', quoted(value));
}

/** The rows aren't in the text: what to look at. */
function unseen(facts: ProgramFacts): Match | null {
  const all = collators(facts).filter(({ template }) => template !== null);
  const [first] = all;
  if (!first || completionOnly(facts)) return null;
  const template = first.template ?? '';
  const prompts = promptsOf(facts, [template]);
  const seen = prompts.built.find((one) => one.includes(template.trim()));
  if (seen !== undefined || prompts.template?.response.includes(template.trim())) return null;
  return {
    lines: [first.call.line],
    severity: 'warning',
    cause: text(
      `Only what follows ${quoted(template)} is trained, and the rows are not in this text. A row without exactly these tokens has every label at -100; llama's and mistral's tokenizers write them otherwise behind a line break. Look at collator([tokenizer(row)])["labels"] of one row.`,
      `只训练 ${quoted(template)} 之后的内容，而数据行不在这段文本中。行中若没有完全相同的词元，其标签全部为 -100；llama 与 mistral 的分词器在换行之后的切分又不同。请查看一行的 collator([tokenizer(row)])["labels"]。`,
    ),
    evidence: [],
    proposals: [],
  };
}

function responsesOnly(facts: ProgramFacts): Match | null {
  const call = facts.callsTo(/train_on_responses_only$/).at(-1);
  if (!call) return null;
  const instruction = textOf(facts.argument(call, 'instruction_part', 1));
  const response = textOf(facts.argument(call, 'response_part', 2));
  const named = facts.callsTo(/get_chat_template$/).at(-1);
  const chat = textOf(named && facts.argument(named, 'chat_template', 1));
  const model = facts.machine.models[0]?.name ?? '';
  const template = templateOf(chat ?? model);
  const given = response === null ? null : templateWith(response);
  if (response === null || !template || holdsResponse(template, response)) return null;
  if (given === null && instruction === null) return null;
  return {
    lines: named ? [named.line, call.line] : [call.line],
    severity: 'cause',
    ends: { kind: 'silent', error: null },
    cause: text(
      `train_on_responses_only looks for ${quoted(response)}${given ? `, which is ${given.name}'s` : ''}, and ${named ? `line ${named.line} set the chat template to ${reprOf(chat)}` : `the template of ${model} is ${template.name}`}: the rows have ${quoted(template.response)}. So every label is -100 and the loss is 0.`,
      `train_on_responses_only 查找 ${quoted(response)}${given ? `（属于 ${given.name}）` : ''}，而${named ? `第 ${named.line} 行把聊天模板设为 ${reprOf(chat)}` : `${model} 的模板是 ${template.name}`}：数据行中是 ${quoted(template.response)}。因此所有标签都是 -100，损失为 0。`,
    ),
    evidence: [same(`${template.name}: ${quoted(template.instruction)} … ${quoted(template.response)}`)],
    proposals: [
      {
        why: text('the markers of the template in use', '所用模板的标记'),
        ways: [
          [
            ...argumentEdit(facts, call, 'instruction_part', quoted(template.instruction)),
            ...argumentEdit(facts, call, 'response_part', quoted(template.response)),
          ],
        ].filter((way) => way.length > 0),
      },
      ...(named && given
        ? [
            {
              why: text('the template that the markers are of', '这些标记所属的模板'),
              ways: [argumentEdit(facts, named, 'chat_template', quoted(given.name))].filter(
                (way) => way.length > 0,
              ),
            },
          ]
        : []),
    ],
  };
}

export const maskedFindings: readonly Finding[] = [
  { id: 'labels-masked', match: (facts) => completionOnly(facts) ?? responsesOnly(facts) },
];

export const maskedAdvice: readonly Finding[] = [{ id: 'labels-masked-by-marker', match: unseen }];
