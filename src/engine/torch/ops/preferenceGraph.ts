// The loss over pairs in a graph, from the scores of their tokens: sums of each row's completion, what the objective makes of a pair, and the
// weight of every token's gradient. Formulas as in shaders/preference; the head is lossGraph.ts's.
import type { PreferenceObjective } from '../../../shaders/preference/preference.ts';
import type { Graph, Tensor } from '../autograd/graph.ts';
import type { BatchSizes, Lowering } from '../autograd/lowering.ts';
import { microBatchAt } from './metrics.ts';

/** Sums over the tokens of a row, [2P]; `inside`: 1 on tokens of the completion, [2P, T]. */
interface Sums {
  readonly inside: Tensor;
  readonly logp: Tensor;
  readonly count: Tensor;
  readonly nll: Tensor;
  readonly all: Tensor;
  readonly correct: Tensor;
  readonly entropy: Tensor;
}

function sumsOf(to: Lowering, scores: Tensor, batch: BatchSizes): Sums {
  const { graph } = to;
  const apart = to.reshape(scores, batch, ['rows', 'tokens', 4]);
  const column = (i: number): Tensor =>
    to.reshape(graph.slice(apart, 2, i, i + 1), batch, ['rows', 'tokens']);
  const [nll, correct, counted, entropy] = [column(0), column(1), column(2), column(3)];
  const tokens = graph.reshape(to.size('tokens', batch), graph.integers([]));
  const places = graph.op('Range', [graph.integer(0), tokens, graph.integer(1)]);
  const starts = graph.cast(to.words('starts', batch.rows, 'rows'), 'int64');
  const begun = graph.op('GreaterOrEqual', [places, graph.reshape(starts, [-1, 1])]);
  const inside = graph.cast(begun, 'float');
  const ofRow = (of: Tensor): Tensor => graph.total(of, [1]);
  const ofCompletion = (of: Tensor): Tensor => ofRow(graph.mul(of, inside));
  return {
    inside,
    logp: graph.op('Neg', [ofCompletion(nll)]),
    count: ofCompletion(counted),
    nll: ofRow(nll),
    all: ofRow(counted),
    correct: ofCompletion(correct),
    entropy: ofCompletion(entropy),
  };
}

/** Chosen and rejected of what is [2P]: [P] each. */
function halves(graph: Graph, of: Tensor): readonly [chosen: Tensor, rejected: Tensor] {
  const both = graph.reshape(of, [2, -1]);
  const half = (i: number): Tensor => graph.reshape(graph.slice(both, 0, i, i + 1), [-1]);
  return [half(0), half(1)];
}

interface PairLoss {
  /** [P] */
  readonly loss: Tensor;
  /** Derivatives by the two log-likelihoods, over the mean of the pairs, [P]. */
  readonly byChosen: Tensor;
  readonly byRejected: Tensor;
  readonly rewards: readonly [Tensor, Tensor];
}

