// The exported adapter read back: PEFT's names, values bit for bit, targets that mean the adapted modules and no others; the
// GGUF's names, scale and row order. That the real libraries open both is shown by tools/golden/check_export.py.
import { describe, expect, it } from 'vitest';
import { sumBound, sumBound64 } from '../../../shaders/testing/tolerance.ts';
import { isLora } from '../../adapters/lora/loraAdapter.ts';
import { blobSource } from '../../ground/formats/byteSource.ts';
import { readGguf } from '../../ground/formats/gguf/reader.ts';
import { readSafetensors, toFloat32 } from '../../ground/formats/safetensors.ts';
import { same } from '../../ground/text.ts';
import { unpermuteRows } from '../../models/gguf/ggufWeights.ts';
import { wire } from '../../python/run/wire.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { benchConfig } from '../../testing/goldenBench.ts';
import { layoutAdapters } from '../../torch/trainedLayout.ts';
import type { LowRankTensors } from './adapterTensors.ts';
import { adapterTensors, layersOnly, trainedTensors } from './adapterTensors.ts';
import { ggufAdapter } from './ggufAdapter.ts';
import { mlxFiles } from './mlxAdapter.ts';
import { peftDirectory } from './peftDirectory.ts';

const peftFiles = (adapter: Parameters<typeof peftDirectory>[0]) => peftDirectory(adapter).files;

function adapter(patch: RecipePatch = {}) {
  const wired = wire(benchConfig, withPatch(defaultValues, { 'lora.r': 4, 'lora.lora_alpha': 6, ...patch }));
  const layout = layoutAdapters(wired);
  const values = Float32Array.from({ length: layout.total }, (_, i) => Math.sin(i) / 8);
  const names = { base: 'Tiny', peftVersion: '0.17.1', recipe: '#v=1' };
  return { root: wired.root, layout, values, config: benchConfig, ...names };
}

const file = (files: ReturnType<typeof peftFiles>, name: string): Uint8Array<ArrayBuffer> => {
  const found = files.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found.bytes;
};
const json = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

describe('PEFT’s directory', () => {
  it('holds every tensor under PEFT’s name, bit for bit', () => {
    const exported = adapter();
    const files = peftFiles(exported);
    const tensors = readSafetensors(file(files, 'adapter_model.safetensors'));
    expect(tensors.size).toBe(exported.layout.tensors.length);
    for (const { name, offset, length, parameter } of exported.layout.tensors) {
      const saved = name.replace('.default.weight', '.weight');
      const tensor = tensors.get(saved);
      expect(tensor?.shape, saved).toEqual(parameter.shape);
      if (tensor) expect(toFloat32(saved, tensor)).toEqual(exported.values.slice(offset, offset + length));
    }
    expect(json(file(files, 'adapter_config.json'))).toMatchObject({
      peft_type: 'LORA',
      task_type: 'CAUSAL_LM',
      r: 4,
      lora_alpha: 6,
      base_model_name_or_path: 'Tiny',
      target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
    });
  });

  it('names whole paths where a last name would mean more than was adapted', () => {
    const files = peftFiles(adapter({ 'lora.target_modules': '.*layers\\.1\\.self_attn\\.q_proj' }));
    expect(json(file(files, 'adapter_config.json'))).toMatchObject({
      target_modules: ['model.layers.1.self_attn.q_proj'],
    });
  });

  it('is the same whoever attached the adapter', () => {
    const names = (patch: RecipePatch): string[] => [
      ...readSafetensors(file(peftFiles(adapter(patch)), 'adapter_model.safetensors')).keys(),
    ];
    expect(names({ 'wiring.attach': 'add_adapter' })).toEqual(names({ 'wiring.attach': 'get_peft_model' }));
  });
});

describe('an adapter that was taken out of the base', () => {
  const values = {
    'lora.init_lora_weights': 'pissa',
    'lora.use_rslora': true,
    'bnb.bnb_4bit_quant_type': 'none',
  } as const;
  const trained = adapter(values);
  const taken = trained.values.map((value, i) => value + Math.cos(i) / 9);

  it('is handed out for the untouched base: s·(B·A − B₀·A₀) as a LoRA of twice the rank', () => {
    const [now, before] = [trained.values, taken].map((own) =>
      layersOnly(same('test'), trained, trainedTensors({ ...trained, values: own })),
    );
    const pairs = layersOnly(same('test'), trained, adapterTensors({ ...trained, taken }));
    expect(pairs.length).toBe(14);
    for (const [index, pair] of pairs.entries()) {
      const [kept, left] = [now?.[index], before?.[index]];
      if (!kept || !left || kept.module !== pair.module) throw new Error(`no ${pair.module}`);
      expect(pair.a.shape[0]).toBe(2 * (kept.a.shape[0] ?? 0));
      // The scale that PEFT computes from the new rank and alpha is the old one.
      const alpha = isLora(pair.a.adapter) ? pair.a.adapter.alpha : 0;
      expect(Math.abs(alpha / Math.sqrt(pair.lowRank.rank) - kept.lowRank.scale)).toBeLessThanOrEqual(
        sumBound64(4, kept.lowRank.scale),
      );
      const delta = ({ a, b, lowRank: { rank: r } }: LowRankTensors, o: number, i: number) => {
        const width = a.values.length / r;
        let [sum, size] = [0, 0];
        for (let j = 0; j < r; j++) {
          const product = (b.values[o * r + j] ?? 0) * (a.values[j * width + i] ?? 0);
          sum += product;
          size += Math.abs(product);
        }
        return { sum, size };
      };
      for (const [o, i] of [
        [0, 0],
        [3, 5],
        [15, 31],
      ] as const) {
        const [made, want, less] = [delta(pair, o, i), delta(kept, o, i), delta(left, o, i)];
        // Factors are float32, the differences of this test float64.
        expect(Math.abs(made.sum - (want.sum - less.sum))).toBeLessThanOrEqual(
          sumBound(1, want.size + less.size),
        );
      }
    }
  });

  it('is refused where that would say something else', () => {
    expect(() => adapterTensors({ ...trained, taken, quantised: true })).toThrow(/pissa left a rest/);
    const loftq = adapter({ ...values, 'lora.init_lora_weights': 'loftq' });
    expect(() => peftFiles({ ...loftq, taken })).toThrow(/LoftQ rounded the base/);
  });
});

