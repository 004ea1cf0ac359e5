// A GGUF model in several files (…-00001-of-00003.gguf) as if it were one: the first has the metadata, each has a part of the tensors.
// Source: llama.cpp tools/gguf-split (keys split.no, split.count, split.tensors.count).
import type { ByteSource } from '../../ground/formats/byteSource.ts';
import { readGguf } from '../../ground/formats/gguf/reader.ts';
import type { Gguf, GgufTensor } from '../../ground/formats/gguf/types.ts';
import { quote } from '../../ground/quote.ts';
import { text } from '../../ground/text.ts';
import { shardsMissing } from '../checkpoint/checkpointErrors.ts';
import { ggufMetadata } from '../modelErrors.ts';

/** No model has more files. */
const MOST_SPLITS = 1000;
const numbered = /-\d{5}-of-\d{5}\.gguf$/;

export interface WholeGguf {
  readonly source: ByteSource;
  readonly gguf: Gguf;
}

/** Names of all files of a split model, by one of them. */
const namesOf = (one: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => {
    const place = `-${String(i + 1).padStart(5, '0')}-of-${String(count).padStart(5, '0')}.gguf`;
    return numbered.test(one) ? one.replace(numbered, place) : `${one}${place}`;
  });

/** All files of the model that this one is the first of, by its name alone. */
export function partNames(file: string): readonly string[] {
  const [, count] = /-00001-of-(\d{5})\.gguf$/.exec(file) ?? [];
  return count === undefined ? [file] : namesOf(file, Math.min(Number(count), MOST_SPLITS));
}

/** Which of how many files this is; a whole model is the first of one. */
function placeOf(file: string, { metadata }: Gguf): readonly [no: number, count: number] {
  const [no, count] = [metadata.get('split.no') ?? 0, metadata.get('split.count') ?? 1];
  const whole = (value: unknown, from: number, to: number): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to;
  if (!whole(count, 1, MOST_SPLITS) || !whole(no, 0, count - 1))
    throw ggufMetadata({
      file,
      found: text(
        `'split.no' ${quote(no)} of 'split.count' ${quote(count)} is no place among up to ${MOST_SPLITS} files`,
        `'split.no' ${quote(no)} / 'split.count' ${quote(count)} 不是至多 ${MOST_SPLITS} 个文件中的位置`,
      ),
    });
  return [no, count];
}

/** Files one behind the other. A read lies within one of them, as a tensor does. */
function joined(name: string, sources: readonly ByteSource[]): ByteSource {
  const size = sources.reduce((sum, source) => sum + source.size, 0);
  return {
    name,
    size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(length);
      let [begin, done] = [0, 0];
      for (const source of sources) {
        const from = Math.max(offset, begin);
        const to = Math.min(offset + length, begin + source.size);
        if (from === offset && to - from === length) return source.read(from - begin, length);
        if (to > from) {
          bytes.set(await source.read(from - begin, to - from), done);
          done += to - from;
        }
        begin += source.size;
      }
      return bytes;
    },
  };
}

/** One model of one file or of all its files, in any order. Throws UserError 'gguf-…' or 'model-shards', naming the file. */
export async function wholeGguf(sources: readonly ByteSource[]): Promise<WholeGguf> {
  const parts = await Promise.all(
    sources.map(async (source) => {
      const gguf = await readGguf(source);
      const [no, count] = placeOf(source.name, gguf);
      return { source, gguf, no, count };
    }),
  );
  parts.sort((a, b) => a.no - b.no);
  const [first] = parts;
  if (first && parts.length === 1 && first.count === 1) return first;
  const { count = 1, source } = first ?? {};
  const name = source?.name ?? '';
  const missing = namesOf(name, count).filter((_, i) => !parts.some(({ no }) => no === i));
  if (missing.length > 0) throw shardsMissing({ file: name, missing, of: count });
  const other = parts.find((part, i) => part.no !== i || part.count !== count);
  if (!first || other)
    throw ggufMetadata({
      file: other?.source.name ?? name,
      found: text(
        'it is a file of another model, or stands twice: choose the files of one model',
        '它属于另一个模型，或被重复选择：请选择同一个模型的文件',
      ),
    });
  const tensors = new Map<string, GgufTensor>();
  let begin = 0;
  for (const part of parts) {
    for (const [key, tensor] of part.gguf.tensors) {
      if (tensors.has(key))
        throw ggufMetadata({
          file: part.source.name,
          found: text(`tensor ${quote(key)} stands in two files`, `张量 ${quote(key)} 出现在两个文件中`),
        });
      tensors.set(key, { ...tensor, offset: begin + tensor.offset });
    }
    begin += part.source.size;
  }
  const all = parts.map((part) => part.source);
  return { source: joined(name, all), gguf: { ...first.gguf, tensors } };
}
