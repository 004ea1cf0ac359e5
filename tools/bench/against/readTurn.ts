// What a turn in Node printed.
import type { Turn } from './part.ts';

const isTurn = (value: unknown): value is Turn =>
  typeof value === 'object' &&
  value !== null &&
  'stepMs' in value &&
  typeof value.stepMs === 'number' &&
  'losses' in value &&
  Array.isArray(value.losses) &&
  'kernels' in value &&
  Array.isArray(value.kernels);

export function readTurn(printed: string): Turn {
  const turn: unknown = JSON.parse(printed);
  if (!isTurn(turn)) throw new Error(`A turn in Node printed no figures but ${printed.slice(0, 200)}`);
  return turn;
}
