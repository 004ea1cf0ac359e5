// The kept runs: the table, what is done with those that are ticked, and their comparison. What is kept, and when, is the engine's.
import { useEffect, useState } from 'react';
import { Button, FileTrigger, Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { bytesText } from '../../texts/numbers.ts';
import { CompareRuns } from './CompareRuns.tsx';
import { QueuePart } from './QueuePart.tsx';
import { RowLosses } from './RowLosses.tsx';
import { RunsTable } from './RunsTable.tsx';
import { useRunsTexts } from './runsTexts.ts';
import '../../styles/runs.css';

function Chosen({ ids }: { readonly ids: readonly string[] }) {
  const t = useRunsTexts();
  const actions = useActions();
  const [asking, setAsking] = useState(false);
  const count = ids.length;
  if (asking && count > 0)
    return (
      <>
        <span role="status">{t('removeSure', { count })}</span>
        <Button
          className="button"
          onPress={() => {
            setAsking(false);
            actions.removeRuns(ids);
          }}
        >
          {t('removeYes')}
        </Button>
        <Button className="button" onPress={() => setAsking(false)}>
          {t('removeNo')}
        </Button>
      </>
    );
  return (
    <>
      <Button className="button" isDisabled={count === 0} onPress={() => actions.saveRuns(ids)}>
        {t('exportChosen', { count })}
      </Button>
      <Button className="button" isDisabled={count === 0} onPress={() => setAsking(true)}>
        {t('removeChosen', { count })}
      </Button>
    </>
  );
}

function RunsBody() {
  const t = useRunsTexts();
  const { say } = useTexts();
  const actions = useActions();
  const { listed, lasts, roomBytes, failure } = usePageState((state) => state.runs);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => actions.listRuns(), [actions]);
  if (listed === null) return <p role="status">{failure === null ? t('looking') : say(failure.message)}</p>;
  const chosen = listed.filter(({ id }) => ticked.has(id));
  const size = bytesText(listed.reduce((sum, { bytes }) => sum + bytes, 0));
  const choose = (id: string, on: boolean): void => {
    const next = new Set(ticked);
    if (on) next.add(id);
    else next.delete(id);
    setTicked(next);
  };
  return (
    <>
      <p className="dim">{t('intro')}</p>
      {!lasts && <p className="is-cut">{t('gone')}</p>}
      {listed.length === 0 ? (
        <p>{t('none')}</p>
      ) : (
        <RunsTable runs={listed} chosen={ticked} onChoose={choose} />
      )}
      <div className="run-actions">
        {listed.length > 1 && (
          <Button
            className="button button-plain"
            onPress={() => setTicked(chosen.length > 0 ? new Set() : new Set(listed.map(({ id }) => id)))}
          >
            {t(chosen.length > 0 ? 'chooseNone' : 'chooseAll')}
          </Button>
        )}
        {listed.length > 0 && <Chosen ids={chosen.map(({ id }) => id)} />}
        <FileTrigger
          acceptedFileTypes={['.lora-run', '.zip']}
          onSelect={(files) => {
            const [file] = files ?? [];
            if (file !== undefined) actions.bringRuns(file);
          }}
        >
          <Button className="button">{t('bring')}</Button>
        </FileTrigger>
        {listed.length > 0 && (
          <span className="dim">
            {roomBytes === null ? t('usedAlone', { size }) : t('used', { size, room: bytesText(roomBytes) })}
          </span>
        )}
      </div>
      {failure !== null && (
        <p className="is-cut" role="alert">
          {say(failure.message)} {say(failure.remedy)}
        </p>
      )}
      {listed.length > 0 && <CompareRuns chosen={chosen} />}
    </>
  );
}

const tabs = ['kept', 'queue', 'rows'] as const;

export function RunsDialog() {
  const t = useRunsTexts();
  const actions = useActions();
  const tab = usePageState((state) => state.runs.tab);
  return (
    <Sheet title={t('title')} wide open onClose={() => actions.openDialog(null)}>
      <Tabs
        className="run-tabs"
        selectedKey={tab}
        onSelectionChange={(key) => actions.openRuns(tabs.find((one) => one === key) ?? 'kept')}
      >
        <TabList className="run-tab-list" aria-label={t('title')}>
          {tabs.map((one) => (
            <Tab key={one} id={one} className="tab">
              {t(`tab_${one}`)}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="kept" className="run-part">
          <RunsBody />
        </TabPanel>
        <TabPanel id="queue" className="run-part">
          <QueuePart />
        </TabPanel>
        <TabPanel id="rows" className="run-part">
          <RowLosses />
        </TabPanel>
      </Tabs>
    </Sheet>
  );
}
