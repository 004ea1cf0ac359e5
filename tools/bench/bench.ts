// `npm run bench`: this machine's adapter measured side by side in one run: peaks, 4-bit products, whole steps, every kernel of
// one, generation, loading, memory, inspections.
import { existsSync } from 'node:fs';
import { ggufModel } from '../../src/engine/models/gguf/ggufModel.ts';
import type { ModelFiles } from '../../src/engine/models/modelFiles.ts';
import type { RecipePatch } from '../../src/engine/recipe/recipe.ts';
import { Assets } from '../../src/engine/session/assets.ts';
import { wantedFeatures } from '../../src/engine/training/backends/variants.ts';
import { Pipelines } from '../../src/shaders/host/pipelines.ts';
import { fileSource } from '../cli/fileSource.ts';
import { nodeGpu } from '../cli/nodeGpu.ts';
import { readPublic } from '../cli/readPublic.ts';
import type { Command } from '../commandLine.ts';
import { tool, whole } from '../commandLine.ts';
import { measureAgainst } from './against/against.ts';
import { auditPart, PARALLELISM } from './auditPart.ts';
import { measureBackends } from './backends/backends.ts';
import { measureColdStarts, printColdStarts } from './browser/coldStart.ts';
import { compareInBrowser } from './browser/compare.ts';
import { measureRows } from './browser/longTasks.ts';
import { gpuRun } from './gpu/gpuRun.ts';
import { packGpuRun } from './gpu/pack.ts';
import { measureInspections } from './inspection.ts';
import type { Peaks } from './peak.ts';
import { measurePeaks } from './peak.ts';
import type { ProductTable } from './products.ts';
import { products } from './products.ts';
import { measureReadings } from './reading.ts';
import type { BenchResult } from './report.ts';
import { printReadings, printReport, printRows } from './report.ts';
import type { StepCase, StepResult } from './steps.ts';
import { measureSteps } from './steps.ts';

const smollm2 = process.env.SMOLLM2_GGUF ?? 'models/SmolLM2-135M-Instruct.Q4_1.gguf';
const own: RecipePatch = { 'bnb.bnb_4bit_quant_type': 'none', 'lora.r': 8 };
const checkpointed: RecipePatch = { 'train.gradient_checkpointing': true, 'train.use_reentrant': 'false' };

function embeddedCases(files: ModelFiles): StepCase[] {
  const shape = { files, rows: 4, tokens: 48, steps: 6 } as const;
  return [
    { name: 'embedded, NF4, r 8', ...shape, patch: { 'lora.r': 8 }, backend: 'webgpu', generates: true },
    { name: 'embedded, NF4, r 8, ONNX Runtime', ...shape, patch: { 'lora.r': 8 }, backend: 'ort' },
    { name: 'embedded, NF4, r 8, CPU', ...shape, patch: { 'lora.r': 8 }, backend: 'cpu', generates: true },
  ];
}

function smollm2Cases(files: ModelFiles): StepCase[] {
  const shape = { files, rows: 1, tokens: 128, backend: 'webgpu', steps: 3 } as const;
  return [
    { name: 'SmolLM2, Q4_1, r 8', ...shape, patch: own, generates: true },
    { name: 'SmolLM2, Q4_1, r 8, checkpointed', ...shape, patch: { ...own, ...checkpointed } },
    { name: 'SmolLM2, Q4_1, r 64', ...shape, patch: { ...own, 'lora.r': 64 } },
    { name: 'SmolLM2, NF4, r 8', ...shape, patch: { 'lora.r': 8 } },
    { name: 'SmolLM2, Q4_1, r 8, ONNX Runtime', ...shape, patch: own, backend: 'ort' },
    { name: 'SmolLM2, Q4_1, r 8, CPU', ...shape, patch: own, backend: 'cpu', steps: 1 },
    { name: 'SmolLM2, Q4_1, r 8, kernel by kernel', ...shape, patch: own, profile: true, steps: 2 },
  ];
}

async function adapterPart(gpu: GPU): Promise<{ name: string; peaks: Peaks; table: ProductTable }> {
  const adapter = await gpu.requestAdapter();
  const device = await adapter?.requestDevice({
    requiredFeatures: wantedFeatures.filter((one) => adapter.features.has(one)),
    requiredLimits: {
      maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize,
      maxBufferSize: adapter.limits.maxBufferSize,
    },
  });
  if (!adapter || !device)
    throw new Error('WebGPU: no adapter on this machine. npm test says how to get one.');
  const pipelines = new Pipelines(device);
  const peaks = await measurePeaks(device, pipelines);
  const table = await products(device, pipelines);
  device.destroy();
  return { name: adapter.info.description || adapter.info.device, peaks, table };
}

