// What recording and checkpointing keep of torch.autograd's rules: requires_grad, no_grad, what backward walks and adds up, what is
// recomputed. Against the libraries themselves the same is held in laboratory/inspect.
import { describe, expect, it } from 'vitest';
import { applied, leaf } from '../../testing/toyOperation.ts';
import { backward } from './backward.ts';
import { PythonError } from './pythonError.ts';
import { checkpointNonReentrant, checkpointReentrant } from './segment.ts';
import { Tape } from './tape.ts';

const names = (tape: Tape, role: string): string[] =>
  tape.nodes.filter((node) => node.role === role).map(({ outputs }) => outputs[0]?.name ?? '');

describe('recording', () => {
  it('gives requires_grad to what depends on something that has it, under grad mode', () => {
    const tape = new Tape();
    const [w, x] = [leaf(tape, 'w', true), leaf(tape, 'x', false)];
    const plain = applied(tape, 'plain', [x]);
    expect([plain.requiresGrad, plain.gradFn, plain.edge]).toEqual([false, null, null]);
    const y = applied(tape, 'y', [x, w]);
    expect([y.requiresGrad, y.gradFn]).toEqual([true, 'ToyBackward0']);
    const held = tape.withGrad(false, () => applied(tape, 'held', [y]));
    expect([held.requiresGrad, held.edge]).toEqual([false, null]);
    const cut = applied(tape, 'cut', [y], { backward: 'none' });
    expect(cut.requiresGrad).toBe(false);
  });

  it('puts grad mode and role back when the body throws', () => {
    const tape = new Tape();
    const thrower = (): never => {
      throw new Error('inside');
    };
    expect(() => tape.withGrad(false, () => tape.withRole('backward', thrower))).toThrow('inside');
    expect([tape.gradEnabled, tape.role]).toEqual([true, 'forward']);
  });

  it('notes a module in the forward pass alone', () => {
    const tape = new Tape();
    tape.withGrad(false, () => tape.noteModule('a', { requiresGrad: false, gradFn: null }));
    tape.withRole('recompute', () => tape.noteModule('a', { requiresGrad: true, gradFn: 'X' }));
    expect([...tape.moduleOutputs]).toEqual([
      ['a', { requiresGrad: false, gradFn: null, underNoGrad: true }],
    ]);
  });
});

describe('backward', () => {
  it('refuses a loss without grad_fn in the words of PyTorch', () => {
    const tape = new Tape();
    const loss = applied(tape, 'loss', [leaf(tape, 'x', false)]);
    let caught: unknown;
    try {
      backward(tape, loss);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(PythonError);
    expect(caught).toMatchObject({
      type: 'RuntimeError',
      message: 'element 0 of tensors does not require grad and does not have a grad_fn',
      call: 'loss.backward()',
    });
    expect(names(tape, 'backward')).toEqual([]);
  });

  it('walks in reverse order of recording, and only where a gradient is wanted', () => {
    const tape = new Tape();
    const [w, x] = [leaf(tape, 'w', true), leaf(tape, 'x', false)];
    const a = applied(tape, 'a', [x, w]);
    applied(tape, 'unused', [a]);
    const b = applied(tape, 'b', [a]);
    backward(tape, applied(tape, 'loss', [b]));
    expect(names(tape, 'backward')).toEqual(['b.grad', 'a.grad', 'w.grad']);
    expect([...tape.parameterGradients.keys()]).toEqual([w]);
    expect(tape.nodes.every((node) => node.role === 'forward' || !node.outputs[0]?.requiresGrad)).toBe(true);
  });

  it('adds up what several uses contribute before it goes on', () => {
    const tape = new Tape();
    const w = leaf(tape, 'w', true);
    const a = applied(tape, 'a', [w]);
    const [left, right] = [applied(tape, 'left', [a]), applied(tape, 'right', [a])];
    backward(tape, applied(tape, 'loss', [left, right]));
    const made = tape.nodes
      .filter((node) => node.role === 'backward')
      .map(({ operation, outputs }) => `${operation.name} ${outputs[0]?.name}`);
    expect(made).toEqual([
      'toy left.grad',
      'toy right.grad',
      'toy a.grad',
      'toy a.grad',
      'add a.grad',
      'toy w.grad',
    ]);
  });

  it('leaves adding to the operation that says it did', () => {
    const tape = new Tape();
    const w = leaf(tape, 'w', true);
    const pending: boolean[] = [];
    const fused = () =>
      applied(tape, 'use', [w], {
        backward: (context) => {
          pending.push(context.pending(0) !== null);
          return [{ grad: leaf(tape, `grad ${pending.length}`, false), fused: true }];
        },
      });
    backward(tape, applied(tape, 'loss', [fused(), fused()]));
    expect(pending).toEqual([false, true]);
    expect(tape.nodes.some(({ operation }) => operation.name === 'add')).toBe(false);
  });
});

describe('checkpointing', () => {
  /** Reads what the forward pass made, as a real gradient would. */
  const reads = (tape: Tape, name: string, inputs: Parameters<typeof applied>[2]) =>
    applied(tape, name, inputs, {
      backward: ({ node, saved, gradOf, needs }) => {
        for (const output of node.outputs) saved(output);
        const grad = gradOf(0);
        return node.inputs.map((_, i) => (grad && needs(i) ? { grad, fused: false } : null));
      },
    });

  it('without reentrance keeps the graph of parameters, and recomputes a segment once', () => {
    const tape = new Tape();
    const [w, x] = [leaf(tape, 'w', true), leaf(tape, 'x', false)];
    const out = checkpointNonReentrant(tape, x, (input) =>
      reads(tape, 'b', [reads(tape, 'a', [input, w]), w]),
    );
    expect(out.requiresGrad).toBe(true);
    expect(names(tape, 'recompute')).toEqual([]);
    backward(tape, applied(tape, 'loss', [out]));
    expect(names(tape, 'recompute')).toEqual(['a', 'b']);
    expect(tape.parameterGradients.has(w)).toBe(true);
    expect(tape.warnings).toEqual([]);
  });

  it('with reentrance forgets parameters when no input requires grad, and warns as torch does', () => {
    const tape = new Tape();
    const [w, x] = [leaf(tape, 'w', true), leaf(tape, 'x', false)];
    const out = checkpointReentrant(tape, x, (input) => applied(tape, 'a', [input, w]));
    expect([out.requiresGrad, out.gradFn]).toEqual([false, null]);
    expect(tape.warnings.map(({ message }) => message)).toEqual([
      'None of the inputs have requires_grad=True. Gradients will be None',
    ]);
  });

  it('with reentrance runs the segment again in backward when an input requires grad', () => {
    const tape = new Tape();
    const [w, x] = [leaf(tape, 'w', true), leaf(tape, 'x', true)];
    const out = checkpointReentrant(tape, x, (input) => applied(tape, 'a', [input, w]));
    expect(out.gradFn).toBe('CheckpointFunctionBackward');
    backward(tape, applied(tape, 'loss', [out]));
    expect(names(tape, 'recompute')).toEqual(['a']);
    expect([...tape.parameterGradients.keys()].map(({ name }) => name)).toContain('w');
  });

  it('refuses a segment inside a segment', () => {
    const tape = new Tape();
    const x = leaf(tape, 'x', true);
    expect(() =>
      checkpointNonReentrant(tape, x, (outer) => checkpointNonReentrant(tape, outer, (inner) => inner)),
    ).toThrow('checkpointed segments do not nest');
  });
});
