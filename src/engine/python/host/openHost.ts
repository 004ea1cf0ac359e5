// Opens Python in the thread it is called in: loads pyodide, puts the stand-in libraries into its file system, shuts what leads out of it,
// and bounds what a script may take: time, memory, output. Where pyodide's files are is the caller's to know.
import { invariant } from '../../ground/errors.ts';
import type { Exports } from '../../libraries/signatures/exports.ts';
import { importRules } from '../../libraries/signatures/exports.ts';
import type { Signatures } from '../../libraries/signatures/signatures.ts';
import type { Reply, Request } from '../program/bridge.ts';
import { decodeRequest } from '../program/requestDecode.ts';
import { standInFiles } from '../standins/files.ts';
import { bridgeDevice } from './bridgeDevice.ts';
import type { PythonHost, PythonJob, PythonRun } from './host.ts';
import type { LoadPyodide } from './python.decode.ts';
import { decodeEdited, decodeRun, functionOf, pyodideOf } from './python.decode.ts';

export interface HostLimits {
  /** A script that computes longer is interrupted at the line where it is. What it asks of the wiring, which is ours, does not count. */
  readonly runMs: number;
  /** For what comes before a script, and for an edit. */
  readonly wholeMs: number;
  /** For the script and all that it asks of the wiring, which may be without end. */
  readonly askedMs: number;
  /** For the words of its exception and the ends of its objects. */
  readonly endMs: number;
  /** Python's whole memory, the interpreter (about 40 MB) included. */
  readonly memoryBytes: number;
  /** What all of it is measured with. */
  readonly now: () => number;
}

/** A script that does not end is answered within three seconds; one that people have computes for a tenth of that on slow machines. */
export const hostLimits: HostLimits = {
  runMs: 2500,
  askedMs: 3000,
  wholeMs: 10_000,
  endMs: 1000,
  memoryBytes: 384 << 20,
  now: () => performance.now(),
};

const PAGE_BYTES = 65_536;
const FOLDER = '/lab';
/**
 * What Python says when a script is over: telling how has time of its own. A script that finds the device may say it too, so it counts
 * so often and no more.
 */
const ENDED = '{"ended":true}\n';
const MOST_ENDINGS = 2;
/** What Python says before the first line of a script; what a script says later does not count. */
const STARTED = '{"started":true}\n';
const DEVICE = '/dev/bridge';

/** How often a script that catches the interruption is interrupted again. */
const AGAIN_MS = 200;

/**
 * CPython asks this for signals every few hundred instructions: element 0 is SIGINT's number once the time is over. It is what
 * pyodide's interrupt buffer is for, without the shared memory that a static host can't offer.
 */
class Clock {
  readonly #now: () => number;
  #deadline = Number.POSITIVE_INFINITY;
  #last = Number.POSITIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  get 0(): number {
    const now = this.#now();
    if (now < this.#deadline) return 0;
    this.#deadline = now + AGAIN_MS;
    return 2;
  }

  set 0(_taken: number) {}

  /** `mostMs`: however much is lent. */
  start(ms: number, mostMs: number = ms): void {
    const now = this.#now();
    this.#deadline = now + ms;
    this.#last = now + mostMs;
  }

  /** Does something that is not on the script's time. */
  lend<T>(work: () => T): T {
    const before = this.#now();
    try {
      return work();
    } finally {
      this.#deadline = Math.min(this.#deadline + this.#now() - before, this.#last);
    }
  }

  stop(): void {
    this.#deadline = Number.POSITIVE_INFINITY;
  }
}

/** Beyond the limit growing fails, which Python turns into MemoryError. */
function boundMemory(memory: WebAssembly.Memory, limitBytes: number): void {
  const grow = memory.grow.bind(memory);
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * PAGE_BYTES > limitBytes) throw new RangeError('memory limit');
    return grow(pages);
  };
}

