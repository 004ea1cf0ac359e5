// The inputs of the fuzz by seed, reader and number, and their judgement in one thread. Whoever watches the thread stands in fuzz.ts.
import type { Random } from './random.ts';
import { randomOf } from './random.ts';
import type { Input, Judged, Reader } from './reader.ts';
import { judge } from './reader.ts';
import { cutBytes, cutText, shrunk } from './shrink.ts';

/** First the corpus as it stands, then mutations of it. */
export function inputOf(reader: Reader, seed: number, index: number): Input {
  const { corpus, mutate, name } = reader;
  const right = corpus[index];
  if (right !== undefined) return right;
  const random: Random = randomOf(seed, name, index);
  return mutate(corpus[random.int(corpus.length)] ?? '', random);
}

export interface Finding {
  readonly reader: string;
  readonly seed: number;
  readonly index: number;
  readonly breach: string;
  /** The smallest input that fails alike: a text as JSON, bytes in hexadecimal. */
  readonly input: string;
}

export function shown(input: Input): string {
  const all = typeof input === 'string' ? JSON.stringify(input) : `hex ${Buffer.from(input).toString('hex')}`;
  return all.length <= 600 ? all : `${all.slice(0, 600)}… (${input.length})`;
}

async function smallest(reader: Reader, input: Input, breach: string, beat: () => void): Promise<Input> {
  const alike = async (one: Input): Promise<boolean> => {
    beat();
    return (await judge(reader, one)).breach === breach;
  };
  return typeof input === 'string' ? shrunk(input, cutText, alike) : shrunk(input, cutBytes, alike);
}

/** What is told while inputs are tried. */
export interface Telling {
  /** Before every judgement: whoever watches gives each its own time. */
  readonly beat: () => void;
  /** A new kind of breach, before it is made small: that may hang. */
  readonly met: (breach: string) => void;
}

/** Judges one input; a breach is made small when it is the first of its kind. */
export async function tried(
  reader: Reader,
  seed: number,
  index: number,
  known: Set<string>,
  { beat, met }: Telling,
): Promise<{ readonly judged: Judged; readonly finding: Finding | null }> {
  const input = inputOf(reader, seed, index);
  beat();
  const judged = await judge(reader, input);
  if (judged.breach === null || known.has(judged.breach)) return { judged, finding: null };
  known.add(judged.breach);
  met(judged.breach);
  const small = await smallest(reader, input, judged.breach, beat);
  const finding = { reader: reader.name, seed, index, breach: judged.breach, input: shown(small) };
  return { judged, finding };
}