function pairLoss(
  to: Lowering,
  { logp, count }: Sums,
  { objective, beta }: { readonly objective: PreferenceObjective; readonly beta: number },
  { rows }: BatchSizes,
): PairLoss {
  const { graph } = to;
  const share = to.made('share of a pair', 'float', [], () => Float32Array.of(2 / rows));
  const neg = (x: Tensor): Tensor => graph.op('Neg', [x]);
  const each = (x: Tensor): Tensor => graph.mul(x, share);
  const [chosen, rejected] = halves(graph, logp);
  const [chosenCount, rejectedCount] = halves(graph, graph.op('Max', [count, graph.scalar(1)]));
  if (objective === 'orpo') {
    const [a, b] = [graph.div(chosen, chosenCount), graph.div(rejected, rejectedCount)];
    const rest = (x: Tensor): Tensor => graph.sub(graph.scalar(1), graph.exp(x));
    const log = (x: Tensor): Tensor => graph.op('Log', [x]);
    const odds = graph.sub(graph.sub(a, b), graph.sub(log(rest(a)), log(rest(b))));
    const slope = graph.times(each(graph.sigmoid(neg(odds))), beta);
    return {
      loss: graph.times(graph.op('Softplus', [neg(odds)]), beta),
      byChosen: neg(graph.div(graph.div(slope, rest(a)), chosenCount)),
      byRejected: graph.div(graph.div(slope, rest(b)), rejectedCount),
      rewards: [graph.times(a, beta), graph.times(b, beta)],
    };
  }
  const [baseChosen, baseRejected] = halves(graph, to.part('references', 0, [rows]));
  const [x, y] = [graph.sub(chosen, baseChosen), graph.sub(rejected, baseRejected)];
  const rewards = [graph.times(x, beta), graph.times(y, beta)] as const;
  if (objective === 'ipo') {
    const gap = graph.sub(graph.div(x, chosenCount), graph.div(y, rejectedCount));
    const rest = graph.plus(gap, -0.5 / beta);
    const slope = graph.times(each(rest), 2);
    return {
      loss: graph.mul(rest, rest),
      byChosen: graph.div(slope, chosenCount),
      byRejected: neg(graph.div(slope, rejectedCount)),
      rewards,
    };
  }
  const margin = graph.times(graph.sub(x, y), beta);
  const hinge = objective === 'hinge';
  const under = graph.cast(graph.op('Less', [margin, graph.scalar(1)]), 'float');
  const slope = each(graph.times(hinge ? under : graph.sigmoid(neg(margin)), beta));
  const short = graph.op('Relu', [graph.sub(graph.scalar(1), margin)]);
  return {
    loss: hinge ? short : graph.op('Softplus', [neg(margin)]),
    byChosen: neg(slope),
    byRejected: slope,
    rewards,
  };
}

/** Stores what a reference is; or the metrics, and answers the weight of each token's gradient, [N, 1]. */
export function preferenceGraph(
  to: Lowering,
  scores: Tensor,
  batch: BatchSizes,
  options: { readonly objective: PreferenceObjective; readonly beta: number },
): Tensor | null {
  const { graph } = to;
  const sums = sumsOf(to, scores, batch);
  if (options.objective === 'reference') {
    to.store('references', sums.logp);
    return null;
  }
  const pair = pairLoss(to, sums, options, batch);
  const scale = to.number('lossScale');
  const total = (of: Tensor): Tensor => graph.sum(of, [0]);
  const chosenOf = (of: Tensor): Tensor => total(halves(graph, of)[0]);
  const over = graph.op('Max', [chosenOf(sums.all), graph.scalar(1)]);
  const byWhole =
    options.objective === 'orpo'
      ? graph.div(graph.scalar(1), over)
      : graph.op('Mul', [over, graph.scalar(0)]);
  const mean = (of: Tensor): Tensor => graph.mean(of, [0]);
  const loss = graph.add(graph.mul(chosenOf(sums.nll), byWhole), mean(pair.loss));
  const [first, second] = pair.rewards;
  const wins = graph.cast(graph.op('Greater', [first, second]), 'float');
  const both = graph.op('Max', [total(sums.count), graph.scalar(1)]);
  const counted = chosenOf(sums.count);
  const numbers = [
    graph.mul(loss, scale),
    chosenOf(sums.correct),
    counted,
    graph.div(graph.mul(total(sums.entropy), counted), both),
    mean(first),
    mean(second),
    mean(wins),
    graph.floats([0]),
  ];
  to.store('metrics', graph.concat(numbers, 0), microBatchAt);
  const ofRows = graph.reshape(graph.concat([pair.byChosen, pair.byRejected], 0), [-1, 1]);
  const whole = to.once('whole', () => {
    const [chosen, rejected] = [pair.byChosen, pair.byRejected];
    const none = (of: Tensor): Tensor => graph.times(of, 0);
    return graph.reshape(graph.concat([graph.add(none(chosen), byWhole), none(rejected)], 0), [-1, 1]);
  });
  const weights = graph.sub(whole, graph.mul(sums.inside, ofRows));
  return graph.reshape(graph.mul(weights, scale), [-1, 1]);
}
