// The graph of a program is cut between the adapters and the loss by lines of its own: checkpointing turned on twice, grad mode, what
// happens to the loss.
// Sources: torch/utils/checkpoint.py CheckpointFunction; transformers modeling_utils.py gradient_checkpointing_enable, trainer.py
// _inner_training_loop (calls it again with its own kwargs); peft utils/other.py prepare_model_for_kbit_training.
import { counted } from '../../../../ground/counted.ts';
import type { Text } from '../../../../ground/text.ts';
import { same, text } from '../../../../ground/text.ts';
import { truthOf } from '../../../../python/program/values.ts';
import type { Effect } from '../../../../python/run/effects.ts';
import { shortName } from '../../../../python/run/objects.ts';
import type { Finding, ScriptProposal } from '../finding.ts';
import type { ProgramFacts } from '../programFacts.ts';
import { argumentEdit, beforeTraining, trainingArgument, without } from '../proposals.ts';
import type { ScriptEdit } from '../scriptEdit.ts';

const NON_REENTRANT = '{"use_reentrant": False}';

/** The call that left checkpointing reentrant. */
const switchedOn = (facts: ProgramFacts): Effect | null =>
  facts.effectsBefore.findLast(({ checkpointing }) => checkpointing?.after === 'reentrant') ?? null;

function embeddingLives(facts: ProgramFacts): boolean {
  return facts.deciding?.examined?.step?.embedding.requiresGrad ?? false;
}

const reentrantLayers = (facts: ProgramFacts): number =>
  facts.deciding?.strip.filter(({ checkpoint }) => checkpoint === 'reentrant').length ?? 0;

/** Trainable tensors that got nothing. */
const starved = (facts: ProgramFacts): number => facts.deciding?.examined?.outcome.noneGradients ?? 0;

/** Where use_reentrant can be said: at the call that turns checkpointing on, as far as the releases let it. */
function saidAtCall(facts: ProgramFacts): ScriptEdit[][] {
  const effect = switchedOn(facts);
  const call = effect && facts.calls[effect.index];
  const kwargs = 'gradient_checkpointing_kwargs';
  const own =
    call && /gradient_checkpointing_enable$|prepare_model_for_kbit_training$/.test(call.callee)
      ? [argumentEdit(facts, { ...call, index: effect.index }, kwargs, NON_REENTRANT)]
      : [];
  const byTrainer = trainingArgument(facts, kwargs, NON_REENTRANT);
  const both = own.flatMap((one) => byTrainer.slice(0, 1).map((other) => [...one, ...other]));
  const ways = call && own.length > 0 ? [...own, ...both, ...byTrainer] : byTrainer;
  return ways.filter((way) => way.length > 0);
}

function reentrantProposals(facts: ProgramFacts): ScriptProposal[] {
  const knows = facts.since('transformers', '4.35');
  const hook: ScriptProposal = {
    why: text(
      'makes the embedding output require grad, so that every checkpoint records something',
      '让嵌入输出需要梯度，使每个检查点都能记录计算图',
    ),
    ways: beforeTraining(facts, (model) => `${model}.enable_input_require_grads()`),
  };
  const off = trainingArgument(facts, 'gradient_checkpointing', 'False');
  const enabling = switchedOn(facts);
  const own =
    enabling && /gradient_checkpointing_enable$/.test(enabling.callee) ? [without(enabling.line)] : [];
  return [
    ...(knows
      ? [
          {
            why: text(
              'keeps the memory saving; the default from transformers 5 on',
              '保留省显存的效果；从 transformers 5 起是默认值',
            ),
            ways: saidAtCall(facts),
          },
        ]
      : []),
    hook,
    {
      why: text(
        'no checkpointing, no cut; more memory for activations',
        '不做检查点就不会断；激活值占更多显存',
      ),
      ways: [...off, ...own],
    },
  ];
}

