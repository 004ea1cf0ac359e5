// Bytes → snapshot, or a UserError that names what is wrong. The checksum says that the bytes are those that someone wrote, not that
// they make sense: every field has its check here, and so has what must hold between them. Also finds the newest that a store has.
import { counted } from '../ground/counted.ts';
import { UserError } from '../ground/errors.ts';
import { isRecord } from '../ground/isRecord.ts';
import { quote } from '../ground/quote.ts';
import { shaped } from '../ground/shapeDecode.ts';
import type { Check } from '../ground/shapes.ts';
import {
  anything,
  list,
  nullable,
  number,
  optional,
  record,
  shape,
  string,
  whole,
} from '../ground/shapes.ts';
import { text } from '../ground/text.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { defaultValues, readSettings } from '../recipe/recipe.ts';
import { besideSettings } from '../recipe/recipeShapes.ts';
import type { Best } from '../training/bestState.ts';
import { stepMetrics } from '../training/metricsShape.ts';
import { runNote } from './runNote.ts';
import { savedUnreadable } from './sessionErrors.ts';
import type { Snapshot, SnapshotStore } from './snapshot.ts';
import { HEADER_BYTES, isWhole, lengthsOf } from './snapshot.ts';

const floats: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);
/** What `named` of snapshot.ts wrote. */
const unnamed = (_: string, value: unknown): unknown =>
  isRecord(value) && Object.keys(value).length === 1 ? (floats.get(value.float) ?? value) : value;

const none: Check<null> = (value) =>
  value === null ? null : { at: '', expected: text('nothing', '空'), got: quote(value) };

interface Written extends Omit<Snapshot, 'recipe' | 'state'> {
  readonly recipe: Omit<Recipe, 'values'> & { readonly values: Readonly<Record<string, unknown>> };
  readonly step: number;
  /** Its array stands with the others; pages of before there was one wrote none. */
  readonly best?: (Omit<Best, 'adapter'> & { readonly adapter: null }) | null;
  /** Floats of the adapter, of the optimizer's arrays, and of the best adapter. */
  readonly lengths: readonly number[];
}

const count = whole(0, Number.MAX_SAFE_INTEGER);
const written = shape<Written>({
  recipe: shape<Written['recipe']>({ ...besideSettings, values: record(anything) }),
  metrics: list(stepMetrics),
  totalSteps: whole(1, Number.MAX_SAFE_INTEGER),
  before: list(shape({ prompt: string, text: string })),
  device: string,
  note: optional(runNote),
  step: count,
  best: optional(nullable(shape({ step: count, evalLoss: number, waited: count, adapter: none }))),
  lengths: list(count),
});

const wrong = (field: string, expected: string, expectedZh: string, got: unknown): UserError =>
  savedUnreadable({
    found: text(
      `${field}: expected ${expected}, got ${quote(got)}`,
      `${field}：应为${expectedZh}，得到 ${quote(got)}`,
    ),
  });

/** Throws UserError 'saved-unreadable' naming the field. */
function fieldsOf(json: string): Written {
  let value: unknown;
  try {
    value = JSON.parse(json, unnamed);
  } catch {
    throw wrong('JSON', 'an object', '对象', json);
  }
  const read = shaped(written, value);
  if (read.misfit) throw savedUnreadable({ found: read.misfit });
  return read.value;
}

/** A setting that came after the run was saved has its default; one that is not known, or out of its range, is not guessed at. */
function recipeOf({ values, ...rest }: Written['recipe']): Recipe {
  const { patch, problems } = readSettings(values);
  const [problem] = problems;
  if (problem)
    throw savedUnreadable({
      found: { en: problem.en.replace(/\.$/, ''), zh: problem.zh.replace(/。$/, '') },
    });
  return { ...rest, values: { ...defaultValues, ...patch } };
}

