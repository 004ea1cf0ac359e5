// What a run leaves, as downloads: the adapter, the merged model, the log. The engine writes the files.
import { Button } from 'react-aria-components';
import type { ExportFormat, FloatType } from '../../../engine/protocol.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';

interface Download {
  readonly label: `takeHome.${string}`;
  readonly format: ExportFormat;
  readonly dtype?: FloatType;
}

const groups = [
  {
    title: 'takeHome.adapter',
    downloads: [
      { label: 'takeHome.peft', format: 'peft' },
      { label: 'takeHome.gguf', format: 'gguf' },
      { label: 'takeHome.mlx', format: 'mlx' },
    ],
  },
  {
    title: 'takeHome.merged',
    downloads: [
      { label: 'takeHome.mergedHalf', format: 'merged', dtype: 'float16' },
      { label: 'takeHome.mergedBfloat', format: 'merged', dtype: 'bfloat16' },
      { label: 'takeHome.mergedGguf', format: 'merged-gguf', dtype: 'float16' },
    ],
  },
  {
    title: 'takeHome.web',
    downloads: [
      { label: 'takeHome.webPacked', format: 'web-q4' },
      { label: 'takeHome.webHalf', format: 'web-f16' },
      { label: 'takeHome.webWhole', format: 'web-f32' },
    ],
  },
  { title: 'takeHome.log', downloads: [{ label: 'takeHome.logFiles', format: 'log' }] },
] as const satisfies readonly {
  readonly title: `takeHome.${string}`;
  readonly downloads: readonly Download[];
}[];

export function TakeHome() {
  const { t } = useTexts();
  const actions = useActions();
  const ready = usePageState(
    ({ run }) => (run?.phase === 'finished' || run?.phase === 'paused') && run.steps.length > 0,
  );
  const unfinished = usePageState(({ run }) => run?.phase === 'paused');
  const recipe = usePageState(({ run }) => run?.recipe ?? null);
  if (!ready) return null;
  return (
    <section className="card take-home" aria-label={t('takeHome.title')}>
      <h2>{t('takeHome.title')}</h2>
      <p className="dim">{t('takeHome.text')}</p>
      {groups.map(({ title, downloads }) => (
        <fieldset key={title} className="take-home-group">
          <legend>{t(title)}</legend>
          {downloads.map((download) => (
            <Button
              key={download.label}
              className={download.format === 'peft' ? 'button button-main' : 'button'}
              onPress={() =>
                actions.takeHome(download.format, 'dtype' in download ? download.dtype : undefined)
              }
            >
              {t(download.label)}
            </Button>
          ))}
        </fieldset>
      ))}
      <fieldset className="take-home-group">
        <legend>{t('takeHome.python')}</legend>
        <Button className="button" onPress={() => recipe && actions.takeBundle(recipe)}>
          {t('script.bundle')}
        </Button>
      </fieldset>
      <fieldset className="take-home-group">
        <legend>{t('takeHome.hub')}</legend>
        <Button className="button" onPress={() => actions.openDialog('push')}>
          {t('takeHome.push')}
        </Button>
      </fieldset>
      <fieldset className="take-home-group">
        <legend>{t('takeHome.own')}</legend>
        <Button className="button" onPress={() => actions.openDialog('deploy')}>
          {t('takeHome.deploy')}
        </Button>
      </fieldset>
      <fieldset className="take-home-group">
        <legend>{t('takeHome.held')}</legend>
        <Button className="button" onPress={() => actions.openDialog('opinion')}>
          {t('takeHome.opinion')}
        </Button>
      </fieldset>
      {unfinished && (
        <fieldset className="take-home-group">
          <legend>{t('takeHome.run')}</legend>
          <Button className="button" onPress={actions.takeRun}>
            {t('takeHome.runFile')}
          </Button>
        </fieldset>
      )}
    </section>
  );
}
