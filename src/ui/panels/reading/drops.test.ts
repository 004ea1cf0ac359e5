// What a dropped file is taken for: its text, a file of the engine's, or nothing that can be read, which is told.
import { describe, expect, it } from 'vitest';
import { recipeIn, take, takeText } from './drops.ts';

/** As browsers give a folder: reading it fails. */
class Folder extends File {
  override slice(): Blob {
    throw new DOMException('The object can not be found here.', 'NotFoundError');
  }
}

const config = new File(['{}'], 'config.json');
const adapterConfig = new File(['{}'], 'adapter_config.json');
const adapterWeights = new File([], 'adapter_model.safetensors');
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
    [
      { files: [new File([], 'a.lora-run'), new File([], 'b.lora-run')], folder: null },
      ['runs', 'a.lora-run', 'b.lora-run'],
    ],
    [new File(['PK\x03\x04 runs/0123456789abcdef.lora-run PK'], 'runs.zip'), ['runs', 'runs.zip']],
    [
      new File(['PK\x03\x04 adapter/adapter_config.json PK'], 'adapter.zip'),
      ['adapter', null, 'adapter.zip'],
    ],
    [
      { files: [adapterConfig, adapterWeights], folder: 'mine' },
      ['adapter', 'mine', 'adapter_config.json', 'adapter_model.safetensors'],
    ],
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
      dropAdapter: (files, folder) => void done.push(['adapter', folder, ...files.map(({ name }) => name)]),
      dropRuns: (files) =>
        void done.push(['runs', ...files.map((file) => (file instanceof File ? file.name : ''))]),
      openRun: ({ name }) => void done.push(['run', name]),
    });
    expect(done).toEqual([expected]);
  });
});

describe('a text that is dropped', () => {
  const dropped = (text: string): readonly string[] => {
    const done: string[] = [];
    takeText(text, { paste: (read) => void done.push(`paste ${read}`) }, (hash) => void done.push(hash));
    return done;
  };
  it.each([
    ['https://lab.example/page/#v=1&preset=ships-log&lora.r=4', ['#v=1&preset=ships-log&lora.r=4']],
    ['https://elsewhere.example/', []],
    ['https://elsewhere.example/#top', []],
    ['word', []],
    ['import peft\nmodel = 1', ['paste import peft\nmodel = 1']],
  ])('%#', (text, expected) => {
    expect(dropped(text)).toEqual(expected);
  });
  it('is a recipe only as the address of one', () => {
    expect(recipeIn('preset=ships-log')).toBeNull();
    expect(recipeIn('http://localhost/#preset=element-0')).toBe('#preset=element-0');
  });
});
