// The page's end of the thread in which an export for the web answers (webChatWorker.ts): questions go in, what comes of them is told to one
// listener. No state beyond the thread.
import type { ExportFile } from './exchange/export/adapterTensors.ts';
import { programMissing } from './ground/fetching/fetchErrors.ts';
import type { EngineErrorData } from './protocol.ts';
import { errorData } from './session/errorData.ts';
import type { ChatAnswer } from './session/webChat.ts';

export type WebChatQuestion =
  | { readonly type: 'open'; readonly files: readonly ExportFile[] }
  | { readonly type: 'ask'; readonly prompt: string; readonly adapter: boolean; readonly limit: number };

export type WebChatTold =
  /** `swaps`: the adapter can be left out. */
  | { readonly type: 'opened'; readonly swaps: boolean }
  | { readonly type: 'text'; readonly text: string }
  | ({ readonly type: 'answered' } & ChatAnswer)
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
