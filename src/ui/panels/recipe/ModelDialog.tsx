// Choose the base model: the embedded one, or files dropped or picked: a GGUF file, a folder of safetensors. What they are the engine
// says; they stay where they are, only the parts that are needed are read.
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { FileDrop } from '../../parts/FileDrop.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { bytesText, countText } from '../../texts/numbers.ts';
import { HubPart } from './HubPart.tsx';

function Opened() {
  const { t, language } = useTexts();
  const summary = usePageState((state) => state.model.summary);
  if (summary === null) return null;
  const { title, name, storedAs, bytes, layers, parameters, unused } = summary;
  return (
    <p>
      <span className="strong">{title}</span>{' '}
      <span className="dim">
        {t('model.facts', {
          name,
          type: storedAs,
          size: bytesText(bytes),
          layers,
          parameters: countText(parameters, language),
        })}
        {unused.length > 0 && ` ${t('model.unused', { names: unused.join(', ') })}`}
      </span>
    </p>
  );
}

function ModelBody({ close }: { readonly close: () => void }) {
  const { t, say } = useTexts();
  const actions = useActions();
  const reading = usePageState((state) => state.model.reading);
  const failure = usePageState((state) => state.model.failure);
  const own = usePageState((state) => state.recipe.model);
  return (
    <>
      <p className="dim">{t('model.intro')}</p>
      <Opened />
      <FileDrop
        label={t('model.drop')}
        busy={reading ? t('model.reading') : null}
        choose={t('model.choose')}
        chooseFolder={t('model.chooseFolder')}
        accept={['.gguf', '.safetensors', '.json', '.jinja']}
        multiple
        onFiles={actions.openModel}
      />
      {failure !== null && (
        <p className="is-cut" role="alert">
          {say(failure.message)} {say(failure.remedy)}
        </p>
      )}
      <HubPart />
      <div className="dialog-actions">
        {own !== undefined && (
          <Button className="button" onPress={actions.useEmbeddedModel}>
            {t('model.useEmbedded')}
          </Button>
        )}
        <Button className="button" onPress={close}>
          {t('data.cancel')}
        </Button>
      </div>
    </>
  );
}

export function ModelDialog() {
  const { t } = useTexts();
  const actions = useActions();
  const open = usePageState((state) => state.dialog === 'model');
  const close = (): void => actions.openDialog(null);
  return (
    <Sheet title={t('model.title')} wide open={open} onClose={close}>
      <ModelBody close={close} />
    </Sheet>
  );
}
