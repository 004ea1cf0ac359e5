// Where each tensor of a web export lies in the files beside its graph, known before a weight is read, and those files piece by piece as the
// tensors come: one tensor is in memory at a time. Names and counts are those that transformers.js asks for.
import { invariant } from '../../../ground/errors.ts';
import type { OnnxStretch, OnnxType } from '../../../ground/formats/onnxWriter.ts';
import type { ExportPiece } from '../pieces.ts';

/** Bytes of a file at most: browsers refuse arrays of 2 GB, and telephones far smaller ones. */
const FILE_BYTES = 500_000_000;

/** A tensor as it stands in the graph. */
export interface DataPart {
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly number[];
  /** Bytes. */
  readonly length: number;
}

export interface DataLayout {
  readonly files: readonly { readonly name: string; readonly length: number }[];
  readonly stretches: ReadonlyMap<string, OnnxStretch>;
}

/** Readers map the file: every tensor begins at a whole number of any type. */
const placeOf = (length: number): number => Math.ceil(length / 64) * 64;

/** `model.onnx_data`, `model.onnx_data_1`, … in the order of the parts: every group begins a file, and a part is never cut. */
export function layOut(
  model: string,
  groups: readonly (readonly DataPart[])[],
  limit = FILE_BYTES,
): DataLayout {
  const files: { name: string; length: number }[] = [];
  const stretches = new Map<string, OnnxStretch>();
  for (const parts of groups) {
    let last: (typeof files)[number] | null = null;
    for (const { name, length } of parts) {
      if (last === null || (last.length > 0 && last.length + length > limit)) {
        last = { name: `${model}_data${files.length === 0 ? '' : `_${files.length}`}`, length: 0 };
        files.push(last);
      }
      stretches.set(name, { file: last.name, offset: last.length, length });
      last.length += placeOf(length);
    }
  }
  return { files, stretches };
}

/** The files of a layout in pieces, one a part; the parts come in the layout's order. */
export async function* writeData(
  { stretches }: DataLayout,
  parts: AsyncIterable<{ readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }>,
): AsyncGenerator<ExportPiece> {
  for await (const { name, bytes } of parts) {
    const place = stretches.get(name);
    invariant(
      place?.length === bytes.length,
      `export: '${name}' has ${bytes.length} bytes, not ${place?.length}`,
    );
    yield { name: place.file, bytes };
    const gap = placeOf(bytes.length) - bytes.length;
    if (gap > 0) yield { name: place.file, bytes: new Uint8Array(gap) };
  }
}
