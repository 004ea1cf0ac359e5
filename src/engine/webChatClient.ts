// The page's end of the thread in which an export for the web answers (webChatWorker.ts): questions go in, what comes of them is told to one
// listener. No state beyond the thread.
import type { Pace } from './answerMessages.ts';
import type { WebDevice } from './exchange/export/web/webSession.ts';
import { programMissing } from './ground/fetching/fetchErrors.ts';
import type { EngineErrorData } from './protocol.ts';
import { errorData } from './session/errorData.ts';
import type { TakenFile } from './session/exportPlace.ts';
import type { ChatWith } from './session/webChat.ts';

export type WebChatQuestion =
  | { readonly type: 'open'; readonly files: readonly TakenFile[] }
  | ({ readonly type: 'ask'; readonly prompt: string; readonly limit: number } & ChatWith);

export type WebChatTold =
  /** `swaps`: the adapter can be left out; `devices`: on which it may be asked. */
  | { readonly type: 'opened'; readonly swaps: boolean; readonly devices: readonly WebDevice[] }
  /** The program of a device is on its way. */
  | { readonly type: 'fetching'; readonly done: number; readonly total: number }
  | { readonly type: 'text'; readonly text: string }
  | ({ readonly type: 'answered' } & Pace)
  | { readonly type: 'failed'; readonly error: EngineErrorData };

export interface WebChatThread {
  ask(question: WebChatQuestion): void;
  end(): void;
}

export function startWebChat(onTold: (told: WebChatTold) => void): WebChatThread {
  // It looks ONNX Runtime's program up beside the page.
  const name = new URL('./', location.href).href;
  const thread = new Worker(new URL('./webChatWorker.ts', import.meta.url), { type: 'module', name });
  thread.onmessage = ({ data }: MessageEvent<WebChatTold>) => onTold(data);
  thread.onerror = () => onTold({ type: 'failed', error: errorData(programMissing({ what: 'part' })) });
  return { ask: (question) => thread.postMessage(question), end: () => thread.terminate() };
}
