// The program that a recipe's settings stand for: the calls of the script that write/ writes, in the order in which it makes them, as far
// as they decide what trains. Arguments that decide are always given, so that no version's default stands in for a setting.
import { chosenMethod } from '../../adapters/methods.ts';
import { dialectOf } from '../../libraries/spelling.ts';
import { stackOf } from '../../libraries/stacks.ts';
import type { DecoderPaths } from '../../models/decoder.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import type { Program } from '../program/program.ts';
import { trlClasses } from '../trlClasses.ts';
import type { At, Given } from './programWriter.ts';
import { argumentsOf, Writer } from './programWriter.ts';

/** Folder of the adapter that the settings load. */
export const ADAPTER = 'ADAPTER';

/** Whether the script hands a peft_config to SFTTrainer. */
export function passesConfig(values: RecipeValues): boolean {
  const path = values['wiring.attach'];
  return path === 'peft_config' || path === 'both' || path.endsWith('_and_config');
}

const reentrant = (choice: RecipeValues['train.use_reentrant']): Given =>
  choice === 'default'
    ? {}
    : { gradient_checkpointing_kwargs: { dict: [['use_reentrant', choice === 'true']] } };

function loadModel(to: Writer, values: RecipeValues): At {
  const dtype = { dtype: values['model.dtype'] };
  const type = values['bnb.bnb_4bit_quant_type'];
  const name = dialectOf(stackOf(values['wiring.stack'])).dtype;
  const stored: Given =
    type === 'none'
      ? {}
      : {
          quantization_config: to.call('transformers.BitsAndBytesConfig', {
            load_in_4bit: true,
            bnb_4bit_quant_type: type,
            bnb_4bit_use_double_quant: values['bnb.bnb_4bit_use_double_quant'],
          }),
        };
  const model = to.call('transformers.AutoModelForCausalLM.from_pretrained', {
    pretrained_model_name_or_path: 'MODEL',
    [name]: dtype,
    ...stored,
  });
  const family = values['wiring.model_type'];
  if (family !== 'llama') to.call('setattr', {}, { ...model, path: 'config' }, ['model_type', family]);
  return model;
}

/** By hand, before anything else. `.`: whatever stands outside of the layers. */
function freeze(to: Writer, values: RecipeValues, model: At, paths: DecoderPaths): void {
  const what = values['wiring.freeze'];
  if (what === 'nothing') return;
  const { embedding, positions, norm, head } = paths;
  const others = [...(positions === undefined ? [] : [positions]), norm, head];
  const modules = what === 'embeddings' ? [embedding] : [embedding, ...others];
  const names = modules.flatMap((path) => [`${path}.weight`, `${path}.bias`]);
  to.call('torch.nn.Parameter.requires_grad', {}, model, [false, names]);
}

function prepare(to: Writer, values: RecipeValues, model: At, when: 'before' | 'after'): void {
  if (values['wiring.prepare_model_for_kbit_training'] !== when) return;
  to.call('peft.prepare_model_for_kbit_training', {
    model,
    use_gradient_checkpointing: values['wiring.prepare.use_gradient_checkpointing'],
    ...reentrant(values['wiring.prepare.use_reentrant']),
  });
}

const enableCheckpointing = (to: Writer, values: RecipeValues, model: At): At =>
  to.call(
    'transformers.PreTrainedModel.gradient_checkpointing_enable',
    reentrant(values['train.use_reentrant']),
    model,
  );

interface Attached {
  readonly model: At;
  readonly isPeftModel: boolean;
}

function wrap(to: Writer, values: RecipeValues, model: At, config: At): At {
  const cast = values['wiring.autocast_adapter_dtype'];
  return to.call('peft.get_peft_model', {
    model,
    peft_config: config,
    adapter_name: values['wiring.adapter_name'],
    ...(cast ? {} : { autocast_adapter_dtype: false }),
  });
}

function attach(to: Writer, values: RecipeValues, model: At, config: At): Attached {
  const path = values['wiring.attach'];
  if (path === 'get_peft_model' || path === 'both')
    return { model: wrap(to, values, model, config), isPeftModel: true };
  if (path === 'add_adapter')
    to.call(
      'transformers.PreTrainedModel.add_adapter',
      { adapter_config: config, adapter_name: values['wiring.adapter_name'] },
      model,
    );
  if (!path.startsWith('from_pretrained')) return { model, isPeftModel: false };
  const loaded = to.call('peft.PeftModel.from_pretrained', {
    model,
    model_id: ADAPTER,
    adapter_name: values['wiring.adapter_name'],
    is_trainable: path.startsWith('from_pretrained_trainable'),
  });
  return { model: loaded, isPeftModel: true };
}

