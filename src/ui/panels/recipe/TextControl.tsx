// A text setting with suggestions. A text that can't hold stays in the field with the reason below it.
import { useEffect, useId, useState } from 'react';
import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import type { SettingKey, TextKind } from '../../../engine/index.ts';
import { readSettings } from '../../../engine/index.ts';
import { useTexts } from '../../PageContext.tsx';

export function TextControl(props: {
  readonly settingKey: SettingKey;
  readonly label: string;
  readonly type: TextKind;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const { settingKey, label, type, value, onChange } = props;
  const { t, say } = useTexts();
  const [draft, setDraft] = useState<string | null>(null);
  const problemId = useId();
  useEffect(() => {
    void value;
    setDraft(null);
  }, [value]);
  /** Why the recipe does not take a text: what it drops is never dropped without a word. */
  const problemIn = (text: string) => readSettings({ [settingKey]: text }).problems[0] ?? null;
  const problem = draft === null ? null : problemIn(draft);

  return (
    <div className="text-control">
      <input
        className="setting-input setting-text mono"
        aria-label={label}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : problemId}
        autoComplete="off"
        spellCheck={false}
        value={draft ?? value}
        onChange={(event) => {
          const next = event.target.value;
          setDraft(next);
          if (problemIn(next) === null && next !== value) {
            onChange(next);
            queueMicrotask(() => setDraft(next));
          }
        }}
        onBlur={() => problem === null && setDraft(null)}
        onKeyDown={(event) => event.key === 'Escape' && setDraft(null)}
      />
      {type.suggestions !== undefined && (
        <MenuTrigger>
          <Button className="button button-plain" aria-label={t('recipe.suggestions', { name: label })}>
            ▾
          </Button>
          <Popover className="popover" placement="bottom end">
            <Menu
              aria-label={t('recipe.suggestions', { name: label })}
              onAction={(key) => onChange(String(key))}
            >
              {type.suggestions.map((one) => (
                <MenuItem key={one} id={one} className="list-item mono" textValue={one}>
                  {one}
                </MenuItem>
              ))}
            </Menu>
          </Popover>
        </MenuTrigger>
      )}
      {problem !== null && (
        <p id={problemId} className="setting-problem is-cut" role="alert">
          {say(problem)}
        </p>
      )}
    </div>
  );
}
