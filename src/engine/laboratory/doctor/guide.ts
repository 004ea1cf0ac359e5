// The short guided text: what requires_grad and grad_fn are, why checkpointing cuts the graph, and the advice people hand each
// other, each with the failing recipe it is given for. Whether it helps is not written here: the tape says so, by version.

import type { Text } from '../../ground/settings/setting.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { text } from './entry.ts';

export interface GuideChapter {
  readonly id: string;
  readonly title: Text;
  readonly body: Text;
}

export interface Advice extends GuideChapter {
  /** The situation in which it is given, over the defaults. */
  readonly base: RecipePatch;
  readonly change: RecipePatch;
}

export const chapters: readonly GuideChapter[] = [
  {
    id: 'requires-grad',
    title: text('requires_grad and grad_fn', 'requires_grad 与 grad_fn'),
    body: text(
      'requires_grad on a parameter is a wish: keep track of what is computed from me. grad_fn on a result is the record that was kept. A result has one only if grad mode was on and something that went into it required grad. backward() walks these records from the loss; without a record at the loss it has nowhere to start, which is what the error says.',
      '参数上的 requires_grad 是一个请求：请记录由我算出的东西。结果上的 grad_fn 则是留下的记录。只有在梯度模式开启、且输入中有需要梯度的东西时，结果才有 grad_fn。backward() 从损失出发沿着这些记录往回走；损失上没有记录，就无从开始，这正是报错的含义。',
    ),
  },
  {
    id: 'checkpointing',
    title: text('Why checkpointing cuts the graph', '检查点为什么会切断计算图'),
    body: text(
      'Checkpointing saves memory by not recording a layer and running it again in backward. The reentrant kind runs the layer under no_grad and then gives its output requires_grad only if the hidden states that entered required grad. In full fine-tuning they do, for the embedding is trained. With LoRA the embedding is frozen: nothing that enters the first layer requires grad, so nothing that leaves it does, although the adapter inside is set correctly. A hook on the embedding output, or the non-reentrant kind, repairs it.',
      '检查点不记录某一层，而是在反向时重新运行它，从而节省显存。可重入的那一种在 no_grad 下运行该层，只有进入该层的隐藏状态需要梯度时，输出才需要梯度。全量微调时嵌入在训练，所以没有问题。LoRA 冻结了嵌入：进入第一层的东西都不需要梯度，于是离开它的也不需要，尽管里面的适配器设置正确。在嵌入输出上装一个钩子，或改用非重入检查点，就能修好。',
    ),
  },
  {
    id: 'log',
    title: text('Read the log', '读日志'),
    body: text(
      '“None of the inputs have requires_grad=True. Gradients will be None” is printed by the first reentrant checkpoint that nothing with grad enters. Before an error it names the cause. Under a trainable head it is all you get: the loss still falls, and every adapter below learns nothing. Only with evaluation under no_grad is it harmless.',
      '“None of the inputs have requires_grad=True. Gradients will be None” 由第一个没有任何需要梯度的输入的可重入检查点打印。若随后报错，它说出了原因。若输出头可训练，它就是唯一的提示：损失照样下降，下面的适配器却什么都没学到。只有在 no_grad 评估时它才无害。',
    ),
  },
];

/** By name, for "all-linear" means nothing to the oldest versions. */
const everyLinear = '["q_proj","k_proj","v_proj","o_proj","gate_proj","up_proj","down_proj"]';

const classical: RecipePatch = {
  'wiring.attach': 'get_peft_model',
  'train.gradient_checkpointing': true,
  'lora.target_modules': everyLinear,
};

