// Nothing that is trained reaches the loss: `element 0 of tensors`, its warning, zero trainable parameters, a gradient norm of zero.

import { text } from '../../../ground/text.ts';
import type { Signs, SymptomRule, WeighedCause } from './cause.ts';
import { always, isSince } from './cause.ts';

const lifeless = ({ has }: Signs): number => (has('zero-trainable') ? 5 : 0);

/** Between two releases, first in, last out; half as likely where the release isn't said. */
function within(version: string | undefined, from: string, until: string, weight: number): number {
  if (version === undefined) return weight / 2;
  return isSince(version, from) && !isSince(version, until) ? weight + 2 : 0;
}

export const frozenCauses: readonly WeighedCause[] = [
  {
    id: 'reentrant-without-hook',
    cause: text(
      'Gradient checkpointing in its reentrant form, and nothing that enters the first layer requires grad: the embedding is frozen and no hook was installed.',
      '使用了可重入的梯度检查点，而进入第一层的东西都不需要梯度：嵌入被冻结，也没有安装钩子。',
    ),
    tells: text(
      'The script says gradient_checkpointing=True (or TRL 0.22 and later switch it on), print_trainable_parameters shows a number above 0, and the log says “None of the inputs have requires_grad=True” before the error.',
      '脚本写了 gradient_checkpointing=True（或由 TRL 0.22 及以后默认打开），print_trainable_parameters 大于 0，且报错前日志有 “None of the inputs have requires_grad=True”。',
    ),
    weight: (signs) => {
      if (signs.has('zero-trainable')) return 0.5;
      const modern =
        signs.versions.transformers !== undefined && isSince(signs.versions.transformers, '5.0.0');
      return (
        (modern ? 0.5 : 5) + (signs.has('inputs-without-grad') ? 6 : 0) + (signs.passes(/checkpoint/) ? 1 : 0)
      );
    },
  },
  {
    id: 'loaded-frozen',
    cause: text(
      'A saved adapter was loaded by PeftModel.from_pretrained or load_adapter, which load it for inference: is_trainable is False unless you say otherwise.',
      '用 PeftModel.from_pretrained 或 load_adapter 载入了已保存的适配器，它们按推理载入：不写 is_trainable=True 就是 False。',
    ),
    tells: text(
      'The script loads an adapter from a directory, without is_trainable=True.',
      '脚本从目录载入适配器，且没有 is_trainable=True。',
    ),
    weight: (signs) => 3 + lifeless(signs),
  },
  {
    id: 'nothing-attached',
    cause: text(
      'No adapter was attached, or the one that was made isn’t the model that trains, while the base is frozen.',
      '没有挂载适配器，或挂载后训练的不是那个模型，而底座被冻结。',
    ),
    tells: text(
      'Neither get_peft_model nor peft_config= reaches the trainer, or its result is assigned to another name.',
      'get_peft_model 或 peft_config= 没有到达训练器，或其结果赋给了别的名字。',
    ),
    weight: (signs) => 2 + lifeless(signs) / 2,
  },
  {
    id: 'prepared-after-attach',
    cause: text(
      'prepare_model_for_kbit_training freezes every parameter, and it ran after the adapter was attached.',
      'prepare_model_for_kbit_training 会冻结所有参数，而它在挂载适配器之后才运行。',
    ),
    tells: text('The order of the two calls in the script.', '脚本中两个调用的先后顺序。'),
    weight: (signs) => 2 + lifeless(signs) * 0.8,
  },
  {
    id: 'trainer-prepares-again',
    cause: text(
      'SFTTrainer of TRL 0.20 to 0.23.0 prepares any quantised model once more, and freezes an adapter that it already carries.',
      'TRL 0.20 到 0.23.0 的 SFTTrainer 会对任何量化模型再准备一次，把已挂载的适配器冻结。',
    ),
    tells: text(
      'TRL’s version, a model in 4 or 8 bits, and get_peft_model before SFTTrainer.',
      'TRL 的版本、4 位或 8 位的模型，以及 SFTTrainer 之前的 get_peft_model。',
    ),
    weight: (signs) =>
      within(signs.versions.trl, '0.20.0', '0.23.1', 3) + (signs.passes(/sft_trainer/) ? 1 : 0),
  },
  {
    id: 'inference-mode',
    cause: text(
      'The configuration says inference_mode=True, as every saved adapter_config.json does: the adapter is attached frozen.',
      '配置写着 inference_mode=True（每个保存的 adapter_config.json 都如此）：适配器挂载时就是冻结的。',
    ),
    tells: text(
      'LoraConfig.from_pretrained, or inference_mode in the script.',
      '脚本中有 LoraConfig.from_pretrained 或 inference_mode。',
    ),
    weight: (signs) => 1.5 + lifeless(signs) * 0.6,
  },
  {
    id: 'second-adapter-froze-first',
    cause: text(
      'PEFT 0.18 to 0.20: load_adapter of a second adapter freezes the active one as well.',
      'PEFT 0.18 到 0.20：用 load_adapter 载入第二个适配器会连当前的一起冻结。',
    ),
    tells: text(
      'PEFT’s version, and load_adapter after the first adapter.',
      'PEFT 的版本，以及第一个适配器之后的 load_adapter。',
    ),
    weight: (signs) => within(signs.versions.peft, '0.18.0', '0.21.0', 1),
  },
  {
    id: 'adapter-name-not-active',
    cause: text(
      'PEFT 0.6 and 0.7: an adapter with a name of its own is attached but neither active nor trainable.',
      'PEFT 0.6 和 0.7：自定义名称的适配器挂载后既不激活也不可训练。',
    ),
    tells: text(
      'adapter_name= in get_peft_model, and PEFT before 0.8.',
      'get_peft_model 中有 adapter_name=，且 PEFT 早于 0.8。',
    ),
    weight: (signs) =>
      within(signs.versions.peft, '0.6.0', '0.8.0', 0.8) + (signs.has('zero-trainable') ? 0.5 : 0),
  },
  {
    id: 'no-grad-context',
    cause: text(
      'The forward pass ran inside torch.no_grad() or inference_mode(), so nothing was recorded.',
      '前向在 torch.no_grad() 或 inference_mode() 内运行，什么都没有记录。',
    ),
    tells: text(
      'A with block or a decorator around the call of the model.',
      '模型调用外面有 with 块或装饰器。',
    ),
    weight: (signs) => (signs.ownLoop ? 4 : 1),
  },
  {
    id: 'detached-loss',
    cause: text(
      'The loss was taken off the graph before backward: .detach(), .item(), torch.tensor(…), numpy.',
      '损失在 backward 之前离开了计算图：.detach()、.item()、torch.tensor(…)、numpy。',
    ),
    tells: text(
      'What stands between the model’s loss and backward().',
      '模型的损失与 backward() 之间的代码。',
    ),
    weight: (signs) => (signs.ownLoop ? 3.5 : 0.8),
  },
  {
    id: 'adapter-merged-away',
    cause: text(
      'merge_and_unload or unload gave back the bare model, or disable_adapter was on.',
      'merge_and_unload 或 unload 返回了裸模型，或处于 disable_adapter 之中。',
    ),
    tells: text('Such a call before training.', '训练之前有这样的调用。'),
    weight: always(0.7),
  },
];

