"""The same losses on two processes: `check_accelerate.py FOLDER`, one that writeParity.ts wrote for a recipe with a batch of 4.

Runs the folder's train.py with `python`, then, with half the batch a process, under `accelerate launch --config_file ddp.yaml` on two
CPU processes (gloo, by ACCELERATE_USE_CPU; `--cpu --num_processes 2` starts one process only in accelerate 1.x); the losses of 20
steps must agree to 1e-3. fsdp.yaml must be read by accelerate without a complaint; it is not run, for it needs GPUs.
"""

import json
import os
import re
import subprocess
import sys

from accelerate.commands.config.config_args import load_config_from_file

folder = sys.argv[1]
WATCH = """
from transformers import Trainer as _Trainer
import json as _json
_log = _Trainer.log
def _logged(self, logs, *args, **kwargs):
    if "loss" in logs and self.is_world_process_zero():
        print("LOSS", _json.dumps([self.state.global_step, float(logs["loss"])]), flush=True)
    return _log(self, logs, *args, **kwargs)
_Trainer.log = _logged
import os as _os
print("PROCESS", _os.environ.get("RANK", 0), flush=True)
"""


def losses(command: list, batch: int) -> dict:
    with open(f"{folder}/train.py", encoding="utf-8") as file:
        script = file.read()
    script, count = re.subn(r"per_device_train_batch_size=\d+", f"per_device_train_batch_size={batch}", script)
    assert count == 1
    script = script.replace("max_steps=50", "max_steps=20")
    with open(f"{folder}/watched.py", "w", encoding="utf-8") as file:
        file.write(WATCH + script)
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    done = subprocess.run(command + ["watched.py"], cwd=folder, capture_output=True, text=True, env=environment)
    processes = done.stdout.count("PROCESS ")
    found = dict(json.loads(line[5:]) for line in done.stdout.splitlines() if line.startswith("LOSS "))
    if len(found) != 20 or processes != 4 // batch:
        sys.exit(done.stdout[-2000:] + done.stderr[-4000:])
    return found


for name in ("ddp.yaml", "fsdp.yaml"):
    config = load_config_from_file(f"{folder}/{name}")
    print(name, config.distributed_type, config.num_processes)
one = losses([sys.executable], 4)
two = losses([sys.executable, "-m", "accelerate.commands.launch", "--config_file", "ddp.yaml"], 2)
worst = max(abs(one[k] - two[k]) / abs(one[k]) for k in one)
print(f"20 losses on one process and on two: largest relative difference {worst:.1e}")
assert worst < 1e-3
