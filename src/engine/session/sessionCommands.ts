// What a session is told: all commands but those that others of the worker answer, and of these the ones that wait their turn.
import type { HubCommand } from '../hub/messages.ts';
import type { Command } from '../protocol.ts';
import type { Question } from './questions.ts';
import type { RunsCommand } from './runMessages.ts';
import type { ScriptCommand } from './scriptDesk.ts';

export type SessionCommand = Exclude<Command, ScriptCommand | HubCommand | RunsCommand | { type: 'ping' }>;

/** Done one after the other; the rest is answered at once. */
export type Queued = Exclude<
  SessionCommand,
  Question | { type: 'pause' | 'watch' | 'ask-untouched' | 'change' }
>;
