// What a link holds deflated behind `z.`: rows, a script, a chat template. Whatever can't be read is told, and its place stays as it was.
import { counted } from '../ground/counted.ts';
import { shaped } from '../ground/shapeDecode.ts';
import { readJson } from '../ground/strictJson.ts';
import type { Text } from '../ground/text.ts';
import { text as say } from '../ground/text.ts';
import { inflateText } from './deflate.ts';
import { ownTemplate } from './ownTemplate.ts';
import type { RecipeProgram } from './program/program.ts';
import { recipeProgram } from './program/programShape.ts';
import type { CustomData } from './rows/ownRows.ts';
import { customData } from './rows/ownRowsShape.ts';

export async function readData(
  text: string,
): Promise<
  { readonly data: CustomData; readonly note?: never } | { readonly data: null; readonly note: Text }
> {
  if (!text.startsWith('z.'))
    return {
      data: null,
      note: say(
        'data: expected z. and deflated rows; the preset’s own rows are used.',
        'data：应以 z. 开头，后接压缩的数据行；改用预设自己的数据行。',
      ),
    };
  try {
    const { value } = shaped(customData, readJson(await inflateText(text.slice(2))).value);
    if (value) return { data: value };
  } catch {
    // Falls through to the note: whatever is wrong with it, the rows can't be had.
  }
  return {
    data: null,
    note: say(
      'data: the rows in the link are damaged; the preset’s own rows are used.',
      'data：链接中的数据行已损坏；改用预设自己的数据行。',
    ),
  };
}

type ProgramRead =
  | { readonly program: RecipeProgram; readonly note: Text }
  | { readonly program: null; readonly note: Text };

/** Whoever opens a link is told that somebody's script comes with it, and that nothing of it is run as Python. */
export async function readProgram(text: string): Promise<ProgramRead> {
  let problem: Text | null = null;
  try {
    const written = text.startsWith('z.') ? readJson(await inflateText(text.slice(2))) : null;
    const { value: program, misfit } = shaped(recipeProgram, written?.value ?? null);
    if (program) {
      const lines = program.source.split('\n').length;
      return {
        program,
        note: say(
          `program: the link carries a script of ${counted(lines, 'line')}. What it does to the model decides here, not the settings; Python does not run.`,
          `program：链接附带一个 ${lines} 行的脚本。模型如何搭建由它决定，而不由设置决定；不会运行 Python。`,
        ),
      };
    }
    problem = written?.problem ?? misfit;
  } catch {
    // Falls through to the note: whatever is wrong with it, the program can't be had.
  }
  const { en, zh } = problem ?? say('it is damaged', '已损坏');
  return {
    program: null,
    note: say(`program: ${en}; the settings alone are used.`, `program：${zh}；只采用设置。`),
  };
}

/** It decides what every row becomes, so whoever opens the link is told of it. */
export async function readTemplate(
  text: string,
): Promise<{ readonly template: string | null; readonly note: Text }> {
  try {
    const written = text.startsWith('z.') ? await inflateText(text.slice(2)) : null;
    const { value: template } = shaped(ownTemplate, written);
    if (template !== null) {
      const lines = template.split('\n').length;
      return {
        template,
        note: say(
          `template: the link carries a chat template of ${counted(lines, 'line')}, which writes the conversations in the place of the model’s own.`,
          `template：链接附带一个 ${lines} 行的聊天模板，对话由它书写，取代模型自己的模板。`,
        ),
      };
    }
  } catch {
    // Falls through to the note: whatever is wrong with it, the template can't be had.
  }
  return {
    template: null,
    note: say(
      'template: the chat template in the link is damaged; the model’s own is used.',
      'template：链接中的聊天模板已损坏；改用模型自己的模板。',
    ),
  };
}
