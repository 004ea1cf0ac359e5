// Facts of assembled shaders against what their text says.
import { describe, expect, it } from 'vitest';
import { loadBytes, workgroupBytes, workgroupSize } from './wgslFacts.ts';

const code = `const W: u32 = 64u;
const STEP = 16u;
@group(0) @binding(1) var<storage, read> w: array<vec4<u32>>;
var<workgroup> left: array<array<f32, 64>, STEP>; // rows
var<workgroup> sums: array<vec3f, W>;
@compute @workgroup_size(W, 2)
fn product(@builtin(local_invocation_id) local: vec3u) {}`;

describe('facts of a shader', () => {
  it('counts invocations, workgroup memory and bytes of a load', () => {
    expect(workgroupSize(code, 'product')).toBe(128);
    expect(workgroupBytes(code)).toBe(16 * 64 * 4 + 64 * 16);
    expect(loadBytes(code)).toBe(16);
    expect(loadBytes(code.replace('vec4<u32>', 'u32'))).toBe(4);
    expect(loadBytes(code.replace('vec4<u32>', 'f32'))).toBeNull();
  });
});
