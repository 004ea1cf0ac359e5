// Why a parameter gets the gradient it gets: walks from it towards the loss and names the first place where the graph is cut, or
// the call that froze it. Facts off the tape and the script's history; no opinions.

import { isAdapterParameter } from '../../adapters/methods.ts';
import type { Text } from '../../ground/settings/setting.ts';
import type { Module, Parameter } from '../../torch/nn/module.ts';
import { layoutAdapters } from '../../torch/trainedLayout.ts';
import type { Examination } from './examine.ts';
import type { GradientState, StripCell } from './inspection.ts';
import { stripOf } from './strip.ts';

export interface Why {
  readonly path: string;
  readonly words: Text;
  /** Path of the module where the graph is cut, '' for the loss, null when it is not. */
  readonly cutAt: string | null;
  readonly className: string;
  readonly gradFn: string | null;
  readonly bytes: number;
  /** Place of its norms in a run's metrics; null for tensors outside the adapter. */
  readonly normIndex: number | null;
  readonly gradient: GradientState;
}

const text = (en: string, zh: string): Text => ({ en, zh });

interface Found {
  readonly name: string;
  readonly parameter: Parameter;
}

/** The parameter of that name, or the first below the module: a trainable one if there is any. */
function find({ script }: Examination, path: string): Found | null {
  const below = [...script.root.namedParameters()].filter(
    ([name]) =>
      name === path || name.startsWith(`${path}.`) || name.replace('.base_layer.', '.').startsWith(path),
  );
  const exact = below.find(([name]) => name === path);
  const [name, parameter] = exact ?? below.find(([, one]) => one.requiresGrad) ?? below[0] ?? [];
  return name !== undefined && parameter ? { name, parameter } : null;
}

/** The module that owns a parameter, by its name. */
function ownerOf(root: Module, name: string): { readonly module: Module | null; readonly path: string } {
  let path = name.slice(0, Math.max(0, name.lastIndexOf('.')));
  while (path !== '' && !root.at(path)) path = path.slice(0, Math.max(0, path.lastIndexOf('.')));
  return { module: root.at(path), path };
}

function frozenWords({ script }: Examination, { name, parameter }: Found): Text {
  if (parameter.quantised)
    return text(
      'Its values are packed 4-bit integers, and only floats can require grad. That is as it should be.',
      '它的值是打包的 4 位整数，只有浮点数才能需要梯度。这是正常的。',
    );
  const freeze = script.history.findLast((trace) => trace.before > 0 && trace.after === 0);
  if (isAdapterParameter(name) && freeze)
    return text(
      `It required grad until ${freeze.call} set requires_grad to False on every parameter.`,
      `它原本需要梯度，直到 ${freeze.call} 把所有参数的 requires_grad 设为 False。`,
    );
  if (isAdapterParameter(name))
    return text(
      'It was attached frozen: inference_mode, is_trainable=False, or an adapter that is not the active one.',
      '它在挂载时就是冻结的：inference_mode、is_trainable=False，或不是当前启用的适配器。',
    );
  return text(
    'It belongs to the base, which PEFT freezes when an adapter is attached.',
    '它属于底座，PEFT 在挂载适配器时会冻结底座。',
  );
}

/** The cell that holds a parameter, and the first cell from there on whose output does not require grad. */
function cutFrom(
  cells: readonly StripCell[],
  name: string,
): { readonly own: StripCell | null; readonly cut: StripCell | null } {
  const at = cells.findIndex((cell) => cell.path !== '' && name.startsWith(`${cell.path}.`));
  const from = Math.max(at, 0);
  return { own: cells[at] ?? null, cut: cells.slice(from).find((cell) => !cell.requiresGrad) ?? null };
}

