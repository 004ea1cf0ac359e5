// A second opinion on a run that has ended, as the command line asks for it (--check) and prints it.

import { counted } from '../../src/engine/ground/counted.ts';
import { opinionOn } from '../../src/engine/session/opinionDesk.ts';
import type { TrainingRun } from '../../src/engine/session/run.ts';
import { openOrt } from '../../src/engine/training/backends/ort/openOrt.ts';
import { gradientGroups, layerPairs } from '../../src/engine/training/opinion/groups.ts';
import type { Judged, Opinion, Region } from '../../src/engine/training/opinion/opinionShapes.ts';

/** Tensors alone, or gone through layer by layer. */
export const checks = { ort: false, 'ort-layers': true } as const;
export type CheckKind = keyof typeof checks;
export const isCheck = (name: string): name is CheckKind => Object.hasOwn(checks, name);

const names = {
  webgpu: 'WebGPU',
  ort: 'ONNX Runtime',
  'ort-webgpu': 'ONNX Runtime on WebGPU',
  cpu: 'TypeScript',
} as const;

/** Throws UserError 'ort-…' where the other side does not start or compute. */
export const opinionOf = (
  run: TrainingRun,
  kind: CheckKind,
  breathe: () => Promise<void>,
): Promise<Opinion> =>
  opinionOn(
    run,
    {
      ort: () => openOrt(),
      now: () => performance.now(),
      breathe,
      told: () => {},
      signal: new AbortController().signal,
    },
    checks[kind],
  );

const nameOf = (region: Region | null): string =>
  typeof region === 'number' ? `layer ${region}` : (region ?? 'the model');

const number = (value: number | null): string =>
  value === null ? '–' : value === 0 ? '0' : Number.isFinite(value) ? value.toExponential(1) : String(value);

function verdictOf({ ours, theirs, place, loss, logits }: Opinion): string {
  const sides = `${names[ours]} against ${names[theirs]}`;
  if (!place)
    return `${sides}: they agree (logits ${number(logits.distance)} apart, loss ${number(loss.largest)})`;
  const { pass, region, operation, path } = place;
  const where = operation === null ? '' : `, ${operation}${path === null ? '' : ` of ${path}`}`;
  return `${sides}: they differ, first in the ${pass} pass at ${nameOf(region)}${where}`;
}

const cells = ({ largest, relative, distance, cosine, bound, agrees }: Judged): string[] => [
  ...[largest, relative, distance].map(number),
  cosine === null ? '–' : (1 - cosine).toExponential(1),
  number(bound),
  agrees ? 'agrees' : 'differs',
];

/** Verdict and table, for people. */
export function opinionLines(opinion: Opinion): string[] {
  const { loss, logits, layers, step, rows, tokens } = opinion;
  const head = ['', 'largest', 'relative', 'distance', '1 - cosine', 'bound', ''];
  const body = [
    ['loss', ...cells(loss)],
    [`logits (${counted(logits.positions, 'position')})`, ...cells(logits)],
    ...gradientGroups(opinion).map(({ region, block, tensors, worst }) => [
      `${nameOf(region)} ${block} (${counted(tensors, 'gradient')})`,
      ...cells(worst),
    ]),
    ...layerPairs(layers ?? []).flatMap(({ region, forward, backward }) => [
      ...(forward ? [[`behind ${nameOf(region)}`, ...cells(forward)]] : []),
      ...(backward ? [[`gradient of ${nameOf(region)}`, ...cells(backward)]] : []),
    ]),
  ];
  const widths = head.map((_, i) => Math.max(...[head, ...body].map((row) => row[i]?.length ?? 0)));
  const lined = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [
    `second opinion after step ${step}, ${counted(rows, 'row')} of ${counted(tokens, 'token')}`,
    verdictOf(opinion),
    ...[head, ...body].map((row) => `  ${lined(row)}`),
  ];
}
