// `npm run fuzz`: mutates a corpus for every reader of what comes from outside, and holds each to its contract: a value or a UserError, within
// two seconds and bounded memory, and nothing accepted that the format forbids. What fails is printed with the smallest input that does.
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { Command } from '../commandLine.ts';
import { tool, usageError } from '../commandLine.ts';
import { inputOf, shown } from './inputs.ts';
import { readers } from './readers/all.ts';

export const command = {
  call: 'npm run -s fuzz --',
  about: 'Tries every reader of the project on wrong inputs.',
  options: {
    seconds: { type: 'string', value: 'N', help: 'how long in all (60)' },
    inputs: { type: 'string', value: 'N', help: 'as many inputs for each reader, however long it takes' },
    seed: { type: 'string', value: 'S', help: 'another seed makes other inputs (1)' },
    reader: { type: 'string', value: 'NAME', help: 'this reader alone' },
    list: { type: 'boolean', help: 'names the readers' },
  },
} as const satisfies Command;

/** A reader that takes more of the processor than this for one input hangs. */
const MOST_CPU_MS = 2000;
const LOOK_EVERY_MS = 100;
/** What one input may make a thread hold. */
const MOST_HEAP_MB = 512;

const said = z.union([
  z.object({
    finding: z.object({
      reader: z.string(),
      seed: z.number(),
      index: z.number(),
      breach: z.string(),
      input: z.string(),
    }),
  }),
  z.object({
    done: z.object({ reader: z.string(), accepted: z.number(), refused: z.number(), broken: z.number() }),
  }),
]);

interface Plan {
  readonly names: readonly string[];
  readonly seed: number;
  readonly most: number;
  readonly seconds: number;
}

const whole = (text: string | undefined, otherwise: number): number => {
  const found = text === undefined ? otherwise : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(found)) throw usageError(command, 'Give whole numbers.');
  return found;
};

type Ended = { readonly reader: number; readonly index: number; readonly why: string } | null;

/** Tries readers from these inputs on in one thread; null when all are through, else where it stood still or fell. */
function tryFrom(
  plan: Plan,
  first: readonly number[],
  tell: (message: z.infer<typeof said>) => void,
): Promise<Ended> {
  const place = new SharedArrayBuffer(12);
  const at = new Int32Array(place);
  const worker = new Worker(new URL('../run.mjs', import.meta.url), {
    argv: ['tools/fuzz/thread.ts'],
    workerData: { ...plan, place, first },
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
  });
  return new Promise((resolve) => {
    let counted = 0;
    let began = process.cpuUsage();
    const where = (why: string): Ended => ({ reader: Atomics.load(at, 0), index: Atomics.load(at, 1), why });
    const end = (ended: Ended): void => {
      clearInterval(timer);
      void worker.terminate();
      resolve(ended);
    };
    const timer = setInterval(() => {
      const now = Atomics.load(at, 2);
      const { user } = process.cpuUsage(began);
      if (now === 0 || now !== counted) began = process.cpuUsage();
      else if (user > MOST_CPU_MS * 1000) end(where(`took more than ${MOST_CPU_MS / 1000} s`));
      counted = now;
    }, LOOK_EVERY_MS);
    worker.on('message', (message: unknown) => tell(said.parse(message)));
    worker.on('error', (error) => end(where(`ended its thread: ${error.message}`)));
    worker.on('exit', (code) => end(code === 0 ? null : where('ended its thread')));
  });
}

export const main = tool(command, async (values) => {
  if (values.list) {
    process.stdout.write(`${readers.map(({ name }) => name).join('\n')}\n`);
    return 0;
  }
  const chosen = readers.filter(({ name }) => values.reader === undefined || name === values.reader);
  if (chosen.length === 0) throw usageError(command, `No reader is called '${values.reader ?? ''}'.`);
  const seed = whole(values.seed, 1);
  const most = whole(values.inputs, Number.MAX_SAFE_INTEGER);
  const seconds = values.inputs === undefined ? whole(values.seconds, 60) / chosen.length : 1e9;
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  let breaches = 0;
  const tell = (message: z.infer<typeof said>): void => {
    if ('done' in message) {
      const { reader, accepted, refused, broken } = message.done;
      say(
        `${reader}: ${accepted + refused + broken} inputs, ${accepted} accepted, ${refused} refused, ${broken} broken`,
      );
      return;
    }
    breaches += 1;
    const { reader, index, breach, input } = message.finding;
    say(`✗ ${reader}, seed ${seed}, input ${index}: ${breach}\n    ${input}`);
  };
  let names = chosen.map(({ name }) => name);
  let first = names.map(() => 0);
  for (;;) {
    const ended = await tryFrom({ names, seed, most, seconds }, first, tell);
    if (ended === null) break;
    breaches += 1;
    const reader = readers.find(({ name }) => name === names[ended.reader]);
    if (!reader) break;
    say(
      `✗ ${reader.name}, seed ${seed}, input ${ended.index}: ${ended.why}\n    ${shown(inputOf(reader, seed, ended.index))}`,
    );
    names = names.slice(ended.reader);
    first = [ended.index + 1, ...names.slice(1).map(() => 0)];
  }
  say(breaches === 0 ? 'No reader broke its contract.' : `${breaches} kinds of breach.`);
  return breaches === 0 ? 0 : 1;
});
