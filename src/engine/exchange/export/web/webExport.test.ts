// Exports for the web in ONNX Runtime: logits of every family against transformers' with an adapter laid on, whole texts and with the cache; of the
// embedded model against this engine's own. Chromium, Python and transformers.js: docs/parity.md says which script shows them.
import { expect, it } from 'vitest';
import { embeddedModel } from '../../../models/modelFiles.ts';
import { BOUNDS } from '../../../testing/agreement.ts';
import { readPublic } from '../../../testing/embedded.ts';
import { familyPatch, floats, goldenFamilies, stepOf } from '../../../testing/familyCases.ts';
import { openTiny } from '../../../testing/tinyLlama.ts';
import { distance, WebSession } from '../../../testing/webSession.ts';
import { CpuBackend } from '../../../training/backends/cpuBackend.ts';
import type { ExportFile } from '../adapterTensors.ts';
import { mergedTensors } from '../mergedTensors.ts';
import { modelNames, webFiles } from './webFolder.ts';

const embedded = await embeddedModel(readPublic);
const whole = { quantType: null, doubleQuant: false } as const;

async function all(files: AsyncIterable<ExportFile>): Promise<ExportFile[]> {
  const found: ExportFile[] = [];
  for await (const file of files) found.push(file);
  return found;
}

it.each(goldenFamilies.cases.map((own) => [own.name, own] as const))('%s', async (_, own) => {
  const backend = new CpuBackend({ precision: 'float32' });
  const tiny = await openTiny(backend, own.config, stepOf(own, 'f32'), familyPatch);
  const { config, wired, layout, source, adapter: values } = tiny;
  const adapter = { root: wired.root, layout, values, config, base: '', peftVersion: '', recipe: '' };
  const tensors = mergedTensors(adapter, source, whole);
  const files = await all(webFiles({ ...embedded, config }, tensors, 'float32', config.tied));
  const open = () => WebSession.open(files, modelNames.float32, config);
  const [row = []] = goldenFamilies.batch.input_ids;
  expect(distance(await (await open()).feed(row), floats(own.logits))).toBeLessThan(BOUNDS.logits);
  expect(await (await open()).greedy(row.slice(0, 9), own.greedy.length)).toEqual(own.greedy);
});
