// Everything people paste, as Python to run or as something that says why there is none: the wrapping comes off, tools' configurations become
// the script that they stand for, and every line keeps the place that it came from. Nothing is run here, and nothing is judged.

import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import { adapterScript, isAdapterConfig } from './adapterConfigs.ts';
import { blocksOf } from './blocks.ts';
import type { Part } from './classify.ts';
import { partOf } from './classify.ts';
import { cleanText } from './clean.ts';
import { withoutElisions } from './elide.ts';
import { isRecord, parseJson } from './json.ts';
import { evidenceOfJson, isEvidence } from './jsonEvidence.ts';
import type { Launch } from './launch.ts';
import { launchOf } from './launch.ts';
import type { Line } from './lines.ts';
import { commented, linesOf, textOf } from './lines.ts';
import { readFlat, textsOf } from './magics.ts';
import { isNotebook, readNotebook } from './notebook.ts';
import type { Pasted, PastedCell, PastedKind, PastedNote } from './pasted.ts';
import type { ToolPins } from './pins.ts';
import { pinsOfTool, versionLines } from './pins.ts';
import { scanPython } from './scan.ts';
import { commandsOf } from './shell.ts';
import type { ToolReading } from './toolConfig.ts';
import { configOfJsonTool, launchScript, ownLaunch, toolScript } from './toolConfig.ts';
import { readTraceback } from './traceback.ts';
import { unwrapped } from './unwrap.ts';

interface Draft {
  readonly kind: PastedKind;
  readonly lines: readonly Line[];
  readonly argv?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly evidence?: string;
  readonly notes?: readonly PastedNote[];
  readonly cells?: readonly PastedCell[];
}

/** `said`: the text whose versions count; on the source's lines where the source holds them. */
function pasted(draft: Draft, said: string, pins: ToolPins | null = null): Pasted {
  const elided = withoutElisions(draft.lines);
  const source = textOf(elided.lines).trimEnd();
  const lines = source === '' ? [] : source.split('\n');
  const own = versionLines(source);
  const elsewhere = versionLines(said)
    .split('\n')
    .filter((line) => line !== '' && !own.includes(line.trim()));
  const known = [own, ...elsewhere].join('\n').split('\n');
  return {
    kind: draft.kind,
    source: source === '' ? '' : `${source}\n`,
    lineOf: lines.map((_, i) => elided.lines[i]?.from ?? 0),
    cells: draft.cells ?? [],
    argv: draft.argv ?? [],
    files: draft.files ?? {},
    versionText: (pins ? [...known, pins.text] : known).join('\n').trimEnd(),
    assumedLine: pins && !pins.said ? known.length + 1 : null,
    evidence: draft.evidence ?? '',
    notes: [...(draft.notes ?? []), ...elided.notes],
  };
}

/** Of a tool whose release nobody names, the newest that is modelled is assumed, and said. */
function ofTool(reading: ToolReading, said: string, evidence = ''): Pasted {
  const pins = reading.tool === null ? null : pinsOfTool(reading.tool, said);
  const notes = [...reading.notes];
  if (pins && !pins.said)
    notes.push({ kind: 'assumption', line: null, text: releaseAssumed(pins.tool, pins.release) });
  return pasted({ ...reading, notes, evidence }, said, pins);
}

const titles = { llamafactory: 'LLaMA-Factory', axolotl: 'axolotl', autotrain: 'AutoTrain' } as const;
const releaseAssumed = (tool: keyof typeof titles, release: string): Text =>
  text(
    `No release is named: ${titles[tool]} ${release} with the libraries that it asks for.`,
    `没有写出版本：假定为 ${titles[tool]} ${release} 及其要求的库版本。`,
  );

