// How a slider's positions map to a setting's values: a working range around the default, since declared ranges reach
// far beyond what anyone drags to (max_steps to 100,000). The field beside it takes the whole range. Pure.
import type { NumberKind } from '../../../engine/index.ts';

export interface SliderSpan {
  readonly positions: number;
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly integer: boolean;
}

/** Ranges this long are typed, not dragged: seeds and limits have no "a little more". */
const longestRange = 1e6;

/** The span of a slider, or null where a slider would be of no use. */
export function sliderSpan(type: NumberKind, standard: number): SliderSpan | null {
  const integer = type.integer === true;
  if (type.max - type.min > longestRange) return null;
  if (type.scale === 'log') {
    const middle = standard > 0 ? standard : type.max / 100;
    const low = Math.max(type.min, middle / 200, Number.MIN_VALUE);
    return { positions: 48, low, high: Math.min(type.max, middle * 50), log: true, integer };
  }
  const high = standard > 0 ? Math.min(type.max, standard * 8) : type.max;
  const low = Math.max(type.min, type.min < 0 ? (integer ? 1 : 0) : type.min);
  const positions = integer ? Math.min(high - low, 200) : 40;
  if (positions < 4) return null;
  return { positions, low, high, log: false, integer };
}

/** Nearest position of a value; values outside the span sit at its ends. */
export function toPosition(span: SliderSpan, value: number): number {
  const { low, high, positions, log } = span;
  const held = Math.min(high, Math.max(low, value));
  const share = log ? Math.log(held / low) / Math.log(high / low) : (held - low) / (high - low);
  return Math.round(share * positions);
}

/** Value at a position, to two digits on a logarithmic scale, so that 1e-3 reads 1e-3. */
export function fromPosition(span: SliderSpan, position: number): number {
  const { low, high, positions, log, integer } = span;
  const share = position / positions;
  const value = log ? low * (high / low) ** share : low + (high - low) * share;
  if (integer) return Math.round(value);
  return Math.min(high, Math.max(low, Number(value.toPrecision(2))));
}
