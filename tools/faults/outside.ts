// What is done to a page from outside, at the moment of a fault: as a person does it, in any browser; the rest by the browser's own tools.
// What lasts longer than the moment is not waited for: the worker stands still meanwhile.
import type { Host } from './host.ts';
import type { Outside } from './list.ts';
import type { Room, Tab } from './tab.ts';

/** `others`: tabs that are open besides. */
export async function doOutside(
  out: Outside,
  {
    host,
    room,
    tab,
    others,
    address,
  }: {
    readonly host: Host;
    readonly room: Room;
    readonly tab: Tab;
    readonly others: Tab[];
    readonly address: string;
  },
): Promise<void> {
  const later = (work: Promise<unknown>): void => void work.catch(() => {});
  switch (out.do) {
    case 'terminate':
      return later(tab.terminate(out.workers));
    case 'network':
      return host.fail(out.answer, out.requests);
    case 'reload':
    case 'both-go-on':
      return later(tab.reload());
    case 'away-and-back':
      return later(tab.leaveAndReturn());
    case 'reopen':
      others.push(await room.open());
      return later(tab.close());
    case 'second-tab': {
      const second = await room.open();
      others.push(second);
      return later(second.go(address).then(() => second.press('Train')));
    }
    default:
      return room.strike(out, tab);
  }
}
