// float32 values in the float types that model files use, rounded to nearest even.
import { floatToHalf } from '../../../shaders/quant/halves.ts';

export type FloatType = 'float32' | 'float16' | 'bfloat16';

const bits = new DataView(new ArrayBuffer(4));

function toBfloat(value: number): number {
  bits.setFloat32(0, value);
  const word = bits.getUint32(0);
  if (Number.isNaN(value)) return (word >>> 16) | 0x40;
  return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
}

/** Little-endian bytes of the values. */
export function floatBytes(values: Float32Array<ArrayBuffer>, type: FloatType): Uint8Array<ArrayBuffer> {
  if (type === 'float32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const encode = type === 'float16' ? floatToHalf : toBfloat;
  return new Uint8Array(Uint16Array.from(values, encode).buffer);
}
