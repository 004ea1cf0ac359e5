// The picture of a run: what is drawn of gaps, single values and strange titles.
import { describe, expect, it } from 'vitest';
import { figureText } from '../../texts/numbers.ts';
import { chartSvg } from './chartImage.ts';

const look = {
  title: 'a < b & "c"',
  marks: [],
  steps: 4,
  stepsLabel: 'step 4',
  value: figureText,
  colours: { paper: '#fff', ink: '#111', dim: '#666', hairline: '#eee', soft: '#abc', strong: '#00f' },
};
const part = { title: 'Loss', log: false, fromZero: false };

describe('chartSvg', () => {
  it('breaks a line at a gap and shows a value that stands alone', () => {
    const svg = chartSvg(
      [
        {
          ...part,
          data: [
            [1, 2, 3, 4],
            [3, 2, null, 1],
          ],
        },
      ],
      look,
    );
    expect(svg.match(/stroke="#00f" stroke-width/g)).toHaveLength(2);
    expect(svg.match(/<circle/g)).toHaveLength(1);
    expect(svg).not.toContain('NaN');
  });
  it('has rings for the third series alone', () => {
    const data = [
      [1, 2],
      [1, 1],
      [1, 1],
      [null, 1],
    ] as const;
    expect(chartSvg([{ ...part, data }], look).match(/<circle[^>]*fill="#fff"/g)).toHaveLength(1);
  });
  it('keeps zero off a logarithmic axis and markup out of its words', () => {
    const svg = chartSvg(
      [
        {
          ...part,
          log: true,
          data: [
            [1, 2],
            [0, 1],
          ],
        },
      ],
      look,
    );
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;');
  });
  it('marks what was changed on the way, with its words once', () => {
    const data = [
      [1, 2, 3, 4],
      [3, 2, 2, 1],
    ] as const;
    const marks = [
      { step: 2, label: 'learning_rate 0.005 → 0.001' },
      { step: 9, label: 'beyond the end' },
    ];
    const svg = chartSvg(
      [
        { ...part, data },
        { ...part, data },
      ],
      { ...look, marks },
    );
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(2);
    expect(svg.match(/learning_rate 0\.005 → 0\.001/g)).toHaveLength(1);
    expect(svg).not.toContain('beyond');
  });
});
