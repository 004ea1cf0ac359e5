// Arranges the panels for the three widths and opens dialogs and sheets. It computes nothing.
import { useState } from 'react';
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
import { ShareDialog } from './panels/share/ShareDialog.tsx';
import { Later } from './parts/Later.tsx';
import { Sheet } from './parts/Sheet.tsx';

const loadGuide = async () => {
  // Its text too, so that a dialog without one never opens.
  const [guide] = await Promise.all([import('./panels/guide/GuideDialog.tsx'), guideChapters()]);
  return guide.GuideDialog;
};
const loadRows = async () => (await import('./panels/rows/RowsDialog.tsx')).RowsDialog;
const loadTemplate = async () => (await import('./panels/rows/TemplateDialog.tsx')).TemplateDialog;
const loadPaste = async () => (await import('./panels/reading/PasteDialog.tsx')).PasteDialog;
const loadScript = async () => (await import('./panels/script/ScriptDialog.tsx')).ScriptDialog;

const loadDevice = async () => (await import('./panels/device/DeviceDialog.tsx')).DeviceDialog;
const loadKeys = async () => (await import('./panels/bar/KeysDialog.tsx')).KeysDialog;
const loadAdapter = async () => (await import('./panels/recipe/AdapterDialog.tsx')).AdapterDialog;
const loadModel = async () => (await import('./panels/model/ModelDialog.tsx')).ModelDialog;
const loadStorage = async () => (await import('./panels/storage/StorageDialog.tsx')).StorageDialog;

export function App() {
  const { t } = useTexts();
  const actions = useActions();
  const width = useWidth();
  const sheet = usePageState((state) => state.sheet);
  const dialog = usePageState((state) => state.dialog);
  const [tab, setTab] = useState('result');
  const openParameters = (): void => {
    if (width === 'middle') setTab('parameters');
    if (width === 'narrow') actions.openSheet('parameters');
  };
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
          <aside className="column column-recipe" aria-label={t('recipe.title')}>
            <Recipe />
          </aside>
        )}
        {width === 'middle' ? (
          <Tabs className="middle-tabs" selectedKey={tab} onSelectionChange={(key) => setTab(String(key))}>
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
      <ShareDialog />
      {dialog === 'data' && <Later load={loadRows} />}
      {dialog === 'template' && <Later load={loadTemplate} />}
      {dialog === 'guide' && <Later load={loadGuide} />}
      {dialog === 'paste' && <Later load={loadPaste} />}
      {dialog === 'adapter' && <Later load={loadAdapter} />}
      {dialog === 'device' && <Later load={loadDevice} />}
      {dialog === 'keys' && <Later load={loadKeys} />}
      {dialog === 'model' && <Later load={loadModel} />}
      {dialog === 'storage' && <Later load={loadStorage} />}
      {dialog === 'script' && <Later load={loadScript} />}
      {width === 'narrow' && (
        <>
          <Sheet title={t('recipe.title')} open={sheet === 'recipe'} onClose={() => actions.openSheet(null)}>
            <Recipe />
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
