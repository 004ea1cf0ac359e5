// The faults of the machine: what is done to device, worker, memory, disk, network, tabs and clock. What a worker does to itself stands in
// prelude.mjs under the same name; the rest is done from outside, by outside.ts.
export const moments = ['loading', 'first step', 'mid-run', 'asking', 'exporting'] as const;
export type Moment = (typeof moments)[number];

export const kinds = ['device', 'worker', 'memory', 'disk', 'network', 'tabs', 'clock'] as const;

/** In the second one: what is done to a worker from within or to a page as a person does it; the rest takes the first one's own tools. */
export const browsers = ['Chromium', 'Firefox'] as const;
export type BrowserName = (typeof browsers)[number];

/** What the machine itself does at the moment. */
export type Outside =
  | { readonly do: 'gpu-process-crash' | 'tab-crash' | 'memory-pressure' | 'files-gone' }
  | { readonly do: 'terminate'; readonly workers: readonly (0 | 1)[] }
  | { readonly do: 'quota'; readonly bytes: number }
  | { readonly do: 'network'; readonly answer: NetworkAnswer; readonly requests: number }
  | { readonly do: 'reload' | 'reopen' | 'away-and-back' | 'frozen' | 'second-tab' | 'both-go-on' };

const byTools: ReadonlySet<Outside['do']> = new Set([
  'gpu-process-crash',
  'tab-crash',
  'memory-pressure',
  'files-gone',
  'quota',
  'frozen',
] as const);

export type NetworkAnswer = 'offline' | '404' | '500' | '429' | 'cut' | 'late' | 'page-instead';

export interface Fault {
  readonly kind: (typeof kinds)[number];
  readonly name: string;
  /** Name in prelude.mjs. */
  readonly act?: string;
  readonly outside?: Outside;
  /** It goes on in workers that come after. */
  readonly lasts?: true;
  /** It is there before the worker's script. */
  readonly fromStart?: true;
  /** The run's worker ends: the page is to notice soon. */
  readonly dies?: true;
  /** It strikes the browser itself, not one page alone: the next cell has another. */
  readonly breaks?: true;
}

const always = Number.POSITIVE_INFINITY;
const own = (kind: Fault['kind'], name: string, act: string): Fault => ({ kind, name, act });
const lasting = (kind: Fault['kind'], name: string, act: string): Fault => ({ kind, name, act, lasts: true });
const outside = (kind: Fault['kind'], name: string, out: Outside): Fault => ({ kind, name, outside: out });
const network = (name: string, answer: NetworkAnswer, requests: number): Fault =>
  outside('network', name, { do: 'network', answer, requests });

export const faults: readonly Fault[] = [
  own('device', 'destroyed', 'device-destroyed'),
  own('device', 'destroyed, and the next one too', 'device-destroyed-twice'),
  own('device', 'destroyed, no adapter for a second', 'adapter-gone-awhile'),
  lasting('device', 'destroyed, no adapter ever again', 'adapter-gone'),
  own('device', 'destroyed, the next one refused', 'device-refused'),
  own('device', 'a read-back rejects', 'map-rejects'),
  own('device', 'a read-back never answers, then the device is lost', 'map-silent'),
  own('device', 'refuses a command', 'gpu-error'),
  own('device', 'out of memory', 'gpu-memory'),
  { ...outside('device', 'the GPU process crashes', { do: 'gpu-process-crash' }), breaks: true },
  { ...own('worker', 'closes itself', 'worker-closed'), dies: true },
  { ...outside('worker', 'is terminated', { do: 'terminate', workers: [0] }), dies: true },
  outside('worker', 'the inspector is terminated', { do: 'terminate', workers: [1] }),
  { ...outside('worker', 'both are terminated', { do: 'terminate', workers: [0, 1] }), dies: true },
  own('worker', 'throws', 'worker-throws'),
  own('worker', 'is busy for six seconds', 'worker-busy'),
  own('worker', 'hangs', 'worker-hangs'),
  own('worker', 'says what nobody knows', 'message-of-nobody'),
  own('memory', 'a buffer is refused', 'buffer-refused'),
  own('memory', 'a copy is refused', 'copy-refused'),
  own('memory', 'a message is refused', 'message-refused'),
  { ...outside('memory', 'the tab crashes', { do: 'tab-crash' }), breaks: true },
  { ...outside('memory', 'the browser is short of it', { do: 'memory-pressure' }), breaks: true },
  outside('disk', 'quota 0 bytes', { do: 'quota', bytes: 0 }),
  outside('disk', 'quota 1,000 bytes', { do: 'quota', bytes: 1000 }),
  outside('disk', 'quota 1,000,000 bytes', { do: 'quota', bytes: 1_000_000 }),
  lasting('disk', 'a write gives an odd count', 'write-odd'),
  lasting('disk', 'a write throws', 'write-throws'),
  lasting('disk', 'a write comes short', 'write-short'),
  lasting('disk', 'a flush throws', 'flush-throws'),
  lasting('disk', 'reads back something else', 'reads-other'),
  lasting('disk', 'tells of no room', 'no-room'),
  lasting('disk', 'a file can’t be opened', 'open-rejects'),
  lasting('disk', 'the folder is refused', 'folder-rejects'),
  lasting('disk', 'the folder never answers', 'folder-silent'),
  { kind: 'disk', name: 'there is none', act: 'storage-missing', lasts: true, fromStart: true },
  outside('disk', 'the files are gone', { do: 'files-gone' }),
  network('offline', 'offline', always),
  network('offline for two requests', 'offline', 2),
  network('not found', '404', always),
  network('the server fails twice', '500', 2),
  network('too many requests, twice', '429', 2),
  network('a body is cut, twice', 'cut', 2),
  network('answers come late', 'late', 3),
  network('another page answers', 'page-instead', always),
  outside('tabs', 'reloaded', { do: 'reload' }),
  outside('tabs', 'closed and opened again', { do: 'reopen' }),
  outside('tabs', 'left and come back to', { do: 'away-and-back' }),
  outside('tabs', 'frozen for three seconds', { do: 'frozen' }),
  outside('tabs', 'a second one trains', { do: 'second-tab' }),
  outside('tabs', 'reloaded in two, both go on', { do: 'both-go-on' }),
  lasting('tabs', 'locks are refused', 'locks-reject'),
  lasting('tabs', 'locks never answer', 'locks-silent'),
  { kind: 'tabs', name: 'there are no locks', act: 'locks-missing', lasts: true, fromStart: true },
  own('clock', 'goes ahead by an hour', 'clock-ahead'),
  own('clock', 'stands still', 'clock-still'),
  own('clock', 'the date goes back by a day', 'date-back'),
  own('clock', 'timers come late', 'timers-slow'),
];

export const faultsIn = (browser: BrowserName): readonly Fault[] =>
  faults.filter(({ outside: out }) => browser === 'Chromium' || out === undefined || !byTools.has(out.do));
