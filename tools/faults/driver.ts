// Cells one after the other in one browser, each held to the losses of a run that nothing happens to.
import { openChromium } from './chromium.ts';
import { openFirefox } from './firefox.ts';
import { openHost } from './host.ts';
import type { BrowserName, Fault, Moment } from './list.ts';
import { play, trainInPeace } from './play.ts';
import type { Lane, Room } from './tab.ts';
import { STEPS, tinyLink } from './tinyLink.ts';
import type { Verdict } from './verdict.ts';

/** A browser is kept for so many cells. */
const MOST_CELLS = 40;

export interface Outcome extends Verdict {
  readonly seconds: number;
}

export interface Driver {
  run(fault: Fault, moment: Moment): Promise<Outcome>;
  close(): Promise<void>;
}

/** The machine could not do its own part: the page has shown nothing. */
const unplayed = (why: string): Verdict => ({ verdict: 'not reached', said: `the machine itself: ${why}` });

const openLane: Readonly<Record<BrowserName, (address: string) => Promise<Lane>>> = {
  Chromium: openChromium,
  Firefox: openFirefox,
};

/** `dist`: the built page. */
export async function openDriver(name: BrowserName, dist: string): Promise<Driver> {
  const host = await openHost(dist);
  const address = `${host.address}#${tinyLink(STEPS)}`;
  const lane = await openLane[name](host.address);
  let expected: readonly number[] | null = null;
  let cells = 0;

  async function within<T>(body: (room: Room) => Promise<T>): Promise<T> {
    const room = await lane.room();
    try {
      return await body(room);
    } finally {
      await room.close().catch(() => {});
    }
  }

  async function judged(fault: Fault, moment: Moment, again = true): Promise<Verdict> {
    try {
      expected ??= await within((room) => trainInPeace({ host, room, address }));
      const held = { host, address, expected };
      const verdict = await within((room) => play({ ...held, room }, fault, moment));
      return host.failure === null ? verdict : unplayed(host.failure);
    } catch (error) {
      // Without its browser the machine has seen nothing, and says nothing of the page: another one is asked once.
      if (again) await lane.renew();
      return again ? judged(fault, moment, false) : unplayed(String(error).split('\n')[0] ?? '');
    }
  }

  return {
    run: async (fault, moment) => {
      const started = Date.now();
      const verdict = await judged(fault, moment);
      cells += 1;
      if (fault.breaks || cells % MOST_CELLS === 0) await lane.renew();
      return { ...verdict, seconds: (Date.now() - started) / 1000 };
    },
    close: async () => {
      await lane.close();
      host.close();
    },
  };
}
