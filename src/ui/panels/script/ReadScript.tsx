// The reverse of the script: paste Python or an adapter_config.json, and the knobs follow. What was not understood is listed.
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';

export function ReadScript() {
  const { t, say } = useTexts();
  const actions = useActions();
  const [text, setText] = useState('');
  const reading = usePageState((state) => state.reading);
  const moved = reading === null ? 0 : Object.keys(reading.patch).length;
  return (
    <section className="read-script" aria-label={t('script.read')}>
      <label htmlFor="python-in">{t('script.readIntro')}</label>
      <textarea
        id="python-in"
        className="field"
        spellCheck={false}
        value={text}
        placeholder={'model = get_peft_model(model, LoraConfig(r=8, target_modules="all-linear"))'}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="dialog-actions">
        <Button className="button" isDisabled={text.trim() === ''} onPress={() => actions.readPython(text)}>
          {t('script.readButton')}
        </Button>
        <span className="dialog-said dim" role="status">
          {reading !== null && t('script.moved', { count: moved })}
        </span>
      </div>
      {reading !== null && reading.notUnderstood.length > 0 && (
        <>
          <p>{t('script.notUnderstood')}</p>
          <ul className="mono small">
            {reading.notUnderstood.map(({ text: what, line, problem }) => (
              <li key={`${line} ${what}`}>
                {line > 0 ? `${line}: ${what}` : what}
                {problem && `  (${say(problem)})`}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
