// What stands beside which line, what marks it, and what of a long script folds away.
import { describe, expect, it } from 'vitest';
import { same } from '../../../engine/index.ts';
import { note } from '../../testing/readings.ts';
import { notedLines, stretches } from './lineNotes.ts';

const nothing = { kind: 'trains', line: null, error: null, text: same('') } as const;
const said = { lines: [], assumptions: [], notModelled: [], verdict: nothing };

describe('notedLines', () => {
  it('gathers what a loop did to one line: from before its first time to after its last', () => {
    const lines = [
      note(4, { trainable: { before: 10, after: 9 }, warnings: ['w'] }),
      note(4, { trainable: { before: 9, after: 8 }, warnings: ['w'], effects: [same('frozen')] }),
    ];
    const noted = notedLines({ ...said, lines }).get(4);
    expect(noted).toMatchObject({ trainable: { before: 10, after: 8 }, warnings: ['w'], mark: 'warns' });
    expect(noted?.effects).toEqual([same('frozen')]);
  });

  it('marks a line by what weighs most', () => {
    const raises = { type: 'TypeError', message: 'no' };
    const noted = notedLines({
      ...said,
      lines: [
        note(1, { trainable: { before: 0, after: 4 } }),
        note(2, { trainable: { before: 4, after: 0 } }),
        note(3, { cut: true, warnings: ['w'] }),
        note(4, { raises, cut: true }),
        note(5, { effects: [same('x')] }),
      ],
      assumptions: [{ line: 6, text: same('a') }],
      notModelled: [{ line: 1, text: same('m') }],
    });
    expect([...noted.values()].map(({ mark }) => mark)).toEqual([
      'missing',
      'frozen',
      'cut',
      'raises',
      'acts',
      'assumed',
    ]);
  });

  it('says of the line of the verdict what it raises, and nothing of what has no line', () => {
    const error = { type: 'ValueError', message: 'no' };
    const noted = notedLines({
      ...said,
      assumptions: [{ line: null, text: same('a') }],
      verdict: { ...nothing, kind: 'raises', line: 7, error },
    });
    expect([...noted.keys()]).toEqual([7]);
    expect(noted.get(7)?.raises).toEqual(error);
  });
});

describe('stretches', () => {
  it('shows a short script whole', () => {
    expect(stretches(300, new Set([4]), new Set())).toEqual([{ first: 1, last: 300, folded: false }]);
  });
  it('covers every line of a long one once, and shows those around what was said', () => {
    const found = stretches(900, new Set([20, 500]), new Set());
    expect(found.flatMap(({ first, last }) => [first, last])).toEqual([
      1, 11, 12, 28, 29, 491, 492, 508, 509, 900,
    ]);
    expect(found.map(({ folded }) => folded)).toEqual([true, false, true, false, true]);
    expect(stretches(900, new Set([20]), new Set([29])).at(-1)?.folded).toBe(false);
  });
  it('shows the beginning of a long one of which nothing is said', () => {
    expect(stretches(900, new Set(), new Set())[0]).toEqual({ first: 1, last: 40, folded: false });
  });
});
