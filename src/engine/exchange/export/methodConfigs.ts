// adapter_config.json and shared tensors of the methods beside LoRA, as PEFT writes them. Source: PEFT 0.21 tuners/{ia3,vera}/config.py.
import { veraProjections } from '../../adapters/vera/vera.ts';
import type { VeraShare } from '../../torch/nn/module.ts';
import type { AdapterTensor } from './adapterTensors.ts';

/** LoRA's fields, of which the other methods have the part that is not its own. */
interface LoraFields {
  readonly r: number;
  readonly lora_dropout: number;
  readonly auto_mapping: null;
  readonly base_model_name_or_path: string;
  readonly fan_in_fan_out: boolean;
  readonly inference_mode: boolean;
  readonly modules_to_save: readonly string[] | null;
  readonly peft_version: string;
  readonly revision: null;
  readonly target_modules: unknown;
  readonly task_type: string;
}

const last = (module: string): string => module.split('.').at(-1) ?? module;

function shared(fields: LoraFields) {
  const { auto_mapping, base_model_name_or_path, fan_in_fan_out, inference_mode, modules_to_save } = fields;
  const { peft_version, revision, target_modules, task_type } = fields;
  const model = { auto_mapping, base_model_name_or_path, fan_in_fan_out, inference_mode, modules_to_save };
  return { ...model, peft_version, revision, target_modules, task_type };
}

/** The configuration of the method that the tensors belong to. */
export function methodConfig(fields: LoraFields, tensors: readonly AdapterTensor[]): object {
  const [first] = tensors;
  if (first?.ia3) {
    const feedforward = tensors.filter(({ ia3 }) => ia3?.feedforward).map(({ module }) => last(module));
    const own = { feedforward_modules: [...new Set(feedforward)], init_ia3_weights: true };
    return { ...shared(fields), ...own, peft_type: 'IA3' };
  }
  if (!first?.vera) return fields;
  return {
    ...shared(fields),
    bias: 'none',
    init_weights: true,
    peft_type: 'VERA',
    projection_prng_key: first.vera.key,
    r: fields.r,
    save_projection: true,
    vera_dropout: fields.lora_dropout,
  };
}

/** The matrices that all modules of VeRA share, as PEFT saves them. */
export function sharedMatrices(share: VeraShare) {
  const { r, inFeatures, outFeatures } = share;
  const flat = veraProjections(share);
  return [
    { name: 'base_model.vera_A', shape: [r, inFeatures], values: flat.slice(0, r * inFeatures) },
    { name: 'base_model.vera_B', shape: [outFeatures, r], values: flat.slice(r * inFeatures) },
  ];
}
