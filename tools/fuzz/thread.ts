// The thread in which readers are tried: it tells in shared memory where it is, so that whoever watches sees it stand still. What was known
// and how long there is left it is told: it may be the second of its run.
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { tried } from './inputs.ts';
import { readers } from './readers/all.ts';

const job = z.object({
  place: z.instanceof(SharedArrayBuffer),
  names: z.array(z.string()),
  /** The first input of the first reader; the others begin at their corpus. */
  first: z.number(),
  /** What the first reader has left of its own time; null: it begins only now. */
  ownMs: z.number().nullable(),
  /** Breaches of the first reader that were told. */
  known: z.array(z.string()),
  seed: z.number(),
  most: z.number(),
  /** For all of them. Opening a thread takes seconds, which are nobody's. */
  leftMs: z.number(),
});

export async function main(): Promise<void> {
  const { place, names, seed, most, leftMs, ...resumed } = job.parse(workerData);
  const deadline = Date.now() + leftMs;
  // Which reader, which input, how many judgements.
  const at = new Int32Array(place);
  const say = (message: object): void => parentPort?.postMessage(message);
  for (const [i, name] of names.entries()) {
    const reader = readers.find((one) => one.name === name);
    if (!reader) continue;
    Atomics.store(at, 0, i);
    const known = new Set(i === 0 ? resumed.known : []);
    const until =
      i === 0 && resumed.ownMs !== null
        ? Date.now() + resumed.ownMs
        : Date.now() + (deadline - Date.now()) / (names.length - i);
    say({ began: { reader: name, until, deadline } });
    const counts = { accepted: 0, refused: 0, broken: 0 };
    for (let index = i === 0 ? resumed.first : 0; index < most && Date.now() < until; index++) {
      Atomics.store(at, 1, index);
      const { judged, finding } = await tried(reader, seed, index, known, {
        beat: () => void Atomics.add(at, 2, 1),
        met: (breach) => say({ met: { reader: name, breach } }),
      });
      counts[judged.verdict] += 1;
      if (finding) say({ finding });
    }
    say({ done: { reader: name, ...counts } });
  }
}
