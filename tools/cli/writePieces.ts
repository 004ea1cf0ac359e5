// Files that come in pieces, written as they come: none is whole in memory.
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open as openFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ExportPiece } from '../../src/engine/exchange/export/pieces.ts';

interface OpenFile {
  readonly name: string;
  readonly file: FileHandle;
}

async function openAt(folder: string, name: string): Promise<OpenFile> {
  const path = `${folder}/${name}`;
  await mkdir(dirname(path), { recursive: true });
  return { name, file: await openFile(path, 'w') };
}

/** Into `folder`, which is made; a file that is there gives way. */
export async function writePieces(pieces: AsyncIterable<ExportPiece>, folder: string): Promise<void> {
  let open: OpenFile | null = null;
  try {
    for await (const { name, bytes } of pieces) {
      if (open?.name !== name) {
        await open?.file.close();
        open = null;
        open = await openAt(folder, name);
      }
      await open.file.writeFile(bytes);
    }
  } finally {
    await open?.file.close();
  }
}
