// First numbers of a LoRA adapter, bit for bit as PEFT draws them: of a linear the r·in and out·r draws of the two nn.Linear, then
// r·in more that become A unless init_lora_weights is False. Source: numerics 2.2, PEFT 0.21 lora/layer.py.
import type { Adapter, LowRank, Parameter } from '../../torch/nn/module.ts';
import type { TorchGenerator } from '../../torch/random/mt19937.ts';
import { torchNormal } from '../../torch/random/normal.ts';
import type { TensorOf } from '../method.ts';

function uniform(flat: Float32Array, { shape }: Parameter, generator: TorchGenerator): void {
  const [, inFeatures = 1] = shape;
  const bound = 1 / Math.sqrt(inFeatures);
  for (let i = 0; i < flat.length; i++) flat[i] = generator.uniform(-bound, bound);
}

/** Two draws of torch.randn, then B's own unless init_lora_weights is False; A is then zero. */
function embedding(
  { b }: LowRank,
  flatA: Float32Array,
  flatB: Float32Array,
  generator: TorchGenerator,
): void {
  const a = torchNormal(generator, flatA.length, 1);
  const first = torchNormal(generator, flatB.length, 1);
  if (b.init === 'linear') flatA.set(a);
  flatB.set(b.init === 'linear' ? first : torchNormal(generator, flatB.length, 1));
}

export function drawLora({ lowRank }: Adapter, tensorOf: TensorOf, generator: TorchGenerator): void {
  if (!lowRank) return;
  const { a, b, modules, rank } = lowRank;
  const [flatA, flatB] = [tensorOf(a), tensorOf(b)];
  if (modules === null) {
    embedding(lowRank, flatA, flatB, generator);
    return;
  }
  for (const [parameter, flat] of [[a, flatA] as const, [b, flatB] as const])
    if (parameter.init === 'linear') uniform(flat, parameter, generator);
    else generator.discard(flat.length);
  if (a.init === 'kaiming_uniform') uniform(flatA, a, generator);
  if (a.init === 'gaussian') flatA.set(torchNormal(generator, flatA.length, 1 / rank));
}
