// What an adapter of LoRA holds beside the hooks: the arguments that an export writes down again.
import type { Adapter } from '../../torch/nn/module.ts';

export interface LoraAdapter extends Adapter {
  readonly type: 'LORA';
  /** lora_alpha at this module. */
  readonly alpha: number;
  readonly rslora: boolean;
  /** use_dora: a magnitude for each output beside the factors. */
  readonly dora: boolean;
  /** init_lora_weights. */
  readonly init: string;
}

export const isLora = (adapter: Adapter | null): adapter is LoraAdapter => adapter?.type === 'LORA';
