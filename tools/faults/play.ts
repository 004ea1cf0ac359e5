// One cell: opens the page on a tiny recipe, trains, lets the fault strike at its moment, and follows the page as a person would: waits as
// long as it gets on, reads what it says, then heals the fault and presses what the page offers. Knows no browser.
import type { Host } from './host.ts';
import type { Fault, Moment } from './list.ts';
import { doOutside } from './outside.ts';
import type { Seen } from './page.ts';
import type { Room, Tab } from './tab.ts';
import { follow } from './tab.ts';
import { STEPS } from './tinyLink.ts';
import type { Verdict } from './verdict.ts';
import { hasStruck, isClose, isSame, isWhole, MOST_VAIN, toldNothing } from './verdict.ts';

export interface Stage {
  readonly host: Host;
  readonly room: Room;
  /** The page's, with the recipe. */
  readonly address: string;
  /** Losses of the run that nothing happens to. */
  readonly expected: readonly number[];
}

/** The note that stands there when the CPU has taken over: the run goes on. */
const onCpu = /Training on the CPU.*/;
const opensAnew: ReadonlySet<string> = new Set([
  'reload',
  'reopen',
  'away-and-back',
  'both-go-on',
  'tab-crash',
]);
const finished = ({ progress }: Seen): boolean => /^finished, \d+ steps/.test(progress);
/** The charts of a run that was restored at its end have all steps. */
const showsSteps = ({ progress }: Seen): boolean => progress === `finished, ${STEPS} steps`;
const stopped = ({ progress }: Seen): boolean => /^stopped/.test(progress);
const ended = (seen: Seen): boolean => finished(seen) || stopped(seen) || seen.goOn;
/** What may still come behind the page's first words, in looks. */
const A_MOMENT = 30;
/** A file that is being written, in looks. */
const A_WHILE = 300;

/** True when `of` held for so many looks. */
function holding(looks: number, of: (seen: Seen) => boolean): (seen: Seen) => boolean {
  let held = 0;
  return (seen) => {
    held = of(seen) ? held + 1 : 0;
    return held > looks;
  };
}
const either =
  (...conditions: readonly ((seen: Seen) => boolean)[]) =>
  (seen: Seen): boolean =>
    conditions.map((condition) => condition(seen)).includes(true);

/** The run is at its end with these losses, and the page says that it stopped. */
const untrue = ({ told }: Seen): Verdict => ({ verdict: 'untrue', said: told });
const late = ({ vain }: Seen): Verdict => ({
  verdict: 'late',
  said: `a worker that had died was asked ${vain} times whether it lives`,
});

