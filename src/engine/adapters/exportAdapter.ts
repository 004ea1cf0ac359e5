// The trained adapter as files that other programs open: PEFT's directory, and a GGUF LoRA for llama.cpp. Sources: PEFT 0.21
// utils/save_and_load.py, llama.cpp src/llama-adapter.cpp; numerics reference 6.

import type { TensorSpec } from '../formats/gguf/writer.ts';
import { ggml, types, writeGguf } from '../formats/gguf/writer.ts';
import { writeSafetensors } from '../formats/safetensors.ts';
import { ggufName } from '../models/gguf/ggufWeights.ts';
import type { LlamaConfig } from '../models/llamaConfig.ts';
import type { Module } from '../nn/module.ts';
import type { AdapterLayout } from './layout.ts';

export interface ExportFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface ExportedAdapter {
  readonly root: Module;
  readonly layout: AdapterLayout;
  /** The flat adapter buffer. */
  readonly values: Float32Array;
  readonly config: LlamaConfig;
  /** Name of the base model, for the configuration and the card. */
  readonly base: string;
  readonly peftVersion: string;
  /** What the card says of how it was made. */
  readonly recipe: string;
}

interface Tensor {
  /** `model.layers.0.self_attn.q_proj` */
  readonly module: string;
  readonly part: 'A' | 'B';
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly r: number;
  readonly scaling: number;
  readonly dropout: number;
}

/** Tensors of the active adapter, under the names they have in the base model. */
function tensorsOf({ root, layout, values }: ExportedAdapter): Tensor[] {
  return layout.tensors.flatMap(({ name, parameter, offset, length }): Tensor[] => {
    const found = /^(?:.*?)(model\.layers\..+)\.lora_([AB])\.([^.]+)\.weight$/.exec(name);
    const wrapper = root.at(name.slice(0, name.search(/\.lora_[AB]\./)));
    const [, module = '', part, adapter = ''] = found ?? [];
    if (wrapper?.kind.type !== 'lora' || !wrapper.kind.active.includes(adapter)) return [];
    const options = wrapper.kind.adapters.get(adapter);
    if (!options || (part !== 'A' && part !== 'B')) return [];
    const { r, scaling, dropout } = options;
    const own = values.slice(offset, offset + length);
    return [{ module, part, shape: parameter.shape, values: own, r, scaling, dropout }];
  });
}

/** Last names where they mean exactly the adapted modules, else whole paths. */
function targetModules(root: Module, adapted: ReadonlySet<string>): string[] {
  const last = (path: string): string => path.split('.').at(-1) ?? path;
  const names = new Set([...adapted].map(last));
  const others = [...root.namedModules()].filter(
    ([path, { kind }]) => kind.type === 'linear' && names.has(last(path)) && !path.endsWith('base_layer'),
  );
  const means = others.every(([path]) => [...adapted].some((module) => path.endsWith(module)));
  return means ? [...names] : [...adapted];
}

function card({ base, recipe }: ExportedAdapter, r: number, targets: readonly string[]): string {
  return `---
base_model: ${base}
library_name: peft
pipeline_tag: text-generation
tags:
- lora
- lora-playground
---

# LoRA adapter for ${base}

Rank ${r} on ${targets.join(', ')}. Trained in LoRA Playground, in a browser tab or on its command line; the recipe:

\`\`\`
${recipe}
\`\`\`

\`\`\`python
from peft import PeftModel
model = PeftModel.from_pretrained(model, "this-folder")
\`\`\`
`;
}

const text = (content: string): Uint8Array<ArrayBuffer> => Uint8Array.from(new TextEncoder().encode(content));

/** adapter_config.json, adapter_model.safetensors and README.md, as `PeftModel.from_pretrained` opens them. */
export function peftFiles(adapter: ExportedAdapter): ExportFile[] {
  const tensors = tensorsOf(adapter);
  const [first] = tensors;
  const targets = targetModules(adapter.root, new Set(tensors.map(({ module }) => module)));
  const r = first?.r ?? 0;
  const config = {
    alpha_pattern: {},
    auto_mapping: null,
    base_model_name_or_path: adapter.base,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: Math.round((first?.scaling ?? 0) * r * 1e6) / 1e6,
    lora_dropout: first?.dropout ?? 0,
    modules_to_save: null,
    peft_type: 'LORA',
    peft_version: adapter.peftVersion,
    r,
    rank_pattern: {},
    revision: null,
    target_modules: targets,
    task_type: 'CAUSAL_LM',
    use_dora: false,
    use_rslora: false,
  };
  const saved = tensors.map(({ module, part, shape, values }) => ({
    name: `base_model.model.${module}.lora_${part}.weight`,
    shape,
    values,
  }));
  return [
    { name: 'adapter_config.json', bytes: text(`${JSON.stringify(config, null, 2)}\n`) },
    { name: 'adapter_model.safetensors', bytes: writeSafetensors(saved) },
    { name: 'README.md', bytes: text(card(adapter, r, targets)) },
  ];
}

/** Rows of B in the order of two halves → the file's order of neighbouring pairs, head by head. */
function permuteRows(values: Float32Array, rows: number, heads: number): Float32Array {
  const columns = values.length / rows;
  const headDim = rows / heads;
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const head = Math.floor(row / headDim);
    const at = row - head * headDim;
    const half = at >= headDim / 2 ? 1 : 0;
    const to = head * headDim + 2 * (at - (half * headDim) / 2) + half;
    out.set(values.subarray(row * columns, (row + 1) * columns), to * columns);
  }
  return out;
}

/** One GGUF file that llama.cpp takes as `--lora`: its scale is alpha / rank, so alpha is s · r. */
export function ggufAdapter(adapter: ExportedAdapter): ExportFile {
  const { config, base } = adapter;
  const tensors = tensorsOf(adapter);
  const alpha = (tensors[0]?.scaling ?? 0) * (tensors[0]?.r ?? 0);
  const specs = tensors.map(({ module, part, shape, values, r, scaling }): TensorSpec => {
    const [rows = 0, columns = 0] = shape;
    let own = values;
    if (part === 'B' && module.endsWith('self_attn.q_proj')) own = permuteRows(values, rows, config.heads);
    if (part === 'B' && module.endsWith('self_attn.k_proj')) own = permuteRows(values, rows, config.kvHeads);
    // One alpha stands for all tensors; where rank or scale differ, B carries the rest.
    const factor = alpha === 0 ? 1 : (scaling * r) / alpha;
    if (part === 'B' && factor !== 1) own = own.map((value) => value * factor);
    return {
      name: `${ggufName(`${module}.weight`)}.lora_${part.toLowerCase()}`,
      axes: [columns, rows],
      type: ggml.F32,
      bytes: new Uint8Array(own.buffer, own.byteOffset, own.byteLength),
    };
  });
  const { file } = writeGguf({
    metadata: [
      ['general.architecture', types.string, 'llama'],
      ['general.type', types.string, 'adapter'],
      ['general.name', types.string, `LoRA for ${base}`],
      ['general.file_type', types.u32, 0],
      ['general.quantization_version', types.u32, 2],
      ['adapter.type', types.string, 'lora'],
      ['adapter.lora.alpha', types.f32, alpha],
    ],
    tensors: specs,
  });
  return { name: 'adapter.gguf', bytes: file };
}
