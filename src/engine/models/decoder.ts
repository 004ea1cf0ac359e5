// What every decoder-only transformer has in common, recorded once: embedding with its hooks, layers with their
// checkpointing, the last norm. And the operations that a family writes its layer in. Leaves out what an operation puts on
// the tape: the engine records them fused (recordForward.ts), the inspection as PyTorch's modules run them.

import { checkpointNonReentrant, checkpointReentrant } from '../torch/autograd/segment.ts';
import type { Value } from '../torch/autograd/value.ts';
import type { Drop } from '../torch/ops/dropout.ts';
import type { Activation } from '../torch/ops/gated.ts';
import type { RopeTable } from '../torch/ops/rope.ts';
import type { Recording } from '../torch/recording.ts';
import type { Heads } from './modelSizes.ts';

/** Projections that share their input: name of the group in its layer, and of its members. */
export type ProjectionGroup = readonly [name: string, members: readonly string[]];

export interface AttentionRequest<Projected> extends Heads {
  /** Of the attention module. */
  readonly path: string;
  /** Number of the layer: names its cache. */
  readonly layer: number;
  /** q, k and v. */
  readonly qkv: Projected;
  /** Which table of rotations turns the first `dims` of each head; null: none does. */
  readonly rotation: RopeTable | null;
  /** Keys that a query sees, its own among them; null: all before it. */
  readonly window: number | null;
  /** Of the products of q and k; by itself 1/√D. */
  readonly scale?: number;
  /** Norms that each head of q and of k goes through before it is turned. */
  readonly norms?: { readonly q: string; readonly k: string };
  /** Of the probabilities. */
  readonly dropout?: Drop;
}

/**
 * The operations of a decoder layer as a family names them. Paths are those of modules inside the causal LM; hidden states
 * are [N, C]. `Projected` is what projections give, however it is held until something uses it.
 */
export interface Operations<Projected> {
  /** The batch's ids → [N, C]. */
  embedding(path: string): Value;
  norm(path: string, x: Value): Value;
  /** x·Wᵀ of each member of a group of `layer`. */
  linear(layer: string, group: ProjectionGroup, x: Value): Projected;
  /** Rotates q and k, keeps k and v where there is a cache, and attends to what came before: [N, H·D]. */
  attention(request: AttentionRequest<Projected>): Value;
  /** activation(gate) · up; `path` is the activation's. */
  gated(path: string, gateUp: Projected, activation: Activation): Value;
  /** activation(x), where nothing is gated: GELU by its tanh approximation. */
  activated(path: string, x: Projected): Value;
  /** Hidden states with the learned positions of the table at `path`. */
  positioned(path: string, x: Value): Value;
  /** Through a dropout of the model, which acts in train mode. */
  dropped(drop: Drop, x: Value): Value;
  /** The same of what a projection gives. */
  droppedOutput(drop: Drop, branch: Projected): Projected;
  /** Says that `output` is what the module at `path` returns, for whoever shows modules; gives it back. */
  output(path: string, output: Projected): Projected;
  /** residual + branch, [N, C]. */
  sum(residual: Value, branch: Projected): Value;
  /** What a projection gives, where something other than a sum comes next: [N, C]. */
  whole(branch: Projected): Value;
  /** factor · x; `path` names it. */
  scaled(path: string, x: Value, factor: number): Value;
  /** residual + x, where x is no projection any more. */
  plus(path: string, residual: Value, x: Value): Value;
}

export interface LayerPlace {
  readonly index: number;
  readonly path: string;
}

/** Where the parts of a causal LM stand in it. */
export interface DecoderPaths {
  readonly embedding: string;
  /** A table of learned positions, added to the embeddings. */
  readonly positions?: string;
  /** Layer i is its child i. */
  readonly layers: string;
  readonly norm: string;
  readonly head: string;
}

/** A family's forward pass for one configuration: all of it that is the family's own. */
export interface Decoder {
  readonly paths: DecoderPaths;
  /** What the embeddings are multiplied by: inside their module, so that hooks see it, or after it. */
  readonly embeddingScale?: { readonly factor: number; readonly inside: boolean };
  /** Of the embeddings with their positions. */
  readonly embeddingDropout?: Drop;
  /** What the last hidden states are multiplied by before the head. */
  readonly finalScale?: number;
  /** Hidden states before a layer → after it. */
  layer<Projected>(run: Operations<Projected>, place: LayerPlace, hidden: Value): Value;
}

/** As a family says it, which says its paths once for all configurations. */
export type FamilyDecoder = Omit<Decoder, 'paths'>;

/** Hidden states of every layer boundary: embedding, then one a layer, then the final norm. */
export interface HiddenStates {
  readonly embedding: Value;
  readonly layers: readonly Value[];
  readonly final: Value;
}

/** What the first layer gets of the embeddings. */
function entering<Projected>(run: Operations<Projected>, decoder: Decoder, embedding: Value): Value {
  const { paths, embeddingScale, embeddingDropout } = decoder;
  const scaled =
    embeddingScale && !embeddingScale.inside
      ? run.scaled(`${paths.embedding}.scaled`, embedding, embeddingScale.factor)
      : embedding;
  const placed = paths.positions === undefined ? scaled : run.positioned(paths.positions, scaled);
  return embeddingDropout ? run.dropped(embeddingDropout, placed) : placed;
}

/**
 * Records ids → final hidden states [N, C] under whatever grad mode, hooks and checkpointing the wiring left.
 * Checkpointing acts only on layers in train mode, as transformers' GradientCheckpointingLayer does.
 */
export function recordDecoder<Projected>(
  recording: Recording,
  run: Operations<Projected>,
  decoder: Decoder,
): HiddenStates {
  const { paths, layer, embeddingScale, finalScale = 1 } = decoder;
  const { tape, model } = recording;
  const table = run.embedding(paths.embedding);
  const embedding = embeddingScale?.inside
    ? run.scaled(`${paths.embedding}.scaled`, table, embeddingScale.factor)
    : table;
  if (model.inputGradHooks > 0 && tape.gradEnabled) embedding.requiresGrad = true;
  tape.noteModule(recording.path(paths.embedding), embedding);
  const layers: Value[] = [];
  let hidden = entering(run, decoder, embedding);
  for (const [name, module] of recording.childrenOf(paths.layers)) {
    const place: LayerPlace = { index: layers.length, path: `${paths.layers}.${name}` };
    const body = (input: Value): Value => layer(run, place, input);
    const mode = module.training ? model.checkpointing : null;
    if (mode === null) hidden = body(hidden);
    else
      hidden = mode.useReentrant
        ? checkpointReentrant(tape, hidden, body)
        : checkpointNonReentrant(tape, hidden, body);
    tape.noteModule(recording.path(place.path), hidden);
    layers.push(hidden);
  }
  const normed = run.norm(paths.norm, hidden);
  const final = finalScale === 1 ? normed : run.scaled(`${paths.norm}.scaled`, normed, finalScale);
  return { embedding, layers, final };
}
