// What a cell is called, with a made-up tab that says what a page would: no browser. The machine must not call good what is not.
import { expect, test } from 'vitest';
import type { Host } from './host.ts';
import type { Moment } from './list.ts';
import { faults } from './list.ts';
import type { Seen } from './page.ts';
import { play } from './play.ts';
import type { Room, Tab } from './tab.ts';
import { STEPS } from './tinyLink.ts';

const expected = Array.from({ length: STEPS }, (_, i) => 5 - i / 3);
const going: Seen = {
  progress: 'step 3 / 5',
  told: '',
  failure: false,
  goOn: false,
  awake: true,
  losses: expected.slice(0, 3),
  saved: 0,
  vain: 0,
};
const end: Seen = { ...going, progress: `finished, ${STEPS} steps`, losses: expected };
const stop: Seen = { ...going, progress: 'stopped at step 3', told: 'the disk burns', failure: true };
const anew: Seen = { ...going, progress: 'ready', losses: [] };
const wrong: Seen = { ...end, losses: [...expected.slice(0, 4), 1] };

/** What the page says: the first list after the first press, the second after the second; the last word of each stands. */
interface Script {
  readonly says: readonly (readonly Seen[])[];
  readonly fault?: string;
  readonly moment?: Moment;
  readonly struck?: boolean;
  /** Files that presses of the export give. */
  readonly files?: number;
}

async function verdictOf({
  says,
  fault = 'destroyed',
  moment = 'mid-run',
  struck = true,
  files = 9,
}: Script) {
  let presses = 0;
  let looks = 0;
  let given = 0;
  const tab: Tab = {
    see: async () => {
      const part = says[Math.min(presses, says.length) - 1] ?? [];
      looks += 1;
      return part[Math.min(looks, part.length) - 1] ?? null;
    },
    rest: async () => {},
    go: async () => {},
    reload: async () => {},
    leaveAndReturn: async () => {},
    press: async (name) => {
      presses += 1;
      looks = 0;
      if (name === 'PEFT (zip)' && given < files) given += 1;
    },
    terminate: async () => {},
    close: async () => {},
    gone: false,
    get files() {
      return given;
    },
  };
  const nothing = async (): Promise<void> => {};
  const room: Room = { open: async () => tab, strike: nothing, heal: nothing, close: nothing };
  const host: Host = {
    ...{ address: '', begin: () => {}, heal: () => {}, fail: () => {}, close: () => {} },
    struck,
    failure: null,
  };
  const chosen = faults.find(({ name }) => name === fault);
  if (!chosen) throw new Error(`no fault ${fault}`);
  return (await play({ host, room, address: '', expected }, chosen, moment)).verdict;
}

test.each<[string, Script, string]>([
  ['ends by itself', { says: [[going, end]] }, 'same losses'],
  ['ends with another loss', { says: [[going, wrong]] }, 'silent'],
  ['ends, and nothing struck', { says: [[end]], struck: false }, 'not reached'],
  ['ends and says that it stopped', { says: [[{ ...end, failure: true }]] }, 'untrue'],
  ['says nothing new', { says: [[going]] }, 'hangs'],
  ['stops and says why, and ends at a press', { says: [[going, stop], [end]] }, 'told'],
  ['stops and says why, and ends otherwise', { says: [[stop], [wrong]] }, 'silent'],
  ['stops and says why, and stops again', { says: [[stop], [stop]] }, 'lost'],
  ['stops without a word', { says: [[{ ...stop, told: '' }]] }, 'silent'],
  ['asks a dead worker for long', { says: [[{ ...end, vain: 3 }]], fault: 'closes itself' }, 'late'],
  ['opened anew, offers to go on', { says: [[{ ...anew, goOn: true }], [end]], fault: 'reloaded' }, 'told'],
  ['opened anew, has nothing', { says: [[anew], [end]], fault: 'reloaded' }, 'lost'],
  ['opened anew early, trains', { says: [[anew], [end]], fault: 'reloaded', moment: 'loading' }, 'told'],
  ['gives a file', { says: [[end]], moment: 'exporting' }, 'same losses'],
  ['gives no file in silence', { says: [[end]], moment: 'exporting', files: 0 }, 'silent'],
  ['gives no file and says why', { says: [[end], [stop], [end]], moment: 'exporting', files: 0 }, 'lost'],
])('a run that %s', async (_, script, verdict) => {
  expect(await verdictOf(script)).toBe(verdict);
});
