// Test-only: a folder with a quota, whose files fail as those of browsers do: a write that throws, one that gives an odd count and throws
// nothing (−8 as an unsigned number), one that comes short, a flush that fails, a read-back that differs. And locks as tabs share them.
import type { Locks } from '../session/place.ts';
import type { Folder, OpenFile } from '../session/twoFiles.ts';

/** How a full disk shows: each seen in a browser, or allowed by the standard. */
export type Fullness =
  | 'told-before'
  | 'throws'
  | 'odd-count'
  | 'comes-short'
  | 'flush-fails'
  | 'reads-back-other';
export const fullnesses: readonly Fullness[] = [
  ...(['told-before', 'throws', 'odd-count', 'comes-short', 'flush-fails', 'reads-back-other'] as const),
];

const quotaExceeded = (): Error => Object.assign(new Error('quota'), { name: 'QuotaExceededError' });
/** −8 as an unsigned number of 64 bits. */
const ODD_COUNT = 2 ** 64 - 8;

export class FakeDisk implements Folder {
  readonly files = new Map<string, { bytes: Uint8Array<ArrayBuffer>; at: number }>();
  quota: number;
  fullness: Fullness;
  /** By how much the clock goes on from one write to the next; less than 0: it is set back. */
  tick = 1;
  #clock = 0;

  constructor(quota: number, fullness: Fullness = 'throws') {
    this.quota = quota;
    this.fullness = fullness;
  }

  get used(): number {
    return [...this.files.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  room(): Promise<number | null> {
    return Promise.resolve(this.fullness === 'told-before' ? Math.max(0, this.quota - this.used) : null);
  }

  read(name: string): Promise<{ bytes: Uint8Array<ArrayBuffer>; at: number } | null> {
    const file = this.files.get(name);
    return Promise.resolve(file ? { bytes: file.bytes.slice(), at: file.at } : null);
  }

  remove(name: string): Promise<void> {
    this.files.delete(name);
    return Promise.resolve();
  }

  open(name: string): Promise<OpenFile> {
    const file = this.files.get(name) ?? { bytes: new Uint8Array(), at: 0 };
    this.files.set(name, file);
    let full = false;
    const resize = (size: number): void => {
      const next = new Uint8Array(size);
      next.set(file.bytes.subarray(0, size));
      file.bytes = next;
      this.#clock += this.tick;
      file.at = this.#clock;
    };
    return Promise.resolve({
      getSize: () => file.bytes.length,
      read: (into, { at }) => {
        const part = file.bytes.subarray(at, at + into.length);
        into.set(part);
        if (full && this.fullness === 'reads-back-other' && part.length > 0) into[0] = (into[0] ?? 0) ^ 1;
        return part.length;
      },
      write: (bytes, { at }) => {
        const room = this.quota - this.used + file.bytes.length - at;
        full = bytes.length > room;
        if (full && this.fullness === 'throws') throw quotaExceeded();
        const late = this.fullness === 'flush-fails' || this.fullness === 'reads-back-other';
        const fits = full && !late ? Math.max(0, room) : bytes.length;
        resize(Math.max(file.bytes.length, at + fits));
        file.bytes.set(bytes.subarray(0, fits), at);
        if (full && this.fullness === 'odd-count') return ODD_COUNT;
        return fits;
      },
      truncate: resize,
      flush: () => {
        if (full && this.fullness === 'flush-fails') throw quotaExceeded();
      },
      close: () => {},
    });
  }
}

/** One lock as the tabs of a browser share it; those who wait get it in turn. */
export function fakeLocks(): Locks {
  type Callback = (lock: Lock | null) => unknown;
  const waiting: (() => void)[] = [];
  let held: string | null = null;
  const run = async (name: string, callback: Callback): Promise<void> => {
    held = name;
    try {
      await callback({ name, mode: 'exclusive' });
    } finally {
      held = null;
      waiting.shift()?.();
    }
  };
  const request = (name: string, options: LockOptions, callback: Callback): Promise<unknown> => {
    if (held === null) return run(name, callback);
    if (options.ifAvailable) return Promise.resolve(callback(null));
    return new Promise((resolve, reject) => {
      const turn = (): void => void run(name, callback).then(resolve, reject);
      waiting.push(turn);
      options.signal?.addEventListener('abort', () => {
        const place = waiting.indexOf(turn);
        if (place >= 0) waiting.splice(place, 1);
        reject(options.signal?.reason);
      });
    });
  };
  return {
    request: request as LockManager['request'],
    query: () => Promise.resolve({ held: held === null ? [] : [{ name: held }], pending: [] }),
  };
}
