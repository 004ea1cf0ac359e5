// What fetching needs of the world: requests, a clock, sleep and chance. Tests bring their own; nothing else in this room reaches outside.

export interface Net {
  readonly request: (address: string, asked: RequestInit) => Promise<Response>;
  /** Milliseconds since 1970: a server may name the day to come back. */
  readonly now: () => number;
  /** Resolves after so long, or as soon as `over` is aborted. Never rejects. */
  readonly sleep: (ms: number, over: AbortSignal) => Promise<void>;
  /** From 0 to 1: two pages that failed together should not come back together. */
  readonly chance: () => number;
}

const sleep = (ms: number, over: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (over.aborted) return done();
    const end = (): void => {
      clearTimeout(timer);
      over.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, ms);
    over.addEventListener('abort', end);
  });

/** The world of a page, a worker or Node. */
export const openNet = (): Net => ({
  request: (address, asked) => fetch(address, asked),
  now: () => Date.now(),
  sleep,
  chance: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
});
