// The base model's weights → buffers of a backend: packed groups, float norms, packed embedding and head, rotary tables.
// Works tensor by tensor; the device never holds a float copy of a quantised matrix.
import type { Quantised4 } from '../../shaders/quant/blockwise4.ts';
import { BLOCK, fourBitType, isFourBit, quantise4 } from '../../shaders/quant/blockwise4.ts';
import { isMemberFormat } from '../../shaders/quant/ggml.ts';
import type { PackedGroup } from '../../shaders/quant/packing.ts';
import { fillGroup, packQuantised } from '../../shaders/quant/packing.ts';
import type {
  FourBitFormat,
  MemberFormat,
  MixedFormat,
  WeightFormat,
} from '../../shaders/quant/weightFormat.ts';
import { rotationTables } from '../../shaders/rope/rope.ref.ts';
import type { BufferData } from '../torch/autograd/bufferData.ts';
import { rotationBuffer } from '../torch/ops/rope.ts';
import type { WeightFormats } from '../torch/recording.ts';
import type { GroupQuantiser } from './groupQuantiser.ts';
import type { ModelConfig } from './modelConfig.ts';
import { amplitudeOf, frequenciesOf } from './rotation.ts';
import type { Placed, PlacedGroup, PlacedNorm } from './weightPlaces.ts';
import { weightFormatsOf, weightPlaces } from './weightPlaces.ts';
import type { StoredTensor, WeightOptions, WeightSource } from './weightSource.ts';
import { floatsOf } from './weightSource.ts';

/** Where weights go. */
export interface WeightTarget {
  /** Receives each named buffer once. */
  upload(name: string, data: BufferData): void;
  /** A device that quantises by itself; null where this thread has to. */
  readonly quantiser: GroupQuantiser | null;
}

interface Loading {
  readonly source: WeightSource;
  readonly formats: WeightFormats;
  readonly target: WeightTarget;
}

/** The biases of a group side by side, zeros for members without; null where none has one. */
async function biasOf(
  { source }: Loading,
  { members }: PlacedGroup,
): Promise<Float32Array<ArrayBuffer> | null> {
  if (!members.some(({ bias }) => bias)) return null;
  const out = new Float32Array(members.reduce((sum, { shape: [rows] }) => sum + rows, 0));
  let at = 0;
  for (const {
    path,
    shape: [rows],
    bias,
  } of members) {
    if (bias) out.set(floatsOf(await source.read(`${path}.bias`, [rows])), at);
    at += rows;
  }
  return out;
}

/** Bytes of a member in the format that its group has for it: its own, or floats where what it is stored in can't stand in a group. */
const bytesFor = (format: WeightFormat, stored: StoredTensor): Uint8Array<ArrayBuffer> =>
  'bytes' in stored && (format !== 'none' || stored.format === 'none')
    ? stored.bytes
    : new Uint8Array(floatsOf(stored).buffer);

/** The device's quantiser where it can take a group: whole blocks, of a file's own formats. */
function quantiserFor({ source, target }: Loading, { members }: PlacedGroup): GroupQuantiser | null {
  const fits = members.every(
    ({ path, shape: [rows, width] }) =>
      (rows * width) % BLOCK === 0 && isMemberFormat(source.formatOf(`${path}.weight`) ?? ''),
  );
  return fits ? target.quantiser : null;
}

/** Members one by one, on the device if it is the faster one; null: the group's buffers are there. */
async function quantiseGroup(
  loading: Loading,
  group: PlacedGroup,
  format: FourBitFormat,
): Promise<PackedGroup | null> {
  const quantised: Quantised4[] = [];
  let device = quantiserFor(loading, group);
  const counts = group.members.map(({ shape: [rows, width] }) => rows * width);
  for (const [i, { path, shape }] of group.members.entries()) {
    const stored = await loading.source.read(`${path}.weight`, shape);
    if ('quantised' in stored) {
      quantised.push(stored.quantised);
      continue;
    }
    if (i === 0 && !(await device?.begin({ name: `weights/${group.path}`, format, counts }, stored)))
      device = null;
    if (device) await device.put(i, stored);
    else quantised.push(quantise4(floatsOf(stored), fourBitType(format), format.endsWith('double')));
  }
  await device?.end();
  return device ? null : packQuantised(quantised);
}

/** Reads the members one by one; beside the group's buffers no more than one of them is held. */
async function packGroup(
  { source }: Loading,
  { members }: PlacedGroup,
  format: MemberFormat | MixedFormat,
): Promise<PackedGroup> {
  const read = ({ path, shape }: Placed): Promise<StoredTensor> => source.read(`${path}.weight`, shape);
  const group = fillGroup(
    format,
    members.map(({ shape: [rows, width] }) => rows * width),
  );
  for (const [i, member] of members.entries()) group.put(i, bytesFor(format, await read(member)));
  return group.filled();
}

async function loadGroup(loading: Loading, group: PlacedGroup): Promise<void> {
  const { formats, target } = loading;
  const format = formats(group.path);
  const packed = isFourBit(format)
    ? await quantiseGroup(loading, group, format)
    : await packGroup(loading, group, format);
  if (packed) {
    target.upload(`weights/${group.path}`, packed.words);
    if (format !== 'none') target.upload(`weights/${group.path}.scales`, packed.scales);
  }
  const bias = await biasOf(loading, group);
  if (bias) target.upload(`weights/${group.path}.bias`, bias);
}

export interface LoadedAs extends WeightOptions {
  /** Positions that tables of rotations are made for: those that a run comes to, for a model may have a hundred times as many. */
  readonly positions: number;
}

/** Uploads all weights. `onGroup` is awaited after each group: for progress, for letting the thread breathe, and to give up. */
export async function loadWeights(
  config: ModelConfig,
  source: WeightSource,
  options: LoadedAs,
  target: WeightTarget,
  onGroup: () => Promise<void>,
): Promise<void> {
  const formats = weightFormatsOf(config, (name) => source.formatOf(name), options);
  const loading: Loading = { source, formats, target };
  const norm = async ({ path, width, bias }: PlacedNorm): Promise<void> => {
    target.upload(`weights/${path}`, floatsOf(await source.read(`${path}.weight`, [width])));
    if (bias) target.upload(`weights/${path}.bias`, floatsOf(await source.read(`${path}.bias`, [width])));
  };
  const { tables, positions, layers, norms } = weightPlaces(config);
  const groups = async (list: readonly PlacedGroup[]): Promise<void> => {
    for (const group of list) {
      await loadGroup(loading, group);
      await onGroup();
    }
  };
  await groups(tables);
  if (positions)
    target.upload(
      `weights/${positions.path}`,
      floatsOf(await source.read(`${positions.path}.weight`, positions.shape)),
    );
  for (const one of norms) await norm(one);
  for (const layer of layers) {
    for (const one of layer.norms) await norm(one);
    await groups(layer.groups);
  }
  target.quantiser?.close();
  for (const [index, rotation] of config.rotations.entries()) {
    const { cos, sin } = rotationTables(options.positions, frequenciesOf(rotation), amplitudeOf(rotation));
    target.upload(rotationBuffer('cos', index), cos);
    target.upload(rotationBuffer('sin', index), sin);
  }
}
