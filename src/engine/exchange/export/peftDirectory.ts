// PEFT's directory: adapter_config.json and adapter_model.safetensors. Its README.md is in card.ts.
// Source: PEFT 0.21 utils/save_and_load.py; numerics reference 2.6.

import type { SharedFields, TrainedTensor } from '../../adapters/method.ts';
import { lastName } from '../../adapters/paths.ts';
import { writeSafetensors } from '../../ground/formats/safetensors.ts';
import { compareVersions } from '../../libraries/version.ts';
import type { Module } from '../../torch/nn/module.ts';
import type { ExportedAdapter, ExportFile } from './adapterTensors.ts';
import { adapterTensors, jsonFile, methodOfTensors } from './adapterTensors.ts';

/** Kinds of modules that a name may mean beside the adapted ones. */
const adaptable: ReadonlySet<string> = new Set(['linear', 'embedding', 'norm']);

/** Last names where they mean exactly the adapted modules, else whole paths. */
function targetModules(root: Module, adapted: ReadonlySet<string>): string[] {
  const names = new Set([...adapted].map(lastName));
  const others = [...root.namedModules()].filter(
    ([path, { kind }]) => adaptable.has(kind.type) && names.has(lastName(path)),
  );
  const means = others.every(([path]) => [...adapted].some((module) => path.endsWith(module)));
  return means ? [...names] : [...adapted];
}

/** What README.md says of a directory. */
export interface PeftSummary {
  readonly method: string;
  readonly whole: string;
  readonly targets: readonly string[];
}

/** The two files that `PeftModel.from_pretrained` opens, and what is told of them. */
export function peftDirectory(adapter: ExportedAdapter): {
  readonly files: ExportFile[];
  readonly summary: PeftSummary;
} {
  const all = adapterTensors(adapter);
  const copies = all.filter((tensor) => tensor.adapter === null);
  const tensors = all.filter((tensor) => tensor.adapter !== null);
  const method = methodOfTensors(all);
  const targets = targetModules(adapter.root, new Set(tensors.map(({ module }) => module)));
  // PEFT sets it by every target; what the last of them left is saved.
  const turned = adapter.layout.adapters
    .flatMap(({ base: { kind, className } }) =>
      kind.type === 'linear' && (kind.transposed || className === 'Linear') ? [kind.transposed === true] : [],
    )
    .at(-1);
  const shared: SharedFields = {
    auto_mapping: null,
    base_model_name_or_path: adapter.base,
    ...(turned === true && { fan_in_fan_out: true }),
    inference_mode: true,
    modules_to_save: copies.length > 0 ? copies.map(({ module }) => lastName(module)) : null,
    ...(compareVersions(adapter.peftVersion, '0.18') >= 0 && { peft_version: adapter.peftVersion }),
    revision: adapter.revision ?? null,
    target_modules: targets,
    task_type: 'CAUSAL_LM',
  };
  const keyOf = ({ adapter: owner, part }: TrainedTensor): string =>
    owner ? (method.savedPart?.(part) ?? part) : 'weight';
  const saved = all.map((tensor) => ({
    name: `base_model.model.${tensor.module}.${keyOf(tensor)}`,
    shape: tensor.shape,
    values: tensor.values,
  }));
  const own = method.sharedTensors?.(tensors.flatMap((tensor) => tensor.adapter ?? [])) ?? [];
  return {
    files: [
      jsonFile('adapter_config.json', method.configJson(shared, tensors)),
      { name: 'adapter_model.safetensors', bytes: writeSafetensors([...own, ...saved]) },
    ],
    summary: { method: method.name, whole: method.nouns.whole(tensors), targets },
  };
}
