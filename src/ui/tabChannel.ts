// The boundary between the tabs of this page: what one posts, all others hear. What is said, and what is taken of it, is state/otherTabs.ts's.
import type { Channel } from './state/otherTabs.ts';

/** null where the browser has none: its tabs know nothing of one another. */
export function tabChannel(): Channel | null {
  if (!('BroadcastChannel' in globalThis)) return null;
  const channel = new BroadcastChannel('lora-playground');
  return {
    post: (message) => channel.postMessage(message),
    onMessage: (listener) => {
      channel.onmessage = ({ data }) => listener(data);
    },
  };
}
