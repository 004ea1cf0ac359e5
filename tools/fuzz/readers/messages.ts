// The readers of what threads, Python and a browser's own files say: commands, events, requests of a script, measurements.
import { decodeCommand } from '../../../src/engine/commandShapes.ts';
import { decodeEvent } from '../../../src/engine/eventShapes.ts';
import { invariant } from '../../../src/engine/ground/errors.ts';
import { decodeRequest } from '../../../src/engine/python/program/requestDecode.ts';
import { commands, events } from '../../../src/engine/testing/messageSamples.ts';
import { knownVariants, portableVariants } from '../../../src/engine/training/backends/variants.ts';
import type { Input, Reader } from '../reader.ts';
import { asJson, textOf } from '../reader.ts';

const parsed = (input: Input): unknown => {
  try {
    return JSON.parse(textOf(input));
  } catch {
    // Messages are values: a text that is none is no message.
    return null;
  }
};

/** Every key of the samples by the message's type: a field that no sample has is none of the protocol. */
function strangers(samples: object): (input: Input, value: unknown) => string | null {
  const fields = new Map(
    Object.values(samples).map((one: object) => [Object(one).type, new Set(Object.keys(one))]),
  );
  return (_, value) => {
    const known = fields.get(Object(value).type);
    const odd = Object.keys(Object(value)).find((key) => !known?.has(key));
    return odd === undefined ? null : 'a field that the protocol does not have';
  };
}

/** Files and bytes have no JSON, and messages that hold them are left out. */
const asTexts = (samples: object): readonly string[] =>
  Object.values(samples)
    .filter((one: object) => !/^(open-model|open-adapter|exported)$/.test(String(Object(one).type)))
    .map((one: unknown) => JSON.stringify(one));

export const messageReaders: readonly Reader[] = [
  {
    name: 'worker commands',
    corpus: asTexts(commands),
    mutate: asJson,
    read: (input) => decodeCommand(parsed(input)),
    forbids: strangers(commands),
  },
  {
    name: 'worker events',
    corpus: asTexts(events),
    mutate: asJson,
    read: (input) => decodeEvent(parsed(input)),
    forbids: strangers(events),
  },
  {
    name: 'bridge requests',
    corpus: [
      JSON.stringify({
        call: {
          line: 1,
          callee: 'peft.LoraConfig',
          receiver: null,
          args: [{ tuple: [1, { dict: [['a', { float: 'nan' }]] }] }],
          kwargs: { r: 8 },
        },
      }),
      JSON.stringify({ ask: { ref: 1, path: 'model', what: 'attribute', name: 'config' } }),
      JSON.stringify({ note: { kind: 'assumption', line: 3, text: 'a' } }),
    ],
    mutate: asJson,
    read: (input) => {
      try {
        return decodeRequest(parsed(input));
      } catch (error) {
        // A request that is none is our own fault, and is told as that; it ends the script alone.
        invariant(error instanceof Error, 'thrown');
        if (/^internal: bridge: /.test(error.message)) return null;
        throw error;
      }
    },
  },
  {
    name: 'tuning.json',
    corpus: [
      JSON.stringify(portableVariants),
      JSON.stringify({ ...portableVariants, linear: { few: 'narrow', some: 'tiled64', many: 'tiled128' } }),
    ],
    mutate: asJson,
    read: (input) => knownVariants(parsed(input)),
  },
];
