// What is played on the strip, as plain data.
import type { Inspection } from '../../engine/index.ts';

/** The switch is being turned, the strip is cut, it is mended. */
export type PlayScene = 'turns' | 'cut' | 'mended';

export interface Play {
  readonly scene: PlayScene;
  readonly cut: Inspection | null;
  readonly mended: Inspection | null;
}
