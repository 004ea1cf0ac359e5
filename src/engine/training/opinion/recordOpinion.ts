// The tape of a second opinion: one micro-batch as the run records it, forward, loss and backward, and behind it copies (taps) of its logits
// and of what was asked for of its layers. Copies stand at the end, so that the run's own nodes stay the neighbours that they are.
import { shapeOf } from '../../data/batches.ts';
import { decoderOf } from '../../models/families.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import type { TapeNode } from '../../torch/autograd/operation.ts';
import type { Tape } from '../../torch/autograd/tape.ts';
import type { Value } from '../../torch/autograd/value.ts';
import { elementCount, resolveAlias } from '../../torch/autograd/value.ts';
import type { Stretch } from '../../torch/ops/tap.ts';
import { tap, tapLogits } from '../../torch/ops/tap.ts';
import { recordTraining } from '../recordTraining.ts';
import type { OpinionInputs, Pass, Region, Tapped } from './opinionShapes.ts';
import { regionOf } from './regions.ts';
import type { Roundings } from './rounding.ts';
import { roundingsOf } from './rounding.ts';

export const LOGITS = 'opinion/logits';

/** What is looked at inside the model: nothing, where layers meet, or every operation of one layer. */
export type Detail = 'none' | 'layers' | number;

export interface RecordedOpinion {
  readonly tape: Tape;
  /** Rows whose logits are kept. */
  readonly stretch: Stretch;
  readonly taps: readonly Tapped[];
  /** Roundings on the way to the logits, and to any gradient. */
  readonly roundings: { readonly logits: Roundings; readonly gradients: Roundings };
}

/** 32 MiB. */
const MOST_LOGITS = 2 ** 23;
/** Where a binding may begin, whatever the width. */
const ROWS_ALIGNED = 64;

/** All rows, or as many of the last ones as there is room for: completions stand at the end. */
function stretchOf(n: number, vocabSize: number): Stretch {
  if (n * vocabSize <= MOST_LOGITS) return { first: 0, rows: n };
  const fits = Math.max(1, Math.floor(MOST_LOGITS / vocabSize / ROWS_ALIGNED)) * ROWS_ALIGNED;
  const first = Math.max(0, Math.ceil((n - fits) / ROWS_ALIGNED)) * ROWS_ALIGNED;
  return { first, rows: n - first };
}

const ownerOf = (value: Value): Value => resolveAlias(value).owner;

class Taps {
  readonly all: Tapped[] = [];
  readonly #tape: Tape;
  readonly #nodes: readonly TapeNode[];
  readonly #roundings: readonly Roundings[];

  constructor(tape: Tape, widest: number) {
    this.#tape = tape;
    this.#nodes = [...tape.nodes];
    this.#roundings = roundingsOf(this.#nodes, widest);
  }

  /** Roundings on the way to a node and in it. */
  roundingsAt(node: TapeNode | undefined): Roundings {
    return (node && this.#roundings[this.#nodes.indexOf(node)]) ?? { terms: 0, products: 0 };
  }

  /** The node that makes a value, or turns it last. */
  makerOf(value: Value, role: TapeNode['role'] = 'forward'): TapeNode | undefined {
    const owner = ownerOf(value);
    return this.#nodes.findLast(
      (node) => node.role === role && node.outputs.some((one) => ownerOf(one) === owner),
    );
  }

  /** Copies what a node makes of a value: at the end, or at once where it is overwritten later. */
  take(node: TapeNode | undefined, value: Value, pass: Pass, region: Region): void {
    const owner = ownerOf(value);
    if (!node || owner.storage.kind !== 'planned') return;
    const buffer = `opinion/${this.all.length}`;
    tap(this.#tape, owner, buffer);
    const at = this.#nodes.indexOf(node);
    const overwritten = this.#nodes
      .slice(at + 1)
      .some(({ outputs }) => outputs.some((one) => ownerOf(one) === owner));
    if (overwritten) {
      const copy = this.#tape.nodes.pop();
      if (copy) this.#tape.nodes.splice(this.#tape.nodes.indexOf(node) + 1, 0, copy);
    }
    const operation = node.operation.name;
    const { path } = node;
    const length = elementCount(owner.shape);
    this.all.push({ buffer, length, pass, region, operation, path, roundings: this.roundingsAt(node) });
  }
}

/** Widths that sums of this model and batch go over, at most. */
const widestOf = (
  { hiddenSize, intermediateSize, heads, headDim, vocabSize }: ModelConfig,
  n: number,
): number => Math.max(hiddenSize, intermediateSize, heads * headDim, vocabSize, n);

/** Throws PythonError when the loss has no grad_fn. */
export function recordOpinion(inputs: OpinionInputs, detail: Detail): RecordedOpinion {
  const { config, wired, layout, options, batch } = inputs;
  const shape = { ...shapeOf(batch), noisy: options.noiseAlpha > 0 };
  const recorded = recordTraining(wired, config, layout, shape, wired.backwardCall, options.loss);
  const { tape, recording, states } = recorded;
  const { paths } = decoderOf(config);
  const n = batch.rows * batch.tokens;
  const taps = new Taps(tape, widestOf(config, n));
  const nodes = [...tape.nodes];
  const stretch = stretchOf(n, config.vocabSize);
  const [toFinal, toEnd] = [taps.roundingsAt(taps.makerOf(states.final)), taps.roundingsAt(nodes.at(-1))];
  const roundings = {
    logits: { terms: toFinal.terms + config.hiddenSize, products: toFinal.products + 1 },
    gradients: { ...toEnd, terms: toEnd.terms + n },
  };
  if (detail === 'layers') {
    const forward: (readonly [Value, Region])[] = [
      [states.embedding, 'embedding'],
      ...states.layers.map((value, i) => [value, i] as const),
      [states.final, 'head'],
    ];
    for (const [value, region] of forward) taps.take(taps.makerOf(value), value, 'forward', region);
    // The last of a layer's gradients is that of what came in.
    const last = new Map<Region, readonly [TapeNode, Value]>();
    for (const node of nodes) {
      const made = node.role === 'backward' || node.operation.effect ? node.outputs.at(-1) : undefined;
      if (made && made.shape.join() === states.final.shape.join())
        last.set(regionOf(node.path, paths), [node, made]);
    }
    for (const [region, [node, value]] of last) taps.take(node, value, 'backward', region);
  }
  if (typeof detail === 'number')
    for (const node of nodes)
      if (regionOf(node.path, paths) === detail && (node.role === 'forward' || node.role === 'backward'))
        // What stands behind the first output are numbers that a graph may do without.
        for (const value of node.outputs.slice(0, 1)) taps.take(node, value, node.role, detail);
  tape.withGrad(false, () => tapLogits(recording, states.final, stretch, LOGITS));
  return { tape, stretch, taps: taps.all, roundings };
}
