// One uPlot chart in the page's look: few labels, colours read from the theme, one cursor for all charts. It is told
// what to draw and knows neither store nor React.
import uPlot from 'uplot';
import type { CurveMark } from './changeMarks.ts';
import { labelPlaces } from './changeMarks.ts';

export interface PlotLook {
  readonly height: number;
  readonly log: boolean;
  /** Whether the values start at 0, as a schedule does. */
  readonly fromZero: boolean;
  /** Right end of the step axis. */
  readonly steps: number;
  /** Lines through the chart, each with what it says; the labels are left out where `labels` is false. */
  readonly marks: readonly CurveMark[];
  readonly labels: boolean;
  /** A value at the left to so many significant digits. */
  readonly value: (value: number, digits: number) => string;
}

/** Steps, then one array a series; null is a gap, undefined nothing: a line goes on over it. */
export type PlotData = readonly [
  steps: readonly number[],
  ...series: (readonly (number | null | undefined)[])[],
];

const token = (element: Element, name: string): string =>
  getComputedStyle(element).getPropertyValue(name).trim();

/** Largest and smallest of all series, padded so that a flat line does not lie on the frame. */
export function valueRange(
  data: PlotData,
  log: boolean,
  fromZero: boolean,
): readonly [min: number, max: number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const series of data.slice(1)) {
    for (const value of series) {
      if (value === null || value === undefined || !Number.isFinite(value) || (log && value <= 0)) continue;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }
  if (min > max) return log ? [0.1, 1] : [0, 1];
  if (log) return min === max ? [min / 2, max * 2] : [min, max];
  if (fromZero) return [0, max > 0 ? max : 1];
  const pad = min === max ? Math.max(Math.abs(max) * 0.5, 1e-6) : (max - min) * 0.04;
  return [min === max || min - pad < 0 ? Math.min(0, min) : min - pad, max + pad];
}

/** Three marks: both ends and the middle (the geometric one on a logarithmic axis). */
export function threeMarks(min: number, max: number, log: boolean): number[] {
  return [min, log ? Math.sqrt(min * max) : (min + max) / 2, max];
}

/** The marks in as few digits as tell them apart: 3.612 and 3.614 are not both 3.6. */
export function markTexts(marks: readonly number[], text: PlotLook['value']): string[] {
  const apart = [2, 3, 4, 5, 6].find((digits) => {
    const said = new Set(marks.map((mark) => text(mark, digits)));
    return said.size === new Set(marks).size;
  });
  return marks.map((mark) => text(mark, apart ?? 6));
}

/** Places of values with no neighbour, which no line goes through: drawn as points, or nothing would be seen of them. */
export function isolated(values: readonly (number | null | undefined)[]): number[] {
  const places = [...values.keys()].filter((at) => values[at] !== undefined);
  const isGap = (place: number): boolean => (values[places[place] ?? -1] ?? null) === null;
  return places.filter((_, place) => !isGap(place) && isGap(place - 1) && isGap(place + 1));
}

/** What can stand on the axis; a logarithmic one has no zero. */
export function shownOn(log: boolean, [steps, ...series]: PlotData): PlotData {
  if (!log) return [steps, ...series];
  return [
    steps,
    ...series.map((values) =>
      values.map((one) => (one === undefined || (one !== null && one > 0) ? one : null)),
    ),
  ];
}

export interface Plot {
  draw(data: PlotData, look: PlotLook): void;
  resize(): void;
  destroy(): void;
}

