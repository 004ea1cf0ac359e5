// What a block of a pasted text is, by the word on its fence where there is one and by its lines where there is none.

import { own } from '../../ground/own.ts';
import type { Block } from './blocks.ts';
import { evidenceMask } from './evidence.ts';
import { isRecord, parseJson } from './json.ts';
import type { Line } from './lines.ts';
import { commented, dedentedCode, textOf } from './lines.ts';
import { saysVersion } from './pins.ts';
import { hasPrompts, readTranscript } from './prompts.ts';
import type { Parted } from './prose.ts';
import { partProse } from './prose.ts';
import { commandsOf, isCommandLine, withoutPrompt } from './shell.ts';
import { looksLikeYaml } from './yamlText.ts';

export type PartKind = 'python' | 'commands' | 'yaml' | 'json' | 'evidence' | 'versions' | 'prose';

export interface Part {
  readonly kind: PartKind;
  readonly file: string | null;
  /** With what isn't code as comments, where the part is Python. */
  readonly lines: readonly Line[];
  /** What a program printed, cut out of it. */
  readonly evidence: readonly Line[];
}

const byInfo: Readonly<Record<string, PartKind>> = {
  python: 'python',
  py: 'python',
  python3: 'python',
  ipython: 'python',
  pycon: 'python',
  yaml: 'yaml',
  yml: 'yaml',
  bash: 'commands',
  sh: 'commands',
  shell: 'commands',
  zsh: 'commands',
  console: 'commands',
  powershell: 'commands',
  cmd: 'commands',
  traceback: 'evidence',
  pytb: 'evidence',
  'python-traceback': 'evidence',
};

const requirement =
  /^[\w.-]+(?:\[[\w,-]+\])?\s*(?:(?:==|>=|<=|~=|!=|<|>|@)\s*\S+.*)?(?:\s*;.*)?$|^-[re]\s|^git\+/;
const pipRow =
  /^[\w.-]+\s{2,}\d[\w.+!]*(?:\s+\S+)*$|^(?:Package\s+Version|-{3,}[\s-]*)|^[\w.-]+=[\d.]+\w*=\w+/;
const environmentRow = /^\s*[-*]?\s*[\w`() /.-]+(?:version)?\s*:\s*\S.*$/i;

function areVersions(said: readonly Line[]): boolean {
  if (said.length === 0) return false;
  const named = said.filter(({ text }) => saysVersion(text)).length;
  const rows = said.filter(
    ({ text }) =>
      pipRow.test(text.trim()) || (requirement.test(text.trim()) && /[=<>~@]|^\s*-[re]\s/.test(text)),
  ).length;
  if (rows >= 0.8 * said.length && rows > 0) return true;
  const plain = said.every(({ text }) => requirement.test(text.trim()) && !/\s/.test(text.trim()));
  if (plain && named > 0) return true;
  return named >= 2 && said.every(({ text }) => environmentRow.test(text) || pipRow.test(text.trim()));
}

function areCommands(lines: readonly Line[]): boolean {
  const said = lines.filter(({ text }) => text.trim() !== '' && !/^\s*#/.test(text));
  const [first] = said;
  if (!first) return false;
  if (/^#!.*sh\b/.test(lines.find(({ text }) => text.trim() !== '')?.text ?? '')) return true;
  if (!isCommandLine(first.text) && !/^(?:export\s+)?[A-Za-z_]\w*=\S*\s*$/.test(withoutPrompt(first.text)))
    return false;
  const starts = new Set(commandsOf(said).map(({ words }) => words[0]?.line ?? 0));
  return said.every(
    ({ text, from }) =>
      isCommandLine(text) ||
      /^\s*--?\w/.test(text) ||
      /^(?:export\s+)?[A-Za-z_]\w*=/.test(withoutPrompt(text)) ||
      !starts.has(from),
  );
}

const emptyPart = (kind: PartKind, block: Block): Part => ({
  kind,
  file: block.file,
  lines: block.lines,
  evidence: [],
});

/** Python with transcripts typed off, tracebacks cut out and sentences as comments. */
function pythonPart(block: Block, prose: boolean): { readonly part: Part; readonly parted: Parted } {
  const mask = evidenceMask(block.lines);
  const evidence = block.lines.filter((_, i) => mask[i]);
  const bare = block.lines.map((line, i) => (mask[i] ? commented(line) : line));
  const typed = hasPrompts(bare) ? readTranscript(bare) : null;
  const parted: Parted = typed
    ? { lines: typed.code, code: typed.code.length, prose: 0 }
    : prose
      ? partProse(bare)
      : { lines: bare, code: bare.length, prose: 0 };
  return { part: { kind: 'python', file: block.file, lines: dedentedCode(parted.lines), evidence }, parted };
}

/** `alone`: nothing in the text is fenced, so that code may stand among sentences. `file`: a file of Python, which has none. */
export function partOf(block: Block, alone: boolean, file = false): Part {
  const said = block.lines.filter(({ text }) => text.trim() !== '');
  const text = textOf(block.lines);
  const named =
    own(byInfo, block.info) ?? (/\.ya?ml$/.test(block.file ?? '') && block.fenced ? 'yaml' : undefined);
  if (isRecord(parseJson(text))) return emptyPart('json', block);
  if (named === 'evidence') return { ...emptyPart('evidence', block), evidence: block.lines };
  const failed = /Traceback \(most recent call last\)/.test(text);
  if (named === 'yaml' || (!failed && looksLikeYaml(block.lines))) {
    if (areVersions(said)) return emptyPart('versions', block);
    return emptyPart('yaml', block);
  }
  if (areVersions(said)) return emptyPart('versions', block);
  if (areCommands(block.lines)) return emptyPart('commands', block);
  const { part, parted } = pythonPart(block, named !== 'python');
  if (named === 'python') return part;
  if (file && alone && parted.code > parted.prose) return { ...part, lines: block.lines, evidence: [] };
  const mask = part.evidence.length;
  if (parted.code === 0 || (!alone && !block.fenced && parted.code < parted.prose)) {
    if (mask > 0) return { ...part, kind: 'evidence' };
    const commands = said.filter((line) => isCommandLine(line.text) && commandsOf([line]).length > 0);
    return emptyPart(commands.length > 0 ? 'commands' : 'prose', block);
  }
  // Sentences with a scrap of code in them: a name, a call in passing.
  if (
    alone &&
    !block.fenced &&
    parted.prose > 0 &&
    parted.code <= 1 &&
    parted.prose > 2 * parted.code &&
    !/=|\bimport\b/.test(text)
  )
    return mask > 0 ? { ...part, kind: 'evidence' } : emptyPart('prose', block);
  return part;
}
