// Parameters ↔ bytes: the uniform block of a kernel, laid out by WGSL's rules (scalars of 4 bytes in declaration
// order, arrays of structs aligned to 16). Knows nothing of devices.

import type { Scalar } from '../declaration.ts';
import { invariant } from '../invariant.ts';
import type { KernelCall, ParamDecl, ParamType } from '../kernel.ts';

const isScalar = (type: ParamType): type is Scalar => typeof type === 'string';
const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Size in bytes of the uniform block, a multiple of 16 and at least 16. */
function paramsSizeBytes(decl: ParamDecl): number {
  let size = 0;
  for (const type of Object.values(decl)) {
    if (isScalar(type)) size += 4;
    else size = roundUp(size, 16) + type.count * Object.keys(type.fields).length * 4;
  }
  return Math.max(16, roundUp(size, 16));
}

function put(view: DataView, offset: number, type: Scalar, value: number): void {
  if (type === 'f32') view.setFloat32(offset, value, true);
  else if (type === 'i32') view.setInt32(offset, value, true);
  else view.setUint32(offset, value, true);
}

/**
 * Encodes a call's parameters. Throws on a missing parameter, on too many array elements, and on a struct that does
 * not fill a multiple of 16 bytes (WGSL would pad it, we do not).
 */
export function encodeParams(call: KernelCall<unknown>): ArrayBuffer {
  const decl = call.kernel.params;
  const bytes = new ArrayBuffer(paramsSizeBytes(decl));
  const view = new DataView(bytes);
  let offset = 0;
  for (const [name, type] of Object.entries(decl)) {
    const value = call.params[name];
    if (isScalar(type)) {
      invariant(typeof value === 'number', `${call.kernel.name}: parameter '${name}' is missing`);
      put(view, offset, type, value);
      offset += 4;
      continue;
    }
    const fields = Object.entries(type.fields);
    invariant(fields.length % 4 === 0, `${call.kernel.name}: struct '${name}' is not a multiple of 16 bytes`);
    invariant(
      Array.isArray(value) && value.length <= type.count,
      `${call.kernel.name}: '${name}' needs at most ${type.count} structs`,
    );
    offset = roundUp(offset, 16);
    const items: readonly Readonly<Record<string, number>>[] = value;
    for (const item of items) {
      for (const [field, fieldType] of fields) {
        put(view, offset, fieldType, item[field] ?? 0);
        offset += 4;
      }
    }
    offset += (type.count - value.length) * fields.length * 4;
  }
  return bytes;
}
