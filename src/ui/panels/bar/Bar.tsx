// The bar: the run at the left, device, script, share, language and theme at the right. On a narrow page everything
// but Train goes into one menu.
import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { runMatches } from '../../state/actions.ts';
import { queuePlace } from '../../state/queueState.ts';
import { canResume, canStop, isBusy } from '../../state/runStatus.ts';
import { themes, useDeviceParts, useDeviceWords } from './barWords.ts';
import { NarrowMenu } from './NarrowMenu.tsx';
import { progressWords } from './progress.ts';
import type { Width } from './useWidth.ts';

function TrainButton() {
  const { t } = useTexts();
  const actions = useActions();
  const busy = usePageState((state) => isBusy(state.run));
  const resume = usePageState(canResume);
  const opened = usePageState((state) => state.opened);
  const label = busy ? t('bar.pause') : resume ? t('bar.resume') : t('bar.train');
  return (
    <Button className="button button-main train" isDisabled={!(opened || busy)} onPress={actions.toggleRun}>
      <svg viewBox="0 0 12 12" width="12" height="12" fill="currentColor" aria-hidden="true">
        {busy ? <path d="M1.5 1h3v10h-3zM7.5 1h3v10h-3z" /> : <path d="M2 .8v10.4L11 6z" />}
      </svg>
      {label}
    </Button>
  );
}

export function Progress() {
  const { t, language } = useTexts();
  // An error of other settings than the form's is not what stands now.
  const run = usePageState((state) =>
    state.run?.phase === 'failed' && !runMatches(state) ? null : state.run,
  );
  const words = progressWords(t, run, language);
  return (
    <p className={words.bad ? 'progress is-cut' : 'progress dim'} data-phase={run?.phase ?? 'idle'}>
      {words.main.split(/(\d[\d,.]*)/).map((part, index) =>
        // Only the first number, the step, is strong.
        index === 1 && !words.bad ? <strong key={part}>{part}</strong> : part,
      )}
      {words.rest.map((part) => ` · ${part}`).join('')}
    </p>
  );
}

/** Which run of the queue is at work: `3 of 8`. */
function QueueDoor() {
  const { t } = useTexts();
  const actions = useActions();
  const at = usePageState(({ queue }) => queuePlace(queue)?.at ?? 0);
  const count = usePageState(({ queue }) => queue.runs.length);
  if (at === 0) return null;
  return (
    <Button className="pill" data-part="queue" onPress={() => actions.openRuns('queue')}>
      {t('bar.queue', { at, total: count })}
    </Button>
  );
}

function RunMenu() {
  const { t } = useTexts();
  const actions = useActions();
  const stoppable = usePageState(canStop);
  const device = useDeviceWords();
  return (
    <MenuTrigger>
      <Button data-part="menu" className="button button-icon" aria-label={t('bar.more')}>
        ⋯
      </Button>
      <Popover className="popover" placement="bottom start">
        <Menu aria-label={t('bar.more')} disabledKeys={stoppable ? [] : ['stop']}>
          <MenuItem id="stop" className="list-item" onAction={actions.stop}>
            {t('bar.stop')}
          </MenuItem>
          <MenuItem id="storage" className="list-item" onAction={() => actions.openDialog('storage')}>
            {t('bar.storage')}
          </MenuItem>
          <MenuItem
            id="device"
            data-part="device"
            className="list-item"
            onAction={() => actions.openDialog('device')}
          >
            {device}
          </MenuItem>
          <MenuItem
            id="keys"
            className="list-item"
            textValue={t('bar.keys')}
            onAction={() => actions.openDialog('keys')}
          >
            {t('bar.keys')} <kbd>?</kbd>
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

function ThemeMenu() {
  const { t } = useTexts();
  const actions = useActions();
  const theme = usePageState((state) => state.theme);
  return (
    <MenuTrigger>
      <Button data-part="theme" className="button button-plain button-icon" aria-label={t('bar.themeLabel')}>
        <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">
          <circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" strokeWidth="1.4" />
          <path d="M8 1.5a6.5 6.5 0 0 0 0 13z" fill="currentColor" />
        </svg>
      </Button>
      <Popover className="popover" placement="bottom end">
        <Menu
          aria-label={t('bar.themeLabel')}
          selectionMode="single"
          selectedKeys={[theme]}
          onAction={(key) => {
            const next = themes.find((one) => one === key);
            if (next !== undefined) actions.setTheme(next);
          }}
        >
          {themes.map((one) => (
            <MenuItem key={one} id={one} className="list-item">
              {t(`bar.theme_${one}`)}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

export function Bar({ width }: { readonly width: Width }) {
  const { t, language } = useTexts();
  const actions = useActions();
  const busy = usePageState((state) => isBusy(state.run));
  const idle = usePageState((state) => state.run === null);
  const opened = usePageState((state) => state.opened);
  const { device, memory } = useDeviceParts();
  if (width === 'narrow') {
    return (
      <header className="bar">
        <h1 className="bar-name">LoRA Playground</h1>
        <span className="bar-space" />
        <QueueDoor />
        <TrainButton />
        <NarrowMenu />
      </header>
    );
  }
  return (
    <header className="bar" data-busy={busy || undefined}>
      <h1 className="bar-name">LoRA Playground</h1>
      <TrainButton />
      <Button
        data-part="paste"
        className="button button-door"
        aria-label={t('paste.open')}
        onPress={actions.openPaste}
      >
        <span className="bar-long">{t('paste.open')}</span>
        <span className="bar-short">{t('paste.short')}</span>
      </Button>
      <Button data-part="step" className="button" isDisabled={busy || !opened} onPress={actions.step}>
        {t('bar.step')}
      </Button>
      <Button data-part="reset" className="button" isDisabled={idle} onPress={actions.resetOrAsk}>
        {t('bar.reset')}
      </Button>
      <RunMenu />
      <Progress />
      <QueueDoor />
      <Button data-part="device" className="pill bar-device" onPress={() => actions.openDialog('device')}>
        {device}
        {memory !== null && <span className="bar-memory"> · {memory}</span>}
      </Button>
      <Button data-part="runs" className="button" onPress={() => actions.openDialog('runs')}>
        {t('bar.runs')}
      </Button>
      <Button data-part="guide" className="button" onPress={() => actions.openDialog('guide')}>
        {t('bar.guide')}
      </Button>
      <Button data-part="script" className="button" onPress={() => actions.openDialog('script')}>
        {t('bar.script')}
      </Button>
      <Button data-part="share" className="button" onPress={() => actions.openDialog('share')}>
        {t('bar.share')}
      </Button>
      <span className="bar-end">
        <Button
          data-part="language"
          className="button button-plain"
          aria-label={language === 'zh' ? 'English' : '中文'}
          onPress={() => actions.setLanguage(language === 'zh' ? 'en' : 'zh')}
        >
          {language === 'zh' ? 'EN' : '中文'}
        </Button>
        <ThemeMenu />
      </span>
    </header>
  );
}
