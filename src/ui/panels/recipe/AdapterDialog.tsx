// Choose the adapter that the run starts from: a fresh one, or PEFT's files, their folder, or a zip of it. Whether it fits the engine
// says.
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { FileDrop } from '../../parts/FileDrop.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { Tick } from '../../parts/Tick.tsx';
import { countText } from '../../texts/numbers.ts';

/** The opened adapters to choose among, where there are several. */
function OpenedAdapters() {
  const { t } = useTexts();
  const actions = useActions();
  const { opened, used } = usePageState((state) => state.adapter);
  if (opened.length < 2) return null;
  return (
    <fieldset className="opened-adapters">
      <legend className="dim">{t('adapter.together')}</legend>
      {opened.map((one, i) => (
        <Tick
          // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows, and names repeat.
          key={i}
          on={used.includes(one)}
          onChange={(on) =>
            actions.chooseAdapters(opened.filter((other) => (other === one ? on : used.includes(other))))
          }
        >
          {one.name}
        </Tick>
      ))}
    </fieldset>
  );
}

function AdapterBody({ close }: { readonly close: () => void }) {
  const { t, say, language } = useTexts();
  const actions = useActions();
  const { opened, reading, failure, summary } = usePageState((state) => state.adapter);
  const own = usePageState((state) => state.recipe.adapter);
  return (
    <>
      <p className="dim">{t('adapter.intro')}</p>
      {summary !== null && (
        <p>
          <span className="strong">{summary.name}</span>{' '}
          <span className="dim">
            {t('adapter.facts', {
              base: summary.base,
              modules: summary.modules,
              parameters: countText(summary.parameters, language),
            })}
          </span>
        </p>
      )}
      <OpenedAdapters />
      <FileDrop
        label={t('adapter.drop')}
        busy={reading ? t('adapter.reading') : null}
        choose={t('adapter.choose')}
        accept={['.zip', '.json', '.safetensors', '.bin']}
        multiple
        onFiles={actions.openAdapter}
      />
      {failure !== null && (
        <p className="is-cut" role="alert">
          {say(failure.message)} {say(failure.remedy)}
        </p>
      )}
      <div className="dialog-actions">
        {own !== undefined && (
          <Button className="button" onPress={actions.useFreshAdapter}>
            {t('adapter.useFresh')}
          </Button>
        )}
        <Button className="button" onPress={close}>
          {t(opened.length > 1 ? 'adapter.done' : 'data.cancel')}
        </Button>
      </div>
    </>
  );
}

export function AdapterDialog() {
  const { t } = useTexts();
  const actions = useActions();
  const open = usePageState((state) => state.dialog === 'adapter');
  const close = (): void => actions.openDialog(null);
  return (
    <Sheet title={t('adapter.title')} wide open={open} onClose={close}>
      <AdapterBody close={close} />
    </Sheet>
  );
}