function evidence(facts: ProgramFacts): Text[] {
  const effect = switchedOn(facts);
  return [
    same(`embedding output requires_grad=${embeddingLives(facts) ? 'True' : 'False'}`),
    text(
      `${counted(reentrantLayers(facts), 'layer')} ran under no_grad as reentrant checkpoints`,
      `${reentrantLayers(facts)} 层以可重入检查点在 no_grad 下运行`,
    ),
    ...(effect
      ? [
          text(
            `checkpointing became reentrant at line ${effect.line}, ${shortName(effect.callee)}`,
            `检查点在第 ${effect.line} 行变为可重入：${shortName(effect.callee)}`,
          ),
        ]
      : []),
  ];
}

const isCut = (facts: ProgramFacts): boolean =>
  reentrantLayers(facts) > 0 &&
  !embeddingLives(facts) &&
  facts.trainable > 0 &&
  (facts.isElement0 || (facts.isSilent && starved(facts) > 0));

/** What it comes to: an error, or a head that learns alone. */
const outcome = (facts: ProgramFacts): Text =>
  facts.isElement0
    ? text(
        `Nothing reaches the loss, although ${counted(facts.trainable, 'tensor requires', 'tensors require')} grad.`,
        `尽管有 ${facts.trainable} 个张量需要梯度，却没有任何东西连到损失。`,
      )
    : text(
        `The head above them is trainable, so no error is raised, and ${starved(facts)} of ${facts.trainable} trainable tensors never get a gradient.`,
        `上面的输出头可训练，所以不报错，而 ${facts.trainable} 个可训练张量中有 ${starved(facts)} 个始终没有梯度。`,
      );

/** Chosen without reentry, and turned on again by another call with arguments of its own. */
function setTwice(facts: ProgramFacts): ReturnType<Finding['match']> {
  const effect = switchedOn(facts);
  const first = facts.effectsBefore.findLast(({ checkpointing }) => checkpointing?.after === 'non-reentrant');
  if (!isCut(facts) || !effect || !first || first.index > effect.index) return null;
  const by = shortName(effect.callee);
  const ends = outcome(facts);
  return {
    lines: [...new Set([first.line, effect.line])].filter((line) => line > 0),
    severity: 'cause',
    cause: text(
      `Line ${first.line} chose use_reentrant=False, and ${by} at line ${effect.line} turns checkpointing on again with its own arguments, which makes it reentrant. ${ends.en}`,
      `第 ${first.line} 行选择了 use_reentrant=False，而第 ${effect.line} 行的 ${by} 又用自己的参数重新打开检查点，使其变为可重入。${ends.zh}`,
    ),
    evidence: evidence(facts),
    proposals: reentrantProposals(facts),
  };
}

