// Values that no setting takes.
import { defineError } from '../errors.ts';
import type { Text } from '../text.ts';
import { joined } from '../text.ts';

interface Problems {
  /** Sentences, each naming its setting. */
  readonly problems: readonly Text[];
}

export const badSettings = defineError('settings', ({ problems }: Problems) => ({
  en: [joined(problems).en, 'Put the named setting back into its range.'],
  zh: [joined(problems).zh, '请把指出的设置改回允许的范围。'],
}));
