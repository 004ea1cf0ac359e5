// The thread in which an export for the web answers, away from the page and from the one that trains: ONNX Runtime is fetched when the first
// question comes. One question at a time; what to say is session/webChat.ts's.
import { pageFiles } from 'virtual:page-files';
import type { WebDevice } from './exchange/export/web/webSession.ts';
import { openNet } from './ground/fetching/net.ts';
import { ownFiles } from './ground/fetching/ownFiles.ts';
import type { FileProgress } from './ground/fetching/progress.ts';
import { errorData } from './session/errorData.ts';
import { WebChat } from './session/webChat.ts';
import { fetchOrtGpu, fetchOrtOn, threadsOf } from './training/backends/ort/fetchOrt.ts';
import type { WebChatQuestion, WebChatTold } from './webChatClient.ts';

const read = ownFiles(openNet(), self.name, pageFiles);
const say = (told: WebChatTold): void => self.postMessage(told);
const threads = threadsOf(self.crossOriginIsolated, navigator.hardwareConcurrency);
const sources = { wasm: fetchOrtOn(read, threads), webgpu: fetchOrtGpu(read) } as const;
const watch = {
  onProgress: ({ done, total }: FileProgress) => say({ type: 'fetching', done, total }),
};
let chat: WebChat | null = null;

async function devices(): Promise<readonly WebDevice[]> {
  const adapter = 'gpu' in navigator ? await navigator.gpu.requestAdapter().catch(() => null) : null;
  return adapter === null ? ['wasm'] : ['webgpu', 'wasm'];
}

async function obey(question: WebChatQuestion): Promise<void> {
  if (question.type === 'open') {
    chat = await WebChat.open(
      (device) => sources[device](watch),
      question.files,
      () => performance.now(),
    );
    return say({ type: 'opened', swaps: chat.adapterFile !== null, devices: await devices() });
  }
  const { prompt, ...how } = question;
  const answer = await chat?.answer(prompt, how, (text) => say({ type: 'text', text }));
  if (answer) say({ type: 'answered', ...answer });
}

self.onmessage = ({ data }: MessageEvent<WebChatQuestion>) => {
  obey(data).catch((error: unknown) => say({ type: 'failed', error: errorData(error) }));
};