export const cutFindings: readonly Finding[] = [
  { id: 'checkpointing-set-twice', match: setTwice },
  {
    id: 'no-grad-context',
    match: (facts) => {
      const event = facts.deciding?.event;
      if (!event || event.gradMode === 'grad' || !facts.isElement0) return null;
      const entered = facts.calls
        .slice(0, event.index)
        .findLast(({ callee }) => /^torch\.(set_grad_enabled|inference_mode)$/.test(callee));
      const line = entered?.line ?? event.line;
      const written = facts.statement(line)?.text.split('\n')[0] ?? '';
      const header = /^(with\s+torch\.(?:no_grad|inference_mode)\(\))(\s*:)/.exec(written);
      const decorator = /^@torch\.(no_grad|inference_mode)(\(\))?$/.test(written.trim());
      return {
        lines: [line, event.line],
        severity: 'cause',
        cause: text(
          `The forward pass ran inside torch.${event.gradMode}() of line ${line}, so nothing was recorded: ${counted(facts.trainable, 'tensor requires', 'tensors require')} grad and the loss has no grad_fn.`,
          `前向在第 ${line} 行的 torch.${event.gradMode}() 内运行，什么都没有记录：有 ${facts.trainable} 个张量需要梯度，而损失没有 grad_fn。`,
        ),
        evidence: [same('loss.grad_fn=None')],
        proposals: [
          {
            why: text('records the forward pass', '记录前向计算'),
            ways: [
              ...(header ? [[{ line, word: header[1] ?? '', becomes: 'with torch.enable_grad()' }]] : []),
              ...(decorator ? [[{ line, word: written.trim(), becomes: '' }]] : []),
              ...(entered && !header && !decorator ? [without(line)] : []),
            ],
          },
        ],
      };
    },
  },
  {
    id: 'detached-loss',
    match: (facts) => {
      const event = facts.deciding?.event;
      if (!event || (event.loss !== 'detach' && event.loss !== 'item') || facts.trains) return null;
      const line = event.cutAt ?? event.line;
      return {
        lines: [...new Set([line, event.line])],
        severity: 'cause',
        cause: text(
          `The graph is complete up to the model's loss; ${event.loss === 'item' ? 'loss.item()' : 'loss.detach()'} then gives a number without history, and backward starts from that.`,
          `直到模型的损失计算图都是完整的；${event.loss === 'item' ? 'loss.item()' : 'loss.detach()'} 却给出没有历史的值，而 backward 从它开始。`,
        ),
        evidence: [
          same('loss.grad_fn=None'),
          text(
            `${counted(facts.trainable, 'tensor requires', 'tensors require')} grad`,
            `${facts.trainable} 个张量需要梯度`,
          ),
        ],
        proposals: [
          {
            why: text('lets autograd see the loss that the model returned', '让 autograd 看到模型返回的损失'),
            ways: plainLoss(facts, line),
          },
        ],
      };
    },
  },
  {
    id: 'loss-requires-grad-forced',
    match: (facts) => {
      const event = facts.deciding?.event;
      if (event?.loss !== 'requires_grad_') return null;
      // Taken off the graph first, it is a leaf whatever the wiring before it.
      const off = truthOf(facts.calls[event.index]?.kwargs.detached) === true;
      if (facts.trains && !off) return null;
      const line = lineWith(
        facts,
        /\.requires_grad_\(|\.requires_grad\s*=\s*True|requires_grad=True/,
        event.line,
      );
      return {
        lines: [line],
        severity: 'cause',
        ends: { kind: 'silent', error: null },
        cause: text(
          'requires_grad set on the loss itself turns it into a leaf: backward succeeds and reaches no parameter. The cut that it hides is still there.',
          '在损失本身上设置 requires_grad 会把它变成叶子：backward 不报错，却到达不了任何参数。被掩盖的断点仍在。',
        ),
        evidence: [same('loss.is_leaf=True, loss.grad_fn=None')],
        proposals: [
          {
            why: text('shows where the graph is really cut', '显出计算图真正断开的地方'),
            ways: [without(line), ...plainLoss(facts, line)],
          },
        ],
      };
    },
  },
  {
    id: 'backward-twice',
    match: (facts) => {
      if (!facts.refusal?.message.startsWith('Trying to backward through the graph a second time'))
        return null;
      const { line } = facts.refusal;
      const all = facts.callsTo(/^torch\.(Tensor|autograd)\.backward$/).map((call) => call.line);
      return {
        lines: [...new Set([...all, line])],
        severity: 'cause',
        cause: text(
          'backward runs twice on the same loss; the first run frees what the second needs.',
          '对同一个损失执行了两次 backward；第一次已释放第二次需要的内容。',
        ),
        evidence: [],
        proposals: [{ why: text('once per forward pass', '每次前向只做一次'), ways: [without(line)] }],
      };
    },
  },
];

/** The last line up to `line` that fits; else `line` itself. */
function lineWith(facts: ProgramFacts, pattern: RegExp, line: number): number {
  const lines = facts.source.split('\n').slice(0, line);
  const found = lines.findLastIndex((one) => pattern.test(one));
  return found >= 0 ? found + 1 : line;
}

/** The statement with what was done to the loss taken off. */
function plainLoss(facts: ProgramFacts, line: number): ScriptEdit[][] {
  const statement = facts.statement(line);
  if (!statement) return [];
  const plain = statement.text
    .replace(/torch\.tensor\(\s*([\w.]+)\.item\(\)\s*(?:,[^()]*)?\)/g, '$1')
    .replace(/\.(detach|item|requires_grad_)\([^()]*\)/g, '')
    .replace(/\.data(?!\w)/g, '');
  return plain === statement.text ? [] : [[{ line, place: 'instead', statement: plain }]];
}
