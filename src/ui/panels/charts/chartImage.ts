// The charts of a run as one picture to keep or to show: SVG as text, and PNG of it. Colours are those of the page when it is taken. It reads
// what the charts read and knows neither store nor React.
import type { CurveMark } from './changeMarks.ts';
import { labelPlaces } from './changeMarks.ts';
import type { PlotData } from './plot.ts';
import { isolated, markTexts, shownOn, threeMarks, valueRange } from './plot.ts';

export interface ImagePart {
  readonly title: string;
  readonly data: PlotData;
  readonly log: boolean;
  readonly fromZero: boolean;
}

export interface ImageLook {
  readonly title: string;
  /** Settings that were changed on the way, named in the first chart. */
  readonly marks: readonly CurveMark[];
  /** Right end of the axis. */
  readonly steps: number;
  readonly stepsLabel: string;
  readonly value: (value: number, digits: number) => string;
  readonly colours: {
    readonly paper: string;
    readonly ink: string;
    readonly dim: string;
    readonly hairline: string;
    readonly soft: string;
    readonly strong: string;
  };
}

const WIDTH = 800;
const LEFT = 64;
const RIGHT = 16;
const HEAD = 44;
const partHeight = 200;
const plotHeight = 140;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const short = (value: number): string => String(Number(value.toFixed(2)));

type Place = readonly [x: number, y: number] | null;

/** Stretches between gaps. */
function stretches(places: readonly Place[]): string[] {
  let path = '';
  const all: string[] = [];
  for (const place of [...places, null]) {
    if (place !== null) path += `${path === '' ? 'M' : 'L'}${short(place[0])} ${short(place[1])}`;
    else if (path !== '') {
      all.push(path);
      path = '';
    }
  }
  return all;
}

/** Of a letter, on the average. */
const LETTER = 6.2;

/** A dashed line a mark, with its label or without. */
function drawMarks(look: ImageLook, top: number, x: (step: number) => number, named: boolean): string {
  const { colours } = look;
  const marks = look.marks.filter(({ step }) => step <= look.steps);
  const wide = marks.map(({ step, label }) => ({ at: x(step), width: label.length * LETTER + 8 }));
  const places = labelPlaces(wide, WIDTH - RIGHT);
  return marks
    .map(({ step, label }, i) => {
      const { toRight = true, line = 0 } = places[i] ?? {};
      const text = `<text x="${short(x(step) + (toRight ? 4 : -4))}" y="${top + 42 + 14 * line}" text-anchor="${toRight ? 'start' : 'end'}" fill="${colours.ink}" font-size="11">${escaped(label)}</text>`;
      return `<path d="M${short(x(step))} ${top + 32}v${plotHeight}" stroke="${colours.dim}" stroke-dasharray="4 3"/>${named ? text : ''}`;
    })
    .join('');
}

function drawPart(part: ImagePart, top: number, look: ImageLook, named: boolean): string {
  const { colours } = look;
  const data = shownOn(part.log, part.data);
  const [steps, ...series] = data;
  const [min, max] = valueRange(part.data, part.log, part.fromZero);
  const scaled = (value: number): number => (part.log ? Math.log(value) : value);
  const low = scaled(min);
  const span = scaled(max) - low || 1;
  const y = (value: number): number => top + 32 + plotHeight * (1 - (scaled(value) - low) / span);
  const x = (step: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * step) / Math.max(1, look.steps);
  const marks = threeMarks(min, max, part.log);
  const texts = markTexts(marks, look.value);
  const axis = marks.map(
    (mark, i) =>
      `<path d="M${LEFT} ${short(y(mark))}H${WIDTH - RIGHT}" stroke="${colours.hairline}"/>` +
      `<text x="${LEFT - 8}" y="${short(y(mark) + 4)}" text-anchor="end" fill="${colours.dim}">${escaped(texts[i] ?? '')}</text>`,
  );
  const lines = series.map((values, i) => {
    const points = i === 2;
    const strong = i === 1 || series.length === 1;
    const colour = points ? colours.ink : strong ? colours.strong : colours.soft;
    const places = values.map((value, at): Place | undefined =>
      typeof value === 'number' ? [x(steps[at] ?? 0), y(value)] : value,
    );
    const alone = points ? places.keys() : isolated(values);
    const dots = [...alone].flatMap((at) => ((places[at] ?? null) ? [places[at] ?? null] : []));
    const drawn = points ? [] : stretches(places.filter((place) => place !== undefined));
    return [
      ...drawn.map((d) => `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${strong ? 2 : 1}"/>`),
      ...dots.map((dot) =>
        dot === null
          ? ''
          : `<circle cx="${short(dot[0])}" cy="${short(dot[1])}" r="3" fill="${points ? colours.paper : colour}" stroke="${colour}"/>`,
      ),
    ].join('');
  });
  const foot = top + 32 + plotHeight + 16;
  return [
    `<text x="${LEFT}" y="${top + 18}" fill="${colours.ink}" font-weight="600">${escaped(part.title)}</text>`,
    ...axis,
    ...lines,
    drawMarks(look, top, x, named),
    `<text x="${LEFT}" y="${foot}" fill="${colours.dim}">0</text>`,
    `<text x="${WIDTH - RIGHT}" y="${foot}" text-anchor="end" fill="${colours.dim}">${escaped(look.stepsLabel)}</text>`,
  ].join('');
}

/** An SVG file of 800 units in width; gaps stay gaps, clipped steps and evaluations are rings. */
export function chartSvg(parts: readonly ImagePart[], look: ImageLook): string {
  const height = HEAD + partHeight * parts.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escaped(look.title)}</title>`,
    `<rect width="100%" height="100%" fill="${look.colours.paper}"/>`,
    `<text x="${LEFT}" y="28" fill="${look.colours.ink}" font-size="15" font-weight="600">${escaped(look.title)}</text>`,
    ...parts.map((part, i) => drawPart(part, HEAD + partHeight * i, look, i === 0)),
    '</svg>\n',
  ].join('\n');
}

/** The picture as PNG at twice its size; null where the browser draws none. */
export async function pngOf(svg: string): Promise<Blob | null> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * 2;
    canvas.height = image.naturalHeight * 2;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}
