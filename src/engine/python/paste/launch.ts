// Which program a command line starts, and with what: a script of the person's own, or a tool that builds the training itself.

import type { Command, Word } from './shell.ts';

export type Tool = 'script' | 'trl' | 'llamafactory' | 'axolotl' | 'autotrain';

export interface Flag {
  /** Without dashes, dashes inside as underscores. */
  readonly name: string;
  /** One word for each value; none: a switch. */
  readonly values: readonly string[];
  readonly line: number;
}

export interface Launch {
  readonly tool: Tool;
  /** `accelerate launch`, `deepspeed`, `torchrun`; null: python itself. */
  readonly launcher: 'accelerate' | 'deepspeed' | 'torchrun' | null;
  /** Flags of the launcher. */
  readonly launcherFlags: readonly Flag[];
  /** Path of the script, name of the module, or the tool's command: `sft`. */
  readonly target: string;
  /** Everything after the target. */
  readonly argv: readonly string[];
  readonly flags: readonly Flag[];
  /** Arguments that are no flags and no values of them: the configuration's file. */
  readonly positional: readonly Word[];
  readonly line: number;
}

function flagsOf(words: readonly Word[]): { flags: Flag[]; positional: Word[] } {
  const flags: { name: string; values: string[]; line: number }[] = [];
  const positional: Word[] = [];
  for (const { text, line } of words) {
    const match = /^--?([A-Za-z][\w.-]*)(?:=(.*))?$/s.exec(text);
    const last = flags.at(-1);
    if (match) {
      const name = (match[1] ?? '').replaceAll('-', '_');
      flags.push({ name, values: match[2] === undefined ? [] : [match[2]], line });
    } else if (last) last.values.push(text);
    else positional.push({ text, line });
  }
  return { flags, positional };
}

/** Scripts of the tools' own repositories, by path. */
const toolScripts: readonly (readonly [RegExp, Tool, (target: string) => string])[] = [
  [
    /(^|\/)src\/(train|train_bash|train_sft)\.py$|(^|\/)llamafactory\/launcher\.py$/,
    'llamafactory',
    () => 'train',
  ],
  [/^axolotl\.cli\.train$|(^|\/)axolotl\/cli\/train\.py$|^scripts\/finetune\.py$/, 'axolotl', () => 'train'],
  [
    /(^|\/)(examples|trl)\/scripts\/(sft|dpo|orpo|kto|grpo|reward)\w*\.py$|^trl\.scripts\.(sft|dpo|kto|grpo|reward)$/,
    'trl',
    (target) => /(sft|dpo|orpo|kto|grpo|reward)\w*(\.py)?$/.exec(target)?.[1] ?? 'sft',
  ],
  [/^autotrain(\.\w+)*$/, 'autotrain', () => 'llm'],
];

const toolCommands: readonly (readonly [RegExp, Tool])[] = [
  [/^(llamafactory-cli|lmf)$/, 'llamafactory'],
  [/^axolotl$/, 'axolotl'],
  [/^trl$/, 'trl'],
  [/^autotrain$/, 'autotrain'],
];

function scriptLaunch(
  launcher: Launch['launcher'],
  launcherWords: readonly Word[],
  target: Word,
  rest: readonly Word[],
): Launch {
  const known = toolScripts.find(([pattern]) => pattern.test(target.text));
  return {
    tool: known?.[1] ?? 'script',
    launcher,
    launcherFlags: flagsOf(launcherWords).flags,
    target: known ? known[2](target.text) : target.text,
    argv: rest.map(({ text }) => text),
    ...flagsOf(rest),
    line: target.line,
  };
}

/** The script or module among the words of a launcher, or null. */
function targetAmong(words: readonly Word[]): number {
  return words.findIndex(
    ({ text }, i) => /\.py$/.test(text) || words[i - 1]?.text === '-m' || words[i - 1]?.text === '--module',
  );
}

/** What a command starts; null for everything else (`pip install`, `cd`, `git clone`). */
export function launchOf({ words }: Command): Launch | null {
  const [first, second, ...rest] = words;
  if (!first) return null;
  const program = first.text.replace(/^.*\//, '');
  if (program === 'uv' || program === 'uvx')
    return launchOf({ env: {}, words: words.slice(second?.text === 'run' ? 2 : 1) });
  if (/\.py$/.test(program)) return scriptLaunch(null, [], first, words.slice(1));
  if (/^python[\d.]*$/.test(program)) {
    const after = words.slice(1);
    const at = targetAmong(after);
    const target = after[at];
    if (!target) return null;
    if (/^torch\.distributed\.(launch|run)$|^accelerate\.commands\.launch$|^deepspeed/.test(target.text)) {
      const inner = after.slice(at + 1);
      const script = targetAmong(inner);
      const found = inner[script];
      const launcher = target.text.startsWith('torch')
        ? 'torchrun'
        : target.text.startsWith('acc')
          ? 'accelerate'
          : 'deepspeed';
      return found ? scriptLaunch(launcher, inner.slice(0, script), found, inner.slice(script + 1)) : null;
    }
    return scriptLaunch(null, [], target, after.slice(at + 1));
  }
  const launcher =
    program === 'accelerate'
      ? second?.text === 'launch'
        ? 'accelerate'
        : null
      : program === 'torchrun' || program === 'deepspeed'
        ? program
        : null;
  if (launcher) {
    const after = launcher === 'accelerate' ? rest : words.slice(1);
    const at = targetAmong(after);
    const target = after[at];
    if (!target) return null;
    const before = after.slice(0, at).filter(({ text }) => text !== '-m' && text !== '--module');
    return scriptLaunch(launcher, before, target, after.slice(at + 1));
  }
  const tool = toolCommands.find(([pattern]) => pattern.test(program))?.[1];
  if (!tool || !second) return null;
  const target = second.text.startsWith('-') ? 'train' : second.text;
  const after = second.text.startsWith('-') ? words.slice(1) : rest;
  return {
    tool,
    launcher: null,
    launcherFlags: [],
    target,
    argv: after.map(({ text }) => text),
    ...flagsOf(after),
    line: first.line,
  };
}
