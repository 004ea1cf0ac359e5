// A turn in Node, on Dawn's binding: `node inNode.mjs CASE PROFILE PUBLIC GGUF` prints it as JSON.
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeGpu } from '../../cli/nodeGpu.ts';
import { isCase, takeTurn } from './part.ts';

const [name = 'embedded', profile = '', folder = '', gguf = ''] = process.argv.slice(2);
if (!isCase(name)) throw new Error(`${name}: there is no such case.`);
const turn = await takeTurn(name, profile === 'profile', {
  gpu: await nodeGpu(),
  read: async (path) => Uint8Array.from(await readFile(join(folder, path))),
  gguf: () => openAsBlob(gguf),
});
process.stdout.write(`${JSON.stringify(turn)}\n`);
// Dawn keeps the process alive.
process.exit(0);
