// What a library refuses in words of its own: quantised weights without an adapter, half-precision gradients, two ways to attach at once. One
// message has few causes.

import { text } from '../../../ground/text.ts';
import type { Signs, WeighedCause } from './cause.ts';
import { isSince } from './cause.ts';
import type { Plain } from './saidCauses.ts';
import { cause } from './saidCauses.ts';
import { inScript } from './targetCauses.ts';

const halfCauses = ({ versions }: Signs): WeighedCause[] => [
  cause(
    'fp16-unscale',
    versions.peft !== undefined && isSince(versions.peft, '0.12.0') ? 2 : 5,
    'The base was loaded in float16 and fp16=True, with a PEFT before 0.12 that keeps the adapter in the base’s precision.',
    '底座以 float16 载入且 fp16=True，而 0.12 之前的 PEFT 让适配器保持底座的精度。',
    text(
      'torch_dtype=torch.float16 in the script, and PEFT’s version.',
      '脚本中的 torch_dtype=torch.float16，以及 PEFT 的版本。',
    ),
  ),
  cause(
    'fp16-saved-copy',
    4,
    'modules_to_save, or another part that trains beside the adapter, is float16: PEFT never casts those.',
    'modules_to_save 或与适配器一起训练的其他部分是 float16：PEFT 不会转换它们。',
    text(
      'modules_to_save, a projector or a head that trains.',
      '是否有 modules_to_save、可训练的投影层或输出头。',
    ),
  ),
  cause(
    'fp16-whole-model',
    3,
    'The whole model trains in float16, without an adapter, or with autocast_adapter_dtype=False.',
    '整个模型以 float16 训练，没有适配器，或 autocast_adapter_dtype=False。',
    text('What print_trainable_parameters says.', 'print_trainable_parameters 的输出。'),
  ),
];

const looks = text('The line of the script that the traceback shows.', '回溯指出的脚本行。');

