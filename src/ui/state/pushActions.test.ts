// Handing a run to a hub: files first, then the hub; what was given up or refused leaves nothing waiting; files that a person downloads
// are nobody else's.
import { expect, it } from 'vitest';
import { same } from '../../engine/index.ts';
import type { EngineErrorData } from '../../engine/protocol.ts';
import type { HubCommand } from './librarian.ts';
import { pushActions } from './pushActions.ts';
import { emptyState, makeStore } from './store.ts';

const failure: EngineErrorData = { code: 'internal', message: same('no'), remedy: same('try'), data: {} };
const files = [{ name: 'README.md', file: new Blob(['abc']) }];
const wanted = { repository: 'a/b', private: true };

function desk() {
  const store = makeStore(emptyState('en', 'system'));
  const asked: HubCommand[] = [];
  const wished: number[] = [];
  let id = 4;
  const librarian = { ask: (command: HubCommand) => void asked.push(command), terminate: () => {} };
  const push = pushActions(store, {
    librarian,
    nextId: () => ++id,
    askFiles: (one) => void wished.push(one),
  });
  return { push, asked, wished, state: () => store.getState().hub.push };
}

it('asks for the files, sends them, and says where they are', () => {
  const { push, asked, wished, state } = desk();
  push.pushToHub(wanted);
  expect([state().phase, wished]).toEqual(['gathering', [5]]);
  expect(push.onPushFiles(0, files), 'a download').toBe(false);
  expect(push.onPushFiles(5, files)).toBe(true);
  expect(asked).toMatchObject([{ type: 'hub-push', id: 5, wish: { repository: 'a/b', private: true } }]);
  push.onPushEvent({ type: 'hub-push-progress', id: 5, file: 'README.md', done: 1, total: 3 });
  expect(state()).toMatchObject({ phase: 'sending', done: 1, total: 3 });
  push.onPushEvent({ type: 'hub-pushed', id: 5, page: 'https://h.org/a/b', commit: 'c' });
  expect(state()).toMatchObject({ phase: 'idle', pushed: 'https://h.org/a/b', failure: null });
});

it('given up, it takes files and answers that come late for nothing', () => {
  const { push, asked, state } = desk();
  push.pushToHub(wanted);
  push.cancelPush();
  expect(push.onPushFiles(5, files), 'no download either').toBe(true);
  push.onPushEvent({ type: 'hub-pushed', id: 5, page: 'https://h.org/a/b', commit: 'c' });
  expect(asked.map(({ type }) => type)).toEqual(['hub-cancel']);
  expect(state()).toMatchObject({ phase: 'idle', pushed: null });
});

it('tells a refusal of the run, of the hub, and a sender that died', () => {
  for (const fail of [
    (push: ReturnType<typeof desk>['push']) => push.onPushRefused(failure),
    (push: ReturnType<typeof desk>['push']) =>
      push.onPushEvent({ type: 'hub-failed', id: 5, error: failure }),
    (push: ReturnType<typeof desk>['push']) => push.onPusherGone(failure),
  ]) {
    const { push, state } = desk();
    push.pushToHub(wanted);
    fail(push);
    expect(state()).toMatchObject({ phase: 'idle', failure });
  }
});
