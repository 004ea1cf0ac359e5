// The adapter of a kept run is, byte for byte, the one that the run hands out while it stands; a new run begins with it.
import { expect, it } from 'vitest';
import { memoryFolder, memoryLocks } from '../hub/cache/memoryFolder.ts';
import type { Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { Assets } from './assets.ts';
import { RunDesk } from './runDesk.ts';
import { RunShelf } from './runShelf.ts';
import { Session } from './session.ts';
import { memoryStore } from './snapshot.ts';

const assets = new Assets(readPublic);
const preset = recipeOfPreset(await assets.presets(), 'ships-log');
const row = JSON.stringify({ prompt: 'Hi?', completion: ' Yes.' });
const breathe = () => Promise.resolve();

it.each([
  ['LoRA', {}],
  ['an adapter out of the base', { 'lora.init_lora_weights': 'pissa', 'bnb.bnb_4bit_quant_type': 'none' }],
] as const)('%s', async (_, patch) => {
  const events: Event[] = [];
  const emit = (event: Event): void => void events.push(event);
  const shelf = new RunShelf({ folder: memoryFolder(null), locks: memoryLocks(), lasts: true });
  const session = new Session({
    ...{ assets, gpu: null, store: memoryStore(), shelf, emit, breathe },
    now: () => events.length,
  });
  const recipe = {
    ...preset,
    prompts: [],
    data: { name: 'mine.jsonl', text: row },
    values: withPatch(preset.values, {
      'train.max_steps': 2,
      'train.learning_rate': 1e-2,
      'train.per_device_train_batch_size': 1,
      'lora.r': 2,
      ...patch,
    }),
  };
  const as = { id: '00112233445566aa', name: 'r 2' };
  await session.handle({ type: 'train', recipe, backend: 'cpu', as });
  await session.handle({ type: 'export', id: 3, format: 'peft', dtype: 'float32' });
  const desk = new RunDesk({ shelf, emit, assets, breathe });
  await desk.handle({ type: 'runs-adapter', id: 4, run: as.id });
  const exported = events.find((event) => event.type === 'exported' && event.id === 3);
  const kept = events.at(-1);
  if (exported?.type !== 'exported' || kept?.type !== 'runs-adapter') throw new Error(JSON.stringify(kept));
  expect(kept.name).toBe('r 2');
  const isWeights = ({ name }: { readonly name: string }): boolean => name.endsWith('.safetensors');
  const file = exported.files.find(isWeights)?.file ?? new Blob();
  expect(file.size).toBeGreaterThan(0);
  const bytes = kept.files.find(isWeights)?.bytes ?? new Uint8Array();
  expect(Buffer.compare(bytes, new Uint8Array(await file.arrayBuffer()))).toBe(0);
});
