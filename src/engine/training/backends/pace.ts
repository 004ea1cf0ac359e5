// Where a plan is cut into submissions: as long as keeps the page's own frames at sixty a second, by what earlier runs took. Bits don't
// depend on it. Knows no device; submissions.ts measures.

/** Half a frame: what the page draws waits for at most one submission. */
const TARGET_MS = 8;
/** Work that takes a millisecond where nothing was measured: that of the slowest adapter seen. */
const SLOWEST_WORK_PER_MS = 8e6;
/** What a dispatch costs whatever it does, as work. */
const LEAST_WORK = 1e5;
/** A submission grows at most so much from one measurement to the next: an estimate that is wrong must not meet a system's watchdog. */
const GROWTH = 8;
/** Of submissions of a slower device the earlier reading counts as much as the new one. */
const KEPT = 0.5;

/** What plans of one device share: how much work it does in a millisecond. */
export class DeviceRate {
  workPerMs = SLOWEST_WORK_PER_MS;
}

export class Pace {
  readonly #rate: DeviceRate;
  readonly #work: readonly number[];
  readonly #targetMs: number;
  /** Of each dispatch; empty before the first measurement. */
  #ms: readonly number[] = [];
  #longestWork: number;
  #ends: readonly number[];

  /** `work`: of each dispatch, in operations. */
  constructor(work: readonly number[], rate: DeviceRate, targetMs = TARGET_MS) {
    this.#work = work.map((one) => Math.max(one, LEAST_WORK));
    this.#rate = rate;
    this.#targetMs = targetMs;
    this.#longestWork = rate.workPerMs * targetMs;
    this.#ends = this.#cut();
  }

  /** Dispatches of each submission end before these. */
  get ends(): readonly number[] {
    return this.#ends;
  }

  /** Milliseconds of the submissions as they were cut. */
  measured(submissions: readonly number[]): void {
    const ms: number[] = [];
    let [from, worked, spent, longest] = [0, 0, 0, 0];
    for (const [i, end] of this.#ends.entries()) {
      const work = this.#sum(from, end);
      const taken = submissions[i] ?? 0;
      for (let at = from; at < end; at++) {
        const now = (taken * (this.#work[at] ?? 0)) / work;
        const before = this.#ms[at];
        ms.push(before === undefined ? now : KEPT * before + (1 - KEPT) * now);
      }
      worked += work;
      spent += taken;
      longest = Math.max(longest, work);
      from = end;
    }
    // A clock that stands still says nothing.
    if (!(spent > 0)) return;
    this.#ms = ms;
    this.#longestWork = longest * GROWTH;
    this.#rate.workPerMs = Math.min(worked / spent, this.#rate.workPerMs * GROWTH);
    this.#ends = this.#cut();
  }

  /** Milliseconds of all submissions, where none can be told alone. */
  measuredTogether(ms: number): void {
    const all = this.#sum(0, this.#work.length);
    this.measured(this.#ends.map((end, i) => (ms * this.#sum(this.#ends[i - 1] ?? 0, end)) / all));
  }

  #sum(from: number, end: number): number {
    let sum = 0;
    for (let at = from; at < end; at++) sum += this.#work[at] ?? 0;
    return sum;
  }

  #cut(): number[] {
    const ends: number[] = [];
    let [ms, work] = [0, 0];
    for (const [i, own] of this.#work.entries()) {
      const ownMs = this.#ms[i] ?? own / this.#rate.workPerMs;
      const full = ms + ownMs > this.#targetMs || work + own > this.#longestWork;
      if (full && work > 0) {
        ends.push(i);
        [ms, work] = [0, 0];
      }
      ms += ownMs;
      work += own;
    }
    if (this.#work.length > 0) ends.push(this.#work.length);
    return ends;
  }
}
