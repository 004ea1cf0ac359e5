// What a trainer was told and has not done, and what only the page still has of its run: all that another trainer needs to take the place of
// one that died. Knows no engine.
import type { Command, Event } from '../../engine/protocol.ts';
import type { Run } from './state.ts';

/** Commands that are answered once and can be asked again. */
type Asked = Extract<Command, { type: 'ask' | 'export' | 'pace' | 'take-run' | 'stop' }>;

const kinds: ReadonlySet<Command['type']> = new Set(['ask', 'export', 'pace', 'take-run', 'stop'] as const);
const begins: ReadonlySet<Command['type']> = new Set(['train', 'step', 'resume', 'reset'] as const);
const isAsked = (command: Command): command is Asked => kinds.has(command.type);

export interface Pending {
  told(command: Command): void;
  heard(event: Event): void;
  readonly asked: readonly Command[];
  /** A snapshot that no store has. */
  readonly kept: File | null;
  /** The step at which the run rests, as it was told to; null: its end. */
  until(run: Run): number | null;
}

export function makePending(): Pending {
  let asked: Asked[] = [];
  let kept: File | null = null;
  let steps = false;
  /** Where a run that is being brought back is to rest; undefined: as it was told. */
  let rest: number | undefined;
  const drop = (done: (command: Asked) => boolean): void => {
    const place = asked.findIndex(done);
    asked = asked.filter((_, i) => i !== place);
  };
  return {
    told: (command) => {
      if (isAsked(command)) asked.push(command);
      if (command.type === 'train' || command.type === 'step') steps = command.type === 'step';
      if (command.type === 'resume') steps = false;
      if (begins.has(command.type)) rest = undefined;
      // What is being asked ends with the press.
      if (command.type === 'pause') asked = asked.filter(({ type }) => type !== 'ask');
      if (command.type === 'reset') {
        asked = [];
        kept = null;
      }
    },
    heard: (event) => {
      if (event.type === 'kept') kept = event.run === null ? null : new File([event.run], 'kept.lora-run');
      if (event.type === 'exported')
        drop(({ type }) => type === (event.folder === 'run' ? 'take-run' : 'export'));
      if (event.type === 'paced') drop((one) => one.type === 'pace' && one.id === event.id);
      if (event.type === 'refused') drop(({ type }) => type !== 'ask');
      if (event.type === 'finished') drop(({ type }) => type === 'stop');
      if (event.type === 'failed' || (event.type === 'phase' && event.phase === 'idle')) asked = [];
      if (event.type === 'answer' && event.side === 'after' && event.done)
        drop((one) => one.type === 'ask' && one.id === event.id && event.index === one.prompts.length - 1);
    },
    get asked() {
      return asked;
    },
    get kept() {
      return kept;
    },
    until: (run) => {
      const step = run.steps.at(-1)?.step ?? 0;
      const rests = run.phase === 'paused' || asked.some(({ type }) => type === 'stop');
      if (rests) rest ??= step;
      else if (steps && run.phase !== 'finished' && run.phase !== 'after') rest ??= step + 1;
      return rest ?? null;
    },
  };
}
