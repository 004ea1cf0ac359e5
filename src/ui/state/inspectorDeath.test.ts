// An inspector that hangs or dies is another one at once: the page says over what, and the next question is answered.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { same } from '../../engine/index.ts';
import type { Command, ErrorCode, Event } from '../../engine/protocol.ts';
import { startFakeEngine } from '../testing/fakeEngine.ts';
import { presetEntries } from '../testing/presetEntries.ts';
import { makeActions } from './actions.ts';
import type { Ports } from './state.ts';
import { emptyState, makeStore } from './store.ts';

/** An engine that says nothing while `quiet` is not 0. */
function page() {
  const engines: { hears: (event: Event) => void; sent: Command[]; ended: boolean; quiet: number }[] = [];
  const ports: Ports = {
    startEngine: (hears) => {
      const one = { hears, sent: [] as Command[], ended: false, quiet: 0 };
      const engine = startFakeEngine((event) => one.quiet === 0 && !one.ended && hears(event), 5);
      engines.push(one);
      return {
        send: (command) => {
          one.sent.push(command);
          engine.send(command);
        },
        terminate: () => {
          one.ended = true;
          engine.terminate();
        },
        quietMs: () => one.quiet,
      };
    },
    loadPresets: async () => presetEntries,
    openLink: async () => ({ recipe: emptyState('en', 'system').recipe, fingerprint: null, notes: [] }),
    writeLink: async () => '',
    recipeJson: () => '',
    readRecipe: () => Promise.reject(new Error('no file')),
    saveFiles: async () => {},
    keepPage: () => {},
    keepStorage: () => {},
  };
  const store = makeStore({ ...emptyState('en', 'system'), opened: true });
  const actions = makeActions(store, ports, (run) => void setTimeout(run, 1));
  const rest = () => vi.advanceTimersByTimeAsync(50);
  // The trainer starts first, the inspector second.
  const inspector = () => {
    const found = engines.findLast((_, i) => i > 0);
    if (!found) throw new Error('no inspector');
    return found;
  };
  const silent = (code: ErrorCode) =>
    inspector().hears({
      type: 'failed',
      raisedBy: 'engine',
      error: { code, message: same('x'), remedy: same('x'), data: {} },
    });
  return { store, actions, inspector, rest, silent, engines };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('is started again over what does not end, names what changed, and answers the next question', async () => {
  const { store, actions, inspector, rest, silent } = page();
  actions.edit({ kind: 'values', patch: { 'lora.r': 3 } });
  await rest();
  const first = inspector();
  first.quiet = 1;
  actions.edit({ kind: 'values', patch: { 'lora.target_modules': '(?=a)(.*)*x' } });
  await rest();
  silent('worker-silent');
  expect(store.getState().inspectFailure).toMatchObject({
    code: 'inspect-hung',
    data: { changed: ['lora.target_modules'] },
  });
  expect(first.ended).toBe(true);
  expect(inspector()).not.toBe(first);
  actions.edit({ kind: 'values', patch: { 'lora.target_modules': 'all-linear' } });
  await rest();
  expect(store.getState()).toMatchObject({ inspectFailure: null });
});

it('that was ended from outside is asked once more, and nothing is said of the recipe', async () => {
  const { store, actions, inspector, rest, silent } = page();
  actions.edit({ kind: 'values', patch: { 'lora.r': 3 } });
  await rest();
  const first = inspector();
  silent('worker-ended');
  expect(store.getState().inspectFailure).toBeNull();
  await rest();
  expect(inspector()).not.toBe(first);
  expect(inspector().sent.some(({ type }) => type === 'inspect')).toBe(true);
  // Whoever dies of the same question twice died of it.
  inspector().quiet = 1;
  actions.edit({ kind: 'values', patch: { 'lora.r': 4 } });
  await rest();
  silent('worker-ended');
  inspector().quiet = 1;
  silent('worker-ended');
  silent('worker-ended');
  expect(store.getState().inspectFailure).toMatchObject({ code: 'worker-ended' });
});

it('gives up a question over which it is silent as soon as there is another', async () => {
  const { store, actions, inspector, rest } = page();
  actions.edit({ kind: 'values', patch: { 'lora.r': 3 } });
  await rest();
  const first = inspector();
  first.quiet = 3500;
  actions.edit({ kind: 'values', patch: { 'lora.r': 4 } });
  await rest();
  actions.edit({ kind: 'values', patch: { 'lora.r': 5 } });
  await rest();
  expect(first.ended).toBe(true);
  const asked = inspector().sent.filter(({ type }) => type === 'inspect');
  expect(asked.at(-1)).toMatchObject({ recipe: { values: { 'lora.r': 5 } } });
  expect(store.getState().inspectFailure).toBeNull();
});

it('does not open again the file that it was reading, and says so', async () => {
  const { store, actions, inspector, rest, silent } = page();
  actions.edit({ kind: 'values', patch: { 'lora.r': 3 } });
  await rest();
  inspector().quiet = 1;
  actions.openModel([new File(['x'], 'endless.gguf')]);
  await rest();
  silent('worker-silent');
  await rest();
  expect(store.getState().model).toMatchObject({ reading: false, failure: { code: 'worker-silent' } });
  expect(inspector().sent.some(({ type }) => type === 'open-model')).toBe(false);
});

it('does not keep a run from training', async () => {
  const { actions, inspector, rest, engines } = page();
  actions.edit({ kind: 'values', patch: { 'lora.r': 3 } });
  await rest();
  inspector().quiet = 9000;
  actions.edit({ kind: 'values', patch: { 'lora.r': 4 } });
  actions.train();
  await rest();
  expect(engines[0]?.sent.some(({ type }) => type === 'train')).toBe(true);
});
