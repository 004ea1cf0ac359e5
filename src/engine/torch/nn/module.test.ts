// The module tree walks as torch.nn.Module does: named_modules depth first in the order of insertion, tied parameters once.
import { expect, it } from 'vitest';
import { Module, parameter } from './module.ts';

function tree(): Module {
  const root = new Module('Root');
  const [model, head] = [new Module('Model'), new Module('Linear')];
  const [first, second] = [new Module('Layer'), new Module('Layer')];
  const tied = parameter('weight', [3, 2]);
  model.parameters.set('weight', tied);
  head.parameters.set('weight', tied);
  first.parameters.set('bias', parameter('bias', [3]));
  root.children.set('model', model);
  model.children.set('0', first);
  first.children.set('inner', new Module('Inner'));
  model.children.set('1', second);
  root.children.set('lm_head', head);
  return root;
}

it('names modules depth first, itself first, in the order of insertion', () => {
  const root = tree();
  const paths = [...root.namedModules()].map(([path]) => path);
  expect(paths).toEqual(['', 'model', 'model.0', 'model.0.inner', 'model.1', 'lm_head']);
  expect([...root.namedModules('base')].map(([path]) => path)[1]).toBe('base.model');
  expect([...root.modules()]).toEqual([...root.namedModules()].map(([, module]) => module));
});

it('gives tied parameters once, under the first name', () => {
  const root = tree();
  expect([...root.namedParameters()].map(([name]) => name)).toEqual(['model.weight', 'model.0.bias']);
  expect([...root.allParameters()]).toEqual([...root.namedParameters()].map(([, one]) => one));
});

it('finds a module by its path, and says which child is missing', () => {
  const root = tree();
  expect(root.at('model.0.inner')?.className).toBe('Inner');
  expect(root.at('')).toBe(root);
  expect(root.at('model.7')).toBeNull();
  expect(() => root.child('model').child('7')).toThrow("module Model has no child '7'");
});

it('sets the training mode of a whole subtree', () => {
  const root = tree();
  root.train();
  root.child('model').train(false);
  expect([...root.namedModules()].filter(([, module]) => module.training).map(([path]) => path)).toEqual([
    '',
    'lm_head',
  ]);
});

it('counts the bytes of a parameter by its dtype', () => {
  expect(parameter('w', [3, 5], { dtype: 'bfloat16' }).bytes).toBe(30);
  expect(parameter('w', [3, 5]).bytes).toBe(60);
  expect(parameter('w', [3, 5], { dtype: 'uint8', bytes: 8 }).bytes).toBe(8);
});
