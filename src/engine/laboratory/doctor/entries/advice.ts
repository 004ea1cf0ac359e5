// Told beside a run that trains, but not as meant: a learning rate of zero, a second wrap, copies of tied weights, rows
// that teach nothing.
import { counted } from '../../../ground/counted.ts';
import { parseNames } from '../../../ground/settings/names.ts';
import type { DoctorEntry } from '../entry.ts';
import { same, text } from '../entry.ts';
import type { DoctorFacts } from '../facts.ts';

const trains = ({ examination }: DoctorFacts): boolean => examination.outcome.kind === 'trains';
const warmupSteps = ({ values, rows }: DoctorFacts): number => {
  const warmup = values['train.warmup_steps'];
  return warmup < 1 ? Math.ceil(warmup * totalSteps(values, rows)) : warmup;
};
const totalSteps = (values: DoctorFacts['values'], rows: DoctorFacts['rows']): number =>
  rows?.steps ?? values['train.max_steps'];

/** Told although gradients flow. */
export const numberAdvice: readonly DoctorEntry[] = [
  {
    id: 'warning-is-harmless',
    match: ({ examination }) =>
      examination.outcome.kind === 'trains' &&
      examination.outcome.warnings.some((warning) =>
        warning.message.startsWith('None of the inputs have requires_grad=True'),
      ),
    cause: (facts) =>
      text(
        `The warning "None of the inputs have requires_grad=True" comes from layers that hold nothing trainable; all ${facts.trainable} trainable tensors are outside them and get their gradient.`,
        `警告 "None of the inputs have requires_grad=True" 来自没有可训练张量的层；全部 ${facts.trainable} 个可训练张量都在这些层之外，并得到了梯度。`,
      ),
    evidence: (facts) => [
      text(
        `${facts.layerTensors} trainable tensors in the layers`,
        `各层中的可训练张量：${facts.layerTensors}`,
      ),
    ],
    notTheCause: [],
    proposals: () => [
      {
        code: 'gradient_checkpointing_kwargs={"use_reentrant": False}',
        why: text('silences it', '可消除该警告'),
        patch: { 'train.use_reentrant': 'false' },
      },
    ],
  },
  {
    id: 'learning-rate-zero',
    match: (facts) => trains(facts) && facts.values['train.learning_rate'] === 0,
    cause: () =>
      text(
        'learning_rate is 0: gradients arrive, and no step moves anything.',
        'learning_rate 为 0：梯度到达了，但每一步都不移动任何参数。',
      ),
    evidence: () => [same('learning_rate = 0')],
    notTheCause: [text('the wiring', '接线')],
    proposals: () => [
      {
        code: 'SFTConfig(learning_rate=2e-3)',
        why: text(
          'for the small embedded model; 1e-4 to 5e-4 for large ones',
          '适合内置小模型；大模型用 1e-4 到 5e-4',
        ),
        patch: { 'train.learning_rate': 2e-3 },
      },
    ],
  },
  {
    id: 'warmup-longer-than-run',
    match: (facts) => {
      const steps = totalSteps(facts.values, facts.rows);
      return (
        trains(facts) &&
        facts.values['train.lr_scheduler_type'] !== 'constant' &&
        steps > 0 &&
        warmupSteps(facts) >= steps
      );
    },
    cause: (facts) =>
      text(
        `warmup takes ${counted(warmupSteps(facts), 'step')} and the run has ${totalSteps(facts.values, facts.rows)}: the learning rate never reaches what you set.`,
        `预热要 ${warmupSteps(facts)} 步，而总共只有 ${totalSteps(facts.values, facts.rows)} 步：学习率永远到不了设定值。`,
      ),
    evidence: (facts) => [same(`warmup_steps = ${facts.values['train.warmup_steps']}`)],
    notTheCause: [text('the wiring', '接线')],
    proposals: (facts) => {
      const steps = Math.max(1, Math.floor(totalSteps(facts.values, facts.rows) / 20));
      return [
        {
          code: `SFTConfig(warmup_steps=${steps})`,
          why: text('about a twentieth of the run', '约为总步数的二十分之一'),
          patch: { 'train.warmup_steps': steps },
        },
      ];
    },
  },
  {
    id: 'double-wrap',
    match: ({ examination }) => examination.script.causalPath.split('base_model').length > 2,
    cause: () =>
      text(
        'The model is wrapped twice: names carry a second base_model.model., the first adapter was replaced, and the saved keys fit no other script.',
        '模型被包装了两次：名称里多出一段 base_model.model.，第一个适配器被替换，保存的键也与其他脚本对不上。',
      ),
    evidence: ({ examination }) => [same(examination.script.causalPath)],
    notTheCause: [],
    proposals: ({ values }) =>
      values['wiring.after_attach'] === 'get_peft_model'
        ? [
            {
              code: '# remove the second get_peft_model',
              why: text('wrap once', '只包装一次'),
              patch: { 'wiring.after_attach': 'nothing' },
            },
          ]
        : [
            {
              code: 'SFTTrainer(model=model, peft_config=peft_config, …)  # without get_peft_model',
              why: text('wrap once', '只包装一次'),
              patch: { 'wiring.attach': 'peft_config' },
            },
          ],
  },
  {
    id: 'config-ignored',
    match: (facts) =>
      facts.values['wiring.attach'] === 'both' &&
      facts.values['wiring.trainer'] === 'SFTTrainer' &&
      facts.examination.script.behaves('sftConfigOnPeftModel') === 'ignores',
    cause: ({ examination }) =>
      text(
        `TRL ${examination.script.stack.trl} ignores the peft_config of a model that already is a PeftModel: r and target_modules of the second config have no effect.`,
        `对已经是 PeftModel 的模型，TRL ${examination.script.stack.trl} 会忽略 peft_config：第二个配置的 r 与 target_modules 不起作用。`,
      ),
    evidence: ({ examination }) => [
      same(
        `${examination.script.history.filter((trace) => trace.name === 'get_peft_model').length} × get_peft_model`,
      ),
    ],
    notTheCause: [],
    proposals: () => [
      {
        code: 'SFTTrainer(model=model, peft_config=peft_config, …)  # without get_peft_model',
        why: text('one place for the config', '配置只放一处'),
        patch: { 'wiring.attach': 'peft_config' },
      },
    ],
  },
  {
    id: 'tied-weights-untied',
    match: (facts) =>
      facts.config.tied &&
      (parseNames(facts.values['lora.modules_to_save']) ?? []).some((name) =>
        /lm_head|embed_tokens/.test(name),
      ),
    cause: () =>
      text(
        'lm_head and embed_tokens share one weight. modules_to_save copies it, and only the copy learns: the two are no longer tied after training.',
        'lm_head 与 embed_tokens 共享一个权重。modules_to_save 会复制它，且只有副本在学习：训练后两者不再绑定。',
      ),
    evidence: (facts) => [
      same('tie_word_embeddings=True'),
      same(`modules_to_save=${facts.values['lora.modules_to_save']}`),
    ],
    notTheCause: [],
    proposals: () => [
      {
        code: 'LoraConfig(modules_to_save=None)',
        why: text('leave the shared weight frozen', '让共享的权重保持冻结'),
        patch: { 'lora.modules_to_save': '[]' },
      },
    ],
  },
  {
    id: 'whole-model-trains',
    match: (facts) =>
      trains(facts) &&
      facts.trainable > facts.adapterTensors &&
      facts.adapterTensors > 0 &&
      facts.values['wiring.requires_grad_all'],
    cause: (facts) =>
      text(
        `requires_grad = True on every parameter trains the whole model: ${counted(facts.trainable, 'tensor')} instead of the ${facts.adapterTensors} of the adapter.`,
        `给所有参数设置 requires_grad = True 会训练整个模型：${facts.trainable} 个张量，而不是适配器的 ${facts.adapterTensors} 个。`,
      ),
    evidence: (facts) => [same(`${facts.trainable} / ${facts.adapterTensors}`)],
    notTheCause: [],
    proposals: () => [
      {
        code: '# remove the loop over model.parameters()',
        why: text('train the adapter only', '只训练适配器'),
        patch: { 'wiring.requires_grad_all': false },
      },
    ],
  },
  {
    id: 'base-upcast',
    match: (facts) =>
      facts.values['model.dtype'] !== 'float32' &&
      facts.values['wiring.prepare_model_for_kbit_training'] !== 'never' &&
      facts.examination.outcome.error === null,
    cause: (facts) =>
      facts.values['bnb.bnb_4bit_quant_type'] === 'none'
        ? text(
            'On a base that is not in 4 bits prepare_model_for_kbit_training installs no hook and no checkpointing; it only casts the whole base to float32.',
            '底座不是 4 位时，prepare_model_for_kbit_training 既不装钩子也不开检查点，只把整个底座转成 float32。',
          )
        : text(
            'prepare_model_for_kbit_training casts embeddings, head and norms to float32, which may cost more memory than the 4-bit layers save.',
            'prepare_model_for_kbit_training 会把嵌入、输出头和归一化转成 float32，占用可能超过 4 位层省下的显存。',
          ),
    evidence: ({ examination }) => {
      const bytes = [...examination.script.root.namedParameters()]
        .filter(([, tensor]) => tensor.dtype === 'float32' && tensor.init === 'loaded')
        .reduce((sum, [, tensor]) => sum + tensor.bytes, 0);
      return [text(`${bytes} bytes of base weights in float32`, `float32 底座权重 ${bytes} 字节`)];
    },
    notTheCause: [],
    proposals: () => [
      {
        code: '# remove prepare_model_for_kbit_training(model)',
        why: text('it is not needed for gradients', '梯度并不需要它'),
        patch: { 'wiring.prepare_model_for_kbit_training': 'never' },
      },
    ],
  },
  {
    id: 'rows-without-labels',
    match: ({ rows }) => rows !== null && rows.maskedRows > 0 && !rows.allMasked,
    cause: ({ rows }) =>
      text(
        `${counted(rows?.maskedRows ?? 0, 'row has no trained token and teaches', 'rows have no trained token and teach')} nothing, of ${rows?.rows ?? 0}.`,
        `${rows?.rows ?? 0} 行中有 ${rows?.maskedRows ?? 0} 行没有被训练的词元，不起作用。`,
      ),
    evidence: ({ rows }) => [
      text(`${rows?.truncatedRows ?? 0} truncated rows`, `被截断的行：${rows?.truncatedRows ?? 0}`),
    ],
    notTheCause: [],
    proposals: ({ rows }) =>
      rows && rows.truncatedRows > 0
        ? [
            {
              code: `SFTConfig(max_length=${Math.min(512, Math.ceil(rows.longestTokens / 8) * 8)})`,
              why: text('holds the longest row', '容得下最长的一行'),
              patch: { 'train.max_length': Math.min(512, Math.ceil(rows.longestTokens / 8) * 8) },
            },
          ]
        : [],
  },
  {
    id: 'eos-never-learnt',
    match: ({ rows }) => rows !== null && rows.rows > 0 && rows.rowsEndingWithEos === 0,
    cause: () =>
      text(
        'No row ends with the end-of-sequence token inside its trained part, so the model never learns to stop.',
        '没有一行的训练部分以结束符结尾，模型学不会停下来。',
      ),
    evidence: ({ rows }) => [
      text(
        `0 of ${counted(rows?.rows ?? 0, 'row ends', 'rows end')} with eos`,
        `${rows?.rows ?? 0} 行中以 eos 结尾的为 0`,
      ),
    ],
    notTheCause: [],
    proposals: () => [],
  },
  {
    id: 'packed-across-documents',
    match: ({ rows }) => rows?.packing ?? false,
    cause: () =>
      text(
        'Many rows are packed into one sequence: without a mask per document a row attends to the rows before it.',
        '多行被拼进一个序列：若没有按文档划分的掩码，一行会注意到它前面的行。',
      ),
    evidence: () => [same('packing=True')],
    notTheCause: [],
    proposals: () => [],
  },
];
