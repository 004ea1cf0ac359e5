// Lines of the script for PyTorch: measurements, reasons, and what packages print.
import { expect, it } from 'vitest';
import { readTorchLine } from './torchLine.ts';

function read(line: string) {
  const said: string[] = [];
  return { lines: readTorchLine(line, (text) => said.push(text)), said };
}

it('takes a measurement', () => {
  const line = {
    model: '135 M',
    rows: 1,
    tokens: 128,
    checkpointed: false,
    kind: 'bf16',
    ms: 12.5,
    mib: 300,
  };
  const { checkpointed: _, ...measured } = line;
  expect(read(JSON.stringify(line))).toEqual({ lines: [measured], said: [] });
});

it('passes on why there is none', () => {
  expect(read('{"missing": "No module named torch"}').said).toEqual([
    "PyTorch's columns are empty: No module named torch.",
  ]);
  const failed = read('{"model": "1 B", "kind": "nf4", "error": "out of memory"}');
  expect(failed).toEqual({ lines: [], said: ['PyTorch, 1 B, nf4: out of memory'] });
});

it('takes no notice of other words, or of half a line', () => {
  for (const line of ['', 'Loading weights: 100%', '{"model": "1 B"', '[1]', '{"model": "1 B", "ms": 3}'])
    expect(read(line)).toEqual({ lines: [], said: [] });
});
