// The recipe column: every setting in its section, generated from the declarations. It names no setting itself except
// where rows are opened.
import { memo, useState } from 'react';
import { Button } from 'react-aria-components';
import type { Section, SettingKey } from '../../../engine/index.ts';
import { settingKeys, settingOf } from '../../../engine/index.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { InTurn } from '../../parts/InTurn.tsx';
import { Picker } from '../../parts/Picker.tsx';
import { offered } from '../../state/presetLanguage.ts';
import { differences } from '../../state/recipeEdits.ts';
import { AdapterRow } from './AdapterRow.tsx';
import { ModelRow } from './ModelRow.tsx';
import { SettingRow } from './SettingRow.tsx';

const sections = ['model', 'lora', 'wiring', 'training', 'generation'] as const satisfies readonly Section[];
const keysOf = (section: Section, advanced: boolean): readonly SettingKey[] =>
  settingKeys.filter(
    (key) => settingOf(key).section === section && (settingOf(key).advanced ?? false) === advanced,
  );

const PresetRow = memo(function PresetRow() {
  const { t, say } = useTexts();
  const actions = useActions();
  const all = usePageState((state) => state.presets);
  const chosen = usePageState((state) => state.recipe.preset);
  const language = usePageState((state) => state.language);
  const presets = offered(all, language, chosen);
  const about = presets.find((one) => one.id === chosen)?.description;
  const options = presets.map((one) => ({
    value: one.id,
    label: say(one.title),
    about: say(one.description),
  }));
  return (
    <div className="setting">
      <span className="setting-label">{t('recipe.preset')}</span>
      <Picker
        label={t('recipe.preset')}
        options={options}
        value={chosen}
        onChange={(id) => actions.edit({ kind: 'preset', id })}
      />
      {about !== undefined && <p className="setting-about small dim">{say(about)}</p>}
    </div>
  );
});

const RowsRow = memo(function RowsRow() {
  const { t } = useTexts();
  const actions = useActions();
  const data = usePageState((state) => state.recipe.data);
  const summary = usePageState((state) => state.inspection?.data ?? null);
  const preset = usePageState((state) => state.presets.find((one) => one.id === state.recipe.preset));
  const count = summary?.rows ?? preset?.rows;
  const text =
    data !== undefined
      ? t('recipe.ownRows', { name: data.name })
      : count === undefined
        ? '–'
        : t('recipe.rowsOf', { count, format: summary?.format ?? 'messages' });
  return (
    <div className="setting">
      <span className="setting-label">
        {data !== undefined && <span className="dot dot-own" role="img" aria-label={t('recipe.changed')} />}
        {t('recipe.rows')}
      </span>
      <Button className="select-button" onPress={() => actions.openDialog('data')}>
        <span>{text}</span>
        <span aria-hidden="true">▾</span>
      </Button>
    </div>
  );
});

const SectionPart = memo(function SectionPart({ section }: { readonly section: (typeof sections)[number] }) {
  const { t } = useTexts();
  const [open, setOpen] = useState(false);
  const advanced = keysOf(section, true);
  const title = t(`recipe.${section}`);
  const changed = usePageState((state) => {
    const { own, preset } = differences(state);
    return advanced.filter((key) => own.includes(key) || preset.includes(key)).length;
  });
  const first = keysOf(section, false);
  return (
    <section className="recipe-section" aria-label={title}>
      <h2 className="dim">{title}</h2>
      {section === 'model' && <ModelRow />}
      {section === 'model' && <RowsRow />}
      {section === 'lora' && <AdapterRow />}
      {first.map((key) => (
        <SettingRow key={key} settingKey={key} />
      ))}
      {advanced.length > 0 && (
        <button
          type="button"
          className="advanced small"
          aria-expanded={open}
          aria-label={t('recipe.advancedTitle', { section: title })}
          onClick={() => setOpen(!open)}
        >
          <span aria-hidden="true">{open ? '▾' : '▸'}</span>{' '}
          {changed > 0 && !open ? t('recipe.advancedChanged', { count: changed }) : t('recipe.advanced')}
        </button>
      )}
      {open && advanced.map((key) => <SettingRow key={key} settingKey={key} />)}
    </section>
  );
});

export const Recipe = memo(function Recipe() {
  const { t } = useTexts();
  const actions = useActions();
  const own = usePageState(
    (state) =>
      differences(state).own.length +
      (state.recipe.data === undefined ? 0 : 1) +
      (state.recipe.model === undefined ? 0 : 1) +
      (state.recipe.adapter === undefined ? 0 : 1) +
      (state.recipe.program === undefined ? 0 : 1),
  );
  const canUndo = usePageState((state) => state.past.length > 0);
  const canRedo = usePageState((state) => state.future.length > 0);
  return (
    <div className="recipe">
      <div className="recipe-list">
        <section className="recipe-section" aria-label={t('recipe.start')}>
          <h2 className="dim">{t('recipe.start')}</h2>
          <PresetRow />
        </section>
        <InTurn>
          {sections.map((section) => (
            <SectionPart key={section} section={section} />
          ))}
        </InTurn>
      </div>
      <div className="recipe-foot">
        <span className="dim">
          {own === 0 ? t('recipe.nothingChanged') : t('recipe.changedCount', { count: own })}
        </span>
        {own > 0 && (
          <Button className="button button-plain" onPress={actions.resetRecipe}>
            {t('recipe.resetAll')}
          </Button>
        )}
        <span className="recipe-undo">
          <Button
            className="button button-plain"
            isDisabled={!canUndo}
            onPress={actions.undo}
            aria-label={t('recipe.undo')}
          >
            ↶
          </Button>
          <Button
            className="button button-plain"
            isDisabled={!canRedo}
            onPress={actions.redo}
            aria-label={t('recipe.redo')}
          >
            ↷
          </Button>
        </span>
        <Button className="button button-plain recipe-queue" onPress={() => actions.queueRecipe()}>
          {t('recipe.toQueue')}
        </Button>
      </div>
    </div>
  );
});