/** A warning is no error: it may be harmless. */
const harmless: WeighedCause = {
  id: 'warning-is-harmless',
  cause: text(
    'Harmless: it comes from evaluation under no_grad, or from layers that hold nothing trained, while what is trained gets its gradient.',
    '无害：来自 no_grad 下的评估，或没有可训练内容的层，而被训练的部分都得到了梯度。',
  ),
  tells: text('The loss falls and grad_norm is above 0.', '损失在下降，且 grad_norm 大于 0。'),
  weight: always(2),
};

const underHead: WeighedCause = {
  id: 'reentrant-under-trainable-head',
  cause: text(
    'The head trains (modules_to_save, LoRA on lm_head, a classifier), so there is no error; below it reentrant checkpointing cuts the graph.',
    '输出头可训练（modules_to_save、lm_head 上的 LoRA、分类头），所以不报错；它下面的可重入检查点切断了计算图。',
  ),
  tells: text(
    'modules_to_save or a task type with a head in the script; lora_ tensors whose grad is None.',
    '脚本中有 modules_to_save 或带头的任务类型；lora_ 张量的 grad 为 None。',
  ),
  weight: always(4),
};

const named = (...ids: string[]): WeighedCause[] => frozenCauses.filter(({ id }) => ids.includes(id));
const hidden = (): WeighedCause[] =>
  named(
    'trainer-prepares-again',
    'prepared-after-attach',
    'loaded-frozen',
    'inference-mode',
    'second-adapter-froze-first',
  );

