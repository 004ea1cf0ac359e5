// One question before any run: what the untouched model says to it now, computed on this machine, and the place where the trained one's answer will
// stand. Any question can be typed.
import { memo, useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { promptsOf } from '../../state/answerActions.ts';
import { AskedOtherwise } from '../rows/AskedOtherwise.tsx';

/** A question is asked when nobody has typed for so long. */
const TYPED_MS = 300;

export const TryIt = memo(function TryIt() {
  const { t } = useTexts();
  const actions = useActions();
  const prompts = usePageState(promptsOf);
  const prompt = prompts[0] ?? '';
  const values = usePageState((state) => state.recipe.values);
  const model = usePageState((state) => state.recipe.model?.digest);
  const opened = usePageState((state) => state.opened);
  const inspected = usePageState((state) => state.inspection !== null);
  const rows = usePageState((state) => state.inspection?.data?.rows);
  const otherwise = usePageState((state) => state.inspection?.data?.askedOtherwise ?? false);
  const untouched = usePageState((state) => state.untouched);
  const [draft, setDraft] = useState<string | null>(null);
  const ready = opened && inspected;
  useEffect(() => {
    // Whatever decides the answer is a reason to ask again.
    void [prompt, values, model];
    if (!ready) return;
    const timer = setTimeout(actions.askUntouched, TYPED_MS);
    return () => clearTimeout(timer);
  }, [actions, ready, prompt, values, model]);
  const known = untouched.prompt === prompt ? untouched.text : null;
  function commit(): void {
    if (draft !== null && draft.trim() !== '' && draft !== prompt)
      actions.edit({ kind: 'prompts', prompts: [draft, ...prompts.slice(1)] });
    setDraft(null);
  }
  return (
    <section className="card try" aria-label={t('first.try')}>
      <div className="answer-ask">
        <span className="dim">{t('answers.ask')}</span>
        <input
          aria-label={t('first.question')}
          value={draft ?? prompt}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === 'Enter') commit();
            if (event.key === 'Escape') setDraft(null);
          }}
        />
      </div>
      <div className="answer-sides">
        <div className="answer-side answer-now">
          <h3 className="small dim">{t('first.now')}</h3>
          <p className={known === null ? 'try-text dim' : 'try-text'}>
            {known ?? t(untouched.asking || !ready ? 'first.asking' : 'answers.beforeLater')}
          </p>
        </div>
        <div className="answer-side">
          <h3 className="small is-grad">{t('first.after')}</h3>
          <Button className="button try-train" isDisabled={!opened} onPress={actions.train}>
            {rows === undefined ? t('first.trainNow') : t('first.train', { count: rows })}
          </Button>
        </div>
      </div>
      {otherwise && <AskedOtherwise />}
    </section>
  );
});
