// What one can start from, as cards with a line each: things to teach, and the two failures that bring people here.
import { memo } from 'react';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { offered } from '../../state/presetLanguage.ts';

export const PresetCards = memo(function PresetCards() {
  const { t, say } = useTexts();
  const actions = useActions();
  const all = usePageState((state) => state.presets);
  const chosen = usePageState((state) => state.recipe.preset);
  const language = usePageState((state) => state.language);
  const presets = offered(all, language, chosen);
  return (
    <section className="card presets" aria-labelledby="presets-title">
      <h2 id="presets-title">{t('first.startFrom')}</h2>
      <div className="preset-grid">
        {presets.map(({ id, title, line }) => (
          <button
            key={id}
            type="button"
            data-preset={id}
            className="preset-card"
            aria-pressed={id === chosen}
            onClick={() => actions.edit({ kind: 'preset', id })}
          >
            <strong>{say(title)}</strong>
            <span className="small dim">{say(line)}</span>
          </button>
        ))}
      </div>
    </section>
  );
});