const alphaZero: WeighedCause = {
  id: 'alpha-zero',
  cause: text(
    'lora_alpha is 0: the adapter’s output is multiplied by 0.',
    'lora_alpha 为 0：适配器的输出被乘以 0。',
  ),
  tells: text('lora_alpha in the script.', '脚本中的 lora_alpha。'),
  weight: always(0.5),
};

const forced: WeighedCause = {
  id: 'loss-requires-grad-forced',
  cause: text(
    'loss.requires_grad_(True) hides the error: the loss becomes a leaf, and nothing is trained.',
    'loss.requires_grad_(True) 掩盖了错误：损失变成叶子，什么都没有训练。',
  ),
  tells: text('That call in the script or in a Trainer subclass.', '脚本或 Trainer 子类中有这个调用。'),
  weight: always(1.5),
};

export const frozenRules: readonly SymptomRule[] = [
  {
    id: 'element-0',
    fits: ({ error }) => /element 0 of tensors does not require grad/.test(error),
    says: () =>
      text(
        'The loss has no grad_fn: nothing that requires grad reached it, so backward has nowhere to start.',
        '损失没有 grad_fn：没有任何需要梯度的东西连到它，backward 无从开始。',
      ),
    causes: () => frozenCauses,
  },
  {
    id: 'checkpoint-output',
    fits: ({ error }) =>
      /none of output has requires_grad=True, this checkpoint\(\) is not necessary/.test(error),
    says: () =>
      text(
        'A reentrant checkpoint ran its layer again in backward, and its output doesn’t depend on anything that requires grad.',
        '可重入检查点在反向时重新运行该层，而输出不依赖任何需要梯度的东西。',
      ),
    causes: () => named('reentrant-without-hook', 'nothing-attached', 'no-grad-context'),
  },
  {
    id: 'no-parameters',
    fits: ({ error }) => /optimizer got an empty parameter list/.test(error),
    says: () =>
      text(
        'No parameter requires grad, so the optimiser has nothing to hold.',
        '没有参数需要梯度，优化器没有内容。',
      ),
    causes: () =>
      named(
        'loaded-frozen',
        'nothing-attached',
        'prepared-after-attach',
        'inference-mode',
        'adapter-name-not-active',
        'adapter-merged-away',
      ),
  },
  {
    id: 'zero-trainable',
    fits: ({ error, has }) => error === '' && has('zero-trainable'),
    says: () =>
      text(
        'An adapter is there, and none of its tensors requires grad.',
        '有适配器，但没有一个张量需要梯度。',
      ),
    causes: () =>
      named(
        'loaded-frozen',
        'inference-mode',
        'prepared-after-attach',
        'adapter-name-not-active',
        'second-adapter-froze-first',
        'nothing-attached',
      ),
  },
  {
    id: 'grad-norm-zero',
    fits: ({ error, has }) => error === '' && has('grad-norm-zero') && !has('loss-zero') && !has('loss-nan'),
    says: () =>
      text(
        'A gradient norm of exactly 0 with a loss: backward succeeds and reaches nothing that trains. An input-grad hook hides the error that would say so.',
        '有损失而梯度范数恰为 0：backward 成功，却到达不了任何可训练的东西。输入梯度钩子掩盖了本该出现的错误。',
      ),
    causes: () => [...hidden(), forced, alphaZero],
  },
  {
    id: 'inputs-without-grad',
    fits: ({ error, has }) => error === '' && has('inputs-without-grad'),
    says: () =>
      text(
        'The first reentrant checkpoint got inputs that don’t require grad. Before an error it names the cause; alone it may be harmless.',
        '第一个可重入检查点的输入都不需要梯度。若随后报错，它说出了原因；单独出现则可能无害。',
      ),
    causes: () => [...named('reentrant-without-hook'), underHead, harmless],
  },
];
