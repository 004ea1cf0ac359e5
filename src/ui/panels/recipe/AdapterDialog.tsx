// Choose the adapter that the run starts from: a fresh one, or PEFT's files, their folder, or a zip of it. Whether it fits the engine
// says.
import type { ComponentProps } from 'react';
import { Button, DropZone, FileTrigger } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { countText } from '../../texts/numbers.ts';

type Dropped = Parameters<NonNullable<ComponentProps<typeof DropZone>['onDrop']>>[0];

/** Files of a drop, those of dropped folders too. */
async function droppedFiles({ items }: Dropped): Promise<File[]> {
  const files: File[] = [];
  for (const item of items) {
    if (item.kind === 'file') files.push(await item.getFile());
    if (item.kind === 'directory')
      for await (const entry of item.getEntries())
        if (entry.kind === 'file') files.push(await entry.getFile());
  }
  return files;
}

function AdapterBody({ close }: { readonly close: () => void }) {
  const { t, language } = useTexts();
  const actions = useActions();
  const { reading, failure, summary } = usePageState((state) => state.adapter);
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
      <DropZone
        className="drop"
        aria-label={t('adapter.drop')}
        getDropOperation={() => 'copy'}
        onDrop={(event) => void droppedFiles(event).then(actions.openAdapter)}
      >
        <span>{reading ? t('adapter.reading') : t('adapter.drop')}</span>
        <FileTrigger
          allowsMultiple
          acceptedFileTypes={['.zip', '.json', '.safetensors', '.bin']}
          onSelect={(files) => actions.openAdapter([...(files ?? [])])}
        >
          <Button className="button">{t('adapter.choose')}</Button>
        </FileTrigger>
      </DropZone>
      {failure !== null && (
        <p className="is-cut" role="alert">
          {failure.message}
        </p>
      )}
      <div className="dialog-actions">
        {own !== undefined && (
          <Button className="button" onPress={actions.useFreshAdapter}>
            {t('adapter.useFresh')}
          </Button>
        )}
        <Button className="button" onPress={close}>
          {t('data.cancel')}
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
