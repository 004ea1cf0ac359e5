// Command lines as a shell splits them: continued lines, quotes, variables that the same text sets, several commands in a row. Nothing is run.

import type { Line } from './lines.ts';
import { append } from './lines.ts';

export interface Word {
  readonly text: string;
  /** 1-based line of the pasted text. */
  readonly line: number;
}

export interface Command {
  /** `CUDA_VISIBLE_DEVICES=0 ` before the program. */
  readonly env: Readonly<Record<string, string>>;
  readonly words: readonly Word[];
}

const prompt =
  /^\s*(?:\([\w.-]+\)\s*)?(?:[\w.-]+@[\w.-]+[^$#]*[$#]\s+|\$\s+|!\s*|%\s?(?=pip|cd|env)|PS [^>]*>\s*|[A-Z]:\\[^>]*>\s*)/;

/** The line without the prompt of a shell or a notebook's mark. */
export const withoutPrompt = (text: string): string => text.replace(prompt, '').trim();

const substituted = (text: string, variables: ReadonlyMap<string, string>): string =>
  text.replace(/\$\{?(\w+)\}?/g, (all, name: string) => variables.get(name) ?? all);

/** Words of one line; `;`, `&&`, `|` and redirections stand as words of their own. */
function wordsOf(line: Line, variables: ReadonlyMap<string, string>): Word[] {
  const words: Word[] = [];
  const pattern =
    /(&&|\|\||[;|]|\d?>>?(?:&\d)?|<)|((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\;|&<>]|&(?!&))+)|(["'])/g;
  const text = line.text.replace(/(^|\s)[–—](?=\w)/g, '$1--').replace(/(^|\s)#.*$/, '');
  for (const [all, sign, word] of text.matchAll(pattern)) {
    if (sign !== undefined) words.push({ text: sign, line: line.from });
    else if (word !== undefined) {
      const plain = word.replace(
        /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)|\$\{?\w+\}?/g,
        (part, double, single, escaped) => {
          if (double !== undefined) return substituted(double.replace(/\\(["\\$`])/g, '$1'), variables);
          if (single !== undefined) return single;
          return escaped ?? substituted(part, variables);
        },
      );
      words.push({ text: plain, line: line.from });
    } else words.push({ text: all, line: line.from });
  }
  return words;
}

const assignment = /^[A-Za-z_]\w*=/;

function take(words: readonly Word[], variables: Map<string, string>): Command | null {
  const env: Record<string, string> = {};
  let i = 0;
  const skipped = /^(export|set|sudo|nohup|time|env|exec|srun|call)$/;
  for (; i < words.length; i++) {
    const text = words[i]?.text ?? '';
    if (assignment.test(text)) {
      const at = text.indexOf('=');
      env[text.slice(0, at)] = text.slice(at + 1);
      variables.set(text.slice(0, at), text.slice(at + 1));
    } else if (!skipped.test(text)) break;
  }
  const rest = words.slice(i);
  return rest.length === 0 ? null : { env, words: rest };
}

/** All commands of a text, in order. */
export function commandsOf(lines: readonly Line[]): Command[] {
  const variables = new Map<string, string>();
  const commands: Command[] = [];
  let words: Word[] = [];
  const flush = (): void => {
    let part: Word[] = [];
    for (const word of [...words, { text: ';', line: 0 }]) {
      if (!/^(;|&&|\|\||\|)$/.test(word.text)) part.push(word);
      else {
        // What follows a redirection is a file, not an argument.
        const cut = part.findIndex(({ text }) => /^(\d?>>?(&\d)?|<|&)$/.test(text));
        const command = take(cut < 0 ? part : part.slice(0, cut), variables);
        if (command) commands.push(command);
        part = [];
      }
    }
    words = [];
  };
  lines.forEach((line, i) => {
    const text = words.length === 0 ? withoutPrompt(line.text) : line.text.trim();
    const goesOn = /(\\|(?<=\s)\^|(?<=\s)`)\s*$/.test(text);
    append(words, wordsOf({ text: text.replace(/(\\|\^|`)\s*$/, ''), from: line.from }, variables));
    // A page that wraps lines drops the backslash: the next line that begins with a flag belongs to this command.
    const next = lines[i + 1]?.text.trim() ?? '';
    if (!goesOn && !(words.length > 0 && /^--?\w/.test(next))) flush();
  });
  flush();
  return commands;
}

const programs =
  /^(python[\d.]*|accelerate|torchrun|deepspeed|llamafactory-cli|lmf|axolotl|trl|autotrain|swift|tune|uv|pipx?[\d.]*|conda|mamba|huggingface-cli|hf|git|cd|bash|sh|wandb|export|pip3|unzip|wget|curl|apt(-get)?|nvidia-smi|ls|mkdir|cat)$/;

/** Whether a line calls one of the programs that people start training with; prompts and variables before it count. */
export function isCommandLine(text: string): boolean {
  const bare = withoutPrompt(text).replace(/^((?:export\s+)?[A-Za-z_]\w*=\S*\s+|sudo |nohup |time )+/, '');
  const [first = '', second = ''] = bare.split(/\s+/);
  if (!programs.test(first.replace(/^.*\//, '')))
    return prompt.test(text) && /^\s*[!$]/.test(text) && bare !== '';
  return second !== '=' && !/^[=(.,:]/.test(bare.slice(first.length).trim());
}
