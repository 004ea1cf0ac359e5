// What LLaMA-Factory puts into the model: LoRA or OFT by PEFT, adapters to go on with, or the last layers themselves.

import { text } from '../../../ground/text.ts';
import type { Config } from '../config.ts';
import { asNames, asNumber, asText, isOn } from '../config.ts';
import type { Argument, PythonText } from '../pythonText.ts';
import { fixed, given, literal } from '../pythonText.ts';

/** Trained tensors become float32 unless the person keeps them in half precision. */
export function castTrainable(script: PythonText, config: Config): void {
  const kept = ['pure_bf16', 'use_badam'].find((key) => isOn(config.get(key)?.value));
  if (kept) {
    script.add(`# ${kept}: what is trained stays in half precision`, config.get(kept)?.line);
    return;
  }
  script.add('for parameter in filter(lambda p: p.requires_grad, model.parameters()):');
  script.add('    parameter.data = parameter.data.to(torch.float32)');
}

/** Adapters that are there: merged, except the last, which goes on training unless a new one is asked for. */
function loadAdapters(script: PythonText, config: Config, quantised: boolean): boolean {
  const entry = config.get('adapter_name_or_path');
  const names = asNames(entry?.value);
  if (!entry || names.length === 0) return false;
  const resumes = !isOn(config.get('create_new_adapter')?.value) || quantised;
  const merged = resumes ? names.slice(0, -1) : names;
  for (const name of merged) {
    script.add(`model = PeftModel.from_pretrained(model, ${literal(name)})`, entry.line);
    script.add('model = model.merge_and_unload()', entry.line);
  }
  if (resumes)
    script.add(
      `model = PeftModel.from_pretrained(model, ${literal(names.at(-1) ?? '')}, is_trainable=True)`,
      entry.line,
    );
  return resumes;
}

function targets(config: Config, key: 'lora_target' | 'oft_target'): Argument {
  const entry = config.get(key);
  const names = asNames(entry?.value ?? 'all');
  const all = names.length === 1 && names[0] === 'all';
  return fixed(`target_modules=${all ? '"all-linear"' : literal(names)}`, entry?.line);
}

function loraArguments(config: Config): Argument[] {
  const rank = asNumber(config.get('lora_rank')?.value) ?? 8;
  const additional = asNames(config.get('additional_target')?.value);
  const steps = asNumber(config.get('pissa_iter')?.value) ?? 16;
  return [
    fixed(`r=${rank}`, config.get('lora_rank')?.line),
    targets(config, 'lora_target'),
    // Twice the rank where it isn't said.
    fixed(
      `lora_alpha=${asNumber(config.get('lora_alpha')?.value) ?? 2 * rank}`,
      config.get('lora_alpha')?.line,
    ),
    fixed(
      `lora_dropout=${asNumber(config.get('lora_dropout')?.value) ?? 0}`,
      config.get('lora_dropout')?.line,
    ),
    ...given(config, ['use_rslora', 'use_dora']),
    ...(additional.length > 0
      ? [fixed(`modules_to_save=${literal(additional)}`, config.get('additional_target')?.line)]
      : []),
    ...(isOn(config.get('pissa_init')?.value)
      ? [
          fixed(
            `init_lora_weights=${literal(steps === -1 ? 'pissa' : `pissa_niter_${steps}`)}`,
            config.get('pissa_init')?.line,
          ),
        ]
      : []),
  ];
}

function oftArguments(config: Config): Argument[] {
  return [
    fixed(`r=${asNumber(config.get('oft_rank')?.value) ?? 0}`, config.get('oft_rank')?.line),
    fixed(
      `oft_block_size=${asNumber(config.get('oft_block_size')?.value) ?? 32}`,
      config.get('oft_block_size')?.line,
    ),
    targets(config, 'oft_target'),
    ...given(config, ['module_dropout']),
  ];
}

export function adaptLora(script: PythonText, config: Config, method: string, quantised: boolean): void {
  const from = config.get('finetuning_type')?.line ?? config.get('lora_rank')?.line ?? 0;
  const unsloth = config.get('use_unsloth');
  if (!loadAdapters(script, config, quantised)) {
    const oft = method === 'oft';
    script.call(
      `peft_config = ${oft ? 'OFTConfig' : 'LoraConfig'}(`,
      [
        fixed('task_type=TaskType.CAUSAL_LM'),
        fixed('inference_mode=False'),
        ...(oft ? oftArguments(config) : loraArguments(config)),
      ],
      from,
    );
    if (!config.has('lora_target') && !oft)
      script.note(
        'assumption',
        text(
          'lora_target isn’t there: LLaMA-Factory takes every linear module but the head.',
          '没有 lora_target：LLaMA-Factory 取除输出头外的所有线性模块。',
        ),
      );
    script.add('model = get_peft_model(model, peft_config)', from);
    if (oft) script.note('not-modelled', text('OFT is not acted out here.', '此处不模拟 OFT。'));
    if (isOn(unsloth?.value))
      script.note(
        'assumption',
        text(
          'use_unsloth attaches the adapter by unsloth; it is run as get_peft_model, with the checkpointing above.',
          'use_unsloth 由 unsloth 挂载适配器；此处按 get_peft_model 运行，检查点同上。',
        ),
      );
  }
  castTrainable(script, config);
}

/** finetuning_type: freeze trains layers of the model itself, the last two where nothing is said. */
export function freeze(script: PythonText, config: Config): void {
  const layers = asNumber(config.get('freeze_trainable_layers')?.value) ?? 2;
  const modules = asNames(config.get('freeze_trainable_modules')?.value ?? 'all');
  const extra = asNames(config.get('freeze_extra_modules')?.value);
  const from = config.get('freeze_trainable_layers')?.line ?? config.get('finetuning_type')?.line ?? 0;
  const range =
    layers > 0
      ? `range(max(0, model.config.num_hidden_layers - ${layers}), model.config.num_hidden_layers)`
      : `range(min(${-layers}, model.config.num_hidden_layers))`;
  script.add(`layers = ${range}`, from);
  script.add(
    `trained = [f".{layer}.{module}" for module in ${literal(modules.map((name) => (name === 'all' ? '' : name)))} for layer in layers]`,
    config.get('freeze_trainable_modules')?.line ?? from,
  );
  if (extra.length > 0) script.add(`trained += ${literal(extra)}`, config.get('freeze_extra_modules')?.line);
  script.add('for name, parameter in model.named_parameters():', from);
  script.add('    if not any(part in name for part in trained):', from);
  script.add('        parameter.requires_grad_(False)', from);
  castTrainable(script, config);
  if (asText(config.get('freeze_trainable_modules')?.value) !== null && !modules.includes('all'))
    script.note(
      'assumption',
      text(
        'LLaMA-Factory refuses names in freeze_trainable_modules that no layer has; here they match nothing.',
        'freeze_trainable_modules 中若有层里不存在的名称，LLaMA-Factory 会报错；此处它们只是匹配不到。',
      ),
    );
}
