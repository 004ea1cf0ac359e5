#!/usr/bin/env bash
# Runs the scripts of tests/scripts under the stacks that tests/scripts/stacks.json names for each, and writes
# tests/golden/scripts-truth/. `bash tools/golden/ground_truth.sh [PART...]`: only scripts whose path holds a PART.
# Results whose script has not changed are kept; GROUND_TRUTH_AGAIN=1 runs them too. Environments as in golden.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export GOLDEN_ENVS=${GOLDEN_ENVS:-$here/../../.envs} PYTHONHASHSEED=0
python3 - "$here" "$@" <<'PY'
import json, os, subprocess, sys
here, parts = sys.argv[1], sys.argv[2:]
scripts = os.path.join(here, "..", "..", "tests", "scripts")
todo = {}
for name, stacks in json.load(open(os.path.join(scripts, "stacks.json"), encoding="utf-8")).items():
    if not parts or any(p in name for p in parts):
        for stack in stacks:
            todo.setdefault(stack, []).append(os.path.join(scripts, name))
for stack, names in todo.items():
    python = os.path.join(os.environ["GOLDEN_ENVS"], stack, "bin", "python")
    if not os.path.exists(python):
        print(f"{stack}: no environment, {len(names)} scripts left out", flush=True)
        continue
    subprocess.run([python, "-W", "ignore", os.path.join(here, "ground_truth.py"), stack, *names], check=True)
PY
