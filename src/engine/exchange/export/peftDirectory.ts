// PEFT's directory: adapter_config.json, adapter_model.safetensors, README.md. Where rank or alpha differ between modules the most
// common stand for all and patterns of whole paths for the rest. Source: PEFT 0.21 utils/save_and_load.py; numerics reference 2.6.
import { writeSafetensors } from '../../ground/formats/safetensors.ts';
import type { Module } from '../../torch/nn/module.ts';
import type { AdapterTensor, ExportedAdapter, ExportFile } from './adapterTensors.ts';
import { adapterTensors, jsonFile, textFile } from './adapterTensors.ts';
import { methodConfig, sharedMatrices } from './methodConfigs.ts';

const last = (path: string): string => path.split('.').at(-1) ?? path;

/** Last names where they mean exactly the adapted modules, else whole paths. */
function targetModules(root: Module, adapted: ReadonlySet<string>): string[] {
  const names = new Set([...adapted].map(last));
  const others = [...root.namedModules()].filter(
    ([path, { kind }]) => kind.type === 'linear' && names.has(last(path)) && !path.endsWith('base_layer'),
  );
  const means = others.every(([path]) => [...adapted].some((module) => path.endsWith(module)));
  return means ? [...names] : [...adapted];
}

const methodOf = (first: AdapterTensor | undefined): 'IA3' | 'VeRA' | 'LoRA' =>
  first?.ia3 ? 'IA3' : first?.vera ? 'VeRA' : 'LoRA';

function card(
  { base, recipe }: ExportedAdapter,
  first: AdapterTensor | undefined,
  r: number,
  targets: readonly string[],
): string {
  const method = methodOf(first);
  const where = `${method === 'IA3' ? 'Vectors' : `Rank ${r}`} on ${targets.join(', ')}`;
  return `---
base_model: ${base}
library_name: peft
pipeline_tag: text-generation
tags:
- ${method.toLowerCase()}
- lora-playground
---

# ${method} adapter for ${base}

${where}. Trained in LoRA Playground, in a browser tab or on its command line; the recipe:

\`\`\`
${recipe}
\`\`\`

\`\`\`python
from peft import PeftModel
model = PeftModel.from_pretrained(model, "this-folder")
\`\`\`
`;
}

/** The value that most modules have, and the others' by whole path (as the regular expressions that PEFT takes keys for). */
function mostCommon(tensors: readonly AdapterTensor[], of: (tensor: AdapterTensor) => number) {
  const counts = new Map<number, number>();
  for (const tensor of tensors) counts.set(of(tensor), (counts.get(of(tensor)) ?? 0) + 1);
  const [usual = 0] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  const others = tensors.filter((tensor) => of(tensor) !== usual);
  const pattern = Object.fromEntries(
    others.map((tensor) => [tensor.module.replaceAll('.', '\\.'), of(tensor)]),
  );
  return { usual, pattern };
}

/** The three files, as `PeftModel.from_pretrained` opens them. */
export function peftFiles(adapter: ExportedAdapter): ExportFile[] {
  const all = adapterTensors(adapter);
  const copies = all.filter(({ part }) => part === 'copy');
  const tensors = all.filter(({ part }) => part !== 'copy');
  const [first] = tensors;
  const targets = targetModules(adapter.root, new Set(tensors.map(({ module }) => module)));
  const rank = mostCommon(tensors, ({ r }) => r);
  const alpha = mostCommon(tensors, (tensor) => tensor.alpha);
  const config = {
    alpha_pattern: alpha.pattern,
    auto_mapping: null,
    base_model_name_or_path: adapter.base,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: alpha.usual,
    lora_dropout: first?.dropout ?? 0,
    modules_to_save: copies.length > 0 ? copies.map(({ module }) => last(module)) : null,
    peft_type: 'LORA',
    peft_version: adapter.peftVersion,
    r: rank.usual,
    rank_pattern: rank.pattern,
    revision: null,
    target_modules: targets,
    task_type: 'CAUSAL_LM',
    use_dora: first?.dora ?? false,
    use_rslora: first?.rslora ?? false,
  };
  const suffix = (part: AdapterTensor['part']): string =>
    /^(ia3|vera)_/.test(part)
      ? part
      : part === 'copy'
        ? 'weight'
        : `lora_${part}${part === 'A' || part === 'B' ? '.weight' : ''}`;
  const saved = all.map(({ module, part, shape, values }) => ({
    name: `base_model.model.${module}.${suffix(part)}`,
    shape,
    values,
  }));
  return [
    jsonFile('adapter_config.json', methodConfig(config, tensors)),
    {
      name: 'adapter_model.safetensors',
      bytes: writeSafetensors([...(first?.vera ? sharedMatrices(first.vera) : []), ...saved]),
    },
    textFile('README.md', card(adapter, first, rank.usual, targets)),
  ];
}
