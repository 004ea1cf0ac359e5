// The centre column: strip, then what matters now: notes, failure, the run, or what a run would do.
import type { ComponentType } from 'react';
import { lazy, memo, Suspense, useDeferredValue, useEffect, useRef } from 'react';
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../PageContext.tsx';
import { isStale } from '../state/runStatus.ts';
import { Answers } from './answers/Answers.tsx';
import { Progress } from './bar/Bar.tsx';
import type { Width } from './bar/useWidth.ts';
import { Before } from './before/Before.tsx';
import { Charts } from './charts/Charts.tsx';
import { Failure, RunDiagnosis } from './failure/Failure.tsx';
import { Doors } from './first/Doors.tsx';
import { PresetCards } from './first/PresetCards.tsx';
import {
  ChangesNote,
  CpuBanner,
  EngineError,
  LinkNotes,
  ReproductionNote,
  StaleNote,
  Warnings,
} from './notes/Notes.tsx';
import { ElsewhereNote, SavedNote, UnkeptNote, UnsavedNote } from './notes/SavedNote.tsx';
import { Strip } from './strip/Strip.tsx';
import { TakeHome } from './takeHome/TakeHome.tsx';
import { useKeptFocus } from './useKeptFocus.ts';

/**
 * A preset that is chosen while the page is scrolled down is shown from its top: what it is, and whether it trains. So is a recipe that was mended:
 * the strip is blue now, and the card that was pressed is gone.
 */
function useShownTop(bad: boolean): void {
  const preset = usePageState((state) => state.recipe.preset);
  const shown = useRef({ preset, bad });
  useEffect(() => {
    const { current } = shown;
    const changed = current.preset !== preset || (current.bad && !bad);
    shown.current = { preset, bad };
    if (changed && window.scrollY > 0) window.scrollTo({ top: 0 });
  }, [preset, bad]);
}

/** Where it can't be fetched, the form says of each setting that the script decides. */
const ProgramNote = lazy(async (): Promise<{ default: ComponentType }> => {
  try {
    return { default: (await import('./reading/ProgramNote.tsx')).ProgramNote };
  } catch {
    return { default: () => null };
  }
});

/** Where it can't be fetched, the newer version is taken when all tabs of this one are closed. */
const NewerNote = lazy(async (): Promise<{ default: ComponentType }> => {
  try {
    return { default: (await import('./storage/NewerNote.tsx')).NewerNote };
  } catch {
    return { default: () => null };
  }
});

export const Centre = memo(function Centre({
  width,
  onSelect,
}: {
  readonly width: Width;
  readonly onSelect: () => void;
}) {
  const { t } = useTexts();
  const actions = useActions();
  const outcome = usePageState((state) => state.inspection?.outcome ?? null);
  const broken = usePageState((state) => state.inspectFailure);
  const unopened = usePageState((state) => state.openFailure);
  const failure = usePageState((state) => state.run?.failure ?? null);
  const hasProgram = usePageState((state) => state.recipe.program !== undefined);
  const newer = usePageState((state) => state.newer);
  const stale = usePageState(isStale);
  const hasRun = usePageState((state) => state.run !== null && state.run.phase !== 'failed');
  const hasSteps = usePageState((state) => (state.run?.steps.length ?? 0) > 0);
  const bad = (outcome?.kind === 'raises' || outcome?.kind === 'silent') && broken === null;
  const found = usePageState((state) => state.run?.diagnosis?.id ?? null);
  // What Python raises, and a loss that is no number, is explained by the doctor below; everything else is told as the engine says it.
  const explained =
    (failure?.raisedBy === 'python' && bad) || (failure?.error.code === 'nan-loss' && found !== null);
  const engineFailed = failure !== null && !stale && !explained;
  // Charts and answers come into being after the press that starts a run has been answered.
  const showsRun = useDeferredValue((hasRun || hasSteps) && !(bad && !hasSteps));
  const first = !showsRun && !bad && broken === null;
  useShownTop(bad);
  const focus = useKeptFocus('result', `${showsRun} ${bad} ${first}`);
  // Between the tabs it is a part of what is main.
  const Root = width === 'middle' ? 'div' : 'main';
  return (
    <Root className="centre" id="result" tabIndex={-1} {...focus}>
      {width === 'narrow' && hasRun && <Progress />}
      {newer && (
        <Suspense fallback={null}>
          <NewerNote />
        </Suspense>
      )}
      {!first && <CpuBanner />}
      <LinkNotes />
      <SavedNote />
      {first && <Doors />}
      <Strip onSelect={onSelect} />
      {hasProgram && (
        <Suspense fallback={null}>
          <ProgramNote />
        </Suspense>
      )}
      {unopened !== null && <EngineError error={unopened} title={t('failure.unopened')} />}
      {broken !== null && <EngineError error={broken} title={t('failure.recipeBroken')} />}
      {engineFailed && <EngineError error={failure.error} title={t('failure.engine')} />}
      {bad && <Failure outcome={outcome} />}
      {(bad || broken !== null) && !hasRun && !hasSteps && <PresetCards />}
      <ReproductionNote />
      <StaleNote />
      <ChangesNote />
      {showsRun ? (
        <>
          <Answers />
          <Charts />
          <TakeHome />
          <Warnings />
        </>
      ) : (
        first && (
          <>
            <Before />
            <CpuBanner />
          </>
        )
      )}
      {width === 'narrow' && (
        <nav className="card narrow-doors" aria-label={t('bar.menu')}>
          <Button data-part="recipe" className="button" onPress={() => actions.openSheet('recipe')}>
            {t('bar.recipe')}
          </Button>
          <Button data-part="parameters" className="button" onPress={() => actions.openSheet('parameters')}>
            {t('bar.parameters')}
          </Button>
          <Button data-part="script" className="button" onPress={() => actions.openDialog('script')}>
            {t('bar.script')}
          </Button>
          <Button
            data-part="paste"
            className="button"
            aria-label={t('paste.open')}
            onPress={actions.openPaste}
          >
            {t('paste.short')}
          </Button>
        </nav>
      )}
      <div className="notices">
        <ElsewhereNote />
        <UnsavedNote />
        <UnkeptNote />
        <RunDiagnosis />
      </div>
    </Root>
  );
});
