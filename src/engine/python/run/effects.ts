// What a call of a program did to the model that it was about: tensors that require grad, hooks, checkpointing. For whoever shows lines.
import type { Text } from '../../ground/text.ts';
import type { BridgeWarning } from '../program/bridge.ts';
import type { ModelObject } from './objects.ts';
import type { ScriptModel } from './scriptModel.ts';

/** What one call did, for whoever shows lines. */
export interface Effect {
  readonly index: number;
  readonly line: number;
  readonly callee: string;
  /** Tensors that require grad, of the model concerned. */
  readonly trainable: { readonly before: number; readonly after: number } | null;
  readonly hooks: { readonly before: number; readonly after: number } | null;
  readonly checkpointing: { readonly before: Checkpointing; readonly after: Checkpointing } | null;
  /** The state of the tree that it acted on, to be told from others'. */
  readonly script: ScriptModel | null;
  readonly said: readonly Text[];
  readonly warnings: readonly BridgeWarning[];
  readonly raised: { readonly type: string; readonly message: string } | null;
}

export type Checkpointing = 'off' | 'reentrant' | 'non-reentrant';

export interface State {
  readonly trainable: number;
  readonly hooks: number;
  readonly checkpointing: Checkpointing;
}

export function stateOf({ root, script }: ModelObject): State {
  let trainable = 0;
  for (const parameter of root.allParameters()) if (parameter.requiresGrad) trainable++;
  const mode = script.checkpointing;
  const checkpointing = mode === null ? 'off' : mode.useReentrant ? 'reentrant' : 'non-reentrant';
  return { trainable, hooks: script.inputGradHooks, checkpointing };
}

/** null where nothing changed. */
export const change = (before: number | null, after: number | null) =>
  after === null || (before ?? -1) === after ? null : { before: before ?? 0, after };

/** How checkpointing stands after a call that changed it. */
export const checkpointingChange = (before: State | null, after: State | null): Effect['checkpointing'] => {
  const was = before?.checkpointing ?? 'off';
  return after && after.checkpointing !== was ? { before: was, after: after.checkpointing } : null;
};