/** Python, ready for its first script. */
export async function openHost(
  load: LoadPyodide,
  indexURL: string,
  limits: HostLimits = hostLimits,
): Promise<PythonHost> {
  const pyodide = pyodideOf(
    await load({
      indexURL,
      // A run's own output goes through Python's capture; what is left is the interpreter's.
      stdin: () => null,
      stdout: () => {},
      stderr: () => {},
      env: { HOME: '/home/user', PYTHONDONTWRITEBYTECODE: '1', PYTHONHASHSEED: '0' },
    }),
  );
  for (const [path, text] of Object.entries(standInFiles)) {
    const file = `${FOLDER}/${path}`;
    pyodide.FS.mkdirTree(file.slice(0, file.lastIndexOf('/')));
    pyodide.FS.writeFile(file, text);
  }
  const answerWith = bridgeDevice(pyodide.FS, DEVICE);
  // Called without a frame of pyodide's own below it, whose globals would lead back to JavaScript.
  pyodide.runPython(
    `import sys; sys.path.insert(0, '${FOLDER}'); import standins.running as running; ` +
      `running.open_world('${DEVICE}'); run, edit, shut = running.run, running.edit, running.shut`,
  );
  const [run, edit, shut] = ['run', 'edit', 'shut'].map((name) =>
    functionOf(pyodide.globals.get(name), name),
  );
  invariant(run && edit && shut, 'python: functions');
  shut('');
  boundMemory(pyodide._module.memory, limits.memoryBytes);
  const clock = new Clock(limits.now);
  pyodide.setInterruptBuffer(clock);
  const tables = new Tables();
  let broken = false;
  return {
    async run(job, answer) {
      if (broken) return tooDeep;
      const faults: unknown[] = [];
      let endings = 0;
      let started = false;
      answerWith((line) => {
        if (line === STARTED) {
          if (!started) clock.start(limits.runMs, limits.askedMs);
          started = true;
          return '{}';
        }
        if (line !== ENDED) return clock.lend(() => answered(line, answer, faults));
        if (++endings <= MOST_ENDINGS) clock.start(limits.endMs);
        return '{}';
      });
      const message = JSON.stringify({ ...job, signatures: tables.of(job) });
      // Before the script begins, objects of the last one may end, and with them code of its own.
      clock.start(limits.wholeMs);
      try {
        const ran = decodeRun(run(message));
        if (faults.length > 0) throw faults[0];
        return ran;
      } catch (fault) {
        broken ||= faults.length === 0;
        if (faults.length === 0 && isTooDeep(fault)) return tooDeep;
        throw fault;
      } finally {
        clock.stop();
        answerWith(() => '{}');
      }
    },
    async edit(source, edits) {
      if (broken) return null;
      // Objects of the last script may end now, and with them code of its own.
      clock.start(limits.wholeMs);
      try {
        return decodeEdited(edit(JSON.stringify({ source, edits })));
      } finally {
        clock.stop();
      }
    },
    worn: () => broken || pyodide._module.memory.buffer.byteLength > limits.memoryBytes / 2,
  };
}

/** What engines throw at the end of their stack: V8 a RangeError, Firefox an InternalError. */
const isTooDeep = (fault: unknown): boolean =>
  fault instanceof Error && /^(RangeError|InternalError)$/.test(fault.name);

/** The stack of the thread ended before Python's own limit was met: nothing runs in this interpreter any more. */
const tooDeep: PythonRun = {
  error: {
    type: 'RecursionError',
    message: 'maximum recursion depth exceeded',
    line: null,
    column: null,
    text: null,
    kind: 'limit',
    traceback: [],
  },
  output: '',
};

/** A table of signatures goes to Python once, with the exports of the same releases. */
class Tables {
  readonly #ids = new Map<Signatures, Map<Exports | undefined, number>>();
  #count = 0;

  of({ signatures, exports, versions }: PythonJob): object {
    const ids = this.#ids.get(signatures) ?? new Map<Exports | undefined, number>();
    this.#ids.set(signatures, ids);
    const known = ids.get(exports);
    if (known !== undefined) return { id: known, versions };
    const id = this.#count++;
    ids.set(exports, id);
    return { id, versions, calls: signatures, exports: exports ? importRules(exports) : {} };
  }
}

/** A fault of whoever answers ends the run and is thrown to the caller: it must not look like the script's. */
function answered(line: string, answer: (request: Request) => Reply, faults: unknown[]): string {
  if (faults.length === 0) {
    try {
      return JSON.stringify(answer(decodeRequest(JSON.parse(line))));
    } catch (fault) {
      faults.push(fault);
    }
  }
  return '{"fault":"the wiring"}';
}