export const command = {
  call: 'npm run -s bench --',
  about: 'Measures this machine: peaks, 4-bit products, whole steps and every kernel of one, in one run.',
  options: {
    quick: { type: 'boolean', help: 'leave SmolLM2 out' },
    read: { type: 'boolean', help: 'measure the reading of scripts, and nothing else' },
    audit: { type: 'boolean', help: 'how parallel each dispatch is, without a device, and nothing else' },
    kernels: { type: 'string', value: 'A,B', help: 'with --audit: only kernels whose names begin so' },
    markdown: { type: 'boolean', help: `with --audit: write ${PARALLELISM}` },
    gpu: {
      type: 'boolean',
      help: 'everything worth knowing of a real GPU in four minutes, and nothing else; with --quick in tiny sizes',
    },
    seconds: { type: 'string', value: 'N', help: 'with --gpu: time for all of it', default: '240' },
    pack: {
      type: 'string',
      value: 'DIR',
      help: 'with --gpu: do not run it but pack it, for a machine that has only Node',
    },
    cold: {
      type: 'boolean',
      help: 'how long a newcomer waits for a changed answer, three times and with --quick once, and nothing else',
    },
    against: {
      type: 'string',
      value: 'DIR',
      help: 'the steps of another checkout beside this one’s, in turns, in Node and Chromium, and nothing else',
    },
    backends: {
      type: 'boolean',
      help: 'one step on every backend, in turns, beside PyTorch (PYTHON names one with PEFT), and nothing else',
    },
    rows: { type: 'boolean', help: 'count the long tasks of a page with 200,000 rows, and nothing else' },
    browser: { type: 'boolean', help: 'also measure in Chromium, beside onnxruntime-web' },
    json: { type: 'boolean', help: 'print one JSON object' },
  },
} as const satisfies Command;

export const main = tool(command, async (values) => {
  const write = (line: string): void => void process.stdout.write(`${line}\n`);
  if (values.read) {
    const readings = await measureReadings();
    if (values.json) write(JSON.stringify({ readings }));
    else printReadings(readings, write);
    return 0;
  }
  if (values.audit) return auditPart(values, write);
  if (values.cold) {
    const starts = await measureColdStarts(values.quick ? 1 : 3);
    if (values.json) write(JSON.stringify({ starts }));
    else printColdStarts(starts, write);
    return 0;
  }
  const model = !values.quick && existsSync(smollm2) ? smollm2 : '';
  if (values.backends) {
    await measureBackends(model, 2, write);
    return 0;
  }
  if (values.against !== undefined) {
    await measureAgainst(values.against, model, 2, write);
    return 0;
  }
  if (values.rows) {
    const rows = await measureRows();
    if (values.json) write(JSON.stringify({ rows }));
    else printRows(rows, write);
    return 0;
  }
  const gpu = await nodeGpu();
  if (values.gpu) {
    if (values.pack !== undefined) {
      await packGpuRun(values.pack);
      write(`${values.pack} is packed: there, node ${values.pack}/tools/gpu/main.mjs.`);
      return 0;
    }
    if (!gpu) throw new Error('WebGPU: no adapter on this machine. npm test says how to get one.');
    const embedded = await new Assets(readPublic).model();
    const seconds = whole(command, 'seconds', values.seconds, 240, 1);
    await gpuRun({ gpu, embedded, say: write, quick: values.quick ?? false, seconds });
    return 0;
  }
  const adapter = gpu ? await adapterPart(gpu) : null;
  const cases = embeddedCases(await new Assets(readPublic).model());
  if (!values.quick && existsSync(smollm2))
    cases.push(...smollm2Cases(await ggufModel(await fileSource(smollm2))));
  const steps: StepResult[] = [];
  for (const one of cases) if (gpu || one.backend !== 'webgpu') steps.push(await measureSteps(gpu, one));
  const browser = values.browser ? await compareInBrowser() : null;
  const result: BenchResult = { adapter, steps, browser, inspections: measureInspections() };
  if (values.json) write(JSON.stringify(result));
  else printReport(result, write);
  return 0;
});
