// The conversation of the deploy dialog: files that are asked for when it opens, a thread that answers from them, and the engine that trains, which
// is asked the same behind it. Ends with the dialog.
import { useEffect, useRef, useState } from 'react';
import type { Pace, WebChatThread, WebChatTold, WebDevice } from '../../../engine/index.ts';
import { webChat } from '../../../engine/index.ts';
import type { EngineErrorData } from '../../../engine/protocol.ts';
import { useActions } from '../../PageContext.tsx';

const LIMIT = 64;

export interface Asked {
  readonly prompt: string;
  readonly adapter: boolean;
  readonly device: WebDevice;
}

export interface Chat {
  readonly phase: 'gathering' | 'starting' | 'ready' | 'answering' | 'measuring';
  /** Bytes of all files; 0 before they are here. */
  readonly sizeBytes: number;
  /** Of the program that is being fetched; null: none is. */
  readonly fetching: { readonly done: number; readonly total: number } | null;
  readonly swaps: boolean;
  readonly devices: readonly WebDevice[];
  readonly asked: Asked | null;
  readonly text: string;
  /** The last answer, and the engine's own to the same question. */
  readonly theirs: Pace | null;
  readonly ours: Pace | null;
  readonly failure: EngineErrorData | null;
}

const first: Chat = {
  phase: 'gathering',
  sizeBytes: 0,
  fetching: null,
  swaps: false,
  devices: [],
  asked: null,
  text: '',
  theirs: null,
  ours: null,
  failure: null,
};

function heard(chat: Chat, told: WebChatTold): Chat {
  switch (told.type) {
    case 'opened':
      return { ...chat, phase: 'ready', swaps: told.swaps, devices: told.devices };
    case 'fetching':
      return { ...chat, fetching: told.done < told.total ? told : null };
    case 'text':
      return { ...chat, text: told.text, fetching: null };
    case 'answered':
      return { ...chat, phase: 'measuring', text: told.text, theirs: told, fetching: null };
    case 'failed':
      return { ...chat, phase: 'ready', failure: told.error, fetching: null };
  }
}

export function useChat(): readonly [chat: Chat, ask: (asked: Asked) => void] {
  const { askWebFiles, askPace } = useActions();
  const thread = useRef<WebChatThread | null>(null);
  const asked = useRef<Asked | null>(null);
  const [chat, setChat] = useState<Chat>(first);
  useEffect(() => {
    let left = false;
    const hear = (told: WebChatTold): void => {
      setChat((old) => heard(old, told));
      // One after the other: they share a machine.
      if (told.type === 'answered' && asked.current !== null) {
        const { prompt, adapter } = asked.current;
        askPace({ prompt, adapter, limit: LIMIT });
      }
    };
    const leave = askWebFiles({
      onRefused: (failure) =>
        setChat((old) => ({ ...old, failure, phase: old.phase === 'measuring' ? 'ready' : old.phase })),
      onPaced: (ours) => setChat((old) => ({ ...old, phase: 'ready', ours })),
      onFiles: (files) => {
        const sizeBytes = files.reduce((sum, { file }) => sum + file.size, 0);
        setChat((old) => ({ ...old, phase: 'starting', sizeBytes }));
        void webChat().then((start) => {
          if (left) return;
          thread.current = start(hear);
          thread.current.ask({ type: 'open', files });
        });
      },
    });
    return () => {
      left = true;
      leave();
      thread.current?.end();
    };
  }, [askWebFiles, askPace]);
  const ask = (question: Asked): void => {
    asked.current = question;
    const begun = {
      phase: 'answering',
      asked: question,
      text: '',
      theirs: null,
      ours: null,
      failure: null,
    } as const;
    setChat((old) => ({ ...old, ...begun }));
    thread.current?.ask({ type: 'ask', limit: LIMIT, ...question });
  };
  return [chat, ask];
}
