// What a dropped file is taken for: its text, a file of the engine's, or nothing that can be read, which is told.
import { describe, expect, it } from 'vitest';
import { take } from './drops.ts';

/** As browsers give a folder: reading it fails. */
class Folder extends File {
  override slice(): Blob {
    throw new DOMException('The object can not be found here.', 'NotFoundError');
  }
}

describe('a dropped file', () => {
  it.each([
    [new File(['import peft'], 'train.py'), ['paste', 'import peft', 'train.py']],
    [new File(['a\0b'], 'photo.png'), ['refuse', 'photo.png']],
    [new Folder([], 'scripts'), ['refuse', 'scripts']],
    [new File(['{"version":1,"preset":"a","settings":true}'], 'mine.json'), ['recipe', 'mine.json']],
    [
      new File(['{"peft_type":"LORA"}'], 'adapter_config.json'),
      ['paste', '{"peft_type":"LORA"}', 'adapter_config.json'],
    ],
    [new File([], 'small.GGUF'), ['model', 'small.GGUF']],
    [new File([], 'mine.lora-run'), ['run', 'mine.lora-run']],
  ])('%#', async (file, expected) => {
    const done: (string | null)[][] = [];
    await take(file, {
      paste: (text, name) => void done.push(['paste', text, name]),
      refusePaste: (name) => void done.push(['refuse', name]),
      openModel: ({ name }) => void done.push(['model', name]),
      openRecipe: async (_, name) => void done.push(['recipe', name]),
      openRun: ({ name }) => void done.push(['run', name]),
    });
    expect(done).toEqual([expected]);
  });
});
