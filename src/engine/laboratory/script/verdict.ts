// What a script's run comes to, in one sentence: trains, silent, raises, can't tell, or nothing there that trains.
import { counted } from '../../ground/counted.ts';
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import type { PythonFailure } from '../../python/host/host.ts';
import type { Note } from '../../python/program/bridge.ts';
import type { Machine } from '../../python/run/machine.ts';
import type { JudgedTraining } from './judging.ts';
import type { Verdict } from './scriptReading.ts';

const wordsOf = ({ text: said }: Note): Text => (typeof said === 'string' ? text(said, said) : said);

function silence({ outcome }: NonNullable<JudgedTraining['examined']>): Text {
  if (outcome.trainableTensors === 0)
    return text(
      'It runs, and no parameter can learn: none requires grad.',
      '能运行，但没有参数需要梯度，什么都学不到。',
    );
  const { noneGradients: none, trainableTensors: all, zeroGradients: zero } = outcome;
  if (none > 0)
    return text(
      `It runs, and ${none} of ${all} trainable tensors never get a gradient.`,
      `能运行，但 ${all} 个可训练张量中有 ${none} 个得不到梯度。`,
    );
  return text(
    `It runs, and every gradient is exactly zero (${counted(zero, 'tensor')}).`,
    `能运行，但所有梯度恰为零（${zero} 个张量）。`,
  );
}

function ofFailure(error: PythonFailure, deciding: JudgedTraining | null, died: boolean): Verdict {
  const { type, message, line, kind } = error;
  if (kind === 'limit' || kind === 'placeholder') {
    const en = line === null ? 'It' : `Line ${line}`;
    const zh = line === null ? '' : `第 ${line} 行`;
    const at = line === null ? '' : ` at line ${line}`;
    return {
      kind: 'cannot-tell',
      line,
      error: { type, message },
      text:
        kind === 'limit'
          ? text(
              `It was stopped${at}: it ran out of time or memory here.`,
              `${zh === '' ? '' : `在${zh}`}被停止：时间或内存用尽。`,
            )
          : text(
              `${en} needs a value that is not known here: ${type}: ${message}`,
              `${zh}需要此处未知的值：${type}: ${message}`,
            ),
    };
  }
  const where =
    line === null ? text('It raises', '它抛出') : text(`Line ${line} raises`, `第 ${line} 行抛出`);
  const during = died && deciding?.event.line === line ? text(' in training', '（训练中）') : text('', '');
  return {
    kind: 'raises',
    line,
    error: { type, message },
    text: text(
      `${where.en}${during.en}: ${type}: ${message}`,
      `${where.zh}${during.zh}：${type}: ${message}`,
    ),
  };
}

function ofTraining(training: JudgedTraining, cut: number | null): Verdict {
  const { event, examined } = training;
  if (!examined) {
    const note = event.unknown;
    const said = note ? wordsOf(note) : text('', '');
    return {
      kind: 'cannot-tell',
      line: note?.line ?? event.line,
      error: null,
      text: text(`Whether it trains can't be told: ${said.en}`, `无法判断能否训练：${said.zh}`),
    };
  }
  const { outcome } = examined;
  if (outcome.kind === 'silent')
    return { kind: 'silent', line: cut ?? event.line, error: null, text: silence(examined) };
  if (outcome.kind === 'raises' && outcome.error)
    return {
      kind: 'raises',
      line: event.line,
      error: { type: outcome.error.type, message: outcome.error.message },
      text: text(
        `Its training raises ${outcome.error.type}: ${outcome.error.message}`,
        `训练抛出 ${outcome.error.type}: ${outcome.error.message}`,
      ),
    };
  const count = outcome.trainableTensors;
  return {
    kind: 'trains',
    line: null,
    error: null,
    text: text(
      `It trains: all ${count} trainable tensors get a gradient.`,
      `能训练：${count} 个可训练张量都得到梯度。`,
    ),
  };
}

/** What ended the script where its verdict is of a training before that: the rest of it was never seen. */
export function unseenAfter(failure: PythonFailure | null, verdict: Verdict): Text | null {
  if (failure === null || verdict.error !== null) return null;
  const { type, message, line, kind } = failure;
  const said =
    kind === 'limit'
      ? text('time or memory ran out', '时间或内存用尽')
      : text(`${type}: ${message}`, `${type}: ${message}`);
  const en = line === null ? 'The script ends there' : `The script ends at line ${line}`;
  const zh = line === null ? '脚本在此结束' : `脚本在第 ${line} 行结束`;
  return text(`${en} (${said.en}); what follows was not run.`, `${zh}（${said.zh}）；其后的内容没有运行。`);
}

export interface Judged {
  readonly machine: Machine;
  readonly failure: PythonFailure | null;
  readonly deciding: JudgedTraining | null;
  readonly cut: number | null;
}

export function verdictOf({ machine, failure, deciding, cut }: Judged): Verdict {
  // An exception after a training that already shows what it does leaves that training to speak, if it failed.
  const trained = deciding?.examined?.outcome.kind;
  const real = failure && failure.kind !== 'placeholder' && failure.kind !== 'limit';
  if (failure && (real || !deciding)) {
    const swallowed = real && trained === 'silent';
    if (!swallowed) return ofFailure(failure, deciding, trained === 'raises');
  }
  if (deciding) return ofTraining(deciding, cut);
  const models = machine.models.length;
  return {
    kind: 'nothing',
    line: null,
    error: null,
    text:
      models > 0
        ? text('It loads a model and never trains it.', '它加载了模型，但没有训练。')
        : text('Nothing in it builds or trains a model.', '其中没有构建或训练模型。'),
  };
}
