// The thread in which an export for the web answers, away from the page and from the one that trains: ONNX Runtime is fetched when the first
// question comes. One question at a time; what to say is session/webChat.ts's.
import { pageFiles } from 'virtual:page-files';
import { openNet } from './ground/fetching/net.ts';
import { ownFiles } from './ground/fetching/ownFiles.ts';
import { errorData } from './session/errorData.ts';
import { WebChat } from './session/webChat.ts';
import { fetchOrt } from './training/backends/ort/fetchOrt.ts';
import type { WebChatQuestion, WebChatTold } from './webChatClient.ts';

const ort = fetchOrt(ownFiles(openNet(), self.name, pageFiles));
let chat: WebChat | null = null;
const say = (told: WebChatTold): void => self.postMessage(told);

async function obey(question: WebChatQuestion): Promise<void> {
  if (question.type === 'open') {
    chat = new WebChat(await ort({}), question.files, () => performance.now());
    return say({ type: 'opened', swaps: chat.adapterFile !== null });
  }
  const { prompt, adapter, limit } = question;
  const answer = await chat?.answer(prompt, { adapter, limit }, (text) => say({ type: 'text', text }));
  if (answer) say({ type: 'answered', ...answer });
}

self.onmessage = ({ data }: MessageEvent<WebChatQuestion>) => {
  obey(data).catch((error: unknown) => say({ type: 'failed', error: errorData(error) }));
};
