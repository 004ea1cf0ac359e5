// A pasted script against the fake engine: what is fetched is told first, the newest text wins, a fix is read again and taken back, and
// the settings of a script replace one's own.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readRecipe } from '../../engine/index.ts';
import type { Command, Event } from '../../engine/protocol.ts';
import { startFakeEngine } from '../testing/fakeEngine.ts';
import { presetEntries } from '../testing/presetEntries.ts';
import { exampleScript, sampleProgram } from '../testing/readings.ts';
import { makeActions } from './actions.ts';
import { emptyState, makeStore } from './store.ts';

function page() {
  const sent: Command[] = [];
  const hears: ((event: Event) => void)[] = [];
  const store = makeStore({ ...emptyState('en', 'system'), presets: presetEntries });
  const actions = makeActions(
    store,
    {
      startEngine: (onEvent: (event: Event) => void) => {
        hears.push(onEvent);
        const engine = startFakeEngine(onEvent, 5);
        return {
          ...engine,
          send: (command) => {
            sent.push(command);
            engine.send(command);
          },
        };
      },
      loadPresets: async () => presetEntries,
      openLink: async () => ({ recipe: store.getState().recipe, fingerprint: null, notes: [] }),
      writeLink: async () => '',
      recipeJson: () => '',
      readRecipe,
      saveFiles: async () => {},
      keepPage: () => {},
      keepStorage: () => {},
    },
    (run) => void setTimeout(run, 1),
  );
  const reads = () => sent.filter((command) => command.type === 'read-script');
  const script = () => store.getState().script;
  return { store, actions, sent, hears, reads, script };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const rest = (): Promise<unknown> => vi.advanceTimersByTimeAsync(200);

describe('a pasted script', () => {
  it('fetches nothing before the person has seen what that costs, and is read at once afterwards', async () => {
    const { actions, reads, script, store } = page();
    actions.paste(exampleScript, 'train.py');
    await rest();
    expect(store.getState().dialog).toBe('paste');
    expect(reads()).toEqual([]);
    expect(script().costBytes).toBeGreaterThan(0);
    actions.readScript(exampleScript, 'train.py');
    await rest();
    expect(script()).toMatchObject({ phase: 'idle', costBytes: 0, name: 'train.py' });
    expect(script().reading?.verdict.kind).toBe('raises');
    actions.paste('RuntimeError: element 0', null);
    await rest();
    expect(reads()).toHaveLength(2);
    expect(script().reading?.kind).toBe('traceback');
  });

  it('ends the reading of a text that another replaces, and drops what was said of it', async () => {
    const { actions, sent, script } = page();
    actions.paste(exampleScript, null);
    actions.readScript(exampleScript, null);
    const first = script().id;
    await vi.advanceTimersByTimeAsync(12);
    expect(script().phase).toBe('loading');
    expect(script().loadedBytes).toBeGreaterThan(0);
    actions.readScript('print(1)', null);
    expect(sent).toContainEqual({ type: 'cancel-script', id: first });
    await rest();
    expect(script().reading?.verdict.kind).toBe('nothing');
  });

  it('is given up with Cancel and keeps its text', async () => {
    const { actions, script } = page();
    actions.paste(exampleScript, null);
    actions.readScript(exampleScript, null);
    await vi.advanceTimersByTimeAsync(12);
    actions.cancelScript();
    await rest();
    expect(script()).toMatchObject({ phase: 'idle', reading: null, text: exampleScript });
  });

  it('is mended, read again, and put back', async () => {
    const { actions, script } = page();
    actions.readScript(exampleScript, 'train.py');
    await rest();
    const fix = script().reading?.fixes[0];
    if (fix === undefined) throw new Error('the fixture has a fix');
    actions.applyScriptFix(fix.source);
    await rest();
    expect(script().text).toBe(fix.source);
    expect(script().reading?.verdict.kind).toBe('trains');
    actions.undoScriptFix();
    await rest();
    expect(script()).toMatchObject({ text: exampleScript, past: [] });
    expect(script().reading?.verdict.kind).toBe('raises');
  });

  it.each([
    ['tune.py', 'tune.py'],
    ['tune.ipynb', null],
  ])('a fix of %s goes under the name %s, and taken back it has its own again', async (name, fixed) => {
    const { actions, script } = page();
    actions.readScript(exampleScript, name);
    await rest();
    actions.applyScriptFix(script().reading?.fixes[0]?.source ?? '');
    expect(script().name).toBe(fixed);
    actions.undoScriptFix();
    expect(script()).toMatchObject({ text: exampleScript, name });
  });

  it('is read under other versions until they are put back', async () => {
    const { actions, reads } = page();
    actions.readScript(exampleScript, null);
    actions.tryVersion('trl', '0.20.0');
    actions.tryVersion('peft', '0.10.0');
    actions.tryVersion('trl', null);
    expect(reads().map(({ versions }) => versions)).toEqual([
      {},
      { trl: '0.20.0' },
      { trl: '0.20.0', peft: '0.10.0' },
      { peft: '0.10.0' },
    ]);
  });

  it('replaces one’s own settings by its own, in one step that can be undone', async () => {
    const { actions, store } = page();
    actions.edit({ kind: 'values', patch: { 'lora.r': 3, 'train.max_steps': 7 } });
    actions.readScript(exampleScript, null);
    await rest();
    actions.takeScript();
    const { recipe, dialog } = store.getState();
    expect(dialog).toBeNull();
    expect(recipe.values).toMatchObject({
      'lora.r': 8,
      'train.gradient_checkpointing': true,
      'train.max_steps': presetEntries[0]?.values['train.max_steps'],
    });
    actions.undo();
    expect(store.getState().recipe.values['train.max_steps']).toBe(7);
  });

  it('stays in the recipe where settings can’t say all of it, until one goes on without', async () => {
    const { actions, store } = page();
    actions.readScript(exampleScript, null);
    await rest();
    const { script } = store.getState();
    const unsaid = [{ line: 3, text: { en: 'half()', zh: 'half()' } }];
    const reading = script.reading && { ...script.reading, unsaid, program: sampleProgram };
    store.setState({ script: { ...script, reading } });
    actions.takeScript();
    expect(store.getState().recipe).toMatchObject({ program: sampleProgram, values: { 'lora.r': 8 } });
    actions.edit({ kind: 'values', patch: { 'lora.r': 3 } });
    expect(store.getState().recipe.program).toEqual(sampleProgram);
    actions.settingsAlone();
    expect(store.getState().recipe.program).toBeUndefined();
    expect(store.getState().recipe.values['lora.r']).toBe(3);
    actions.undo();
    expect(store.getState().recipe.program).toEqual(sampleProgram);
    actions.resetRecipe();
    expect(store.getState().recipe).toMatchObject({ values: presetEntries[0]?.values });
    expect(store.getState().recipe.program).toBeUndefined();
  });

  it('stops waiting for an inspector that died', async () => {
    const { actions, hears, script } = page();
    actions.readScript(exampleScript, null);
    const word = { en: 'x', zh: 'x' };
    const error = { code: 'worker-died', message: word, remedy: word, data: {} } as const;
    // The trainer starts first, the inspector second.
    hears[1]?.({ type: 'failed', error, raisedBy: 'engine' });
    expect(script()).toMatchObject({ phase: 'idle', failure: error });
  });
});

describe('a recipe in a file', () => {
  it('is opened, and undone like an edit', async () => {
    const { actions, store } = page();
    const before = store.getState().recipe;
    await actions.openRecipe('{"version":1,"preset":"ships-log","settings":{"lora.r":3}}', 'mine.json');
    expect(store.getState().recipe.values['lora.r']).toBe(3);
    expect(store.getState().dialog).toBe(null);
    actions.undo();
    expect(store.getState().recipe).toBe(before);
  });

  it('that does not hold is told, and changes nothing', async () => {
    const { actions, store, script } = page();
    const before = store.getState().recipe;
    await actions.openRecipe('{"version":1,"preset":"ships-log","settings":true}', 'mine.json');
    expect(script().failure?.message.en).toContain('settings: expected an object, got true');
    expect(store.getState()).toMatchObject({ dialog: 'paste', recipe: before });
  });
});
