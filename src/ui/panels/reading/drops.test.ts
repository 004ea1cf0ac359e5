// What a dropped file is taken for: its text, a file of the engine's, or nothing that can be read, which is told.
import { describe, expect, it } from 'vitest';
import { take } from './drops.ts';

/** As browsers give a folder: reading it fails. */
class Folder extends File {
  override slice(): Blob {
    throw new DOMException('The object can not be found here.', 'NotFoundError');
  }
}

const config = new File(['{}'], 'config.json');
const weights = new File([], 'model.safetensors');

describe('what is dropped', () => {
  it.each([
    [new File(['import peft'], 'train.py'), ['paste', 'import peft', 'train.py']],
    [new File(['a\0b'], 'photo.png'), ['refuse', 'photo.png']],
    [new Folder([], 'scripts'), ['refuse', 'scripts']],
    [new File(['{"version":1,"preset":"a","settings":true}'], 'mine.json'), ['recipe', 'mine.json']],
    [new File([], 'small.GGUF'), ['model', null, 'small.GGUF']],
    [
      { files: [config, weights], folder: 'SmolLM2' },
      ['model', 'SmolLM2', 'config.json', 'model.safetensors'],
    ],
    [weights, ['model', null, 'model.safetensors']],
    [new File([], 'mine.lora-run'), ['run', 'mine.lora-run']],
    [new File(['a,b\n1,2'], 'Mine.CSV'), ['rows', 'Mine.CSV']],
    [new File(['PAR1\0'], 'mine.parquet'), ['rows', 'mine.parquet']],
    [new File(['[{"text":"a"}]'], 'mine.json'), ['rows', 'mine.json']],
    [new File(['{"r":8}'], 'adapter_config.json'), ['paste', '{"r":8}', 'adapter_config.json']],
  ])('%#', async (dropped, expected) => {
    const done: (string | null)[][] = [];
    await take(dropped instanceof File ? { files: [dropped], folder: null } : dropped, {
      paste: (text, name) => void done.push(['paste', text, name]),
      refusePaste: (name) => void done.push(['refuse', name]),
      openModel: (files, folder = null) =>
        void done.push(['model', folder, ...files.map(({ name }) => name)]),
      openRecipe: async (_, name) => void done.push(['recipe', name]),
      dropRows: ({ name }) => void done.push(['rows', name]),
      openRun: ({ name }) => void done.push(['run', name]),
    });
    expect(done).toEqual([expected]);
  });
});
