// Files on their way out in pieces, so that a large one is never whole in memory: pieces that follow one another under one name are one file.
// Where they go (a disk, a browser's private files) others know.
import type { ExportFile } from './adapterTensors.ts';

/** A part of a file, or all of it; the reader's own. */
export type ExportPiece = ExportFile;

/** The files, whole: for those that are small, or wanted so. */
export async function collected(pieces: AsyncIterable<ExportPiece>): Promise<ExportFile[]> {
  const files: { readonly name: string; readonly parts: Uint8Array<ArrayBuffer>[] }[] = [];
  for await (const { name, bytes } of pieces) {
    const last = files.at(-1);
    if (last?.name === name) last.parts.push(bytes);
    else files.push({ name, parts: [bytes] });
  }
  return Promise.all(
    files.map(async ({ name, parts }) => {
      const [only] = parts;
      const whole = parts.length === 1 && only;
      return { name, bytes: whole || new Uint8Array(await new Blob(parts).arrayBuffer()) };
    }),
  );
}
