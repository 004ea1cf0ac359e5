// The page's third engine, which fetches models and keeps them: started when a hub is first asked, so that a download goes on whatever
// is inspected or trained. One that died is started again by the next question.
import type { EngineClient } from '../../engine/index.ts';
import type { Command, EngineErrorData, Event } from '../../engine/protocol.ts';
import type { Ports } from './state.ts';

export type HubCommand = Extract<Command, { type: `hub-${string}` }>;
export type HubEvent = Extract<Event, { type: `hub-${string}` }>;

export interface Librarian {
  ask(command: HubCommand): void;
  terminate(): void;
}

const isOfHub = (event: Event): event is HubEvent => event.type.startsWith('hub-');

/** `onGone`: nobody is left who would answer what was asked. */
export function makeLibrarian(
  ports: Pick<Ports, 'startEngine'>,
  onEvent: (event: HubEvent) => void,
  onGone: (error: EngineErrorData) => void,
): Librarian {
  let engine: EngineClient | null = null;
  const heard = (event: Event): void => {
    if (isOfHub(event)) onEvent(event);
    if (event.type !== 'failed') return;
    engine?.terminate();
    engine = null;
    onGone(event.error);
  };
  return {
    ask: (command) => {
      engine ??= ports.startEngine(heard);
      engine.send(command);
    },
    terminate: () => engine?.terminate(),
  };
}
