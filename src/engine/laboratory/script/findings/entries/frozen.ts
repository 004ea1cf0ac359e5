// Nothing that the optimiser could move, by what the script itself does: flags set by hand, a loop that thaws names which aren't there, a
// name for the adapter that its release doesn't activate. What the libraries freeze are entries of the settings' doctor. Sources: torch
// nn.Module.requires_grad_; peft tuners/lora/bnb.py Linear4bit and Linear8bitLt of 0.6.2, 0.7.1 and 0.8.2.
import { counted } from '../../../../ground/counted.ts';
import type { Text } from '../../../../ground/text.ts';
import { text } from '../../../../ground/text.ts';
import { textOf } from '../../../../python/program/values.ts';
import type { Effect } from '../../../../python/run/effects.ts';
import { shortName } from '../../../../python/run/objects.ts';
import type { Finding, Match, ScriptProposal } from '../finding.ts';
import type { Indexed, ProgramFacts } from '../programFacts.ts';
import { argumentEdit, attachCalls, pinned, without } from '../proposals.ts';
import type { ScriptEdit } from '../scriptEdit.ts';

const counts = ({ trainable, line, callee }: Effect): Text =>
  text(
    `line ${line}, ${shortName(callee)}: ${trainable?.before ?? 0} → ${counted(trainable?.after ?? 0, 'tensor requires', 'tensors require')} grad`,
    `第 ${line} 行，${shortName(callee)}：需要梯度的张量 ${trainable?.before ?? 0} → ${trainable?.after ?? 0}`,
  );

/** The call after which nothing required grad any more. */
function frozenBy(facts: ProgramFacts): Effect | null {
  const last = facts.effectsBefore.findLast(({ trainable }) => trainable !== null);
  return last?.trainable?.after === 0 && last.trainable.before > 0 ? last : null;
}

const frozen = (facts: ProgramFacts, pattern: RegExp): Effect | null => {
  const effect = facts.lifeless ? frozenBy(facts) : null;
  return effect && pattern.test(effect.callee) ? effect : null;
};

/** Lines of the loop or the call that freezes, as one statement or as a condition in it. */
function onlyOthers(facts: ProgramFacts, effect: Effect): ScriptEdit[][] {
  const lines = facts.source.split('\n');
  const loop = lines
    .slice(0, effect.line)
    .findLastIndex((one) => /^\s*for\b.*\b(named_)?parameters\(\)/.test(one));
  const header = lines[loop] ?? '';
  const written = lines[effect.line - 1] ?? '';
  const assigned = /^\s*(\w+)\.requires_grad\s*=\s*False/.exec(written);
  const named = /for\s+(\w+)\s*,\s*\w+\s+in/.exec(header);
  const conditional: ScriptEdit[][] =
    assigned && named
      ? [
          [
            {
              line: effect.line,
              place: 'instead',
              statement: `${assigned[1]}.requires_grad = "lora_" in ${named[1]}`,
            },
          ],
        ]
      : [];
  return [...conditional, without(loop >= 0 && assigned ? loop + 1 : effect.line), without(effect.line)];
}

const attachAfter = (facts: ProgramFacts, effect: Effect): Indexed | null =>
  attachCalls(facts).findLast(({ index }) => index < effect.index) ?? null;

function byScript(facts: ProgramFacts): Match | null {
  const effect = frozen(
    facts,
    /^torch\.(nn\.(Parameter|Module)|Tensor)\.requires_grad_?$|^setattr$|set_requires_grad$/,
  );
  if (!effect) return null;
  const attached = attachAfter(facts, effect);
  return {
    lines: [effect.line],
    severity: 'cause',
    cause: text(
      `The script itself freezes the model at line ${effect.line}${attached ? `, after line ${attached.line} attached the adapter, and so the adapter too` : ''}: ${effect.trainable?.before ?? 0} trainable tensors became 0.`,
      `脚本自己在第 ${effect.line} 行冻结了模型${attached ? `，而第 ${attached.line} 行已挂载适配器，因此连适配器也被冻结` : ''}：可训练张量从 ${effect.trainable?.before ?? 0} 变为 0。`,
    ),
    evidence: [counts(effect)],
    proposals: [
      {
        why: text(
          'PEFT freezes the base itself and leaves its own tensors trainable',
          'PEFT 会自己冻结底座，并保持自己的张量可训练',
        ),
        ways: onlyOthers(facts, effect),
      },
    ],
  };
}

