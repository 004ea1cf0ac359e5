// The releases that the verdict holds for: why each, and another to try. What is offered is what the engine models.
import type { VersionUsed } from '../../../engine/index.ts';
import { stacks } from '../../../engine/index.ts';
import { useActions, usePageState } from '../../PageContext.tsx';
import { Picker } from '../../parts/Picker.tsx';
import type { ReadingText } from './readingTexts.ts';
import { useReadingTexts } from './readingTexts.ts';

/** `0.9.6` before `0.12.2`. */
const byRelease = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

const offered = (library: VersionUsed['library']): readonly string[] =>
  [...new Set(stacks.flatMap((stack) => stack[library] ?? []))].sort(byRelease).reverse();

function reason(r: ReadingText, used: VersionUsed, chosen: string | undefined): string {
  const { said, line, modelled } = used;
  const why =
    chosen !== undefined
      ? r('versions.chosen')
      : said === null
        ? r('versions.assumed')
        : line === null
          ? r('versions.saidAnywhere', { said })
          : r('versions.said', { said, line });
  return modelled === null ? why : `${why} · ${r('versions.modelled', { version: modelled })}`;
}

export function VersionsUsed({ versions }: { readonly versions: readonly VersionUsed[] }) {
  const r = useReadingTexts();
  const actions = useActions();
  const chosen = usePageState((state) => state.script.versions);
  if (versions.length === 0) return null;
  return (
    <section className="card" aria-label={r('versions.title')}>
      <h3 className="dim">{r('versions.title')}</h3>
      <ul className="versions">
        {versions.map((used) => {
          const { library, version } = used;
          const own = chosen[library];
          return (
            <li key={library} className={used.said === null && own === undefined ? 'version dim' : 'version'}>
              <code>{library}</code>
              <Picker
                label={r('versions.pick', { library })}
                value={own ?? ''}
                options={[
                  { value: '', label: own === undefined ? version : r('versions.asText') },
                  ...offered(library)
                    .filter((one) => one !== version || own !== undefined)
                    .map((one) => ({ value: one, label: one })),
                ]}
                onChange={(value) => actions.tryVersion(library, value === '' ? null : value)}
              />
              <span className="small dim">{reason(r, used, own)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
