// Reference of `preference`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';
import type { StepNumbers } from '../lib/step.ts';

/** Value of the constant OBJECTIVE. */
export const OBJECTIVES = { reference: 0, sigmoid: 1, hinge: 2, ipo: 3, orpo: 4 } as const;

export interface PreferenceArguments {
  /** [2P·T, 4]: nll, correct, counted, entropy. */
  readonly rows: FloatArray;
  /** [2P]: token that predicts the completion's first. */
  readonly starts: Uint32Array;
  /** [2P]: log-likelihood under the reference; written by 'reference', read by DPO. */
  readonly references: FloatArray;
  /** [2P·T]: dL/dnll. */
  readonly weights: FloatArray;
  readonly metrics: FloatArray;
  /** Place in metrics, in floats, of the first micro-batch. */
  readonly offset: number;
  readonly step: Pick<StepNumbers, 'lossScale' | 'microBatch'>;
  readonly pairs: number;
  readonly t: number;
  readonly beta: number;
  readonly OBJECTIVE: number;
}

interface Sums {
  logp: number;
  count: number;
  nll: number;
  all: number;
  correct: number;
  entropy: number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

type Rows = Pick<PreferenceArguments, 'rows' | 'starts' | 't'>;

function sumsOf({ rows, starts, t }: Rows, row: number): Sums {
  const s: Sums = { logp: 0, count: 0, nll: 0, all: 0, correct: 0, entropy: 0 };
  for (let i = 0; i < t; i++) {
    const at = 4 * (row * t + i);
    const [nll = 0, correct = 0, counted = 0, entropy = 0] = rows.subarray(at, at + 4);
    s.nll += nll;
    s.all += counted;
    if (i < (starts[row] ?? 0)) continue;
    s.logp -= nll;
    s.count += counted;
    s.correct += correct;
    s.entropy += entropy;
  }
  return s;
}

export interface PreferenceSumsArguments extends Rows, Pick<PreferenceArguments, 'pairs'> {
  /** [2P, 8]: log-likelihood and count of the completion, nll and count of the row, correct, entropy, nothing, nothing. */
  readonly sums: FloatArray;
}

export function preferenceSumsReference(args: PreferenceSumsArguments): void {
  for (let row = 0; row < 2 * args.pairs; row++) {
    const { logp, count, nll, all, correct, entropy } = sumsOf(args, row);
    args.sums.set([logp, count, nll, all, correct, entropy, 0, 0], 8 * row);
  }
}

/** Loss of a pair, its derivatives by the two log-likelihoods, and the rewards; all by the mean over pairs. */
function pairLoss(args: PreferenceArguments, p: number, c: Sums, r: Sums) {
  const { beta, pairs, references, OBJECTIVE: objective } = args;
  const [nc, nr] = [Math.max(c.count, 1), Math.max(r.count, 1)];
  if (objective === OBJECTIVES.orpo) {
    const [a, b] = [c.logp / nc, r.logp / nr];
    const logOdds = a - b - (Math.log1p(-Math.exp(a)) - Math.log1p(-Math.exp(b)));
    const slope = (beta * sigmoid(-logOdds)) / pairs;
    return {
      loss: (beta * softplus(-logOdds)) / pairs,
      byChosen: -slope / (1 - Math.exp(a)) / nc,
      byRejected: slope / (1 - Math.exp(b)) / nr,
      rewards: [beta * a, beta * b] as const,
    };
  }
  const x = c.logp - (references[p] ?? 0);
  const y = r.logp - (references[pairs + p] ?? 0);
  const rewards = [beta * x, beta * y] as const;
  if (objective === OBJECTIVES.ipo) {
    const rest = x / nc - y / nr - 0.5 / beta;
    const slope = (2 * rest) / pairs;
    return { loss: (rest * rest) / pairs, byChosen: slope / nc, byRejected: -slope / nr, rewards };
  }
  const margin = beta * (x - y);
  const slope = objective === OBJECTIVES.hinge ? (margin < 1 ? beta : 0) : beta * sigmoid(-margin);
  const loss = objective === OBJECTIVES.hinge ? Math.max(1 - margin, 0) : softplus(-margin);
  return { loss: loss / pairs, byChosen: -slope / pairs, byRejected: slope / pairs, rewards };
}

export function preferenceReference(args: PreferenceArguments): void {
  const { starts, references, weights, metrics, pairs, t, OBJECTIVE: objective } = args;
  const { lossScale } = args.step;
  const at = args.offset + 8 * args.step.microBatch;
  const sums = Array.from({ length: 2 * pairs }, (_, row) => sumsOf(args, row));
  if (objective === OBJECTIVES.reference) {
    sums.forEach(({ logp }, row) => {
      references[row] = logp;
    });
    return;
  }
  const chosen = sums.slice(0, pairs);
  const whole =
    objective === OBJECTIVES.orpo
      ? Math.max(
          1,
          chosen.reduce((sum, { all }) => sum + all, 0),
        )
      : 0;
  const byWhole = whole > 0 ? 1 / whole : 0;
  let loss = chosen.reduce((sum, { nll }) => sum + nll, 0) * byWhole;
  const rewards = [0, 0];
  let wins = 0;
  chosen.forEach((c, p) => {
    const r = sums[pairs + p] ?? c;
    const pair = pairLoss(args, p, c, r);
    loss += pair.loss;
    rewards[0] = (rewards[0] ?? 0) + pair.rewards[0] / pairs;
    rewards[1] = (rewards[1] ?? 0) + pair.rewards[1] / pairs;
    if (pair.rewards[0] > pair.rewards[1]) wins += 1 / pairs;
    for (let i = 0; i < t; i++) {
      const ofChosen = byWhole - (i >= (starts[p] ?? 0) ? pair.byChosen : 0);
      weights[p * t + i] = ofChosen * lossScale;
      weights[(pairs + p) * t + i] = i >= (starts[pairs + p] ?? 0) ? -pair.byRejected * lossScale : 0;
    }
  });
  const counted = chosen.reduce((sum, { count }) => sum + count, 0);
  const both = sums.reduce((sum, { count }) => sum + count, 0);
  const entropy = sums.reduce((sum, one) => sum + one.entropy, 0);
  metrics[at] = loss * lossScale;
  metrics[at + 1] = chosen.reduce((sum, { correct }) => sum + correct, 0);
  metrics[at + 2] = counted;
  metrics[at + 3] = (entropy * counted) / Math.max(both, 1);
  metrics.set([...rewards, wins, 0], at + 4);
}
