// The label of a setting as a button that opens its help: what it is, range, default, the name in Python.
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import type { SettingKey } from '../../../engine/index.ts';
import { pythonLabel, settingOf } from '../../../engine/index.ts';
import { useTexts } from '../../PageContext.tsx';
import { settingNumberText } from '../../texts/numbers.ts';

export function SettingHelp(props: {
  readonly settingKey: SettingKey;
  readonly label: string;
  readonly value: number | string | boolean;
  readonly base: number | string | boolean;
  readonly onPutBack: (value: number | string | boolean) => void;
}) {
  const { settingKey, label, value, base, onPutBack } = props;
  const { t, say } = useTexts();
  const setting = settingOf(settingKey);
  const { type } = setting;
  const shown = (one: number | string | boolean): string => {
    if (typeof one === 'boolean') return one ? 'True' : 'False';
    if (typeof one === 'number')
      return settingNumberText(one, type.kind === 'number' && type.scale === 'log');
    const option = type.kind === 'choice' ? type.options.find((entry) => entry.value === one) : undefined;
    return option === undefined ? one : say(option.label);
  };
  return (
    <DialogTrigger>
      <Button className="label-button">{label}</Button>
      <Popover className="popover" placement="bottom start">
        <Dialog className="help" aria-label={t('recipe.help', { name: label })}>
          {({ close }) => (
            <>
              <p className="help-text">{say(setting.help)}</p>
              <dl className="facts">
                {type.kind === 'number' && (
                  <div>
                    <dt>{t('recipe.range')}</dt>
                    <dd>
                      {t('recipe.rangeOf', { min: shown(type.min), max: shown(type.max) })}
                      {type.unit !== undefined && ` ${say(type.unit)}`}
                    </dd>
                  </div>
                )}
                <div>
                  <dt>{t('recipe.default')}</dt>
                  <dd className="mono">{shown(setting.default)}</dd>
                </div>
                <div>
                  <dt>{t('recipe.python')}</dt>
                  <dd className="mono">{pythonLabel(setting.python)}</dd>
                </div>
              </dl>
              {!Object.is(value, base) && (
                <Button
                  className="button"
                  onPress={() => {
                    onPutBack(base);
                    close();
                  }}
                >
                  {t('recipe.putBack', { value: shown(base) })}
                </Button>
              )}
            </>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