export const advices: readonly Advice[] = [
  {
    id: 'pass-peft-config',
    title: text('“Pass peft_config to SFTTrainer”', '“把 peft_config 传给 SFTTrainer”'),
    body: text(
      'SFTTrainer then wraps the model itself, after preparing it or with the hook. That repairs the classical case wherever a preparation or a hook is part of it, which changed more than once.',
      '这样由 SFTTrainer 自己包装模型，并先做准备或装上钩子。凡是包含准备或钩子的版本都能修好经典情形，而这一点变过几次。',
    ),
    base: classical,
    change: { 'wiring.attach': 'peft_config' },
  },
  {
    id: 'all-linear',
    title: text('“Use target_modules="all-linear"”', '“用 target_modules="all-linear"”'),
    body: text(
      'More adapters in the same layers do not change what enters the first layer. It never repairs a cut graph, and before PEFT 0.8 the word was taken for a module name.',
      '同样的层里放更多适配器，并不会改变进入第一层的东西。它修不好断开的计算图；在 PEFT 0.8 之前，这个词还会被当成模块名。',
    ),
    base: { ...classical, 'lora.target_modules': '["q_proj","v_proj"]' },
    change: { 'lora.target_modules': 'all-linear' },
  },
  {
    id: 'prepare-before',
    title: text(
      '“Call prepare_model_for_kbit_training”, before attaching',
      '“调用 prepare_model_for_kbit_training”，在挂载之前',
    ),
    body: text(
      'On a 4-bit base it turns checkpointing on with the hook, and the hook stays. In the versions in which SFTTrainer prepares whatever it is given once more, the adapter is frozen all the same.',
      '在 4 位底座上它会打开检查点并装上钩子，钩子会保留。在 SFTTrainer 会对任何模型再准备一次的版本里，适配器仍会被冻结。',
    ),
    base: classical,
    change: { 'wiring.prepare_model_for_kbit_training': 'before' },
  },
  {
    id: 'prepare-after',
    title: text('The same, after attaching', '同样的调用，但在挂载之后'),
    body: text(
      'It freezes every parameter, the adapter’s too. Here it is tried on a script that trains.',
      '它冻结所有参数，包括适配器。这里用一个本来能训练的脚本来试。',
    ),
    base: { 'wiring.attach': 'get_peft_model', 'lora.target_modules': everyLinear },
    change: { 'wiring.prepare_model_for_kbit_training': 'after' },
  },
  {
    id: 'hook',
    title: text('“Call model.enable_input_require_grads()”', '“调用 model.enable_input_require_grads()”'),
    body: text(
      'A hook makes the embedding’s output require grad, so that every checkpoint has something to follow. The embedding itself stays frozen.',
      '一个钩子让嵌入的输出需要梯度，于是每个检查点都有可循之迹。嵌入本身仍然冻结。',
    ),
    base: classical,
    change: { 'wiring.enable_input_require_grads': true },
  },
  {
    id: 'use-reentrant',
    title: text('“Set use_reentrant to False”', '“把 use_reentrant 设为 False”'),
    body: text(
      'The layer is recorded as usual and its saved values are recomputed: nothing is cut. Older transformers had no way to pass it on.',
      '该层照常被记录，保存的值在反向时重算：什么都不会断。较旧的 transformers 没有传递它的途径。',
    ),
    base: classical,
    change: { 'train.use_reentrant': 'false' },
  },
  {
    id: 'set-requires-grad',
    title: text('“Check requires_grad, set it to True”', '“检查 requires_grad，把它设为 True”'),
    body: text(
      'Checking is right, and in the classical case everything is True already. Setting it on all parameters raises on the first 4-bit weight; on a float base it trains the whole model.',
      '检查是对的，而经典情形下它们本来就都是 True。对所有参数设置会在第一个 4 位权重处报错；在浮点底座上则变成训练整个模型。',
    ),
    base: classical,
    change: { 'wiring.requires_grad_all': true },
  },
  {
    id: 'loss-requires-grad',
    title: text('“Call loss.requires_grad_(True)”', '“调用 loss.requires_grad_(True)”'),
    body: text(
      'The error goes away and nothing is trained: the loss becomes a leaf, and backward ends where it begins.',
      '报错消失了，却什么也没训练：损失变成了叶子，backward 在起点就结束了。',
    ),
    base: { ...classical, 'wiring.trainer': 'loop' },
    change: { 'wiring.step': 'requires_grad_' },
  },
];
