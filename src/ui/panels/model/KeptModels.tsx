// Models that are kept here, used last first: opened without a request, gone on with where they are not whole, deleted.
import { Button } from 'react-aria-components';
import type { KeptModel } from '../../../engine/protocol.ts';
import { useActions, usePageState } from '../../PageContext.tsx';
import { bytesText } from '../../texts/numbers.ts';
import { useModelTexts } from './modelTexts.ts';

const wishOf = ({ id, revision, file }: KeptModel): string =>
  revision === '' ? id : `${id}@${revision}${file === null ? '' : `:${file}`}`;

const titleOf = ({ id, file }: KeptModel): string =>
  file === null || id.endsWith(file) ? id : `${id}: ${file}`;

export function KeptModels() {
  const m = useModelTexts();
  const actions = useActions();
  const kept = usePageState((state) => state.hub.kept);
  const open = usePageState((state) => state.recipe.model?.source);
  const opening = usePageState((state) => state.hub.opening !== null);
  const language = usePageState((state) => state.language);
  const when = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  if (kept === null || kept.models.length === 0) return null;
  return (
    <section aria-label={m('kept')}>
      <h3>{m('kept')}</h3>
      <ul className="hub-list">
        {kept.models.map((model) => {
          const { id, revision, bytes, keptBytes, whole, usedAt, name } = model;
          const isOpen = open?.hub === id && open.revision === revision && open.file === model.file;
          return (
            <li key={name} className="hub-row">
              <Button
                className="button button-plain hub-name mono"
                isDisabled={opening}
                onPress={() => actions.openFromHub(wishOf(model))}
              >
                {titleOf(model)}
              </Button>
              <span className="small dim">
                {[
                  ...(revision === '' ? [] : [revision.slice(0, 8)]),
                  whole
                    ? bytesText(bytes)
                    : m('unfinished', { kept: bytesText(keptBytes), size: bytesText(bytes) }),
                  m('lastUsed', { when: when.format(usedAt) }),
                ].join(' · ')}
                {isOpen && <span className="hub-badge">{m('open')}</span>}
              </span>
              <Button
                className="button button-plain small"
                aria-label={m('deleteNamed', { name: titleOf(model) })}
                isDisabled={opening}
                onPress={() => actions.forgetKept(name)}
              >
                {m('delete')}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
