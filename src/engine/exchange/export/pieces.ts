// Files on their way out in pieces, so that a large one is never whole in memory: pieces that follow one another under one name are one file.
// Where they go (a disk, a browser's private files) others know.
import type { ExportFile } from './adapterTensors.ts';

/** A part of a file, or all of it; the reader's own. */
export type ExportPiece = ExportFile;

/** The files, each whole as soon as its last piece has come. */
export async function* joined(pieces: AsyncIterable<ExportPiece>): AsyncGenerator<ExportFile> {
  let name = '';
  let parts: Uint8Array<ArrayBuffer>[] = [];
  const whole = async (): Promise<ExportFile> => {
    const [only] = parts;
    if (parts.length === 1 && only) return { name, bytes: only };
    return { name, bytes: new Uint8Array(await new Blob(parts).arrayBuffer()) };
  };
  for await (const piece of pieces) {
    if (piece.name !== name && parts.length > 0) {
      yield await whole();
      parts = [];
    }
    name = piece.name;
    parts.push(piece.bytes);
  }
  if (parts.length > 0) yield await whole();
}

export async function collected(pieces: AsyncIterable<ExportPiece>): Promise<ExportFile[]> {
  const files: ExportFile[] = [];
  for await (const file of joined(pieces)) files.push(file);
  return files;
}
