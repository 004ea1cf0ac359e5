// JSON files of a model, in memory that is bounded before anything is read.
import type { ByteSource } from '../../ground/formats/byteSource.ts';
import { readJson } from '../../ground/strictJson.ts';
import { text } from '../../ground/text.ts';
import { noJson } from './checkpointErrors.ts';

/** Tokenizers of a quarter of a million tokens have 30 MB. */
const MOST_BYTES = 2 ** 27;

/** The text of a file. Throws UserError 'model-file-json' for one that is larger than any such file. */
export async function readTextFile(source: ByteSource): Promise<string> {
  if (source.size > MOST_BYTES)
    throw noJson({
      file: source.name,
      found: text(`it has ${source.size} bytes`, `文件有 ${source.size} 字节`),
    });
  return new TextDecoder().decode(await source.read(0, source.size));
}

/** The value of a JSON file. Throws UserError 'model-file-json'. */
export async function readJsonFile(source: ByteSource): Promise<unknown> {
  const { value, problem } = readJson(await readTextFile(source), { anyKey: true });
  if (problem) throw noJson({ file: source.name, found: problem });
  return value;
}
