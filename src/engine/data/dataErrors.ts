// What can be wrong with rows, and with the tokenizer and chat template that read them.
import { defineError } from '../ground/errors.ts';
import type { Text } from '../ground/text.ts';

export const notUtf8 = defineError(
  'utf-8',
  ({ name, byte }: { readonly name: string; readonly byte: number }) => ({
    en: [
      `${name}: expected UTF-8 text, byte ${byte} is none.`,
      'Save the file as UTF-8; a spreadsheet calls it “CSV UTF-8”.',
    ],
    zh: [
      `${name}：应为 UTF-8 文本，第 ${byte} 字节不是。`,
      '请把文件另存为 UTF-8；电子表格中称为“CSV UTF-8”。',
    ],
  }),
);

export const emptyData = defineError(
  'empty-data',
  ({ name, list }: { readonly name: string; readonly list: boolean }) => ({
    en: [
      `${name}: expected at least one row, got ${list ? 'an empty list' : 'none'}.`,
      'Paste rows, or open a file that has some.',
    ],
    zh: [
      `${name}：至少应有一行，得到的是${list ? '空列表' : '零行'}。`,
      '请粘贴数据行，或打开一个含有数据行的文件。',
    ],
  }),
);

export const lineNoJson = defineError(
  'json-line',
  ({ name, line, cause }: { readonly name: string; readonly line: number; readonly cause: Text }) => ({
    en: [`${name}, line ${line}: not JSON that is read here (${cause.en}).`, 'Each line is one JSON object.'],
    zh: [`${name}，第 ${line} 行：不是 JSON，或不能在此读取（${cause.zh}）。`, '每行应为一个 JSON 对象。'],
  }),
);

export const listNoJson = defineError(
  'json-list',
  ({ name, cause }: { readonly name: string; readonly cause: Text }) => ({
    en: [
      `${name}: not JSON that is read here (${cause.en}).`,
      'Give a JSON array of rows or one JSON object a line.',
    ],
    zh: [
      `${name}：不是 JSON，或不能在此读取（${cause.zh}）。`,
      '请给出由数据行组成的 JSON 数组，或每行一个 JSON 对象。',
    ],
  }),
);

interface BadRow {
  /** The line or row, as people count. */
  readonly where: Text;
  readonly found: Text;
}

export const badRow = defineError('row', ({ where, found }: BadRow) => ({
  en: [
    `${where.en}: ${found.en}.`,
    'Give each row `text`, `prompt` and `completion`, `messages`, or `prompt`, `chosen` and `rejected`; or say which column is which.',
  ],
  zh: [
    `${where.zh}：${found.zh}。`,
    '每行应含 `text`，或 `prompt` 与 `completion`，或 `messages`，或 `prompt`、`chosen` 与 `rejected`；也可以指明各列的用途。',
  ],
}));

interface Cell {
  readonly where: Text;
  readonly column: string;
  readonly wanted: 'text' | 'messages';
  readonly got: string;
}

const kinds: Readonly<Record<Cell['wanted'], Text>> = {
  text: { en: 'text', zh: '文本' },
  messages: { en: 'a list of messages', zh: '消息列表' },
};

export const badCell = defineError('cell', ({ where, column, wanted, got }: Cell) => ({
  en: [
    `${where.en}, column ${column}: expected ${kinds[wanted].en}, got ${got}.`,
    'Mend the cell, leave the row out, or choose another column.',
  ],
  zh: [
    `${where.zh}，列 ${column}：应为${kinds[wanted].zh}，得到 ${got}。`,
    '请修改该单元格、去掉该行，或改选另一列。',
  ],
}));

interface Columns {
  readonly name: string;
  readonly role: string;
  /** null: none was chosen. */
  readonly column: string | null;
  readonly columns: readonly string[];
}

export const noColumn = defineError('column', ({ name, role, column, columns }: Columns) => ({
  en: [
    column === null
      ? `${name}: no column was chosen for ${role}.`
      : `${name}: there is no column ${column}, which is to be the ${role}.`,
    `Choose one of ${columns.join(', ')}.`,
  ],
  zh: [
    column === null ? `${name}：没有为 ${role} 选择列。` : `${name}：没有用作 ${role} 的列 ${column}。`,
    `请从 ${columns.join('、')} 中选择。`,
  ],
}));

export const pairsMissing = defineError(
  'pairs-missing',
  ({ objective, format }: { readonly objective: string; readonly format: string }) => ({
    en: [
      `Rows: ${objective} learns from pairs, got rows with ${format}.`,
      'Give each row `prompt`, `chosen` and `rejected`, or set train.objective to sft.',
    ],
    zh: [
      `数据行：${objective} 从成对的回答学习，得到的是 ${format} 格式的行。`,
      '每行应含 `prompt`、`chosen` 与 `rejected`，或把 train.objective 设为 sft。',
    ],
  }),
);

