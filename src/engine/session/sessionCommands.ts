// What a session is told: all commands but those that others of the worker answer, and of these the ones that wait their turn.
import type { HubCommand } from '../hub/messages.ts';
import type { Command } from '../protocol.ts';
import type { Question } from './questions.ts';
import type { RunsCommand } from './runMessages.ts';
import type { ScriptCommand } from './scriptDesk.ts';

export type SessionCommand = Exclude<Command, ScriptCommand | HubCommand | RunsCommand | { type: 'ping' }>;

type Heard = { type: 'pause' | 'watch' | 'cancel-opinion' };

/** Those of which it is enough that they were heard. */
export const isHeard = (command: SessionCommand): command is Extract<SessionCommand, Heard> =>
  command.type === 'pause' || command.type === 'watch' || command.type === 'cancel-opinion';

/** Done one after the other; the rest is answered at once. */
export type Queued = Exclude<SessionCommand, Question | Heard | { type: 'ask-untouched' | 'change' }>;
