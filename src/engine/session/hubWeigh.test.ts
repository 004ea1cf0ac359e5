// What training a model of a hub would take, told by the desk from its config.json: the estimate of those settings, a refusal by name of a
// family that is not here, and no byte of weights asked for.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { testNet } from '../ground/fetching/testing/hostileServer.ts';
import { blobSource } from '../ground/formats/byteSource.ts';
import { writeGguf } from '../ground/formats/gguf/writer.ts';
import { memoryFolder, memoryLocks } from '../hub/cache/memoryFolder.ts';
import type { HubServer } from '../hub/testing/hubServer.ts';
import { COMMIT, hubServer, READ_TOKEN } from '../hub/testing/hubServer.ts';
import { ggufModel } from '../models/gguf/ggufModel.ts';
import type { Event } from '../protocol.ts';
import { defaultValues, withPatch } from '../recipe/recipe.ts';
import { randomFolder } from '../testing/checkpoint.ts';
import { tinySpec } from '../testing/ggufModel.ts';
import { estimateFromConfig, estimateOfModel } from '../training/estimateFromConfig.ts';
import { HubDesk } from './hubDesk.ts';

let server: HubServer;
const folder = randomFolder();
const config = folder.get('config.json') ?? new Uint8Array();
const told = JSON.parse(new TextDecoder().decode(config));
const tiny = writeGguf(tinySpec()).file;
/** As large as files with weights are, beside their header. */
const large = new Uint8Array(2 ** 24);
large.set(tiny);
const values = withPatch(defaultValues, { 'bnb.bnb_4bit_quant_type': 'none' });

beforeAll(async () => {
  server = await hubServer();
  const other = new TextEncoder().encode(JSON.stringify({ ...told, model_type: 'mamba' }));
  server.serve(
    { id: 'tests/Tiny', files: folder },
    { id: 'tests/Other', files: new Map([...folder, ['config.json', other]]) },
    { id: 'tests/Gated', files: folder, gated: 'manual' },
    { id: 'tests/Bare', files: new Map([['a.gguf', new Uint8Array(9)]]) },
    { id: 'tests/Gguf', files: new Map([['q/tiny.gguf', large]]) },
  );
});
afterAll(() => server.close());
beforeEach(() => server.forget());

async function weighed(
  repository: string,
  token: string | null = null,
  gguf: string | null = null,
  onOrt = false,
): Promise<Event> {
  const events: Event[] = [];
  const cache = { folder: memoryFolder(), locks: memoryLocks(), lasts: false };
  const desk = new HubDesk({ net: testNet(), cache, emit: (event) => events.push(event), now: () => 0 });
  const hub = { address: server.address, token };
  await desk.handle({ type: 'hub-weigh', id: 1, repository, revision: COMMIT, gguf, values, onOrt, hub });
  const [event] = events;
  expect(events).toHaveLength(1);
  return event ?? expect.fail('no answer');
}

const ofWeights = () => server.asked.filter(({ path }) => /safetensors|gguf/.test(path));

it('is the estimate of the configuration and these settings', async () => {
  const event = await weighed('tests/Tiny');
  const estimate = estimateFromConfig(told, values);
  expect(estimate?.memory.peakBytes).toBeGreaterThan(0);
  expect(event).toEqual({ type: 'hub-weighed', id: 1, estimate });
  expect(ofWeights()).toEqual([]);
});

it('counts what ONNX Runtime holds beside, where that would run it', async () => {
  const event = await weighed('tests/Tiny', null, null, true);
  expect(event).toEqual({ type: 'hub-weighed', id: 1, estimate: estimateFromConfig(told, values, true) });
  const peakOf = (onOrt: boolean) => estimateFromConfig(told, values, onOrt)?.memory.peakBytes ?? 0;
  expect(peakOf(true)).toBeGreaterThan(peakOf(false));
});

it('is a refusal by name for a family that is not here', async () => {
  const event = await weighed('tests/Other');
  expect(event).toMatchObject({ type: 'hub-failed', id: 1, error: { code: 'model-family' } });
  expect(JSON.stringify(event)).toContain('mamba');
  expect(ofWeights()).toEqual([]);
});

it('is not known of a repository without a configuration', async () => {
  expect(await weighed('tests/Bare')).toEqual({ type: 'hub-weighed', id: 1, estimate: null });
});

it('is told by the header of a GGUF file where nothing else says it, and no weight comes', async () => {
  const event = await weighed('tests/Gguf', null, 'q/tiny.gguf');
  const whole = await ggufModel(blobSource('tiny.gguf', new Blob([tiny])));
  const estimate = estimateOfModel(whole, values);
  expect(estimate?.memory.peakBytes).toBeGreaterThan(0);
  expect(event).toEqual({ type: 'hub-weighed', id: 1, estimate });
  const asked = server.asked.filter(({ path }) => path.endsWith('.gguf'));
  expect(asked.length).toBeGreaterThan(0);
  for (const { headers } of asked)
    expect(Number(headers.range?.split('-')[1])).toBeLessThan(large.length / 2);
  // A file that is none is refused for what it is.
  expect(await weighed('tests/Bare', null, 'a.gguf')).toMatchObject({ type: 'hub-failed' });
});

it('is behind the wall of a gated model, until somebody asks who may', async () => {
  expect(await weighed('tests/Gated')).toMatchObject({ type: 'hub-failed', error: { code: 'hub-gated' } });
  expect(await weighed('tests/Gated', READ_TOKEN)).toMatchObject({ type: 'hub-weighed' });
});
