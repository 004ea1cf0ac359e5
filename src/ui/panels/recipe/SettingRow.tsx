// One setting in the form, drawn from its declaration alone: dot, label that opens its help, and the control of its kind.
import { memo } from 'react';
import type { SettingKey } from '../../../engine/index.ts';
import { readSettings, settingOf } from '../../../engine/index.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Choice } from '../../parts/Choice.tsx';
import { Picker } from '../../parts/Picker.tsx';
import { presetValues } from '../../state/recipeEdits.ts';
import { NumberControl } from './NumberControl.tsx';
import { SettingHelp } from './SettingHelp.tsx';
import { TextControl } from './TextControl.tsx';

/** Options that fit beside each other in the column, judged by their letters. */
const fitsBeside = (labels: readonly string[]): boolean =>
  labels.length <= 3 && labels.reduce((sum, label) => sum + label.length + 3, 0) <= 34;

export const SettingRow = memo(function SettingRow({ settingKey }: { readonly settingKey: SettingKey }) {
  const { t, say } = useTexts();
  const actions = useActions();
  const setting = settingOf(settingKey);
  const value = usePageState((state) => state.recipe.values[settingKey]);
  const base = usePageState((state) => presetValues(state.presets, state.recipe.preset)[settingKey]);
  const decided = usePageState((state) =>
    state.recipe.program === undefined ? undefined : state.inspection?.program?.decided[settingKey],
  );
  const label = say(setting.label);
  const own = !Object.is(value, base);
  const byPreset = !own && !Object.is(value, setting.default);
  const change = (next: number | string | boolean): void =>
    actions.edit({ kind: 'values', patch: readSettings({ [settingKey]: next }).patch });
  const { type } = setting;
  const options =
    type.kind === 'choice'
      ? type.options.map((one) => ({
          value: one.value,
          label: say(one.label),
          about: one.help === undefined ? undefined : say(one.help),
        }))
      : [];
  const beside = fitsBeside(options.map((one) => one.label));
  const stacked =
    type.kind === 'text' ||
    (type.kind === 'choice' && beside && options.reduce((n, o) => n + o.label.length, label.length) > 24);

  return (
    <div
      className={`setting${stacked ? ' setting-stacked' : ''}${type.kind === 'number' ? ' setting-number' : ''}`}
      data-setting={settingKey}
    >
      <span className="setting-label">
        {(own || byPreset) && (
          <span
            className={own ? 'dot dot-own' : 'dot'}
            role="img"
            aria-label={t(own ? 'recipe.changed' : 'recipe.presetSets')}
            title={t(own ? 'recipe.changed' : 'recipe.presetSets')}
          />
        )}
        <SettingHelp settingKey={settingKey} label={label} value={value} base={base} onPutBack={change} />
      </span>
      {type.kind === 'number' && typeof value === 'number' && (
        <NumberControl label={label} setting={setting} type={type} value={value} onChange={change} />
      )}
      {type.kind === 'boolean' && (
        <Choice
          label={label}
          mono
          value={String(value)}
          options={[
            { value: 'false', label: t('recipe.off') },
            { value: 'true', label: t('recipe.on') },
          ]}
          onChange={(next) => change(next === 'true')}
        />
      )}
      {type.kind === 'choice' &&
        (beside && options.length > 1 ? (
          <Choice label={label} mono options={options} value={String(value)} onChange={change} />
        ) : (
          <Picker label={label} options={options} value={String(value)} onChange={change} />
        ))}
      {type.kind === 'text' && (
        <TextControl
          settingKey={settingKey}
          label={label}
          type={type}
          value={String(value)}
          onChange={change}
        />
      )}
      {decided !== undefined && !Object.is(decided, value) && (
        <p className="setting-about small is-cut">{t('recipe.decides', { value: String(decided) })}</p>
      )}
    </div>
  );
});
