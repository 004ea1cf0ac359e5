// What is told of the losses of rows: a part of the messages of the worker (protocol.ts), with the check of its fields.
import type { TokenMask } from '../data/summary.ts';
import type { Checks, Of } from '../ground/messages.ts';
import type { Check } from '../ground/shapes.ts';
import { boolean, list, nullable, number, oneOf, shape, string } from '../ground/shapes.ts';

/** Rows that were held out, or those that are trained. */
const rowParts = ['eval', 'train'] as const;
export type RowPart = (typeof rowParts)[number];

/** Tokens that are written as one text. Losses are means over those of them that have a label, in nats; null: none has. */
export interface ScoredText {
  readonly text: string;
  readonly mask: TokenMask;
  readonly tokens: number;
  readonly loss: number | null;
  readonly base: number | null;
}

export interface ScoredRow {
  /** Place in its part of the rows, from 0. */
  readonly place: number;
  /** How what is learned of it begins. */
  readonly text: string;
  /** Tokens with a label. */
  readonly labels: number;
  /** Mean loss of its labels with the adapter as it stands, in nats a token. */
  readonly loss: number;
  /** The same of the untouched model. */
  readonly base: number;
  /** Where they were asked for. */
  readonly shown: readonly ScoredText[] | null;
}

export type RowScoresCommand =
  /**
   * The losses of a part of the rows, or of one with its tokens. Answers `rows-scored` row by row, or `rows-unscored`; whatever is told
   * meanwhile ends it.
   */
  {
    readonly type: 'score-rows';
    readonly id: number;
    readonly part: RowPart;
    readonly place: number | null;
  };

export type RowScoresEvent =
  /** `row`: null where there is none. `ended`: nothing more is answered, be it that all are done or that it was ended. */
  {
    readonly type: 'rows-scored';
    readonly id: number;
    readonly done: number;
    readonly total: number;
    readonly row: ScoredRow | null;
    readonly ended: boolean;
  };

const id = number;
const scoredRow: Check<ScoredRow> = shape<ScoredRow>({
  place: number,
  text: string,
  labels: number,
  loss: number,
  base: number,
  shown: nullable(
    list(
      shape<ScoredText>({
        text: string,
        mask: oneOf('trained', 'ignored', 'truncated', 'rejected'),
        tokens: number,
        loss: nullable(number),
        base: nullable(number),
      }),
    ),
  ),
});

export const rowScoresCommands: Checks<RowScoresCommand> = {
  'score-rows': shape<Of<RowScoresCommand, 'score-rows'>>({
    id,
    part: oneOf(...rowParts),
    place: nullable(number),
  }),
};

export const rowScoresEvents: Checks<RowScoresEvent> = {
  'rows-scored': shape<Of<RowScoresEvent, 'rows-scored'>>({
    id,
    done: number,
    total: number,
    row: nullable(scoredRow),
    ended: boolean,
  }),
};
