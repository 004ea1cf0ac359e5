// `npm run bench -- --gpu`: everything worth knowing of a real GPU in four minutes, as tables of Markdown: peaks, what the tuner chooses,
// products beside ONNX Runtime, whole steps beside PyTorch, generation, every kernel's share, the same bits twice. What time, a package or
// a model leaves out is named.
import type { ModelFiles } from '../../../src/engine/models/modelFiles.ts';
import type { RecipePatch } from '../../../src/engine/recipe/recipe.ts';
import { measureVariants } from '../../../src/engine/training/backends/tuning/tune.ts';
import type { Variants } from '../../../src/engine/training/backends/variants.ts';
import { variantsInWords, wantedFeatures } from '../../../src/engine/training/backends/variants.ts';
import { Pipelines } from '../../../src/shaders/host/pipelines.ts';
import type { Peaks } from '../peak.ts';
import { measurePeaks } from '../peak.ts';
import { measureProduct } from '../products.ts';
import type { Say } from '../report.ts';
import type { StepCase, StepResult } from '../steps.ts';
import { measureSteps } from '../steps.ts';
import type { TorchLine } from '../torch/torchLine.ts';
import { torchSteps } from '../torch/torchSteps.ts';
import type { ProductLine, StepLine } from './gpuReport.ts';
import { printBits, printKernels, printProducts, printSteps } from './gpuReport.ts';
import { onnxGflops, onnxRuntime } from './onnxProducts.ts';
import type { Shape } from './randomModel.ts';
import { randomModel, shapes, VOCABULARY } from './randomModel.ts';

const quickShapes: readonly Shape[] = [
  { name: 'tiny', hidden: 128, layers: 2, heads: 2, kvHeads: 1, ffn: 256 },
];
const own: RecipePatch = { 'bnb.bnb_4bit_quant_type': 'none', 'lora.r': 8 };
const checkpointed: RecipePatch = { 'train.gradient_checkpointing': true, 'train.use_reentrant': 'false' };

export interface GpuRunOptions {
  readonly gpu: GPU;
  readonly embedded: ModelFiles;
  readonly say: Say;
  /** Tiny sizes, to try it where there is no GPU. */
  readonly quick: boolean;
  /** For everything. */
  readonly seconds: number;
}

/** Shares of the time after which a part takes up nothing more; PyTorch has the rest. */
const UNTIL = { products: 0.25, steps: 0.75 } as const;

class Clock {
  readonly #started = performance.now();
  readonly #seconds: number;
  readonly #say: Say;

  constructor(seconds: number, say: Say) {
    this.#seconds = seconds;
    this.#say = say;
  }

  left(share = 1): number {
    return this.#seconds * share - (performance.now() - this.#started) / 1000;
  }

  /** The work's answer, or null, said, where the time until `share` is spent or it fails. */
  async within<T>(what: string, share: number, work: () => Promise<T>): Promise<T | null> {
    if (this.left(share) <= 0) {
      this.#say(`${what}: left out, the time is spent.`);
      return null;
    }
    try {
      return await work();
    } catch (error) {
      this.#say(`${what}: failed. ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  }
}

async function onDevice(
  { gpu, say, quick }: GpuRunOptions,
  clock: Clock,
): Promise<{ readonly peaks: Peaks; readonly lines: readonly ProductLine[] }> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('WebGPU: no adapter on this machine.');
  const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupStorageSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredFeatures: wantedFeatures.filter((one) => adapter.features.has(one)),
    requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
  });
  const pipelines = new Pipelines(device);
  const { vendor, architecture, description } = adapter.info;
  const offered = wantedFeatures.map((one) => `${one} ${device.features.has(one) ? 'yes' : 'no'}`);
  say(`# ${description || `${vendor} ${architecture}`}`);
  say('');
  say(`${offered.join(', ')}; workgroup memory ${maxComputeWorkgroupStorageSize / 1024} KiB.`);
  const peaks = await measurePeaks(device, pipelines);
  say(
    `${(peaks.gflops / 1000).toFixed(2)} TFLOP/s of f32 multiply-adds, ${peaks.gbps.toFixed(0)} GB/s copied.`,
  );
  const tuned = async (when: string): Promise<Variants> => {
    const started = performance.now();
    const chosen = await measureVariants(device, () => performance.now());
    say(`The tuner, ${when}: ${variantsInWords(chosen)}, ${(performance.now() - started).toFixed(0)} ms.`);
    return chosen;
  };
  const variants = await tuned('first');
  if (variantsInWords(await tuned('again')) !== variantsInWords(variants))
    say('THE TUNER CHOOSES DIFFERENTLY.');
  say('');
  const ort = await onnxRuntime();
  if (!ort) say('onnxruntime-node is not on this machine: its column is empty.');
  const lines: ProductLine[] = [];
  for (const shape of quick ? quickShapes : shapes)
    for (const n of quick ? [1, 32] : [128, 512, 2048, 1]) {
      const line = await clock.within(`products of ${shape.name} at ${n} rows`, UNTIL.products, async () => {
        const rates = { forward: 0, dX: 0 };
        // Milliseconds of a GFLOP add up, rates don't.
        for (const [k, widths] of [
          [shape.hidden, [shape.ffn, shape.ffn]],
          [shape.ffn, [shape.hidden]],
        ] as const) {
          const work = k * widths.reduce((sum, width) => sum + width, 0);
          const one = await measureProduct(device, pipelines, variants, {
            format: 'q4_1',
            n,
            k,
            widths,
          });
          rates.forward += work / one.forward;
          rates.dX += work / one.dX;
        }
        const work = 3 * shape.hidden * shape.ffn;
        return {
          model: shape.name,
          rows: n,
          forward: work / rates.forward,
          dX: work / rates.dX,
          onnx: ort && n > 1 ? await onnxGflops(ort, shape, n) : null,
        };
      });
      if (line) lines.push(line);
    }
  device.destroy();
  return { peaks, lines };
}

