// Initial numbers of an adapter, bit for bit as PEFT draws them: per module in module order, r·in draws thrown away (A's
// own nn.Linear), out·r thrown away (B's), then r·in become A ~ U(-1/√in, 1/√in); B is zero. Source: numerics 2.2.
import { TorchGenerator } from '../random/mt19937.ts';
import type { AdapterLayout } from './layout.ts';

/** The flat adapter buffer of a fresh adapter. */
export function initialiseAdapter(layout: AdapterLayout, seed: number): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(Math.max(64, layout.total));
  const generator = new TorchGenerator(seed);
  for (const tensor of layout.tensors) {
    if (!tensor.name.includes('.lora_A.')) continue;
    const partner = layout.tensors.find(
      (other) => other.name === tensor.name.replace('.lora_A.', '.lora_B.'),
    );
    const [, inFeatures = 1] = tensor.parameter.shape;
    generator.discard(tensor.length + (partner?.length ?? 0));
    const bound = 1 / Math.sqrt(inFeatures);
    for (let i = 0; i < tensor.length; i++) flat[tensor.offset + i] = generator.uniform(-bound, bound);
  }
  return flat;
}
