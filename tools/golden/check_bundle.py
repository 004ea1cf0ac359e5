"""Runs a script bundle as it is, and holds its numbers to ours: `check_bundle.py FOLDER OURS`. FOLDER: the unzipped bundle of
`npm run train -- --bundle`; OURS: what that command printed with --json.

First `python train.py`, as a person would: it has to end, and leave an adapter. Then the same file by run_parity.py, which hides from TRL
that the base is 4-bit (TRL 1.x would cast its adapters to bfloat16, a float32 engine does not): loss to 1e-4, grad_norm to 1e-3, the
bounds of docs/parity.md.
"""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

folder, ours = Path(sys.argv[1]), Path(sys.argv[2])
for line in (folder / "requirements.txt").read_text(encoding="utf-8").split():
    name, _, wanted = line.partition("==")
    assert not wanted or version(name).split("+")[0] == wanted, f"{name}: the bundle wants {wanted}, here is {version(name)}"

plain = subprocess.run([sys.executable, "-W", "ignore", "train.py"], cwd=folder, capture_output=True, text=True)
assert plain.returncode == 0, plain.stderr[-4000:]
assert (folder / "adapter" / "adapter_model.safetensors").exists(), "train.py left no adapter"

run_parity = Path(__file__).with_name("run_parity.py")
run = subprocess.run([sys.executable, "-W", "ignore", run_parity], cwd=folder, capture_output=True, text=True)
found = [line for line in run.stdout.splitlines() if line.startswith("RESULT ")]
assert found, run.stderr[-4000:]
theirs = json.loads(found[0].removeprefix("RESULT "))

steps = [entry for line in ours.read_text(encoding="utf-8").splitlines() if (entry := json.loads(line))["event"] == "step"]
assert len(steps) == len(theirs["steps"]) > 0, f"{len(steps)} steps here, {len(theirs['steps'])} there"
worst = {"loss": (0.0, 1e-4), "grad_norm": (0.0, 1e-3)}
for mine, row in zip(steps, theirs["steps"]):
    their = dict(zip(theirs["columns"], row))
    for key, (most, bound) in worst.items():
        worst[key] = (max(most, abs(mine[key] - their[key]) / abs(their[key])), bound)
print(f"{len(steps)} steps: " + ", ".join(f"{key} {most:.1e} (bound {bound:.0e})" for key, (most, bound) in worst.items()))
assert all(most <= bound for most, bound in worst.values()), worst
