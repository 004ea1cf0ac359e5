// AdaLoRA: B·diag(E)·A with E zero at first, and a penalty that keeps A and B orthogonal, which AdaLoraModel adds to the loss that the model
// returns: A and B get a gradient from the first step on. Source: PEFT 0.5 to 0.21 tuners/adalora/{layer,model}.py.
// Left out: what update_and_allocate prunes later.
import type { JudgedMethod } from '../judgedMethod.ts';

export const adalora: JudgedMethod = {
  type: 'ADALORA',
  name: 'AdaLoRA',
  configClass: 'AdaLoraConfig',
  modelClass: 'AdaLoraModel',
  prefix: 'lora_',
  layerClass: 'adalora.SVDLinear',
  takes: { packed: true, transposed: true },
  penalises: true,
  parts: ({ inFeatures, outFeatures }, given) => {
    const init = given('init_r');
    const rank = typeof init === 'number' ? init : 12;
    return [
      { name: 'lora_E', shape: [rank, 1], zero: true },
      { name: 'lora_A', shape: [rank, inFeatures] },
      { name: 'lora_B', shape: [outFeatures, rank] },
    ];
  },
};
