// The address follows every way a recipe changes: edits, undo as often as one likes, redo; a link that was opened keeps its own text.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { presetEntries } from '../testing/presetEntries.ts';
import type { AddressBar } from './address.ts';
import { syncAddress } from './address.ts';
import { edited, redone, undone } from './recipeEdits.ts';
import { emptyState, makeStore } from './store.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function page() {
  const store = makeStore({ ...emptyState('en', 'system'), presets: presetEntries, opened: true });
  let shown = '#as-given';
  const bar: AddressBar = {
    hash: () => shown,
    write: (hash) => {
      shown = hash;
    },
    onChange: () => {},
  };
  const ports = {
    writeLink: async ({ values }: { values: { 'lora.r': number } }) => `r=${values['lora.r']}`,
    recipeJson: () => '{}',
  };
  syncAddress(store, { open: async () => {} }, ports, bar);
  let now = 0;
  const rank = (r: number): void => {
    now += 1000;
    store.setState((state) => edited(state, { kind: 'values', patch: { 'lora.r': r } }, now));
  };
  const rested = async (): Promise<string> => {
    await vi.advanceTimersByTimeAsync(300);
    return shown;
  };
  return { store, rank, rested };
}

describe('the address', () => {
  it('follows a second undo and every redo', async () => {
    const { store, rank, rested } = page();
    for (const r of [2, 3, 4]) rank(r);
    expect(await rested()).toBe('#r=4');
    store.setState(undone);
    expect(await rested()).toBe('#r=3');
    store.setState(undone);
    expect(await rested()).toBe('#r=2');
    store.setState(redone);
    expect(await rested()).toBe('#r=3');
    store.setState(redone);
    expect(await rested()).toBe('#r=4');
  });

  it('stays as it was given where a link is opened', async () => {
    const { store, rested } = page();
    const { recipe } = store.getState();
    store.setState({ recipe: { ...recipe }, past: [], future: [] });
    expect(await rested()).toBe('#as-given');
  });
});
