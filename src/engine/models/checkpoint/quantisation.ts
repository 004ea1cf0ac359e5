// What config.json says of how a checkpoint's weights are quantised: a kind that is read here, or its name in the refusal.
import { isRecord, recordOf } from '../../ground/isRecord.ts';
import { quote } from '../../ground/quote.ts';
import { text } from '../../ground/text.ts';
import { otherQuantisation } from './checkpointErrors.ts';
import type { WholeZeros } from './wholeZeros.ts';

export type Quantisation = { readonly method: 'bitsandbytes' } | WholeZeros;

/** null: floats. Throws UserError 'model-quantised'. */
export function quantisationOf(config: unknown): Quantisation | null {
  const { quantization_config: given } = recordOf(config);
  if (!isRecord(given)) return null;
  const { quant_method: method, bits, group_size: group, load_in_4bit: four, version } = given;
  const refuse = (en: string, zh: string) =>
    otherQuantisation({ method: quote(method), found: text(en, zh) });
  if (method === 'bitsandbytes') {
    if (four === true) return { method };
    throw refuse('in 8 bits', '8 位');
  }
  if (method !== 'gptq' && method !== 'awq') throw otherQuantisation({ method: quote(method), found: null });
  if (bits !== 4) throw refuse(`in ${quote(bits)} bits`, `${quote(bits)} 位`);
  if (method === 'awq' && version !== undefined && quote(version).toLowerCase() !== '"gemm"')
    throw refuse(`version ${quote(version)}`, `版本 ${quote(version)}`);
  if (typeof group !== 'number' || !Number.isInteger(group) || (group <= 0 && group !== -1))
    throw refuse(`group_size ${quote(group)}`, `group_size ${quote(group)}`);
  return {
    method,
    groupSize: group === -1 ? null : group,
    actOrder: given.desc_act === true,
    lessOne: method === 'gptq' && given.checkpoint_format !== 'gptq_v2',
  };
}
