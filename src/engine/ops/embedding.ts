// Gathers rows of the embedding table by token id. The table is frozen here: no gradient flows to it.

import { embeddingReference } from '../../shaders/embedding/embedding.ref.ts';
import { embedding as kernel } from '../../shaders/embedding/embedding.ts';
import { call } from '../../shaders/kernel.ts';
import { decoder } from '../../shaders/quant/decoders.ts';
import type { WeightFormat } from '../../shaders/quant/weightFormat.ts';
import { invariant } from '../errors.ts';
import type { Recording } from '../models/recording.ts';
import type { Operation, Ref } from '../tape/operation.ts';
import type { Value } from '../tape/value.ts';
import { needsParts, rowsThatFit, weightRefs } from './frozenProduct.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

interface Attributes {
  /** Buffer of the packed table; its scales are `<name>.scales`. */
  readonly weights: string;
  readonly format: WeightFormat;
  /** NEFTune: uniform noise of up to step.noise on every element. */
  readonly noisy: boolean;
}

const embeddingOperation: Operation<Attributes> = {
  name: 'embedding',
  backward: 'none',
  kernels: (node, profile) => {
    const [ids, table] = valueAt(node.inputs, 0, 1);
    const [x] = valueAt(node.outputs, 0);
    const { n, c } = rowsAndColumns(x);
    const { weights, format, noisy } = node.attributes;
    const v = rowsAndColumns(table).n;
    const group = { weights, format, k: c, out: v, segments: [] };
    const most = needsParts(group, profile) ? rowsThatFit(group, profile) : v;
    return Array.from({ length: Math.ceil(v / most) }, (_, i) => {
      const first = i * most;
      const rows = Math.min(most, v - first);
      const part =
        most < v ? { part: { firstBlock: (first * c) / 64, blocks: Math.ceil((rows * c) / 64) } } : {};
      const buffers: Record<'ids' | 'w' | 'w_scales' | 'step' | 'x', Ref> = {
        ids: { value: ids },
        ...weightRefs({ ...group, ...part }),
        step: { buffer: 'step' },
        x: { value: x },
      };
      const params = { n, c, v, first, rows };
      return call(kernel, {
        buffers,
        params,
        constants: { HAS_NOISE: noisy ? 1 : 0 },
        slots: { decode: decoder(format) },
      });
    });
  },
  reference: (node, context) => {
    const [ids, table] = valueAt(node.inputs, 0, 1);
    const [x] = valueAt(node.outputs, 0);
    const { n, c } = rowsAndColumns(x);
    const { weights, format, noisy } = node.attributes;
    embeddingReference({
      ids: context.words({ value: ids }),
      words: context.words({ buffer: weights }),
      scales: format === 'none' ? new Uint32Array(4) : context.words({ buffer: `${weights}.scales` }),
      format,
      x: context.floats({ value: x }),
      n,
      c,
      v: rowsAndColumns(table).n,
      ...(noisy ? { noise: { seed: context.step.seed, size: context.step.noise } } : {}),
    });
  },
  flops: () => 0,
};

/** ids [N] (buffer `ids`) → hidden states [N, C]. */
export function embedding(
  recording: Recording,
  args: { readonly rows: number; readonly path: string; readonly noisy?: boolean },
): Value {
  const module = recording.module(args.path);
  const weight = module.parameters.get('weight');
  invariant(weight && module.kind.type === 'embedding', `embedding: '${args.path}' is not an embedding`);
  const { tape } = recording;
  const ids = tape.leaf(
    'input_ids',
    [args.rows],
    { kind: 'persistent', buffer: 'ids', offset: 0 },
    { dtype: 'int64' },
  );
  const weights = `weights/${args.path}`;
  const table = recording.parameter(weight, recording.path(`${args.path}.weight`), {
    kind: 'persistent',
    buffer: weights,
    offset: 0,
  });
  const [x] = tape.record<Attributes>({
    operation: embeddingOperation,
    inputs: [ids, table],
    outputs: [{ name: args.path, shape: [args.rows, module.kind.width], gradFn: 'EmbeddingBackward0' }],
    attributes: {
      weights,
      format: recording.weightFormat(args.path),
      noisy: (args.noisy ?? false) && module.training,
    },
    path: args.path,
  });
  invariant(x, 'embedding recorded no output');
  return x;
}
