// The page's queue of runs: its driver is fetched when something is put into it, or was left in it by an earlier visit.
import type { RecipePatch } from '../../engine/index.ts';
import { changedKeys, sweepTools } from '../../engine/index.ts';
import type { Command } from '../../engine/protocol.ts';
import type { Engines } from './engineHooks.ts';
import type { QueueDriver, WantedSweep } from './queueDriver.ts';
import { presetValues } from './recipeEdits.ts';
import { recall } from './remembered.ts';
import type { Ports } from './state.ts';
import type { Store } from './store.ts';

const newId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export function queueActions(store: Store, ports: Ports, engines: () => Pick<Engines, 'tell' | 'ask'>) {
  const tell = (command: Command): void => engines().tell(command);
  let made: Promise<QueueDriver> | null = null;
  let weighing = 0;
  const load = async (): Promise<QueueDriver> => {
    const [{ makeQueue }, tools] = await Promise.all([import('./queueDriver.ts'), sweepTools()]);
    const driver = makeQueue(store, ports, { tell, tools, newId });
    await driver.restore();
    return driver;
  };
  const driver = (): Promise<QueueDriver> => {
    made ??= load();
    return made;
  };

  return {
    /** Takes up the queue of an earlier visit, once the presets are here. */
    recallQueue: async (): Promise<void> => {
      if (recall('queue') !== null) await driver();
    },
    /** Puts the form's recipe into the queue, named by the settings that it has of its own. */
    queueRecipe: async (): Promise<void> => {
      const { recipe, presets } = store.getState();
      const own = changedKeys(recipe.values, presetValues(presets, recipe.preset));
      const said = own.map((key) => `${key.slice(key.indexOf('.') + 1)} ${String(recipe.values[key])}`);
      (await driver()).add(recipe, [recipe.preset, ...said].join(' · '));
    },
    addSweep: async (wanted: WantedSweep): Promise<void> => {
      const { recipe } = store.getState();
      (await driver()).addSweep(recipe, wanted);
    },
    goQueue: async (): Promise<void> => (await driver()).go(),
    restQueue: async (): Promise<void> => (await driver()).rest(),
    removeQueued: async (id: string): Promise<void> => (await driver()).remove(id),
    emptyQueue: async (): Promise<void> => (await driver()).empty(),
    /** Asks what runs of the form's recipe with these patches would cost. */
    weighRuns: (patches: readonly RecipePatch[]): void => {
      weighing += 1;
      const { recipe, queue } = store.getState();
      store.setState({ queue: { ...queue, weighed: { id: weighing, runs: null } } });
      engines().ask({ type: 'weigh-runs', id: weighing, recipe, patches });
    },
  };
}
