// The thread in which readers are tried: it tells in shared memory where it is, so that whoever watches sees it stand still.
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { tried } from './inputs.ts';
import { readers } from './readers/all.ts';

const job = z.object({
  place: z.instanceof(SharedArrayBuffer),
  names: z.array(z.string()),
  first: z.array(z.number()),
  seed: z.number(),
  most: z.number(),
  seconds: z.number(),
});

export async function main(): Promise<void> {
  const { place, names, first, seed, most, seconds } = job.parse(workerData);
  // Which reader, which input, how many were tried.
  const at = new Int32Array(place);
  for (const [i, name] of names.entries()) {
    const reader = readers.find((one) => one.name === name);
    if (!reader) continue;
    Atomics.store(at, 0, i);
    const known = new Set<string>();
    const until = process.uptime() + seconds;
    const counts = { accepted: 0, refused: 0, broken: 0 };
    let index = first[i] ?? 0;
    for (; index < most && process.uptime() < until; index++) {
      Atomics.store(at, 1, index);
      Atomics.add(at, 2, 1);
      const { judged, finding } = await tried(reader, seed, index, known);
      counts[judged.verdict] += 1;
      if (finding) parentPort?.postMessage({ finding });
    }
    parentPort?.postMessage({ done: { reader: name, ...counts } });
  }
}
