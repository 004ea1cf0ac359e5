// The rotations of a model: what its file says of them, and the frequencies that follow.
// Source: transformers 5.24 modeling_rope_utils.py, computed in float32 as torch does; numerics reference 3.3.

import { quote } from '../ground/quote.ts';
import type { ConfigReader, RopeFields } from './family.ts';
import type { RopeScaling, Rotation } from './modelConfig.ts';
import { otherRope } from './modelErrors.ts';
import { mostOf } from './modelSizes.ts';

const SCALINGS = ['default', 'linear', 'dynamic', 'llama3', 'yarn'] as const;

interface ScalingContext {
  readonly rope: RopeFields;
  readonly read: ConfigReader;
  readonly maxPositions: number;
}

function yarn({ rope, maxPositions }: ScalingContext, factor: number): RopeScaling {
  const mscale = (scale: number, m: number): number => (scale <= 1 ? 1 : 0.1 * m * Math.log(scale) + 1);
  const [one, all] = [rope.number('mscale'), rope.number('mscale_all_dim')];
  const ratio = one && all ? mscale(factor, one) / mscale(factor, all) : mscale(factor, 1);
  return {
    type: 'yarn',
    factor,
    original: rope.number('original_max_position_embeddings') ?? maxPositions,
    betaFast: rope.number('beta_fast') ?? 32,
    betaSlow: rope.number('beta_slow') ?? 1,
    attentionFactor: rope.number('attention_factor') ?? ratio,
    truncated: rope.flag('truncate') ?? true,
  };
}

/** null: frequencies as they are. */
function scalingOf(context: ScalingContext): RopeScaling | null {
  const { rope, read } = context;
  const needed = (name: string): number => rope.number(name) ?? read.refuse(name, null);
  if (rope.divisors) return { type: 'divisors', divisors: rope.divisors };
  switch (rope.type) {
    case 'default':
    case 'none':
      return null;
    case 'dynamic':
      return { type: 'dynamic', factor: needed('factor') };
    case 'linear':
      return { type: 'linear', factor: needed('factor') };
    case 'llama3':
      return {
        type: 'llama3',
        factor: needed('factor'),
        lowFrequency: needed('low_freq_factor'),
        highFrequency: needed('high_freq_factor'),
        original: needed('original_max_position_embeddings'),
      };
    case 'yarn':
      return yarn(context, needed('factor'));
    default:
      throw otherRope({ file: read.file, got: quote(rope.type), known: SCALINGS });
  }
}

export interface RotationDefaults {
  readonly theta: number;
  /** Of a head. */
  readonly headDim: number;
  /** Of the head that is turned, where the file says nothing. */
  readonly share?: number;
  /** Kind of layers, where the file keeps a rotation for each. */
  readonly kind?: string;
  readonly maxPositions: number;
}

/** The rotation that a file names. Throws UserError for a type of scaling that isn't here. */
export function readRotation(
  read: ConfigReader,
  { theta, headDim, share = 1, kind, maxPositions }: RotationDefaults,
): Rotation {
  const rope = read.rope(kind);
  const dims = rope.dims ?? Math.floor(headDim * (rope.number('partial_rotary_factor') ?? share));
  if (dims % 2 !== 0 || dims < 2 || dims > Math.min(headDim, mostOf.headDim))
    return read.refuse('partial_rotary_factor', dims / headDim);
  return { theta: rope.theta ?? theta, dims, scaling: scalingOf({ rope, read, maxPositions }) };
}

const round = Math.fround;

function stretched(inverse: number, index: number, { theta, dims, scaling }: Rotation): number {
  if (scaling === null) return inverse;
  switch (scaling.type) {
    case 'dynamic':
      return inverse;
    case 'linear':
      return round(inverse / scaling.factor);
    case 'divisors':
      return round(inverse / (scaling.divisors[index] ?? 1));
    case 'llama3': {
      const { factor, lowFrequency: low, highFrequency: high, original } = scaling;
      const wavelength = round((2 * Math.PI) / inverse);
      if (wavelength < original / high) return inverse;
      if (wavelength > original / low) return round(inverse / factor);
      const smooth = round(round(round(original / wavelength) - low) / (high - low));
      return round(round(round(round(1 - smooth) * inverse) / factor) + round(smooth * inverse));
    }
    case 'yarn': {
      const { factor, original, betaFast, betaSlow, truncated } = scaling;
      const dimensionOf = (turns: number): number =>
        (dims * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
      const [first, last] = [dimensionOf(betaFast), dimensionOf(betaSlow)];
      const low = Math.max(truncated ? Math.floor(first) : first, 0);
      let high = Math.min(truncated ? Math.ceil(last) : last, dims - 1);
      if (low === high) high += 0.001;
      const ramp = Math.min(Math.max(round(round(index - low) / round(high - low)), 0), 1);
      const kept = round(1 - ramp);
      return round(round(round(inverse / factor) * round(1 - kept)) + round(inverse * kept));
    }
  }
}

/** [dims / 2], turns a position in radians. */
export function frequenciesOf(rotation: Rotation): Float32Array {
  const { theta, dims } = rotation;
  return Float32Array.from({ length: dims / 2 }, (_, i) =>
    stretched(round(1 / round(theta ** round((2 * i) / dims))), i, rotation),
  );
}

/** What cos and sin are multiplied by. */
export const amplitudeOf = ({ scaling }: Rotation): number =>
  scaling?.type === 'yarn' ? scaling.attentionFactor : 1;