/** A chart inside `host` whose first series is faint, second strong, third points; absent series are left out. */
export function makePlot(host: HTMLElement, sync: string, onHover: (index: number | null) => void): Plot {
  let plot: uPlot | null = null;
  let look: PlotLook | null = null;
  let data: PlotData = [[]];

  const mutable = (): uPlot.AlignedData => {
    const [steps, ...series] = shownOn(look?.log ?? false, data);
    return [[...steps], ...series.map((values) => [...values])];
  };

  /** Dashed lines at the changes of a run, above the curves. */
  function drawMarks(self: uPlot): void {
    if (look === null || look.marks.length === 0) return;
    const { ctx, bbox } = self;
    const unit = devicePixelRatio;
    const ends = look.steps;
    const marks = look.marks.filter(({ step }) => step <= ends);
    const at = marks.map(({ step }) => Math.round(self.valToPos(step, 'x', true)));
    ctx.save();
    ctx.strokeStyle = token(host, '--dim');
    ctx.fillStyle = token(host, '--ink');
    ctx.lineWidth = unit;
    ctx.setLineDash([4 * unit, 3 * unit]);
    ctx.font = `${11 * unit}px ${token(host, '--sans') || 'sans-serif'}`;
    const gap = 4 * unit;
    const wide = marks.map(({ label }, i) => ({
      at: at[i] ?? 0,
      width: ctx.measureText(label).width + 2 * gap,
    }));
    const places = labelPlaces(wide, bbox.left + bbox.width);
    for (const [i, { label }] of marks.entries()) {
      const x = at[i] ?? 0;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      if (!look.labels) continue;
      const { toRight = true, line = 0 } = places[i] ?? {};
      ctx.textAlign = toRight ? 'left' : 'right';
      ctx.fillText(label, x + (toRight ? gap : -gap), bbox.top + (12 + 14 * line) * unit);
    }
    ctx.restore();
  }

  function build(next: PlotLook): void {
    plot?.destroy();
    look = next;
    const dim = token(host, '--dim');
    const hairline = token(host, '--hairline');
    const font = `11px ${token(host, '--sans') || 'sans-serif'}`;
    const scales: uPlot.Scales = {
      x: { time: false, range: () => [0, Math.max(1, look?.steps ?? 1)] },
      y: { distr: next.log ? 3 : 1, range: () => [...valueRange(data, next.log, next.fromZero)] },
    };
    const strong = token(host, '--grad');
    const alone = (stroke: string, size: number): uPlot.Series.Points => ({
      show: true,
      size,
      stroke,
      fill: stroke,
      filter: (_, place) => isolated(shownOn(next.log, data)[place] ?? []),
    });
    const soft = token(host, '--grad-soft');
    const paint: readonly uPlot.Series[] = [
      { stroke: soft, width: 1, points: alone(soft, 4) },
      { stroke: strong, width: 2, points: alone(strong, 6) },
      {
        stroke: token(host, '--ink'),
        width: 0,
        points: { show: true, size: 6, width: 1.5, fill: token(host, '--panel') },
      },
    ];
    const series = data.length - 1;
    const chosen = series === 1 ? paint.slice(1, 2) : paint.slice(0, series);
    plot = new uPlot(
      {
        width: Math.max(40, host.clientWidth),
        height: next.height,
        legend: { show: false },
        padding: [8, 8, 8, 0],
        scales,
        cursor: {
          sync: { key: sync },
          y: false,
          drag: { x: false, y: false },
          points: { size: 7, fill: strong, stroke: token(host, '--panel') },
        },
        series: [{}, ...chosen],
        axes: [
          { show: false },
          {
            stroke: dim,
            font,
            size: 44,
            gap: 6,
            grid: { stroke: hairline, width: 1 },
            ticks: { show: false },
            splits: (_, __, min, max) => threeMarks(min, max, next.log),
            values: (_, marks) => (look === null ? [] : markTexts(marks, look.value)),
          },
        ],
        hooks: { setCursor: [(self) => onHover(self.cursor.idx ?? null)], draw: [drawMarks] },
      },
      mutable(),
      host,
    );
  }

  return {
    draw: (nextData, nextLook) => {
      const rebuild =
        plot === null || look === null || look.log !== nextLook.log || nextData.length !== data.length;
      data = nextData;
      look = nextLook;
      if (rebuild) build(nextLook);
      else plot?.setData(mutable());
    },
    resize: () => {
      if (plot !== null && host.clientWidth > 0)
        plot.setSize({ width: host.clientWidth, height: look?.height ?? 160 });
    },
    destroy: () => {
      plot?.destroy();
      plot = null;
    },
  };
}
