// The base model's weights → buffers of a backend: packed groups, float norms, packed embedding and head, rotary tables.
// Works tensor by tensor; the device never holds a float copy of a quantised matrix.
import type { Quantised4 } from '../../shaders/quant/blockwise4.ts';
import { fourBitType, isFourBit, quantise4 } from '../../shaders/quant/blockwise4.ts';
import type { PackedGroup } from '../../shaders/quant/packing.ts';
import { fillGroup, packQuantised } from '../../shaders/quant/packing.ts';
import type { WeightFormat } from '../../shaders/quant/weightFormat.ts';
import { rotationTables } from '../../shaders/rope/rope.ref.ts';
import type { BufferData } from '../torch/autograd/bufferData.ts';
import { rotationBuffer } from '../torch/ops/rope.ts';
import type { WeightFormats } from '../torch/recording.ts';
import type { ModelConfig } from './modelConfig.ts';
import { amplitudeOf, frequenciesOf } from './rotation.ts';
import type { Placed, PlacedGroup, PlacedNorm } from './weightPlaces.ts';
import { weightFormatsOf, weightPlaces } from './weightPlaces.ts';
import type { StoredTensor, WeightOptions, WeightSource } from './weightSource.ts';
import { floatsOf } from './weightSource.ts';

/** Receives each named buffer once. */
export type Upload = (name: string, data: BufferData) => void;

interface Loading {
  readonly source: WeightSource;
  readonly formats: WeightFormats;
  readonly upload: Upload;
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

/** Reads the members one by one; beside the group's buffers no more than one of them is held. */
async function packGroup(
  { source }: Loading,
  { members }: PlacedGroup,
  format: WeightFormat,
): Promise<PackedGroup> {
  const read = ({ path, shape }: Placed): Promise<StoredTensor> => source.read(`${path}.weight`, shape);
  if (isFourBit(format)) {
    const quantised: Quantised4[] = [];
    for (const member of members) {
      const stored = await read(member);
      quantised.push(
        'quantised' in stored
          ? stored.quantised
          : quantise4(floatsOf(stored), fourBitType(format), format.endsWith('double')),
      );
    }
    return packQuantised(quantised);
  }
  const group = fillGroup(
    format,
    members.map(({ shape: [rows, width] }) => rows * width),
  );
  for (const [i, member] of members.entries()) group.put(i, bytesFor(format, await read(member)));
  return group.filled();
}

async function loadGroup(loading: Loading, group: PlacedGroup): Promise<void> {
  const { formats, upload } = loading;
  const format = formats(group.path);
  const { words, scales } = await packGroup(loading, group, format);
  upload(`weights/${group.path}`, words);
  if (format !== 'none') upload(`weights/${group.path}.scales`, scales);
  const bias = await biasOf(loading, group);
  if (bias) upload(`weights/${group.path}.bias`, bias);
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
  upload: Upload,
  onGroup: () => Promise<void>,
): Promise<void> {
  const formats = weightFormatsOf(config, (name) => source.formatOf(name), options);
  const loading: Loading = { source, formats, upload };
  const norm = async ({ path, width, bias }: PlacedNorm): Promise<void> => {
    upload(`weights/${path}`, floatsOf(await source.read(`${path}.weight`, [width])));
    if (bias) upload(`weights/${path}.bias`, floatsOf(await source.read(`${path}.bias`, [width])));
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
    upload(
      `weights/${positions.path}`,
      floatsOf(await source.read(`${positions.path}.weight`, positions.shape)),
    );
  for (const one of norms) await norm(one);
  for (const layer of layers) {
    for (const one of layer.norms) await norm(one);
    await groups(layer.groups);
  }
  for (const [index, rotation] of config.rotations.entries()) {
    const { cos, sin } = rotationTables(options.positions, frequenciesOf(rotation), amplitudeOf(rotation));
    upload(rotationBuffer('cos', index), cos);
    upload(rotationBuffer('sin', index), sin);
  }
}
