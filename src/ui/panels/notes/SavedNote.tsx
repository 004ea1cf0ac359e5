// A run that an earlier visit left unfinished or a file holds: go on with it, or let it go. A run on a model file needs that file again.
// And a run that can't be saved: why, and its download.
import { Button, FileTrigger } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { OpenAgain } from '../../parts/OpenAgain.tsx';
import { isBusy } from '../../state/runStatus.ts';
import { moveOf } from './deviceClass.ts';
import { EngineError } from './Notes.tsx';

/** What the page calls a preset; one that it does not know by its name in links. */
function usePresetName(id: string | undefined): string {
  const { say } = useTexts();
  const title = usePageState(({ presets }) => presets.find((preset) => preset.id === id)?.title);
  return title === undefined ? (id ?? '') : say(title);
}

export function SavedNote() {
  const { t } = useTexts();
  const actions = useActions();
  const saved = usePageState((state) => (isBusy(state.run) ? null : state.saved));
  const refusal = usePageState((state) => state.savedRefusal);
  const opened = usePageState((state) => state.model.summary?.digest);
  const device = usePageState((state) => state.device);
  const preset = usePresetName(saved?.recipe.preset);
  if (refusal !== null)
    return (
      <>
        <EngineError error={refusal.error} title={t('saved.title')} />
        <div className="dialog-actions">
          <Button className="button" onPress={actions.discardSaved}>
            {t(refusal.from === 'file' ? 'saved.close' : 'saved.discard')}
          </Button>
        </div>
      </>
    );
  if (saved === null) return null;
  const { step, totalSteps, recipe } = saved;
  const needs = recipe.model !== undefined && recipe.model.digest !== opened ? recipe.model.name : null;
  const move = moveOf(saved.device, device);
  return (
    <section className="card note" aria-label={t('saved.title')}>
      <div>
        <h2>{t(step < totalSteps ? 'saved.title' : 'saved.endedTitle')}</h2>
        <p>
          {t(step < totalSteps ? 'saved.text' : 'saved.ended', {
            step,
            total: totalSteps,
            preset,
          })}
        </p>
        {move !== null && <p className="small dim">{t('saved.moves', move)}</p>}
        {needs !== null && <p>{t('saved.needs', { name: needs })}</p>}
        <div className="dialog-actions">
          {needs === null ? (
            <Button className="button button-main" onPress={actions.resumeSaved}>
              {t('saved.resume')}
            </Button>
          ) : (
            <>
              {recipe.model !== undefined && (
                <OpenAgain digest={recipe.model.digest} onFiles={actions.openModel} />
              )}
              <Button className="button" onPress={() => actions.openDialog('model')}>
                {t('model.choose')}
              </Button>
            </>
          )}
          <Button className="button" onPress={actions.discardSaved}>
            {t('saved.discard')}
          </Button>
        </div>
      </div>
    </section>
  );
}

/** The run of another tab: what is trained here meanwhile is saved when that one has ended or is closed, and then its run can go on here. */
export function ElsewhereNote() {
  const { t } = useTexts();
  const other = usePageState((state) => state.elsewhere);
  const preset = usePresetName(other?.preset);
  if (other === null) return null;
  const { step, total, works } = other;
  return (
    <section className="card note" aria-label={t('elsewhere.title')}>
      <div>
        <h2>{t('elsewhere.title')}</h2>
        <p>{t(works ? 'elsewhere.works' : 'elsewhere.rests', { preset, step, total })}</p>
        <p className="small dim">{t('elsewhere.meanwhile')}</p>
      </div>
    </section>
  );
}

/** Why the run can't be saved as things stand, with the run as a download. */
export function UnsavedNote() {
  const { t } = useTexts();
  const error = usePageState((state) => state.run?.unsaved ?? null);
  return error === null ? null : <EngineError error={error} title={t('run.unsaved')} />;
}

/** A run that another one took the place of and that could not be kept: its last copy, to download or to let go. */
export function UnkeptNote() {
  const { t } = useTexts();
  const actions = useActions();
  const error = usePageState((state) => state.runs.unkept?.error ?? null);
  if (error === null) return null;
  return (
    <>
      <EngineError error={error} title={t('run.unkept')} />
      <div className="dialog-actions">
        <Button className="button" onPress={() => void actions.saveUnkept()}>
          {t('run.unkeptTake')}
        </Button>
        <Button className="button" onPress={actions.forgetUnkept}>
          {t('run.unkeptLeave')}
        </Button>
      </div>
    </>
  );
}

/** Picks a run that was downloaded, here or elsewhere. */
export function OpenRun() {
  const { t } = useTexts();
  const actions = useActions();
  return (
    <FileTrigger
      acceptedFileTypes={['.lora-run']}
      onSelect={(files) => {
        const [file] = files ?? [];
        if (file !== undefined) actions.openRun(file);
      }}
    >
      <Button data-part="open-run" className="button">
        {t('saved.open')}
      </Button>
    </FileTrigger>
  );
}
