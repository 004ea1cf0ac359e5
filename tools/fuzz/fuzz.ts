// `npm run fuzz`: mutates a corpus for every reader of what comes from outside, and holds each to its contract: a value or a UserError, within
// two seconds and bounded memory, and nothing accepted that the format forbids. What fails is printed with the smallest input that does.
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { Command } from '../commandLine.ts';
import { tool, usageError, whole } from '../commandLine.ts';
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
  z.object({ began: z.object({ reader: z.string(), until: z.number(), deadline: z.number() }) }),
  z.object({ met: z.object({ reader: z.string(), breach: z.string() }) }),
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
  readonly first: number;
  readonly ownMs: number | null;
  readonly known: readonly string[];
  readonly seed: number;
  readonly most: number;
  readonly leftMs: number;
}

type Ended = { readonly reader: number; readonly index: number; readonly why: string } | null;

/** Tries readers in one thread; null when all are through, else where it stood still or fell. */
function tryFrom(plan: Plan, tell: (message: z.infer<typeof said>) => void): Promise<Ended> {
  const place = new SharedArrayBuffer(12);
  const at = new Int32Array(place);
  const worker = new Worker(new URL('../run.mjs', import.meta.url), {
    argv: ['tools/fuzz/thread.ts'],
    workerData: { ...plan, place },
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
  });
  return new Promise((resolve, reject) => {
    let counted = 0;
    let began = process.cpuUsage();
    const end = (why: string | null): void => {
      clearInterval(timer);
      void worker.terminate();
      if (why === null) resolve(null);
      // Another thread would end likewise, and so on for ever.
      else if (Atomics.load(at, 2) === 0) reject(new Error(`The thread ${why} before its first input.`));
      else resolve({ reader: Atomics.load(at, 0), index: Atomics.load(at, 1), why });
    };
    const timer = setInterval(() => {
      const now = Atomics.load(at, 2);
      const { user } = process.cpuUsage(began);
      if (now === 0 || now !== counted) began = process.cpuUsage();
      else if (user > MOST_CPU_MS * 1000) end(`took more than ${MOST_CPU_MS / 1000} s`);
      counted = now;
    }, LOOK_EVERY_MS);
    worker.on('message', (message: unknown) => tell(said.parse(message)));
    worker.on('error', (error) => end(`ended its thread: ${error.message}`));
    worker.on('exit', (code) => end(code === 0 ? null : 'ended its thread'));
  });
}

export const main = tool(command, async (values) => {
  if (values.list) {
    process.stdout.write(`${readers.map(({ name }) => name).join('\n')}\n`);
    return 0;
  }
  const chosen = readers.filter(({ name }) => values.reader === undefined || name === values.reader);
  if (chosen.length === 0) throw usageError(command, `No reader is called '${values.reader ?? ''}'.`);
  const seed = whole(command, 'seed', values.seed, 1);
  const most = whole(command, 'inputs', values.inputs, Number.MAX_SAFE_INTEGER, 1);
  const seconds = whole(command, 'seconds', values.seconds, 60, 1);
  let leftMs = values.inputs === undefined ? seconds * 1000 : 1e12;
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const report = (reader: string, index: number, breach: string, input: string): void =>
    say(`✗ ${reader}, seed ${seed}, input ${index}: ${breach}\n    ${input}`);
  const untried = new Set(chosen.map(({ name }) => name));
  let breaches = 0;
  let ownMs: number | null = null;
  let began = { reader: '', until: 0, deadline: 0 };
  let known: string[] = [];
  /** Met and not yet made small. */
  let met: string | null = null;
  const tell = (message: z.infer<typeof said>): void => {
    if ('began' in message) {
      if (message.began.reader !== began.reader) known = [];
      began = message.began;
    } else if ('met' in message) {
      met = message.met.breach;
      known.push(met);
    } else if ('done' in message) {
      const { reader, accepted, refused, broken } = message.done;
      const all = accepted + refused + broken;
      if (all > 0) untried.delete(reader);
      say(`${reader}: ${all} inputs, ${accepted} accepted, ${refused} refused, ${broken} broken`);
    } else {
      breaches += 1;
      met = null;
      const { reader, index, breach, input } = message.finding;
      report(reader, index, breach, input);
    }
  };
  let names = chosen.map(({ name }) => name);
  for (let first = 0; ; ) {
    const ended = await tryFrom({ names, first, ownMs, known, seed, most, leftMs }, tell);
    if (ended === null) break;
    const reader = readers.find(({ name }) => name === names[ended.reader]);
    if (!reader) throw new Error(`no reader ${ended.reader} of ${names.length}`);
    const input = shown(inputOf(reader, seed, ended.index));
    // It hung while a breach was made small: the breach is told with its whole input, and what hangs is a part of that.
    for (const breach of met === null ? [ended.why] : [met, `a part of it ${ended.why}`]) {
      breaches += 1;
      report(reader.name, ended.index, breach, input);
    }
    met = null;
    ownMs = Math.max(0, began.until - Date.now());
    leftMs = Math.max(0, began.deadline - Date.now());
    untried.delete(reader.name);
    names = names.slice(ended.reader);
    first = ended.index + 1;
  }
  if (untried.size > 0) {
    say(`Nothing was tried of: ${[...untried].join(', ')}. Give more seconds.`);
    return 1;
  }
  say(breaches === 0 ? 'No reader broke its contract.' : `${breaches} kinds of breach.`);
  return breaches === 0 ? 0 : 1;
});
