// The short guided text: what the words mean, and what common advice does under each stack of versions, tried on the tape when
// the dialog opens. Every case is a link into the laboratory.
import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import { guideChapters } from '../../../engine/index.ts';
import type { GuideEntry } from '../../../engine/protocol.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { useGuideTexts } from './guideTexts.ts';

type Row = GuideEntry['rows'][number];

/** What advice did: it helped, did nothing, or broke what worked. */
function verdict({ before, after }: Row): 'helps' | 'breaks' | 'hides' | 'nothing' {
  if (before !== 'trains' && after === 'trains') return 'helps';
  if (before === 'trains' && after !== 'trains') return 'breaks';
  return before === 'raises' && after === 'silent' ? 'hides' : 'nothing';
}

function AdviceRows({ entry }: { readonly entry: GuideEntry }) {
  const t = useGuideTexts();
  const actions = useActions();
  return (
    <table className="guide-rows small">
      <thead>
        <tr>
          <th scope="col">{t('versions')}</th>
          <th scope="col">{t('before')}</th>
          <th scope="col">{t('after')}</th>
          <th scope="col">{t('verdict')}</th>
          <th scope="col">
            <span className="unseen">{t('try')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {entry.rows.map((row) => (
          <tr key={row.stack}>
            <th scope="row">{row.label}</th>
            {([row.before, row.after, verdict(row)] as const).map((said, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: three cells that stay
              <td key={place} className={`guide-${said}`}>
                {t(said)}
              </td>
            ))}
            <td>
              <Button
                className="button button-plain"
                aria-label={t('tryOf', { versions: row.label })}
                onPress={() => actions.tryAdvice(entry, row.stack)}
              >
                {t('try')}
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function GuideBody() {
  const { say } = useTexts();
  const t = useGuideTexts();
  const actions = useActions();
  const entries = usePageState((state) => state.guide);
  const [chapters, setChapters] = useState<Awaited<ReturnType<typeof guideChapters>>>([]);
  useEffect(() => void guideChapters().then(setChapters), []);
  useEffect(() => {
    if (entries === null) actions.askGuide();
  }, [entries, actions]);
  return (
    <div className="guide">
      <div className="guide-chapters">
        {chapters.map(({ id, title, body }) => (
          <section key={id}>
            <h3>{say(title)}</h3>
            <p>{say(body)}</p>
          </section>
        ))}
      </div>
      <h3>{t('advice')}</h3>
      <p className="dim">{t('adviceIntro')}</p>
      {entries === null && <p role="status">{t('waiting')}</p>}
      {entries?.map((entry) => (
        <details key={entry.id}>
          <summary>
            {say(entry.title)}{' '}
            <span className="dim">
              {t('helpsIn', {
                count: entry.rows.filter((row) => verdict(row) === 'helps').length,
                total: entry.rows.length,
              })}
            </span>
          </summary>
          <p>{say(entry.body)}</p>
          <AdviceRows entry={entry} />
        </details>
      ))}
    </div>
  );
}

export function GuideDialog() {
  const t = useGuideTexts();
  const actions = useActions();
  return (
    <Sheet title={t('title')} wide open onClose={() => actions.openDialog(null)}>
      <GuideBody />
    </Sheet>
  );
}
