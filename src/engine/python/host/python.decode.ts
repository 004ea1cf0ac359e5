// What pyodide and Python give back, as the types of host.ts: its side is standins/running.py, which writes nothing else. Leaves out the bridge's
// requests, which a script could forge (program/bridge.ts).
import { invariant } from '../../ground/errors.ts';
import type { FileSystem } from './bridgeDevice.ts';
import type { PythonRun } from './host.ts';

/** What this uses of pyodide, by its own names. */
export interface Pyodide {
  readonly FS: FileSystem;
  runPython(code: string): unknown;
  readonly globals: { get(name: string): unknown };
  setInterruptBuffer(buffer: object): void;
  readonly _module: { readonly memory: WebAssembly.Memory };
}

export function pyodideOf(loaded: unknown): Pyodide {
  invariant(typeof loaded === 'object' && loaded !== null && '_module' in loaded, 'python: no pyodide');
  return loaded as Pyodide;
}

export type PythonFunction = (text: string) => string;

export function functionOf(found: unknown, name: string): PythonFunction {
  invariant(typeof found === 'function', `python: ${name} is a ${typeof found}`);
  return found as PythonFunction;
}

export function decodeRun(text: string): PythonRun {
  const run = JSON.parse(text) as PythonRun;
  invariant(typeof run === 'object' && typeof run.output === 'string', 'python: no run');
  return run;
}

/** The text after edits; null: an edit found no place. */
export function decodeEdited(text: string): string | null {
  const edited: unknown = JSON.parse(text);
  invariant(edited === null || typeof edited === 'string', 'python: no text');
  return edited;
}
