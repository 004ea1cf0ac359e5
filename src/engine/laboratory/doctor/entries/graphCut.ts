// The graph is cut between the adapters and the loss: reentrant checkpointing, no_grad, a detached loss, wrong repairs.
import { counted } from '../../../ground/counted.ts';
import { stacks } from '../../../libraries/stacks.ts';
import type { DoctorEntry, Proposal } from '../entry.ts';
import { not4bit, notTargets, same, text } from '../entry.ts';
import type { DoctorFacts } from '../facts.ts';

const newest = stacks.find((stack) => stack.id === 'trl-1.9.0');

const nonReentrant: Proposal = {
  code: 'gradient_checkpointing_kwargs={"use_reentrant": False}',
  why: text(
    'keeps the memory saving; the default from transformers 5 on',
    '保留省显存的效果；从 transformers 5 起是默认值',
  ),
  patch: { 'train.use_reentrant': 'false' },
};
const hook: Proposal = {
  code: 'model.enable_input_require_grads()',
  why: text(
    'makes the embedding output require grad, so that every checkpoint records something',
    '让嵌入输出需要梯度，使每个检查点都能记录计算图',
  ),
  patch: { 'wiring.enable_input_require_grads': true },
};

/** Repairs of a reentrant checkpoint that nothing with grad enters. */
function reentrantProposals({ values }: DoctorFacts): Proposal[] {
  const sft = values['wiring.trainer'] === 'SFTTrainer';
  const byScript = values['wiring.attach'] === 'get_peft_model';
  const prepared = values['wiring.prepare_model_for_kbit_training'] !== 'never';
  return [
    nonReentrant,
    hook,
    ...(prepared
      ? [
          {
            code: 'prepare_model_for_kbit_training(model, gradient_checkpointing_kwargs={"use_reentrant": False})',
            why: text(
              'the preparation turned checkpointing on; tell it the variant',
              '检查点是由 prepare 打开的，在那里指定变体',
            ),
            patch: { 'wiring.prepare.use_reentrant': 'false' },
          } as const,
        ]
      : []),
    ...(sft && byScript
      ? [
          {
            code: 'SFTTrainer(model=model, peft_config=peft_config, …)  # without get_peft_model',
            why: text(
              'SFTTrainer then prepares the model and installs the hook itself',
              '由 SFTTrainer 自己准备模型并安装钩子',
            ),
            patch: { 'wiring.attach': 'peft_config' },
          } as const,
        ]
      : []),
    ...(byScript && !prepared
      ? [
          {
            code: 'model = prepare_model_for_kbit_training(model)  # before get_peft_model',
            why: text(
              'on a 4-bit base it installs the hook; on others it does not',
              '在 4 位底座上会安装钩子；在其他底座上不会',
            ),
            patch: { 'wiring.prepare_model_for_kbit_training': 'before' },
          } as const,
        ]
      : []),
    {
      code: 'gradient_checkpointing=False',
      why: text(
        'no checkpointing, no cut; more memory for activations',
        '不做检查点就不会断；激活值占更多显存',
      ),
      patch: { 'train.gradient_checkpointing': false },
    },
    ...(newest
      ? [
          {
            code: `pip install trl==${newest.trl} peft==${newest.peft} transformers==${newest.transformers}`,
            why: text(
              'transformers 5 always installs the hook and checkpoints without reentry',
              'transformers 5 总会安装钩子，并默认使用非重入检查点',
            ),
            patch: { 'wiring.stack': newest.id },
          } as const,
        ]
      : []),
  ];
}

function reentrantEvidence({
  reentrantLayers,
  examination,
  embeddingRequiresGrad,
  layerNone,
  layerTensors,
}: DoctorFacts) {
  const loss = examination.step?.loss;
  return [
    same(`embed_tokens output requires_grad=${embeddingRequiresGrad ? 'True' : 'False'}`),
    text(
      `${counted(reentrantLayers, 'layer')} ran under no_grad as reentrant checkpoints`,
      `${reentrantLayers} 层以可重入检查点在 no_grad 下运行`,
    ),
    same(`loss.grad_fn=${loss?.gradFn ?? 'None'}`),
    text(
      `${layerNone} of ${layerTensors} trainable tensors in the layers: grad is None`,
      `各层 ${layerTensors} 个可训练张量中有 ${layerNone} 个 grad 为 None`,
    ),
  ];
}

const plainStep = (code: string): Proposal => ({
  code,
  why: text('lets autograd see the loss that the model returned', '让 autograd 看到模型返回的损失'),
  patch: { 'wiring.step': 'plain' },
});

const step = ({ values }: DoctorFacts) => values['wiring.step'];

