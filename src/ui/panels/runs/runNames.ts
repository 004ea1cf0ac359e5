// What kept runs are called: as a person named them, else by their preset and by what differs among the runs of it, or from the preset where
// there is one alone. When they began is added only where two would be called the same.
import { changedKeys, settingKeys, settingOf } from '../../../engine/index.ts';
import type { KeptRun } from '../../../engine/protocol.ts';
import { presetValues } from '../../state/recipeEdits.ts';
import type { Language, PresetEntry } from '../../state/state.ts';
import { pick } from '../../texts/i18n.ts';
import type { RunsText } from './runsTexts.ts';
import { settingName, settingValue } from './runWords.ts';

/** More than these make a name no clearer. */
const MOST_SAID = 3;

interface Naming {
  readonly t: RunsText;
  readonly language: Language;
  readonly presets: readonly PresetEntry[];
}

/** `Ship's log, r 16`. `others`: the runs that it is listed with. */
function describedName({ t, language, presets }: Naming, run: KeptRun, others: readonly KeptRun[]): string {
  const { recipe, rowsName } = run;
  const preset = presets.find(({ id }) => id === recipe.preset);
  const alike = others.filter((other) => other !== run && other.recipe.preset === recipe.preset);
  const vary = new Set(alike.flatMap((other) => changedKeys(recipe.values, other.recipe.values)));
  const keys =
    vary.size > 0
      ? settingKeys.filter((key) => vary.has(key))
      : changedKeys(recipe.values, presetValues(presets, recipe.preset));
  const own = keys
    // How questions are answered says nothing of what was trained.
    .filter((key) => settingOf(key).section !== 'generation')
    .map((key) => `${settingName(key)} ${settingValue(recipe, key)}`);
  const brought = [
    rowsName,
    recipe.model?.name ?? null,
    recipe.adapter === undefined ? null : t('from', { name: recipe.adapter.name }),
    recipe.program === undefined ? null : t('ownScript'),
  ].filter((one) => one !== null);
  const said = [...brought, ...own];
  const shown = said.length > MOST_SAID ? [...said.slice(0, MOST_SAID), '…'] : said;
  return [preset ? pick(preset.title, language) : recipe.preset, ...shown].join(', ');
}

/** The names of all of these runs, by their ids. */
export function runNames(naming: Naming, runs: readonly KeptRun[]): ReadonlyMap<string, string> {
  const { t, language } = naming;
  const when = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' });
  const plain = runs.map(
    (run) => [run, run.name === '' ? describedName(naming, run, runs) : run.name] as const,
  );
  const count = new Map<string, number>();
  for (const [, name] of plain) count.set(name, (count.get(name) ?? 0) + 1);
  return new Map(
    plain.map(([{ id, at, name: given }, name]) => [
      id,
      given === '' && (count.get(name) ?? 0) > 1
        ? t('nameAt', { name, when: at === 0 ? '–' : when.format(at) })
        : name,
    ]),
  );
}
