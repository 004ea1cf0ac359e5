// A run on the CPU is saved while it goes, not only where a device makes it wait: it is ended in its midst, and goes on from there.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Runs 60 steps until `enough` says so or they are done; answers what was printed. */
function train(folder: string, enough: () => boolean): Promise<string> {
  const args = ['tools/run.mjs', 'tools/cli/train.ts', '--backend', 'cpu', '--steps', '60', '--json'];
  const child = spawn(process.execPath, [...args, '--checkpoint', folder]);
  let output = '';
  child.stdout.on('data', (piece: Buffer) => {
    output += piece.toString();
    if (enough()) child.kill('SIGKILL');
  });
  return new Promise((done) => {
    child.on('close', () => done(output));
  });
}

it('saves while it runs, and goes on from what was saved', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
  try {
    const saved = (): boolean =>
      existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.bin'));
    const first = await train(folder, saved);
    expect(first).not.toContain('"event":"done"');
    expect(saved()).toBe(true);
    let steps = 0;
    const second = await train(folder, () => ++steps > 3);
    expect(second).toContain('"event":"restored"');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
