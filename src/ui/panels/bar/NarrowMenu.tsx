// Everything of the bar but Train, in one menu of a narrow page.
import { Button, Menu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { canStop } from '../../state/runStatus.ts';
import { themes, useDeviceWords } from './barWords.ts';

export function NarrowMenu() {
  const { t, language } = useTexts();
  const actions = useActions();
  const theme = usePageState((state) => state.theme);
  const stoppable = usePageState(canStop);
  const idle = usePageState((state) => state.run === null);
  const words = useDeviceWords();
  const disabled = [...(stoppable ? [] : ['stop']), ...(idle ? ['reset'] : [])];
  return (
    <MenuTrigger>
      <Button data-part="menu" className="button button-icon" aria-label={t('bar.menu')}>
        ⋯
      </Button>
      <Popover className="popover" placement="bottom end">
        <Menu aria-label={t('bar.menu')} disabledKeys={disabled}>
          <MenuItem id="step" data-part="step" className="list-item" onAction={actions.step}>
            {t('bar.step')}
          </MenuItem>
          <MenuItem id="stop" className="list-item" onAction={actions.stop}>
            {t('bar.stop')}
          </MenuItem>
          <MenuItem id="reset" data-part="reset" className="list-item" onAction={actions.resetOrAsk}>
            {t('bar.reset')}
          </MenuItem>
          <Separator className="menu-line" />
          {(['recipe', 'parameters'] as const).map((sheet) => (
            <MenuItem
              key={sheet}
              id={sheet}
              data-part={sheet}
              className="list-item"
              onAction={() => actions.openSheet(sheet)}
            >
              {t(`bar.${sheet}`)}
            </MenuItem>
          ))}
          <Separator className="menu-line" />
          <MenuItem
            id="device"
            data-part="device"
            className="list-item"
            onAction={() => actions.openDialog('device')}
          >
            {words}
          </MenuItem>
          <MenuItem
            id="guide"
            data-part="guide"
            className="list-item"
            onAction={() => actions.openDialog('guide')}
          >
            {t('bar.guide')}
          </MenuItem>
          <MenuItem id="paste" data-part="paste" className="list-item" onAction={actions.openPaste}>
            {t('paste.open')}
          </MenuItem>
          {(['script', 'share', 'runs'] as const).map((dialog) => (
            <MenuItem
              key={dialog}
              id={dialog}
              data-part={dialog}
              className="list-item"
              onAction={() => actions.openDialog(dialog)}
            >
              {t(`bar.${dialog}`)}
            </MenuItem>
          ))}
          <MenuItem id="storage" className="list-item" onAction={() => actions.openDialog('storage')}>
            {t('bar.storage')}
          </MenuItem>
          <Separator className="menu-line" />
          <MenuItem
            id="language"
            data-part="language"
            className="list-item"
            onAction={() => actions.setLanguage(language === 'zh' ? 'en' : 'zh')}
          >
            {language === 'zh' ? 'English' : '中文'}
          </MenuItem>
          <MenuItem
            id="theme"
            data-part="theme"
            className="list-item"
            onAction={() => actions.setTheme(themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system')}
          >
            {t('bar.themeLabel')}: {t(`bar.theme_${theme}`)}
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
