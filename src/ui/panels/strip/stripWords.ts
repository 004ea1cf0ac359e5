// The strip in words: one fact a cell for hover and focus, one sentence for screen readers. No drawing.
import type { TFunction } from 'i18next';
import type { DrawnCell, StripAnswer } from './stripCells.ts';

/** `layer 3`, `layers 4 to 6`, `embedding`, … */
function cellName(t: TFunction, drawn: DrawnCell): string {
  const { layers, cell } = drawn;
  if (layers !== null) {
    if (layers.first === layers.last) return t('strip.cell_layer', { index: layers.first });
    return t('strip.cell_layers', layers);
  }
  switch (cell.id) {
    case 'embed':
      return t('strip.cell_embed');
    case 'norm':
      return t('strip.cell_norm');
    case 'head':
      return t('strip.cell_head');
    case 'loss':
      return t('strip.cell_loss');
    default:
      return cell.id;
  }
}

/** The short word under a cell; layers show their number. */
export function cellLabel(t: TFunction, drawn: DrawnCell): string {
  switch (drawn.label) {
    case null:
      return '';
    case 'embed':
      return t('strip.embed');
    case 'norm':
      return t('strip.norm');
    case 'head':
      return t('strip.head');
    case 'loss':
      return t('strip.loss');
    default:
      return drawn.label;
  }
}

/** `output of layer 3: requires_grad=False, under no_grad, 14 trainable tensors, gradient None`. */
export function cellFact(t: TFunction, drawn: DrawnCell): string {
  const { cell } = drawn;
  const value = cell.requiresGrad ? 'True' : 'False';
  const parts: string[] = [
    cell.id === 'loss'
      ? t('strip.factLoss', { value })
      : t('strip.fact', { cell: cellName(t, drawn), value }),
  ];
  if (cell.gradFn !== null || cell.id === 'loss')
    parts.push(t('strip.gradFn', { value: cell.gradFn ?? 'None' }));
  if (cell.underNoGrad) parts.push(t('strip.underNoGrad'));
  if (cell.checkpoint === 'reentrant') parts.push(t('strip.checkpoint_reentrant'));
  if (cell.checkpoint === 'non-reentrant') parts.push(t('strip.checkpoint_non-reentrant'));
  if (cell.trainable > 0) parts.push(t('strip.trainable', { count: cell.trainable }));
  if (cell.received === 'all') parts.push(t('strip.received_all'));
  if (cell.received === 'some') parts.push(t('strip.received_some'));
  if (cell.received === 'none') parts.push(t('strip.received_none'));
  if (cell.received === 'zero') parts.push(t('strip.received_zero'));
  return parts.join(', ');
}

export function answerWords(t: TFunction, answer: StripAnswer): string {
  switch (answer.kind) {
    case 'yes':
      return t('strip.yes', { count: answer.count });
    case 'some':
      return t('strip.yesSome', { received: answer.received, total: answer.total });
    case 'no-grad-fn':
      return t('strip.noGradFn');
    case 'raises':
      return t('strip.raises', { call: answer.call });
    case 'silent':
      return t('strip.silent');
    case 'nothing':
      return t('strip.nothing');
    case 'cannot-tell':
      return t('strip.cannotTell');
    case 'untrained':
      return t('strip.untrained');
  }
}

/** The whole strip as one sentence. */
export function stripSentence(t: TFunction, drawn: readonly DrawnCell[], answer: StripAnswer): string {
  const cut = drawn.find(({ cell }) => cell.cut);
  const checkpointed = drawn.filter(({ cell }) => cell.checkpoint !== 'off').length;
  return t('strip.said', {
    cells: drawn.length,
    answer: answerWords(t, answer),
    cut: cut === undefined ? '' : t('strip.saidCut', { cell: cellName(t, cut) }),
    checkpoint: checkpointed === 0 ? '' : t('strip.saidCheckpoint', { count: checkpointed }),
  });
}
