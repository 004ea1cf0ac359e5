// What the fuzz knows of a reader, and its contract: a value or a UserError that quotes little, in time and in bounded
// memory, and nothing accepted that the format forbids.
import { MOST_SENTENCE, UserError } from '../../src/engine/ground/errors.ts';
import { MOST_QUOTED } from '../../src/engine/ground/quote.ts';
import { mutateBytes, mutateText, mutateValue, severalTimes, written } from './mutate.ts';
import type { Random } from './random.ts';

export type Input = string | Uint8Array<ArrayBuffer>;

export interface Reader {
  readonly name: string;
  /** Right inputs, and the smallest wrong ones that were ever found. */
  readonly corpus: readonly Input[];
  readonly mutate: (input: Input, random: Random) => Input;
  /** Reads as the product does. */
  readonly read: (input: Input) => unknown;
  /** Of an input that was accepted: what the format forbids about it, found another way than the reader's; null: nothing. */
  readonly forbids?: (input: Input, value: unknown) => string | null;
}

export interface Judged {
  readonly verdict: 'accepted' | 'refused' | 'broken';
  /** The kind of a breach: inputs that break alike have one. */
  readonly breach: string | null;
}

/** A message without what differs from input to input. */
const kindOf = (error: unknown): string => {
  if (!(error instanceof Error)) return `threw ${typeof error}`;
  const place = /\n\s+at (?:async )?([\w.#$<> ]+)? ?\(?.*?([\w.-]+):\d+:\d+/.exec(error.stack ?? '');
  const words = error.message
    .replace(/\d+/g, '0')
    .replace(/["'“].*["'”]/gs, '…')
    .slice(0, 60);
  return `${error.name}: ${words} (${place?.[1] ?? ''} ${place?.[2] ?? ''})`;
};

/** Its own words with one quotation in the problem and one in the remedy, and one sentence of another error (ground/errors.ts). */
const LONGEST_MESSAGE = MOST_SENTENCE + 2 * MOST_QUOTED;
/** What one input may leave in buffers: headers and texts of the corpus have kilobytes, the largest that a reader may inflate to megabytes. */
export const MOST_BUFFER_MIB = 64;

/** The longest text that an error quotes. Sentences of another error, in both languages, are bounded as a part of the message. */
function longestQuoted(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || ('en' in value && 'zh' in value)) return 0;
  return Math.max(0, ...Object.values(value).map(longestQuoted));
}

async function judgedAlone(reader: Reader, input: Input): Promise<Judged> {
  try {
    const value: unknown = await reader.read(input);
    const forbidden = reader.forbids?.(input, value) ?? null;
    if (forbidden === null) return { verdict: 'accepted', breach: null };
    return { verdict: 'broken', breach: `accepted ${forbidden}` };
  } catch (error) {
    if (!(error instanceof UserError)) return { verdict: 'broken', breach: kindOf(error) };
    const told = Math.max(error.message.length, JSON.stringify(error.data).length / 2);
    if (told > LONGEST_MESSAGE) return { verdict: 'broken', breach: `${error.code} quotes its whole input` };
    return longestQuoted(error.data) <= MOST_QUOTED
      ? { verdict: 'refused', breach: null }
      : { verdict: 'broken', breach: `${error.code} quotes more than ${MOST_QUOTED} characters` };
  }
}

export async function judge(reader: Reader, input: Input): Promise<Judged> {
  const before = process.memoryUsage().arrayBuffers;
  const judged = await judgedAlone(reader, input);
  const held = process.memoryUsage().arrayBuffers - before;
  if (judged.breach !== null || held <= MOST_BUFFER_MIB * 2 ** 20) return judged;
  return { verdict: 'broken', breach: `took more than ${MOST_BUFFER_MIB} MiB of buffers` };
}

export const textOf = (input: Input): string =>
  typeof input === 'string' ? input : new TextDecoder().decode(input);
export const bytesOf = (input: Input): Uint8Array<ArrayBuffer> =>
  typeof input === 'string' ? Uint8Array.from(new TextEncoder().encode(input)) : input;

export const asText = (input: Input, random: Random): Input =>
  severalTimes(textOf(input), mutateText, random);
export const asBytes = (input: Input, random: Random): Input =>
  severalTimes(bytesOf(input), mutateBytes, random);

/** JSON is changed as a value, sometimes as a text. */
export function asJson(input: Input, random: Random): Input {
  if (random.chance(5)) return asText(input, random);
  try {
    const value: unknown = JSON.parse(textOf(input));
    return written(severalTimes(value, mutateValue, random));
  } catch {
    return asText(input, random);
  }
}
