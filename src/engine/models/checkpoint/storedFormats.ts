// What a checkpoint's weights will be in, from its config.json alone, before any file of weights is there: for what they will take.
// What a file then holds is read from the file (checkpointWeights.ts), and counts before this.
import { recordOf } from '../../ground/isRecord.ts';
import { groupsOf } from '../families.ts';
import type { ModelConfig } from '../modelConfig.ts';
import { groupsOfLayers, inLayer } from '../weightPlaces.ts';
import type { StoredFormat } from '../weightSource.ts';
import { quantisationOf } from './quantisation.ts';

/** Where config.json says nothing, transformers takes float32. */
const floats: ReadonlyMap<unknown, 'f16' | 'bf16'> = new Map([
  ['float16', 'f16'],
  ['bfloat16', 'bf16'],
]);

/** Of projections, where config.json says that they were quantised; null: as everything else. */
function quantisedFormat(json: Readonly<Record<string, unknown>>): StoredFormat | null {
  const quantisation = quantisationOf(json);
  if (!quantisation) return null;
  if (quantisation.method !== 'bitsandbytes') {
    const { actOrder, groupSize } = quantisation;
    return groupSize === null || (!actOrder && groupSize % 32 === 0) ? 'int4' : 'none';
  }
  const { bnb_4bit_quant_type: type, bnb_4bit_use_double_quant: double } = recordOf(json.quantization_config);
  const plain = type === 'nf4' ? 'nf4' : 'fp4';
  return double === true ? `${plain}-double` : plain;
}

/** Formats of tensors by their PyTorch names. Throws UserError 'model-quantised' for a kind that is not read here. */
export function storedFormats(parsed: unknown, config: ModelConfig): (name: string) => StoredFormat {
  const json = recordOf(parsed);
  const float = floats.get(json.dtype ?? json.torch_dtype) ?? 'none';
  const quantised = quantisedFormat(json);
  const { layers } = groupsOfLayers(config);
  const projections = new Set(groupsOf(config).flatMap(([, members]) => members));
  return (name) => {
    const [, inside] = inLayer(layers, name.slice(0, name.lastIndexOf('.')));
    return quantised && projections.has(inside) ? quantised : float;
  };
}
