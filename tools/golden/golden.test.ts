// golden.sh where an install fails: it ends there, runs nothing, and the next call installs again. `uv` and the python that it would make
// are stood in for.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = resolve(fileURLToPath(new URL('./golden.sh', import.meta.url)));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'golden-'));
  mkdirSync(join(folder, 'bin'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(path: string, text: string): void {
  writeFileSync(path, `#!/usr/bin/env bash\n${text}\n`);
  chmodSync(path, 0o755);
}

/** `venv` makes an environment whose python notes what it runs; `pip` does as it is told. */
function made(pip: string): {
  readonly status: number | null;
  readonly ran: boolean;
  readonly ready: boolean;
} {
  const { PATH } = process.env;
  program(
    join(folder, 'bin/uv'),
    `if [ "$1" = pip ]; then ${pip}; fi
dir=\${@: -1}
mkdir -p "$dir/bin" "$dir/lib/python3.11/site-packages/trl" "$dir/lib/python3.11/site-packages/transformers/utils"
touch "$dir/lib/python3.11/site-packages/transformers/utils/import_utils.py"
printf '#!/usr/bin/env bash\\ntouch "%s/ran"\\n' "${folder}" >"$dir/bin/python"
chmod +x "$dir/bin/python"`,
  );
  const { status } = spawnSync('bash', [script, 'random'], {
    env: { ...process.env, PATH: `${join(folder, 'bin')}:${PATH}`, GOLDEN_ENVS: folder },
  });
  return {
    status,
    ran: existsSync(join(folder, 'ran')),
    ready: existsSync(join(folder, 'trl-1.16.0/ready')),
  };
}

test('a failed install ends the script, and the next call installs again', () => {
  expect(made('exit 3')).toEqual({ status: 3, ran: false, ready: false });
  expect(made('exit 0')).toEqual({ status: 0, ran: true, ready: true });
  // What is ready is taken as it is.
  expect(made('exit 3')).toEqual({ status: 0, ran: true, ready: true });
});
