// The frame around a family's layers, with a family that is none: hooks and checkpointing act on any, wherever its parts stand.
import { expect, it } from 'vitest';
import { Tape } from '../torch/autograd/tape.ts';
import type { Value } from '../torch/autograd/value.ts';
import { Module } from '../torch/nn/module.ts';
import type { WiredModel } from '../torch/recording.ts';
import { Recording } from '../torch/recording.ts';
import { layoutAdapters } from '../torch/trainedLayout.ts';
import type { Decoder, Operations } from './decoder.ts';
import { recordDecoder } from './decoder.ts';

const paths = {
  embedding: 'transformer.wte',
  layers: 'transformer.h',
  norm: 'transformer.ln_f',
  head: 'lm_head',
};

/** Layers that only add to what they are given. */
const family: Decoder = {
  paths,
  layer: (run, { path, index }, hidden) => run.sum(hidden, run.linear(path, [`group ${index}`, []], hidden)),
};

function wired(training: readonly boolean[], options: Partial<WiredModel>): WiredModel {
  const root = new Module('GPT2LMHeadModel');
  const transformer = new Module('GPT2Model');
  const layers = new Module('ModuleList');
  training.forEach((mode, index) => {
    const layer = new Module('GPT2Block');
    layer.training = mode;
    layers.children.set(String(index), layer);
  });
  transformer.children.set('h', layers);
  root.children.set('transformer', transformer);
  return {
    root,
    causalPath: '',
    checkpointing: null,
    tables: { embedding: 'transformer.wte', head: 'lm_head' },
    inputGradHooks: 0,
    weightFormat: () => 'none',
    ...options,
  };
}

function record(model: WiredModel) {
  const tape = new Tape();
  const said: string[] = [];
  const leaf = (name: string): Value => tape.leaf(name, [1, 4], { kind: 'planned' });
  const unused = (): never => {
    throw new Error('not a word of this family');
  };
  const run: Operations<string> = {
    embedding: leaf,
    norm: leaf,
    linear: (layer, [name]) => {
      said.push(`${layer} ${name} ${tape.gradEnabled ? 'grad' : 'no_grad'}`);
      return layer;
    },
    attention: unused,
    gated: unused,
    activated: unused,
    positioned: unused,
    dropped: unused,
    droppedOutput: unused,
    output: unused,
    whole: unused,
    scaled: unused,
    plus: unused,
    sum: (residual, branch) => {
      const out = leaf(`${branch} out`);
      if (tape.gradEnabled && residual.requiresGrad)
        tape.attachEdge(out, 'AddBackward0', [residual], () => []);
      return out;
    },
  };
  const states = recordDecoder(new Recording(tape, model, layoutAdapters(model)), run, family);
  return { tape, said, states };
}

it('runs every layer that the module tree holds, in its place', () => {
  const { said, states, tape } = record(wired([false, false], {}));
  expect(said).toEqual(['transformer.h.0 group 0 grad', 'transformer.h.1 group 1 grad']);
  expect(states.layers.map(({ name }) => name)).toEqual(['transformer.h.0 out', 'transformer.h.1 out']);
  expect(states.final.name).toBe('transformer.ln_f');
  expect([...tape.moduleOutputs.keys()]).toEqual(['transformer.wte', 'transformer.h.0', 'transformer.h.1']);
});

it('lets the hook on the embedding reach the last layer', () => {
  const [bare, hooked] = [0, 1].map((inputGradHooks) => record(wired([true], { inputGradHooks })).states);
  expect(bare?.layers[0]).toMatchObject({ requiresGrad: false, gradFn: null });
  expect(hooked?.embedding.requiresGrad).toBe(true);
  expect(hooked?.layers[0]).toMatchObject({ requiresGrad: true, gradFn: 'AddBackward0' });
});

it('checkpoints layers in train mode alone', () => {
  const checkpointing = { useReentrant: true };
  const { said, states, tape } = record(wired([true, false], { checkpointing, inputGradHooks: 1 }));
  expect(said).toEqual(['transformer.h.0 group 0 no_grad', 'transformer.h.1 group 1 grad']);
  expect(states.layers.map(({ gradFn }) => gradFn)).toEqual(['CheckpointFunctionBackward', 'AddBackward0']);
  expect(tape.warnings).toEqual([]);
  const without = record(wired([true], { checkpointing }));
  expect(without.tape.warnings).toMatchObject([{ category: 'UserWarning' }]);
});