function fromJson(json: unknown, said: string): Pasted | null {
  if (isNotebook(json)) {
    const notebook = readNotebook(json);
    const code = mended(notebook.code);
    const own = notebook.launches
      .map((launch) => ownLaunch(launch, notebook.files))
      .find((argv) => argv !== null);
    const trains = notebook.launches.find(({ tool }) => tool !== 'script');
    if (trains && !/\btrain\(\)|\.backward\(/.test(textOf(code))) {
      const reading = launchScript(trains, notebook.files);
      if (reading) return ofTool({ ...reading, kind: 'notebook' }, textOf(code), notebook.evidence);
    }
    return pasted(
      {
        kind: 'notebook',
        lines: code,
        argv: own ?? [],
        files: notebook.files,
        evidence: notebook.evidence,
        cells: notebook.cells,
      },
      textOf(code),
    );
  }
  if (isAdapterConfig(json)) {
    const { lines, notes } = adapterScript(json, said);
    const version = typeof json.peft_version === 'string' ? `peft==${json.peft_version}` : '';
    return pasted({ kind: 'adapter-config', lines, notes }, version);
  }
  if (isEvidence(json)) return pasted({ kind: 'traceback', lines: [], evidence: evidenceOfJson(json) }, '');
  const reading = isRecord(json) ? configOfJsonTool(json, said) : null;
  return reading && ofTool(reading, '');
}

/** Curled quotes and dots of code made plain; the lines keep their places. */
function mended(lines: readonly Line[]): Line[] {
  const texts = scanPython(textOf(lines)).text.split('\n');
  return lines.map((line, i) => ({ text: texts[i] ?? line.text, from: line.from }));
}

interface Gathered {
  readonly launches: readonly Launch[];
  readonly files: Readonly<Record<string, string>>;
  readonly evidence: string;
}

/** Files that stand beside a script, under the names that they are given, and under those that the script or a command asks for. */
function filesBeside(parts: readonly Part[], script: string): Record<string, string> {
  const files: Record<string, string> = {};
  const asked = [...script.matchAll(/["'\s=]([\w./-]+\.(ya?ml|json))\b/g)].map(([, name = '']) => name);
  for (const part of parts) {
    if (part.kind !== 'yaml' && part.kind !== 'json') continue;
    const ending = part.kind === 'yaml' ? /\.ya?ml$/ : /\.json$/;
    const name =
      part.file ??
      asked.find((one) => ending.test(one) && !(one in files)) ??
      (part.kind === 'yaml' ? 'config.yaml' : 'config.json');
    files[name] = `${textOf(part.lines)}\n`;
  }
  return files;
}

/** Python parts as they are, all else as comments, so that every line has its place. */
function scriptOf(lines: readonly Line[], parts: readonly Part[], gathered: Gathered): Pasted {
  const code = new Map<number, Line>();
  for (const part of parts)
    if (part.kind === 'python') for (const line of part.lines) code.set(line.from, line);
  const all = lines.map((line) => code.get(line.from) ?? commented(line));
  const read = readFlat(mended(all));
  const launches = [...read.launches, ...gathered.launches];
  const files = { ...gathered.files, ...textsOf(read.files) };
  const argv = launches.map((launch) => ownLaunch(launch, files)).find((words) => words !== null) ?? [];
  return pasted(
    { kind: 'script', lines: read.code, argv, files, evidence: gathered.evidence },
    textOf(lines),
  );
}

async function fromText(clean: string, file: boolean): Promise<Pasted> {
  const lines = unwrapped(linesOf(clean));
  const blocks = blocksOf(lines);
  const alone = !blocks.some(({ fenced }) => fenced);
  const parts = blocks.map((block) => partOf(block, alone, file));
  const evidence = parts
    .map((part) => textOf(part.evidence))
    .filter(Boolean)
    .join('\n');
  const commandLines = parts.filter(({ kind }) => kind === 'commands').flatMap((part) => part.lines);
  const launches = commandsOf(commandLines).flatMap((command) => launchOf(command) ?? []);
  const files = filesBeside(parts, clean);
  const said = textOf(lines);
  const launched = launches.find(({ tool }) => tool !== 'script') ?? launches[0];

  if (parts.some(({ kind }) => kind === 'python'))
    return scriptOf(lines, parts, { launches, files, evidence });
  for (const part of parts) {
    if (part.kind === 'json') {
      const json = fromJson(parseJson(textOf(part.lines)), textOf(part.lines));
      if (json) return json;
    }
    if (part.kind !== 'yaml') continue;
    const reading = await toolScript(part.lines, launched ?? null);
    if (reading) return ofTool(reading, said, evidence);
  }
  if (launched) {
    const reading = launchScript(launched, files);
    if (reading) return ofTool(reading, said, evidence);
  }
  // An error may stand in the middle of a sentence.
  const failed = evidence !== '' || readTraceback(said) !== null;
  const notes = !failed && parts.some(({ kind }) => kind === 'versions') ? [onlyVersions] : [];
  return pasted(
    { kind: failed ? 'traceback' : 'words', lines: [], evidence: failed ? said : '', notes },
    said,
  );
}

const onlyVersions: PastedNote = {
  kind: 'assumption',
  line: null,
  text: text(
    'These are versions of libraries. Paste the script with them: it is run as they would run it.',
    '这些是库的版本。请连同脚本一起粘贴：脚本会按这些版本运行。',
  ),
};

/** `name`: of the file that was dropped, where it was one. */
export async function readPasted(all: string, name?: string): Promise<Pasted> {
  // Before the cleaning: a notebook's outputs hold escapes of their own.
  const json = parseJson(all.replace(/^\ufeff/, ''));
  const clean = cleanText(all);
  const read = json === undefined ? null : fromJson(json, clean);
  if (read) return read;
  const reading = await fromText(clean, /\.pyw?$/.test(name ?? ''));
  // A file that ends in .py is meant as a script, whatever it looks like.
  if (reading.kind === 'words' && /\.py$/.test(name ?? '') && reading.versionText === '')
    return pasted({ kind: 'script', lines: mended(linesOf(clean)) }, clean);
  return reading;
}
