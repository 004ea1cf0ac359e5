// Things that are kept, one a line: what it is for, its size, when it was used last, and its removal. What they are is for the caller.
import { Button } from 'react-aria-components';
import { usePageState } from '../../PageContext.tsx';
import { bytesText } from '../../texts/numbers.ts';
import { useKeptTexts } from './keptTexts.ts';

export interface KeptThing {
  readonly name: string;
  readonly about: string;
  readonly bytes: number;
  /** When it was used last; null: nobody knows. */
  readonly at: number | null;
  /** null: not now. */
  readonly remove: (() => Promise<void>) | null;
}

export function KeptTable(props: {
  readonly things: readonly KeptThing[];
  readonly onRemove: (thing: KeptThing) => Promise<void>;
}) {
  const t = useKeptTexts();
  const language = usePageState((state) => state.language);
  const when = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <table className="kept">
      <thead>
        <tr>
          <th scope="col">{t('what')}</th>
          <th scope="col" className="kept-number">
            {t('size')}
          </th>
          <th scope="col">{t('lastUse')}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {props.things.map((thing) => (
          <tr key={thing.name}>
            <th scope="row">
              {thing.name}
              <span className="small dim">{thing.about}</span>
            </th>
            <td className="kept-number">{bytesText(thing.bytes)}</td>
            <td>{thing.at === null ? '–' : when.format(thing.at)}</td>
            <td>
              <Button
                className="button"
                aria-label={t('removeNamed', { name: thing.name })}
                isDisabled={thing.remove === null}
                onPress={() => void props.onRemove(thing)}
              >
                {t('remove')}
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
