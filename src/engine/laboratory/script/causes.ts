// From an error or a log to what may stand behind it, likeliest first, each with what would tell it from the others: all that can be said
// without the script, which is asked for. And with the script: whether the two say the same.

import type { Text } from '../../ground/text.ts';
import { same, text } from '../../ground/text.ts';
import type { Traceback, TracebackFrame } from '../../python/paste/traceback.ts';
import { ownFrame } from '../../python/paste/traceback.ts';
import { argumentRules } from './causes/argumentCauses.ts';
import type { PossibleCause, SaidVersions, Signs, SymptomRule } from './causes/cause.ts';
import { frozenRules } from './causes/frozenCauses.ts';
import { numberRules } from './causes/numberCauses.ts';
import { otherRules } from './causes/otherErrors.ts';
import { refusalRules } from './causes/refusalCauses.ts';
import { ruleOf } from './causes/saidCauses.ts';
import { targetRules } from './causes/targetCauses.ts';

export type { PossibleCause, SaidVersions } from './causes/cause.ts';

export interface Causes {
  /** Of the rule that fits: `element-0`, `loss-zero`; `unknown` where none does. */
  readonly symptom: string;
  /** What the error or the log line means. */
  readonly says: Text;
  /** Likeliest first; empty where it isn't about what trains. */
  readonly causes: readonly PossibleCause[];
  /** What to paste next. */
  readonly asks: Text;
}

/** An error decides before a log line; among errors the more particular first. */
const rules: readonly SymptomRule[] = [
  ...frozenRules,
  ...numberRules,
  ...argumentRules,
  ...[...targetRules, ...refusalRules].map(ruleOf),
  ...otherRules,
];

/** More than anyone checks. */
const MOST = 6;

function signsOf(traceback: Traceback, versions: SaidVersions): Signs {
  const { error, frames, symptoms } = traceback;
  const places = frames.map(({ file, name }) => `${file} ${name ?? ''}`);
  const caller = ownFrame(traceback);
  return {
    traceback,
    versions: { ...traceback.versions, ...versions },
    error: error ? `${error.type}: ${error.message}` : '',
    has: (id) => symptoms.some((symptom) => symptom.id === id),
    passes: (pattern) => places.some((place) => pattern.test(place)),
    ownLoop:
      /\.backward\(/.test(caller?.code ?? '') && !places.some((place) => /trainer|accelerat/i.test(place)),
  };
}

const asksFor = (traceback: Traceback): Text => {
  const frame = ownFrame(traceback);
  const where = frame?.line ? ` (${frame.file}, line ${frame.line})` : '';
  const there = frame?.line ? `（${frame.file} 第 ${frame.line} 行）` : '';
  return text(
    `Paste the script as well${where}, from its imports to the line that trains, with the versions if you know them: it is run here, and the cause is named with its line.`,
    `请把脚本也粘贴进来${there}，从 import 到训练那一行，知道版本的话也附上：脚本会在这里运行，并指出原因和所在行。`,
  );
};

/** `versions`: those that the text names. */
export function causesOf(traceback: Traceback, versions: SaidVersions = {}): Causes {
  const signs = signsOf(traceback, versions);
  const rule = rules.find(({ fits }) => fits(signs));
  if (!rule) {
    const quoted = same(signs.error || (traceback.symptoms[0]?.quote ?? ''));
    return {
      symptom: 'unknown',
      says: text(
        `${quoted.en} isn’t an error about what trains that is known here.`,
        `${quoted.zh} 不是此处已知的、与训练内容有关的错误。`,
      ),
      causes: [],
      asks: asksFor(traceback),
    };
  }
  const weighed = rule
    .causes(signs)
    .map(({ weight, id, cause, tells }) => ({ likelihood: weight(signs), possible: { id, cause, tells } }))
    .filter(({ likelihood }) => likelihood > 0)
    .sort((a, b) => b.likelihood - a.likelihood)
    .slice(0, MOST);
  return {
    symptom: rule.id,
    says: rule.says(signs),
    causes: weighed.map(({ possible }) => possible),
    asks: asksFor(traceback),
  };
}

/** What a reading of the script said, as far as it can be compared. */
export interface ReadVerdict {
  readonly kind: string;
  readonly line: number | null;
  readonly error: { readonly type: string; readonly message: string } | null;
}

/** Names and numbers aside, for paths, shapes and versions differ between their machine and this one. */
const bare = (message: string): string =>
  message
    .replace(/['"`][^'"`]*['"`]|\d[\d.,]*/g, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 60);

function compareLog({ symptoms }: Traceback, { kind }: ReadVerdict): Text {
  if (kind === 'silent' || kind === 'raises')
    return text(
      'The log and the script agree: nothing is learnt as meant.',
      '日志与脚本一致：没有按预期学习。',
    );
  // A warning alone is no sign that nothing is learnt.
  if (symptoms.every(({ id }) => id === 'inputs-without-grad'))
    return text(
      'The log shows a warning that may be harmless; the script as it stands here trains.',
      '日志中的警告可能无害；这里的脚本可以训练。',
    );
  return text(
    'The log shows a training that learns nothing; the script as it stands here trains. Something that isn’t in it differs: data, versions, another file.',
    '日志显示什么都没学到，而这里的脚本可以训练。差别在脚本之外：数据、版本或别的文件。',
  );
}

/** Whether the traceback that came with a script shows what the script does here. `placeOf`: the line of the script that a frame is of. */
export function compareWith(
  traceback: Traceback,
  verdict: ReadVerdict,
  placeOf: (frame: TracebackFrame) => number | null = ({ line }) => line,
): Text {
  const theirs = traceback.error;
  const frame = ownFrame(traceback);
  if (verdict.kind === 'nothing' && !theirs)
    return text(
      'The log is of a training; this script trains nothing, so another file did.',
      '日志来自一次训练；此脚本不训练任何内容，训练在别的文件中。',
    );
  if (verdict.kind === 'cannot-tell')
    return theirs
      ? text(
          `Your run ended in ${theirs.type}; whether the script does can’t be told here.`,
          `你的运行以 ${theirs.type} 结束；这里无法判断脚本是否如此。`,
        )
      : text(
          'What the log shows can’t be compared: whether the script trains isn’t known here.',
          '无法与日志比较：此处不知道脚本能否训练。',
        );
  if (!theirs) return compareLog(traceback, verdict);
  if (!verdict.error)
    return text(
      `Your run ended in ${theirs.type}; the script as it stands here doesn’t raise it. Versions, data or a part that isn’t pasted differ.`,
      `你的运行以 ${theirs.type} 结束，而这里的脚本不会抛出它。版本、数据或未粘贴的部分有差别。`,
    );
  const sameError =
    theirs.type === verdict.error.type && bare(theirs.message) === bare(verdict.error.message);
  if (!sameError)
    return text(
      `Your run ended in ${theirs.type}; here the script ends in ${verdict.error.type} before that. Mend this one first.`,
      `你的运行以 ${theirs.type} 结束，而这里脚本先以 ${verdict.error.type} 结束。请先修好这一个。`,
    );
  const line = frame && placeOf(frame);
  return line === null || verdict.line === null || line === verdict.line
    ? text('The same error as in your traceback.', '与你的回溯是同一个错误。')
    : text(
        `The same error as in your traceback, which names line ${line}; here it is line ${verdict.line}.`,
        `与你的回溯是同一个错误；回溯指出第 ${line} 行，这里是第 ${verdict.line} 行。`,
      );
}
