// Reference of `adafactor`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';
import type { StepNumbers } from '../lib/step.ts';

export interface AdafactorArguments {
  readonly p: FloatArray;
  readonly grads: FloatArray;
  /** By tensor: rows, then columns. */
  readonly squares: FloatArray;
  /** By tensor: offset, length, rows, columns (0: a vector), place in `squares`. */
  readonly shapes: Uint32Array;
  /** [n / 64]: weight decay and factor on the learning rate (negative: no gradient, untouched). */
  readonly table: FloatArray;
  /** [1]: clipping factor. */
  readonly metrics: FloatArray;
  /** biasCorrection2 carries beta2(t) = 1 - t^-0.8. */
  readonly step: Pick<StepNumbers, 'learningRate' | 'biasCorrection2'>;
  readonly tensors: number;
  readonly eps: number;
}

export function adafactorReference(args: AdafactorArguments): void {
  for (let tensor = 0; tensor < args.tensors; tensor++) stepOf(args, tensor * 5);
}

function stepOf(args: AdafactorArguments, at: number): void {
  const { p, grads, squares, shapes, table, metrics, step } = args;
  const [offset = 0, length = 0, rows = 0, columns = 0, state = 0] = shapes.subarray(at, at + 5);
  const decay = table[(offset >> 6) * 2] ?? 0;
  const factor = table[(offset >> 6) * 2 + 1] ?? 0;
  if (factor < 0) return;
  const across = Math.max(columns, 1);
  const clip = metrics[1] ?? 0;
  const beta2 = step.biasCorrection2;
  const gradient = (i: number): number => (grads[offset + i] ?? 0) * clip;
  const blend = (place: number, count: number, square: (k: number) => number): void => {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += square(k) + args.eps;
    squares[place] = beta2 * (squares[place] ?? 0) + (1 - beta2) * (sum / count);
  };
  for (let row = 0; row < rows; row++) blend(state + row, across, (c) => gradient(row * across + c) ** 2);
  for (let c = 0; c < columns; c++) blend(state + rows + c, rows, (row) => gradient(row * columns + c) ** 2);
  let meanRow = 0;
  for (let row = 0; row < rows; row++) meanRow += (squares[state + row] ?? 0) / rows;
  const direction = (i: number): number => {
    if (columns === 0) return gradient(i) / Math.sqrt(squares[state + i] ?? 0);
    const row = squares[state + Math.floor(i / columns)] ?? 0;
    const column = squares[state + rows + (i % columns)] ?? 0;
    return gradient(i) / Math.sqrt(row / meanRow) / Math.sqrt(column);
  };
  let sum = 0;
  for (let i = 0; i < length; i++) sum += direction(i) ** 2;
  const rms = Math.sqrt(sum / length);
  const lr = step.learningRate * factor;
  for (let i = 0; i < length; i++)
    p[offset + i] = (p[offset + i] ?? 0) * (1 - lr * decay) - (lr * direction(i)) / Math.max(1, rms);
}
