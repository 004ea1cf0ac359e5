// The forward pass that a backend runs: a decoder's operations as the fused ones of torch/ops. A group of projections is one
// product, and the residual that its result is added to is added in passing.

import type { Value } from '../torch/autograd/value.ts';
import { activated } from '../torch/ops/activated.ts';
import { addBranch } from '../torch/ops/addBranch.ts';
import { addPositions } from '../torch/ops/addPositions.ts';
import { attention } from '../torch/ops/attention.ts';
import type { Drop } from '../torch/ops/dropout.ts';
import { drawOf, dropout } from '../torch/ops/dropout.ts';
import { embedding } from '../torch/ops/embedding.ts';
import type { Activation } from '../torch/ops/gated.ts';
import { activationGradFn, gated } from '../torch/ops/gated.ts';
import { headNorm } from '../torch/ops/headNorm.ts';
import { kvAppend } from '../torch/ops/kvAppend.ts';
import { layerNorm } from '../torch/ops/layerNorm.ts';
import { linear } from '../torch/ops/linear.ts';
import { isCentred } from '../torch/ops/normWeights.ts';
import { rmsNorm } from '../torch/ops/rmsNorm.ts';
import { rope } from '../torch/ops/rope.ts';
import { scale } from '../torch/ops/scale.ts';
import type { BatchShape, Recording } from '../torch/recording.ts';
import type { AttentionRequest, HiddenStates, Operations, ProjectionGroup } from './decoder.ts';
import { recordDecoder } from './decoder.ts';
import { decoderOf } from './families.ts';
import type { ModelConfig } from './modelConfig.ts';

/** A key/value cache makes attention read earlier tokens; its buffers are named by layer. */
export interface CacheShape {
  readonly maxTokens: number;
}

/** Projections not on the tape yet: recorded by the one who uses them, who knows whether there is a residual to add. */
type Pending = (residual?: Value) => Value;

class FusedOperations implements Operations<Pending> {
  readonly #recording: Recording;
  readonly #batch: BatchShape;
  readonly #cache: CacheShape | null;

  constructor(recording: Recording, batch: BatchShape, cache: CacheShape | null) {
    this.#recording = recording;
    this.#batch = batch;
    this.#cache = cache;
  }

  embedding(path: string): Value {
    const { rows, tokens, noisy = false } = this.#batch;
    return embedding(this.#recording, { rows: rows * tokens, path, noisy });
  }

  norm(path: string, x: Value): Value {
    return isCentred(this.#recording, path)
      ? layerNorm(this.#recording, x, path)
      : rmsNorm(this.#recording, x, path);
  }

  linear(layer: string, [name, members]: ProjectionGroup, x: Value): Pending {
    const path = `${layer}.${name}`;
    const group = { path, members: members.map((member) => `${layer}.${member}`), x };
    return (residual) => linear(this.#recording, residual ? { ...group, residual } : group);
  }

  attention({ path, layer, qkv, heads, kvHeads, headDim, ...request }: AttentionRequest<Pending>): Value {
    const { tape } = this.#recording;
    const shape = { batch: this.#batch, heads, kvHeads, headDim };
    const { rotation, window, scale = 1 / Math.sqrt(headDim) } = request;
    const { norms, dropout } = request;
    const plain = qkv();
    const projected = norms
      ? headNorm(this.#recording, { qkv: plain, norms, ...shape, path: `${path}.norms` })
      : plain;
    const rotated = rotation
      ? rope(tape, { qkv: projected, ...shape, rotation, path: `${path}.rope` })
      : projected;
    const draw = dropout ? drawOf(this.#recording, dropout) : null;
    const seen = { qkv: rotated, ...shape, window, scale, dropout: draw, path };
    if (!this.#cache) return attention(tape, { ...seen, cache: null });
    const { maxTokens } = this.#cache;
    const buffer = `kv/${layer}`;
    kvAppend(tape, { qkv: rotated, ...shape, cache: buffer, maxTokens, path: `${path}.cache` });
    return attention(tape, { ...seen, cache: { buffer, maxTokens } });
  }

  gated(path: string, gateUp: Pending, activation: Activation): Value {
    const { tape } = this.#recording;
    const activated = gated(tape, { gateUp: gateUp(), activation, path });
    const { requiresGrad } = activated;
    const gradFn = requiresGrad ? activationGradFn(activation) : null;
    tape.noteModule(this.#recording.path(path), { requiresGrad, gradFn });
    return activated;
  }

  activated(path: string, x: Pending): Value {
    const { tape } = this.#recording;
    const active = activated(tape, x(), path);
    tape.noteModule(this.#recording.path(path), active);
    return active;
  }

  positioned(path: string, x: Value): Value {
    return addPositions(this.#recording, { path, batch: this.#batch, x });
  }

  dropped(drop: Drop, x: Value): Value {
    const draw = drawOf(this.#recording, drop);
    return draw ? dropout(this.#recording.tape, { x, draw, path: drop.path }) : x;
  }

  droppedOutput(drop: Drop, branch: Pending): Pending {
    if (drawOf(this.#recording, drop) === null) return branch;
    return (residual) => {
      const x = this.dropped(drop, branch());
      return residual ? this.plus(`${drop.path}.sum`, residual, x) : x;
    };
  }

  /** A module's own output is nowhere here: it is fused with the sum. */
  output(_path: string, output: Pending): Pending {
    return output;
  }

  sum(residual: Value, branch: Pending): Value {
    return branch(residual);
  }

  whole(branch: Pending): Value {
    return branch();
  }

  scaled(path: string, x: Value, factor: number): Value {
    return scale(this.#recording.tape, { x, factor, path });
  }

  plus(path: string, residual: Value, x: Value): Value {
    return addBranch(this.#recording.tape, { residual, branch: x, path });
  }
}

/** Records ids (buffer `ids`, [N]) → final hidden states [N, C], with a cache for generation. */
export function recordForward(
  recording: Recording,
  config: ModelConfig,
  batch: BatchShape,
  cache: CacheShape | null = null,
): HiddenStates {
  return recordDecoder(recording, new FusedOperations(recording, batch, cache), decoderOf(config));
}
