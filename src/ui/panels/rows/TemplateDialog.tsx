// The chat template of the recipe, and a conversation by it while it is written: the worker renders what stands still for a moment, and what was
// rendered stays until then. Only what could be rendered is taken.
import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import { MOST_TEMPLATE } from '../../../engine/index.ts';
import type { TemplateView } from '../../../engine/protocol.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import '../../styles/rows.css';
import { countText } from '../../texts/numbers.ts';
import type { RowsText } from './rowsTexts.ts';
import { useRowsTexts } from './rowsTexts.ts';

const stillMs = 250;

/** A view with the template that it is of; null: the model's own. */
interface Shown {
  readonly of: string | null;
  readonly view: TemplateView;
  /** The last in which a conversation could be written. */
  readonly written: TemplateView | null;
}

/** What can't be told apart in it matters to masks alone. */
const isWritten = ({ problem, text }: TemplateView): boolean => problem === null || text !== '';

function useShown(draft: string | null, askable: boolean): Shown | null {
  const actions = useActions();
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => {
    if (!askable) return;
    let left = false;
    const timer = setTimeout(
      () =>
        void actions.showTemplate(draft).then((view) => {
          if (!left && view !== null) {
            const written = isWritten(view) ? view : null;
            setShown((last) => ({ of: draft, view, written: written ?? last?.written ?? null }));
          }
        }),
      stillMs,
    );
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [actions, draft, askable]);
  return shown;
}

function Preview({
  view,
  busy,
  r,
}: {
  readonly view: TemplateView;
  readonly busy: boolean;
  readonly r: RowsText;
}) {
  const { text, spans } = view;
  const ends = spans.map(([, end]) => end);
  return (
    <>
      <p className="small dim" id="template-preview">
        {r('templatePreview')} · <span className="token token-trained">{r('templateKey')}</span>
      </p>
      <section
        className="field template-preview"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
        tabIndex={0}
        aria-labelledby="template-preview"
        aria-busy={busy}
      >
        {spans.map(([start, end], i) => (
          <span key={start}>
            {text.slice(ends[i - 1] ?? 0, start)}
            <span className="token token-trained">{text.slice(start, end)}</span>
          </span>
        ))}
        {text.slice(ends.at(-1) ?? 0)}
      </section>
    </>
  );
}

/** What is wrong with a draft that is not worth asking about. */
function faultOf(draft: string | null, r: RowsText, count: (length: number) => string): string | null {
  if (draft === null) return null;
  if (draft.trim() === '') return r('templateBlank');
  if (draft.length <= MOST_TEMPLATE) return null;
  return r('templateLong', { length: count(draft.length), most: count(MOST_TEMPLATE) });
}

export function TemplateDialog() {
  const { say, language } = useTexts();
  const r = useRowsTexts();
  const actions = useActions();
  const [draft, setDraft] = useState(usePageState((state) => state.recipe.chatTemplate ?? null));
  const [line, setLine] = useState(1);
  const fault = faultOf(draft, r, (length) => countText(length, language));
  const shown = useShown(draft, fault === null);
  const view = shown?.view ?? null;
  const own = view?.own ?? null;
  const text = draft ?? own ?? '';
  const busy = fault === null && shown?.of !== draft;
  const problem = view !== null && !busy ? view.problem : null;
  const wrong =
    fault ??
    (draft === null && view !== null && own === null
      ? r('templateNone')
      : problem && `${say(problem.message)} ${say(problem.remedy)}`);
  const close = (): void => actions.openDialog(null);
  return (
    <Sheet title={r('template')} wide open onClose={close}>
      <p className="dim">{r('templateIntro')}</p>
      <textarea
        className="field template-text"
        aria-label={r('templateText')}
        spellCheck={false}
        wrap="off"
        rows={12}
        value={text}
        onChange={({ target }) => setDraft(target.value)}
        onSelect={({ currentTarget }) =>
          setLine(text.slice(0, currentTarget.selectionStart).split('\n').length)
        }
      />
      <p className="small dim">{r('templateLine', { line, lines: text.split('\n').length })}</p>
      {wrong !== null && (
        <p className="is-cut" role="alert">
          {wrong}
        </p>
      )}
      {shown?.written && <Preview view={shown.written} busy={busy || view !== shown.written} r={r} />}
      <div className="dialog-actions">
        <Button
          className="button button-main"
          isDisabled={busy || fault !== null || (draft !== null && view !== null && !isWritten(view))}
          onPress={() => {
            actions.edit({ kind: 'template', template: draft === own ? null : draft });
            close();
          }}
        >
          {r('templateApply')}
        </Button>
        <Button className="button" isDisabled={draft === null} onPress={() => setDraft(null)}>
          {r('templateOwn')}
        </Button>
        <Button className="button" onPress={close}>
          {r('cancel')}
        </Button>
      </div>
    </Sheet>
  );
}
