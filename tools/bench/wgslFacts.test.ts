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

const derived = `const TILE: u32 = 64u;
const THREADS: u32 = 128u;
const BLOCKS = TILE / 64u;
alias Packed = vec4u;
alias Scale = vec2f;
@group(0) @binding(1) var<storage, read> w: array<Packed>;
var<workgroup> right: array<array<vec4f, TILE / 4u>, 4u * BLOCKS>;
var<workgroup> scales: array<Scale, THREADS>;
@compute @workgroup_size(THREADS)
fn tile(@builtin(local_invocation_index) t: u32) {}`;

describe('facts of a shader', () => {
  it('knows types by other names, and sizes that follow from constants', () => {
    expect(workgroupSize(derived, 'tile')).toBe(128);
    expect(workgroupBytes(derived)).toBe(4 * 16 * 16 + 128 * 8);
    expect(loadBytes(derived)).toBe(16);
  });

  it('counts invocations, workgroup memory and bytes of a load', () => {
    expect(workgroupSize(code, 'product')).toBe(128);
    expect(workgroupBytes(code)).toBe(16 * 64 * 4 + 64 * 16);
    expect(loadBytes(code)).toBe(16);
    expect(loadBytes(code.replace('vec4<u32>', 'u32'))).toBe(4);
    expect(loadBytes(code.replace('vec4<u32>', 'f32'))).toBeNull();
  });
});
