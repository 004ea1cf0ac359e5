// Packing: many rows in one sequence of max_length. bfd and bfd_split keep rows whole and tell where each begins; wrapped cuts
// the joined rows every max_length. Source: TRL 1.16 data_utils.py pack_dataset, which Dataset.map calls with 1000 rows at a time.
import type { SettingValue } from '../ground/settings/setting.ts';
import type { sftSettings } from '../recipe/settings/sft.ts';
import type { Example } from './tokenize.ts';

/** 'none' is packing=False. */
export type Packing = SettingValue<(typeof sftSettings)['train.packing']>;

const MAP_BATCH = 1000;

const piece = (example: Example, from: number, to: number): Example => ({
  ids: example.ids.slice(from, to),
  labels: example.labels.slice(from, to),
  truncated: example.ids.slice(to),
});

const cutAll = (examples: readonly Example[], length: number): Example[] =>
  examples.flatMap((example) =>
    Array.from({ length: Math.ceil(example.ids.length / length) }, (_, i) =>
      piece(example, i * length, (i + 1) * length),
    ),
  );

function join(examples: readonly Example[]): Example {
  return {
    ids: examples.flatMap(({ ids }) => ids),
    labels: examples.flatMap(({ labels }) => labels),
    truncated: [],
    documents: examples.map(({ ids }) => ids.length),
  };
}

/** Best fit decreasing: each row, longest first, to the open bin with the least room that holds it, the oldest of equals. */
function bestFit(examples: readonly Example[], length: number): Example[] {
  const bins: Example[][] = [];
  /** By room left: bins in the order in which they came to it. */
  const open = new Map<number, Example[][]>();
  for (const example of examples.toSorted((a, b) => b.ids.length - a.ids.length)) {
    const needs = example.ids.length;
    let room = needs;
    while (room < length && (open.get(room)?.length ?? 0) === 0) room += 1;
    let bin = room < length ? open.get(room)?.shift() : undefined;
    if (!bin) {
      bin = [];
      bins.push(bin);
      room = length;
    }
    bin.push(example);
    const left = room - needs;
    open.set(left, [...(open.get(left) ?? []), bin]);
  }
  return bins.map(join);
}

function wrap(examples: readonly Example[], length: number): Example[] {
  const whole = join(examples);
  const { documents: _, ...text } = whole;
  return cutAll([text], length).map((part) => ({ ...part, truncated: [] }));
}

/** Rows as they are trained. `examples` uncut, in order; empty ones vanish. */
export function pack(examples: readonly Example[], packing: Packing, length: number): Example[] {
  if (packing === 'none') return [...examples];
  const batches = Array.from({ length: Math.ceil(examples.length / MAP_BATCH) }, (_, i) =>
    examples.slice(i * MAP_BATCH, (i + 1) * MAP_BATCH),
  );
  return batches.flatMap((batch) => {
    if (packing === 'wrapped') return wrap(batch, length);
    const filled = batch.filter(({ ids }) => ids.length > 0);
    return bestFit(
      packing === 'bfd' ? filled.map((example) => piece(example, 0, length)) : cutAll(filled, length),
      length,
    );
  });
}
