// Settings of the Python wiring that most scripts leave alone: arguments of the calls, train mode, and the changes people
// try when nothing trains. Folded away in the form.

import { identifierProblem, namesProblem } from '../../ground/settings/names.ts';
import { defineSetting } from '../../ground/settings/setting.ts';
import { namesOf, spellings } from '../../libraries/spelling.ts';

const same = (text: string) => ({ en: text, zh: text });

export const advancedWiringSettings = {
  'wiring.prepare.use_gradient_checkpointing': defineSetting({
    type: { kind: 'boolean' },
    default: true,
    section: 'wiring',
    advanced: true,
    label: { en: 'prepare: use_gradient_checkpointing', zh: 'prepare：use_gradient_checkpointing' },
    help: {
      en: 'Argument of prepare_model_for_kbit_training. False: it neither turns checkpointing on nor installs the input-grad hook. On a base that is not in 4 bits it does neither anyway.',
      zh: 'prepare_model_for_kbit_training 的参数。False 时既不打开检查点也不装输入梯度钩子；底座不是 4 位时，它本来就两样都不做。',
    },
    python: {
      call: 'prepare_model_for_kbit_training',
      after: 'model',
      argument: 'use_gradient_checkpointing',
    },
  }),
  'wiring.prepare.use_reentrant': defineSetting({
    type: {
      kind: 'choice',
      options: [
        { value: 'default', label: { en: 'default', zh: '默认' } },
        { value: 'true', label: same('True') },
        { value: 'false', label: same('False') },
      ],
    },
    default: 'default',
    section: 'wiring',
    advanced: true,
    label: { en: 'prepare: use_reentrant', zh: 'prepare：use_reentrant' },
    help: {
      en: 'gradient_checkpointing_kwargs of prepare_model_for_kbit_training. With False it installs no hook; a trainer that turns checkpointing on again with its own arguments then cuts the graph.',
      zh: 'prepare_model_for_kbit_training 的 gradient_checkpointing_kwargs。设为 False 时不装钩子；若训练器随后用自己的参数再次打开检查点，计算图就会断。',
    },
    python: {
      call: 'prepare_model_for_kbit_training',
      after: 'model',
      argument: 'gradient_checkpointing_kwargs',
      entry: 'use_reentrant',
      form: 'word',
    },
  }),
  'wiring.checkpointing_before_attach': defineSetting({
    type: { kind: 'boolean' },
    default: false,
    section: 'wiring',
    advanced: true,
    label: {
      en: 'gradient_checkpointing_enable before attaching',
      zh: '挂载之前调用 gradient_checkpointing_enable',
    },
    help: {
      en: 'The script itself turns checkpointing on before the adapter is attached. PEFT then installs the hook, but not on a quantised base.',
      zh: '脚本在挂载适配器之前自己打开检查点。此时 PEFT 会装钩子，但量化底座除外。',
    },
    python: {
      statement: 'model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": …})',
    },
  }),
  'lora.inference_mode': defineSetting({
    type: { kind: 'boolean' },
    default: false,
    section: 'wiring',
    advanced: true,
    label: same('inference_mode'),
    help: {
      en: 'Attaches the adapter frozen, without a word. Saved adapters carry inference_mode: true, so a config loaded from one does too.',
      zh: '挂载后适配器处于冻结状态，且没有任何提示。保存的适配器里写着 inference_mode: true，从中读取的配置也一样。',
    },
    python: { call: 'LoraConfig', argument: 'inference_mode' },
  }),
  'lora.bias': defineSetting({
    type: {
      kind: 'choice',
      options: [
        { value: 'none', label: same('none') },
        { value: 'all', label: same('all') },
        { value: 'lora_only', label: same('lora_only') },
      ],
    },
    default: 'none',
    section: 'wiring',
    advanced: true,
    label: same('bias'),
    help: {
      en: 'Whether biases of the base are trained too: all of them, or those of the adapted layers. A llama has none, so nothing changes.',
      zh: '是否同时训练底座的偏置：全部，或仅被适配的层。llama 没有偏置，因此没有差别。',
    },
    python: { call: 'LoraConfig', argument: 'bias' },
  }),
  'lora.modules_to_save': defineSetting({
    type: {
      kind: 'text',
      suggestions: ['[]', '["lm_head"]', '["embed_tokens"]', '["lm_head","embed_tokens"]'],
      problem: namesProblem,
    },
    default: '[]',
    section: 'wiring',
    advanced: true,
    label: same('modules_to_save'),
    help: {
      en: 'Modules that get a full trainable copy, as a JSON list of names. A trainable head hides a cut graph: it learns while every adapter below gets no gradient.',
      zh: '获得完整可训练副本的模块，写成 JSON 名称列表。可训练的输出头会掩盖断开的计算图：它在学习，而下面所有适配器都没有梯度。',
    },
    python: { call: 'LoraConfig', argument: 'modules_to_save' },
  }),
  'wiring.adapter_name': defineSetting({
    type: { kind: 'text', suggestions: ['default', 'mine'], problem: identifierProblem },
    default: 'default',
    section: 'wiring',
    advanced: true,
    label: same('adapter_name'),
    help: {
      en: 'Name of the adapter that the script attaches; it is part of every tensor’s name.',
      zh: '脚本挂载的适配器名称，会出现在每个张量的名字里。',
    },
    python: { call: 'get_peft_model', after: 'model, peft_config', argument: 'adapter_name' },
  }),
  'wiring.model_type': defineSetting({
    type: { kind: 'text', suggestions: ['llama', 'chatglm'], problem: identifierProblem },
    default: 'llama',
    section: 'wiring',
    advanced: true,
    label: same('model_type'),
    help: {
      en: 'What the model’s config calls its family. PEFT looks up the default target_modules under it; a name that its table lacks needs target_modules of its own.',
      zh: '模型配置里写的模型族名称。PEFT 按它查找默认的 target_modules；表中没有的名称必须自己给出 target_modules。',
    },
    python: { statement: 'model.config.model_type = …' },
  }),
  'wiring.freeze': defineSetting({
    type: {
      kind: 'choice',
      options: [
        { value: 'nothing', label: { en: 'nothing', zh: '不冻结' } },
        { value: 'embeddings', label: { en: 'embeddings', zh: '嵌入' } },
        { value: 'outside_layers', label: { en: 'all but the layers', zh: '除各层外的全部' } },
      ],
    },
    default: 'nothing',
    section: 'wiring',
    advanced: true,
    label: { en: 'freeze after loading', zh: '载入后冻结' },
    help: {
      en: 'What the script freezes by hand before anything else; it matters for full fine-tuning. With frozen embeddings reentrant checkpointing cuts the graph without any adapter.',
      zh: '脚本在其他操作之前手动冻结什么；对全量微调有影响。嵌入被冻结时，即使没有适配器，可重入检查点也会切断计算图。',
    },
    python: { statement: 'param.requires_grad = False' },
  }),
  'wiring.autocast_adapter_dtype': defineSetting({
    type: { kind: 'boolean' },
    default: true,
    section: 'wiring',
    advanced: true,
    label: same('autocast_adapter_dtype'),
    help: {
      en: 'Keeps new adapter weights in float32 on a half-precision base. False with fp16: the gradient scaler refuses to unscale float16 gradients.',
      zh: '半精度底座上新建的适配器权重保持 float32。设为 False 且用 fp16 时，梯度缩放器会拒绝处理 float16 梯度。',
    },
    python: { call: 'get_peft_model', after: 'model, peft_config', argument: 'autocast_adapter_dtype' },
  }),
  'model.dtype': defineSetting({
    type: {
      kind: 'choice',
      options: [
        { value: 'float32', label: same('float32') },
        { value: 'bfloat16', label: same('bfloat16') },
        { value: 'float16', label: same('float16') },
      ],
    },
    default: 'float32',
    section: 'wiring',
    advanced: true,
    label: same('dtype'),
    help: {
      en: 'dtype in which the script loads what is not quantised. The engine computes in float32 whatever this says; flags, names and bytes follow it. With half precision, 256 MiB of activations and more rest as float16 until the backward pass.',
      zh: '脚本加载未量化权重时使用的 dtype。引擎始终以 float32 计算；标志、名称与字节数随此设置变化。半精度时，达到 256 MiB 的激活值在反向传播之前以 float16 保存。',
    },
    python: {
      call: 'AutoModelForCausalLM.from_pretrained',
      after: '…',
      argument: 'dtype',
      aliases: namesOf(spellings.dtype),
      form: 'torch',
    },
  }),
  'train.fp16': defineSetting({
    type: { kind: 'boolean' },
    default: false,
    section: 'wiring',
    advanced: true,
    label: same('fp16'),
    help: {
      en: 'Mixed precision with a gradient scaler. Trainable weights must then be float32: float16 ones raise at the first clipping.',
      zh: '带梯度缩放器的混合精度。可训练权重必须是 float32；若是 float16，第一次裁剪时就会报错。',
    },
    python: { call: 'SFTConfig', argument: 'fp16' },
  }),
  'wiring.train_mode': defineSetting({
    type: { kind: 'boolean' },
    default: true,
    section: 'wiring',
    advanced: true,
    label: { en: 'model.train() in the loop', zh: '循环中调用 model.train()' },
    help: {
      en: 'from_pretrained leaves a model in eval mode, where layers never checkpoint and dropout is off. A plain loop has to call train(); the trainers do it themselves.',
      zh: 'from_pretrained 之后模型处于 eval 模式，此时层不做检查点、dropout 关闭。手写循环需要自己调用 train()；训练器会自动调用。',
    },
    python: { statement: 'model.train()' },
  }),
  'wiring.after_attach': defineSetting({
    type: {
      kind: 'choice',
      options: [
        { value: 'nothing', label: { en: 'nothing', zh: '无' } },
        { value: 'get_peft_model', label: { en: 'get_peft_model again', zh: '再次 get_peft_model' } },
        { value: 'add_adapter', label: { en: 'add_adapter("b")', zh: 'add_adapter("b")' } },
        {
          value: 'set_adapter',
          label: { en: 'add_adapter("b"), set_adapter("b")', zh: 'add_adapter("b")，set_adapter("b")' },
        },
        { value: 'load_adapter', label: { en: 'load_adapter("b")', zh: 'load_adapter("b")' } },
        {
          value: 'load_adapter_trainable',
          label: { en: 'load_adapter("b", is_trainable=True)', zh: 'load_adapter("b", is_trainable=True)' },
        },
        { value: 'disable_adapter_layers', label: same('disable_adapter_layers()') },
        { value: 'disable_adapter', label: same('with disable_adapter()') },
        { value: 'merge_and_unload', label: same('merge_and_unload()') },
        { value: 'unload', label: same('unload()') },
      ],
    },
    default: 'nothing',
    section: 'wiring',
    advanced: true,
    label: { en: 'then', zh: '随后' },
    help: {
      en: 'What the script does with the PeftModel next. Needs an adapter attached by the script itself.',
      zh: '脚本接着对 PeftModel 做什么。需要适配器由脚本自己挂载。',
    },
    python: { statement: 'model.…' },
  }),
  'wiring.requires_grad_all': defineSetting({
    type: { kind: 'boolean' },
    default: false,
    section: 'wiring',
    advanced: true,
    label: { en: 'requires_grad = True on every parameter', zh: '把所有参数设为 requires_grad = True' },
    help: {
      en: 'A common wrong repair. It trains the whole model instead of the adapter, and raises on the first 4-bit weight.',
      zh: '常见的错误修法：变成训练整个模型而不是适配器，遇到第一个 4 位权重就报错。',
    },
    python: { statement: 'for p in model.parameters(): p.requires_grad = True' },
  }),
  'wiring.step': defineSetting({
    type: {
      kind: 'choice',
      options: [
        { value: 'plain', label: { en: 'as it should be', zh: '正常' } },
        { value: 'no_grad', label: same('torch.no_grad()') },
        { value: 'inference_mode', label: same('torch.inference_mode()') },
        { value: 'detach', label: same('loss.detach()') },
        { value: 'item', label: same('torch.tensor(loss.item())') },
        { value: 'requires_grad_', label: same('loss.requires_grad_(True)') },
        { value: 'twice', label: { en: 'backward twice', zh: 'backward 两次' } },
      ],
    },
    default: 'plain',
    section: 'wiring',
    advanced: true,
    label: { en: 'forward and loss', zh: '前向与损失' },
    help: {
      en: 'What the step does around the forward pass and the loss. All but the first break training, some without an error.',
      zh: '训练步在前向与损失处做了什么。除第一项外都会破坏训练，有的还不报错。',
    },
    python: { statement: 'loss = model(**batch).loss; loss.backward()' },
  }),
} as const;
