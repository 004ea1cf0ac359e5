// The page as a frame of a lesson's: ticks for what is left out, and the HTML that puts it into another page.
import { useId, useState } from 'react';
import { Button } from 'react-aria-components';
import type { SettingKey } from '../../../engine/index.ts';
import { settingKeys } from '../../../engine/index.ts';
import { usePageState, useTexts } from '../../PageContext.tsx';
import { Tick } from '../../parts/Tick.tsx';
import type { FrameCard, FramePart as Part } from '../../state/frame.ts';
import { frameHtml, frameParts, frameSearch } from '../../state/frame.ts';
import { useLinksTexts } from './linksTexts.ts';

/** Names as they are typed, those of settings apart from all others. */
function namedSettings(text: string): { readonly known: readonly SettingKey[]; readonly strange: string[] } {
  const names = text.split(/[\s,，]+/).filter((name) => name !== '');
  const known = settingKeys.filter((key) => names.includes(key));
  return { known, strange: names.filter((name) => !settingKeys.some((key) => key === name)) };
}

export function FramePart(props: {
  /** What stands behind '#' in the link, with it. */
  readonly hash: string;
  readonly copy: (text: string) => void;
}) {
  const { hash, copy } = props;
  const r = useLinksTexts();
  const id = useId();
  const [parts, setParts] = useState<readonly (Part | FrameCard)[]>([]);
  const presets = usePageState((state) => state.presets);
  const { say, language } = useTexts();
  const tick = (part: Part | FrameCard, words: string) => (
    <Tick
      key={part}
      on={parts.includes(part)}
      onChange={(on) => setParts(on ? [...parts, part] : parts.filter((one) => one !== part))}
    >
      {words}
    </Tick>
  );
  const [settings, setSettings] = useState('');
  const [readOnly, setReadOnly] = useState(false);
  const { known, strange } = namedSettings(settings);
  const search = frameSearch({ hidden: [...parts, ...known], readOnly });
  const html = frameHtml(`${location.origin}${location.pathname}${search}${hash}`);
  return (
    <section className="share-part" aria-label={r('frame')}>
      <h3>{r('frame')}</h3>
      <p className="small dim">{r('frameHelp')}</p>
      <fieldset className="take-home-group">
        <legend>{r('hide')}</legend>
        {frameParts.map((part) => tick(part, r(`part_${part}`)))}
      </fieldset>
      {!parts.includes('presets') && (
        <fieldset className="take-home-group">
          <legend>{r('hideCards')}</legend>
          {presets.map((preset) =>
            tick(
              `preset.${preset.id}`,
              // Those of the other language are called the same.
              preset.language === language ? say(preset.title) : `${say(preset.title)} (${preset.language})`,
            ),
          )}
        </fieldset>
      )}
      <label className="small dim" htmlFor={id}>
        {r('settings')}
      </label>
      <input
        id={id}
        className="field mono"
        placeholder={r('settingsHelp')}
        autoComplete="off"
        spellCheck={false}
        value={settings}
        onChange={({ target }) => setSettings(target.value)}
      />
      {strange.length > 0 && (
        <p className="small is-cut" role="status">
          {r('noSetting', { names: strange.join(', ') })}
        </p>
      )}
      <Tick on={readOnly} onChange={setReadOnly}>
        {r('readOnly')}
      </Tick>
      <textarea className="field share-link" readOnly aria-label={r('html')} value={html} />
      <div>
        <Button className="button" onPress={() => copy(html)}>
          {r('copyHtml')}
        </Button>
      </div>
    </section>
  );
}
