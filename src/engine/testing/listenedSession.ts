// Test-only: a session on the CPU whose events are kept.
import type { Event } from '../protocol.ts';
import { Session } from '../session/session.ts';
import type { SessionOptions } from '../session/sessionOptions.ts';
import { memoryStore } from '../session/snapshot.ts';

/** `on` sees each event as it comes. */
export function listenedSession(
  { assets, now }: Pick<SessionOptions, 'assets' | 'now'>,
  on: (event: Event, session: Session) => void,
): { readonly session: Session; readonly events: readonly Event[] } {
  const events: Event[] = [];
  const session: Session = new Session({
    assets,
    gpu: null,
    store: memoryStore(),
    emit: (event) => {
      events.push(event);
      on(event, session);
    },
    now,
    breathe: () => Promise.resolve(),
  });
  return { session, events };
}