export const refusalRules: readonly Plain[] = [
  {
    id: 'purely-quantised',
    pattern: /purely quantized/,
    says: text(
      'Trainer was given a quantised model that isn’t a PeftModel. 4- and 8-bit weights can’t have gradients.',
      'Trainer 收到的是量化模型而不是 PeftModel。4 位和 8 位权重不能有梯度。',
    ),
    causes: () => [
      cause(
        'purely-quantised',
        5,
        'No adapter was attached, or get_peft_model’s result isn’t what the trainer got.',
        '没有挂载适配器，或训练器拿到的不是 get_peft_model 的结果。',
        text(
          'Whether the script assigns get_peft_model’s result and passes that on.',
          '脚本是否接住并传递了 get_peft_model 的结果。',
        ),
      ),
      cause(
        'adapter-merged-away',
        3,
        'merge_and_unload or unload ran before training.',
        '训练之前运行了 merge_and_unload 或 unload。',
        looks,
      ),
      cause(
        'config-not-used',
        3,
        'A peft_config was made, but the trainer isn’t TRL’s, or didn’t get it.',
        '创建了 peft_config，但训练器不是 TRL 的，或没有收到它。',
        text('Which trainer it is.', '使用的是哪个训练器。'),
      ),
    ],
  },
  {
    id: 'fp16-unscale',
    pattern: /Attempting to unscale FP16 gradients/,
    says: text(
      'The gradient scaler of fp16 needs float32 weights, and something that trains is float16.',
      'fp16 的梯度缩放器需要 float32 权重，而有参与训练的张量是 float16。',
    ),
    causes: halfCauses,
  },
  {
    id: 'requires-grad-on-integers',
    pattern: /only Tensors of floating point .*dtype can require gradients/,
    says: text('requires_grad was asked of packed integers.', '对打包的整数设置了 requires_grad。'),
    causes: () => [
      cause(
        'requires-grad-on-integers',
        5,
        'A loop sets requires_grad = True on every parameter of a quantised model.',
        '循环对量化模型的每个参数设置 requires_grad = True。',
        looks,
      ),
      cause(
        'saved-copy-packed',
        4,
        'modules_to_save names a module whose weights are packed.',
        'modules_to_save 中有模块的权重是打包的。',
        text('modules_to_save in the configuration.', '配置中的 modules_to_save。'),
      ),
    ],
  },
  {
    id: 'backward-twice',
    pattern: /Trying to backward through the graph a second time/,
    says: text('backward ran twice over one graph.', '对同一个计算图执行了两次 backward。'),
    causes: () => [
      cause(
        'backward-twice',
        5,
        'The loss of one forward pass is used again: two calls, or a tensor kept from an earlier step.',
        '一次前向的损失被再次使用：两次调用，或保留了前一步的张量。',
        looks,
      ),
    ],
  },
  {
    id: 'peft-model-and-config',
    pattern: /You passed a `PeftModel` instance together with a `peft_config`/,
    says: text(
      'The adapter is attached in the script, and handed to the trainer as well.',
      '脚本已挂载适配器，又把配置交给了训练器。',
    ),
    causes: () => [
      cause(
        'peft-model-and-config',
        5,
        'TRL refuses both since 0.27: keep one of them.',
        'TRL 从 0.27 起拒绝两者并用：保留其一。',
        looks,
      ),
    ],
  },
  {
    id: 'peft-too-old',
    pattern: /The version of PEFT you are using is not compatible/,
    says: text('transformers wants a newer PEFT.', 'transformers 要求更新的 PEFT。'),
    causes: () => [
      cause(
        'peft-too-old',
        5,
        'add_adapter or load_adapter of this transformers asks for a PEFT that isn’t installed.',
        '这一版 transformers 的 add_adapter 或 load_adapter 要求未安装的 PEFT 版本。',
        text('The versions of both.', '两者的版本。'),
      ),
    ],
  },
  {
    id: 'head-adapter-refused',
    pattern: /lm_head.*adapter|adapter.*lm_head/is,
    says: text(
      'The loss multiplies with the head’s weight directly, so an adapter on it would never be used.',
      '损失直接用输出头的权重相乘，其上的适配器不会被用到。',
    ),
    causes: () => [
      cause('head-adapter-refused', 5, 'lm_head is among the targets.', '目标中包含 lm_head。', inScript),
    ],
  },
  {
    id: 'trainable-tokens-clash',
    pattern: /TrainableTokensLayer wraps an unknown layer type/,
    says: text(
      'Trained tokens and a trained copy meet on one tied weight.',
      '可训练词元与可训练副本落在同一个绑定权重上。',
    ),
    causes: () => [
      cause(
        'trainable-tokens-clash',
        5,
        'trainable_token_indices beside modules_to_save of the head or the embedding, on a model that ties them.',
        '在绑定权重的模型上，trainable_token_indices 与头或嵌入的 modules_to_save 并用。',
        text('Both in the configuration.', '配置中是否两者都有。'),
      ),
    ],
  },
  {
    id: 'fsdp-mixed-flags',
    pattern: /Must flatten tensors with uniform `?requires_grad`?/,
    says: text(
      'FSDP put frozen and trained weights into one flat tensor.',
      'FSDP 把冻结和训练的权重放进了同一个扁平张量。',
    ),
    causes: () => [
      cause(
        'fsdp-mixed-flags',
        5,
        'use_orig_params is off, and the wrapping doesn’t set adapters apart (PEFT’s fsdp_auto_wrap_policy does).',
        'use_orig_params 关闭，且包装策略没有把适配器分开（PEFT 的 fsdp_auto_wrap_policy 会分开）。',
        text('fsdp_config of the run.', '运行的 fsdp_config。'),
      ),
    ],
  },
  {
    id: 'dtypes-differ',
    pattern:
      /mat1 and mat2 must have the same dtype|expected (?:m1 and m2|scalar type|mat1)[^\n]*(?:Half|BFloat16|Float)|self and mat2 must have the same dtype/i,
    says: text('Two tensors of one product have different precisions.', '一次乘积的两个张量精度不同。'),
    causes: () => [
      cause(
        'base-upcast',
        4,
        'prepare_model_for_kbit_training cast norms, embedding and head to float32, and the forward pass runs without autocast.',
        'prepare_model_for_kbit_training 把归一化、嵌入和输出头转成了 float32，而前向没有 autocast。',
        text(
          'bf16=True or fp16=True in the arguments; a generate after training.',
          '参数中是否有 bf16=True 或 fp16=True；训练后是否有 generate。',
        ),
      ),
      cause(
        'adapter-outside-autocast',
        3,
        'The adapter is float32 over a half-precision base, outside autocast.',
        '半精度底座上的 float32 适配器，不在 autocast 之内。',
        text(
          'autocast_adapter_dtype, and where the forward pass runs.',
          'autocast_adapter_dtype，以及前向在哪里运行。',
        ),
      ),
    ],
  },
  {
    id: 'adapter-other-base',
    pattern: /size mismatch for|Error\(s\) in loading state_dict/,
    says: text('Saved tensors don’t fit the modules of this model.', '保存的张量与该模型的模块不符。'),
    causes: () => [
      cause(
        'adapter-other-base',
        4,
        'The adapter was made for another base, or with another rank or other targets.',
        '适配器属于另一个底座，或秩、目标不同。',
        text('adapter_config.json beside the base that is loaded.', 'adapter_config.json 与载入的底座。'),
      ),
      cause(
        'tied-weights-untied',
        3,
        'The vocabulary was resized before saving, and isn’t resized before loading.',
        '保存前扩展过词表，载入前却没有扩展。',
        text('resize_token_embeddings in both scripts.', '两个脚本中的 resize_token_embeddings。'),
      ),
    ],
  },
  {
    id: 'ready-twice',
    pattern:
      /Expected to mark a variable ready only once|Expected to have finished reduction in the prior iteration/,
    says: text(
      'DistributedDataParallel counts gradients differently from what the step produces.',
      'DistributedDataParallel 对梯度的计数与这一步产生的不一致。',
    ),
    causes: () => [
      cause(
        'reentrant-under-ddp',
        4,
        'Reentrant checkpointing under DDP: use_reentrant=False, and ddp_find_unused_parameters=False.',
        'DDP 下的可重入检查点：改用 use_reentrant=False，并设 ddp_find_unused_parameters=False。',
        text('gradient_checkpointing_kwargs in the arguments.', '参数中的 gradient_checkpointing_kwargs。'),
      ),
      cause(
        'unused-parameters',
        3,
        'Something that requires grad takes no part in the loss.',
        '有需要梯度的张量不参与损失。',
        text(
          'Which tensors have grad None after a step on one device.',
          '单设备上一步之后哪些张量的 grad 为 None。',
        ),
      ),
    ],
  },
];
