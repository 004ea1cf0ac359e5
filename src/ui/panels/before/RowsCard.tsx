// The rows as they will be trained, every token coloured by its label: the first few, or those that a search finds; and what all of them are
// like.
import { Fragment, memo, startTransition, useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import type { RowPreview } from '../../../engine/index.ts';
import type { RowsView } from '../../../engine/protocol.ts';
import { useActions, useCalmState, usePageState, useTexts } from '../../PageContext.tsx';
import { RowFacts } from './RowFacts.tsx';

const rowsShown = 3;

const Tokens = memo(function Tokens({ row }: { readonly row: RowPreview }) {
  const { t } = useTexts();
  return (
    <li className="row-tokens">
      <span className="unseen">
        {t('before.rowTokens', { trained: row.trainedTokens, total: row.totalTokens })}
      </span>
      {row.tokens.map((token, index) => (
        // Tokens have no identity but their place in the row.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Fragment key={index}>
          {token.mask === 'rejected' && row.tokens[index - 1]?.mask !== 'rejected' && <br />}
          <span className={`token token-${token.mask}`}>{token.text.replaceAll('\n', '↵\n')}</span>
        </Fragment>
      ))}
    </li>
  );
});

interface Shown {
  readonly rows: readonly RowPreview[];
  /** Rows that match. */
  readonly matches: number;
}

/** What a search finds from `first` on; the inspection's own first rows where nothing is searched. */
function useShown(first: number, search: string): Shown {
  const actions = useActions();
  const inspection = useCalmState((state) => state.inspection);
  const [view, setView] = useState<RowsView | null>(null);
  const plain = first === 0 && search.trim() === '';
  useEffect(() => {
    let left = false;
    setView(null);
    if (inspection !== null && !plain)
      void actions
        .lookAtRows({ from: first, count: rowsShown, search, filter: 'all', tokens: true })
        .then((seen) => !left && startTransition(() => setView(seen)));
    return () => {
      left = true;
    };
  }, [actions, inspection, plain, first, search]);
  const data = inspection?.data;
  if (plain) return { rows: data?.preview ?? [], matches: data?.rows ?? 0 };
  return { rows: view?.rows.flatMap(({ preview }) => preview ?? []) ?? [], matches: view?.matches ?? 0 };
}

const Head = memo(function Head({ facts }: { readonly facts: string }) {
  const { t } = useTexts();
  const actions = useActions();
  return (
    <div className="rows-head">
      <h2>{t('before.rows')}</h2>
      <span className="small dim">{facts}</span>
      <Button className="button button-plain" onPress={() => actions.openDialog('template')}>
        {t('before.template')}
      </Button>
    </div>
  );
});

export const RowsCard = memo(function RowsCard() {
  const { t, say } = useTexts();
  const data = useCalmState((state) => state.inspection?.data ?? null);
  const [first, setFirst] = useState(0);
  const [search, setSearch] = useState('');
  const { rows, matches } = useShown(first, search);
  const own = usePageState((state) => state.recipe.chatTemplate);
  // A template that can't be read is the reason that nothing is known, and is mended here.
  if (data === null && own === undefined) return null;
  if (data === null)
    return (
      <section className="card" data-part="rows" aria-label={t('before.rows')}>
        <Head facts="" />
      </section>
    );
  const counts = { rows: data.rows, eval: data.evalRows, tokens: data.longestTokens };
  return (
    <section className="card" data-part="rows" aria-label={t('before.rows')}>
      <Head facts={t(data.evalRows > 0 ? 'before.rowsCount' : 'before.rowsCountAll', counts)} />
      <p className="rows-legend small">
        <span className="token token-trained">
          {t(data.format === 'preference' ? 'before.chosen' : 'before.trained')}
        </span>
        <span className="token token-ignored">{t('before.ignored')}</span>
        {data.format === 'preference' && <span className="token token-rejected">{t('before.rejected')}</span>}
        {data.truncatedRows > 0 && <span className="token token-truncated">{t('before.truncated')}</span>}
      </p>
      <div className="rows-search">
        <input
          type="search"
          className="field"
          aria-label={t('before.search')}
          placeholder={t('before.search')}
          value={search}
          onChange={({ target }) => {
            setFirst(0);
            setSearch(target.value);
          }}
        />
        {search.trim() !== '' && (
          <span className="small dim" role="status">
            {t('before.found', { found: matches, rows: counts.rows })}
          </span>
        )}
      </div>
      <ol>
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place in the data
          <Tokens key={first + index} row={row} />
        ))}
      </ol>
      {(first > 0 || matches > rowsShown) && (
        <div className="dialog-actions">
          <Button
            className="button"
            isDisabled={first === 0}
            onPress={() => setFirst(Math.max(0, first - rowsShown))}
          >
            {t('before.previous')}
          </Button>
          <Button
            className="button"
            isDisabled={first + rowsShown >= matches}
            onPress={() => setFirst(first + rowsShown)}
          >
            {t('before.next')}
          </Button>
        </div>
      )}
      <RowFacts />
      {data.notes.map((note) => (
        <p key={note.en} className="small is-cut">
          {say(note)}
        </p>
      ))}
    </section>
  );
});