export const pairsUnwanted = defineError('pairs-unwanted', (_: object) => ({
  en: [
    'Rows: pairs of chosen and rejected answers are for DPO and ORPO.',
    'Set train.objective to one of them, or give rows with messages.',
  ],
  zh: [
    '数据行：较好与较差的成对回答用于 DPO 与 ORPO。',
    '请把 train.objective 设为其中之一，或给出含 messages 的行。',
  ],
}));

interface Masked {
  readonly longest: number;
  readonly maxLength: number;
}

export const answersCut = defineError('answers-cut', ({ longest, maxLength }: Masked) => ({
  en: [
    `Rows: max_length ${maxLength} cuts every answer away (the longest row has ${longest} tokens).`,
    'Raise train.max_length.',
  ],
  zh: [
    `数据行：max_length 为 ${maxLength}，把所有回答都截掉了（最长的行有 ${longest} 个词元）。`,
    '请增大 train.max_length。',
  ],
}));

export const allMasked = defineError('all-labels-masked', (_: Masked) => ({
  en: [
    'Rows: every label is masked: no row has an answer to learn.',
    'Add completions or assistant turns, or set train.completion_only_loss and train.assistant_only_loss to false.',
  ],
  zh: [
    '数据行：所有标签都被掩掉，没有一行带有可学的回答。',
    '请加上 completion 或助手的回答，或把 train.completion_only_loss 与 train.assistant_only_loss 设为 false。',
  ],
}));

export const noEos = defineError('tokenizer', (_: object) => ({
  en: [
    'tokenizer_config.json: expected an eos_token of the vocabulary.',
    'Use the files that belong to the model.',
  ],
  zh: ['tokenizer_config.json：应有一个在词表中的 eos_token。', '请使用该模型自己的文件。'],
}));

export const noTemplate = defineError('chat-template-missing', (_: object) => ({
  en: [
    'Rows: this model has no chat template.',
    'Use rows with `text`, or `prompt` and `completion` as text.',
  ],
  zh: ['数据行：该模型没有聊天模板。', '请使用含 `text` 的行，或用文本写的 `prompt` 与 `completion`。'],
}));

interface Refused {
  readonly cause: string;
  /** As people count; null: not known. */
  readonly row?: number | null;
}

export const templateRefuses = defineError('chat-template-refuses', ({ cause, row = null }: Refused) => ({
  en: [
    `${row === null ? 'Rows' : `Row ${row} of those used`}: the chat template refuses these messages: ${cause}.`,
    'Give the roles in the order that the model’s template takes.',
  ],
  zh: [
    `${row === null ? '数据行' : `所用数据的第 ${row} 行`}：聊天模板拒绝了这些消息：${cause}。`,
    '请按该模型的模板所接受的顺序排列角色。',
  ],
}));

interface Mistake {
  readonly line: number;
  readonly cause: Text;
}

export const templateBroken = defineError('chat-template-broken', ({ line, cause }: Mistake) => ({
  en: [
    `The chat template, line ${line}: ${cause.en}.`,
    'The mistake is the template’s, not the rows’: correct it, use a model whose template works, or rows with `text`.',
  ],
  zh: [
    `聊天模板，第 ${line} 行：${cause.zh}。`,
    '错误在模板而不在数据行：请改正模板、使用模板可用的模型，或使用含 `text` 的行。',
  ],
}));

export const templateEndless = defineError(
  'chat-template-endless',
  ({ line }: { readonly line: number }) => ({
    en: [
      `The chat template, line ${line}: it does not end, or makes more text than any row has.`,
      'It was stopped: correct it, use a model whose template works, or rows with `text`.',
    ],
    zh: [
      `聊天模板，第 ${line} 行：不会结束，或生成的文本超过任何一行所需。`,
      '已将其停止：请改正模板、使用模板可用的模型，或使用含 `text` 的行。',
    ],
  }),
);

export const tokenizerBroken = defineError('tokenizer-file', ({ found }: { readonly found: Text }) => ({
  en: [`The model’s tokenizer: ${found.en}.`, 'Use the tokenizer.json that belongs to the model.'],
  zh: [`模型的分词器：${found.zh}。`, '请使用该模型自己的 tokenizer.json。'],
}));

export const templateRewrites = defineError('chat-template-rewrites', (_: object) => ({
  en: [
    'Rows: this chat template rewrites earlier turns, so the answer’s tokens cannot be told apart.',
    'Set train.assistant_only_loss to false.',
  ],
  zh: [
    '数据行：该聊天模板会改写先前的轮次，因此无法分辨哪些词元属于回答。',
    '请把 train.assistant_only_loss 设为 false。',
  ],
}));

/** Every kind of this file. */
export const dataErrors = [
  allMasked,
  answersCut,
  badCell,
  badRow,
  emptyData,
  lineNoJson,
  listNoJson,
  noColumn,
  noEos,
  noTemplate,
  notUtf8,
  pairsMissing,
  pairsUnwanted,
  templateBroken,
  templateEndless,
  templateRefuses,
  templateRewrites,
  tokenizerBroken,
] as const;
