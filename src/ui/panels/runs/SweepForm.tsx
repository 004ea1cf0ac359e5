// The settings of a sweep: values of each, at most how many runs, what they would cost before the start. Which runs come of it, the engine says.
import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import type { SettingKey, SweepAxis, sweepTools as SweepTools, Text } from '../../../engine/index.ts';
import { sweepTools } from '../../../engine/index.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Tick } from '../../parts/Tick.tsx';
import { deviceKey, timeTold } from '../../state/pace.ts';
import { recallMeasured } from '../../state/remembered.ts';
import { isBusy } from '../../state/runStatus.ts';
import { bytesText, timeText } from '../../texts/numbers.ts';
import { useRunsTexts } from './runsTexts.ts';
import { settingName, settingValue } from './runWords.ts';

type Tools = Awaited<ReturnType<typeof SweepTools>>;

const DEFAULT_MOST = 8;

function useTools(): Tools | null {
  const [tools, setTools] = useState<Tools | null>(null);
  useEffect(() => {
    let left = false;
    void sweepTools().then((loaded) => !left && setTools(loaded));
    return () => {
      left = true;
    };
  }, []);
  return tools;
}

/** What the runs would take together, and the largest of them. */
function Cost({ count }: { readonly count: number }) {
  const t = useRunsTexts();
  const { t: page, say } = useTexts();
  const weighed = usePageState((state) => state.queue.weighed?.runs ?? null);
  const device = usePageState((state) => state.device);
  if (weighed === null || weighed.length !== count) return <span role="status">{t('weighing')}</span>;
  const estimates = weighed.flatMap(({ estimate }) => estimate ?? []);
  const told = timeTold(estimates, device, recallMeasured(deviceKey(device)));
  const time =
    told.ms === null
      ? page(`before.time_${told.class}`)
      : page('before.timeGuess', { time: timeText(told.ms) });
  const bytes = estimates.reduce((most, { memory }) => Math.max(most, memory.peakBytes), 0);
  const problem = weighed.find((one) => one.problem !== null)?.problem ?? null;
  return (
    <span role="status">
      {estimates.length > 0 && t('cost', { time, size: bytesText(bytes) })}
      {estimates.length < count && ` ${t('cannotTrain', { count: count - estimates.length })}`}
      {problem !== null && ` ${say(problem)}`}
    </span>
  );
}

function AxisField(props: {
  readonly field: SettingKey;
  readonly written: string;
  readonly problem: Text | null;
  readonly onChange: (written: string) => void;
}) {
  const { field, written, problem, onChange } = props;
  const t = useRunsTexts();
  const { say } = useTexts();
  const recipe = usePageState((state) => state.recipe);
  return (
    <label className="sweep-axis">
      <span className="mono">{settingName(field)}</span>
      <input
        className="field"
        aria-label={t('valuesOf', { setting: settingName(field) })}
        aria-invalid={problem !== null}
        placeholder={settingValue(recipe, field)}
        value={written}
        onChange={({ target }) => onChange(target.value)}
      />
      {problem !== null && <span className="is-cut small">{say(problem)}</span>}
    </label>
  );
}

export function SweepForm() {
  const t = useRunsTexts();
  const actions = useActions();
  const tools = useTools();
  const recipe = usePageState((state) => state.recipe);
  const busy = usePageState((state) => isBusy(state.run));
  const [written, setWritten] = useState<Readonly<Partial<Record<SettingKey, string>>>>({});
  const [most, setMost] = useState(String(DEFAULT_MOST));
  const [stopEarly, setStopEarly] = useState(false);
  const atMost = Math.max(1, Math.floor(Number(most)) || 1);
  const reads = (tools?.sweptKeys ?? []).flatMap((key) => {
    const values = written[key] ?? '';
    return values.trim() === '' ? [] : [{ key, read: tools?.readAxis(key, values) }];
  });
  const axes = reads.flatMap(({ read }): SweepAxis[] => (read !== undefined && 'key' in read ? [read] : []));
  const problemOf = (key: SettingKey): Text | null => {
    const read = reads.find((one) => one.key === key)?.read;
    return read === undefined || 'key' in read ? null : read;
  };
  const ready = axes.length > 0 && axes.length === reads.length;
  const runs = ready && tools !== null ? tools.sweepRuns(recipe, axes, atMost) : [];
  const size = ready && tools !== null ? tools.gridSize(axes) : 0;
  const asked = JSON.stringify(runs.map(({ patch }) => patch));
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs are asked for again when they are others
  useEffect(() => {
    if (runs.length === 0) return;
    const soon = setTimeout(() => actions.weighRuns(runs.map(({ patch }) => patch)), 300);
    return () => clearTimeout(soon);
  }, [actions, asked]);
  if (tools === null) return <p role="status">{t('looking')}</p>;
  const add = (go: boolean): void => {
    void actions.addSweep({ axes, atMost, stopEarly }).then(() => (go ? actions.goQueue() : undefined));
    setWritten({});
  };
  return (
    <section className="sweep-form" aria-label={t('sweep')}>
      <h3>{t('sweep')}</h3>
      <p className="dim">{t('sweepIntro')}</p>
      {tools.sweptKeys.map((key) => (
        <AxisField
          key={key}
          field={key}
          written={written[key] ?? ''}
          problem={problemOf(key)}
          onChange={(values) => setWritten({ ...written, [key]: values })}
        />
      ))}
      <label className="sweep-axis">
        <span>{t('atMost')}</span>
        <input
          className="field sweep-most"
          inputMode="numeric"
          value={most}
          onChange={({ target }) => setMost(target.value)}
        />
      </label>
      <Tick on={stopEarly} onChange={setStopEarly}>
        {t('stopEarly')}
      </Tick>
      {runs.length > 0 && (
        <p>
          {t('runsOf', { count: runs.length, size })} <Cost count={runs.length} />
        </p>
      )}
      <div className="run-actions">
        <Button
          className="button button-main"
          isDisabled={runs.length === 0 || busy}
          onPress={() => add(true)}
        >
          {t('startSweep')}
        </Button>
        <Button className="button" isDisabled={runs.length === 0} onPress={() => add(false)}>
          {t('queueSweep')}
        </Button>
      </div>
    </section>
  );
}
