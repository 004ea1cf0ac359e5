// Every kernel of the registry: its WGSL declares the bindings and the Params that its declaration promises, in order.
import { describe, expect, it } from 'vitest';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import { headCode } from './attention/attention_block.ts';
import { assemble } from './host/assemble.ts';
import { storedSnippet } from './lib/stored.ts';
import { tileCode } from './linear/tiled.ts';
import { decoder } from './quant/decoders.ts';
import { kernels } from './registry.ts';

const slots = {
  decode: decoder('nf4-double'),
  stored: storedSnippet('f32'),
  tile: tileCode('nf4-double', 576, 64, false),
};

/** What a binding is made of in the end: arrays of vectors, of matrices or of structs of one scalar. */
function elements({ name, format, members }: Shape): readonly string[] {
  if (members) return [...new Set(members.flatMap(({ type }) => elements(type)))];
  if (format) return elements(format);
  if (name === 'Stored4' || /^vec\df$/.test(name)) return ['f32'];
  const [, letter] = /^vec\d([iu])$/.exec(name) ?? [];
  return [letter ? `${letter}32` : name];
}

interface Shape {
  readonly name: string;
  readonly format?: Shape | null;
  readonly members?: readonly { readonly type: Shape }[];
}

describe('kernels', () => {
  it.each(kernels.map((kernel) => [kernel.name, kernel] as const))('%s', (name, kernel) => {
    const source = assemble(kernel, kernel.constants, { ...slots, head: headCode(kernel, 32) });
    const reflected = new WgslReflect(source);
    expect(reflected.entry.compute.map((entry) => entry.name)).toEqual([name]);
    const bindings = [...reflected.storage, ...reflected.uniforms].sort((a, b) => a.binding - b.binding);
    const params = Object.keys(kernel.params).length > 0 ? ['params'] : [];
    expect(bindings.map((binding) => binding.name)).toEqual([...Object.keys(kernel.buffers), ...params]);
    const roles = reflected.storage.sort((a, b) => a.binding - b.binding).map((binding) => binding.access);
    const wanted = Object.values(kernel.buffers).filter((role) => role !== 'uniform');
    expect(roles).toEqual(wanted.map((role) => role.split(' ')[0]));
    const scalars = reflected.storage.map((binding) => elements(binding.type));
    expect(scalars).toEqual(wanted.map((role) => [role.split(' ')[1] ?? 'f32']));
    // A reference is given all of these as one record.
    const names = [kernel.buffers, kernel.params, kernel.constants].flatMap(Object.keys);
    expect(new Set([...names, ...(kernel.slots ?? [])]).size).toBe(
      names.length + (kernel.slots ?? []).length,
    );
    const struct = reflected.structs.find((one) => one.name === 'Params');
    expect(struct?.members.map((member) => member.name) ?? []).toEqual(Object.keys(kernel.params));
    // WebGPU's default limit of storage buffers in one stage.
    expect(reflected.storage.length).toBeLessThanOrEqual(8);
  });
});
