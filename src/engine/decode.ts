// The only place where what crosses the worker boundary gets its type: checked by tag, refused by name.
import { UserError } from './ground/errors.ts';
import type { Command, Event } from './protocol.ts';

const commandTypes: Record<Command['type'], readonly string[]> = {
  inspect: ['id', 'recipe'],
  probe: ['backend'],
  train: ['recipe', 'backend'],
  step: ['recipe', 'backend'],
  pause: [],
  stop: [],
  reset: [],
  'open-model': ['id', 'name', 'file'],
  'open-adapter': ['id', 'adapters', 'recipe'],
  saved: [],
  resume: ['backend'],
  discard: [],
  ping: [],
  norms: ['id'],
  export: ['id', 'format', 'dtype'],
  'read-python': ['id', 'text'],
  why: ['id', 'recipe', 'path'],
  guide: ['id'],
  ask: ['id', 'recipe', 'prompts', 'backend'],
};

const eventTypes: Record<Event['type'], readonly string[]> = {
  device: ['device'],
  inspected: ['id', 'inspection'],
  'inspect-failed': ['id', 'error'],
  phase: ['phase', 'done', 'total', 'note'],
  started: ['trainable', 'all', 'peakBytes', 'totalSteps', 'backend', 'dispatchesPerStep'],
  step: ['metrics'],
  diagnosed: ['diagnosis'],
  restored: ['recipe', 'metrics'],
  saved: ['run'],
  model: ['id', 'model'],
  'model-failed': ['id', 'error'],
  adapter: ['id', 'adapter'],
  'adapter-failed': ['id', 'error'],
  pong: [],
  norms: ['id', 'updates'],
  exported: ['id', 'folder', 'files'],
  'python-read': ['id', 'reading'],
  why: ['id', 'why'],
  guide: ['id', 'entries'],
  warning: ['category', 'message'],
  answer: ['id', 'index', 'side', 'prompt', 'text', 'done', 'step'],
  finished: ['steps', 'fingerprint'],
  failed: ['error', 'raisedBy'],
};

function decode<T extends { readonly type: string }>(
  what: string,
  table: Record<T['type'], readonly string[]>,
  value: unknown,
): T {
  if (
    typeof value !== 'object' ||
    value === null ||
    !('type' in value) ||
    typeof value.type !== 'string' ||
    !Object.hasOwn(table, value.type)
  ) {
    throw new UserError(
      'protocol',
      `${what}: expected one of ${Object.keys(table).join(', ')}, got ${JSON.stringify(value)?.slice(0, 80)}.`,
    );
  }
  const fields = table[value.type as T['type']];
  const missing = fields.filter((field) => !Object.hasOwn(value, field));
  if (missing.length > 0)
    throw new UserError('protocol', `${what} '${value.type}': missing ${missing.join(', ')}.`);
  return value as unknown as T;
}

export const decodeCommand = (value: unknown): Command => decode<Command>('Command', commandTypes, value);
export const decodeEvent = (value: unknown): Event => decode<Event>('Event', eventTypes, value);
