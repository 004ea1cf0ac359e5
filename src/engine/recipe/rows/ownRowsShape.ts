// The check of rows that come with a recipe: from a link, a file, or another thread.
import type { Check } from '../../ground/shapes.ts';
import { boolean, list, oneOf, optional, shape, string, whole } from '../../ground/shapes.ts';
import { dataSource } from './dataSource.ts';
import type { CellEdit, ColumnMapping, CustomData, FileRows, TextRows } from './ownRows.ts';
import { dataFormats, rowKinds } from './ownRows.ts';

/** More than any file here may have. */
const rowNumber = whole(0, 2 ** 31);

const columnNames: Check<ColumnMapping['columns']> = shape<ColumnMapping['columns']>({
  text: optional(string),
  system: optional(string),
  prompt: optional(string),
  input: optional(string),
  completion: optional(string),
  messages: optional(string),
  chosen: optional(string),
  rejected: optional(string),
  tools: optional(string),
});

export const columnMapping: Check<ColumnMapping> = shape<ColumnMapping>({
  to: oneOf(...rowKinds),
  columns: columnNames,
  chat: boolean,
  renameRoles: boolean,
});

const how = {
  format: optional(oneOf(...dataFormats)),
  columns: optional(columnMapping),
  edits: optional(list(shape<CellEdit>({ row: rowNumber, column: string, value: string }))),
  leftOut: optional(list(rowNumber)),
};

const textRows = shape<TextRows>({ name: string, text: string, ...how });
const fileRows = shape<FileRows>({
  name: string,
  digest: string,
  source: optional(dataSource),
  ...how,
});

export const customData: Check<CustomData> = (value) =>
  typeof value === 'object' && value !== null && 'digest' in value ? fileRows(value) : textRows(value);