describe('the GGUF adapter', () => {
  it('has llama.cpp’s names, alpha for its scale, and q and k rows in the file’s order', async () => {
    const exported = adapter();
    const { bytes } = ggufAdapter(exported);
    const gguf = await readGguf(blobSource('adapter.gguf', new Blob([bytes])));
    expect(gguf.metadata.get('general.type')).toBe('adapter');
    expect(gguf.metadata.get('adapter.lora.alpha')).toBe(6);
    expect(gguf.tensors.size).toBe(exported.layout.tensors.length);
    const read = (name: string): Uint8Array => {
      const tensor = gguf.tensors.get(name);
      if (!tensor) throw new Error(`no ${name}`);
      return bytes.slice(tensor.offset, tensor.offset + tensor.bytes);
    };
    const own = (name: string): Float32Array => {
      const found = exported.layout.tensors.find((tensor) => tensor.name.includes(name));
      if (!found) throw new Error(`no ${name}`);
      return exported.values.slice(found.offset, found.offset + found.length);
    };
    const floats = (from: Uint8Array): Float32Array => new Float32Array(from.slice().buffer);
    expect(floats(read('blk.1.ffn_up.weight.lora_b'))).toEqual(own('layers.1.mlp.up_proj.lora_B'));
    expect(floats(read('blk.0.attn_q.weight.lora_a'))).toEqual(own('layers.0.self_attn.q_proj.lora_A'));
    const { heads, kvHeads, headDim } = benchConfig;
    for (const [name, part, count] of [
      ['attn_q', 'q_proj', heads],
      ['attn_k', 'k_proj', kvHeads],
    ] as const) {
      const back = unpermuteRows(read(`blk.0.${name}.weight.lora_b`), count * headDim, count);
      expect(floats(back)).toEqual(own(`layers.0.self_attn.${part}.lora_B`));
    }
  });

  it('has no effect when lora_alpha is 0, though its loader takes alpha 0 for a scale of 1', async () => {
    const { bytes } = ggufAdapter(adapter({ 'lora.lora_alpha': 0 }));
    const gguf = await readGguf(blobSource('adapter.gguf', new Blob([bytes])));
    expect(gguf.metadata.get('adapter.lora.alpha')).toBe(1);
    const sizes = [...gguf.tensors].flatMap(([name, { offset, bytes: length }]) =>
      name.endsWith('lora_b')
        ? [...new Float32Array(bytes.slice(offset, offset + length).buffer)].map(Math.abs)
        : [],
    );
    expect(sizes.length).toBeGreaterThan(0);
    expect(Math.max(...sizes)).toBe(0);
  });
});

describe('the MLX adapter', () => {
  it('has one scale; where alpha differs B carries the rest, also where the first module has none', () => {
    const exported = adapter({ 'lora.alpha_pattern': '{"q_proj": 0, "v_proj": 12}' });
    const files = mlxFiles(exported);
    const tensors = readSafetensors(file(files, 'adapters.safetensors'));
    expect(json(file(files, 'adapter_config.json'))).toMatchObject({
      lora_parameters: { rank: 4, scale: 6 / 4 },
    });
    for (const [part, factor] of [
      ['q_proj', 0],
      ['k_proj', 1],
      ['v_proj', 2],
    ] as const) {
      const name = `model.layers.0.self_attn.${part}.lora_b`;
      const tensor = tensors.get(name);
      const own = exported.layout.tensors.find((one) => one.name.includes(`0.self_attn.${part}.lora_B`));
      if (!tensor || !own) throw new Error(`no ${name}`);
      // [r, out]: its first row is the first column of B [out, 4].
      const column = exported.values.filter(
        (_, i) => i >= own.offset && i < own.offset + own.length && (i - own.offset) % 4 === 0,
      );
      expect(toFloat32(name, tensor).slice(0, column.length)).toEqual(column.map((value) => value * factor));
    }
  });
});
