// Where a recipe's rows can be had by whoever does not have them: a split of a data set of the hub, at one commit. No address, no token: everybody
// asks the hub that they chose.
import type { Check } from '../../ground/shapes.ts';
import { boolean, nullable, record, shape, string, whole } from '../../ground/shapes.ts';
import { commitOf, repositoryId } from '../modelSource.ts';

export interface DataSource {
  /** owner/name */
  readonly hub: string;
  /** A commit. */
  readonly revision: string;
  readonly config: string;
  readonly split: string;
  /** The first so many; null: all. */
  readonly rows: number | null;
  /** What `load_dataset` has to be told to read the same: arguments of its builder, and whether all columns are texts. */
  readonly load: {
    readonly arguments: Readonly<Record<string, string | boolean>>;
    readonly texts: boolean;
  };
}

/** More than a page holds. */
export const MOST_SOURCE_ROWS = 1_000_000;

const argument: Check<string | boolean> = (value) => (typeof value === 'boolean' ? null : string(value));

export const dataSource: Check<DataSource> = shape<DataSource>({
  hub: repositoryId,
  revision: commitOf,
  config: string,
  split: string,
  rows: nullable(whole(1, MOST_SOURCE_ROWS)),
  load: shape<DataSource['load']>({ arguments: record(argument), texts: boolean }),
});

/** As `datasets` writes a part of a split: `train[:1000]`. */
export const slicedSplit = ({ split, rows }: Pick<DataSource, 'split' | 'rows'>): string =>
  rows === null ? split : `${split}[:${rows}]`;
