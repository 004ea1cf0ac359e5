// The run on a real GPU as a program of its own, for a machine that has Node and no npm: what `npm run bench -- --gpu --pack DIR` packs.
import { parseArgs } from 'node:util';
import { Assets } from '../../../src/engine/session/assets.ts';
import { nodeGpu } from '../../cli/nodeGpu.ts';
import { readPublic } from '../../cli/readPublic.ts';
import { gpuRun } from './gpuRun.ts';

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, seconds: { type: 'string', default: '240' } },
});
const gpu = await nodeGpu();
if (!gpu)
  throw new Error('WebGPU: the binding does not load here; it needs the loader of Vulkan (libvulkan.so.1).');
await gpuRun({
  gpu,
  embedded: await new Assets(readPublic).model(),
  say: (line) => void process.stdout.write(`${line}\n`),
  quick: values.quick,
  seconds: Number(values.seconds),
});
// Dawn keeps the process alive.
process.exit(0);
