// The charts as a picture file. What draws it is fetched when it is asked for.
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { usePage, useTexts } from '../../PageContext.tsx';
import { saveBlob } from '../../parts/saveFile.ts';
import { figureText } from '../../texts/numbers.ts';
import { changeMarks } from './changeMarks.ts';
import type { ImageLook } from './chartImage.ts';
import { curveSteps } from './curveSteps.ts';
import { gradNormSeries, learningRateSeries, lossSeries } from './series.ts';

/** Colours of the page as it looks now. */
function colours(): ImageLook['colours'] {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return {
    paper: of('--panel'),
    ink: of('--ink'),
    dim: of('--dim'),
    hairline: of('--hairline'),
    soft: of('--grad-soft'),
    strong: of('--grad'),
  };
}

export function SaveChart({ log, smooth }: { readonly log: boolean; readonly smooth: boolean }) {
  const { t } = useTexts();
  const { store } = usePage();
  const [failed, setFailed] = useState(false);

  async function save(kind: 'png' | 'svg'): Promise<void> {
    const { run } = store.getState();
    if (run === null || curveSteps(run).length === 0) return;
    setFailed(false);
    const image = await import('./chartImage.ts').catch(() => null);
    const steps = Math.max(run.start?.totalSteps ?? 0, run.steps.at(-1)?.step ?? 1);
    const look = {
      title: `LoRA Playground · ${run.recipe.preset}`,
      steps,
      marks: changeMarks(run.recipe),
      stepsLabel: t('charts.stepAxis', { step: steps }),
      value: figureText,
      colours: colours(),
    };
    const plain = { log: false, fromZero: false };
    const svg = image?.chartSvg(
      [
        { ...plain, title: t('charts.loss'), log, data: lossSeries(run, smooth) },
        { ...plain, title: t('charts.gradNorm'), data: gradNormSeries(run) },
        { ...plain, title: t('charts.learningRate'), fromZero: true, data: learningRateSeries(run) },
      ],
      look,
    );
    const blob =
      svg === undefined
        ? null
        : kind === 'svg'
          ? new Blob([svg], { type: 'image/svg+xml' })
          : ((await image?.pngOf(svg)) ?? null);
    if (blob === null) setFailed(true);
    else saveBlob(`lora-playground-charts.${kind}`, blob);
  }

  return (
    <>
      {(['png', 'svg'] as const).map((kind) => (
        <Button
          key={kind}
          className="button button-plain"
          aria-label={t('charts.imageTitle', { kind: kind.toUpperCase() })}
          onPress={() => void save(kind)}
        >
          {kind.toUpperCase()}
        </Button>
      ))}
      <span role="status" className="is-cut">
        {failed ? t('charts.imageFailed') : ''}
      </span>
    </>
  );
}
