// The rotation of a model as GGUF files keep it: numbers in the metadata, and a tensor of divisors where the frequencies don't follow from
// numbers that llama.cpp reads. Source: llama.cpp convert_hf_to_gguf.py, src/llama-arch.cpp.
import type { Entry, TensorSpec } from '../../ground/formats/gguf/writer.ts';
import { ggml, types } from '../../ground/formats/gguf/writer.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import { frequenciesOf } from '../../models/rotation.ts';

export function rotationEntries(architecture: string, { rotations: [first] }: ModelConfig): Entry[] {
  if (!first) return [];
  const entry = (key: string, value: number): Entry => [`${architecture}.rope.${key}`, types.f32, value];
  const { theta, dims, scaling } = first;
  const plain: Entry[] = [
    [`${architecture}.rope.dimension_count`, types.u32, dims],
    entry('freq_base', theta),
  ];
  const kind = (type: string): Entry => [`${architecture}.rope.scaling.type`, types.string, type];
  if (scaling?.type === 'linear') return [...plain, kind('linear'), entry('scaling.factor', scaling.factor)];
  if (scaling?.type !== 'yarn') return plain;
  return [
    ...plain,
    kind('yarn'),
    entry('scaling.factor', scaling.factor),
    [`${architecture}.rope.scaling.original_context_length`, types.u32, scaling.original],
    entry('scaling.yarn_beta_fast', scaling.betaFast),
    entry('scaling.yarn_beta_slow', scaling.betaSlow),
  ];
}

/** `rope_freqs.weight`, by which llama.cpp divides the plain frequencies: [dims / 2]. */
export function rotationTensors({ rotations: [first] }: ModelConfig): TensorSpec[] {
  const type = first?.scaling?.type;
  if (!first || (type !== 'llama3' && type !== 'divisors')) return [];
  const plain = frequenciesOf({ ...first, scaling: null });
  const own = frequenciesOf(first);
  const divisors = plain.map((frequency, i) => frequency / (own[i] ?? 1));
  return [
    {
      name: 'rope_freqs.weight',
      axes: [divisors.length],
      type: ggml.F32,
      bytes: new Uint8Array(divisors.buffer),
    },
  ];
}