/** A loop that should thaw some names and meets none of them. */
function thawMissed(facts: ProgramFacts): Match | null {
  if (!facts.lifeless) return null;
  const lines = facts.source.split('\n');
  for (const [i, line] of lines.entries()) {
    const condition = /^(\s*)(?:el)?if\s.*?(["'])([\w.]+)\2\s+in\s+(\w+)/.exec(line);
    const name = condition?.[3];
    if (name === undefined || !/\.requires_grad\s*=\s*True|requires_grad_\(True\)/.test(lines[i + 1] ?? ''))
      continue;
    if (facts.parameters.some(([path]) => path.includes(name))) continue;
    const adapter = facts.parameters.find(([path]) => /\.lora_[AB]\./.test(path))?.[0];
    return {
      lines: [i + 1],
      severity: 'cause',
      cause: text(
        `Line ${i + 1} thaws parameters with "${name}" in their name, and none has it.`,
        `第 ${i + 1} 行只解冻名称含 "${name}" 的参数，而没有这样的参数。`,
      ),
      evidence:
        adapter === undefined
          ? []
          : [text(`a name of the adapter: ${adapter}`, `适配器的一个名称：${adapter}`)],
      proposals:
        adapter === undefined
          ? []
          : [
              {
                why: text('the name that PEFT gives', 'PEFT 所用的名称'),
                ways: [
                  [{ line: i + 1, word: `${condition?.[2]}${name}${condition?.[2]}`, becomes: '"lora_"' }],
                ],
              },
            ],
    };
  }
  return null;
}

/** 0.6 and 0.7 leave the active adapter of their 8-bit and 4-bit layers at 'default', whatever the adapter is called. */
function adapterName(facts: ProgramFacts): Match | null {
  if (!facts.since('peft', '0.6') || facts.since('peft', '0.8')) return null;
  const call = attachCalls(facts).find((one) => {
    const name = textOf(facts.argument(one, 'adapter_name', 2));
    return name !== null && name !== 'default' && facts.modelOf({ ref: one.index })?.script.kbit === true;
  });
  if (!call) return null;
  const name = textOf(facts.argument(call, 'adapter_name', 2)) ?? '';
  const pin: ScriptProposal = pinned(
    { peft: '0.8.2' },
    'activates the adapter by its name',
    '按名称激活适配器',
  );
  return {
    lines: [call.line],
    severity: 'cause',
    cause: text(
      `PEFT ${facts.versions.peft} keeps 'default' as the active adapter of its quantised layers, so an adapter called '${name}' takes no part and requires no grad. 0.8 activates it by its name.`,
      `PEFT ${facts.versions.peft} 的量化层始终以 'default' 为当前适配器，名为“${name}”的适配器既不参与计算也不需要梯度。0.8 起按名称激活。`,
    ),
    evidence: [text('0 tensors require grad after attaching', '挂载后需要梯度的张量为 0')],
    proposals: [
      {
        why: text('the name that these releases know', '这些版本认识的名称'),
        ways: [
          ...[argumentEdit(facts, call, 'adapter_name', '"default"')].filter((way) => way.length > 0),
          [{ line: null, word: `"${name}"`, becomes: '"default"' }],
        ],
      },
      pin,
    ],
  };
}

export const frozenFindings: readonly Finding[] = [
  { id: 'adapter-name-inactive', match: adapterName },
  { id: 'thaw-misses', match: thawMissed },
  { id: 'frozen-by-hand', match: byScript },
];
