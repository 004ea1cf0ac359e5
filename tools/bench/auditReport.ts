// The audit as tables of Markdown: kernels that matter, and those whose chain is too long.
import type { Audit, AuditRow } from './audit.ts';
import { CHAIN_TOO_LONG, shortfall, TOO_FEW } from './audit.ts';
import type { MemoryRow } from './auditMemory.ts';
import type { CompilerFacts, RadvFacts, Shader } from './radv/radv.ts';
import { families } from './radv/radv.ts';
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

/** How the file of the documentation begins. */
export function printOpening(say: Say): void {
  say('# How parallel each dispatch is');
  say('');
  say(
    'Written by `npm run bench -- --audit --markdown`, without a device; what its columns mean says [performance.md](performance.md).',
  );
  say('');
}

/** What leaves a GPU idle, in numbers. */
export function printSummary(audits: readonly Audit[], say: Say): void {
  const short = (kernels: readonly AuditRow[], why: string): string =>
    String(kernels.reduce((sum, row) => sum + (shortfall(row) === why ? row.calls : 0), 0));
  table(
    say,
    ['', 'dispatches', CHAIN_TOO_LONG, TOO_FEW],
    audits.map(({ model, rows, dispatches, table: kernels }) => [
      `${model}, ${titleOf(rows)}`,
      String(dispatches),
      short(kernels, CHAIN_TOO_LONG),
      short(kernels, TOO_FEW),
    ]),
  );
}

const titleOf = (rows: number): string => (rows === 1 ? 'a token of an answer' : `a step of ${rows} rows`);

export function printAudits(audits: readonly Audit[], say: Say): void {
  for (const { model, rows, dispatches, table: kernels } of audits) {
    say(`${model}, ${titleOf(rows)}: ${dispatches} dispatches`);
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

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

/** What a step of 512 tokens holds at its peak, in MiB. */
export function printMemory(rows: readonly MemoryRow[], say: Say): void {
  say('Memory of a step of 512 tokens by its plan, MiB:');
  say('');
  table(
    say,
    ['', 'peak over weights', 'peak', 'weights', 'adapter', 'optimiser', 'activations', 'scratch', 'answers'],
    rows.map(({ model, checkpointed, memory, ratio }) => [
      checkpointed ? `${model}, checkpointed` : model,
      ratio.toFixed(2),
      ...[
        memory.peakBytes,
        memory.weightsBytes,
        memory.adapterBytes,
        memory.optimizerBytes,
        memory.activationBytes,
        memory.scratchBytes,
        memory.generationBytes,
      ].map(mebibytes),
    ]),
  );
}

function cellsOf(facts: CompilerFacts | undefined): string[] {
  if (!facts) return ['', '', '', ''];
  const { registers, spilled, waves, loop } = facts;
  const said = loop && [
    percent(loop.multiplyAdds / loop.instructions),
    `${loop.multiplyAdds} of ${loop.instructions}, ${loop.loads} loads, ${loop.localAccesses} local, ${loop.branches} branches`,
  ];
  return [
    spilled > 0 ? `${registers}, ${spilled} spilled` : String(registers),
    String(waves),
    ...(said ?? ['', '']),
  ];
}

/** What RADV makes of each pipeline, a line a family. */
export function printRadv(shaders: readonly Shader[], facts: readonly RadvFacts[], say: Say): void {
  say('By the compiler of three families of GPUs (Mesa RADV), the hottest loop of each pipeline:');
  say('');
  table(
    say,
    ['pipeline', 'family', 'registers', 'waves', 'multiply-adds', 'of its instructions'],
    shaders.flatMap(({ name }, i) =>
      families.map((family, at) => [
        at === 0 ? name.replaceAll('|', ' ') : '',
        family,
        ...cellsOf(facts[i]?.get(family)),
      ]),
    ),
  );
}
