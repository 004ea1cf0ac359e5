// The strip's drawing decisions: wires, groups of layers, brackets, the answer.
import { describe, expect, it } from 'vitest';
import { inspectionOf, stripOf } from '../../testing/fixture.ts';
import { cellAfter, checkpointRuns, drawnCells, groupCells, stripAnswer } from './stripCells.ts';

describe('drawnCells', () => {
  it('lets a frozen embedding rest and carries the gradient from the first layer on', () => {
    const wires = drawnCells(stripOf('trains', 2)).map((one) => one.wire);
    expect(wires).toEqual(['rests', 'carries', 'carries', 'carries', 'carries', null]);
  });

  it('asks for attention from the cut on', () => {
    const drawn = drawnCells(stripOf('raises'));
    expect(drawn.slice(0, -1).every((one) => one.wire === 'cut')).toBe(true);
    expect(drawn.at(-1)?.wire).toBeNull();
  });

  it('narrows up to 48 layers and groups neighbours beyond', () => {
    expect(drawnCells(stripOf('trains', 48))).toHaveLength(52);
    const many = drawnCells(stripOf('trains', 80));
    expect(many).toHaveLength(44);
    expect(many[1]?.layers).toEqual({ first: 0, last: 1 });
    expect(many[1]?.cell.trainable).toBe(28);
  });

  it('never loses a layer to grouping', () => {
    for (const count of [1, 47, 48, 49, 96, 97, 126]) {
      const groups = groupCells(stripOf('trains', count));
      expect(groups.flat()).toHaveLength(count + 4);
      expect(groups.length).toBeLessThanOrEqual(52);
    }
  });

  it('shows a group as partly reached when one of its layers got nothing', () => {
    const cells = stripOf('trains', 96).map((cell) =>
      cell.id === '1' ? { ...cell, received: 'none' as const } : cell,
    );
    expect(drawnCells(cells)[1]?.cell.received).toBe('some');
  });

  it('writes at most ten layer numbers, the first away from the embedding’s word', () => {
    for (const count of [1, 10, 11, 48]) {
      const numbers = drawnCells(stripOf('trains', count)).filter(
        (one) => one.layers !== null && one.label !== null,
      );
      expect(numbers.length).toBeLessThanOrEqual(10);
      expect(numbers[0]?.label === '0').toBe(count <= 10);
    }
  });
});

describe('checkpointRuns', () => {
  it('joins neighbouring segments of one kind', () => {
    expect(checkpointRuns(drawnCells(stripOf('raises')))).toEqual([{ first: 1, last: 6, kind: 'reentrant' }]);
    expect(checkpointRuns(drawnCells(stripOf('trains')))).toEqual([]);
  });
});

describe('stripAnswer', () => {
  const { outcome } = inspectionOf('trains');
  it('says yes only when every trainable tensor receives a gradient', () => {
    expect(stripAnswer(outcome)).toEqual({ kind: 'yes', count: 84 });
    expect(stripAnswer({ ...outcome, noneGradients: 4 })).toEqual({ kind: 'some', received: 80, total: 84 });
  });
  it('names the missing grad_fn, and other errors by their call', () => {
    expect(stripAnswer(inspectionOf('raises').outcome)).toEqual({ kind: 'no-grad-fn' });
    const error = { type: 'ValueError', message: 'Target modules not found', call: 'get_peft_model()' };
    expect(stripAnswer({ ...outcome, kind: 'raises', error })).toEqual({
      kind: 'raises',
      call: 'get_peft_model()',
    });
  });
  it('tells nothing trainable from a silent run', () => {
    expect(stripAnswer({ ...outcome, kind: 'silent', trainableTensors: 0 })).toEqual({ kind: 'nothing' });
    expect(stripAnswer({ ...outcome, kind: 'silent', nonzeroGradients: 0 })).toEqual({ kind: 'silent' });
    const some = { trainableTensors: 52, noneGradients: 48, nonzeroGradients: 2 };
    expect(stripAnswer({ ...outcome, kind: 'silent', ...some })).toEqual({
      kind: 'some',
      received: 4,
      total: 52,
    });
  });
});

describe('cellAfter', () => {
  it('comes to every cell by arrows and stays within the strip', () => {
    const way = (key: string, from: number) =>
      Array.from({ length: 5 }).reduce<number[]>(
        (seen) => [...seen, cellAfter(key, seen.at(-1) ?? from, 4) ?? -1],
        [from],
      );
    expect(way('ArrowRight', 0)).toEqual([0, 1, 2, 3, 3, 3]);
    expect(way('ArrowLeft', 3)).toEqual([3, 2, 1, 0, 0, 0]);
    expect([cellAfter('End', 1, 4), cellAfter('Home', 2, 4)]).toEqual([3, 0]);
    expect([cellAfter('Tab', 1, 4), cellAfter('Enter', 1, 4)]).toEqual([null, null]);
  });
});
