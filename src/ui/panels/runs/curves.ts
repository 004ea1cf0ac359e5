// Curves of several runs on common axes, as the points of SVG lines. Pure: what is not finite is a gap, a single point stays visible.

import { loggedWindows, meanOf } from '../../../engine/index.ts';
import type { KeptRun } from '../../../engine/protocol.ts';
import { ema } from '../../state/ema.ts';

export interface Frame {
  readonly width: number;
  readonly height: number;
}

export interface CurveLook {
  readonly log: boolean;
  /** Weight of what was, from 0 to below 1; 0: as it is. */
  readonly smoothing: number;
}

export interface Curves {
  /** Of each run the unbroken pieces of its line, as `x,y x,y`. */
  readonly lines: readonly (readonly string[])[];
  readonly most: number;
  readonly least: number;
  readonly steps: number;
}

type Curve = KeptRun['curve'];

/** The logged points of a run, each the mean since the last; those of eval losses alone are left out. */
export function loggedCurve({ curve, recipe }: Pick<KeptRun, 'curve' | 'recipe'>): Curve {
  const points = curve.map((point) => ({ step: point[0], point }));
  return [...loggedWindows(points, recipe)].map(([step, since]) => [
    step,
    meanOf(since, ({ point }) => point[1]),
    since.at(-1)?.point[2] ?? null,
  ]);
}

/** Lines in a frame whose top is `most` and whose bottom is `least`. */
export function curvesIn(curves: readonly Curve[], { width, height }: Frame, look: CurveLook): Curves {
  const smooth = curves.map((curve) => {
    const values = curve.map(([, loss]) => loss);
    const shown = look.smoothing > 0 ? ema(values, look.smoothing) : values;
    return curve.map(([step], i) => [step, shown[i] ?? Number.NaN] as const);
  });
  const drawn = (value: number): boolean => Number.isFinite(value) && (!look.log || value > 0);
  const values = smooth.flatMap((curve) => curve.map(([, value]) => value)).filter(drawn);
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const steps = curves.flatMap((curve) => curve.map(([step]) => step)).reduce((a, b) => Math.max(a, b), 1);
  const scale = (value: number): number => (look.log ? Math.log(value) : value);
  const span = scale(most) - scale(least);
  const place = ([step, value]: readonly [number, number]): string => {
    const share = span > 0 ? (scale(value) - scale(least)) / span : 0.5;
    return `${((step / steps) * width).toFixed(1)},${((1 - share) * height).toFixed(1)}`;
  };
  const lines = smooth.map((curve) => {
    const pieces: string[][] = [[]];
    for (const point of curve) {
      if (drawn(point[1])) pieces.at(-1)?.push(place(point));
      else if (pieces.at(-1)?.length !== 0) pieces.push([]);
    }
    // A point is a line of no length, which a round cap shows.
    return pieces
      .filter(({ length }) => length > 0)
      .map((piece) => (piece.length === 1 ? [...piece, ...piece] : piece).join(' '));
  });
  return { lines, most, least, steps };
}
