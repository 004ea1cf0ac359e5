// trainer_state.json and what a run logs as JSON: its losses and gradient norms as log lines, which is how symptoms are read.

import { isRecord } from './json.ts';

const history = (json: unknown): readonly unknown[] | null =>
  isRecord(json) && Array.isArray(json.log_history) ? json.log_history : null;

export const isEvidence = (json: unknown): boolean => history(json) !== null;

export function evidenceOfJson(json: unknown): string {
  return (history(json) ?? [])
    .filter(isRecord)
    .map(
      (row) =>
        `{${Object.entries(row)
          .map(([key, value]) => `'${key}': ${value === null ? 'nan' : String(value)}`)
          .join(', ')}}`,
    )
    .join('\n');
}
