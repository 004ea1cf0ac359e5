// A turn in a page: the driver (against.ts) puts the model's files into the field and calls it.
import type { CaseName, Turn } from './part.ts';
import { takeTurn } from './part.ts';

declare global {
  interface Window {
    takeTurn(name: CaseName): Promise<Turn>;
  }
}

function given(name: string): File {
  const files = document.querySelector('input')?.files ?? [];
  const file = [...files].find((one) => one.name === name) ?? [...files][0];
  if (!file) throw new Error(`${name}: no such file was given.`);
  return file;
}

window.takeTurn = (name) =>
  takeTurn(name, false, {
    gpu: navigator.gpu ?? null,
    read: async (path) => new Uint8Array(await given(path.split('/').at(-1) ?? path).arrayBuffer()),
    gguf: async () => given('model.gguf'),
  });
