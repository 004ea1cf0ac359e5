// What pyodide and Python give back, as the types of host.ts: its side is standins/running.py, which writes nothing else. Leaves out the bridge's
// requests, which a script could forge (program/bridge.ts).
import { invariant } from '../../ground/errors.ts';
import type { FileSystem } from './bridgeDevice.ts';
import type { PythonRun } from './host.ts';

export interface PyodideOptions {
  /** Folder or address of pyodide's files, with a slash at its end. */
  readonly indexURL: string;
  readonly stdin: () => null;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Record<string, string>;
}

/** pyodide's `loadPyodide`. */
export type LoadPyodide = (options: PyodideOptions) => Promise<unknown>;

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

/** `loadPyodide` of the module that pyodide.mjs is. */
export function loaderOf(module: unknown): LoadPyodide {
  const found: unknown =
    typeof module === 'object' && module !== null && 'loadPyodide' in module ? module.loadPyodide : null;
  invariant(typeof found === 'function', 'python: no loadPyodide');
  return found as LoadPyodide;
}
