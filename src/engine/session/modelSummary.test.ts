// What the page is told of a model's file: which of its tensors stand in blocks, by their PyTorch name.
import { expect, it } from 'vitest';
import { blobSource } from '../ground/formats/byteSource.ts';
import { writeGguf } from '../ground/formats/gguf/writer.ts';
import { ggufModel } from '../models/gguf/ggufModel.ts';
import { tinyMetadata, tinySpec, tinyTensors } from '../testing/ggufModel.ts';
import { modelSummary } from './modelSummary.ts';

it('names the tensors of a file that stand in blocks, and their format', async () => {
  const tensors = tinyTensors((name) => (name.endsWith('ffn_down.weight') ? 'q4_1' : 'none'));
  const { file } = writeGguf(tinySpec(tinyMetadata(), tensors));
  const { packed } = modelSummary(await ggufModel(blobSource('tiny.gguf', new Blob([file]))));
  expect(packed.length).toBeGreaterThan(0);
  for (const { name, format } of packed) {
    expect(name).toMatch(/^model\.layers\.\d+\.mlp\.down_proj\.weight$/);
    expect(format).toBe('q4_1');
  }
});
