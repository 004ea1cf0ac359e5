// Which of some candidates is the fastest, by readings that take turns until two rounds in a row agree. Knows no device: it is given what
// measures. The first candidate is the portable one; another must be faster by a fifth.

/** Milliseconds that a candidate takes for so many runs one after another. */
export type Measure = (candidate: number, repeats: number) => Promise<number>;

/** A reading shorter than this is noise and the clock's own steps. */
const ENOUGH_MS = 5;
const MOST_REPEATS = 4096;
/** A GPU that was idle runs its first milliseconds at a fraction of its clock. */
const WARM_MS = 100;
const MOST_ROUNDS = 8;
/** What all readings of one choice may take together, where every candidate was read once. */
const BUDGET_MS = 800;
const MARGIN = 1.2;
/** Among the others the earlier stays where it is a tie. */
const TIE = 1.05;
/** Where no two rounds agreed, what wins may be other work's doing. */
const UNSETTLED_MARGIN = 1.5;
const NEAR = 1.05;
/** A reading that is less than all before it by more than this says that the device was not yet awake. */
const MOVED = 0.1;
/** Slower than the fastest by this: not read again. */
const HOPELESS = 3;

export interface Chosen {
  /** Index of the candidate. */
  readonly index: number;
  /** Least milliseconds of one run, of each candidate. */
  readonly ms: readonly number[];
  readonly rounds: number;
  /** Whether the last two rounds agreed, and clearly; else the budget or the rounds ran out. */
  readonly settled: boolean;
}

class Readings {
  readonly #measure: Measure;
  readonly #repeats = new Map<number, number>();
  spentMs = 0;

  constructor(measure: Measure) {
    this.#measure = measure;
  }

  /** Milliseconds of one run: repeats are doubled until a reading is long enough. */
  async of(candidate: number): Promise<number> {
    for (;;) {
      const repeats = this.#repeats.get(candidate) ?? 1;
      const ms = await this.#measure(candidate, repeats);
      this.spentMs += ms;
      if (ms >= ENOUGH_MS || repeats >= MOST_REPEATS) return ms / repeats;
      this.#repeats.set(candidate, repeats * 2);
    }
  }
}

/** Keeps the device at work until its clocks are up. */
export async function warmUp(measure: Measure): Promise<number> {
  const readings = new Readings(measure);
  let ms = await readings.of(0);
  for (let round = 0; readings.spentMs < WARM_MS && round < WARM_MS; round++) ms = await readings.of(0);
  return ms;
}

function fastestOf(times: readonly number[], margin = MARGIN): number {
  let index = 0;
  let limit = (times[0] ?? 0) / margin;
  for (const [i, ms] of times.entries()) {
    if (i === 0 || ms >= limit) continue;
    index = i;
    limit = ms / TIE;
  }
  return index;
}

/** Whether a slightly other margin would choose the same: what is close is read more often. */
const isClear = (times: readonly number[]): boolean =>
  fastestOf(times, MARGIN * NEAR) === fastestOf(times, MARGIN / NEAR);

export async function chooseFastest(count: number, measure: Measure): Promise<Chosen> {
  const readings = new Readings(measure);
  // Other work on the machine only adds, and a device that wakes gets faster: the least of all rounds is what a candidate takes.
  let least: readonly number[] = Array.from({ length: count }, () => Number.POSITIVE_INFINITY);
  let [index, last] = [0, -1];
  let rounds = 0;
  let settled = count < 2;
  while (!settled && rounds < MOST_ROUNDS && (rounds === 0 || readings.spentMs < BUDGET_MS)) {
    const limit = HOPELESS * Math.min(...least);
    const times: number[] = [];
    for (const [i, ms] of least.entries()) times.push(rounds > 0 && ms > limit ? ms : await readings.of(i));
    const before = least;
    least = least.map((ms, i) => Math.min(ms, times[i] ?? ms));
    index = fastestOf(least);
    const winner = fastestOf(times);
    const steady = [0, index].every((i) => (least[i] ?? 0) >= (before[i] ?? 0) * (1 - MOVED));
    settled = winner === index && last === index && steady && isClear(least);
    last = winner;
    rounds += 1;
  }
  return { index: settled ? index : fastestOf(least, UNSETTLED_MARGIN), ms: least, rounds, settled };
}
