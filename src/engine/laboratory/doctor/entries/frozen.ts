// Nothing is trainable: who froze the adapter, or why there is none.
import { counted } from '../../../ground/counted.ts';
import type { DoctorEntry, Proposal } from '../entry.ts';
import { not4bit, notTargets, same, text } from '../entry.ts';
import type { DoctorFacts } from '../facts.ts';

const hidden = ({ isSilent }: DoctorFacts, en: string, zh: string) =>
  isSilent
    ? text(
        `${en} The input-grad hook hides it: the loss has a grad_fn, backward succeeds, grad_norm is 0.0 and the loss stays flat.`,
        `${zh}输入梯度钩子掩盖了这一点：损失有 grad_fn，backward 成功，grad_norm 为 0.0，损失不变。`,
      )
    : text(en, zh);

const frozenEvidence = (facts: DoctorFacts) => [
  ...(facts.frozenBy
    ? [same(`${facts.frozenBy.name}: ${facts.frozenBy.before} → ${facts.frozenBy.after} trainable`)]
    : [
        text(
          `0 of ${facts.adapterTensors} adapter tensors require grad`,
          `${facts.adapterTensors} 个适配器张量中需要梯度的为 0`,
        ),
      ]),
  same(`loss.grad_fn=${facts.examination.step?.loss.gradFn ?? 'None'}`),
];

const lifeless = (facts: DoctorFacts): boolean =>
  (facts.isElement0 || facts.isSilent) && facts.trainable === 0;
const after = ({ values }: DoctorFacts) => values['wiring.after_attach'];
const reset: Proposal['patch'] = { 'wiring.after_attach': 'nothing' };

