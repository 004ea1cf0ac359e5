// `npm run bench -- --backends`: one step on everything that computes it, side by side in one run: plain TypeScript, ONNX Runtime's WebAssembly,
// our WebGPU on Dawn's adapter in Node and on SwiftShader in Chromium, and PyTorch with PEFT on the same processor as the yardstick.
import { availableParallelism } from 'node:os';
import { ggufModel } from '../../../src/engine/models/gguf/ggufModel.ts';
import type { ModelFiles } from '../../../src/engine/models/modelFiles.ts';
import { Assets } from '../../../src/engine/session/assets.ts';
import type { BackendKind } from '../../../src/engine/training/backends/deviceInfo.ts';
import { fileSource } from '../../cli/fileSource.ts';
import { nodeGpu } from '../../cli/nodeGpu.ts';
import { readPublic } from '../../cli/readPublic.ts';
import { bundled, inChromium, root } from '../against/against.ts';
import { cases } from '../against/part.ts';
import { median } from '../peak.ts';
import type { Say } from '../report.ts';
import { table } from '../report.ts';
import { measureSteps } from '../steps.ts';
import type { TorchShape } from '../torch/torchSteps.ts';
import { torchSteps } from '../torch/torchSteps.ts';

type CaseName = 'embedded' | 'smollm2';
const titles = {
  embedded: 'embedded, NF4, r 8, 4 × 48 tokens',
  smollm2: 'SmolLM2-135M, Q4_1, r 8, 1 × 128 tokens',
} as const;

/** Milliseconds of a step, by turn. */
interface Column {
  readonly where: string;
  readonly ms: number[];
  readonly take: () => Promise<number>;
}

/** The yardstick of all. */
const OWN = 'TypeScript, 1 thread';
/** PyTorch's share of the patience: a case of a minute is cut. */
const TORCH_SECONDS = 600;

const shapeOf = (name: CaseName, { config }: ModelFiles): TorchShape => ({
  name,
  vocab: config.vocabSize,
  hidden: config.hiddenSize,
  layers: config.layers,
  heads: config.heads,
  kvHeads: config.kvHeads,
  ffn: config.intermediateSize,
});

/** Of a step on a backend, in this process. */
async function stepMs(
  gpu: GPU | null,
  name: CaseName,
  files: ModelFiles,
  backend: BackendKind,
): Promise<number> {
  const shape = cases[name];
  // A step of plain TypeScript takes half a minute; the one before it isn't counted.
  const steps = backend === 'cpu' && name === 'smollm2' ? 1 : shape.steps;
  return (await measureSteps(gpu, { name, files, backend, ...shape, steps })).stepMs;
}

async function measured(name: CaseName, gguf: string, turns: number, say: Say): Promise<void> {
  const gpu = await nodeGpu();
  const files =
    name === 'embedded' ? await new Assets(readPublic).model() : await ggufModel(await fileSource(gguf));
  const page = await bundled(root, 'ours');
  const own = (where: string, backend: BackendKind): Column => ({
    where,
    ms: [],
    take: () => stepMs(gpu, name, files, backend),
  });
  const columns: Column[] = [
    own(OWN, 'cpu'),
    own('ONNX Runtime WebAssembly, 1 thread', 'ort'),
    ...(gpu ? [own("WebGPU in Node, Dawn's adapter", 'webgpu')] : []),
    {
      where: 'WebGPU in Chromium, SwiftShader',
      ms: [],
      take: async () => (await inChromium(name, name === 'embedded' ? '' : gguf)(page)).stepMs,
    },
  ];
  for (let turn = 0; turn < turns; turn += 1)
    for (const { ms, take } of turn % 2 === 0 ? columns : columns.toReversed()) ms.push(await take());
  const rows = columns.map(({ where, ms }) => ({ where, ms }));
  const { rows: batch, tokens } = cases[name];
  for (const threads of new Set([1, availableParallelism()])) {
    const lines = await torchSteps(
      {
        device: 'cpu',
        threads,
        shapes: [shapeOf(name, files)],
        cases: [{ model: name, rows: batch, tokens, checkpointed: false }],
        seconds: TORCH_SECONDS,
      },
      say,
    );
    for (const { kind, ms } of lines) rows.push({ where: `PyTorch, ${kind}, threads: ${threads}`, ms: [ms] });
  }
  const least = median(rows.find(({ where }) => where === OWN)?.ms ?? []);
  say('');
  table(
    say,
    [titles[name], 'ms a step, by turn', 'median', 'times as fast as TypeScript'],
    rows.map(({ where, ms }) => [
      where,
      ms.map((one) => one.toFixed(0)).join(', '),
      median(ms).toFixed(0),
      (least / median(ms)).toFixed(1),
    ]),
  );
}

/** `gguf`: SmolLM2's file, or nothing to leave it out. Prints a table a model. */
export async function measureBackends(gguf: string, turns: number, say: Say): Promise<void> {
  await measured('embedded', gguf, turns, say);
  if (gguf !== '') await measured('smollm2', gguf, turns, say);
}