function afterwards(to: Writer, values: RecipeValues, model: At, config: At): At {
  const second = { adapter_name: 'b' };
  switch (values['wiring.after_attach']) {
    case 'nothing':
      return model;
    case 'get_peft_model':
      return to.call('peft.get_peft_model', {
        model,
        peft_config: config,
        adapter_name: values['wiring.adapter_name'],
      });
    case 'add_adapter':
      to.call('peft.PeftModel.add_adapter', { ...second, peft_config: config }, model);
      return model;
    case 'set_adapter':
      to.call('peft.PeftModel.add_adapter', { ...second, peft_config: config }, model);
      to.call('peft.PeftModel.set_adapter', second, model);
      return model;
    case 'load_adapter':
    case 'load_adapter_trainable':
      to.call(
        'peft.PeftModel.load_adapter',
        {
          model_id: ADAPTER,
          ...second,
          is_trainable: values['wiring.after_attach'] === 'load_adapter_trainable',
        },
        model,
      );
      return model;
    case 'disable_adapter_layers':
    case 'disable_adapter':
      to.call('peft.LoraModel.disable_adapter_layers', {}, model);
      return model;
    case 'merge_and_unload':
      return to.call('peft.LoraModel.merge_and_unload', {}, model);
    case 'unload':
      return to.call('peft.LoraModel.unload', {}, model);
  }
}

/** What the step does around the forward pass and to the loss, as an own compute_loss is told of. */
function lossOf(values: RecipeValues): Given {
  const step = values['wiring.step'];
  const told: Readonly<Record<typeof step, Given>> = {
    plain: {},
    no_grad: { grad_mode: 'no_grad' },
    inference_mode: { grad_mode: 'inference_mode' },
    detach: { detached: 'detach' },
    item: { detached: 'item' },
    requires_grad_: { requires_grad_set: true },
    twice: { twice: true },
  };
  return told[step];
}

function runTrainer(to: Writer, values: RecipeValues, model: At, config: At): void {
  const stack = stackOf(values['wiring.stack']);
  const sft = values['wiring.trainer'] === 'SFTTrainer';
  const classes = trlClasses[values['train.objective']];
  const own = sft && dialectOf(stack).sftConfig;
  const checkpointing = values['train.gradient_checkpointing'];
  const args = to.call(own ? `trl.${classes.config}` : 'transformers.TrainingArguments', {
    output_dir: 'out',
    gradient_checkpointing: checkpointing,
    ...(checkpointing ? reentrant(values['train.use_reentrant']) : {}),
    ...(values['train.fp16'] ? { fp16: true } : {}),
  });
  const trainer = to.call(sft ? `trl.${classes.trainer}` : 'transformers.Trainer', {
    model,
    args,
    ...(sft && passesConfig(values) ? { peft_config: config } : {}),
  });
  const loss = lossOf(values);
  if (Object.keys(loss).length > 0) to.call('transformers.Trainer.compute_loss', loss, trainer);
  to.call('transformers.Trainer.train', {}, trainer);
}

function runLoop(to: Writer, values: RecipeValues, model: At): void {
  if (values['wiring.train_mode']) to.call('torch.nn.Module.train', {}, model);
  const { grad_mode: mode, twice, ...loss } = lossOf(values);
  if (mode === 'no_grad') to.call('torch.set_grad_enabled', { mode: false });
  if (mode === 'inference_mode') to.call('torch.inference_mode', { mode: true });
  const output = to.call('torch.nn.Module.__call__', {}, model);
  if (mode === 'no_grad') to.call('torch.set_grad_enabled', { mode: true });
  if (mode === 'inference_mode') to.call('torch.inference_mode', { mode: false });
  const scaler = values['train.fp16'] ? to.call('torch.amp.GradScaler') : null;
  for (let i = 0; i < (twice === true ? 2 : 1); i++)
    to.call('torch.Tensor.backward', loss, { ...output, path: 'loss' });
  if (scaler) to.call('torch.amp.GradScaler.unscale_', { optimizer: { placeholder: 'optimizer' } }, scaler);
}

/** Whether the script makes a configuration of its own. */
function makesConfig(values: RecipeValues): boolean {
  const attach = values['wiring.attach'];
  const again = /^(get_peft_model|add_adapter|set_adapter)$/.test(values['wiring.after_attach']);
  return attach !== 'none' && (!/^from_pretrained(_trainable)?$/.test(attach) || again);
}

/** `paths`: of the model's family, for what is frozen by name. */
export function programOf(values: RecipeValues, paths: DecoderPaths): Program {
  const to = new Writer();
  const base = loadModel(to, values);
  freeze(to, values, base, paths);
  const { className: name, arguments: list } = chosenMethod(values).config;
  const className = `peft.${name}`;
  const config = makesConfig(values) ? to.call(className, argumentsOf(list, values, to)) : { ref: -1 };
  prepare(to, values, base, 'before');
  if (values['wiring.checkpointing_before_attach']) enableCheckpointing(to, values, base);
  const attached = attach(to, values, base, config);
  const model = attached.isPeftModel ? afterwards(to, values, attached.model, config) : attached.model;
  prepare(to, values, model, 'after');
  if (values['wiring.requires_grad_all'])
    to.call('torch.nn.Parameter.requires_grad', {}, model, [true, null]);
  const loop = values['wiring.trainer'] === 'loop';
  if (loop && values['train.gradient_checkpointing']) enableCheckpointing(to, values, model);
  if (values['wiring.enable_input_require_grads'])
    to.call('transformers.PreTrainedModel.enable_input_require_grads', {}, model);
  if (loop) runLoop(to, values, model);
  else runTrainer(to, values, model, config);
  const { transformers, peft, trl, torch, bitsandbytes } = stackOf(values['wiring.stack']);
  return { versions: { transformers, peft, trl, torch, bitsandbytes }, calls: to.calls };
}