export const frozenEntries: readonly DoctorEntry[] = [
  {
    id: 'prepared-after-attach',
    match: (facts) =>
      lifeless(facts) &&
      facts.frozenBy?.name === 'prepare_model_for_kbit_training' &&
      facts.values['wiring.prepare_model_for_kbit_training'] === 'after',
    cause: (facts) =>
      hidden(
        facts,
        `prepare_model_for_kbit_training freezes every parameter. It ran after the adapter was attached, so it froze the adapter too: ${facts.frozenBy?.before ?? 0} trainable tensors became 0.`,
        `prepare_model_for_kbit_training 会冻结所有参数。它在挂载适配器之后运行，因此连适配器也被冻结：可训练张量从 ${facts.frozenBy?.before ?? 0} 变为 0。`,
      ),
    evidence: frozenEvidence,
    notTheCause: [
      notTargets,
      text(
        'a missing prepare_model_for_kbit_training: its place is wrong',
        '缺少 prepare_model_for_kbit_training：是位置错了',
      ),
      text('the learning rate', '学习率'),
    ],
    proposals: () => [
      {
        code: 'model = prepare_model_for_kbit_training(model)  # before attaching',
        why: text('the same call, before the adapter exists', '同一个调用，放到适配器存在之前'),
        patch: { 'wiring.prepare_model_for_kbit_training': 'before' },
      },
      {
        code: '# remove prepare_model_for_kbit_training(model)',
        why: text(
          'training does not need it; it costs memory by casting to float32',
          '训练并不需要它；它转成 float32 还更费显存',
        ),
        patch: { 'wiring.prepare_model_for_kbit_training': 'never' },
      },
    ],
  },
  {
    id: 'trainer-prepares-again',
    match: (facts) =>
      lifeless(facts) &&
      facts.frozenBy?.name === 'prepare_model_for_kbit_training' &&
      facts.frozenBy.call === 'SFTTrainer(...)',
    cause: (facts) =>
      hidden(
        facts,
        `SFTTrainer of TRL ${facts.examination.script.stack.trl} calls prepare_model_for_kbit_training on any 4-bit model, also on one that already carries an adapter, and freezes it: ${counted(facts.frozenBy?.before ?? 0, 'trainable tensor')} became 0. TRL 0.20.0 to 0.23.0 do this.`,
        `TRL ${facts.examination.script.stack.trl} 的 SFTTrainer 对任何 4 位模型都会调用 prepare_model_for_kbit_training，包括已带适配器的模型，于是把它冻结：可训练张量从 ${facts.frozenBy?.before ?? 0} 变为 0。TRL 0.20.0 到 0.23.0 都如此。`,
      ),
    evidence: frozenEvidence,
    notTheCause: [
      notTargets,
      text('your own get_peft_model call', '你自己的 get_peft_model 调用'),
      text('gradient checkpointing', '梯度检查点'),
    ],
    proposals: ({ values }) => [
      {
        code: 'SFTTrainer(model=model, peft_config=peft_config, …)  # without attaching first',
        why: text('the trainer then prepares first and attaches after', '训练器会先准备，再挂载'),
        patch: { 'wiring.attach': 'peft_config' },
      },
      {
        code: 'pip install trl==0.23.1',
        why: text(
          'the first release that leaves an attached adapter alone',
          '第一个不再动已挂载适配器的版本',
        ),
        patch: { 'wiring.stack': 'trl-0.23.1' },
      },
      {
        code: 'pip install trl==0.19.1',
        why: text('the last release before the change', '改动之前的最后一个版本'),
        patch: {
          'wiring.stack': 'trl-0.19.1',
          ...(values['train.gradient_checkpointing'] ? { 'train.use_reentrant': 'false' } : {}),
        },
      },
    ],
  },
  {
    id: 'loaded-frozen',
    match: (facts) =>
      lifeless(facts) &&
      /^from_pretrained(_and_config)?$/.test(facts.values['wiring.attach']) &&
      facts.adapterTensors > 0,
    cause: (facts) =>
      hidden(
        facts,
        `PeftModel.from_pretrained loads an adapter for inference: is_trainable is False unless you say otherwise, so all ${facts.adapterTensors} adapter tensors are frozen.${facts.values['wiring.attach'] === 'from_pretrained_and_config' ? ' This TRL ignores the peft_config of a model that already is a PeftModel.' : ''}`,
        `PeftModel.from_pretrained 默认用于推理：is_trainable 默认为 False，因此全部 ${facts.adapterTensors} 个适配器张量都被冻结。${facts.values['wiring.attach'] === 'from_pretrained_and_config' ? '对已经是 PeftModel 的模型，这一版 TRL 会忽略 peft_config。' : ''}`,
      ),
    evidence: frozenEvidence,
    notTheCause: [notTargets, not4bit, text('the saved adapter file', '保存的适配器文件')],
    proposals: () => [
      {
        code: 'PeftModel.from_pretrained(model, "adapter", is_trainable=True)',
        why: text('goes on training the saved adapter', '继续训练已保存的适配器'),
        patch: { 'wiring.attach': 'from_pretrained_trainable' },
      },
      {
        code: 'get_peft_model(model, peft_config)',
        why: text('trains a new adapter instead', '改为训练新的适配器'),
        patch: { 'wiring.attach': 'get_peft_model' },
      },
    ],
  },
  {
    id: 'inference-mode',
    match: (facts) => lifeless(facts) && facts.values['lora.inference_mode'] && facts.adapterTensors > 0,
    cause: (facts) =>
      hidden(
        facts,
        `LoraConfig(inference_mode=True) attaches the adapter frozen, without a word: 0 of ${counted(facts.adapterTensors, 'tensor requires', 'tensors require')} grad. Every saved adapter_config.json says inference_mode: true.`,
        `LoraConfig(inference_mode=True) 挂载的适配器是冻结的，且没有提示：${facts.adapterTensors} 个张量中需要梯度的为 0。每个保存的 adapter_config.json 都写着 inference_mode: true。`,
      ),
    evidence: frozenEvidence,
    notTheCause: [notTargets, not4bit],
    proposals: () => [
      {
        code: 'LoraConfig(inference_mode=False, …)',
        why: text('also after LoraConfig.from_pretrained', '从 LoraConfig.from_pretrained 得到的配置也要改'),
        patch: { 'lora.inference_mode': false },
      },
    ],
  },
  {
    id: 'adapter-disabled',
    match: (facts) => facts.isElement0 && /^disable_adapter/.test(after(facts)),
    cause: () =>
      text(
        'The adapter is switched off, so the forward pass is the frozen base alone.',
        '适配器被关闭，前向只剩冻结的底座。',
      ),
    evidence: frozenEvidence,
    notTheCause: [notTargets, not4bit],
    proposals: () => [
      {
        code: '# remove disable_adapter',
        why: text('train with the adapter on', '在适配器开启时训练'),
        patch: reset,
      },
    ],
  },
  {
    id: 'adapter-merged-away',
    match: (facts) =>
      (facts.isElement0 ||
        facts.isSilent ||
        (facts.examination.outcome.error?.message.includes('purely quantized') ?? false)) &&
      /unload$/.test(after(facts)),
    cause: (facts) =>
      text(
        `${after(facts)}() gives back the bare model: no adapter is left, and the base stays frozen.`,
        `${after(facts)}() 返回裸模型：没有适配器了，而底座仍被冻结。`,
      ),
    evidence: ({ examination }) =>
      examination.script.history
        .filter((trace) => trace.name.endsWith('unload'))
        .map((trace) => same(`${trace.name}: ${trace.before} → ${trace.after} trainable`)),
    notTheCause: [notTargets, not4bit],
    proposals: (facts) => [
      {
        code: `# remove model.${after(facts)}()`,
        why: text('merge after training', '训练之后再合并'),
        patch: reset,
      },
    ],
  },
  {
    id: 'second-adapter-froze-first',
    match: (facts) => lifeless(facts) && facts.frozenBy?.name === 'load_adapter',
    cause: (facts) =>
      text(
        `In PEFT ${facts.examination.script.stack.peft} load_adapter("b") freezes the active adapter as well: ${facts.frozenBy?.before ?? 0} trainable tensors became 0.`,
        `在 PEFT ${facts.examination.script.stack.peft} 中，load_adapter("b") 会连当前激活的适配器一起冻结：可训练张量从 ${facts.frozenBy?.before ?? 0} 变为 0。`,
      ),
    evidence: frozenEvidence,
    notTheCause: [notTargets, not4bit],
    proposals: () => [
      {
        code: 'model.load_adapter("adapter", "b", is_trainable=True)',
        why: text('leaves the flags of the active adapter alone', '不改动当前适配器的标志'),
        patch: { 'wiring.after_attach': 'load_adapter_trainable' },
      },
      {
        code: '# load the second adapter after training',
        why: text('one adapter while training', '训练时只留一个适配器'),
        patch: reset,
      },
      {
        code: 'pip install peft==0.17.1',
        why: text('releases before 0.18 do not do this', '0.18 之前的版本没有这个问题'),
        patch: { 'wiring.stack': 'trl-0.23.1' },
      },
    ],
  },
  {
    id: 'config-not-used',
    match: (facts) =>
      (lifeless(facts) || facts.examination.outcome.kind === 'trains') &&
      facts.values['wiring.attach'] === 'peft_config' &&
      facts.values['wiring.trainer'] !== 'SFTTrainer',
    cause: (facts) =>
      text(
        `Only SFTTrainer takes a peft_config. ${facts.values['wiring.trainer'] === 'Trainer' ? 'Trainer' : 'A plain loop'} never sees it, so no adapter is attached.`,
        `只有 SFTTrainer 接受 peft_config。${facts.values['wiring.trainer'] === 'Trainer' ? 'Trainer' : '手写循环'} 用不到它，因此没有挂载适配器。`,
      ),
    evidence: () => [text('0 adapter tensors in the tree', '树中没有适配器张量')],
    notTheCause: [notTargets, not4bit],
    proposals: () => [
      {
        code: 'model = get_peft_model(model, peft_config)',
        why: text('attach it in the script', '在脚本中挂载'),
        patch: { 'wiring.attach': 'get_peft_model' },
      },
      {
        code: 'SFTTrainer(model=model, peft_config=peft_config, …)',
        why: text('or let SFTTrainer do it', '或交给 SFTTrainer'),
        patch: { 'wiring.trainer': 'SFTTrainer' },
      },
    ],
  },
  {
    id: 'nothing-attached',
    match: (facts) => lifeless(facts) && facts.adapterTensors === 0,
    cause: (facts) =>
      hidden(
        facts,
        'No adapter is attached and the base is frozen, so no parameter can learn.',
        '没有挂载适配器，而底座被冻结，没有任何参数可以学习。',
      ),
    evidence: () => [
      text('0 adapter tensors in the tree', '树中没有适配器张量'),
      text('0 parameters require grad', '需要梯度的参数为 0'),
    ],
    notTheCause: [notTargets, not4bit],
    proposals: ({ values }) => [
      values['wiring.trainer'] === 'SFTTrainer'
        ? {
            code: 'SFTTrainer(model=model, peft_config=peft_config, …)',
            why: text('the trainer attaches it', '由训练器挂载'),
            patch: { 'wiring.attach': 'peft_config' },
          }
        : {
            code: 'model = get_peft_model(model, peft_config)',
            why: text('attach an adapter', '挂载适配器'),
            patch: { 'wiring.attach': 'get_peft_model' },
          },
    ],
  },
];