/** What is trained: model, rows × tokens, and what else is asked of it. */
interface Wanted {
  readonly shape: Shape;
  readonly rows: number;
  readonly tokens: number;
  readonly checkpointed: boolean;
}

function wanted(quick: boolean): Wanted[] {
  if (quick) return quickShapes.map((shape) => ({ shape, rows: 1, tokens: 32, checkpointed: false }));
  const plain = [
    [1, 128],
    [1, 512],
    [4, 512],
  ].flatMap(([rows = 1, tokens = 1]) =>
    shapes.map((shape) => ({ shape, rows, tokens, checkpointed: false })),
  );
  return [
    ...plain,
    ...shapes.slice(0, 1).map((shape) => ({ shape, rows: 1, tokens: 2048, checkpointed: true })),
  ];
}

async function stepParts(
  { gpu, embedded, say, quick }: GpuRunOptions,
  clock: Clock,
  peaks: Peaks,
): Promise<StepLine[]> {
  const steps = quick ? 2 : 6;
  const measure = (
    name: string,
    one: Partial<StepCase> & Pick<StepCase, 'files' | 'patch' | 'rows' | 'tokens'>,
  ) => clock.within(name, UNTIL.steps, () => measureSteps(gpu, { name, backend: 'webgpu', steps, ...one }));
  const shape = { files: embedded, patch: { 'lora.r': 8 }, rows: 4, tokens: 48 } as const;
  const first = await measure('embedded', { ...shape, generates: true });
  const second = await measure('embedded, again', shape);
  const cpu = await measure('embedded, CPU', { ...shape, backend: 'cpu' });
  if (first && second && cpu) printBits(first, second, cpu, say);
  const lines: StepLine[] = first
    ? [{ model: 'embedded', rows: 4, tokens: 48, checkpointed: false, result: first }]
    : [];
  for (const one of wanted(quick)) {
    const { tokens } = one;
    const result = await measure(`${one.shape.name}, ${one.rows} × ${tokens}`, {
      files: randomModel(embedded, one.shape),
      patch: { ...own, ...(one.checkpointed ? checkpointed : {}), 'train.max_length': tokens },
      rows: one.rows,
      tokens,
      generates: tokens <= 128,
    });
    if (result)
      lines.push({ model: one.shape.name, rows: one.rows, tokens, checkpointed: one.checkpointed, result });
  }
  const profiled: StepResult[] = [];
  for (const [at, tokens] of quick
    ? [[0, 32]]
    : ([
        [0, 128],
        [1, 2048],
      ] as const)) {
    const which = (quick ? quickShapes : shapes)[at ?? 0];
    if (!which || tokens === undefined) continue;
    const files = randomModel(embedded, which);
    const patch = { ...own, 'train.max_length': tokens };
    const result = await measure(`${which.name}, 1 × ${tokens}`, {
      files,
      patch,
      rows: 1,
      tokens,
      steps: 2,
      profile: true,
    });
    if (result) profiled.push(result);
  }
  for (const result of profiled) printKernels(result, peaks, say);
  const large = quick ? quickShapes[0] : shapes[1];
  if (large) {
    const files = randomModel(embedded, large);
    const nf4 = await measure(`${large.name}, NF4`, {
      files,
      patch: { 'lora.r': 8 },
      rows: 1,
      tokens: 32,
      steps: 1,
    });
    if (nf4)
      say(`Weights of ${large.name} quantised to NF4 and loaded in ${(nf4.loadMs / 1000).toFixed(1)} s.`);
  }
  return lines;
}

/** PyTorch's lines, and why there are none. */
function torchParts(quick: boolean, seconds: number, say: Say): Promise<TorchLine[]> {
  const cases = wanted(quick).map(({ shape, rows, tokens, checkpointed: again }) => ({
    model: shape.name,
    rows,
    tokens,
    checkpointed: again,
  }));
  const sized = (quick ? quickShapes : shapes).map((shape) => ({ ...shape, vocab: VOCABULARY }));
  return torchSteps({ device: 'cuda', threads: 1, shapes: sized, cases, seconds }, say);
}

export async function gpuRun(options: GpuRunOptions): Promise<void> {
  const { say, seconds, quick } = options;
  const clock = new Clock(seconds, say);
  const { peaks, lines } = await onDevice(options, clock);
  printProducts(lines, peaks, say);
  const steps = await stepParts(options, clock, peaks);
  const left = Math.max(0, clock.left());
  const torch = left > 10 ? await torchParts(quick, left, say) : [];
  printSteps(steps, torch, say);
  say(`Took ${(seconds - clock.left()).toFixed(0)} s of ${seconds}.`);
}
