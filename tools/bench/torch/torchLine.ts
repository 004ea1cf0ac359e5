// What torchSteps.py says, line by line.
import { isRecord } from '../../../src/engine/ground/isRecord.ts';
import type { Say } from '../report.ts';

export interface TorchLine {
  readonly model: string;
  readonly rows: number;
  readonly tokens: number;
  readonly kind: 'f32' | 'bf16' | 'nf4';
  readonly ms: number;
  readonly mib: number;
}

const kinds = ['f32', 'bf16', 'nf4'] as const;

/** A measurement; none for a line that says something else, which is passed on. */
export function readTorchLine(line: string, say: Say): TorchLine[] {
  if (line.trim() === '') return [];
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    // A package that prints.
    return [];
  }
  if (!isRecord(said)) return [];
  if (typeof said.missing === 'string') say(`PyTorch's columns are empty: ${said.missing}.`);
  if (typeof said.torch === 'string') say(`PyTorch ${said.torch} on ${String(said.where)}.`);
  if (said.stopped === true) say('PyTorch: the rest is left out, the time is spent.');
  const { model, rows, tokens, ms, mib } = said;
  const kind = kinds.find((one) => one === said.kind);
  if (typeof said.error === 'string') say(`PyTorch, ${String(model)}, ${String(said.kind)}: ${said.error}`);
  return typeof model === 'string' &&
    typeof rows === 'number' &&
    typeof tokens === 'number' &&
    typeof ms === 'number' &&
    typeof mib === 'number' &&
    kind
    ? [{ model, rows, tokens, kind, ms, mib }]
    : [];
}
