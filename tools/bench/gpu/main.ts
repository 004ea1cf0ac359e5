// The run on a real GPU as a program of its own, for a machine that has Node and no npm: what `npm run bench -- --gpu --pack DIR` packs.
import { Assets } from '../../../src/engine/session/assets.ts';
import { nodeGpu } from '../../cli/nodeGpu.ts';
import { readPublic } from '../../cli/readPublic.ts';
import type { Command } from '../../commandLine.ts';
import { tool, whole } from '../../commandLine.ts';
import { gpuRun } from './gpuRun.ts';

const command = {
  call: 'node main.mjs',
  about: 'Measures this machine’s GPU: peaks, products, whole steps, generation, and whether bits repeat.',
  options: {
    quick: { type: 'boolean', help: 'everything in tiny sizes', default: false },
    seconds: { type: 'string', value: 'N', help: 'time for all of it', default: '240' },
  },
} as const satisfies Command;

const main = tool(command, async ({ quick, seconds }) => {
  const gpu = await nodeGpu();
  if (!gpu)
    throw new Error(
      'WebGPU: the binding does not load here; it needs the loader of Vulkan (libvulkan.so.1).',
    );
  await gpuRun({
    gpu,
    embedded: await new Assets(readPublic).model(),
    say: (line) => void process.stdout.write(`${line}\n`),
    quick,
    seconds: whole(command, 'seconds', seconds, 240, 1),
  });
  return 0;
});

// Dawn keeps the process alive.
process.exit(await main(process.argv.slice(2)));
