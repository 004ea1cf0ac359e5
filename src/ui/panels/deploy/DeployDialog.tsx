// Lets a run's files for the web answer as they would on another page, with what was learned and without, and hands out the code for such a page.
// The engine writes the files and runs them; here are questions and what comes of them.
import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import type { WebChatThread, WebChatTold } from '../../../engine/index.ts';
import { webChat } from '../../../engine/index.ts';
import type { EngineErrorData } from '../../../engine/protocol.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { copyText } from '../../parts/saveFile.ts';
import { Tick } from '../../parts/Tick.tsx';
import { promptsOf } from '../../state/answerActions.ts';
import '../../styles/model.css';
import { useDeployTexts } from './deployTexts.ts';
import { withOnnxRuntime, withTransformers } from './snippets.ts';

const LIMIT = 64;

interface Chat {
  readonly phase: 'gathering' | 'starting' | 'ready' | 'answering';
  readonly swaps: boolean;
  readonly text: string;
  /** Tokens a second of the last answer. */
  readonly rate: number | null;
  readonly failure: EngineErrorData | null;
}

function heard(chat: Chat, told: WebChatTold): Chat {
  switch (told.type) {
    case 'opened':
      return { ...chat, phase: 'ready', swaps: told.swaps };
    case 'text':
      return { ...chat, text: told.text };
    case 'answered': {
      const rate = told.tokens > 0 ? (1000 * told.tokens) / told.ms : null;
      return { ...chat, phase: 'ready', text: told.text, rate };
    }
    case 'failed':
      return { ...chat, phase: 'ready', failure: told.error };
  }
}

/** The thread, from files that are asked for when the dialog opens to its end when it closes. */
function useChat(): readonly [chat: Chat, ask: (prompt: string, adapter: boolean) => void] {
  const { askWebFiles } = useActions();
  const thread = useRef<WebChatThread | null>(null);
  const [chat, setChat] = useState<Chat>({
    phase: 'gathering',
    swaps: false,
    text: '',
    rate: null,
    failure: null,
  });
  useEffect(() => {
    let left = false;
    const leave = askWebFiles({
      onRefused: (failure) => setChat((old) => ({ ...old, failure })),
      onFiles: (files) => {
        setChat((old) => ({ ...old, phase: 'starting' }));
        void webChat().then((start) => {
          if (left) return;
          thread.current = start((told) => setChat((old) => heard(old, told)));
          thread.current.ask({ type: 'open', files });
        });
      },
    });
    return () => {
      left = true;
      leave();
      thread.current?.end();
    };
  }, [askWebFiles]);
  const ask = (prompt: string, adapter: boolean): void => {
    setChat((old) => ({ ...old, phase: 'answering', text: '', rate: null, failure: null }));
    thread.current?.ask({ type: 'ask', prompt, adapter, limit: LIMIT });
  };
  return [chat, ask];
}

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

export function DeployDialog() {
  const d = useDeployTexts();
  const { say } = useTexts();
  const actions = useActions();
  const first = usePageState((state) => promptsOf(state)[0] ?? '');
  const [prompt, setPrompt] = useState(first);
  const [adapter, setAdapter] = useState(true);
  const [{ phase, swaps, text, rate, failure }, ask] = useChat();
  return (
    <Sheet title={d('title')} open wide onClose={() => actions.openDialog(null)}>
      <p className="dim">{d('intro')}</p>
      {failure !== null && (
        <p className="is-cut" role="alert">
          {say(failure.message)} {say(failure.remedy)}
        </p>
      )}
      <form
        className="push-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (phase === 'ready' && prompt.trim() !== '') ask(prompt.trim(), adapter);
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
        <div className="dialog-actions">
          <Button className="button button-main" type="submit" isDisabled={phase !== 'ready'}>
            {d('ask')}
          </Button>
        </div>
      </form>
      {phase !== 'ready' && <p role="status">{d(phase)}</p>}
      {text !== '' && (
        <section aria-label={d('answer')}>
          <p>{text}</p>
          {rate !== null && <p className="small dim">{d('rate', { rate: rate.toFixed(1) })}</p>}
        </section>
      )}
      <h3>{d('code')}</h3>
      <p className="dim">{d('codeText')}</p>
      <Snippet title={d('transformers')} code={withTransformers(prompt)} />
      <Snippet title={d('alone')} code={withOnnxRuntime()} />
    </Sheet>
  );
}
