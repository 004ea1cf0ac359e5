// A pasted text from its wrapping to its reading: what it is, which versions it names, what its Python does; or, where there is no Python, what
// an error or a log in it may come from.
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import type { LibraryVersion, VersionsRead } from '../../libraries/readVersions.ts';
import { readVersions } from '../../libraries/readVersions.ts';
import type { Library, Versions } from '../../libraries/version.ts';
import type { Pasted } from '../../python/paste/pasted.ts';
import { pastedLine } from '../../python/paste/pasted.ts';
import { readPasted } from '../../python/paste/readPasted.ts';
import type { Traceback } from '../../python/paste/traceback.ts';
import { readTraceback } from '../../python/paste/traceback.ts';
import { causesOf } from './causes.ts';
import { readInTheirTime } from './inTheirTime.ts';
import type { ReadingOptions, ScriptInput, ScriptWorld } from './readScript.ts';
import type { ScriptReading, Verdict, VersionUsed } from './scriptReading.ts';
import { withEvidence } from './withEvidence.ts';

const libraries = ['transformers', 'peft', 'trl', 'torch'] as const satisfies readonly Library[];

function used(
  { library, version, modelled, from }: LibraryVersion,
  chosen: string | undefined,
  pasted: Pasted,
): VersionUsed[] {
  const name = libraries.find((one) => one === library);
  if (!name) return [];
  if (chosen !== undefined && chosen !== version)
    return [{ library: name, version: chosen, said: null, line: null, modelled: null }];
  return [
    {
      library: name,
      version,
      said: from && from.line !== pasted.assumedLine ? from.said : null,
      // Below the script stand words from around it.
      line: from && from.line > 0 && from.line <= pasted.lineOf.length ? from.line : null,
      modelled: modelled === version ? null : modelled,
    },
  ];
}

const usedVersions = (
  { libraries: read }: VersionsRead,
  chosen: Partial<Versions>,
  pasted: Pasted,
): VersionUsed[] => libraries.flatMap((library) => used(read[library], chosen[library], pasted));

/** A text without Python: what an error in it may come from, or that there is nothing to judge. */
function withoutPython(
  pasted: Pasted,
  said: readonly VersionUsed[],
  traceback: Traceback | null,
): ScriptReading {
  const causes = traceback && causesOf(traceback, namedOnly(said));
  // A command or a configuration without its script says what is missing.
  const [answer, ...notes] = pasted.notes;
  const sentence: Text = causes
    ? text(`${causes.says.en} ${causes.asks.en}`, `${causes.says.zh}${causes.asks.zh}`)
    : (answer?.text ??
      text(
        'There is no script, configuration or error in it: nothing to judge.',
        '其中没有脚本、配置或错误：没有可判断的内容。',
      ));
  const of = (kind: 'assumption' | 'not-modelled') =>
    (causes ? pasted.notes : notes).filter((note) => note.kind === kind);
  const verdict: Verdict = {
    kind: causes ? 'cannot-tell' : 'nothing',
    line: null,
    error: traceback?.error ?? null,
    text: sentence,
  };
  return {
    kind: pasted.kind,
    source: pasted.source,
    configLines: [],
    versions: said,
    verdict,
    outcome: null,
    strip: [],
    trainableLine: null,
    diagnoses: (causes?.causes ?? []).map(({ id, cause, tells }) => ({
      id,
      lines: [],
      severity: 'cause',
      cause,
      evidence: [tells],
      notTheCause: [],
      fixes: [],
    })),
    lines: [],
    precision: [],
    assumptions: of('assumption'),
    notModelled: of('not-modelled'),
    fixes: [],
    patch: {},
    unsaid: [],
    program: null,
    output: '',
  };
}

/** Of those that the text itself names. */
const namedOnly = (said: readonly VersionUsed[]): Partial<Record<Library, string>> =>
  Object.fromEntries(said.flatMap((one) => (one.said === null ? [] : [[one.library, one.version] as const])));

export interface TextOptions extends ReadingOptions {
  /** Of the file that was dropped. */
  readonly name?: string;
  /** Releases that a person chose in the place of those that the text names. */
  readonly versions?: Partial<Versions>;
}

/** What a text is read as: the same for its reading and for its repairs. */
export async function inputOf(
  written: string,
  { name, versions: chosen = {} }: TextOptions = {},
): Promise<{ readonly input: ScriptInput; readonly pasted: Pasted }> {
  const pasted = await readPasted(written, name);
  const read = readVersions(pasted.versionText);
  const input: ScriptInput = {
    kind: pasted.kind,
    source: pasted.source,
    argv: pasted.argv,
    files: pasted.files,
    versions: { ...read.versions, ...chosen },
    said: usedVersions(read, chosen, pasted),
    notes: pasted.notes,
  };
  return { input, pasted };
}

/** A configuration's script stands in the configuration nowhere: the verdict names the line of the key that it comes from. */
function atTheirLine(verdict: Verdict, pasted: Pasted): Verdict {
  const line =
    pasted.kind === 'tool-config' && verdict.line !== null ? pastedLine(pasted, verdict.line) : null;
  if (line === null) return verdict;
  const { en, zh } = verdict.text;
  return {
    ...verdict,
    text: text(`${en} That is line ${line} of the configuration.`, `${zh} 对应配置的第 ${line} 行。`),
  };
}

/** Of a configuration's script, which the configuration nowhere says as it is. */
const configLines = ({ kind, lineOf }: Pasted): readonly number[] => (kind === 'tool-config' ? lineOf : []);

/** Everything that can be told of a pasted text. */
export async function readText(
  written: string,
  world: ScriptWorld,
  options: TextOptions = {},
): Promise<ScriptReading> {
  const { input, pasted } = await inputOf(written, options);
  const traceback = pasted.evidence === '' ? null : readTraceback(pasted.evidence);
  if (pasted.source.trim() === '') return withoutPython(pasted, input.said, traceback);
  const reading = await readInTheirTime(input, world, options);
  const placed = {
    ...reading,
    verdict: atTheirLine(reading.verdict, pasted),
    configLines: configLines(pasted),
  };
  return withEvidence(placed, pasted.evidence, pasted);
}
