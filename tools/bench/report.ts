// The benchmark's results as tables of Markdown, so that docs/performance.md holds them as they were printed.
import { variantsInWords } from '../../src/engine/training/backends/variants.ts';
import type { RowsResult } from './browser/longTasks.ts';
import type { BrowserResult } from './browser/page.ts';
import type { InspectionResult } from './inspection.ts';
import type { Peaks } from './peak.ts';
import type { ProductTable } from './products.ts';
import type { ReadingResult } from './reading.ts';
import type { StepResult } from './steps.ts';

export interface BenchResult {
  readonly browser: BrowserResult | null;
  readonly adapter: { readonly name: string; readonly peaks: Peaks; readonly table: ProductTable } | null;
  readonly steps: readonly StepResult[];
  readonly inspections: readonly InspectionResult[];
}

export type Say = (line: string) => void;

export function table(say: Say, head: readonly string[], rows: readonly (readonly string[])[]): void {
  say(`| ${head.join(' | ')} |`);
  say(`|${head.map(() => '---').join('|')}|`);
  for (const row of rows) say(`| ${row.join(' | ')} |`);
  say('');
}

export const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const maybe = (value: number | null): string => (value === null ? '' : value.toFixed(1));

/** Kernels whose time goes into matrix products: the product, its decoding, the adapter's own. */
const isProduct = (name: string): boolean => /^(matmul|dequantize|linear|lora)/.test(name);

function printKernels(say: Say, { kernels, name }: StepResult, peaks: Peaks): void {
  const total = kernels.reduce((sum, { ms }) => sum + ms, 0);
  const inProducts = kernels.reduce((sum, one) => sum + (isProduct(one.name) ? one.ms : 0), 0);
  say(`${name}: ${percent(inProducts / total)} of the kernels' time in matrix products.`);
  say('');
  table(
    say,
    ['kernel', 'calls', 'ms a step', 'of the step', 'of the bandwidth', 'of the FMA peak'],
    kernels.map((one) => [
      one.name,
      String(one.calls),
      one.ms.toFixed(2),
      percent(one.ms / total),
      one.bytes > 0 ? percent(one.bytes / one.ms / 1e6 / peaks.gbps) : '',
      one.flops > 0 ? percent(one.flops / one.ms / 1e6 / peaks.gflops) : '',
    ]),
  );
}

function printBrowser(say: Say, { adapter, peakGflops, variants, rows }: BrowserResult): void {
  say(
    `Chromium, ${adapter}: ${peakGflops.toFixed(1)} GFLOP/s f32 FMA, variants ${variants}; onnxruntime-web's MatMulNBits beside it`,
  );
  say('');
  table(
    say,
    [
      'q4_0 product',
      'forward GFLOP/s',
      'of the peak',
      'dX GFLOP/s',
      'of the peak',
      'ORT WebGPU',
      'ORT WASM',
      'ours / ORT WebGPU',
      'difference',
    ],
    rows.map(({ shape, forward, dX, ortWebgpu, ortWasm, difference }) => [
      `${shape.name}, ${shape.n} × ${shape.k} × ${shape.m}`,
      forward.toFixed(2),
      percent(forward / peakGflops),
      dX.toFixed(2),
      percent(dX / peakGflops),
      ortWebgpu?.toFixed(2) ?? '',
      ortWasm?.toFixed(2) ?? '',
      ortWebgpu ? (forward / ortWebgpu).toFixed(0) : '',
      difference?.toExponential(1) ?? '',
    ]),
  );
}

export function printReport({ adapter, steps, browser, inspections }: BenchResult, say: Say): void {
  if (adapter) {
    const { name, peaks, table: made } = adapter;
    say(
      `${name}: ${peaks.gflops.toFixed(1)} GFLOP/s f32 FMA, ${peaks.gbps.toFixed(1)} GB/s, variants ${variantsInWords(made.variants)}`,
    );
    say('');
    const figures = (rate: number): string[] => [rate.toFixed(1), percent(rate / peaks.gflops)];
    table(
      say,
      ['4-bit product', 'format', 'T', 'forward GFLOP/s', 'of the peak', 'dX GFLOP/s', 'of the peak'],
      made.rows.map(({ group, format, tokens, forward, dX }) => [
        group,
        format,
        String(tokens),
        ...figures(forward),
        ...figures(dX),
      ]),
    );
  }
  table(
    say,
    [
      'step',
      'ms',
      'tokens/s',
      'of the peak',
      'load ms',
      'planned',
      'allocated',
      'prefill tokens/s',
      'decode tokens/s',
    ],
    steps
      .filter(({ kernels }) => kernels.length === 0)
      .map((one) => [
        one.name,
        one.stepMs.toFixed(0),
        one.tokensPerSecond.toFixed(0),
        adapter ? percent(one.flopsPerStep / one.stepMs / 1e6 / adapter.peaks.gflops) : '',
        one.loadMs.toFixed(0),
        mebibytes(one.plannedBytes),
        mebibytes(one.allocatedBytes),
        maybe(one.prefillTokensPerSecond),
        maybe(one.decodeTokensPerSecond),
      ]),
  );
  for (const one of steps) if (one.kernels.length > 0 && adapter) printKernels(say, one, adapter.peaks);
  table(
    say,
    ['inspection, 30 layers', 'ms', 'ms of the script alone', 'ratio'],
    inspections.map(({ name, inspectMs, scriptMs }) => [
      `a recipe ${name}`,
      inspectMs.toFixed(1),
      scriptMs.toFixed(1),
      (inspectMs / scriptMs).toFixed(1),
    ]),
  );
  if (browser) printBrowser(say, browser);
}

export function printReadings(readings: readonly ReadingResult[], say: Say): void {
  table(
    say,
    ['script', 'lines', 'an empty one, ms', 'read, ms', 'with its repairs, ms'],
    readings.map(({ name, lines, emptyMs, readMs, withRepairsMs }) => [
      name,
      String(lines),
      emptyMs.toFixed(0),
      readMs.toFixed(0),
      withRepairsMs.toFixed(0),
    ]),
  );
}

/** Long tasks of the page's thread, with what the longest had of a core: the rest is the machine's. */
export function printRows({ load, rows, phases }: RowsResult, say: Say): void {
  say(
    `A CSV file of ${rows} rows and 30 columns at the page, in Chromium; load of the machine ${load.toFixed(1)}`,
  );
  say('');
  table(
    say,
    ['', 'tasks above 50 ms', 'the longest, ms', 'most of a core in one task, ms'],
    phases.map(({ what, tasks, mostCpu }) => [
      what,
      String(tasks.length),
      tasks.length === 0 ? '' : String(Math.max(...tasks)),
      mostCpu.toFixed(0),
    ]),
  );
}
