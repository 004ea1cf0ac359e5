// A library refuses the combination before the first step: quantised without adapters, PeftModel with a config, versions
// that do not fit, dtypes that cannot have gradients.
import { DEFAULT_STACK } from '../../../libraries/stacks.ts';
import type { RecipePatch } from '../../../recipe/recipe.ts';
import type { DoctorEntry, Proposal } from '../entry.ts';
import { notTargets, same, text } from '../entry.ts';
import type { DoctorFacts } from '../facts.ts';

const message = ({ examination }: DoctorFacts): string => examination.outcome.error?.message ?? '';
const call = ({ examination }: DoctorFacts) =>
  same(`${examination.outcome.error?.type ?? ''} at ${examination.outcome.error?.call ?? ''}`);
/** The choice left to the libraries, which then pass no argument. */
const withoutKwargs: RecipePatch = {
  'train.use_reentrant': 'default',
  'wiring.prepare.use_reentrant': 'default',
};
const attachByScript: Proposal = {
  code: 'model = get_peft_model(model, peft_config)',
  why: text('attach with PEFT', '用 PEFT 挂载'),
  patch: { 'wiring.attach': 'get_peft_model' },
};
const attachByTrainer: Proposal = {
  code: 'SFTTrainer(model=model, peft_config=peft_config, …)',
  why: text('hand over the bare model and the config', '交给它裸模型和配置'),
  patch: { 'wiring.attach': 'peft_config' },
};