/** What must hold between the numbers. */
function assertConsistent(
  { step, totalSteps, metrics: told, best, lengths }: Written,
  floatCount: number,
): void {
  if (step > totalSteps) throw wrong('step', `at most ${totalSteps}`, `不超过 ${totalSteps}`, step);
  if (told.length !== step) throw wrong('metrics', counted(step, 'step'), ` ${step} 步`, told.length);
  const misplaced = told.findIndex((one, i) => one.step !== i + 1);
  if (misplaced >= 0)
    throw wrong(
      `metrics.${misplaced}.step`,
      String(misplaced + 1),
      ` ${misplaced + 1}`,
      told[misplaced]?.step,
    );
  if (best && best.step > step) throw wrong('best.step', `at most ${step}`, `不超过 ${step}`, best.step);
  const sum = lengths.reduce((all, one) => all + one, 0);
  if (sum !== floatCount) throw wrong('lengths', `${floatCount} floats`, ` ${floatCount} 个浮点数`, sum);
  const [adapter = 0] = lengths;
  const last = best ? (lengths.at(-1) ?? 0) : 0;
  if (best && (lengths.length < 2 || (last !== 0 && last !== adapter)))
    throw wrong(
      'best.adapter',
      `${adapter} floats`,
      ` ${adapter} 个浮点数`,
      lengths.length < 2 ? undefined : last,
    );
}

/** A snapshot without its arrays. */
export interface SnapshotFacts extends Omit<Snapshot, 'state'> {
  readonly step: number;
}

/** The JSON of a snapshot alone. Throws UserError 'saved-unreadable'. */
export function decodeFacts(json: string): SnapshotFacts {
  const { lengths: _, best: __, recipe, ...rest } = fieldsOf(json);
  return { ...rest, recipe: recipeOf(recipe) };
}

/** Of bytes that this page encoded. */
export function factsOf(bytes: Uint8Array<ArrayBuffer>): SnapshotFacts {
  const { jsonBytes = 0 } = lengthsOf(bytes) ?? {};
  return decodeFacts(new TextDecoder().decode(bytes.subarray(HEADER_BYTES, HEADER_BYTES + jsonBytes)));
}

/** Throws UserError 'saved-unreadable': what it names is no whole snapshot of this page or an earlier one. */
export function decodeSnapshot(bytes: Uint8Array<ArrayBuffer>): Snapshot {
  if (!isWhole(bytes))
    throw savedUnreadable({
      found: text('the file is cut off, damaged, or no saved run', '文件不完整、已损坏，或不是已保存的训练'),
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [jsonBytes, floatCount] = [view.getUint32(8, true), view.getUint32(12, true)];
  const body = bytes.subarray(HEADER_BYTES);
  const fields = fieldsOf(new TextDecoder().decode(body.subarray(0, jsonBytes)));
  assertConsistent(fields, floatCount);
  const { step, lengths, best: noted, recipe, ...rest } = fields;
  let from = jsonBytes;
  const [adapter = new Float32Array(), ...others] = lengths.map((length, i) => {
    const array = new Float32Array(body.slice(from, from + 4 * length).buffer);
    from += 4 * length;
    const bad = array.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw wrong(
        i === 0 ? `adapter[${bad}]` : `state ${i}[${bad}]`,
        'a finite number',
        '有限的数',
        array[bad],
      );
    return array;
  });
  const kept = noted ? others.pop() : undefined;
  const best = noted && kept ? { ...noted, adapter: kept } : null;
  return { ...rest, recipe: recipeOf(recipe), state: { step, adapter, optimizer: others, best } };
}

/** What a trainer of the same recipe would save. */
interface Wanted {
  readonly stateLengths: readonly number[];
  readonly totalSteps: number;
}

/** Throws UserError 'saved-unreadable' for a snapshot that is not one of this recipe on these rows and this model. */
export function assertFits({ state, totalSteps }: Snapshot, wanted: Wanted): void {
  const lengths = [state.adapter, ...state.optimizer].map(({ length }) => length).join(', ');
  const expected = wanted.stateLengths.join(', ');
  if (lengths !== expected) throw wrong('lengths', expected, ` ${expected}`, lengths);
  if (totalSteps !== wanted.totalSteps)
    throw wrong('totalSteps', String(wanted.totalSteps), ` ${wanted.totalSteps}`, totalSteps);
}

export interface Found {
  readonly snapshot: Snapshot | null;
  /** Why what is there can't be used, where nothing else can. */
  readonly refusal: UserError | null;
}

/** The newest snapshot of a store that can be used. What is only torn has an older one behind it, or is nothing. */
export async function lookFor(store: SnapshotStore): Promise<Found> {
  let refusal: UserError | null = null;
  for (const bytes of await store.load()) {
    try {
      return { snapshot: decodeSnapshot(bytes), refusal: null };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refusal ??= error;
    }
  }
  return { snapshot: null, refusal };
}

/** The newest usable snapshot of a store, or null. */
export const newestSnapshot = async (store: SnapshotStore): Promise<Snapshot | null> =>
  (await lookFor(store)).snapshot;
