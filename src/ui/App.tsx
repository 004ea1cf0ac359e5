// Arranges the panels for the three widths and opens dialogs and sheets. It computes nothing.
import type { ComponentType } from 'react';
import { useCallback, useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { guideChapters } from '../engine/index.ts';
import { useActions, usePageState, useTexts } from './PageContext.tsx';
import { Bar } from './panels/bar/Bar.tsx';
import { ResetDialog } from './panels/bar/ResetDialog.tsx';
import { useWidth } from './panels/bar/useWidth.ts';
import { Centre } from './panels/Centre.tsx';
import { LiveRegion } from './panels/notes/LiveRegion.tsx';
import { Parameters } from './panels/parameters/Parameters.tsx';
import { Recipe } from './panels/recipe/Recipe.tsx';
import { Later } from './parts/Later.tsx';
import { Sheet } from './parts/Sheet.tsx';
import type { DialogName } from './state/state.ts';

/** Dialogs that are fetched when they are opened. */
const loads: Readonly<Partial<Record<DialogName, () => Promise<ComponentType>>>> = {
  data: async () => (await import('./panels/rows/RowsDialog.tsx')).RowsDialog,
  template: async () => (await import('./panels/rows/TemplateDialog.tsx')).TemplateDialog,
  guide: async () => {
    // Its text too, so that a dialog without one never opens.
    const [guide] = await Promise.all([import('./panels/guide/GuideDialog.tsx'), guideChapters()]);
    return guide.GuideDialog;
  },
  paste: async () => (await import('./panels/reading/PasteDialog.tsx')).PasteDialog,
  adapter: async () => (await import('./panels/recipe/AdapterDialog.tsx')).AdapterDialog,
  device: async () => (await import('./panels/device/DeviceDialog.tsx')).DeviceDialog,
  keys: async () => (await import('./panels/bar/KeysDialog.tsx')).KeysDialog,
  model: async () => (await import('./panels/model/ModelDialog.tsx')).ModelDialog,
  runs: async () => (await import('./panels/runs/RunsDialog.tsx')).RunsDialog,
  storage: async () => (await import('./panels/storage/StorageDialog.tsx')).StorageDialog,
  share: async () => (await import('./panels/share/ShareDialog.tsx')).ShareDialog,
  tour: async () => (await import('./panels/tour/Tour.tsx')).Tour,
  push: async () => (await import('./panels/push/PushDialog.tsx')).PushDialog,
  deploy: async () => (await import('./panels/deploy/DeployDialog.tsx')).DeployDialog,
  opinion: async () => (await import('./panels/opinion/OpinionDialog.tsx')).OpinionDialog,
  script: async () => (await import('./panels/script/ScriptDialog.tsx')).ScriptDialog,
};

/** The dialog that is open: the page behind it is not drawn again for that. */
function Dialogs() {
  const dialog = usePageState((state) => state.dialog);
  const load = dialog === null ? undefined : loads[dialog];
  return load === undefined ? null : <Later key={dialog} load={load} />;
}

export function App() {
  const { t } = useTexts();
  const actions = useActions();
  const width = useWidth();
  const sheet = usePageState((state) => state.sheet);
  const readOnly = usePageState((state) => state.readOnly);
  const [tab, setTab] = useState('result');
  const openParameters = useCallback((): void => {
    if (width === 'middle') setTab('parameters');
    if (width === 'narrow') actions.openSheet('parameters');
  }, [actions, width]);
  return (
    <div className="page">
      <button
        type="button"
        className="unseen skip"
        onClick={() => document.getElementById('result')?.focus()}
      >
        {t('bar.skip')}
      </button>
      <Bar width={width} />
      <div className="columns">
        {width !== 'narrow' && (
          <aside className="column column-recipe" aria-label={t('recipe.title')} inert={readOnly}>
            <Recipe />
          </aside>
        )}
        {width === 'middle' ? (
          <main className="middle-tabs">
            <Tabs selectedKey={tab} onSelectionChange={(key) => setTab(String(key))}>
              <TabList className="tab-list" aria-label={t('bar.result')}>
                <Tab id="result" className="tab">
                  {t('bar.result')}
                </Tab>
                <Tab id="parameters" className="tab">
                  {t('bar.parameters')}
                </Tab>
              </TabList>
              <TabPanel id="result">
                <Centre width={width} onSelect={openParameters} />
              </TabPanel>
              <TabPanel id="parameters" className="middle-parameters">
                <Parameters />
              </TabPanel>
            </Tabs>
          </main>
        ) : (
          <Centre width={width} onSelect={openParameters} />
        )}
        {width === 'wide' && (
          <aside className="column column-parameters" aria-label={t('parameters.title')}>
            <Parameters />
          </aside>
        )}
      </div>
      <LiveRegion />
      <ResetDialog />
      <Dialogs />
      {width === 'narrow' && (
        <>
          <Sheet title={t('recipe.title')} open={sheet === 'recipe'} onClose={() => actions.openSheet(null)}>
            <div inert={readOnly}>
              <Recipe />
            </div>
          </Sheet>
          <Sheet
            title={t('parameters.title')}
            open={sheet === 'parameters'}
            onClose={() => actions.openSheet(null)}
          >
            <Parameters />
          </Sheet>
        </>
      )}
    </div>
  );
}
