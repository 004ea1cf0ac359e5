// Every command and every event of the protocol: taken as it is, and refused by the name of the field when any value in it has another
// type, is missing, or is a word that nobody knows. A message without its sample fails the type check.
import { describe, expect, it } from 'vitest';
import { badMessage } from './boundaryErrors.ts';
import { decodeCommand } from './commandShapes.ts';
import { decodeEvent } from './eventShapes.ts';
import type { Command, Event } from './protocol.ts';
import { commands, error, events, metrics, plain, recipe } from './testing/messageSamples.ts';

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Paths of every value in a message, but of a list its first entry alone. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const inner = Array.isArray(value)
    ? value.slice(0, 1).flatMap((item) => pathsOf(item, [...path, '0']))
    : isPlain(value)
      ? Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))
      : [];
  return path.length === 0 ? inner : [path, ...inner];
}

/** The message with the value at a path replaced; undefined takes it away. */
function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value))
    return value.map((item, i) => (String(i) === key ? changed(item, rest, to) : item));
  if (!isPlain(value)) return to;
  const entries = Object.entries(value).map(
    ([name, item]) => [name, name === key ? changed(item, rest, to) : item] as const,
  );
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

/** Fields that may be absent, and those of which the protocol says nothing more. */
const mayBeAbsent =
  /(^|\.)(data|model|adapter|prompts|rate|rewards|problem|source|as)$|data\.(format|columns|edits|leftOut)$|columns\.columns\.|guess\.columns\.|patch\.[^.]+|patches\.0\.|base\.|change\.|limits\.|^versions\.|kwargs\.|args\.0\./;
const open = /(error\.data|fixes\.0\.patch\..+)$/;

const refusal = (decode: (value: unknown) => unknown, value: unknown): unknown => {
  try {
    decode(value);
    return null;
  } catch (caught) {
    return caught;
  }
};

describe.each([
  ['command', decodeCommand, Object.values<Command>(commands)],
  ['event', decodeEvent, Object.values<Event>(events)],
] as const)('%s', (what, decode, all) => {
  it.each(all.map((message) => [message.type, message] as const))('%s', (type, message) => {
    expect(decode(message)).toBe(message);
    const paths = pathsOf(message).filter(([first]) => first !== 'type');
    for (const path of paths) {
      const at = path.join('.');
      // No field of the protocol holds a function.
      const strangers: unknown[] = open.test(at) ? [] : [() => {}];
      if (!open.test(at) && !mayBeAbsent.test(at) && path.at(-1) !== '0') strangers.push(undefined);
      for (const stranger of strangers) {
        const error = refusal(decode, changed(message, path, stranger));
        expect(badMessage.is(error), `${type}: ${at} = ${String(stranger)}`).toBe(true);
        if (!badMessage.is(error)) continue;
        expect(error.data).toMatchObject({ what, type, at });
        expect(error.message).toContain(`'${type}', field ${at}: expected `);
      }
    }
  });

  it('refuses what is no message', () => {
    // The last two can be posted and have no JSON.
    const round: { type?: unknown } = {};
    round.type = round;
    for (const value of [null, 7, [], {}, { type: 'nonsense' }, { type: 'constructor' }, { type: 7n }, round])
      expect(badMessage.is(refusal(decode, value)), String(value)).toBe(true);
  });
});

it('refuses words that nobody knows', () => {
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [
      { ...commands.train, backend: 'metal' },
      /field backend: expected one of auto, webgpu, ort, ort-webgpu, cpu, got "metal"/,
    ],
    [{ ...commands.export, format: 'onnx' }, /field format: expected one of peft, gguf/],
    [
      { ...commands.inspect, recipe: { ...recipe, values: { ...recipe.values, 'lora.r': '8' } } },
      /values\.lora\.r: expected a number/,
    ],
    [
      { ...commands.inspect, recipe: { ...recipe, values: { 'lora.r': 8 } } },
      /field recipe\.values\..* got –/,
    ],
  ];
  for (const [value, words] of wrong) expect(() => decodeCommand(value)).toThrow(words);
  expect(() => decodeEvent({ ...events.failed, error: { ...error, code: 'nonsense' } })).toThrow(
    /field error\.code/,
  );
});

it('takes what is optional away', () => {
  expect(decodeCommand({ ...commands.inspect, recipe: plain })).toBeDefined();
  const { rewards: _, ...without } = metrics;
  expect(decodeEvent({ type: 'step', metrics: without })).toBeDefined();
});
