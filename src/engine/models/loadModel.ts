// The base model's weights → buffers of a backend: packed groups, float norms, packed embedding and head, rotary tables.
// Works tensor by tensor; the device never holds a float copy of a quantised matrix.
import { quantise4 } from '../../shaders/quant/blockwise4.ts';
import { isBlockFormat } from '../../shaders/quant/ggml.ts';
import type { PackedGroup } from '../../shaders/quant/packing.ts';
import { packBlocks, packFloats, packMixed, packQuantised } from '../../shaders/quant/packing.ts';
import type { WeightFormat } from '../../shaders/quant/weightFormat.ts';
import { rotationTables } from '../../shaders/rope/rope.ref.ts';
import type { BufferData } from '../torch/autograd/bufferData.ts';
import { rotationBuffer } from '../torch/ops/rope.ts';
import type { WeightFormats } from '../torch/recording.ts';
import type { ModelConfig } from './modelConfig.ts';
import { amplitudeOf, frequenciesOf } from './rotation.ts';
import type { PlacedGroup } from './weightPlaces.ts';
import { weightFormatsOf, weightPlaces } from './weightPlaces.ts';
import type { StoredTensor, WeightOptions, WeightSource } from './weightSource.ts';
import { floatsOf } from './weightSource.ts';

/** Receives each named buffer once. */
export type Upload = (name: string, data: BufferData) => void;

function packed(members: readonly StoredTensor[], format: WeightFormat): PackedGroup {
  if (format === 'none') return packFloats(members.map(floatsOf));
  if (isBlockFormat(format)) return packBlocks(format, members);
  if (format.startsWith('mixed:')) return packMixed(members);
  const type = format.startsWith('nf4') ? 'nf4' : 'fp4';
  return packQuantised(members.map((member) => quantise4(floatsOf(member), type, format.endsWith('double'))));
}

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

async function loadGroup(loading: Loading, group: PlacedGroup): Promise<void> {
  const { source, formats, upload } = loading;
  const members: StoredTensor[] = [];
  for (const { path, shape } of group.members) members.push(await source.read(`${path}.weight`, shape));
  const format = formats(group.path);
  const { words, scales } = packed(members, format);
  upload(`weights/${group.path}`, words);
  if (format !== 'none') upload(`weights/${group.path}.scales`, scales);
  const bias = await biasOf(loading, group);
  if (bias) upload(`weights/${group.path}.bias`, bias);
}

/** Uploads all weights. `onGroup` is awaited after each group: for progress, for letting the thread breathe, and to give up. */
export async function loadWeights(
  config: ModelConfig,
  source: WeightSource,
  options: WeightOptions,
  upload: Upload,
  onGroup: () => Promise<void>,
): Promise<void> {
  const formats = weightFormatsOf(config, (name) => source.formatOf(name), options);
  const loading: Loading = { source, formats, upload };
  const norm = async ({ path, width }: { readonly path: string; readonly width: number }): Promise<void> =>
    upload(`weights/${path}`, floatsOf(await source.read(`${path}.weight`, [width])));
  const { tables, layers, norms } = weightPlaces(config);
  const groups = async (list: readonly PlacedGroup[]): Promise<void> => {
    for (const group of list) {
      await loadGroup(loading, group);
      await onGroup();
    }
  };
  await groups(tables);
  for (const one of norms) await norm(one);
  for (const layer of layers) {
    for (const one of layer.norms) await norm(one);
    await groups(layer.groups);
  }
  for (const [index, rotation] of config.rotations.entries()) {
    const { cos, sin } = rotationTables(config.maxPositions, frequenciesOf(rotation), amplitudeOf(rotation));
    upload(rotationBuffer('cos', index), cos);
    upload(rotationBuffer('sin', index), sin);
  }
}
