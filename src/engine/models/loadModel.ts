// The base model's weights → buffers of a backend: packed groups, float norms, packed embedding and head, rotary tables.
// Works tensor by tensor; the device never holds a float copy of a quantised matrix.
import type { Quantised4 } from '../../shaders/quant/blockwise4.ts';
import { fourBitType, isFourBit, quantise4 } from '../../shaders/quant/blockwise4.ts';
import { isBlockFormat } from '../../shaders/quant/ggml.ts';
import type { PackedGroup } from '../../shaders/quant/packing.ts';
import { packBlocks, packFloats, packMixed, packQuantised } from '../../shaders/quant/packing.ts';
import type { WeightFormat } from '../../shaders/quant/weightFormat.ts';
import { ropeTables } from '../../shaders/rope/rope.ref.ts';
import type { BufferData } from '../torch/autograd/bufferData.ts';
import type { LlamaConfig } from './llamaConfig.ts';
import type { StoredTensor, WeightOptions, WeightSource } from './weightSource.ts';
import { floatsOf, layerGroups, layerNorms, projectionShape, weightFormatsOf } from './weightSource.ts';

/** Receives each named buffer once. */
export type Upload = (name: string, data: BufferData) => void;

/** A member in bytes; one that bitsandbytes quantised stands here only beside others that it did not, in floats. */
function inBytes(stored: StoredTensor): Extract<StoredTensor, { readonly bytes: Uint8Array }> {
  if ('bytes' in stored) return stored;
  return { format: 'none', bytes: new Uint8Array(floatsOf(stored).buffer), count: stored.count };
}

function packed(members: readonly StoredTensor[], format: WeightFormat): PackedGroup {
  if (format === 'none') return packFloats(members.map(floatsOf));
  if (isBlockFormat(format)) return packBlocks(format, members.map(inBytes));
  if (isFourBit(format)) {
    const type = fourBitType(format);
    const quantise = (stored: StoredTensor): Quantised4 =>
      'quantised' in stored ? stored.quantised : quantise4(floatsOf(stored), type, format.endsWith('double'));
    return packQuantised(members.map(quantise));
  }
  return packMixed(members.map(inBytes));
}

/** Uploads all weights. `onGroup` is awaited after each group: for progress, for letting the thread breathe, and to give up. */
export async function loadWeights(
  config: LlamaConfig,
  source: WeightSource,
  options: WeightOptions,
  upload: Upload,
  onGroup: () => Promise<void>,
): Promise<void> {
  const formats = weightFormatsOf((name) => source.formatOf(name), options);
  const { hiddenSize: c, vocabSize: v } = config;
  const group = async (
    path: string,
    names: readonly (readonly [string, readonly number[]])[],
  ): Promise<void> => {
    const members: StoredTensor[] = [];
    for (const [name, shape] of names) members.push(await source.read(`${name}.weight`, shape));
    const format = formats(path);
    const { words, scales } = packed(members, format);
    upload(`weights/${path}`, words);
    if (format !== 'none') upload(`weights/${path}.scales`, scales);
    await onGroup();
  };
  const norm = async (path: string): Promise<void> =>
    upload(`weights/${path}`, floatsOf(await source.read(`${path}.weight`, [c])));
  await group('model.embed_tokens', [['model.embed_tokens', [v, c]]]);
  await norm('model.norm');
  if (!config.tied) await group('lm_head', [['lm_head', [v, c]]]);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `model.layers.${layer}`;
    for (const name of layerNorms) await norm(`${at}.${name}`);
    for (const [name, members] of layerGroups)
      await group(
        `${at}.${name}`,
        members.map((member) => [`${at}.${member}`, projectionShape(config, member)] as const),
      );
  }
  const tables = ropeTables(config.maxPositions, config.headDim, config.ropeTheta);
  upload('rope_cos', tables.cos);
  upload('rope_sin', tables.sin);
}
