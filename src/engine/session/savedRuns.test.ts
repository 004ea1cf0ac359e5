// Sessions over a disk that fills up and over two tabs: the last good snapshot opens in another session, and the losses after it are
// those of the unbroken run, bit for bit; what can't be saved is told, tried again, and handed out as a file that opens again.
import { describe, expect, it } from 'vitest';
import type { Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { FakeDisk, fakeLocks } from '../testing/fakeDisk.ts';
import { Assets } from './assets.ts';
import type { Locks } from './place.ts';
import { placedStore } from './placedStore.ts';
import { Session } from './session.ts';
import type { SnapshotStore } from './snapshot.ts';
import { isWhole, memoryStore } from './snapshot.ts';
import { twoFiles } from './twoFiles.ts';

/** What another thread does next comes when the machine has time for it. */
const patient = { timeout: 600_000 };
const assets = new Assets(readPublic);
const STEPS = 4;

const row = JSON.stringify({
  messages: [
    { role: 'user', content: 'Hi?' },
    { role: 'assistant', content: 'Yes.' },
  ],
});

async function recipe(): Promise<Recipe> {
  const made = recipeOfPreset(await assets.presets(), 'ships-log');
  const values = withPatch(made.values, {
    'train.max_steps': STEPS,
    'train.per_device_train_batch_size': 1,
    'lora.r': 2,
    'lora.lora_dropout': 0.1,
    'generate.max_new_tokens': 1,
  });
  return { ...made, values, data: { name: 'mine.jsonl', text: row }, prompts: [] };
}
const wanted = await recipe();

/** A tab over a made-up disk, with less patience for the place than a browser has. */
function tabStore(disk: FakeDisk, locks: Locks): SnapshotStore {
  const store = placedStore(disk, locks);
  return { ...store, claim: async () => store.claim?.(30) };
}

function play(store: SnapshotStore, onEvent: (event: Event) => void = () => {}) {
  const losses: number[] = [];
  const events: Event[] = [];
  let clock = 0;
  let breaths = 0;
  const session = new Session({
    assets,
    gpu: null,
    store,
    emit: (event) => {
      events.push(event);
      if (event.type === 'step') losses[event.metrics.step - 1] = event.metrics.loss;
      onEvent(event);
    },
    // Hours pass between any two looks at the clock, so that every step is saved.
    now: () => (clock += 1e7),
    // Timers of the other tab run too, now and then: the CPU asks between any two operations.
    breathe: () =>
      ++breaths % 100 === 0 ? new Promise((resolve) => setTimeout(resolve, 20)) : Promise.resolve(),
  });
  const of = <T extends Event['type']>(type: T) =>
    events.filter((event): event is Extract<Event, { type: T }> => event.type === type);
  const step = () => session.handle({ type: 'step', recipe: wanted, backend: 'cpu' });
  const resume = () => session.handle({ type: 'resume', recipe: null, until: null, backend: 'cpu' });
  return { session, losses, of, step, resume };
}

const unbroken = play(memoryStore());
await unbroken.session.handle({ type: 'train', recipe: wanted, backend: 'cpu' });

describe('a disk that is full after the first step', () => {
  const disk = new FakeDisk(10_000_000, 'odd-count');
  const first = play(tabStore(disk, fakeLocks()));

  it('is told once, and the run goes on', async () => {
    await first.step();
    disk.quota = disk.used;
    await first.step();
    await first.step();
    expect(first.of('unsaved').map(({ error }) => error?.code)).toEqual(['save-full']);
    expect(first.losses).toEqual(unbroken.losses.slice(0, 3));
  });

  it('leaves the last good snapshot, and the losses after it are identical', async () => {
    const { resume, losses, of } = play(tabStore(disk, fakeLocks()));
    await resume();
    expect(of('restored').map(({ metrics }) => metrics.length)).toEqual([1]);
    expect([unbroken.losses[0], ...losses.slice(1)]).toEqual(unbroken.losses);
    expect(of('failed')).toEqual([]);
  });
});

it('saves again when there is room, and says so', async () => {
  const disk = new FakeDisk(0);
  const { step, of } = play(tabStore(disk, fakeLocks()));
  await step();
  disk.quota = 10_000_000;
  await step();
  expect(of('unsaved').map(({ error }) => error?.code ?? null)).toEqual(['save-full', null]);
});

it('hands an unsaved run out as a file that another page opens and goes on with', async () => {
  const { step, session, of } = play(tabStore(new FakeDisk(0), fakeLocks()));
  await step();
  await step();
  await session.handle({ type: 'take-run' });
  const [file] = of('exported')[0]?.files ?? [];
  expect(file?.name).toBe('ships-log-step-2.lora-run');
  const other = play(memoryStore());
  await other.session.handle({ type: 'open-run', file: file?.file ?? new Blob() });
  expect(other.of('saved').map(({ run }) => run.step)).toEqual([2]);
  await other.resume();
  expect(other.losses[2]).toBe(unbroken.losses[2]);
  expect(other.of('failed')).toEqual([]);
  await other.session.handle({ type: 'open-run', file: new Blob(['no run']) });
  expect(other.of('saved-refused').map(({ from, error }) => [from, error.code])).toEqual([
    ['file', 'saved-unreadable'],
  ]);
});

describe('two tabs', () => {
  it('the second saves as soon as the first is closed, and a reload finds its run', async () => {
    const [disk, locks] = [new FakeDisk(10_000_000), fakeLocks()];
    const [first, second] = [play(tabStore(disk, locks)), play(tabStore(disk, locks))];
    await first.step();
    await second.step();
    await second.step();
    const told = () => second.of('unsaved').map(({ error }) => error?.code ?? null);
    expect(told()).toEqual(['save-elsewhere']);
    await first.session.handle({ type: 'reset' });
    await expect.poll(told, patient).toEqual(['save-elsewhere', null]);
    const [newest] = await twoFiles(disk, isWhole).load();
    expect(newest && isWhole(newest)).toBe(true);
  });

  it('that go on with the same saved run: one does, the other is told', async () => {
    const [disk, locks] = [new FakeDisk(10_000_000), fakeLocks()];
    const before = play(tabStore(disk, fakeLocks()));
    await before.step();
    const tabs = [play(tabStore(disk, locks)), play(tabStore(disk, locks))];
    await Promise.all(tabs.map(({ resume }) => resume()));
    const ends = tabs.map(({ of }) => of('failed')[0]?.error.code ?? of('finished').length);
    expect(ends.sort()).toEqual([1, 'run-elsewhere']);
  });
});

it('begins anew after a death before the first save, and is not taken for an earlier run of its recipe', async () => {
  const store = memoryStore();
  await play(store).session.handle({ type: 'train', recipe: wanted, backend: 'cpu' });
  expect(await store.load()).toHaveLength(1);
  let last = 0;
  const dying = play({ ...store, save: () => new Promise(() => {}) }, (event) => {
    if (event.type === 'step') last = event.metrics.step;
  });
  void dying.session.handle({ type: 'train', recipe: wanted, backend: 'cpu' });
  await expect.poll(() => last, patient).toBe(STEPS);
  const { of, losses, session } = play(store);
  await session.handle({ type: 'resume', recipe: wanted, until: null, backend: 'cpu' });
  expect(of('step')).toHaveLength(STEPS);
  expect(losses).toEqual(unbroken.losses);
});

it('goes on with a file that is opened after a run has ended here', async () => {
  const { step, session: giving, of: given } = play(memoryStore());
  await step();
  await step();
  await giving.handle({ type: 'take-run' });
  const { session, resume, of } = play(memoryStore());
  await session.handle({ type: 'train', recipe: wanted, backend: 'cpu' });
  await session.handle({
    type: 'open-run',
    file: given('exported')[0]?.files[0]?.file ?? new Blob(),
  });
  await resume();
  expect(of('restored').map(({ metrics }) => metrics.length)).toEqual([2]);
  expect(of('step').map(({ metrics }) => metrics.step)).toEqual([1, 2, 3, 4, 3, 4]);
});

it('trains over a store that nothing can be read from, and says that it is not saved', async () => {
  const denied = () => Promise.reject(new DOMException('denied', 'SecurityError'));
  const { session, of, losses } = play({ save: denied, load: denied, clear: denied });
  await session.handle({ type: 'saved' });
  await session.handle({ type: 'train', recipe: wanted, backend: 'cpu' });
  expect(of('failed')).toEqual([]);
  expect(of('unsaved')[0]?.error?.code).toBe('save');
  expect(losses).toEqual(unbroken.losses);
});

it('leaves the page no end of an earlier run to bring a new one back to', async () => {
  const { session, of } = play(memoryStore());
  await session.handle({ type: 'train', recipe: wanted, backend: 'cpu' });
  expect(of('kept').at(-1)?.run).toBeInstanceOf(Blob);
  await session.handle({ type: 'step', recipe: wanted, backend: 'cpu' });
  expect(of('kept').at(-1)?.run).toBeNull();
});

it('holds one snapshot for a disk that does not answer, not all', async () => {
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const saved: number[] = [];
  const slow: SnapshotStore = {
    ...memoryStore(),
    save: (bytes) => {
      saved.push(bytes.length);
      return answered;
    },
  };
  let last = 0;
  const { session } = play(slow, (event) => {
    if (event.type === 'step') last = event.metrics.step;
  });
  const training = session.handle({ type: 'train', recipe: wanted, backend: 'cpu' });
  await expect.poll(() => last, patient).toBe(STEPS);
  expect(saved).toHaveLength(1);
  answer();
  await training;
  // The first, and the end: what came between was never written.
  expect(saved).toHaveLength(2);
});

it('ends a run whose lock manager rejects, and says that it is not saved', async () => {
  const refused = () => Promise.reject(new DOMException('no locks here', 'SecurityError'));
  const { session, of, losses } = play(
    tabStore(new FakeDisk(10_000_000), { request: refused, query: refused }),
  );
  await session.handle({ type: 'train', recipe: wanted, backend: 'cpu' });
  expect(of('finished')).toHaveLength(1);
  expect(of('unsaved')[0]?.error?.message.en).toMatch(/no locks here/);
  expect(losses).toEqual(unbroken.losses);
});
