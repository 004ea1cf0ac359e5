// Lets a run's files for the web answer as they would on another page, with what was learned and without, beside the engine that trained, and hands
// out the code for such a page. The engine writes the files and runs them; here are questions and what comes of them.
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { Pace, WebDevice } from '../../../engine/index.ts';
import type { BackendKind } from '../../../engine/protocol.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Choice } from '../../parts/Choice.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { copyText } from '../../parts/saveFile.ts';
import { Tick } from '../../parts/Tick.tsx';
import { promptsOf } from '../../state/answerActions.ts';
import { bytesText } from '../../texts/numbers.ts';
import '../../styles/model.css';
import { useDeployTexts } from './deployTexts.ts';
import { withOnnxRuntime, withTransformers } from './snippets.ts';
import type { Chat } from './useChat.ts';
import { useChat } from './useChat.ts';

function Snippet({ title, code }: { readonly title: string; readonly code: string }) {
  const d = useDeployTexts();
  const [copied, setCopied] = useState(false);
  return (
    <details className="deploy-snippet">
      <summary>{title}</summary>
      <pre className="mono small deploy-code">{code}</pre>
      <Button className="button" onPress={() => void copyText(code).then(setCopied)}>
        {copied ? d('copied') : d('copy')}
      </Button>
    </details>
  );
}

/** Tokens a second; 0 of an answer of one token. */
const rateOf = ({ tokens, ms }: Pace): number => (tokens > 0 && ms > 0 ? (1000 * tokens) / ms : 0);

/** What took how long, and whether both said the same. */
function Paces({ chat: { asked, theirs, ours } }: { readonly chat: Chat }) {
  const d = useDeployTexts();
  const backend = usePageState(({ run }): BackendKind => run?.start?.backend ?? 'cpu');
  if (theirs === null || asked === null) return null;
  const [rate, own] = [rateOf(theirs), ours === null ? 0 : rateOf(ours)];
  return (
    <div className="small dim">
      {rate > 0 && <p>{d('theirs', { device: d(asked.device), rate: rate.toFixed(1) })}</p>}
      {own > 0 && <p>{d('ours', { device: d(`own.${backend}`), rate: own.toFixed(1) })}</p>}
      {rate > 0 && own > 0 && <p>{d('ratio', { ratio: (rate / own).toFixed(2) })}</p>}
      {ours !== null && (
        <p>{ours.text === theirs.text ? d('sameText') : d('otherText', { text: ours.text })}</p>
      )}
    </div>
  );
}

function Progress({ chat: { phase, fetching } }: { readonly chat: Chat }) {
  const d = useDeployTexts();
  if (phase === 'ready') return null;
  return (
    <p role="status">
      {fetching === null
        ? d(phase)
        : d('fetching', { done: bytesText(fetching.done), total: bytesText(fetching.total) })}
    </p>
  );
}

export function DeployDialog() {
  const d = useDeployTexts();
  const { say } = useTexts();
  const actions = useActions();
  const first = usePageState((state) => promptsOf(state)[0] ?? '');
  const [prompt, setPrompt] = useState(first);
  const [adapter, setAdapter] = useState(true);
  const [device, setDevice] = useState<WebDevice>('wasm');
  const [chat, ask] = useChat();
  const { phase, swaps, devices, sizeBytes, text, failure } = chat;
  return (
    <Sheet title={d('title')} open wide onClose={() => actions.openDialog(null)}>
      <p className="dim">{d('intro')}</p>
      {sizeBytes > 0 && <p className="small dim">{d('size', { size: bytesText(sizeBytes) })}</p>}
      {failure !== null && (
        <p className="is-cut" role="alert">
          {say(failure.message)} {say(failure.remedy)}
        </p>
      )}
      <form
        className="push-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (phase === 'ready' && prompt.trim() !== '') ask({ prompt: prompt.trim(), adapter, device });
        }}
      >
        <div className="push-field">
          <label htmlFor="deploy-question">{d('question')}</label>
          <input
            id="deploy-question"
            className="field"
            autoComplete="off"
            value={prompt}
            onChange={({ target }) => setPrompt(target.value)}
          />
        </div>
        {swaps && (
          <Tick on={adapter} onChange={setAdapter}>
            {d('adapter')}
          </Tick>
        )}
        {devices.length > 1 && (
          <div className="dialog-actions">
            <Choice
              label={d('runsOn')}
              value={device}
              options={devices.map((value) => ({ value, label: d(value) }))}
              onChange={(value) => setDevice(value === 'webgpu' ? 'webgpu' : 'wasm')}
            />
          </div>
        )}
        <div className="dialog-actions">
          <Button className="button button-main" type="submit" isDisabled={phase !== 'ready'}>
            {d('ask')}
          </Button>
        </div>
      </form>
      <Progress chat={chat} />
      {text !== '' && (
        <section aria-label={d('answer')}>
          <p>{text}</p>
          <Paces chat={chat} />
        </section>
      )}
      <h3>{d('code')}</h3>
      <p className="dim">{d('codeText')}</p>
      <Snippet title={d('transformers')} code={withTransformers(prompt, device)} />
      <Snippet title={d('alone')} code={withOnnxRuntime(prompt, device)} />
    </Sheet>
  );
}