export const refusedEntries: readonly DoctorEntry[] = [
  {
    id: 'purely-quantised',
    match: (facts) => message(facts).includes('purely quantized'),
    cause: () =>
      text(
        'The base is in 4 bits and carries no adapter. 4-bit weights cannot have gradients, so Trainer refuses. It looks for a PeftModel, not for requires_grad.',
        '底座是 4 位且没有适配器。4 位权重不能有梯度，因此 Trainer 拒绝训练。它检查的是 PeftModel，而不是 requires_grad。',
      ),
    evidence: (facts) => [
      call(facts),
      text(
        `${facts.adapterTensors} adapter tensors in the tree`,
        `树中有 ${facts.adapterTensors} 个适配器张量`,
      ),
    ],
    notTheCause: [
      notTargets,
      text(
        'prepare_model_for_kbit_training: it attaches nothing',
        'prepare_model_for_kbit_training：它不会挂载任何东西',
      ),
    ],
    proposals: ({ values }) => [
      ...(values['wiring.trainer'] === 'SFTTrainer' ? [attachByTrainer] : []),
      attachByScript,
      {
        code: '# load without BitsAndBytesConfig',
        why: text('full fine-tuning needs float weights', '全量微调需要浮点权重'),
        patch: { 'bnb.bnb_4bit_quant_type': 'none' },
      },
    ],
  },
  {
    id: 'peft-model-and-config',
    match: (facts) =>
      message(facts).startsWith('You passed a `PeftModel` instance together with a `peft_config`'),
    cause: (facts) =>
      text(
        `The script attaches an adapter and hands SFTTrainer a peft_config as well. TRL from 0.27 on refuses both; this is ${facts.examination.script.stack.trl}.`,
        `脚本已挂载适配器，又把 peft_config 交给 SFTTrainer。TRL 从 0.27 起拒绝两者并用；当前为 ${facts.examination.script.stack.trl}。`,
      ),
    evidence: (facts) => [call(facts)],
    notTheCause: [notTargets],
    proposals: ({ values }) =>
      values['wiring.attach'].startsWith('from_pretrained')
        ? [
            {
              code: 'SFTTrainer(model=model, …)  # is_trainable=True, no peft_config',
              why: text('go on with the loaded adapter', '继续用载入的适配器'),
              patch: { 'wiring.attach': 'from_pretrained_trainable' },
            },
            attachByTrainer,
          ]
        : [attachByTrainer, attachByScript],
  },
  {
    id: 'peft-too-old',
    match: (facts) => message(facts).startsWith('The version of PEFT you are using is not compatible'),
    cause: ({ examination }) =>
      text(
        `add_adapter of transformers ${examination.script.stack.transformers} wants PEFT 0.22, which is not released; installed is ${examination.script.stack.peft}.`,
        `transformers ${examination.script.stack.transformers} 的 add_adapter 要求 PEFT 0.22，但它尚未发布；已安装的是 ${examination.script.stack.peft}。`,
      ),
    evidence: (facts) => [call(facts)],
    notTheCause: [notTargets],
    proposals: ({ values }) => [
      attachByScript,
      ...(values['wiring.trainer'] === 'SFTTrainer' ? [attachByTrainer] : []),
      {
        code: 'pip install transformers==5.15.0 peft==0.20.0 trl==1.9.0',
        why: text('a pair that fits', '相互兼容的一组版本'),
        patch: { 'wiring.stack': 'trl-1.9.0' },
      },
    ],
  },
  {
    id: 'add-adapter-missing',
    match: (facts) => message(facts).includes("has no attribute 'add_adapter'"),
    cause: ({ examination }) =>
      text(
        `transformers ${examination.script.stack.transformers} has no add_adapter; it came with 4.34.`,
        `transformers ${examination.script.stack.transformers} 没有 add_adapter；它从 4.34 起才有。`,
      ),
    evidence: (facts) => [call(facts)],
    notTheCause: [notTargets],
    proposals: () => [attachByScript, attachByTrainer],
  },
  {
    id: 'head-adapter-refused',
    match: (facts) => message(facts).includes('lm_head') && message(facts).includes('adapter'),
    cause: ({ examination }) =>
      text(
        `SFTTrainer of TRL ${examination.script.stack.trl} multiplies with lm_head.weight directly, so an adapter on the head would never be used. It refuses.`,
        `TRL ${examination.script.stack.trl} 的 SFTTrainer 直接用 lm_head.weight 相乘，输出头上的适配器不会被用到，因此拒绝。`,
      ),
    evidence: (facts) => [call(facts)],
    notTheCause: [text('checkpointing', '检查点')],
    proposals: () => [
      {
        code: 'LoraConfig(target_modules="all-linear", …)',
        why: text('leaves the head out', '不包括输出头'),
        patch: { 'lora.target_modules': 'all-linear', 'wiring.after_attach': 'nothing' },
      },
      {
        code: 'LoraConfig(target_modules=["q_proj", "v_proj"], …)',
        why: text('attention only', '仅注意力'),
        patch: { 'lora.target_modules': '["q_proj","v_proj"]', 'wiring.after_attach': 'nothing' },
      },
    ],
  },
  {
    id: 'requires-grad-on-integers',
    match: (facts) =>
      facts.values['wiring.requires_grad_all'] && message(facts).startsWith('only Tensors of floating point'),
    cause: () =>
      text(
        'requires_grad = True was set on every parameter. 4-bit weights are packed into uint8 and can have no gradient. The adapter needs no such loop.',
        '给所有参数设置了 requires_grad = True。4 位权重打包成 uint8，不能有梯度。适配器并不需要这样的循环。',
      ),
    evidence: (facts) => [call(facts)],
    notTheCause: [notTargets],
    proposals: () => [
      {
        code: '# remove the loop over model.parameters()',
        why: text('PEFT sets the flags of its own tensors', 'PEFT 会设置自己张量的标志'),
        patch: { 'wiring.requires_grad_all': false },
      },
    ],
  },
  {
    id: 'fp16-unscale',
    match: (facts) => message(facts) === 'Attempting to unscale FP16 gradients.',
    cause: () =>
      text(
        'With fp16 the gradient scaler needs float32 master weights, and a trainable tensor is float16: an adapter kept in half precision, or a modules_to_save copy, which is never upcast.',
        '使用 fp16 时梯度缩放器需要 float32 主权重，而有可训练张量是 float16：保持半精度的适配器，或从不上转的 modules_to_save 副本。',
      ),
    evidence: ({ examination }) => {
      const half = [...examination.script.root.namedParameters()].filter(
        ([, tensor]) => tensor.requiresGrad && tensor.dtype === 'float16',
      );
      return [
        text(
          `${half.length} trainable float16 tensors, first ${half[0]?.[0] ?? ''}`,
          `${half.length} 个可训练的 float16 张量，第一个是 ${half[0]?.[0] ?? ''}`,
        ),
      ];
    },
    notTheCause: [notTargets, text('the loss scale', '损失缩放系数')],
    proposals: () => [
      {
        code: 'get_peft_model(model, peft_config)  # autocast_adapter_dtype=True',
        why: text('keeps the adapter in float32', '适配器保持 float32'),
        patch: { 'wiring.autocast_adapter_dtype': true },
      },
      {
        code: 'dtype=torch.bfloat16, fp16=False, bf16=True',
        why: text('bfloat16 needs no scaler', 'bfloat16 不需要缩放器'),
        patch: { 'model.dtype': 'bfloat16', 'train.fp16': false },
      },
      {
        code: 'dtype=torch.float32',
        why: text('float32 weights throughout', '全部使用 float32 权重'),
        patch: { 'model.dtype': 'float32' },
      },
    ],
  },
  {
    id: 'autocast-unknown',
    match: (facts) => message(facts).includes("unexpected keyword argument 'autocast_adapter_dtype'"),
    cause: ({ examination }) =>
      text(
        `autocast_adapter_dtype came with PEFT 0.12; this is ${examination.script.stack.peft}.`,
        `autocast_adapter_dtype 从 PEFT 0.12 起才有；当前是 ${examination.script.stack.peft}。`,
      ),
    evidence: (facts) => [call(facts)],
    notTheCause: [notTargets],
    proposals: () => [
      {
        code: 'get_peft_model(model, peft_config)',
        why: text('without the argument', '去掉该参数'),
        patch: { 'wiring.autocast_adapter_dtype': true },
      },
    ],
  },
  {
    id: 'checkpointing-kwargs-unknown',
    match: (facts) => message(facts).includes("unexpected keyword argument 'gradient_checkpointing_kwargs'"),
    cause: ({ examination: { script } }) =>
      text(
        `gradient_checkpointing_kwargs came with transformers 4.35, and PEFT passes it on since 0.6; these are ${script.stack.transformers} and ${script.stack.peft}. Such versions always checkpoint with use_reentrant=True.`,
        `gradient_checkpointing_kwargs 从 transformers 4.35 起才有，PEFT 从 0.6 起才转交；当前是 ${script.stack.transformers} 和 ${script.stack.peft}。这些版本总以 use_reentrant=True 做检查点。`,
      ),
    evidence: (facts) => [call(facts)],
    notTheCause: [notTargets],
    proposals: () => [
      {
        code: '# without gradient_checkpointing_kwargs',
        why: text('without the argument', '去掉该参数'),
        patch: withoutKwargs,
      },
      {
        code: 'model.enable_input_require_grads()  # and no gradient_checkpointing_kwargs',
        why: text(
          'without the argument, and with the hook that reentrant checkpointing needs',
          '去掉该参数，并加上可重入检查点所需的钩子',
        ),
        patch: { ...withoutKwargs, 'wiring.enable_input_require_grads': true },
      },
      {
        code: 'pip install -U transformers peft trl',
        why: text('versions that know the argument', '认识该参数的版本'),
        patch: { 'wiring.stack': DEFAULT_STACK },
      },
    ],
  },
  {
    id: 'saved-copy-packed',
    match: (facts) =>
      facts.examination.script.quantised &&
      facts.values['lora.modules_to_save'] !== '[]' &&
      !facts.values['wiring.requires_grad_all'] &&
      message(facts).startsWith('only Tensors of floating point'),
    cause: ({ values }) =>
      text(
        `modules_to_save=${values['lora.modules_to_save']} trains a whole copy, and names a module whose weights are packed in 4 bits. Packed bytes cannot require grad; embedding, head and norms stay in floating point and can be named.`,
        `modules_to_save=${values['lora.modules_to_save']} 会训练整份副本，而其中有模块的权重已打包成 4 位。打包的字节不能求梯度；嵌入、输出头和归一化仍是浮点，可以列入。`,
      ),
    evidence: (facts) => [call(facts)],
    notTheCause: [notTargets],
    proposals: () => [
      {
        code: 'LoraConfig(modules_to_save=None)',
        why: text('LoRA on such a module in place of a copy', '对该模块用 LoRA，而不是副本'),
        patch: { 'lora.modules_to_save': '[]' },
      },
      {
        code: '# load without BitsAndBytesConfig',
        why: text('a copy needs float weights', '副本需要浮点权重'),
        patch: { 'bnb.bnb_4bit_quant_type': 'none' },
      },
    ],
  },
];
