// The objects of a program by the index of the call that made them, and what stands below one of them: `trainer.model`, `trainer.args`.
import type { Reply } from '../program/bridge.ts';
import type { ProgramValue } from '../program/program.ts';
import { isRef } from '../program/values.ts';
import type { ModelObject, ProgramObject } from './objects.ts';
import { classOf } from './objects.ts';

const PART = /^(model|args)$/;

export class ObjectTable {
  readonly #list: (ProgramObject | null)[] = [];

  get all(): readonly (ProgramObject | null)[] {
    return this.#list;
  }

  get models(): readonly ModelObject[] {
    return this.#list.flatMap((object) => (object?.kind === 'model' ? [object] : []));
  }

  at(index: number): ProgramObject | null {
    return this.#list[index] ?? null;
  }

  /** A place for the next call. */
  push(): void {
    this.#list.push(null);
  }

  set(index: number, object: ProgramObject): void {
    this.#list[index] = object;
  }

  of(value: ProgramValue | undefined): ProgramObject | null {
    if (!isRef(value)) return null;
    const found = this.at(value.ref);
    if (found?.kind !== 'trainer') return found;
    const [first] = (value.path ?? '').split('.');
    if (first === 'model') return found.model;
    return first === 'args' ? found.args : found;
  }

  /** Path below the object that `of` gives. */
  pathOf(value: ProgramValue | null): string {
    if (!isRef(value ?? undefined) || value === null || typeof value !== 'object' || !('ref' in value))
      return '';
    const parts = (value.path ?? '').split('.');
    const isPart = this.at(value.ref)?.kind === 'trainer' && PART.test(parts[0] ?? '');
    return (isPart ? parts.slice(1) : parts).join('.');
  }

  /** `trainer.model` and `trainer.args`: the object that went in, where it is still the same. */
  partOf(ref: number, name: string): Reply | null {
    const trainer = this.at(ref);
    if (trainer?.kind !== 'trainer' || !PART.test(name)) return null;
    const part = name === 'model' ? trainer.model : trainer.args;
    const same = this.#list.findIndex((one) =>
      part.kind === 'model' ? one?.kind === 'model' && one.root === part.root : one === part,
    );
    return { value: same >= 0 ? { ref: same } : { ref, path: name }, class: classOf(part) };
  }
}
