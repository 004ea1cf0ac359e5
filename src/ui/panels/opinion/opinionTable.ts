// What a second opinion says, as a verdict and tables of words: shown by the dialog, and copied as Markdown. Pure but for the texts.
import type { Judged, Opinion, Place, Region } from '../../../engine/index.ts';
import { gradientGroups, layerPairs } from '../../../engine/index.ts';
import { figureText } from '../../texts/numbers.ts';
import type { OpinionTexts } from './opinionTexts.ts';

export interface OpinionRow {
  readonly title: string;
  /** A line below it; '' for none. */
  readonly about: string;
  readonly cells: readonly string[];
  readonly agrees: boolean;
}

export interface OpinionTable {
  readonly title: string;
  readonly rows: readonly OpinionRow[];
}

const small = (value: number): string => figureText(value, 2);

export const headOf = (o: OpinionTexts): readonly string[] => [
  o('what'),
  o('largest'),
  o('relative'),
  o('distance'),
  o('cosine'),
  o('bound'),
  o('verdict'),
];

const regionOf = (o: OpinionTexts, region: Region): string =>
  typeof region === 'number' ? o('layer', { layer: region }) : o(region);

function rowOf(o: OpinionTexts, title: string, judged: Judged, about = ''): OpinionRow {
  const { largest, relative, distance, cosine, bound, agrees } = judged;
  const numbers = [largest, relative, distance].map(small);
  const angle = cosine === null ? '–' : small(Math.max(0, 1 - cosine));
  return { title, about, agrees, cells: [...numbers, angle, small(bound), o(agrees ? 'within' : 'beyond')] };
}

function placeText(o: OpinionTexts, { pass, region, operation, path }: Place): string {
  const inPass = o(`place_${pass}`);
  const at = region === null ? inPass : o('at', { pass: inPass, region: regionOf(o, region) });
  if (operation === null) return at;
  const named = operation === 'gradient' ? o('gradient') : operation;
  return path === null
    ? o('operationAlone', { at, operation: named })
    : o('operation', { at, operation: named, path });
}

/** Who was compared, in one line. */
export const sidesOf = (o: OpinionTexts, { ours, theirs, step, rows, tokens }: Opinion): string =>
  o('sides', { ours: o(`side_${ours}`), theirs: o(`side_${theirs}`), step, rows, tokens });

/** The verdict, in one line. */
export function verdictOf(o: OpinionTexts, { place, loss, logits, gradients, layers }: Opinion): string {
  if (place === null) {
    const worst = Math.max(0, ...gradients.map(({ distance }) => distance));
    const far = { logits: small(logits.distance), loss: small(loss.largest), gradients: small(worst) };
    return o('agrees', far);
  }
  const differs = o('differs', { place: placeText(o, place) });
  return layers === null ? `${differs} ${o('further')}` : differs;
}

export function tablesOf(o: OpinionTexts, opinion: Opinion): readonly OpinionTable[] {
  const { loss, logits, layers } = opinion;
  const values = { ours: figureText(loss.ours, 4), theirs: figureText(loss.theirs, 4) };
  const gradients = gradientGroups(opinion).map(({ region, block, tensors, worst }) =>
    rowOf(
      o,
      o('group', { region: regionOf(o, region), block }),
      worst,
      o('worstOf', { kind: worst.kind, count: tensors }),
    ),
  );
  const pairs = layerPairs(layers ?? []).flatMap(({ region, forward, backward }) => {
    const title = regionOf(o, region);
    return [
      ...(forward ? [rowOf(o, title, forward, o('behind'))] : []),
      ...(backward ? [rowOf(o, title, backward, o('backOf'))] : []),
    ];
  });
  return [
    {
      title: '',
      rows: [
        rowOf(o, o('loss', values), loss),
        rowOf(o, o('logits', { positions: logits.positions }), logits),
      ],
    },
    { title: o('gradientsTitle'), rows: gradients },
    ...(layers === null ? [] : [{ title: o('layersTitle'), rows: pairs }]),
  ];
}

export function markdownOf(o: OpinionTexts, opinion: Opinion): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const head = headOf(o);
  const tables = tablesOf(o, opinion).map(({ title, rows }) =>
    [
      ...(title === '' ? [] : [`### ${title}`, '']),
      line(head),
      line(head.map(() => '---')),
      ...rows.map(({ title: name, about, cells }) =>
        line([about === '' ? name : `${name}: ${about}`, ...cells]),
      ),
    ].join('\n'),
  );
  return [`## ${o('title')}`, sidesOf(o, opinion), verdictOf(o, opinion), ...tables, o('boundText')].join(
    '\n\n',
  );
}