export async function play(stage: Stage, fault: Fault, moment: Moment): Promise<Verdict> {
  const { host, room, address, expected } = stage;
  const others: Tab[] = [];
  const tab = await room.open();
  const strike = async (): Promise<void> => {
    if (fault.outside) await doOutside(fault.outside, { host, room, tab, others, address });
  };
  host.begin({ fault, moment, outside: strike });
  await tab.go(address);
  // What a run fetches when it begins fails from there on.
  if (moment === 'loading' && fault.kind === 'network') await strike();
  await tab.press('Train');
  // A page that was opened anew stands there, ready, with what was saved or without.
  const anew = fault.outside !== undefined && opensAnew.has(fault.outside.do);
  const isAnew = ({ progress }: Seen): boolean => anew && host.struck && progress === 'ready';
  const opened = async (): Promise<Tab> => {
    const next = others[0] ?? (await room.open());
    await next.go(address);
    return next;
  };
  const heal = async (): Promise<void> => {
    host.heal();
    await room.heal();
  };
  const unreached: Verdict = { verdict: 'not reached', said: '' };

  /** Behind a press of the export's button. */
  async function exporting(before: Seen): Promise<Verdict> {
    await tab.press('PEFT (zip)');
    const came = (): boolean => tab.files > 0;
    const news = ({ told }: Seen): boolean =>
      host.struck && told.replace(onCpu, '') !== before.told.replace(onCpu, '');
    const seen = await follow(
      tab,
      either(came, isAnew, stopped, ({ goOn }) => goOn, holding(A_MOMENT, news)),
      A_WHILE,
    );
    if (!hasStruck(fault, moment, host.struck)) return unreached;
    if (fault.dies && seen && seen.vain > MOST_VAIN) return late(seen);
    if (seen?.failure && finished(seen)) return untrue(seen);
    if (came() && seen)
      return { verdict: isSame(seen.losses, expected) ? 'same losses' : 'silent', said: seen.told };
    if (!seen && !tab.gone) return { verdict: 'silent', said: 'no file came, and nothing was said' };
    await heal();
    const page = seen ? tab : await opened();
    const now = anew ? await offered(page) : seen;
    if (anew && !now?.goOn)
      return { verdict: 'lost', said: 'opened again, and nothing of the run was there' };
    return again(now?.told ?? 'the tab was gone', page, true);
  }

  /** After what the page said, or after the tab itself was lost. */
  async function again(said: string, page: Tab, exports: boolean): Promise<Verdict> {
    const both = fault.outside?.do === 'both-go-on';
    const { tab: last, seen } = both ? await twice(page) : { tab: page, seen: await mended(page) };
    if (!seen || !finished(seen))
      return { verdict: 'lost', said: `${said} → ${seen?.progress ?? ''} ${seen?.told ?? ''}` };
    if (seen.failure) return untrue(seen);
    const losses = seen.losses.filter((loss) => loss !== null);
    // A run that was restored at its end tells no step again.
    if (losses.length === 0 && !showsSteps(seen))
      return { verdict: 'lost', said: `${said} → no loss to compare` };
    if (!isSame(losses, expected.slice(expected.length - losses.length)))
      return { verdict: 'silent', said: `${said} → other losses` };
    if (exports && !(await gives(last))) return { verdict: 'lost', said: `${said} → no file` };
    return { verdict: 'told', said };
  }

  /** In two tabs at once: one goes on, and the other does as well or says why not. Gives the one that went on, and what it said last. */
  async function twice(first: Tab): Promise<{ readonly tab: Tab; readonly seen: Seen | null }> {
    const second = await room.open();
    await second.go(address);
    const tabs = [first, second];
    const offers = await Promise.all(tabs.map(offered));
    await Promise.all(tabs.map((one, i) => one.press(offers[i]?.goOn ? 'Go on' : 'Train')));
    const ends = await Promise.all(tabs.map((one) => follow(one, either(finished, stopped))));
    const mute = ends.findIndex((end) => end === null || (stopped(end) && end.told === ''));
    const best = mute < 0 ? ends.findIndex((end) => end !== null && finished(end)) : mute;
    return { tab: tabs[best] ?? first, seen: ends[best] ?? null };
  }

  /** The page's last word, once no offer comes any more. */
  function offered(page: Tab): Promise<Seen | null> {
    return follow(
      page,
      either(
        ({ goOn }) => goOn,
        holding(A_MOMENT, ({ awake }) => awake),
      ),
    );
  }

  const atEnd = await follow(tab, either(ended, isAnew));
  if (fault.dies && atEnd && atEnd.vain > MOST_VAIN) return late(atEnd);
  if (moment === 'exporting' && atEnd && finished(atEnd)) return exporting(atEnd);
  if (!hasStruck(fault, moment, host.struck)) return unreached;
  if (!atEnd && !tab.gone) return { verdict: 'hangs', said: JSON.stringify(await tab.see()) };
  if (atEnd && finished(atEnd)) {
    if (onCpu.test(atEnd.told) && isClose(atEnd.losses, expected))
      return { verdict: 'told', said: atEnd.told };
    if (atEnd.failure) return untrue(atEnd);
    if (isSame(atEnd.losses, expected)) return besides(others, expected, atEnd.told);
    if (atEnd.told === '') return { verdict: 'silent', said: 'other losses, and nothing was said' };
  }
  await heal();
  const next = atEnd ? tab : await opened();
  // The offer comes a moment after the page.
  const now = anew || atEnd?.told === '' ? await offered(next) : atEnd;
  const early = moment === 'loading' || moment === 'first step';
  if (anew && !now?.goOn && !early)
    return { verdict: 'lost', said: 'opened again, and nothing of the run was there' };
  if (atEnd && now && !anew && toldNothing(atEnd, now))
    return { verdict: 'silent', said: `${atEnd.progress}, and nothing was said` };
  return again(atEnd?.told || now?.told || 'the tab was gone', next, false);
}

/** The losses of a run that nothing happens to. Throws when it does not end well. */
export async function trainInPeace({
  host,
  room,
  address,
}: Omit<Stage, 'expected'>): Promise<readonly number[]> {
  const tab = await room.open();
  host.begin({ fault: null, moment: 'mid-run', outside: () => Promise.resolve() });
  await tab.go(address);
  await tab.press('Train');
  const seen = await follow(tab, either(finished, stopped));
  if (!seen || !isWhole(seen.losses, STEPS))
    throw new Error(`the unbroken run told ${seen?.losses.join(', ')}: ${seen?.progress} ${seen?.told}`);
  return seen.losses;
}

/** A run in another tab beside it ends with the same losses too, or says why not. */
async function besides(others: readonly Tab[], expected: readonly number[], said: string): Promise<Verdict> {
  for (const other of others) {
    const seen = await follow(other, ended);
    if (!seen) return { verdict: 'hangs', said: 'the other tab' };
    if (finished(seen) ? !isSame(seen.losses, expected) : seen.told === '')
      return { verdict: 'silent', said: `the other tab: ${seen.progress}` };
  }
  return { verdict: 'same losses', said };
}

/** Presses what the page offers until the run is at its end. */
async function mended(page: Tab): Promise<Seen | null> {
  let seen = await follow(
    page,
    either(ended, ({ progress }) => progress === 'ready'),
  );
  for (let attempt = 0; attempt < 3 && !(seen && finished(seen)); attempt++) {
    if (attempt === 2) await page.reload();
    const before = seen?.progress;
    await page.press(seen?.goOn ? 'Go on' : 'Train');
    await follow(page, ({ progress }) => progress !== before, A_MOMENT);
    seen = await follow(page, ended);
  }
  return seen;
}

/** Whether the export's button gives a file. */
async function gives(page: Tab): Promise<boolean> {
  const { files } = page;
  await page.press('PEFT (zip)');
  await follow(page, () => page.files > files, A_WHILE);
  return page.files > files;
}
