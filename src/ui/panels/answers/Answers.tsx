// The same questions answered by the untouched and by the trained model, side by side. The questions can be edited;
// a changed one is asked as soon as the engine is free. Each has room of its own from the start, whatever is said: a longer one is cut off until it is
// wanted whole, so that nothing below moves while answers are written.
import { memo, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { promptsOf } from '../../state/answerActions.ts';
import { isBusy } from '../../state/runStatus.ts';
import type { AnswerSide } from '../../state/state.ts';
import { AnswerSteps } from './AnswerSteps.tsx';
import { saidAt } from './saidAt.ts';
import { useCutOff } from './useCutOff.ts';

function Side(props: {
  readonly side: 'before' | 'after';
  readonly title: string;
  readonly answer: AnswerSide | null;
  readonly later: string;
  readonly note?: string | undefined;
}) {
  const { side, title, answer, later, note } = props;
  const writing = answer !== null && !answer.done;
  return (
    <div className={`answer-side answer-${side}`}>
      <h3 className={side === 'after' ? 'small is-grad' : 'small dim'}>
        {title}
        {note !== undefined && <span className="dim"> · {note}</span>}
      </h3>
      {answer === null ? (
        <p className="small dim answer-later">{later}</p>
      ) : (
        <p className="answer-text">
          <span className={writing ? 'answer-writing' : undefined}>{answer.text}</span>
        </p>
      )}
    </div>
  );
}

function Answer({
  index,
  prompt,
  only,
  bare,
  shownStep,
}: {
  readonly index: number;
  readonly prompt: string;
  readonly only: boolean;
  readonly bare: boolean;
  /** Whose answer is shown; null: the newest. */
  readonly shownStep: number | null;
}) {
  const { t } = useTexts();
  const actions = useActions();
  const answer = usePageState((state) => state.run?.answers.find((one) => one.prompt === prompt));
  const said = usePageState((state) => state.run?.said);
  const prompts = usePageState(promptsOf);
  const [draft, setDraft] = useState<string | null>(null);
  const before = answer?.before ?? null;
  const then = shownStep === null ? undefined : saidAt(said ?? [], prompt, shownStep);
  const after = then === undefined ? (answer?.after ?? null) : then && { ...then, done: true };
  const same = before?.done && after?.done && before.text === after.text;
  const sides = useRef<HTMLDivElement>(null);
  const [whole, setWhole] = useState(false);
  const isCut = useCutOff(sides, '.answer-text', `${before?.text} ${after?.text}`);
  const replace = (next: readonly string[]): void => actions.edit({ kind: 'prompts', prompts: next });
  function commit(): void {
    if (draft !== null && draft.trim() !== '' && draft !== prompt) {
      replace(prompts.map((old, at) => (at === index ? draft : old)));
      actions.askPending();
    }
    setDraft(null);
  }
  return (
    <div className="answer">
      <div className="answer-ask">
        <span className="dim">{t('answers.ask')}</span>
        <input
          aria-label={t('answers.prompt', { index: index + 1 })}
          value={draft ?? prompt}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === 'Enter') commit();
            if (event.key === 'Escape') setDraft(null);
          }}
        />
        {(isCut || whole) && (
          <Button
            className="button button-plain answer-more"
            aria-expanded={whole}
            onPress={() => setWhole(!whole)}
          >
            {t('answers.whole')}
          </Button>
        )}
        {!only && (
          <Button
            className="button button-plain"
            aria-label={t('answers.remove')}
            onPress={() => replace(prompts.filter((_, at) => at !== index))}
          >
            ✕
          </Button>
        )}
      </div>
      {!bare && (
        <div ref={sides} className={whole ? 'answer-sides' : 'answer-sides answer-kept'}>
          <Side side="before" title={t('answers.before')} answer={before} later={t('answers.beforeLater')} />
          <Side
            side="after"
            title={after === null ? t('answers.after') : t('answers.afterSteps', { count: after.step })}
            answer={after}
            note={same ? t('answers.same') : undefined}
            later={t('answers.afterLater')}
          />
        </div>
      )}
    </div>
  );
}

/** `bare`: only the questions, before there is a run to answer them. */
export const Answers = memo(function Answers({ bare = false }: { readonly bare?: boolean }) {
  const { t } = useTexts();
  const actions = useActions();
  const prompts = usePageState(promptsOf);
  const canAsk = usePageState(
    (state) => state.run !== null && !isBusy(state.run) && state.run.phase !== 'failed',
  );
  const [shownStep, setShownStep] = useState<number | null>(null);
  const [adding, setAdding] = useState<string | null>(null);
  function add(): void {
    if (adding !== null && adding.trim() !== '') {
      actions.edit({ kind: 'prompts', prompts: [...prompts, adding] });
      actions.askPending();
    }
    setAdding(null);
  }
  return (
    <section className="card answers" aria-label={t('answers.title')}>
      {bare ? <h2>{t('before.prompts')}</h2> : <h2 className="unseen">{t('answers.title')}</h2>}
      {!bare && <AnswerSteps shown={shownStep} onShow={setShownStep} />}
      {prompts.map((prompt, index) => (
        <Answer
          // biome-ignore lint/suspicious/noArrayIndexKey: a question is its place; its words change while typing
          key={index}
          {...{ index, prompt, bare, shownStep }}
          only={prompts.length === 1}
        />
      ))}
      {adding === null ? (
        <div className="dialog-actions">
          <Button className="button button-plain" onPress={() => setAdding('')}>
            {t('answers.add')}
          </Button>
          {canAsk && (
            <Button className="button button-plain" onPress={actions.askNow}>
              {t('answers.askNow')}
            </Button>
          )}
        </div>
      ) : (
        <input
          className="field"
          // The person has just asked for this field.
          ref={(element) => element?.focus()}
          aria-label={t('answers.prompt', { index: prompts.length + 1 })}
          value={adding}
          onChange={(event) => setAdding(event.target.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.key === 'Enter') add();
            if (event.key === 'Escape') setAdding(null);
          }}
        />
      )}
    </section>
  );
});
