// The audit as tables of Markdown: kernels that matter, and those whose chain is too long.
import type { Audit, AuditRow } from './audit.ts';
import { shortfall } from './audit.ts';
import type { Say } from './report.ts';
import { percent, table } from './report.ts';

/** Shares below which a kernel is left out, where nothing is wrong with it. */
const SHOWN = 0.005;

const isShown = (row: AuditRow): boolean =>
  Math.max(row.arithmetic, row.traffic) >= SHOWN || shortfall(row) !== '';

const head = [
  'kernel',
  'sizes',
  'calls',
  'workgroups',
  'invocations',
  'chain',
  'bytes a load',
  'workgroup memory',
  'of the arithmetic',
  'of the bytes',
  'falls short',
];

export function printAudits(audits: readonly Audit[], say: Say): void {
  for (const { model, rows, dispatches, table: kernels } of audits) {
    say(
      `${model}, ${rows === 1 ? 'a token of an answer' : `a step of ${rows} rows`}: ${dispatches} dispatches`,
    );
    say('');
    table(
      say,
      head,
      kernels
        .filter(isShown)
        .map((row) => [
          row.kernel,
          row.shape,
          String(row.calls),
          String(row.workgroups),
          String(row.invocations),
          row.chain === null ? 'by its tables' : String(row.chain),
          row.loadBytes === null ? '' : String(row.loadBytes),
          row.workgroupBytes === 0 ? '' : `${row.workgroupBytes} B`,
          percent(row.arithmetic),
          percent(row.traffic),
          shortfall(row),
        ]),
    );
  }
}
