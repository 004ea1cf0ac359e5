// A library refuses the combination, and the repair is a line of the script's own: float16 under a gradient scaler, a reference beside an
// adapter. Sources: torch amp/grad_scaler.py _unscale_grads_; peft peft_model.py autocast_adapter_dtype (0.12); trl dpo_trainer.py, which
// refuses both in 0.8.6 to 0.26.2 and no more in 1.16.0.

import { isAdapterParameter } from '../../../../adapters/methods.ts';
import { same, text } from '../../../../ground/text.ts';
import { truthOf } from '../../../../python/program/values.ts';
import { shortName } from '../../../../python/run/objects.ts';
import type { Finding, Match, ScriptProposal } from '../finding.ts';
import type { ProgramFacts } from '../programFacts.ts';
import { argumentEdit, beforeTraining, pinned, trainingArgument } from '../proposals.ts';
import type { ScriptEdit } from '../scriptEdit.ts';

const message = (facts: ProgramFacts): string => facts.refusal?.message ?? '';
const said = (facts: ProgramFacts) => [same(`${facts.refusal?.type ?? ''}: ${message(facts)}`)];

/** Trainable tensors to float32, as a loop before training. */
function upcast(facts: ProgramFacts): ScriptProposal {
  return {
    why: text('the scaler gets float32 weights; they are few', '缩放器得到 float32 权重；数量很少'),
    ways: beforeTraining(
      facts,
      (model) =>
        `for parameter in ${model}.parameters():\n    if parameter.requires_grad:\n        parameter.data = parameter.data.float()`,
    ),
  };
}

function half(facts: ProgramFacts): Match | null {
  if (message(facts) !== 'Attempting to unscale FP16 gradients.') return null;
  const tensors = facts.parameters.filter(([, one]) => one.requiresGrad && one.dtype === 'float16');
  const first = tensors[0]?.[0] ?? '';
  const adapters = tensors.filter(([name]) => isAdapterParameter(name)).length;
  const load = facts.model && facts.loadOf(facts.model);
  const dtype = load && ['torch_dtype', 'dtype'].find((name) => name in load.kwargs);
  const bf16: ScriptEdit[][] = trainingArgument(facts, 'fp16', 'False').map((way, i) => [
    ...way,
    ...(trainingArgument(facts, 'bf16', 'True')[i] ?? []),
    ...(load && dtype !== undefined && dtype !== null
      ? argumentEdit(facts, load, dtype, 'torch.bfloat16')
      : []),
  ]);
  const old = !facts.since('peft', '0.12');
  return {
    lines: [load?.line ?? 0, facts.deciding?.event.line ?? facts.refusal?.line ?? 0].filter(
      (line) => line > 0,
    ),
    severity: 'cause',
    cause: text(
      `With fp16 the gradient scaler needs float32 weights, and ${tensors.length} trainable tensors are float16, first ${first}.${old && adapters > 0 ? ` PEFT ${facts.versions.peft} gives an adapter the dtype of its base; float32 is the default from 0.12 on.` : adapters === 0 ? ' They are of the base, thawed as they were loaded.' : ''}`,
      `使用 fp16 时梯度缩放器需要 float32 权重，而有 ${tensors.length} 个可训练张量是 float16，第一个是 ${first}。${old && adapters > 0 ? `PEFT ${facts.versions.peft} 让适配器沿用底座的精度；从 0.12 起默认 float32。` : adapters === 0 ? '它们属于底座，按载入时的精度解冻。' : ''}`,
    ),
    evidence: said(facts),
    proposals: [
      upcast(facts),
      ...(bf16.length > 0
        ? [
            {
              why: text(
                'bfloat16 needs no scaler; cards from 2020 on have it',
                'bfloat16 不需要缩放器；2020 年之后的显卡支持',
              ),
              ways: bf16,
            },
          ]
        : []),
      ...(old && adapters > 0
        ? [pinned({ peft: '0.12.0' }, 'keeps the adapter in float32', '适配器保持 float32')]
        : []),
    ],
  };
}

/** The reference of a preference trainer beside an adapter: the base with the adapter off is the reference already. */
function reference(facts: ProgramFacts): Match | null {
  const found = facts.callsTo(/^trl\.(DPO|KTO|CPO|BCO|Online\w+|XPO|NashMD)Trainer$/).find((call) => {
    const given = facts.argument(call, 'ref_model', 1) ?? null;
    return given !== null && (call.kwargs.peft_config ?? null) !== null;
  });
  if (!found) return null;
  const own = shortName(found.callee);
  const forced = truthOf(found.kwargs.force_use_ref_model) === true;
  const refuses = own === 'DPOTrainer' && !forced && facts.since('trl', '0.8') && !facts.since('trl', '0.27');
  return {
    lines: [found.line],
    severity: refuses ? 'cause' : 'warning',
    cause: refuses
      ? text(
          `DPOTrainer of TRL ${facts.versions.trl} refuses a ref_model beside a peft_config (0.8 to 0.26 do): the base with the adapter switched off is the reference.`,
          `TRL ${facts.versions.trl} 的 DPOTrainer 拒绝同时给出 ref_model 与 peft_config（0.8 到 0.26 都如此）：关闭适配器的底座就是参考模型。`,
        )
      : text(
          'A ref_model beside a peft_config is a second copy of the base in memory: without it the base with the adapter switched off is the reference.',
          'ref_model 与 peft_config 并用，等于在显存中多放一份底座：不给它时，关闭适配器的底座就是参考模型。',
        ),
    evidence: [same(`ref_model, peft_config: line ${found.line}`)],
    proposals: [
      {
        why: text('the adapter off is the reference', '关闭适配器即为参考'),
        ways: [
          argumentEdit(facts, found, 'ref_model', null),
          argumentEdit(facts, found, 'ref_model', 'None'),
        ].filter((way) => way.length > 0),
      },
    ],
  };
}

export const refusedFindings: readonly Finding[] = [
  { id: 'fp16-unscale', match: half },
  { id: 'reference-with-adapter', match: reference },
];
