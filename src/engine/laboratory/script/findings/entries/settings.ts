// What a class of settings refuses when it is made, and the argument that mends it. The refusals are the libraries' own
// (libraries/signatures, `refuses`); here stand those that people run into, with what they most likely meant.
import type { Text } from '../../../../ground/text.ts';
import { same, text } from '../../../../ground/text.ts';
import type { Finding, Match } from '../finding.ts';
import type { ProgramFacts } from '../programFacts.ts';
import type { WrittenCall } from '../pythonText.ts';
import { writtenCall } from '../pythonText.ts';

/** null: the argument goes. */
type Change = readonly [argument: string, value: string | null];

interface Repair {
  readonly when: RegExp;
  readonly why: Text;
  readonly changes: (said: RegExpExecArray, given: (name: string) => string | null) => readonly Change[];
}

const evaluation = (given: (name: string) => string | null): string =>
  given('evaluation_strategy') === null ? 'eval_strategy' : 'evaluation_strategy';

const repairs: readonly Repair[] = [
  {
    when: /load_best_model_at_end requires the save and eval strategy to match/,
    why: text('saves when it evaluates', '在评估时保存'),
    changes: (_, given) => {
      const evaluates = given(evaluation(given));
      return evaluates === null ? [['load_best_model_at_end', 'False']] : [['save_strategy', evaluates]];
    },
  },
  {
    when: /requires the saving steps to be a round multiple of the evaluation steps, but found \d+, which is not a round multiple of (\d+)/,
    why: text('saves at every evaluation', '每次评估时保存'),
    changes: ([, steps = '']) => [['save_steps', steps]],
  },
  {
    when: /At most one of fp16 and bf16 can be True/,
    why: text('bfloat16 alone; cards from 2020 on have it', '只用 bfloat16；2020 年之后的显卡支持'),
    changes: () => [['fp16', null]],
  },
  {
    when: /^load_in_4bit and load_in_8bit are both True|can't use 8 bit and 4 bit precision at the same time/,
    why: text('4 bits alone', '只用 4 位'),
    changes: () => [['load_in_8bit', null]],
  },
  {
    when: /^(\w+) must be a float$/,
    why: text('as a float', '写成浮点数'),
    changes: ([, name = ''], given) => {
      const value = given(name);
      return value !== null && /^\d+$/.test(value) ? [[name, `${value}.0`]] : [];
    },
  },
  {
    when: /^`(layers_to_transform|layers_pattern)` cannot be used when `target_modules` is a str/,
    why: text('the pattern says which layers', '由模式指定层'),
    changes: ([, name = '']) => [[name, null]],
  },
];

/** The class whose settings a statement makes, as it is written there. */
function writtenSettings(statement: string): WrittenCall | null {
  const [, name] = /\b(\w*(?:Config|Arguments))\s*\(/.exec(statement) ?? [];
  return name === undefined ? null : writtenCall(statement, name);
}

function refused(facts: ProgramFacts): Match | null {
  const { refusal } = facts;
  if (!refusal || !/^(Value|Type)Error$/.test(refusal.type)) return null;
  const repair = repairs.find(({ when }) => when.test(refusal.message));
  const said = repair?.when.exec(refusal.message);
  if (!repair || !said) return null;
  const written = writtenSettings(facts.statement(refusal.line)?.text ?? '');
  const given = (name: string): string | null =>
    written?.arguments.find((one) => one.name === name)?.value ?? null;
  const changes = written ? repair.changes(said, given) : [];
  const [first = ''] = refusal.message.split('\n');
  return {
    lines: [refusal.line],
    severity: 'cause',
    cause: text(
      `These settings refuse one another as they are made: ${first}`,
      `这些设置在创建时互相冲突：${first}`,
    ),
    evidence: [same(`${refusal.type}: ${refusal.message}`)],
    proposals:
      written && changes.length > 0
        ? [
            {
              why: repair.why,
              ways: [
                changes.map(([argument, value]) => ({
                  line: refusal.line,
                  callee: written.callee,
                  argument,
                  value,
                })),
              ],
            },
          ]
        : [],
  };
}

export const settingsFindings: readonly Finding[] = [{ id: 'settings-refused', match: refused }];
