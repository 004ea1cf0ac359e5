// The page's recipe beside that of another link: only what differs.
import { useEffect, useState } from 'react';
import type { ComparedRecipe, RecipePart } from '../../../engine/index.ts';
import { comparedOf, differencesOf, pythonLabel, settingOf } from '../../../engine/index.ts';
import { usePage, usePageState } from '../../PageContext.tsx';
import { Scroll } from '../../parts/Scroll.tsx';
import type { LinksText } from './linksTexts.ts';
import { useLinksTexts } from './linksTexts.ts';

function partWords(r: LinksText, recipe: ComparedRecipe, part: RecipePart): string {
  switch (part) {
    case 'preset':
      return recipe.preset;
    case 'model':
      return recipe.model?.name ?? r('embedded');
    case 'adapter':
      return recipe.adapter?.name ?? r('none');
    case 'rows':
      return recipe.rowsName ?? r('preset');
    case 'template':
      return r(recipe.chatTemplate === undefined ? 'none' : 'own');
    case 'script':
      return r(recipe.program === undefined ? 'none' : 'own');
    case 'changes':
      return (
        recipe.changes
          ?.map(({ step, key, before }) => `${step}: ${pythonLabel(settingOf(key).python)} ${before}`)
          .join(' · ') ?? r('none')
      );
    case 'questions':
      return recipe.prompts?.join(' · ') ?? r('preset');
  }
}

/** Lines of the table: what, on this page, in the other link. */
function differingLines(
  r: LinksText,
  here: ComparedRecipe,
  there: ComparedRecipe,
): readonly (readonly [name: string, here: string, there: string])[] {
  const { parts, settings } = differencesOf([here, there]);
  return [
    ...parts.map((part) => [r(part), partWords(r, here, part), partWords(r, there, part)] as const),
    ...settings.map(
      (key) =>
        [pythonLabel(settingOf(key).python), String(here.values[key]), String(there.values[key])] as const,
    ),
  ];
}

export function CompareLinks() {
  const r = useLinksTexts();
  const { ports } = usePage();
  const recipe = usePageState((state) => state.recipe);
  const presets = usePageState((state) => state.presets);
  const [text, setText] = useState('');
  const [other, setOther] = useState<ComparedRecipe | null>(null);
  const hash = /#(v=.*)$/s.exec(text.trim())?.[1] ?? null;
  useEffect(() => {
    let left = false;
    setOther(null);
    if (hash !== null)
      void ports.openLink(`#${hash}`, presets).then((opened) => !left && setOther(comparedOf(opened.recipe)));
    return () => {
      left = true;
    };
  }, [ports, presets, hash]);
  const lines = other === null ? [] : differingLines(r, comparedOf(recipe), other);
  return (
    <section className="share-part" aria-label={r('compare')}>
      <h3>{r('compare')}</h3>
      <input
        className="field mono"
        aria-label={r('other')}
        placeholder="https://…#v=1&preset=…"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <div role="status">
        {text.trim() !== '' && hash === null && <p className="is-cut">{r('notLink')}</p>}
        {other !== null && lines.length === 0 && <p>{r('same')}</p>}
      </div>
      {lines.length > 0 && (
        <Scroll className="share-compare" label={r('compare')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{r('differs')}</th>
                <th scope="col">{r('here')}</th>
                <th scope="col">{r('there')}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map(([name, here, there]) => (
                <tr key={name}>
                  <th scope="row" className="mono">
                    {name}
                  </th>
                  <td className="mono">{here}</td>
                  <td className="mono">{there}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}
