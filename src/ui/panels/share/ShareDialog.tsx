// A link, Markdown or a JSON file of the recipe, a frame of it; such a file opened, another link compared. Own rows and the run's losses go along
// only when ticked.
import { useEffect, useRef, useState } from 'react';
import { Button, FileTrigger } from 'react-aria-components';
import { fitsEveryLink, isInFile } from '../../../engine/index.ts';
import { useActions, usePage, usePageState, useTexts } from '../../PageContext.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { copyText, saveFile } from '../../parts/saveFile.ts';
import { Tick } from '../../parts/Tick.tsx';
import { runMatches } from '../../state/actions.ts';
import { differences } from '../../state/recipeEdits.ts';
import { bytesText, countText } from '../../texts/numbers.ts';
import { madeChanges } from '../charts/changeMarks.ts';
import { CompareLinks } from './CompareLinks.tsx';
import { FramePart } from './FramePart.tsx';
import { useLinksTexts } from './linksTexts.ts';
import { curveText, lossSpan, recipeMarkdown } from './shareText.ts';

/** Links longer than this are cut by some chat programs. */
const longLink = 2000;

function ShareBody() {
  const { t, language } = useTexts();
  const r = useLinksTexts();
  const actions = useActions();
  const { store, ports } = usePage();
  const recipe = usePageState((state) => state.recipe);
  const presets = usePageState((state) => state.presets);
  const run = usePageState((state) => (runMatches(state) ? state.run : null));
  const [withRows, setWithRows] = useState(false);
  const [withScript, setWithScript] = useState(false);
  const [withTemplate, setWithTemplate] = useState(false);
  const [withLosses, setWithLosses] = useState(false);
  const [link, setLink] = useState('');
  const [said, setSaid] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const losses = run?.fingerprint ?? null;

  useEffect(() => {
    let current = true;
    const options = {
      includeData: withRows,
      includeProgram: withScript,
      includeTemplate: withTemplate,
      fingerprint: withLosses ? losses : null,
    };
    void ports.writeLink(recipe, presets, options).then((hash) => {
      if (current) setLink(`${location.origin}${location.pathname}#${hash}`);
    });
    return () => {
      current = false;
    };
  }, [ports, recipe, presets, withRows, withScript, withTemplate, withLosses, losses]);

  async function copy(text: string): Promise<void> {
    const worked = await copyText(text);
    if (!worked) field.current?.select();
    setSaid(t(worked ? 'share.copied' : 'share.copyFailed'));
  }
  function markdown(): string {
    const { own, preset } = differences(store.getState());
    const span = lossSpan(run);
    const words = {
      setting: t('share.setting'),
      value: t('share.value'),
      changes: madeChanges(recipe).map((change) => t('run.changedAt', { ...change })),
      result: span === null ? null : t('share.finalLoss', span),
      curve: curveText(run),
    };
    return recipeMarkdown(recipe, [...new Set([...preset, ...own])], link, words);
  }

  return (
    <>
      <p className="dim">{t('share.intro')}</p>
      <textarea
        ref={field}
        className="field share-link"
        readOnly
        aria-label={t('share.link')}
        value={link}
        onFocus={(event) => event.target.select()}
      />
      {recipe.data !== undefined && isInFile(recipe.data) && (
        <p className="small">{t('share.rowsFile', { name: recipe.data.name })}</p>
      )}
      {recipe.data !== undefined && (!isInFile(recipe.data) || recipe.data.edits !== undefined) && (
        <Tick on={withRows} onChange={setWithRows}>
          {t('share.rows', { size: bytesText(new Blob([JSON.stringify(recipe.data)]).size) })}
        </Tick>
      )}
      {recipe.program !== undefined && (
        <Tick on={withScript} onChange={setWithScript}>
          {t('share.script', { size: bytesText(new Blob([recipe.program.source]).size) })}
        </Tick>
      )}
      {recipe.chatTemplate !== undefined && !fitsEveryLink(recipe.chatTemplate) && (
        <Tick on={withTemplate} onChange={setWithTemplate}>
          {t('share.template', { size: bytesText(new Blob([recipe.chatTemplate]).size) })}
        </Tick>
      )}
      <Tick on={withLosses} onChange={setWithLosses} disabled={losses === null}>
        {t(losses === null ? 'share.noFingerprint' : 'share.fingerprint')}
      </Tick>
      {link.length > longLink && (
        <p className="small is-cut">{t('share.long', { length: countText(link.length, language) })}</p>
      )}
      <div className="dialog-actions">
        <Button className="button button-main" onPress={() => void copy(link)}>
          {t('share.copyLink')}
        </Button>
        <Button className="button" onPress={() => void copy(markdown())}>
          {t('share.copyMarkdown')}
        </Button>
        <Button
          className="button"
          onPress={() =>
            saveFile('lora-playground.json', 'application/json', ports.recipeJson(recipe, presets))
          }
        >
          {t('share.download')}
        </Button>
        <FileTrigger
          acceptedFileTypes={['.json']}
          onSelect={(files) => {
            const file = files?.[0];
            if (file) void file.text().then((text) => actions.openRecipe(text, file.name));
          }}
        >
          <Button className="button">{r('open')}</Button>
        </FileTrigger>
        <span className="dialog-said dim" role="status">
          {said}
        </span>
      </div>
      <CompareLinks />
      <FramePart hash={link.slice(Math.max(0, link.indexOf('#')))} copy={(text) => void copy(text)} />
    </>
  );
}

export function ShareDialog() {
  const { t } = useTexts();
  const actions = useActions();
  const open = usePageState((state) => state.dialog === 'share');
  return (
    <Sheet title={t('share.title')} wide open={open} onClose={() => actions.openDialog(null)}>
      <ShareBody />
    </Sheet>
  );
}
