// Initial numbers of an adapter, bit for bit as PEFT draws them: per module in module order the r·in and out·r draws of the
// two nn.Linear, then r·in more that become A unless init_lora_weights is False. Source: numerics 2.2, PEFT 0.21 lora/layer.py.
import { TorchGenerator } from '../torch/random/mt19937.ts';
import { torchNormal } from '../torch/random/normal.ts';
import type { AdapterLayout, AdapterTensor } from '../torch/trainedLayout.ts';

function uniform(flat: Float32Array, tensor: AdapterTensor, generator: TorchGenerator): void {
  const [, inFeatures = 1] = tensor.parameter.shape;
  const bound = 1 / Math.sqrt(inFeatures);
  for (let i = 0; i < tensor.length; i++) flat[tensor.offset + i] = generator.uniform(-bound, bound);
}

/** Two draws of torch.randn, then B's own unless init_lora_weights is False; A is then zero. */
function embedding(
  flat: Float32Array,
  a: AdapterTensor,
  layout: AdapterLayout,
  generator: TorchGenerator,
): void {
  const name = a.name.replace('.lora_embedding_A.', '.lora_embedding_B.');
  const b = layout.tensors.find((other) => other.name === name);
  if (!b) return;
  const drawn = [torchNormal(generator, a.length, 1), torchNormal(generator, b.length, 1)];
  if (b.parameter.init !== 'linear') drawn[1] = torchNormal(generator, b.length, 1);
  else flat.set(drawn[0] ?? [], a.offset);
  flat.set(drawn[1] ?? [], b.offset);
}

/** The flat adapter buffer of a fresh adapter. */
export function initialiseAdapter(layout: AdapterLayout, seed: number): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(Math.max(64, layout.total));
  const generator = new TorchGenerator(seed);
  for (const { parameter, offset, length } of layout.tensors)
    if (parameter.init === 'ones') flat.fill(1, offset, offset + length);
    else if (typeof parameter.init === 'object') flat.fill(parameter.init.fill, offset, offset + length);
  for (const a of layout.tensors) {
    if (a.name.includes('.lora_embedding_A.')) {
      embedding(flat, a, layout, generator);
      continue;
    }
    if (!a.name.includes('.lora_A.')) continue;
    const b = layout.tensors.find((other) => other.name === a.name.replace('.lora_A.', '.lora_B.'));
    for (const tensor of b ? [a, b] : [a]) {
      if (tensor.parameter.init === 'linear') uniform(flat, tensor, generator);
      else generator.discard(tensor.length);
    }
    if (a.parameter.init === 'kaiming_uniform') uniform(flat, a, generator);
    if (a.parameter.init === 'gaussian') {
      const [r = 1] = a.parameter.shape;
      flat.set(torchNormal(generator, a.length, 1 / r), a.offset);
    }
  }
  return flat;
}
