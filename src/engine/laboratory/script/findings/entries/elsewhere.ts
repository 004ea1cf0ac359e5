// What decides and runs outside this model of the libraries: DeepSpeed, trainers with a loss of their own; and a loop's optimiser that
// holds the wrong parameters. Sources: deepspeed zero stage 1 and 2 optimisers; trl trainer/grpo_trainer.py.
import { same, text } from '../../../../ground/text.ts';
import { itemsOf, truthOf } from '../../../../python/program/values.ts';
import type { Finding, Match } from '../finding.ts';
import type { ProgramFacts } from '../programFacts.ts';
import { argumentEdit, attachCalls, pinned, without } from '../proposals.ts';

/** The trainer's arguments that hand the run to another library. */
export function handedOver(facts: ProgramFacts, name: 'deepspeed' | 'fsdp') {
  return facts.trainers.findLast(({ trainer }) => {
    const value = trainer.args.values.get(name);
    return value !== undefined && truthOf(value) !== false;
  });
}

export const madeAt = (facts: ProgramFacts, object: unknown) =>
  facts.calls.find((call) => facts.made(call) === object);

function deepspeed(facts: ProgramFacts): Match | null {
  const found = handedOver(facts, 'deepspeed');
  const made = found && madeAt(facts, found.trainer.args);
  if (!found || !made) return null;
  return {
    lines: [made.line],
    severity: 'warning',
    cause: text(
      `DeepSpeed (line ${made.line}) keeps weights, gradients and the optimiser's state in buffers of its own. What it does to an adapter is not modelled here: reports of it (PEFT 0.7.1, DeepSpeed 0.12) are of a lora_B that stays zero in what is saved. Look at one lora_B after some steps.`,
      `DeepSpeed（第 ${made.line} 行）把权重、梯度与优化器状态放在自己的缓冲区。它对适配器的作用在此没有建模：已知的报告（PEFT 0.7.1、DeepSpeed 0.12）是保存下来的 lora_B 始终为零。请在训练若干步后查看一个 lora_B。`,
    ),
    evidence: [same('deepspeed=')],
    caveat: text(
      'What DeepSpeed’s own optimiser makes of these gradients is not modelled.',
      'DeepSpeed 自己的优化器如何使用这些梯度没有建模。',
    ),
    proposals: [
      {
        why: text('without DeepSpeed, on one card', '不用 DeepSpeed，单卡运行'),
        ways: [argumentEdit(facts, made, 'deepspeed', null)].filter((way) => way.length > 0),
      },
    ],
  };
}

function grpo(facts: ProgramFacts): Match | null {
  const call = facts.callsTo(/GRPOTrainer$/).at(-1);
  if (!call || facts.since('trl', '0.16')) return null;
  return {
    lines: [call.line],
    severity: 'warning',
    cause: text(
      `GRPO's loss is 0 in value at every first update of a batch, for old and new policy are the same: look at reward and kl, not at loss. With an adapter its first releases (this is ${facts.versions.trl}) had faults of their own, which its makers answer with a newer one.`,
      `GRPO 在每批的首次更新时损失数值为 0，因为新旧策略相同：应看 reward 与 kl，而不是 loss。它最初几个版本（当前 ${facts.versions.trl}）与适配器并用另有缺陷，作者的答复是升级。`,
    ),
    evidence: [],
    proposals: [
      pinned(
        { trl: '0.19.1', transformers: '4.57.1', peft: '0.17.1' },
        'a later GRPOTrainer',
        '较新的 GRPOTrainer',
      ),
    ],
  };
}

/** An optimiser of the script's own, made before the adapter was: it holds the frozen base. */
function optimiser(facts: ProgramFacts): Match | null {
  const loop = facts.deciding?.event.trainer === 'loop' && facts.trains;
  const attached = attachCalls(facts).findLast(({ index }) => index < (facts.deciding?.event.index ?? 0));
  if (!loop || !attached) return null;
  const made = facts.callsTo(
    /^(torch\.optim|transformers|bitsandbytes\.optim)\.(\w*Ada\w+|SGD|RMSprop|Lion\w*|\w*AdamW?\w*)$/,
  );
  const early = made.find(({ index }) => index < attached.index);
  if (!early || made.some(({ index }) => index > attached.index)) return null;
  const given = itemsOf(facts.argument(early, 'params', 0));
  if (given?.length === 0) return null;
  const statement = facts.statement(early.line);
  return {
    lines: [early.line, attached.line],
    severity: 'cause',
    ends: { kind: 'silent', error: null },
    cause: text(
      `The optimiser of line ${early.line} was given the parameters before line ${attached.line} attached the adapter: the adapter's tensors get gradients, and no step ever moves them.`,
      `第 ${early.line} 行的优化器在第 ${attached.line} 行挂载适配器之前就拿到了参数：适配器的张量有梯度，却没有任何一步会更新它们。`,
    ),
    evidence: [
      text('gradients arrive; the optimiser holds other tensors', '梯度能到达；优化器持有的是别的张量'),
    ],
    proposals: statement
      ? [
          {
            why: text('made when the adapter is there', '在有了适配器之后再创建'),
            ways: [
              [...without(early.line), { line: attached.line, place: 'after', statement: statement.text }],
            ],
          },
        ]
      : [],
  };
}

export const elsewhereFindings: readonly Finding[] = [{ id: 'optimiser-before-adapter', match: optimiser }];

export const elsewhereAdvice: readonly Finding[] = [
  { id: 'deepspeed', match: deepspeed },
  { id: 'grpo-loss-zero', match: grpo },
];