export const graphCutEntries: readonly DoctorEntry[] = [
  {
    id: 'no-grad-context',
    match: (facts) => facts.isElement0 && (step(facts) === 'no_grad' || step(facts) === 'inference_mode'),
    cause: (facts) =>
      text(
        `The forward pass ran inside torch.${step(facts)}(), so nothing was recorded. All ${facts.trainable} trainable tensors are set correctly; the loss still has no grad_fn.`,
        `前向在 torch.${step(facts)}() 内运行，什么都没有记录。${facts.trainable} 个可训练张量的标志都正确，但损失仍没有 grad_fn。`,
      ),
    evidence: (facts) => [
      same('logits.requires_grad=False'),
      same('loss.grad_fn=None'),
      text(
        `${counted(facts.trainable, 'tensor requires', 'tensors require')} grad`,
        `${facts.trainable} 个张量需要梯度`,
      ),
    ],
    notTheCause: [text('requires_grad flags', 'requires_grad 标志'), notTargets, not4bit],
    proposals: (facts) => [plainStep(`loss = model(**batch).loss  # outside torch.${step(facts)}()`)],
  },
  {
    id: 'detached-loss',
    match: (facts) => facts.isElement0 && (step(facts) === 'detach' || step(facts) === 'item'),
    cause: (facts) =>
      text(
        `The graph is complete up to the model's loss; ${step(facts) === 'item' ? 'torch.tensor(loss.item())' : 'loss.detach()'} then makes a new tensor without history.`,
        `直到模型的损失计算图都是完整的；${step(facts) === 'item' ? 'torch.tensor(loss.item())' : 'loss.detach()'} 却新建了一个没有历史的张量。`,
      ),
    evidence: () => [same('logits.requires_grad=True'), same('loss.grad_fn=None')],
    notTheCause: [
      text('requires_grad flags', 'requires_grad 标志'),
      notTargets,
      text('checkpointing', '检查点'),
    ],
    proposals: () => [plainStep('loss.backward()  # the loss itself')],
  },
  {
    id: 'loss-requires-grad-forced',
    match: (facts) => step(facts) === 'requires_grad_' && facts.isSilent,
    cause: (facts) =>
      text(
        `loss.requires_grad_(True) turns the loss into a leaf: backward succeeds and reaches nothing. ${facts.layerNone} of ${facts.trainable} trainable tensors get no gradient. The cut that it hides is still there.`,
        `loss.requires_grad_(True) 把损失变成叶子：backward 不报错，却到达不了任何地方。${facts.trainable} 个可训练张量中有 ${facts.layerNone} 个没有梯度。被掩盖的断点仍在。`,
      ),
    evidence: (facts) => [
      same('loss.is_leaf=True, loss.grad_fn=None'),
      ...reentrantEvidence(facts).slice(0, 2),
    ],
    notTheCause: [text('the optimiser or the learning rate', '优化器或学习率')],
    proposals: () => [plainStep('# remove loss.requires_grad_(True)')],
  },
  {
    id: 'backward-twice',
    match: ({ examination }) =>
      examination.outcome.error?.message.startsWith('Trying to backward through the graph a second time') ??
      false,
    cause: () =>
      text(
        'backward runs twice on the same loss; the first run frees what the second needs.',
        '对同一个损失执行了两次 backward；第一次已释放第二次需要的内容。',
      ),
    evidence: ({ examination }) => [
      text(
        `after the first backward ${counted(examination.outcome.nonzeroGradients, 'tensor')} had a non-zero gradient`,
        `第一次 backward 后有 ${examination.outcome.nonzeroGradients} 个张量梯度非零`,
      ),
    ],
    notTheCause: [
      text(
        'a missing retain_graph=True: it keeps the graph but doubles the gradient',
        '缺少 retain_graph=True：它保留计算图，却使梯度翻倍',
      ),
      notTargets,
    ],
    proposals: () => [plainStep('loss.backward()  # once per forward pass')],
  },
  {
    id: 'reentrant-without-hook',
    match: (facts) =>
      facts.isElement0 && facts.reentrantLayers > 0 && !facts.embeddingRequiresGrad && facts.trainable > 0,
    cause: (facts) =>
      text(
        `Reentrant checkpointing runs each layer under no_grad; its output requires grad only if the hidden states that enter it do. They do not: the embedding is frozen and no hook was installed. So nothing reaches the loss, although ${counted(facts.trainable, 'tensor requires', 'tensors require')} grad.`,
        `可重入检查点在 no_grad 下运行每一层；只有进入该层的隐藏状态需要梯度，输出才需要梯度。这里不需要：嵌入被冻结，也没有安装钩子。因此尽管有 ${facts.trainable} 个张量需要梯度，却没有任何东西连到损失。`,
      ),
    evidence: reentrantEvidence,
    notTheCause: [
      notTargets,
      not4bit,
      text('requires_grad of the adapter: it is True', '适配器的 requires_grad：它是 True'),
    ],
    proposals: reentrantProposals,
  },
  {
    id: 'reentrant-under-trainable-head',
    match: (facts) =>
      facts.isSilent && facts.reentrantLayers > 0 && !facts.embeddingRequiresGrad && facts.layerNone > 0,
    cause: (facts) =>
      text(
        `The head is trainable, so the loss has a grad_fn and no error is raised. Below it reentrant checkpointing cuts the graph: ${facts.layerNone} of ${facts.layerTensors} trainable tensors in the layers never get a gradient.`,
        `输出头可训练，所以损失有 grad_fn、不会报错。它下面的可重入检查点切断了计算图：各层 ${facts.layerTensors} 个可训练张量中有 ${facts.layerNone} 个始终没有梯度。`,
      ),
    evidence: reentrantEvidence,
    notTheCause: [
      text('a normal grad_norm: it comes from the head alone', '正常的 grad_norm：它只来自输出头'),
      notTargets,
    ],
    proposals: reentrantProposals,
  },
];
