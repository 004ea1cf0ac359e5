// What decides and runs outside this model of the libraries: DeepSpeed, FSDP, trainers with a loss of their own; and a loop's optimiser
// that holds the wrong parameters. Sources: torch distributed/fsdp/_flat_param.py _validate_tensors_to_flatten; peft
// utils/other.py fsdp_auto_wrap_policy; deepspeed zero stage 1 and 2 optimisers; trl trainer/grpo_trainer.py.
import { same, text } from '../../../../ground/text.ts';
import type { ProgramValue } from '../../../../python/program/program.ts';
import { entriesOf, itemsOf, truthOf } from '../../../../python/program/values.ts';
import type { Finding, Match } from '../finding.ts';
import type { ProgramFacts } from '../programFacts.ts';
import { argumentEdit, attachCalls, pinned, without } from '../proposals.ts';

/** The trainer's arguments that hand the run to another library. */
function handedOver(facts: ProgramFacts, name: 'deepspeed' | 'fsdp') {
  return facts.trainers.findLast(({ trainer }) => {
    const value = trainer.args.values.get(name);
    return value !== undefined && truthOf(value) !== false;
  });
}

const madeAt = (facts: ProgramFacts, object: unknown) =>
  facts.calls.find((call) => facts.made(call) === object);

function deepspeed(facts: ProgramFacts): Match | null {
  const found = handedOver(facts, 'deepspeed');
  const made = found && madeAt(facts, found.trainer.args);
  if (!found || !made) return null;
  return {
    lines: [made.line],
    severity: 'warning',
    cause: text(
      `DeepSpeed (line ${made.line}) keeps weights, gradients and the optimiser's state in buffers of its own. What it does to an adapter is not modelled here: reports of it are of a lora_B that stays zero in what is saved. Without deepspeed= this program can be told.`,
      `DeepSpeed（第 ${made.line} 行）把权重、梯度与优化器状态放在自己的缓冲区。它对适配器的作用在此没有建模：已知的报告是保存下来的 lora_B 始终为零。去掉 deepspeed= 后才能判断。`,
    ),
    evidence: [same('deepspeed=')],
    proposals: [
      {
        why: text('without DeepSpeed, on one card', '不用 DeepSpeed，单卡运行'),
        ways: [argumentEdit(facts, made, 'deepspeed', null)].filter((way) => way.length > 0),
      },
    ],
  };
}

const isFalse = (value: ProgramValue | undefined): boolean =>
  value === false || value === 'false' || value === 'False';

const UNIFORM = 'Must flatten tensors with uniform requires_grad when use_orig_params=False';

function fsdp(facts: ProgramFacts): Match | null {
  const found = handedOver(facts, 'fsdp');
  const made = found && madeAt(facts, found.trainer.args);
  if (!found || !made) return null;
  const entries = entriesOf(found.trainer.args.values.get('fsdp_config'));
  const original = entries?.get('use_orig_params') ?? entries?.get('fsdp_use_orig_params');
  const model = found.trainer.model;
  const flags = new Set([...model.root.allParameters()].map(({ requiresGrad }) => requiresGrad));
  const mixed = flags.size > 1 && isFalse(original);
  const line =
    facts.source
      .split('\n')
      .findIndex((one) => !/^\s*#/.test(one) && /use_orig_params["']?\s*[:=]\s*["']?[Ff]alse/.test(one)) + 1;
  const written = /(use_orig_params["']?\s*[:=]\s*)["']?[Ff]alse["']?/.exec(
    facts.source.split('\n')[line - 1] ?? '',
  );
  return {
    lines: [...new Set([made.line, ...(line > 0 ? [line] : [])])],
    severity: mixed ? 'cause' : 'warning',
    ...(mixed ? { ends: { kind: 'raises', error: { type: 'ValueError', message: UNIFORM } } } : {}),
    cause: mixed
      ? text(
          'FSDP with use_orig_params=False flattens the weights of a unit into one tensor, which has one requires_grad; a layer with an adapter has both. It raises: Must flatten tensors with uniform requires_grad when use_orig_params=False.',
          'use_orig_params=False 的 FSDP 会把一个单元的权重展平成一个张量，只能有一个 requires_grad；而带适配器的层两种都有。它会抛出：Must flatten tensors with uniform requires_grad when use_orig_params=False。',
        )
      : text(
          `FSDP (line ${made.line}) shards and flattens the model before it trains; that is not modelled here.`,
          `FSDP（第 ${made.line} 行）在训练前切分并展平模型；这里没有建模。`,
        ),
    evidence: mixed
      ? [text('frozen and trainable weights in one layer', '同一层中既有冻结也有可训练的权重')]
      : [],
    proposals: mixed
      ? [
          ...(written && line > 0
            ? [
                {
                  why: text('each weight keeps its own flag', '每个权重保留自己的标志'),
                  ways: [[{ line, word: written[0], becomes: `${written[1] ?? ''}True` }]],
                },
              ]
            : []),
          {
            why: text('without FSDP, on one card', '不用 FSDP，单卡运行'),
            ways: [
              [
                ...argumentEdit(facts, made, 'fsdp', null),
                ...(entries ? argumentEdit(facts, made, 'fsdp_config', null) : []),
              ],
            ],
          },
        ]
      : [],
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

export const elsewhereFindings: readonly Finding[] = [
  { id: 'optimiser-before-adapter', match: optimiser },
  {
    id: 'fsdp-mixed-flags',
    match: (facts) => {
      const found = fsdp(facts);
      return found?.severity === 'cause' ? found : null;
    },
  },
];

export const elsewhereAdvice: readonly Finding[] = [
  { id: 'deepspeed', match: deepspeed },
  {
    id: 'fsdp',
    match: (facts) => {
      const found = fsdp(facts);
      return found?.severity === 'warning' ? found : null;
    },
  },
  { id: 'grpo-loss-zero', match: grpo },
];
