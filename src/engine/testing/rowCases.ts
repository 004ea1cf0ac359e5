// Test-only: files with what is done to their columns, of which the script's own rows stand in tests/golden/data-rows.json
// (`npm run golden -- data_rows`).
import { allOf, readColumns } from '../data/columns/mapColumns.ts';
import { textSource } from '../data/formats/textOf.ts';
import type { Row } from '../data/rows.ts';
import { rowsSection, scriptRows } from '../python/write/rowsSection.ts';
import type { CustomData } from '../recipe/rows/ownRows.ts';
import { RowShelf } from '../session/rowShelf.ts';

interface RowCase {
  readonly file: string;
  readonly text: string;
  /** Beside what was guessed. */
  readonly use?: Partial<Pick<CustomData, 'columns' | 'edits' | 'leftOut'>>;
}

const turns = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Yes' },
];
const shared = [
  { from: 'system', value: 'Be brief' },
  { from: 'human', value: 'Hi' },
  { from: 'gpt', value: 'Yes' },
];
const written = JSON.stringify(turns).replaceAll('"', '""');
const pair = { chosen: turns, rejected: [turns[0], { role: 'assistant', content: 'No' }] };

export const rowCases: Readonly<Record<string, RowCase>> = {
  Alpaca: {
    file: 'alpaca.json',
    text: JSON.stringify([
      { instruction: 'Add', input: '1, 2', output: '3' },
      { instruction: 'Greet', input: '', output: 'Hi' },
    ]),
  },
  'questions with a system turn, changed by hand': {
    file: 'asked.csv',
    text: '\ufeffsystem,question,answer,n\r\n,Who?,"Me, ""I""",1\r\nBe brief,Where?,NA,2\r\nx,y,z,3\r\n',
    use: { edits: [{ row: 1, column: 'answer', value: 'At "sea"\n\\far' }], leftOut: [2] },
  },
  'questions as text': {
    file: 'asked.tsv',
    text: 'q\ta\nWho?\tMe\n',
    use: {
      columns: {
        to: 'prompt-completion',
        columns: { prompt: 'q', completion: 'a' },
        chat: false,
        renameRoles: false,
      },
    },
  },
  'questions with a row more, changed again': {
    file: 'asked.csv',
    text: 'system,question,answer,n\n,Who?,Me,1\nBe brief,Where?,Here,2\n',
    use: {
      edits: [
        { row: 2, column: 'question', value: 'When?' },
        { row: 2, column: 'answer', value: 'At "nine"' },
        { row: 0, column: 'answer', value: 'You' },
        { row: 2, column: 'answer', value: 'At ten' },
        { row: 3, column: 'question', value: 'Why?' },
        { row: 3, column: 'answer', value: '因为 🙂' },
      ],
      leftOut: [1],
    },
  },
  'ShareGPT with a row more': {
    file: 'shared.jsonl',
    text: `${JSON.stringify({ conversations: shared })}\n`,
    use: { edits: [{ row: 1, column: 'conversations', value: JSON.stringify(shared.slice(1)) }] },
  },
  ShareGPT: { file: 'shared.jsonl', text: `${JSON.stringify({ conversations: shared })}\n` },
  'conversations in cells, one changed': {
    file: 'chats.csv',
    text: `messages,topic\n"${written}",a\n"${written}",b\n`,
    use: { edits: [{ row: 0, column: 'messages', value: JSON.stringify(turns.slice(0, 1)) }] },
  },
  'a field, a list changed': {
    file: 'field.json',
    text: JSON.stringify({ data: [{ dialogue: turns }, { dialogue: turns.slice(0, 1) }] }),
    use: { edits: [{ row: 1, column: 'dialogue', value: JSON.stringify(turns) }] },
  },
  'pairs of conversations': { file: 'pairs.jsonl', text: `${JSON.stringify(pair)}\n` },
  'pairs of answers to questions': {
    file: 'pairs.csv',
    text: 'question,chosen,rejected\nSky?,Blue,Green\n',
  },
  'names of TRL': {
    file: 'rows.jsonl',
    text: '{"prompt":"a","completion":"b"}\n{"prompt":"c","completion":"d"}\n',
  },
  lines: { file: 'poem.txt', text: 'one\r\ntwo\r\n' },
};

export interface WrittenCase {
  readonly file: string;
  readonly text: string;
  /** The part of the script that makes `dataset`. */
  readonly source: string;
  /** Ours. */
  readonly rows: readonly Row[];
}

export async function writtenCase({ file, text, use }: RowCase): Promise<WrittenCase> {
  const shelf = new RowShelf(() => Promise.resolve());
  const { data } = await shelf.open(textSource(file, text));
  const used: CustomData = { ...data, ...use };
  const table = await shelf.table(used);
  const { before, lines } = rowsSection(scriptRows({ table, use: used }));
  return {
    file,
    text,
    source: [...before, ...lines].join('\n'),
    rows: allOf(await readColumns(table, used)),
  };
}
