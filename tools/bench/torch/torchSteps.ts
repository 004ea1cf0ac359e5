// Runs torchSteps.py with the machine's Python, or the one that PYTHON names, and takes what it measures.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Say } from '../report.ts';
import type { TorchLine } from './torchLine.ts';
import { readTorchLine } from './torchLine.ts';

/** A model as the script makes it, with random weights. */
export interface TorchShape {
  readonly name: string;
  readonly vocab: number;
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly ffn: number;
}

export interface TorchAsked {
  readonly device: 'cuda' | 'cpu';
  /** Of the processor. */
  readonly threads: number;
  readonly shapes: readonly TorchShape[];
  readonly cases: readonly {
    readonly model: string;
    readonly rows: number;
    readonly tokens: number;
    readonly checkpointed: boolean;
  }[];
  /** After which no case is begun; with 20 more it is ended. */
  readonly seconds: number;
}

/** A line a case and kind of weights. Why there are none is said. */
export function torchSteps(asked: TorchAsked, say: Say): Promise<TorchLine[]> {
  const script = fileURLToPath(new URL('./torchSteps.py', import.meta.url));
  return new Promise((resolve) => {
    const child = spawn(process.env.PYTHON ?? 'python3', [script, JSON.stringify(asked)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let out = '';
    const timer = setTimeout(() => child.kill(), (asked.seconds + 20) * 1000);
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      out += piece;
    });
    child.on('error', () => {
      say('Python is not on this machine: the columns of PyTorch are empty.');
      clearTimeout(timer);
      resolve([]);
    });
    child.on('close', () => {
      clearTimeout(timer);
      resolve(out.split('\n').flatMap((line) => readTorchLine(line, say)));
    });
  });
}
