// Test-only: folders of small models of every family, whose weights are a formula, with the embedded model's tokenizer: as transformers opens them,
// and here.
import { mergedModelFiles } from '../exchange/export/mergedModel.ts';
import type { MergedTensor } from '../exchange/export/mergedTensors.ts';
import { blobSource } from '../ground/formats/byteSource.ts';
import { parseConfig } from '../models/families.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import { embeddedModel } from '../models/modelFiles.ts';
import { openModel } from '../models/openModel.ts';
import { modelTensors, offsetsOf } from '../models/weightPlaces.ts';
import { readPublic } from './embedded.ts';
import { goldenFamilies } from './familyCases.ts';
import { noise } from './randomLlama.ts';

/** Longer than any row of the recipes. */
const POSITIONS = 512;

async function* tensorsOf(config: ModelConfig): AsyncGenerator<MergedTensor> {
  const offsets = offsetsOf(config);
  for (const [index, [name, shape]] of [...modelTensors(config)].entries()) {
    const isNorm = shape.length === 1 && name.endsWith('.weight');
    const count = shape.reduce((product, size) => product * size, 1);
    // Norms around one, or around what is added to one.
    const around = isNorm ? 1 - (offsets.get(name) ?? 0) : 0;
    yield { name, shape, values: noise(index + 1, count, 0.25, around) };
  }
}

/** Files of the small model of a golden case (tests/golden/families.json); `changes`: fields of its config.json that differ. */
export async function randomFamily(
  name: string,
  changes: object = {},
): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const found = goldenFamilies.cases.find((one) => one.name === name);
  if (!found) throw new Error(`no golden case '${name}'`);
  const embedded = await embeddedModel(readPublic);
  const { vocabSize } = embedded.config;
  const config = { ...parseConfig({ ...found.config, ...changes }), vocabSize, maxPositions: POSITIONS };
  const files = await mergedModelFiles({ ...embedded, config }, tensorsOf(config), 'float32');
  return new Map(files.map((file) => [file.name, file.bytes]));
}

/** The same, opened. */
export async function openRandomFamily(name: string, changes: object = {}): Promise<ModelFiles> {
  const files = await randomFamily(name, changes);
  return openModel(
    name,
    [...files].map(([file, bytes]) => blobSource(file, new Blob([bytes]))),
  );
}
