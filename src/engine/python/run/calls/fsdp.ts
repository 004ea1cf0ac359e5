// FSDP under a Trainer: it makes one flat tensor of each unit's weights, which must agree in dtype and, without use_orig_params, in
// requires_grad. Which units there are follows from the policy that Trainer hands to accelerate. Leaves out shards and what runs in them.
// Source: torch distributed/fsdp/_flat_param.py _validate_tensors_to_flatten, transformers trainer.py _fsdp_qlora_plugin_updates,
// training_args.py __post_init__, PEFT utils/other.py fsdp_auto_wrap_policy; run on one process with torch 2.2.2 and 2.8.0.
import { text } from '../../../ground/text.ts';
import { compareVersions } from '../../../libraries/version.ts';
import type { Module, Parameter } from '../../../torch/nn/module.ts';
import type { ProgramValue } from '../../program/program.ts';
import { entriesOf, namesOf, reprOf, textOf, truthOf } from '../../program/values.ts';
import type { Acting } from '../acting.ts';
import type { ConfigObject, TrainerObject } from '../objects.ts';
import { shortName } from '../objects.ts';

const entryOf = (args: ConfigObject, name: string): ProgramValue | undefined => {
  const entries = entriesOf(args.values.get('fsdp_config'));
  return entries?.get(name) ?? entries?.get(`fsdp_${name}`);
};

/** Before 4.41 the value goes into an environment variable as it is. */
export function refuseFsdpConfig(call: Acting): void {
  const { transformers } = call.stack;
  const on = truthOf(call.given.get('fsdp'));
  const entries = entriesOf(call.given.get('fsdp_config'));
  const value = entries?.get('use_orig_params');
  const known = compareVersions(transformers, '4.36') >= 0 && compareVersions(transformers, '4.41') < 0;
  if (on && known && typeof value === 'boolean')
    call.raise('TypeError', 'str expected, not bool', shortName(call.callee));
}

/** What the policy makes a unit of: classes of layers, and single modules that train. */
interface Policy {
  readonly classes: readonly string[] | null;
  readonly leaves: boolean;
}

function policyOf(call: Acting, { model, args }: TrainerObject): Policy {
  const given = entryOf(args, 'transformer_layer_cls_to_wrap');
  const named = namesOf(given) ?? (textOf(given) === null ? null : (textOf(given) ?? '').split(','));
  const layers = [...model.root.modules()].filter(({ className }) => /(Layer|Block)$/.test(className));
  const own = [...new Set(layers.map(({ className }) => className))];
  const isLora =
    model.root.className.startsWith('PeftModel') &&
    shortName(model.configs.at(-1)?.callee ?? '') === 'LoraConfig';
  // PEFT's own policy: every single module that trains is a unit.
  if (isLora && compareVersions(call.stack.transformers, '4.39') >= 0)
    return { classes: named ?? own, leaves: true };
  const wraps = (textOf(args.values.get('fsdp')) ?? reprOf(args.values.get('fsdp') ?? null)).includes(
    'auto_wrap',
  );
  return { classes: wraps ? (named ?? own) : null, leaves: false };
}

const trains = ({ parameters }: Module): boolean => parameters.get('weight')?.requiresGrad ?? false;

const isUnit = (module: Module, { classes, leaves }: Policy): boolean =>
  (classes?.includes(module.className) ?? false) || (leaves && module.children.size === 0 && trains(module));

interface Flattening {
  readonly policy: Policy;
  readonly original: boolean;
  /** What 4-bit weights are packed in. */
  readonly storage: string;
  readonly seen: Set<Parameter>;
}

function refuse(
  call: Acting,
  parameters: readonly Parameter[],
  { original, storage }: Pick<Flattening, 'original' | 'storage'>,
): void {
  let before: string | null = null;
  let grads = false;
  for (const one of parameters) {
    const dtype = one.quantised === null ? one.dtype : storage;
    if (before === null && /^u?int/.test(dtype))
      call.raise('ValueError', 'Cannot flatten integer dtype tensors', 'trainer.train()');
    if (before !== null && dtype !== before)
      call.raise(
        'ValueError',
        `Must flatten tensors with uniform dtype but got torch.${before} and torch.${dtype}`,
        'trainer.train()',
      );
    if (before !== null && !original && one.requiresGrad !== grads)
      call.raise(
        'ValueError',
        'Must flatten tensors with uniform `requires_grad` when `use_orig_params=False`',
        'trainer.train()',
      );
    grads ||= one.requiresGrad;
    before = dtype;
  }
}

/** Units below a module first, then what is left of its own. */
function flatten(call: Acting, module: Module, how: Flattening): void {
  const { policy, seen } = how;
  const own: Parameter[] = [];
  const collect = (one: Module): void => {
    for (const parameter of one.parameters.values()) if (!seen.has(parameter)) own.push(parameter);
    for (const child of one.children.values()) if (!isUnit(child, policy)) collect(child);
  };
  const units = (one: Module): void => {
    for (const child of one.children.values()) {
      if (isUnit(child, policy)) flatten(call, child, how);
      else units(child);
    }
  };
  units(module);
  collect(module);
  refuse(call, [...new Set(own)], how);
  for (const one of own) seen.add(one);
}

/** What trainer.train() raises when it hands the model to FSDP. */
export function flattened(call: Acting, trainer: TrainerObject): void {
  const { args, model } = trainer;
  // accelerate reads it with int().
  const version = entryOf(args, 'version');
  const second = version === 2 || textOf(version)?.trim() === '2';
  if (compareVersions(call.stack.transformers, '4.36') < 0) {
    trainer.unknown = call.note(
      'not-modelled',
      text(
        'fsdp: how this release of transformers wraps a model is not modelled.',
        'fsdp：此版本 transformers 对模型的包装方式没有建模。',
      ),
    );
    return;
  }
  const { quantisation } = model.script;
  const storage = quantisation?.storage === undefined ? 'uint8' : quantisation.storage;
  if (!second && storage === null) {
    trainer.unknown = call.note(
      'not-modelled',
      text(
        'fsdp: what bnb_4bit_quant_storage is isn’t known, so whether the weights can be flattened together isn’t either.',
        'fsdp：bnb_4bit_quant_storage 未知，因此无法判断权重能否一起展平。',
      ),
    );
    return;
  }
  const given = entryOf(args, 'use_orig_params');
  const original =
    given === undefined ||
    !/^(false|0|no|off)$/i.test(typeof given === 'boolean' ? String(given) : (textOf(given) ?? ''));
  // The second FSDP shards each tensor by itself and flattens nothing.
  if (!second && storage !== null)
    flatten(call, model.root, { policy: policyOf(call, trainer), original, storage, seen: new Set() });
  call.note(
    'assumption',
    text(
      'fsdp: its shards change no gradient; which tensors get one is told as on one device.',
      'fsdp：切分不改变梯度；哪些张量得到梯度按单设备判断。',
    ),
  );
}
