// The forward pass of a known model as the table has it: which modules run, and whose outputs each takes, for the whole and for one layer
// of each stack. Read off the real model's graph by tools/golden/models/flow.py; what an operation leaves on the tape is laboratory/inspect's.

import { invariant } from '../../ground/errors.ts';
import type { DecoderPaths } from '../decoder.ts';
import type { Numbers } from './formula.ts';
import { evaluate } from './formula.ts';
import type { KnownNode } from './node.ts';
import { readNode } from './node.ts';
import { oncePer } from './once.ts';
import type { HeadRow, KnownTable } from './table.ts';

/** What a step takes: an earlier step, the hidden states that entered the layer, what else entered it, a parameter by its path. */
export type FlowSource =
  | { readonly from: 'step'; readonly step: number }
  | { readonly from: 'hidden' }
  | { readonly from: 'side' }
  | { readonly from: 'parameter'; readonly path: string };

export interface FlowStep {
  /** Of the module, below the model or the layer; of a stack its list. */
  readonly path: string;
  /** A stack of layers; else a module. */
  readonly stack: boolean;
  /** Path of a list whose every child runs `rest`, or null. */
  readonly each: { readonly list: string; readonly rest: string } | null;
  readonly sources: readonly FlowSource[];
  /** What the layers of a stack take beside hidden states. */
  readonly side: readonly FlowSource[];
}

export interface Flow {
  readonly steps: readonly FlowStep[];
  /** What the result is made of. */
  readonly ends: readonly FlowSource[];
}

export interface KnownForward {
  readonly flow: Flow;
  readonly layerFlow: (stack: string, index: number) => Flow;
  /** Stacks that checkpoint their layers. */
  readonly checkpoints: ReadonlySet<string>;
  /** The modules that enable_input_require_grads() hooks. */
  readonly hooked: ReadonlySet<string>;
  readonly paths: DecoderPaths;
}

function source(written: string): FlowSource {
  if (written === 'x') return { from: 'hidden' };
  if (written === 's') return { from: 'side' };
  if (written.startsWith('&')) return { from: 'parameter', path: written.slice(1) };
  return { from: 'step', step: Number(written) };
}

const sources = (written: string): FlowSource[] => (written === '' ? [] : written.split(',').map(source));

function step(written: string): FlowStep {
  const [path = '', rest = ''] = written.split('<');
  const [from = '', side = ''] = rest.split('/');
  const stack = path.endsWith('.*');
  const at = stack ? -1 : path.indexOf('.*.');
  return {
    path: stack ? path.slice(0, -2) : path,
    stack,
    each: at < 0 ? null : { list: path.slice(0, at), rest: path.slice(at + 3) },
    sources: sources(from),
    side: sources(side),
  };
}

const flowOf = oncePer((table, index): Flow => {
  const written = (table.flows[index] ?? '').split(';');
  const ends = sources((written.pop() ?? '').slice(1));
  return { steps: written.map(step), ends };
});

/** The node of a list of layers. */
function stackNode(table: KnownTable, root: number, path: string): KnownNode {
  let node = readNode(table, root);
  for (const part of path.split('.')) {
    const child = node.children.find(({ name }) => name === part);
    invariant(child, `known models: no '${path}'`);
    node = readNode(table, child.node);
  }
  return node;
}

/** Where the parts stand that people are shown: the last stack is the decoder of a model that has both. */
function pathsOf({ steps }: Flow, { h, o }: HeadRow): DecoderPaths {
  const at = steps.findLastIndex(({ stack }) => stack);
  const last = steps.at(-1)?.path ?? '';
  return {
    embedding: steps.some(({ path }) => path === h) ? (h ?? '') : (steps[0]?.path ?? ''),
    layers: steps[at]?.path ?? '',
    norm: steps[at + 1]?.path ?? last,
    head: o ?? last,
  };
}

/** Module that runs last: the head, where there is one. */
export function lastModule(table: KnownTable, { f }: HeadRow): string | null {
  return f === undefined ? null : (flowOf(table, f).steps.at(-1)?.path ?? null);
}

/**
 * get_input_embeddings() of the model; from transformers 5 on those of the models inside it too, which share its table. Source: transformers
 * 4.57 and 5.15 modeling_utils.py enable_input_require_grads.
 */
function hookedBy({ steps }: Flow, { h = '', t = [], u = [] }: HeadRow, each: boolean): ReadonlySet<string> {
  const shared = [...t, ...u].filter((names) => each && names.includes(`${h}.weight`)).flat();
  const tables = steps.filter(
    ({ path, sources: from }) => from.length === 0 && shared.includes(`${path}.weight`),
  );
  return new Set([h, ...tables.map(({ path }) => path)]);
}

/** `hooksEach`: enable_input_require_grads() hooks the embeddings of inner models as well. */
export function forwardOf(
  table: KnownTable,
  row: HeadRow,
  numbers: Numbers,
  hooksEach: boolean,
): KnownForward | null {
  if (row.f === undefined) return null;
  const flow = flowOf(table, row.f);
  return {
    flow,
    layerFlow: (stack, index) => {
      const { list } = stackNode(table, row.n, stack);
      invariant(list, `known models: '${stack}' is no stack`);
      const first = list.first !== null && index < evaluate(list.first.count, numbers);
      const layer = readNode(table, first && list.first ? list.first.node : list.node);
      invariant(layer.flow !== null, `known models: no flow for a layer of '${stack}'`);
      return flowOf(table, layer.flow);
    },
    checkpoints: new Set(row.c === 1 ? flow.steps.flatMap((one) => (one.stack ? one.path : [])) : row.c),
    hooked: hookedBy(flow, row, hooksEach),
    paths: pathsOf(flow, row),
  };
}
