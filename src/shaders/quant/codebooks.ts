// The 4-bit code books of bitsandbytes and its 8-bit dynamic map. Source: bitsandbytes 0.50 functional.py
// (get_4bit_type, create_dynamic_map); NF4: Dettmers et al., QLoRA, 2023.

export const NF4_CODE = Float32Array.of(
  -1.0,
  -0.6961928009986877,
  -0.5250730514526367,
  -0.39491748809814453,
  -0.28444138169288635,
  -0.18477343022823334,
  -0.09105003625154495,
  0.0,
  0.07958029955625534,
  0.16093020141124725,
  0.24611230194568634,
  0.33791524171829224,
  0.44070982933044434,
  0.5626170039176941,
  0.7229568362236023,
  1.0,
);

/** 1 sign, 2 exponent, 1 mantissa bit; magnitudes divided by 12; code 8 (negative zero) decodes to +0. */
export const FP4_CODE = Float32Array.of(
  0.0,
  0.0625 / 12,
  8 / 12,
  1.0,
  4 / 12,
  0.5,
  2 / 12,
  0.25,
  0.0,
  -0.0625 / 12,
  -8 / 12,
  -1.0,
  -4 / 12,
  -0.5,
  -2 / 12,
  -0.25,
);

const f32 = Math.fround;

/**
 * The signed dynamic map of 256 entries in ascending order. Rounded as torch.linspace does: from both ends, each point
 * one fused multiply-add of f32 operands (exact here, for doubles hold products of two floats).
 */
export function dynamicMap(): Float32Array {
  const values: number[] = [0, 1];
  const start = f32(0.1);
  for (let i = 0; i < 7; i++) {
    const n = 2 ** i + 1;
    const step = f32(f32(1 - start) / (n - 1));
    const points = Array.from({ length: n }, (_, j) =>
      j < Math.floor(n / 2) ? f32(start + step * j) : f32(1 - step * (n - 1 - j)),
    );
    const scale = f32(10 ** (i - 6));
    for (let j = 0; j + 1 < n; j++) {
      const middle = f32(((points[j] ?? 0) + (points[j + 1] ?? 0)) / 2);
      const value = f32(middle * scale);
      values.push(value, -value);
    }
  }
  return Float32Array.from(values).sort();
}
