// The equivalent Python script: read, copied or saved. The engine writes it.
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { ExportFile } from '../../../engine/index.ts';
import { accelerateFiles } from '../../../engine/index.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { copyText, saveFile, saveFiles } from '../../parts/saveFile.ts';

export function ScriptDialog() {
  const { t } = useTexts();
  const actions = useActions();
  const script = usePageState((state) => state.inspection?.script ?? null);
  const recipe = usePageState((state) => state.recipe);
  /** train.py beside the configurations that run it on several processes. */
  const atScale = async (text: string): Promise<ExportFile[]> =>
    [{ name: 'train.py', text }, ...(await accelerateFiles(recipe.values))].map((file) => ({
      name: file.name,
      bytes: new TextEncoder().encode(file.text),
    }));
  const [copied, setCopied] = useState<boolean | null>(null);
  const [missing, setMissing] = useState(false);
  const said = copied === null ? t('script.intro') : t(copied ? 'share.copied' : 'share.copyFailed');
  return (
    <Sheet title={t('script.title')} wide open onClose={() => actions.openDialog(null)}>
      {script === null ? (
        <p className="dim">{t('script.missing')}</p>
      ) : (
        <>
          <div className="dialog-actions">
            <Button
              className="button button-main"
              onPress={() => void copyText(script).then((worked) => setCopied(worked))}
            >
              {t('script.copy')}
            </Button>
            <Button className="button" onPress={() => saveFile('train.py', 'text/x-python', script)}>
              {t('script.download')}
            </Button>
            <Button className="button" onPress={() => actions.takeBundle(recipe)}>
              {t('script.bundle')}
            </Button>
            <Button
              className="button"
              onPress={() =>
                void atScale(script).then(
                  (files) => saveFiles('script', files),
                  () => setMissing(true),
                )
              }
            >
              {t('script.scale')}
            </Button>
            <span className="dialog-said dim" role="status">
              {missing ? t('paste.missing') : said}
            </span>
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <pre className="script" tabIndex={0}>
            {script}
          </pre>
        </>
      )}
    </Sheet>
  );
}
