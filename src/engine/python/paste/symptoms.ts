// Signs of a training that learns nothing, as logs show them.

export type SymptomId =
  | 'zero-trainable'
  | 'inputs-without-grad'
  | 'loss-zero'
  | 'loss-nan'
  | 'grad-norm-zero'
  | 'grad-norm-nan'
  | 'loss-constant'
  | 'labels-masked'
  | 'response-not-found';

export interface Symptom {
  readonly id: SymptomId;
  /** 1-based line of the text. */
  readonly line: number;
  /** The line itself, at most 200 characters. */
  readonly quote: string;
}

const number = String.raw`['"]?(-?[\d.]+(?:e[+-]?\d+)?|nan|-?inf)['"]?`;
const loss = new RegExp(`(?<!\\w)['"]?(?:train_)?loss['"]?\\s*[:=]\\s*${number}`, 'i');
const gradNorm = new RegExp(`(?<!\\w)['"]?grad_norm['"]?\\s*[:=]\\s*(?:tensor\\()?${number}`, 'i');

const patterns: readonly (readonly [SymptomId, RegExp])[] = [
  ['zero-trainable', /trainable params:\s*0\s*\|\|/i],
  ['inputs-without-grad', /None of the inputs have requires_grad=True/],
  [
    'labels-masked',
    /All labels in your dataset are -100|all labels (?:are|is) -100|labels? (?:are )?all -100/i,
  ],
  [
    'response-not-found',
    /Could not find response key|Could not find instruction key|will be ignored in loss calculation/i,
  ],
];

/** The first of each kind, in the order of the text. A loss counts as constant when five logged values in a row are the same. */
export function symptomsOf(lines: readonly string[]): Symptom[] {
  const found = new Map<SymptomId, Symptom>();
  const sign = (id: SymptomId, at: number): void => {
    if (!found.has(id)) found.set(id, { id, line: at + 1, quote: (lines[at] ?? '').trim().slice(0, 200) });
  };
  let before = '';
  let same = 1;
  lines.forEach((line, at) => {
    for (const [id, pattern] of patterns) if (pattern.test(line)) sign(id, at);
    const [, value] = loss.exec(line) ?? [];
    if (value !== undefined && isLog(line)) {
      if (/nan|inf/i.test(value)) sign('loss-nan', at);
      else if (Number(value) === 0) sign('loss-zero', at);
      same = value === before ? same + 1 : 1;
      before = value;
      if (same === 5 && Number(value) !== 0) sign('loss-constant', at);
    }
    const [, norm] = gradNorm.exec(line) ?? [];
    if (norm !== undefined && isLog(line)) {
      if (/nan|inf/i.test(norm)) sign('grad-norm-nan', at);
      else if (Number(norm) === 0) sign('grad-norm-zero', at);
    }
  });
  return [...found.values()];
}

/** `loss = 0` of a script is no log. */
const isLog = (line: string): boolean =>
  !/^\s*(?:\w+\.)*\w*loss\s*=\s*0(\.0)?\s*(#.*)?$/.test(line) &&
  !/^\s*(?:if|while|assert|return|def)\b/.test(line);