function cutWords(own: StripCell | null, cut: StripCell): Text {
  const place = cut.path === '' ? 'loss' : cut.path;
  if (cut.underNoGrad)
    return text(
      `${place} ran under no_grad${cut.checkpoint === 'reentrant' ? ', as a reentrant checkpoint' : ''}, and nothing that entered it required grad. So its output has no grad_fn, and no gradient comes back to here.`,
      `${place} 在 no_grad 下运行${cut.checkpoint === 'reentrant' ? '（可重入检查点）' : ''}，而进入它的东西都不需要梯度。因此它的输出没有 grad_fn，梯度回不到这里。`,
    );
  if (cut.path === '')
    return text(
      'Everything up to the logits is recorded; the loss that backward starts from is a tensor without history.',
      '直到 logits 都有记录；但 backward 出发的损失是一个没有历史的张量。',
    );
  const where = own === cut ? text('here', '这里') : text(`at ${place}`, `${place} 处`);
  return text(
    `The graph is cut ${where.en}: the output of ${place} does not require grad.`,
    `计算图断在${where.zh}：${place} 的输出不需要梯度。`,
  );
}

/** The tensors that two factors, or the vectors they are made of, are called by: `lora_A` and `lora_B`. */
function zeroPartner({ script }: Examination, { parameter }: Found) {
  const { adapters, byParameter } = layoutAdapters({ root: script.root, tables: script.places });
  const lowRank = adapters.find(({ adapter }) => adapter.lowRank?.a === parameter)?.adapter.lowRank;
  const nameOf = (one: Parameter): string => byParameter.get(one)?.part.split('.')[0] ?? one.name;
  return lowRank?.b.zeroAtStart ? { own: nameOf(lowRank.a), zero: nameOf(lowRank.b) } : null;
}

function zeroWords(examination: Examination, found: Found): Text {
  const partner = zeroPartner(examination, found);
  if (partner && examination.outcome.nonzeroGradients > 0)
    return text(
      `${partner.zero} starts at zero, and the gradient of ${partner.own} is multiplied by it: exactly zero at the first step, and not after. Normal.`,
      `${partner.zero} 从零开始，而 ${partner.own} 的梯度要乘以它：第一步恰为零，之后就不是了。正常。`,
    );
  return text(
    'A gradient arrives and is exactly zero: what it is multiplied with is zero (every label masked, or a scale of zero).',
    '梯度到达了，但恰为零：与之相乘的东西是零（标签全被屏蔽，或缩放为零）。',
  );
}

function placeOf({ step }: Examination, parameter: Parameter): number | null {
  const place = step?.recording.layout.tensors.findIndex((tensor) => tensor.parameter === parameter) ?? -1;
  return place < 0 ? null : place;
}

/** null for a path that names nothing with a parameter. */
export function why(examination: Examination, path: string): Why | null {
  const found = find(examination, path);
  if (!found) return null;
  const { script, step, gradientOf } = examination;
  const owner = ownerOf(script.root, found.name);
  const gradient = gradientOf(found.parameter);
  const facts = {
    path: found.name,
    className: owner.module?.className ?? '',
    gradFn: step?.tape.moduleOutputs.get(owner.path)?.gradFn ?? null,
    bytes: found.parameter.bytes,
    normIndex: placeOf(examination, found.parameter),
    gradient,
  };
  if (!found.parameter.requiresGrad) return { ...facts, words: frozenWords(examination, found), cutAt: null };
  if (!step)
    return {
      ...facts,
      words: text('The script ended before the first forward pass.', '脚本在第一次前向之前就结束了。'),
      cutAt: null,
    };
  if (gradient === 'zero') return { ...facts, words: zeroWords(examination, found), cutAt: null };
  if (gradient === 'nonzero')
    return {
      ...facts,
      words: text(
        'It requires grad, every output from here to the loss has a grad_fn, and a gradient arrives.',
        '它需要梯度，从这里到损失的每个输出都有 grad_fn，梯度到达了。',
      ),
      cutAt: null,
    };
  const { own, cut } = cutFrom(stripOf(examination), found.name);
  if (cut) return { ...facts, words: cutWords(own, cut), cutAt: cut.path };
  return {
    ...facts,
    words: text(
      'The graph is whole, but this tensor took no part in the forward pass: its adapter is switched off, or its module is not used.',
      '计算图是完整的，但这个张量没有参与前向：它的适配器被关闭，或所在模块没有被使用。',
    ),
    cutAt: null,
  };
}
