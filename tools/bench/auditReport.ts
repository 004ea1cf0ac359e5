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

/** Dispatches of a layer and step, by kernel, of every model and length. */
export function printLayers(audits: readonly Audit[], say: Say): void {
  const steps = audits.filter(({ rows }) => rows > 1);
  const kernels = [...new Set(steps.flatMap(({ layer }) => [...layer.keys()]))];
  const shown = (count: number): string => (count === 0 ? '' : count.toFixed(1).replace(/\.0$/, ''));
  say('Dispatches of a layer in a step, both ways:');
  say('');
  table(
    say,
    ['', ...steps.map(({ model, rows }) => `${model}, ${rows}`)],
    [
      ...kernels.map((kernel) => [kernel, ...steps.map(({ layer }) => shown(layer.get(kernel) ?? 0))]),
      ['together', ...steps.map(({ layer }) => shown([...layer.values()].reduce((a, b) => a + b, 0)))],
    ],
  );
}

/** Why there are no fewer. */
export function printWhy(say: Say): void {
  for (const line of [
    'Sixteen were wanted. Eighteen follow one another, each wanting whole rows of what all workgroups of the one before made, and nothing in WebGPU',
    'lets one workgroup wait for another inside a dispatch (its atomics order no other memory): there a norm with u, q|k|v, attention, u of o, o, a norm',
    'with u, gate|up, the gate with u, down; back a norm with du, dX of down, the gate with du, dX of gate|up, a norm with du, dX of o, attention,',
    'turning back with du, dX of q|k|v. What stands beside them:',
    '',
    '- dA and dB, one a group, which take the parts of dX along. They read four buffers of their own and add to one; two groups in a dispatch are nine',
    '  bindings, and eight is what WebGPU promises.',
    '- q and k are turned in a dispatch of their own, which takes their parts along: every tile of queries would turn its keys again.',
    '- Parts of o and of down: each block of four ranks behind the norm would add them up for itself, twice, once for the mean and once for the product:',
    '  8 to 12 times their bytes where a dispatch of their own reads them once. A gate needs one pass and two blocks: up to four parts are added up there.',
    "- dk and dv want delta, a sum over each query's head, which the dispatch of dq makes.",
    '- Where heads have norms, turning back and their gradients: with the parts of dk and dv they are ten bindings.',
    '',
    'Below eighteen is to be had by computing again: u and du inside the products (at rank 8 an eighth more arithmetic in eight products, at rank 64 all of',
    'it again), norms and gates in the left tiles of products (each of 9 to 48 columns of tiles does the rows again). It needs a GPU to say whether that pays.',
    '',
  ])
    say(line);
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
const rests = { whole: '', halved: ', activations in half', checkpointed: ', checkpointed' } as const;

export function printMemory(rows: readonly MemoryRow[], say: Say): void {
  say('Memory of a step of 512 tokens by its plan, MiB:');
  say('');
  table(
    say,
    ['', 'peak over weights', 'peak', 'weights', 'adapter', 'optimiser', 'activations', 'scratch', 'answers'],
    rows.map(({ model, how, memory, ratio }) => [
      `${model}${rests[how]}`,
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
