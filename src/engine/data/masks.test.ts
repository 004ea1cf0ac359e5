// Rows of other kinds of tokenizers than the embedded one's, against SFTTrainer's own preparation (tests/golden/masks.json): first and last tokens,
// what the assistant says by the template's marks, what a prompt is.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseRows } from './rows.ts';
import { learns, tokenizeRow } from './tokenize.ts';
import { Tokenizer } from './tokenizer.ts';

interface Golden {
  readonly rows: Readonly<Record<string, readonly object[]>>;
  readonly cases: readonly {
    readonly kind: string;
    readonly config: Readonly<Record<string, string>>;
    readonly rows: string;
    readonly settings: { readonly assistant_only_loss?: boolean };
    readonly prepared: readonly (readonly [ids: readonly number[], labels: readonly number[]])[];
  }[];
}
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const golden: Golden = json('tests/golden/masks.json');
const { kinds } = json('tests/golden/tokenizers.json');

describe('rows as SFTTrainer prepares them', () => {
  it.each(golden.cases.map((one) => [one.kind, one.rows, JSON.stringify(one.settings), one] as const))(
    '%s, %s %s',
    (kind, name, _, { config, settings, prepared }) => {
      const tokenizer = new Tokenizer(kinds[kind].json, config);
      const rows = parseRows((golden.rows[name] ?? []).map((row) => JSON.stringify(row)).join('\n'));
      const options = {
        maxLength: 10_000,
        completionOnly: true,
        assistantOnly: settings.assistant_only_loss === true,
      };
      const made = rows.map((row) => tokenizeRow(row, tokenizer, options)).filter(learns);
      expect(made.map(({ ids, labels }) => [ids, labels])).toEqual(prepared);
    },
  );
});
