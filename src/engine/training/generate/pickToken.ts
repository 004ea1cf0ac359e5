// Chooses the next token from its scores: the likeliest, or a draw by temperature and top_p.
// Source: transformers 5.18 generation/logits_process.py (temperature, then top-p over the sorted probabilities).

import type { TorchGenerator } from '../../torch/random/mt19937.ts';

function likeliest(scores: Float32Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] ?? 0) > (scores[best] ?? 0)) best = i;
  return best;
}

export interface SamplingOptions {
  /** false: always the likeliest. */
  readonly doSample: boolean;
  readonly temperature: number;
  readonly topP: number;
}

/** Token id; scores [V]. */
export function pickToken(scores: Float32Array, options: SamplingOptions, random: TorchGenerator): number {
  if (!options.doSample) return likeliest(scores);
  const { temperature, topP } = options;
  const top = scores[likeliest(scores)] ?? 0;
  const weights = Array.from(scores, (score, id) => ({
    id,
    weight: Math.exp((score - top) / temperature),
  })).sort((a, b) => b.weight - a.weight || a.id - b.id);
  const total = weights.reduce((sum, entry) => sum + entry.weight, 0);
  let kept = 0;
  const nucleus: typeof weights = [];
  for (const entry of weights) {
    nucleus.push(entry);
    kept += entry.weight;
    if (kept / total >= topP) break;
  }
  let draw = random.uniform(0, 1) * kept;
  for (const { id, weight } of nucleus) {
    draw -= weight;
    if (draw < 0) return id;
  }
  return nucleus[0]?.id ?? 0;
}
