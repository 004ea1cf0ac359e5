// Finds a model: by its name or address, by words the hub is searched for, or in the list to begin with. The hub is asked when a button is
// pressed; after that words are searched as they are typed.
import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import type { CuratedModel } from '../../../engine/index.ts';
import { curatedModels } from '../../../engine/index.ts';
import type { FoundModel } from '../../../engine/protocol.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { bytesText } from '../../texts/numbers.ts';
import { useModelTexts } from './modelTexts.ts';

/** Rest in typing after which the hub is searched. */
const REST_MS = 400;

/** `134515008` → `135M`, as such models are called. */
const sizeText = (parameters: number, language: string): string =>
  new Intl.NumberFormat(language, { notation: 'compact', maximumSignificantDigits: 3 }).format(parameters);

/** Words, not the name of a repository or an address. */
const isWords = (text: string): boolean => text.trim() !== '' && !text.includes('/');

function CuratedRow({ model }: { readonly model: CuratedModel }) {
  const { language } = useTexts();
  const m = useModelTexts();
  const actions = useActions();
  const kept = usePageState(
    (state) =>
      state.hub.kept?.models.some((one) => one.whole && (one.id === model.id || one.id === model.gguf)) ??
      false,
  );
  const { id, gguf, parameters, licence, gated } = model;
  return (
    <li className="hub-row">
      <Button className="button button-plain hub-name mono" onPress={() => actions.lookAtHub(id)}>
        {id}
      </Button>
      <span className="small dim">
        {[
          m('parameters', { parameters: sizeText(parameters, language) }),
          m('about', { size: bytesText(2 * parameters) }),
          licence,
        ].join(' · ')}
        {gated && <span className="hub-badge is-wanted">{m('gated')}</span>}
        {kept && <span className="hub-badge">{m('here')}</span>}
      </span>
      <Button
        className="button button-plain small"
        aria-label={`${id}: ${m('gguf')}`}
        onPress={() => actions.lookAtHub(gguf)}
      >
        {m('gguf')}
      </Button>
    </li>
  );
}

function FoundRow({ model }: { readonly model: FoundModel }) {
  const { language } = useTexts();
  const m = useModelTexts();
  const actions = useActions();
  const { id, parameters, licence, gated, modelType } = model;
  const facts = [
    ...(parameters === null ? [] : [m('parameters', { parameters: sizeText(parameters, language) })]),
    ...(modelType === null ? [] : [modelType]),
    ...(licence === null ? [] : [licence]),
  ];
  return (
    <li className="hub-row">
      <Button className="button button-plain hub-name mono" onPress={() => actions.lookAtHub(id)}>
        {id}
      </Button>
      <span className="small dim">
        {facts.join(' · ')}
        {gated && <span className="hub-badge is-wanted">{m('gated')}</span>}
      </span>
    </li>
  );
}

export function HubFind({ host }: { readonly host: string }) {
  const m = useModelTexts();
  const actions = useActions();
  const found = usePageState((state) => state.hub.found);
  const searching = usePageState((state) => state.hub.searching);
  const [text, setText] = useState('');
  const [asked, setAsked] = useState(false);
  const words = isWords(text);
  useEffect(() => {
    if (!asked || !words) return;
    const timer = setTimeout(() => actions.searchHub(text.trim()), REST_MS);
    return () => clearTimeout(timer);
  }, [actions, asked, words, text]);
  return (
    <>
      <form
        className="hub-setting"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() === '') return;
          setAsked(true);
          // Words are searched by the rest in typing; those that were already are searched at once.
          if (!words) actions.lookAtHub(text.trim());
          else if (asked) actions.searchHub(text.trim());
        }}
      >
        <label htmlFor="hub-wish">{m('field')}</label>
        <input
          id="hub-wish"
          className="field mono"
          placeholder="owner/name"
          autoComplete="off"
          spellCheck={false}
          aria-describedby="hub-wish-help"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <Button className="button button-main" type="submit">
          {m(words ? 'search' : 'look')}
        </Button>
        <p id="hub-wish-help" className="small dim">
          {m('fieldHelp')} {m(asked ? 'asked' : 'quiet', { host })}
        </p>
      </form>
      <p className="unseen" role="status">
        {searching ? m('searching') : ''}
      </p>
      {found !== null && words && asked ? (
        <section aria-label={m('found')}>
          <h3>{m('found')}</h3>
          {found.length === 0 && <p>{m('nothingFound')}</p>}
          <ul className="hub-list" aria-busy={searching}>
            {found.map((model) => (
              <FoundRow key={model.id} model={model} />
            ))}
          </ul>
        </section>
      ) : (
        <section aria-label={m('curated')}>
          <h3>{m('curated')}</h3>
          <ul className="hub-list">
            {curatedModels.map((model) => (
              <CuratedRow key={model.id} model={model} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
