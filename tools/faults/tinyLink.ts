// The run that faults strike: a few small steps on one short row, as the part of a link behind '#'.
import { deflateRawSync } from 'node:zlib';

export const STEPS = 5;

const row = {
  messages: [
    { role: 'user', content: 'Hi?' },
    { role: 'assistant', content: 'Yes, at the mill.' },
  ],
};

export function tinyLink(steps: number): string {
  const data = deflateRawSync(JSON.stringify({ name: 'tiny.jsonl', text: JSON.stringify(row) }));
  return [
    'v=1&preset=ships-log',
    `train.max_steps=${steps}`,
    'train.per_device_train_batch_size=1',
    'lora.r=2',
    'generate.max_new_tokens=3',
    'prompt=Hi?',
    `data=z.${data.toString('base64url')}`,
  ].join('&');
}
