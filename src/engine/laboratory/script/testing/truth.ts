// What the real libraries did with a script, and in what a reading of the same script differs from it. Leaves out warnings.
import type { Versions } from '../../../libraries/version.ts';
import type { ScriptReading } from '../scriptReading.ts';

/** A training as tools/golden/ground_truth.py records it; counts are null where its backward pass raised. */
export interface GoldenTraining {
  readonly outcome: 'trains' | 'silent' | 'raises';
  readonly by: string;
  readonly line: number | null;
  readonly trainable: number;
  readonly none: number | null;
  readonly zero: number | null;
  readonly nonzero: number | null;
}

export interface Golden {
  readonly script: string;
  readonly stack: string;
  readonly argv: readonly string[];
  readonly outcome: 'trains' | 'silent' | 'raises' | 'no step' | 'not run';
  readonly error: {
    readonly type: string;
    readonly message: string;
    readonly line: number | null;
    /** The text of that line. */
    readonly code: string | null;
    /** First and last line of the statement. */
    readonly statement: readonly [number, number] | null;
    /** Lines of the script on the traceback, outermost first. */
    readonly lines: readonly number[];
  } | null;
  readonly trainings: readonly GoldenTraining[];
  readonly versions: Readonly<Record<string, string>>;
}

/** The releases that it ran under. */
export function versionsOf({ versions }: Golden): Versions {
  const of = (name: string): string => versions[name]?.split('+')[0] ?? '';
  return {
    transformers: of('transformers'),
    peft: of('peft'),
    trl: of('trl'),
    torch: of('torch'),
    bitsandbytes: versions.bitsandbytes ?? null,
  };
}

/** Sets are printed in Python's arbitrary order; numbers of the tiny models are not the published ones. */
function normal(message: string): string {
  const plain = message.replace(/Invalid key: \d+/, 'Invalid key: N');
  const sorted = plain.replace(
    /\{([^{}]*)\}/g,
    (_, inside: string) => `{${inside.split(', ').sort().join(', ')}}`,
  );
  return sorted.replace(/\s+/g, ' ').trim().slice(0, 120);
}

const counts = (training: GoldenTraining): string =>
  `${training.trainable} train, ${training.none} None, ${training.zero} zero, ${training.nonzero} non-zero`;

/** One sentence a difference; none: they agree. */
export function differences(golden: Golden, reading: ScriptReading): readonly string[] {
  const { verdict, outcome } = reading;
  const kind = golden.outcome === 'no step' ? 'nothing' : golden.outcome;
  if (kind !== verdict.kind) {
    const error = golden.error
      ? ` ${golden.error.type}: ${golden.error.message.slice(0, 160)} (line ${golden.error.line})`
      : '';
    return [
      `OUTCOME ${kind}${error}; the laboratory: ${verdict.kind} at line ${verdict.line}: ${verdict.text.en.slice(0, 300)}`,
    ];
  }
  const out: string[] = [];
  if (golden.error) {
    if (golden.error.type !== verdict.error?.type)
      out.push(
        `TYPE ${golden.error.type}: ${golden.error.message.slice(0, 160)}; the laboratory: ${verdict.error?.type}: ${verdict.error?.message.slice(0, 200)}`,
      );
    else if (normal(golden.error.message) !== normal(verdict.error.message))
      out.push(
        `TEXT ${golden.error.message.slice(0, 200)}; the laboratory: ${verdict.error.message.slice(0, 200)}`,
      );
    const [from, to] = golden.error.statement ?? [golden.error.line ?? 0, golden.error.line ?? 0];
    const line = verdict.line ?? 0;
    const near =
      (line >= from && line <= to) ||
      golden.error.lines.includes(line) ||
      reading.source.split('\n')[line - 1]?.trim() === golden.error.code;
    if (!near && !/does not require grad/.test(golden.error.message))
      out.push(`LINE ${from}-${to}; the laboratory: ${line}`);
    return out;
  }
  if (!outcome || golden.trainings.length === 0) return out;
  const said = `${outcome.trainableTensors} train, ${outcome.noneGradients} None, ${outcome.zeroGradients} zero, ${outcome.nonzeroGradients} non-zero`;
  const same = golden.trainings.some((training) => counts(training) === said);
  if (!same) out.push(`COUNTS ${golden.trainings.map(counts).join(' / ')}; the laboratory: ${said}`);
  return out;
}
