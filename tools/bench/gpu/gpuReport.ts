// The tables of a run on a real GPU, as docs/performance.md holds them.
import type { Peaks } from '../peak.ts';
import type { Say } from '../report.ts';
import { percent, table } from '../report.ts';
import type { StepResult } from '../steps.ts';
import type { TorchLine } from '../torch/torchLine.ts';

/** GFLOP/s of the feed-forward's products together. */
export interface ProductLine {
  readonly model: string;
  readonly rows: number;
  readonly forward: number;
  readonly dX: number;
  readonly onnx: number | null;
}

export interface StepLine {
  readonly model: string;
  readonly rows: number;
  readonly tokens: number;
  readonly checkpointed: boolean;
  readonly result: StepResult;
}

const tera = (gflops: number): string => (gflops / 1000).toFixed(gflops < 1000 ? 3 : 1);
const plain = (value: number | null | undefined, digits = 0): string => value?.toFixed(digits) ?? '';

export function printProducts(lines: readonly ProductLine[], { gflops }: Peaks, say: Say): void {
  say('4-bit products of the feed-forward (gate,up and down), f32 in and out, TFLOP/s:');
  say('');
  table(
    say,
    ['model, rows', 'ours forward', 'ours dX', 'ONNX Runtime', 'ours / theirs', 'of the peak'],
    lines.map(({ model, rows, forward, dX, onnx }) => [
      `${model}, ${rows}`,
      tera(forward),
      tera(dX),
      onnx === null ? '' : tera(onnx),
      onnx === null ? '' : (forward / onnx).toFixed(2),
      `${percent(forward / gflops)}, ${percent(dX / gflops)}`,
    ]),
  );
}

export function printSteps(lines: readonly StepLine[], torch: readonly TorchLine[], say: Say): void {
  const theirs = ({ model, rows, tokens }: StepLine, kind: TorchLine['kind']): TorchLine | undefined =>
    torch.find(
      (one) => one.model === model && one.rows === rows && one.tokens === tokens && one.kind === kind,
    );
  say(
    'Whole steps, milliseconds: LoRA of rank 8 on all linear layers, AdamW, clipping; ours Q4_1 in f32, PyTorch eager:',
  );
  say('');
  table(
    say,
    [
      'model, batch × tokens',
      'ours',
      'PyTorch f32',
      'bf16',
      'NF4',
      'ours, MiB',
      'NF4, MiB',
      'prompt tokens/s',
      'answer tokens/s',
    ],
    lines.map((line) => [
      `${line.model}, ${line.rows} × ${line.tokens}${line.checkpointed ? ', checkpointed' : ''}`,
      plain(line.result.stepMs, 1),
      plain(theirs(line, 'f32')?.ms, 1),
      plain(theirs(line, 'bf16')?.ms, 1),
      plain(theirs(line, 'nf4')?.ms, 1),
      plain(line.result.allocatedBytes / 2 ** 20),
      plain(theirs(line, 'nf4')?.mib),
      plain(line.result.prefillTokensPerSecond),
      plain(line.result.decodeTokensPerSecond),
    ]),
  );
}

/** Where a step goes: shares of the kernels' time. */
export function printKernels({ name, kernels, stepMs }: StepResult, peaks: Peaks, say: Say): void {
  const total = kernels.reduce((sum, { ms }) => sum + ms, 0);
  say(`${name}: ${total.toFixed(1)} ms of kernels, each timed alone, in a step of ${stepMs.toFixed(1)} ms.`);
  say('');
  table(
    say,
    ['kernel', 'share', 'calls', 'a call, µs', 'of the peak', 'of the bandwidth'],
    kernels
      .filter(({ ms }) => ms > total / 200)
      .map(({ name: kernel, ms, calls, flops, bytes }) => [
        kernel,
        percent(ms / total),
        calls > 0 ? String(calls) : '',
        calls > 0 ? ((1000 * ms) / calls).toFixed(0) : '',
        flops > 0 ? percent(flops / ms / 1e6 / peaks.gflops) : '',
        bytes > 0 ? percent(bytes / ms / 1e6 / peaks.gbps) : '',
      ]),
  );
}

/** Whether a run repeats its bits, and how far it is from the processor's. */
export function printBits(first: StepResult, second: StepResult, cpu: StepResult, say: Say): void {
  const same = first.losses.every((loss, i) => loss === second.losses[i]);
  const far = Math.max(...first.losses.map((loss, i) => Math.abs(loss / (cpu.losses[i] ?? loss) - 1)));
  say(
    `${first.losses.length} steps of the embedded model: ${same ? 'the same bits twice' : 'NOT THE SAME BITS TWICE'}; losses within ${far.toExponential(1)} of the processor's.`,
  );
  say('');
}
